"""PAUSE-1 for a contested bill: what rests because of a billing dispute does so until some days after the answer."""

from datetime import timedelta

from shouwen.features.cases.ground import event
from shouwen.features.cases.rows import CaseRow
from shouwen.features.cases.service_time import service_clocks
from shouwen.features.cases.store import deadlines
from shouwen.features.cases.types import CaseType
from shouwen.features.money.public import mark_fees_stale
from shouwen.kernel.days import beijing_on
from shouwen.platform.door import Ctx
from shouwen.platform.events import Event


async def rest_over(ctx: Ctx, case: CaseRow, reason: str = "decided") -> tuple[Event, ...]:
    """A billing dispute is answered or closed: date the end of every pause of it and of what was merged into it.

    `reason` is decided or withdrawn. Nothing for other matters, or where nothing rests.
    """
    if case.type is not CaseType.BILLING_DISPUTE:
        return ()
    resting = await deadlines.resting_cases(ctx.conn, case.id)
    if not resting:
        return ()
    ends_on = beijing_on(ctx.now) + timedelta(days=service_clocks(ctx.now).pause_after_decision_days)
    ended = 0
    for case_id in resting:
        ended += await deadlines.end_pauses(ctx.conn, case_id, ends_on, reason)
        await mark_fees_stale(ctx.conn, await deadlines.paused_charges(ctx.conn, case_id))
    data: dict[str, object] = {"ends_on": str(ends_on), "ended": ended, "reason": reason}
    text = f"催收与违约金暂停至 {ends_on.isoformat()}，不追溯收费"
    return (event(case, "pause.ended", text, rule="PAUSE-1", sealed=True, data=data),)
