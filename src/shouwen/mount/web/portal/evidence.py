"""/my/evidence: everything on file for the renter's leases, and the receipt of each piece."""

from datetime import datetime

from msgspec import json
from starlette.requests import Request
from starlette.responses import Response

from shouwen.features.evidence import use_cases as evidence
from shouwen.features.evidence.types import MediaRow, Purpose, Receipt
from shouwen.features.leases.types import LeaseState
from shouwen.kernel.days import beijing_at
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import (
    EvidenceGroupView,
    FactView,
    LinkView,
    PortalEvidenceView,
    ReceiptView,
    RuleRowView,
)
from shouwen.mount.web.page import html, language, run, words
from shouwen.mount.web.portal.around import around
from shouwen.mount.web.portal.bits import authority_name, media_view, purpose_text, upload_view
from shouwen.platform.decode import decode

_OPEN = {LeaseState.SHIPPED, LeaseState.RENTING, LeaseState.RETURNING, LeaseState.INSPECTING, LeaseState.SETTLING}


async def evidence_page(request: Request) -> Response:
    """All evidence, a group a lease and purpose; a lease that runs can still be added to."""
    now = await around(request)
    t = words(request)
    groups: list[EvidenceGroupView] = []
    for lease in now.leases:
        media = await run(request, evidence.list_evidence, evidence.ListEvidence(lease.ref))
        for purpose in dict.fromkeys(row.purpose for row in media):
            tiles = tuple(media_view(row, t) for row in media if row.purpose == purpose)
            title = f"{lease.model} · {purpose_text(purpose, t)}"
            groups.append(EvidenceGroupView(title=title, href=f"/my/leases/{lease.ref}", media=tiles))
    running = next((lease for lease in now.leases if lease.state in _OPEN), None)
    upload = None
    if running is not None:
        before = running.state is LeaseState.RENTING
        upload = upload_view(
            running.ref,
            Purpose.RETURN if before else Purpose.STATEMENT,
            t,
            title=t("给 {model} 添加照片和视频", model=running.model),
            hint=t("归还前拍一遍，最有用") if before else t("原件会封存，不会被改动"),
        )
    view = PortalEvidenceView(human=now.human(t), groups=tuple(groups), upload=upload)
    return html(request, view, **now.counts())


async def receipt_page(request: Request) -> Response:
    """One piece: its number in the log, fingerprint, checks, who looked, and what to download for checking it."""
    asked = decode(evidence.ReadMedia, request.path_params, (), b"")
    media = await run(request, evidence.read_preview, asked)
    receipt = await run(request, evidence.read_receipt, evidence.ReadReceipt(asked.media_ref))
    now = await around(request)
    t = words(request)
    lease = next((row for row in now.leases if row.ref == _lease_of(receipt)), None)
    view = ReceiptView(
        human=now.human(t, lease_ref=lease.ref if lease else ""),
        media=media_view(media, t),
        receipt_no=receipt.receipt_no,
        sha256=media.sha256.hex(),
        sealed_at=receipt.sealed_at,
        facts=_facts(media, receipt, lease.model if lease else "", t),
        checks=_checks(media, language(request) == "en"),
        download=(
            LinkView(t("下载原件（会留下查看记录）"), f"/media/{media.ref}", True),
            LinkView(t("下载回执（可离线核验）"), f"/my/evidence/{media.ref}/receipt.json", True),
        ),
    )
    return html(request, view, **now.counts())


def _lease_of(receipt: Receipt) -> str:
    """The lease the sealed content names; nothing where the content was erased."""
    return str((receipt.content or {}).get("lease", ""))


def _facts(media: MediaRow, receipt: Receipt, model: str, t: Words) -> tuple[FactView, ...]:
    tile = media_view(media, t)
    taken = "" if media.taken_at is None else _clock(media.taken_at)
    facts = [
        FactView(t("用途"), purpose_text(media.purpose, t), model),
        FactView(t("谁上传"), tile.by, _clock(media.uploaded_at)),
        FactView(t("拍摄时间"), taken or t("文件里没有记录")),
    ]
    if media.width and media.height:
        facts.append(FactView(t("尺寸"), f"{media.width} × {media.height}"))
    stamped = authority_name(receipt.timestamped_by) or t("等待下一次，最多 1 分钟")
    facts.append(FactView(t("可信时间戳"), stamped))
    return tuple(facts)


def _clock(at: datetime) -> str:
    return f"{beijing_at(at):%Y-%m-%d %H:%M:%S}"


def _checks(media: MediaRow, english: bool) -> tuple[RuleRowView, ...]:
    return tuple(
        RuleRowView("EVI-4", check.en if english else check.zh, "passed" if check.ok else "missing")
        for check in media.checks
    )


async def receipt_file(request: Request) -> Response:
    """The receipt as a file: leaf, content, salt, proof, checkpoint key."""
    asked = decode(evidence.ReadReceipt, request.path_params, (), b"")
    receipt = await run(request, evidence.read_receipt, asked)
    name = f"receipt-{asked.media_ref}.json"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(json.format(json.encode(receipt)), media_type="application/json", headers=headers)
