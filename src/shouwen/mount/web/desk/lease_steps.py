"""The weighty steps of arrears, each on a page that says what follows: demand, withdrawal, end, all due, notice."""

from collections.abc import Callable

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shouwen.features.arrears import use_cases as arrears
from shouwen.features.arrears.rules.default import LEAST_DAYS
from shouwen.features.arrears.types import DefaultStep
from shouwen.features.arrears.use_cases.looking import Lateness
from shouwen.features.arrears.use_cases.reading import ArrearsView
from shouwen.kernel.errors import Absent
from shouwen.kernel.fen import format_fen
from shouwen.mount.pages.form_views import FieldView, FormView, PickView
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import FactView, FigureView
from shouwen.mount.web.acts import Show, Tried, act, form_view, may
from shouwen.mount.web.desk.bits import clause_refs
from shouwen.mount.web.desk.lease_arrears import why_step
from shouwen.mount.web.desk.lease_shell import lease_file, lease_head
from shouwen.mount.web.desk.money_views import LeaseStepView
from shouwen.mount.web.desk.rail import desk_html
from shouwen.mount.web.page import Edge, page, run, words

_BASE = "/desk/leases/{lease_ref}/arrears"


class _Asked(Struct, frozen=True):
    """What a step page is built from."""

    ref: str
    ages: ArrearsView
    late: Lateness
    tried: Tried | None


class _Step(Struct, frozen=True, kw_only=True):
    """What one step says; without `form` it may not be done now, and `lead` says why."""

    title: str
    figure: FigureView | None = None
    figure_label: str = ""
    lead: str = ""
    facts: tuple[FactView, ...] = ()
    lines: tuple[FactView, ...] = ()
    follows: tuple[str, ...] = ()
    form: FormView | None = None


def routes() -> list[Route]:
    """Each step: a page that says what follows, and the act."""
    back = f"{_BASE}#default"
    demand, withdrawal, termination = _page(_demand), _page(_withdrawal), _page(_termination)
    acceleration, notice = _page(_acceleration), _page(_credit_notice)
    return [
        page("GET", f"{_BASE}/demand", _shown(demand)),
        page("POST", f"{_BASE}/demand", act(
            arrears.demand_payment, arrears.DemandPayment, demand, back, "催告函已出具，送达后开始计期"
        )),
        page("GET", f"{_BASE}/demand/withdrawal", _shown(withdrawal)),
        page("POST", f"{_BASE}/demand/withdrawal", act(
            arrears.withdraw_demand, arrears.WithdrawDemand, withdrawal, back, "催告已撤回"
        )),
        page("GET", f"{_BASE}/termination", _shown(termination)),
        page("POST", f"{_BASE}/termination", act(
            arrears.terminate_lease, arrears.TerminateLease, termination, back, "合同已解除，通知书已出具"
        )),
        page("GET", f"{_BASE}/acceleration", _shown(acceleration)),
        page("POST", f"{_BASE}/acceleration", act(
            arrears.accelerate_lease, arrears.AccelerateLease, acceleration, back, "全部价款已到期，通知书已出具"
        )),
        page("GET", f"{_BASE}/credit-notice", _shown(notice)),
        page("POST", f"{_BASE}/credit-notice", act(
            arrears.give_credit_notice, arrears.GiveCreditNotice, notice, back, "告知书已出具，送达后开始等待"
        )),
    ]  # fmt: skip


def _shown(show: Show) -> Edge:
    async def edge(request: Request) -> Response:
        return await show(request, None)

    return edge


def _page(build: Callable[[_Asked, Words], _Step]) -> Show:
    async def show(request: Request, tried: Tried | None) -> Response:
        if not may(request, arrears.demand_payment):
            raise Absent("页面", "page")
        file, t = await lease_file(request), words(request)
        ref = file.lease.ref
        ages = await run(request, arrears.read_ages, arrears.ReadAges(ref))
        late = await run(request, arrears.read_lateness, arrears.ReadLateness(ref))
        step = build(_Asked(ref, ages, late, tried), t)
        view = LeaseStepView(
            head=lease_head(request, file, "arrears"), title=step.title, back=f"/desk/leases/{ref}/arrears",
            lead=step.lead, form=step.form, figure=step.figure, figure_label=step.figure_label, facts=step.facts,
            lines=step.lines, follows=step.follows, rule="DEF-1",
        )  # fmt: skip
        return await desk_html(request, view, tried.status if tried else 200)

    return show


def _form(
    asked: _Asked, name: str, path: str, button: str, fields: tuple[FieldView, ...], *, possible: bool
) -> FormView | None:
    """The button, where the step may be taken, or was tried a moment ago."""
    if not possible and asked.tried is None:
        return None
    action = f"/desk/leases/{asked.ref}/arrears/{path}"
    return form_view(name, action, "", button, fields, tried=asked.tried, main=True, folded=False)


def _owed_lines(late: Lateness, t: Words) -> tuple[FactView, ...]:
    return tuple(
        FactView(one.name, format_fen(one.amount_fen), t("{day} 到期", day=f"{one.due_on:%m-%d}")) for one in late.owed
    )


def _why(label: str) -> tuple[FieldView, ...]:
    return (FieldView(name="why", label=label, kind="area"),)


def _owed_figure(late: Lateness) -> FigureView:
    working = tuple(f"{one.name} {format_fen(one.amount_fen)}" for one in late.owed)
    return FigureView(late.owed_fen, working, clause_refs(one.clause for one in late.owed), ("DEF-1", "民法典 722"))


def _demand(asked: _Asked, t: Words) -> _Step:
    late = asked.late
    possible = late.step is DefaultStep.MAY_DEMAND and late.demandable
    days = FieldView(
        name="days", label=t("给租客几天"), kind="number", value=str(late.demand_days), max_length=2,
        hint=t("从送达次日起算，至少 {n} 个整日", n=LEAST_DAYS),
    )  # fmt: skip
    return _Step(
        title=t("书面催告"),
        figure=_owed_figure(late),
        figure_label=t("逾期未付、无争议"),
        lead="" if possible else why_step(asked.ages, t) or t("没有可催告的事项"),
        follows=(
            t("出具付款催告函（封存、可下载），短信告知租客，送达次日起计期。"),
            t("同时开一个案件，租客可以在里面答复、提出异议或申请安排。"),
            t("期满前付清、归还或撤回，催告即告结束；期满仍未办结，由主管决定下一步。"),
        ),
        form=_form(asked, "demand_payment", "demand", t("出具催告函"), (days,), possible=possible),
    )


def _withdrawal(asked: _Asked, t: Words) -> _Step:
    demand = next((one for one in asked.late.demands if one.state == "open"), None)
    facts = () if demand is None else (
        FactView(t("催告函"), demand.paper_ref, href=f"/desk/leases/{asked.ref}/papers/{demand.paper_ref}"),
        FactView(t("所在案件"), demand.case_ref, href=f"/desk/cases/{demand.case_ref}"),
        FactView(t("期满"), str(demand.until_on or t("尚未送达"))),
    )  # fmt: skip
    return _Step(
        title=t("撤回催告"),
        figure=None if demand is None else FigureView(demand.amount_fen, rules=("DEF-1",)),
        figure_label=t("催告金额"),
        lead="" if demand else t("这笔租约没有进行中的催告。"),
        facts=facts,
        follows=(t("不再由这次催告引出解除或全部到期；欠款本身不变。"), t("租客在案件里看到撤回和原因。")),
        form=_form(
            asked, "withdraw_demand", "demand/withdrawal", t("撤回催告"), _why(t("原因（会告诉租客）")),
            possible=demand is not None,
        ),
    )  # fmt: skip


def _termination(asked: _Asked, t: Words) -> _Step:
    looks = asked.late.termination
    facts: tuple[FactView, ...] = ()
    follows = [t("合同解除，还没有出账的租金不再出账；已到期的欠款仍要付清。")]
    if looks is not None:
        daily = format_fen(looks.daily_num // looks.daily_den)
        facts = (
            FactView(t("占用费从"), str(looks.from_on)),
            FactView(t("占用费每天"), daily, t("合同 {no} 条", no=looks.clause) if looks.clause else ""),
            FactView(t("占用费最多"), format_fen(looks.cap_fen), t("不超过今天的丢机结算价")),
        )
        follows.append(
            t("请租客归还手机；{day} 起不还的，每天计 {daily}，归还之日停止。", day=looks.from_on, daily=daily)
        )
    follows.append(t("出具合同解除通知书，租客可以在案件里提出异议。"))
    return _Step(
        title=t("解除合同"),
        figure=_owed_figure(asked.late),
        figure_label=t("逾期未付、无争议"),
        lead="" if looks else why_step(asked.ages, t),
        facts=facts,
        follows=tuple(follows),
        form=_form(
            asked, "terminate_lease", "termination", t("解除合同"), _why(t("理由（留档）")), possible=looks is not None
        ),
    )


def _acceleration(asked: _Asked, t: Words) -> _Step:
    looks = asked.late.acceleration
    possible = looks is not None and looks.may
    lead = ""
    if looks is None:
        lead = why_step(asked.ages, t)
    elif not looks.instalment_sale:
        lead = t("合同没有约定分期付款买卖，不能要求支付全部价款（民法典 634）。")
    elif not looks.may:
        lead = t("到期未付的价款不到全部价款的五分之一（民法典 634）。")
    figure = None if looks is None else FigureView(looks.later_fen, looks.working, (), ("DEF-1", "民法典 634"))
    return _Step(
        title=t("要求支付全部价款"),
        figure=figure,
        figure_label=t("将提前到期的租金（{n} 期）", n=looks.later_count if looks else 0),
        lead=lead,
        lines=_owed_lines(asked.late, t),
        follows=(
            t("还没有到期的各期今天全部到期，逐期记入账本。"),
            t("出具价款到期通知书，租客可以在案件里提出异议。"),
        ),
        form=_form(
            asked, "accelerate_lease", "acceleration", t("要求支付全部价款"), _why(t("理由（留档）")), possible=possible
        ),
    )


def _credit_notice(asked: _Asked, t: Words) -> _Step:
    late = asked.late
    picks = tuple(
        PickView(f"rent-{one.no}", t("第 {n} 期租金", n=one.no), note=format_fen(one.outstanding_fen))
        for one in asked.ages.ages
        if one.days_past_due > 0 and one.outstanding_fen
    )
    possible = late.reports_to_bureau and bool(picks)
    field = FieldView(name="line", label=t("针对哪一期租金"), kind="select", picks=picks)
    lead = t("公司没有向征信机构报送信息，不能发送报送告知。") if not late.reports_to_bureau else ""
    return _Step(
        title=t("出具报送前告知"),
        figure=_owed_figure(late),
        figure_label=t("逾期未付、无争议"),
        lead=lead or ("" if picks else t("没有逾期未付的租金。")),
        follows=(
            t("出具书面告知并短信通知；送达次日起等待 {n} 天。", n=late.report_wait_days),
            t("等待期内付清、免责或提出争议，即停止，不报送（CRE-4）。"),
        ),
        form=_form(
            asked, "give_credit_notice", "credit-notice", t("出具告知书"), (field,), possible=possible
        ),
    )  # fmt: skip
