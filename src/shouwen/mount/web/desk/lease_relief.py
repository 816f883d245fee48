"""Relief of a late instalment: LATE-4 and LATE-5 fact by fact, each with its button where it holds."""

from datetime import date

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shouwen.features.arrears import use_cases as arrears
from shouwen.features.arrears.use_cases.looking import Lateness, ReliefCheck
from shouwen.features.evidence import use_cases as evidence
from shouwen.features.evidence.types import MediaRow, Purpose
from shouwen.features.money.types import Condition
from shouwen.kernel.errors import Absent
from shouwen.kernel.fen import format_fen
from shouwen.mount.pages.form_views import FieldView, FormView, PickView
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import FigureView
from shouwen.mount.web.acts import Tried, act, form_view, may
from shouwen.mount.web.desk.arrears_views import LeaseReliefView
from shouwen.mount.web.desk.bits import case_title, clause_refs
from shouwen.mount.web.desk.lease_shell import lease_file, lease_head
from shouwen.mount.web.desk.money_bits import FAULT
from shouwen.mount.web.desk.money_views import CheckView
from shouwen.mount.web.desk.rail import desk_html
from shouwen.mount.web.page import page, run, words

_PAGE = "/desk/leases/{lease_ref}/arrears/relief/{line}"
_PROOFS = (Purpose.PROOF, Purpose.STATEMENT)


def routes() -> list[Route]:
    """The page and its act."""
    return [
        page("GET", _PAGE, relief_page),
        page("POST", _PAGE, act(
            arrears.grant_relief, arrears.GrantRelief, relief_page, "/desk/leases/{lease_ref}/arrears#reliefs",
            "已免责，说明函已出具，租客会收到告知",
        )),
    ]  # fmt: skip


async def relief_page(request: Request, tried: Tried | None = None) -> Response:
    """Both rules as they stand for this instalment."""
    file, t = await lease_file(request), words(request)
    if file.contract is None or not may(request, arrears.grant_relief):
        raise Absent("账单", "bill line")
    ref, line = file.lease.ref, request.path_params["line"]
    late = await run(request, arrears.read_lateness, arrears.ReadLateness(ref))
    check = next((one for one in late.reliefs if line in (f"rent-{one.no}", f"late_fee-{one.no}")), None)
    if check is None:
        raise Absent("账单", "bill line")
    proofs = [
        one
        for one in await run(request, evidence.list_evidence, evidence.ListEvidence(ref))
        if one.purpose in _PROOFS
    ]  # fmt: skip
    rule = tried.typed.get("rule", [""])[0] if tried else ""
    view = LeaseReliefView(
        head=lease_head(request, file, "arrears"),
        title=t("第 {n} 期的免责", n=check.no),
        back=f"/desk/leases/{ref}/arrears#late-{check.no}",
        fee=FigureView(check.relievable_fen, (), clause_refs((late.fee_clause,)), ("LATE-4", "LATE-5")),
        relieved=t("已按 {rule} 免责", rule=check.relieved_by) if check.relieved_by else "",
        late4=_late4_checks(check, t),
        late4_note=_late4_note(check, t),
        late4_form=_form(request, late, "LATE-4", (), tried if rule == "LATE-4" else None, t)
        if check.late4_holds or rule == "LATE-4"
        else None,
        late5=_late5_checks(check, proofs, t),
        late5_note=_late5_note(check, proofs, t),
        late5_form=_late5_form(request, late, check, proofs, tried if rule == "LATE-5" else None, t),
    )
    return await desk_html(request, view, tried.status if tried else 200)


def _late4_checks(check: ReliefCheck, t: Words) -> tuple[CheckView, ...]:
    """First that it is paid, then the rule's own conditions; until it is paid some are still open."""
    paid = check.paid_on is not None
    first = CheckView(
        t("租金已付清"), paid, t("{day} 付清", day=f"{check.paid_on:%m-%d}") if check.paid_on else t("还没有付清")
    )
    return (first, *(_condition(one, check, paid, t) for one in check.conditions))


def _condition(one: Condition, check: ReliefCheck, paid: bool, t: Words) -> CheckView:
    texts = {
        "first": t("近 12 个月内首次逾期"), "short": t("晚不超过 7 天"), "prompt": t("提醒后 3 天内付清"),
        "honest": t("没有恶意逾期的记录"),
    }  # fmt: skip
    facts = {
        "first": _earlier(check.earlier_late_due_on, t), "short": t("晚 {n} 天", n=check.late_days),
        "prompt": t("{day} 提醒", day=f"{check.notice_on:%m-%d}") if check.notice_on else t("付款前没有发过提醒"),
        "honest": "",
    }  # fmt: skip
    open_still = not paid and one.holds and one.name in ("short", "prompt")
    return CheckView(texts[one.name], None if open_still else one.holds, facts[one.name])


def _earlier(on: date | None, t: Words) -> str:
    return t("没有更早的逾期") if on is None else t("上一次是 {day} 到期的一期", day=on)


def _late4_note(check: ReliefCheck, t: Words) -> str:
    if check.relieved_by:
        return ""
    if not all(one.holds for one in check.conditions):
        return t("不符合首次非恶意逾期，不能按 LATE-4 免除；可在账单里按权限减免，或由专员协商。")
    if check.paid_on is None and check.pay_by is not None:
        return t("租客在 {day} 前（含当天）付清，违约金可全部免除。", day=f"{check.pay_by:%m-%d}")
    if not check.relievable_fen:
        return t("这一期没有违约金，无需免除。")
    return t("全部符合：违约金 {amount} 全部免除，已付的转为余额。", amount=format_fen(check.relievable_fen))


def _late5_checks(check: ReliefCheck, proofs: list[MediaRow], t: Words) -> tuple[CheckView, ...]:
    coded = t("没有这样的扣款记录")
    if check.failed_on is not None:
        fault = t(FAULT[check.failed_fault]) if check.failed_fault in FAULT else ""
        coded = f"{check.failed_on:%m-%d} {fault} {check.failed_code}".strip()
    return (
        CheckView(t("到期日起的扣款因渠道、银行或我方失败"), check.late5_holds, coded),
        CheckView(
            t("或有显示当时余额足够的银行流水"),
            bool(proofs) or None,
            t("{n} 份", n=len(proofs)) if proofs else t("租客还没有上传"),
        ),
    )


def _late5_note(check: ReliefCheck, proofs: list[MediaRow], t: Words) -> str:
    if check.relieved_by:
        return ""
    if check.late5_holds:
        return t("我方结果码已说明：违约金冲回，记录更正，账户限制解除。")
    if proofs:
        return t("请核对银行流水是否显示到期日余额足够；客服提交的，由高级专员核对后生效。")
    return t("没有平台一侧失败的记录。请租客提供显示到期日余额的银行流水。")


def _late5_form(
    request: Request, late: Lateness, check: ReliefCheck, proofs: list[MediaRow], tried: Tried | None, t: Words
) -> FormView | None:
    if tried is None and (check.relieved_by or not (check.late5_holds or proofs)):
        return None
    fields: tuple[FieldView, ...] = ()
    if not check.late5_holds:
        picks = tuple(PickView(one.ref, one.file_name, note=f"{one.ref}") for one in proofs)
        fields = (FieldView(name="statement_ref", label=t("银行流水"), kind="select", picks=picks),)
    return _form(request, late, "LATE-5", fields, tried, t)


def _form(
    request: Request, late: Lateness, rule: str, fields: tuple[FieldView, ...], tried: Tried | None, t: Words
) -> FormView:
    """The rule goes along; the case the renter asked in may be named, so that the answer stands there."""
    cases = (
        PickView("", t("不写进案件")),
        *(PickView(one.ref, f"{case_title(one.type, t)} {one.ref}") for one in late.cases),
    )
    more = (
        FieldView(name="case_ref", label=t("租客在哪个案件里提出"), kind="select", picks=cases, required=False),
    ) if late.cases else ()  # fmt: skip
    button = t("全部免除违约金") if rule == "LATE-4" else t("撤销这次逾期")
    all_fields = (FieldView(name="rule", kind="hidden", value=rule), *fields, *more)
    return form_view(
        "grant_relief", request.url.path, "", button, all_fields, tried=tried, main=True, folded=False
    )  # fmt: skip
