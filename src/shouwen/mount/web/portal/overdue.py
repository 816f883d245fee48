"""/my/leases/{ref}/overdue: what is owed and why, what follows when by the rules, and every way out. No threats."""

from starlette.requests import Request
from starlette.responses import Response

from shouwen.features.arrears.types import DefaultStep
from shouwen.features.arrears.use_cases import ReadAges, ReadOutlook, read_ages, read_outlook
from shouwen.features.arrears.use_cases.outlook import Outlook, WayOut
from shouwen.features.arrears.use_cases.reading import ArrearsView
from shouwen.features.cases.types import CaseType
from shouwen.features.leases.types import LeaseState
from shouwen.features.leases.use_cases.paying import Payable
from shouwen.features.money.types import ChargeKind
from shouwen.features.payments.types import LeasePayments
from shouwen.kernel.days import beijing_at, beijing_on
from shouwen.kernel.fen import format_fen, plain_fen
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import FactView, FigureView, LinkView
from shouwen.mount.web.page import html, run, see, words
from shouwen.mount.web.portal.around import around
from shouwen.mount.web.portal.bits import clause_refs
from shouwen.mount.web.portal.money_bits import due_figure, payable_of, payable_row
from shouwen.mount.web.portal.money_views import PortalOverdueView, StepRowView, WayView
from shouwen.mount.web.portal.payments import lease_file, payments_of

_CASES = {
    CaseType.OVERDUE_RELIEF: "您申请的减免正在处理",
    CaseType.BILLING_DISPUTE: "您的账单异议正在处理",
    CaseType.CREDIT_RECORD_OBJECTION: "您的信用记录异议正在处理",
}


async def overdue_page(request: Request) -> Response:
    """One lease with something late; without it, the bills."""
    payable = await payable_of(request)
    ref = payable.lease_ref
    late = [line for line in payable.lines if line.days_overdue]
    if not late:
        return see("/my/bills")
    ended = (await lease_file(request)).lease.state is LeaseState.TERMINATED
    outlook = await run(request, read_outlook, ReadOutlook(ref))
    ages = await run(request, read_ages, ReadAges(ref))
    money = await payments_of(request, ref)
    now = await around(request)
    t = words(request)
    view = PortalOverdueView(
        human=now.human(t, lease_ref=ref, about="overdue_relief"),
        lease_ref=ref,
        model=payable.model,
        due=due_figure(payable, t),
        rows=tuple(payable_row(line, ref, line.amount_fen, t) for line in payable.lines if line.is_due),
        lead=(t("合同已经解除，请寄回手机；解除前的租金仍要付清。") if ended else "") + _lead(payable, outlook, t),
        grows=_grows(outlook, t),
        steps=_steps(outlook, ages, money, t),
        ways=_ways(payable, outlook, t, ended=ended, frozen=bool(_frozen(ages, t))),
        frozen=_frozen(ages, t),
        cases=tuple(
            LinkView(t(_CASES[case.type]), f"/my/cases/{case.ref}") for case in outlook.cases if case.type in _CASES
        ),
        links=_links(ages, ref, t),
        by_transfer=money.agreement_signed_at is None,
    )
    return html(request, view, **now.counts())


def _lead(payable: Payable, outlook: Outlook, t: Words) -> str:
    oldest = min((line.due_on for line in payable.lines if line.days_overdue and line.kind is ChargeKind.RENT),
                 default=None)  # fmt: skip
    said = t("最早一期 {day} 到期，还没有收到。", day=f"{oldest:%m-%d}") if oldest else ""
    if outlook.contested_fen:
        said += t("其中 {amount} 有争议，不催收，也不计违约金。", amount=format_fen(outlook.contested_fen))
    return said


def _grows(outlook: Outlook, t: Words) -> FigureView | None:
    """What one more day adds, with how the fees came to what they are."""
    if not outlook.grows_fen:
        return None
    booked = tuple(
        t("第 {n} 期：{days} 天，按合同 {ask}，法定上限 {gate}，实收 {charged}", n=fee.no, days=fee.days,
          ask=plain_fen(fee.ask_fen), gate=plain_fen(fee.gate_fen), charged=plain_fen(fee.booked_fen))
        for fee in outlook.fees
    )  # fmt: skip
    rules = ("LATE-1", "LATE-2", "LATE-3")
    return FigureView(outlook.grows_fen, booked, clause_refs(outlook.lease_ref, (outlook.fee_clause,)), rules)


def _steps(outlook: Outlook, ages: ArrearsView, money: LeasePayments, t: Words) -> tuple[StepRowView, ...]:
    """What follows by the rules if nothing is done; each with its day where the rules set one."""
    steps: list[StepRowView] = []
    if outlook.fee_from_on is not None:
        day = f"{outlook.fee_from_on:%m-%d}"
        steps.append(StepRowView(when=day, text=t("宽限期过后开始计逾期违约金"), rule="LATE-1"))
    elif outlook.grows_fen:
        text = t("未付的租金每天增加违约金 {amount}，到合同上限或法定上限为止", amount=format_fen(outlook.grows_fen))
        steps.append(StepRowView(when=t("每天"), text=text, rule="LATE-1"))
    if money.next_attempt is not None:
        at = beijing_at(money.next_attempt.at)
        steps.append(
            StepRowView(when=f"{at:%m-%d %H:%M}", text=t("按代扣协议再试扣一次，余额不足不会产生费用"), rule="DEDUCT-1")
        )
    if outlook.next_reminder_at is not None:
        day = f"{beijing_on(outlook.next_reminder_at):%m-%d}"
        steps.append(StepRowView(when=day, text=t("发一条提醒；已经申请减免或在沟通的不会催"), rule=outlook.policy))
    steps += _demand(outlook, t)
    if outlook.reports_to_bureau and not any(one.earliest_report_on for one in ages.credit_notices):
        text = t("报送信用信息之前，会先书面告知您，并至少等 {n} 天；期间付清、减免或提出异议即停止。",
                 n=outlook.report_wait_days)  # fmt: skip
        steps.append(StepRowView(when=t("如要报送"), text=text, rule="CRE-4"))
    for notice in ages.credit_notices:
        if notice.earliest_report_on is not None:
            day = f"{notice.earliest_report_on:%m-%d}"
            steps.append(StepRowView(when=day, text=t("第 {n} 期：", n=notice.no) + t(notice.state_zh), rule="CRE-4"))
    return tuple(steps)


def _demand(outlook: Outlook, t: Words) -> list[StepRowView]:
    if not outlook.demandable:
        return []
    if outlook.step is DefaultStep.MAY_DEMAND:
        text = t("长时间未付的，会先书面催告，写明金额和至少 {n} 天的期限；期限内付清或答复，合同照常。",
                 n=outlook.demand_days)  # fmt: skip
        return [StepRowView(when=t("以后"), text=text, rule="DEF-1")]
    if outlook.step is DefaultStep.DELIVERING:
        return [StepRowView(when=t("现在"), text=t("催告函正在送达，送达第二天起算期限"), rule="DEF-1")]
    if outlook.step is DefaultStep.WAITING and outlook.until_on is not None:
        text = t("催告的期限到这一天（含当天）：付清、归还或答复都可以")
        return [StepRowView(when=f"{outlook.until_on:%m-%d}", text=text, rule="DEF-1")]
    if outlook.step is DefaultStep.MAY_ACT:
        text = t("催告期限已过，主管可能解除合同、请您归还手机；现在付清或联系我们仍然可以商量")
        return [StepRowView(when=t("现在"), text=text, rule="DEF-1")]
    return []


def _ways(payable: Payable, outlook: Outlook, t: Words, *, ended: bool, frozen: bool) -> tuple[WayView, ...]:
    """Paying, paying a part, relief, contesting, a person: all of them, the one that costs least said first."""
    base = f"/my/leases/{payable.lease_ref}"
    ways = [_relief_way(way, base, t) for way in outlook.ways_out]
    oldest = next((line.line for line in payable.lines if line.is_due), "")
    whole = t("付清后不再计违约金，账户限制当场解除。") if frozen else t("付清后不再计违约金。")
    if ended:
        text = t("手机寄回之前，合同解除后的占用费每天在计；寄出前按清单备份、拍照。")
        ways.append(WayView(title=t("寄回手机"), text=text, href=f"{base}/return", main=True))
    part = t("先付一部分：付掉的部分从当天起不再计违约金。")
    relief = t("扣款失败、忘记了或暂时困难，都可以说明，由专人答复。")
    ways += [
        WayView(title=t("现在付清"), text=whole, href=f"{base}/pay", main=True),
        WayView(title=t("先付一部分"), text=part, href=f"{base}/pay"),
        WayView(title=t("申请减免或延后"), text=relief, href=f"{base}/relief", rule="LATE-4"),
        WayView(
            title=t("对金额有异议"), text=t("提出后，有争议的部分不催收，也不计违约金。"),
            href=f"{base}/bills/{oldest}/dispute", rule="PAUSE-1",
        ),
    ]  # fmt: skip
    return tuple(ways)


def _relief_way(way: WayOut, base: str, t: Words) -> WayView:
    if way.rule == "LATE-5":
        text = t("第 {n} 期：{why}。可以申请撤销这次逾期，违约金一并退回。", n=way.no, why=way.why_zh)
        return WayView(title=t("不是您的原因，申请撤销"), text=text, href=f"{base}/relief", rule="LATE-5")
    amount = format_fen(way.fee_fen)
    if way.pay_by is None:
        text = t("第 {n} 期是一年内第一次短期逾期，已付清，{amount} 违约金可以全部免除。", n=way.no, amount=amount)
    else:
        text = t(
            "第 {n} 期是一年内第一次短期逾期：{day} 前（含当天）付清租金，{amount} 违约金可以全部免除。", n=way.no,
            day=f"{way.pay_by:%m-%d}", amount=amount,
        )  # fmt: skip
    return WayView(title=t("违约金可以全免"), text=text, href=f"{base}/relief", rule="LATE-4")


def _frozen(ages: ArrearsView, t: Words) -> tuple[FactView, ...]:
    """CRE-3: what is limited, why, how much, how it is lifted."""
    freeze = ages.freeze
    if freeze is None or not freeze.holds:
        return ()
    return (
        FactView(t("限制了什么"), t("暂时不能下新订单，这份租约照常使用")),
        FactView(t("原因"), freeze.reason),
        FactView(t("涉及金额"), format_fen(freeze.amount_fen), t("限制那天的金额")),
        FactView(t("从什么时候"), f"{beijing_at(freeze.frozen_at):%m-%d %H:%M}"),
        FactView(t("怎么解除"), t("付清当场解除，不用申请"), tone="moss"),
    )


def _links(ages: ArrearsView, ref: str, t: Words) -> tuple[LinkView, ...]:
    links = []
    if ages.default is not None and ages.default.paper_ref:
        links.append(LinkView(t("看催告函"), f"/my/papers/{ages.default.paper_ref}"))
    links.append(LinkView(t("全部函件"), f"/my/leases/{ref}/papers"))
    return tuple(links)
