"""Pages that open a case about money: relief for a lateness, a contested bill line, credit to give back."""

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from shouwen.features.cases import use_cases as cases
from shouwen.features.cases.rules.catalogue import CATALOGUE
from shouwen.features.cases.types import Ask, CaseType
from shouwen.features.disputes.use_cases.billing import DisputeLine, LineDisputed, dispute_line
from shouwen.features.leases.use_cases.statement import ReadBookLine, read_book_line
from shouwen.kernel.errors import BadInput, Refusal
from shouwen.kernel.fen import format_fen
from shouwen.mount.pages.form_views import FieldView, PickView
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import FactView
from shouwen.mount.web.acts import Tried, act, form_view
from shouwen.mount.web.page import field, form, html, problem_view, run, see, words
from shouwen.mount.web.portal.around import around
from shouwen.mount.web.portal.bits import clause_refs
from shouwen.mount.web.portal.human import open_matter
from shouwen.mount.web.portal.money_bits import due_figure, line_href, line_name, payable_of
from shouwen.mount.web.portal.money_views import PortalAskView
from shouwen.mount.web.portal.payments import lease_file, statement_of
from shouwen.platform.decode import decode

_RELIEF = {ask.key: ask for ask in CATALOGUE[CaseType.OVERDUE_RELIEF].asks}
_DISPUTE = {ask.key: ask for ask in CATALOGUE[CaseType.BILLING_DISPUTE].asks}


async def relief_page(request: Request) -> Response:
    """Why it was late, what is asked for."""
    return await _relief(request, None)


async def _relief(request: Request, tried: Tried | None) -> Response:
    payable = await payable_of(request)
    ref = payable.lease_ref
    now = await around(request)
    t = words(request)
    fields = (
        _select(_RELIEF["why"], "why", t),
        _checks(_RELIEF["request"], "request", t),
        FieldView(
            name="text", kind="area", label=t("想补充的（可不写）"), required=False, max_length=2_000,
            placeholder=t("例如：11-15 银行系统升级，当天余额够"),
        ),
    )  # fmt: skip
    view = PortalAskView(
        human=now.human(t, lease_ref=ref, about="overdue_relief"),
        title=t("申请减免或延后"),
        back_href=f"/my/leases/{ref}/overdue" if payable.due_fen else "/my/bills",
        lead=t("租约、账单和扣款记录会自动附上，不用再写。"),
        facts=(FactView(t("租约"), payable.model, ref), FactView(t("现在待付"), figure=due_figure(payable, t))),
        form=form_view(
            "overdue_relief",
            f"/my/leases/{ref}/relief",
            "",
            t("提交申请"),
            fields,
            tried=tried,
            main=True,
            folded=False,
        ),
        after=(
            t("提交后有专人负责到底，一个工作日内答复。"),
            t("有付款凭证或银行流水，可以在下一页上传；没有也可以先提交。"),
            t("扣款因平台或银行原因失败的，核实后违约金退回、记录更正。"),
        ),
    )
    return html(request, view, tried.status if tried else 200, **now.counts())


def _select(ask: Ask, name: str, t: Words) -> FieldView:
    picks = (PickView("", t("请选择")), *(PickView(option.key, t(option.label)) for option in ask.options))
    return FieldView(name=name, kind="select", label=t(ask.question), picks=picks)


def _checks(ask: Ask, name: str, t: Words) -> FieldView:
    picks = tuple(PickView(option.key, t(option.label)) for option in ask.options)
    return FieldView(name=name, kind="checks", label=t(ask.question), picks=picks, required=False)


async def ask_relief(request: Request) -> Response:
    """POST: the case opens, or what was said joins the one that is open."""
    fields = await form(request)
    await around(request)  # absent for whoever is no renter
    path = request.path_params["lease_ref"]
    why, text = field(fields, "why"), field(fields, "text")
    choices: list[dict[str, object]] = [{"ask": "why", "options": [why] if why else [], "text": text.strip()}]
    if fields.get("request"):
        choices.append({"ask": "request", "options": fields["request"]})
    command = {"type": CaseType.OVERDUE_RELIEF, "lease_ref": path, "choices": choices}
    try:
        if not why:
            raise BadInput(
                "why", "还没有选这次为什么晚", "say why it was late", remedy_zh="选一项最接近的", remedy_en="choose one"
            )
        asked = decode(cases.OpenCase, {}, (), msgspec.json.encode(command))
        opened = await run(request, cases.open_case, asked, fields)
    except Refusal as refusal:
        if refusal.status in (401, 404):
            raise
        problem = problem_view(request, refusal)
        return await _relief(request, Tried("overdue_relief", fields, problem, refusal.status))
    return see(f"/my/cases/{opened.case_ref}")


async def dispute_page(request: Request) -> Response:
    """What is wrong with a line; what follows is said before."""
    return await _dispute(request, None)


async def _dispute(request: Request, tried: Tried | None) -> Response:
    found = await run(request, read_book_line, decode(ReadBookLine, request.path_params, (), b""))
    ref, bill = found.lease_ref, found.bill
    now = await around(request)
    t = words(request)
    fields = (
        _select(_DISPUTE["why"], "why", t),
        _checks(_DISPUTE["request"], "wishes", t),
        FieldView(
            name="text", kind="area", label=t("想补充的（可不写）"), required=False, max_length=2_000,
            placeholder=t("例如：11-15 已经付过 500.00，银行流水尾号 2210"),
        ),
        FieldView(name="as_is", kind="check", label=t("就这样提交，不用再问我"), required=False),
    )  # fmt: skip
    shown = fields if tried is not None else fields[:-1]  # who was asked back once may send it as it is
    clause = clause_refs(ref, (bill.clause,))
    view = PortalAskView(
        human=now.human(t, lease_ref=ref, about="billing_dispute"),
        title=t("对这一笔有异议"),
        back_href=line_href(ref, found.line),
        lead=t("账单、扣款记录和合同条款会自动附上，对照着核对。"),
        facts=(
            FactView(t("哪一笔"), line_name(bill, t), found.model),
            FactView(t("应付"), format_fen(bill.amount_fen)),
            FactView(t("待付"), format_fen(bill.outstanding_fen)),
            *(FactView(t("依据"), t("合同 {no} 条", no=one.no), href=one.href) for one in clause),
        ),
        form=form_view(
            "dispute_line", f"{line_href(ref, found.line)}/dispute", "", t("提交异议"), shown, tried=tried, main=True,
            folded=False,
        ),
        after=(
            t("待付的部分马上暂停催收，也不计违约金，直到答复后第三天；不会补收（PAUSE-1）。")
            if bill.outstanding_fen
            else t("这一笔已经结清；核实后多收的会退回。"),
            t("提交后有专人负责到底；不认可答复，可以请专员再看。"),
        ),
    )  # fmt: skip
    return html(request, view, tried.status if tried else 200, **now.counts())


def _to_case(request: Request, answer: LineDisputed) -> str:
    return f"/my/cases/{answer.case_ref}"


dispute = act(dispute_line, DisputeLine, _dispute, _to_case, "异议已提交，争议部分暂停催收")


async def ask_credit_back(request: Request) -> Response:
    """POST: the renter wants their credit back; the amount is the book's, never typed."""
    fields = await form(request)
    await around(request)  # absent for whoever is no renter
    ref = (await lease_file(request)).lease.ref
    credit_fen = (await statement_of(request, ref)).credit_fen
    if not credit_fen:
        return see(f"/my/leases/{ref}/payments")
    said = f"请把租约 {ref} 的余额 {format_fen(credit_fen)} 退回原来的付款账户。"
    case_ref = await open_matter(request, fields, CaseType.BILLING_QUESTION, ref, text=said)
    return see(f"/my/cases/{case_ref}")
