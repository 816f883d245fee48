"""/my/cases/{ref}/messages/{seq}/receipt: the receipt of one message the renter wrote."""

from msgspec import json
from starlette.requests import Request
from starlette.responses import Response

from shouwen.features.cases import use_cases as cases
from shouwen.features.cases.use_cases.sealing import MessageReceipt
from shouwen.features.evidence.public import parse_leaf
from shouwen.kernel.errors import Refusal
from shouwen.mount.pages.views import FactView, LinkView, MessageReceiptView
from shouwen.mount.web.page import html, problem_view, run, words
from shouwen.mount.web.portal.around import around
from shouwen.mount.web.portal.bits import authority_name
from shouwen.platform.decode import decode


async def _read(request: Request) -> MessageReceipt:
    asked = decode(cases.ReadMessageReceipt, request.path_params, (), b"")
    return await run(request, cases.read_message_receipt, asked)


async def message_receipt(request: Request) -> Response:
    """The message, its number in the log, when it was sealed, and what to download for checking it."""
    now, t = await around(request), words(request)
    case_ref = request.path_params["case_ref"]
    human = now.human(t, case=now.case(case_ref))
    back = f"/my/cases/{case_ref}"
    try:
        found = await _read(request)
    except Refusal as refusal:
        if refusal.code != "not_sealed_yet":
            raise
        waiting = MessageReceiptView(human=human, back_href=back, problem=problem_view(request, refusal))
        return html(request, waiting, refusal.status, **now.counts())
    receipt = found.receipt
    view = MessageReceiptView(
        human=human,
        back_href=back,
        body=found.body,
        receipt_no=receipt.receipt_no,
        sealed_at=receipt.sealed_at,
        fingerprint=parse_leaf(receipt.leaf.encode()).hash().hex(),
        facts=(FactView(t("可信时间戳"), authority_name(receipt.timestamped_by) or t("等待下一次，最多 1 分钟")),),
        download=LinkView(t("下载回执（可离线核验）"), f"{request.url.path}.json", True),
    )
    return html(request, view, **now.counts())


async def message_receipt_file(request: Request) -> Response:
    """The receipt as a file: leaf, content, salt, proof, checkpoint key."""
    found = await _read(request)
    name = f"receipt-{request.path_params['case_ref']}-{request.path_params['seq']}.json"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(json.format(json.encode(found.receipt)), media_type="application/json", headers=headers)
