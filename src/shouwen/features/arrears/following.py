"""What follows by itself: paying lifts a freeze, stops a report, ends a demand; days that are over are offered."""

from shouwen.features.arrears.ground import debts_now, lease_event, overdue, sum_fen, tell
from shouwen.features.arrears.rules.credit_notice import decide_report
from shouwen.features.arrears.store import marks, notices
from shouwen.features.arrears.store.debts import Debt
from shouwen.features.arrears.types import CREDIT_NOTICE_ZH, CreditNoticeFacts, CreditNoticeState, NoticeKind
from shouwen.features.cases.public import append_system, case_by_id
from shouwen.features.leases.types import LeaseRow, LeaseState
from shouwen.kernel.days import beijing_on
from shouwen.kernel.fen import format_fen
from shouwen.platform.door import Ctx
from shouwen.platform.events import Event

_RUNNING = frozenset({CreditNoticeState.SENDING, CreditNoticeState.WAITING, CreditNoticeState.MAY_REPORT})


async def follow(ctx: Ctx, lease: LeaseRow) -> tuple[Event, ...]:
    """Bring the marks of a locked lease to what its bills say now; the events of what changed, none where nothing.

    A buyout that is agreed to and not paid settles nothing (BUY-5): until it is paid, or lapses, they stay as they are.
    """
    if await marks.is_buying(ctx.conn, lease.id):
        return ()
    debts = await debts_now(ctx, lease)
    return (
        *await _freeze(ctx, lease, debts),
        *await _credit_notices(ctx, lease, debts),
        *await _demand(ctx, lease, debts),
    )


async def _freeze(ctx: Ctx, lease: LeaseRow, debts: list[Debt]) -> tuple[Event, ...]:
    if overdue(debts, beijing_on(ctx.now)):
        return ()
    return await lift(ctx, lease, "没有逾期未付的款项")


async def lift(ctx: Ctx, lease: LeaseRow, why: str) -> tuple[Event, ...]:
    """End the running freeze, tell the renter; nothing where there is none (CRE-3)."""
    freeze_id = await marks.lift_freeze(ctx.conn, lease.id, why, ctx.now)
    if freeze_id is None:
        return ()
    if not await notices.drop_unsent(ctx.conn, lease.id, f"freeze:{freeze_id}", "限制已解除", ctx.now):
        text = f"{why}，您的账户限制已解除，可以照常使用全部服务。"
        await tell(ctx, lease, NoticeKind.LIFTED, f"lifted:{freeze_id}", text)
    return (lease_event(lease, "account.lifted", f"账户限制解除：{why}", "CRE-3", data={"freeze": freeze_id}),)


async def _credit_notices(ctx: Ctx, lease: LeaseRow, debts: list[Debt]) -> tuple[Event, ...]:
    by_id = {debt.id: debt for debt in debts}
    events = []
    for notice in await marks.credit_notices_of(ctx.conn, lease.id):
        if notice.ended_at is not None:
            continue
        debt = by_id[notice.charge_id]
        facts = CreditNoticeFacts(
            earliest_report_on=notice.earliest_report_on,
            outstanding_fen=debt.outstanding_fen,
            contested=debt.contested_fen > 0,
            relieved=debt.undone,
        )
        decided = decide_report(facts, beijing_on(ctx.now))
        state = decided.outcome
        if state is notice.state:
            continue
        await marks.move_credit_notice(ctx.conn, notice.id, state, None if state in _RUNNING else ctx.now)
        if state not in _RUNNING:
            await notices.drop_unsent(ctx.conn, lease.id, f"credit_notice:{notice.id}", "已停止", ctx.now)
        text = f"第 {debt.no} 期报送告知：{CREDIT_NOTICE_ZH[state]}"
        data: dict[str, object] = {"notice": notice.id, "state": state, "reason": decided.reasons[0].zh}
        events.append(lease_event(lease, "credit_notice.moved", text, "CRE-4", data=data))
    return tuple(events)


async def _demand(ctx: Ctx, lease: LeaseRow, debts: list[Debt]) -> tuple[Event, ...]:
    demand = next((one for one in await marks.demands_of(ctx.conn, lease.id) if one.state == "open"), None)
    if demand is None:
        return ()
    on = beijing_on(ctx.now)
    open_fen = sum_fen(overdue(debts, on, undone=True))
    unreturned = demand.for_return and lease.state is LeaseState.RENTING
    if open_fen <= 0 and not unreturned:
        await marks.end_demand(ctx.conn, demand.id, "paid", ctx.now)
        await notices.drop_unsent(ctx.conn, lease.id, f"demand:{demand.id}", "已付清", ctx.now)
        kind, text = "default.paid", f"催告的事项已办结，催告函 {demand.paper_ref} 到此结束"
    elif demand.until_on is not None and demand.until_on < on and demand.offered_at is None:
        await marks.offer_demand(ctx.conn, demand.id, ctx.now)
        rest = f"未付 {format_fen(open_fen)}" if open_fen > 0 else "手机尚未归还"
        text = f"催告期已于 {demand.until_on} 届满，{rest}；下一步由主管决定，您仍可以办结或答复"
        kind = "default.period_over"
    else:
        return ()
    case = await append_system(ctx, await case_by_id(ctx.conn, demand.case_id), text)
    data: dict[str, object] = {"demand": demand.id, "open_fen": open_fen}
    return (lease_event(lease, kind, text, "DEF-1", case_id=case.id, seq=case.seq, data=data),)
