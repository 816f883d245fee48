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


_WAITED = "让您久等了，这件事已交给主管优先安排。您不用做什么，有人答复会马上出现在这里。"


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
    """时钟超时：记录一次并升级到主管的队列
    A clock ran out: recorded once, escalated to the supervisors by itself (ESC-1)."""
    due = await deadlines.take_due(ctx.conn, deadlines.TAKE_CLOCK, command.clock_id, ctx.now)
    if due is None:
        raise Absent("时钟", "due clock")
    case = await load.lock_case_by_id(ctx.conn, due["case_id"])
    await deadlines.mark_breached(ctx.conn, command.clock_id, ctx.now)
    kind = ClockKind(due["kind"])
    changing = Changing(case, ctx.actor, ctx.now)
    changing.set(urgent=True, escalated_at=case.escalated_at or ctx.now)
    seq = changing.system_line(_WAITED, rule="ESC-1") if kind is ClockKind.FIRST_ANSWER else None
    after = await changing.write(ctx.conn)
    breached = event(
        after, "clock.breached", f"{CLOCK_ZH[kind]}超时，已升级给主管", rule="ESC-1", seq=seq, sealed=True,
        data={"clock": due["kind"], "due_at": due["due_at"].isoformat()},
    )  # fmt: skip
    return Done(changing.sent(), breached)


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
