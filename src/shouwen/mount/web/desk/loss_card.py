"""A lost phone on the desk: reported for a renter on the phone, the police receipt, found again, settled."""

from datetime import date, timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shouwen.features.endings import use_cases as endings
from shouwen.features.endings.types import AcceptanceKind, LossFile
from shouwen.features.endings.use_cases import LeaseAgreements, LeaseLoss
from shouwen.features.endings.use_cases.losing import MOST_DAYS_AGO
from shouwen.features.leases.types import LeaseAct, LeaseFile
from shouwen.kernel.days import beijing_on
from shouwen.kernel.errors import Absent, Refusal
from shouwen.mount.pages.form_views import FieldView, FormView
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import FactView, PillView
from shouwen.mount.web.acts import Show, Tried, act, form_view, may
from shouwen.mount.web.desk.ending_ways import figure_of, lines_of
from shouwen.mount.web.desk.lease_shell import lease_file, lease_head
from shouwen.mount.web.desk.life_bits import act_of
from shouwen.mount.web.desk.life_views import DeskLossView
from shouwen.mount.web.desk.money_views import LeaseStepView
from shouwen.mount.web.desk.rail import desk_html
from shouwen.mount.web.page import page, problem_view, run, words

_HERE = "/desk/leases/{lease_ref}/loss"
_LOST, _POLICE, _FOUND = "report_lost_for", "record_police_for", "report_found_for"


def routes_with(show: Show) -> list[Route]:
    """The acts that come back to the page `show`, and the step before a settlement."""
    back = "/desk/leases/{lease_ref}/ending#loss"
    settled = "已按合同结算，结算函已出具"
    lost = "已报失：已申请锁定手机，扣款和违约金暂停"
    edges = (  # named apart from the renter's own, who is told in other words
        ("", act(endings.report_lost, endings.ReportLost, show, back, lost, name=_LOST)),
        ("/police", act(endings.record_police, endings.RecordPolice, show, back, "已登记报警回执", name=_POLICE)),
        ("/found", act(endings.report_found, endings.ReportFound, show, back, "已登记找回，租约继续", name=_FOUND)),
        ("/settlement", act(endings.settle_loss, endings.SettleLoss, settlement, back, settled)),
    )
    found = [page("GET", f"{_HERE}/settlement", settlement)]
    return found + [page("POST", f"{_HERE}{name}", edge) for name, edge in edges]


async def loss_card(
    request: Request, file: LeaseFile, agreed: LeaseAgreements, tried: Tried | None
) -> DeskLossView | None:
    """Where a loss stands; the form to report one where the phone is with the renter; nothing else of it."""
    t, ref = words(request), file.lease.ref
    state = await run(request, endings.read_loss, endings.ReadLoss(ref))
    if state.loss is not None and state.loss.found_on is None and act_of(file, LeaseAct.FIND) is not None:
        return _running(request, file, state.loss, agreed, t, tried)
    if act_of(file, LeaseAct.REPORT_LOST) is not None:
        return _report(file, state, t, tried)
    if state.loss is None:
        return None
    text = t("已找回") if state.loss.found_on else t("已了结")
    return DeskLossView(state=PillView(text, "moss"), facts=_facts(state.loss, t), acts=())


def _report(file: LeaseFile, state: LeaseLoss, t: Words, tried: Tried | None) -> DeskLossView:
    low = file.on - timedelta(days=MOST_DAYS_AGO)
    fields = (
        FieldView(name="lost_on", label=t("哪天丢的"), kind="date", value=file.on.isoformat(), low=low.isoformat(),
                  high=file.on.isoformat(), hint=t("不确定时填发现的那天")),
        FieldView(name="place", label=t("在哪里丢的"), required=False, max_length=200),
    )  # fmt: skip
    rests = state.would_rest_until >= file.on
    lead = (
        t(
            "租客来电报失时用：马上申请锁定手机，扣款和违约金暂停到 {day}，或到报警回执那天。",
            day=state.would_rest_until,
        )
        if rests
        else t("租客来电报失时用：马上申请锁定手机；一年内暂停的天数已用完，扣款和违约金照常。")
    )
    form = form_view(_LOST, f"/desk/leases/{file.lease.ref}/loss", t("替租客报失"), t("登记报失"), fields,
                     tried=tried, lead=lead)  # fmt: skip
    found = state.loss is not None and state.loss.found_on is not None
    facts = _facts(state.loss, t) if state.loss is not None and found else ()
    pill = PillView(t("上次已找回"), "moss") if found else PillView(t("没有报失"))
    return DeskLossView(state=pill, facts=facts, acts=(form,))


def _running(
    request: Request, file: LeaseFile, loss: LossFile, agreed: LeaseAgreements, t: Words, tried: Tried | None
) -> DeskLossView:
    ref = file.lease.ref
    forms: list[FormView] = []
    if not loss.police_ref:
        field = FieldView(name="police_ref", label=t("报警回执编号"), max_length=60)
        lead = t("登记后暂停到今天为止，可以按合同结算")
        forms.append(form_view(_POLICE, f"/desk/leases/{ref}/loss/police", t("登记报警回执"), t("登记"),
                               (field,), tried=tried, lead=lead))  # fmt: skip
    lead = t("遗失结算全部冲销，已付的成为余额，申请解除设备锁，租约继续")
    forms.append(form_view(_FOUND, f"/desk/leases/{ref}/loss/found", t("手机找回了"), t("登记找回"),
                           tried=tried, lead=lead))  # fmt: skip
    settled = any(one.kind is AcceptanceKind.LOSS and one.ended_on is None for one in agreed.agreements)
    resting = loss.pause_ended_on is None and file.on <= loss.paused_until
    note, href = "", ""
    if settled:
        note = t("已结算，见上面的约定")
    elif resting:
        note = t("暂停到 {day}，或到登记报警回执；之后才能结算", day=loss.paused_until.isoformat())
    elif may(request, endings.settle_loss):
        href = f"/desk/leases/{ref}/loss/settlement"
    else:
        note = t("由高级专员或主管按合同结算")
    return DeskLossView(
        state=PillView(t("设备遗失"), "red"), facts=_facts(loss, t), acts=tuple(forms), settle_href=href,
        settle_note=note,
    )  # fmt: skip


def _facts(loss: LossFile, t: Words) -> tuple[FactView, ...]:
    facts = [
        FactView(t("遗失"), _day(loss.lost_on), note=loss.place),
        FactView(t("报失"), _day(beijing_on(loss.reported_at))),
        FactView(t("暂停"), t("到 {day}", day=_day(loss.pause_ended_on or loss.paused_until))),
        FactView(t("会话"), loss.case_ref, href=f"/desk/cases/{loss.case_ref}"),
    ]
    if loss.police_ref:
        facts.append(FactView(t("报警回执"), loss.police_ref))
    if loss.found_on is not None:
        facts.append(FactView(t("找回"), _day(loss.found_on)))
    return tuple(facts)


def _day(on: date) -> str:
    return on.isoformat()


async def settlement(request: Request, tried: Tried | None = None) -> Response:
    """GET and POST …/loss/settlement: the figure by the contract with its working, what follows, then the button."""
    file = await lease_file(request)
    t, ref = words(request), file.lease.ref
    if not may(request, endings.settle_loss) or act_of(file, LeaseAct.FIND) is None:
        raise Absent("页面", "page")
    back = f"/desk/leases/{ref}/ending#loss"
    try:
        quote = await run(request, endings.quote_loss, endings.QuoteLoss(ref))
    except Refusal as refusal:
        said = problem_view(request, refusal)
        view = LeaseStepView(head=lease_head(request, file, "ending"), title=t("现在不能结算"), back=back,
                             lead=t("{why}。{remedy}", why=said.text, remedy=said.remedy), form=None)  # fmt: skip
        return await desk_html(request, view, tried.status if tried else 200)
    hidden = (
        FieldView(name="amount_fen", kind="hidden", value=str(quote.amount_fen)),
        FieldView(name="valid_until", kind="hidden", value=quote.valid_until.isoformat()),
    )
    view = LeaseStepView(
        head=lease_head(request, file, "ending"),
        title=t("按合同结算遗失的手机"),
        back=back,
        lead=t("金额由合同算出，不能改；今天内有效。"),
        form=form_view(
            "settle_loss", f"/desk/leases/{ref}/loss/settlement", "", t("结算并发出结算函"), hidden, tried=tried,
            main=True, folded=False,
        ),
        figure=figure_of(quote, ref),
        figure_label=t("遗失结算"),
        facts=lines_of(quote, t),
        follows=(
            t("未到期的租金并入结算，不再逐期扣"),
            t("租客收到结算函，可以提出异议（争议部分暂停）"),
            t("到期没有付清，按合同先从押金转付"),
            t("找回手机，结算全部冲销"),
        ),
        rule="LOSS-1",
    )  # fmt: skip
    return await desk_html(request, view, tried.status if tried else 200)
