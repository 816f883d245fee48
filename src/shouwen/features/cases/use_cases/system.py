"""What the desk does by itself when time runs out: escalate breached clocks, remind of promises."""

from typing import Annotated

from msgspec import Meta, Struct

from shouwen.features.cases.changes import Changing
from shouwen.features.cases.ground import event
from shouwen.features.cases.rows import ItemSent
from shouwen.features.cases.store import deadlines, load
from shouwen.features.cases.types import CLOCK_ZH, ClockKind
from shouwen.kernel.errors import Absent
from shouwen.platform.door import Ctx
from shouwen.platform.events import Done, Event
from shouwen.platform.fields import MAX_ID
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case

RowId = Annotated[int, Meta(ge=1, le=MAX_ID)]


class FindDue(Struct, frozen=True, forbid_unknown_fields=True):
    """What is due now."""


class DueNow(Struct, frozen=True):
    """Ids of clocks and promises that are due, oldest first, at most 50 each."""

    clocks: tuple[int, ...]
    promises: tuple[int, ...]


@use_case(FindDue, DueNow, permission=Permission.SYSTEM, method="GET", path="/system/due")
async def find_due(ctx: Ctx, command: FindDue) -> DueNow:
    """到期的时钟和承诺
    Clocks and promises that are due."""
    clocks = await deadlines.due_ids(ctx.conn, deadlines.DUE_CLOCKS, ctx.now)
    promises = await deadlines.due_ids(ctx.conn, deadlines.DUE_PROMISES, ctx.now)
    return DueNow(tuple(clocks), tuple(promises))


class BreachClock(Struct, frozen=True, forbid_unknown_fields=True):
    """A service clock that has run out."""

    clock_id: RowId


@use_case(BreachClock, ItemSent, permission=Permission.SYSTEM, method="POST", path="/system/clocks/{clock_id}/breach")
async def breach_clock(ctx: Ctx, command: BreachClock) -> Done[ItemSent]:
    """时钟超时：记录一次并升级
    A clock ran out: recorded once, escalated by itself (ESC-1)."""
    due = await deadlines.take_due(ctx.conn, deadlines.TAKE_CLOCK, command.clock_id, ctx.now)
    if due is None:
        raise Absent("时钟", "due clock")
    case = await load.lock_case_by_id(ctx.conn, due["case_id"])
    await deadlines.mark_breached(ctx.conn, command.clock_id, ctx.now)
    changing = Changing(case, ctx.actor, ctx.now)
    changing.set(urgent=True)
    after = await changing.write(ctx.conn)
    name = CLOCK_ZH[ClockKind(due["kind"])]
    breached = event(
        after, "clock.breached", f"{name}超时，已升级给主管", rule="ESC-1",
        data={"clock": due["kind"], "due_at": due["due_at"].isoformat()},
    )  # fmt: skip
    return Done(ItemSent(case.ref, case.seq), breached)


class RemindPromise(Struct, frozen=True, forbid_unknown_fields=True):
    """A promise that is due."""

    promise_id: RowId


@use_case(
    RemindPromise, ItemSent, permission=Permission.SYSTEM, method="POST", path="/system/promises/{promise_id}/reminder"
)
async def remind_promise(ctx: Ctx, command: RemindPromise) -> Done[ItemSent]:
    """承诺到期：提醒一次
    A promise is due: its owner is reminded once (PROM-1)."""
    due = await deadlines.take_due(ctx.conn, deadlines.TAKE_PROMISE, command.promise_id, ctx.now)
    if due is None:
        raise Absent("承诺", "due promise")
    case = await load.lock_case_by_id(ctx.conn, due["case_id"])
    await deadlines.mark_reminded(ctx.conn, command.promise_id, ctx.now)
    changing = Changing(case, ctx.actor, ctx.now)
    seq = changing.add("note", f"承诺到期：{due['text']}", extra={"promise_id": command.promise_id})
    after = await changing.write(ctx.conn)
    reminded = Event(
        kind="promise.due", text=f"承诺到期：{due['text']}", rule="PROM-1", case_id=after.id, seq=seq,
        lease_id=after.lease_id, subject=f"case:{after.ref}", topics=(f"case:{after.id}", "desk"),
        data={"promise_id": command.promise_id, "staff_id": due["staff_id"]},
    )  # fmt: skip
    return Done(ItemSent(after.ref, seq), reminded)
