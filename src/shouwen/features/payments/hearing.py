"""What was heard of an order becomes a fact; how the order stands follows from all of them, and so does the book.

Each is one act. The lease is locked first, then the order; money is booked once by the order's reference, whoever
brings the news and however often.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

import msgspec
from msgspec import Struct

from shouwen.features.money.public import OfLease, book_day
from shouwen.features.payments import store
from shouwen.features.payments.booking import Booked, book_done, book_not_done
from shouwen.features.payments.rules.attempt import PATIENCE, Act, Intent, Patience, Standing, State, stand
from shouwen.features.payments.types import Fact, Heard, OrderKind, OrderRow, OrderState
from shouwen.kernel.errors import Absent
from shouwen.platform.door import Ctx
from shouwen.platform.events import Event
from shouwen.platform.payment.port import Capture, Deduction, Freeze, Order, Refund, Release

_CALL: Mapping[OrderKind, type[Order]] = {
    OrderKind.DEDUCT: Deduction,
    OrderKind.CAPTURE: Capture,
    OrderKind.REFUND: Refund,
    OrderKind.FREEZE: Freeze,
    OrderKind.RELEASE: Release,
}
# The renter confirms a freeze in their own app within 15 minutes of being handed it; nobody else sends it.
_BY_RENTER = Patience(absent_after=timedelta(minutes=16), max_tries=1)


class Told(Struct, frozen=True, kw_only=True):
    """A fact, and what else the provider said with it."""

    fact: Fact
    moved_at: datetime | None = None
    payer_id: str = ""


def call_of(order: OrderRow) -> Order:
    """What the provider is told of an order."""
    return msgspec.convert(order.call, _CALL[order.kind])


def standing_of(order: OrderRow, facts: list[Fact]) -> Standing:
    """How an order stands after what was heard of it."""
    intent = Intent(act=Act(order.kind), number=order.number, amount_fen=order.amount_fen, planned_at=order.planned_at)
    return stand(intent, facts, _BY_RENTER if order.kind is OrderKind.FREEZE else PATIENCE)


async def locked(ctx: Ctx, order_ref: str) -> tuple[date, OfLease, OrderRow, list[Fact]]:
    """The open day of the book, then the lease and the order, locked, and what was heard. Absent."""
    on = await book_day(ctx.conn, ctx.now)
    order = await store.find_order(ctx.conn, order_ref)
    lease = None if order is None else await store.lock_lease(ctx.conn, order.lease_id)
    order = await store.lock_order(ctx.conn, order_ref)
    if order is None or lease is None:
        raise Absent("付款单", "payment order")
    return on, lease, order, await store.facts_of(ctx.conn, order.id)


async def hear(ctx: Ctx, order_ref: str, told: Told) -> tuple[OrderState, tuple[Event, ...]]:
    """Keep what was heard, book what it decides, ask for the next step; how the order stands, and what to tell."""
    on, lease, order, facts = await locked(ctx, order_ref)
    return await _hear(ctx, on, lease, order, facts, told)


async def withdraw(ctx: Ctx, lease_id: int) -> tuple[Event, ...]:
    """The desk no longer wants what it is about to deduct from a locked lease (paid otherwise, contested, ended)."""
    events: list[Event] = []
    for ref in await store.open_deductions(ctx.conn, lease_id):
        events += (await hear(ctx, ref, Told(fact=Fact(heard=Heard.WITHDRAWN, at=ctx.now))))[1]
    return tuple(events)


async def withdraw_locked(ctx: Ctx, on: date, lease: OfLease, order: OrderRow, facts: list[Fact]) -> tuple[Event, ...]:
    """The same for one order whose rows are locked."""
    told = Told(fact=Fact(heard=Heard.WITHDRAWN, at=ctx.now))
    return (await _hear(ctx, on, lease, order, facts, told))[1]


async def _hear(
    ctx: Ctx, on: date, lease: OfLease, order: OrderRow, facts: list[Fact], told: Told
) -> tuple[OrderState, tuple[Event, ...]]:
    await store.insert_fact(ctx.conn, order.id, told.fact, told.moved_at)
    facts = [*facts, told.fact]
    standing = standing_of(order, facts)
    state = OrderState(standing.state)
    booked = Booked(order.paid_on, order.entry_key)
    if standing.state is State.DONE and not order.entry_key:
        moved_at = await store.moved_at_of(ctx.conn, order.id)
        booked = await book_done(ctx, on, lease, order, standing, moved_at or ctx.now, told.payer_id)
    elif state is not order.state:
        booked = await book_not_done(ctx, on, lease, order, standing)
    if order.kind is OrderKind.FREEZE and told.payer_id:
        await store.set_payer(ctx.conn, lease.id, told.payer_id)
    next_at = standing.next_at if state is OrderState.OPEN else None
    await store.set_standing(
        ctx.conn, order, booked.state or state, next_at, standing.moved_fen, standing.provider_no, standing.code,
        standing.fault, ctx.now, booked.paid_on, booked.entry_key,
    )  # fmt: skip
    if next_at is not None:
        await store.ask_step(ctx.conn, order.ref, order.number, next_at)
    return booked.state or state, booked.events
