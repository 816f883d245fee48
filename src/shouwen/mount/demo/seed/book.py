"""The money book as business days made it: rents on their day, late fees day by day, payments when they came in."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime, timedelta

from msgspec import Struct

from shouwen.features.money.public import (
    NewPayment,
    close_book_through,
    day_charges,
    day_credits,
    day_fees_exact,
    day_fees_fast,
    receive_payments,
    take_payment,
)
from shouwen.features.money.types import ChargeKind
from shouwen.kernel.actor import SYSTEM
from shouwen.mount.demo.seed.agenda import CHANNEL, Agenda, Step
from shouwen.mount.demo.seed.leases import Placed
from shouwen.mount.demo.seed.plan import clock
from shouwen.mount.demo.structs import Instalment
from shouwen.platform.clock import random_token
from shouwen.platform.db import Conn
from shouwen.platform.door import Ctx, Door, open_act, seal
from shouwen.platform.events import Event

Paid = tuple[Placed, Instalment]
Run = Callable[[Conn, int], Awaitable[str]]
DAY = timedelta(days=1)
ALL = (1, 1_000_000)  # lease ids
RECENT = 45  # days on which anything may happen to an overdue rent: each of them is run
ONE_BY_ONE = 165  # days; nothing is played before, so that the days of a month are one act


class _Day(Struct, frozen=True):
    """A day on which the book moves; `late`: a rent may be overdue, or credit there."""

    on: date
    paid: tuple[Paid, ...]
    late: bool


def add_book(agenda: Agenda, door: Door, placed: Sequence[Placed], today: date) -> None:
    """A step for every day before yesterday on which the book moves; of yesterday and `today` the payments alone.

    A day on which nothing is due, overdue or paid books nothing: leaving it out makes no difference.
    """
    paid: dict[date, list[Paid]] = {}
    for each in placed:
        for one in each.lease.instalments:
            if one.paid_on is not None and one.paid_fen:
                paid.setdefault(one.paid_on, []).append((each, one))
    due = {one.due_on for each in placed for one in each.lease.instalments if each.rent_ids}
    late = {today - n * DAY for n in range(1, RECENT + 1)} | _late_days(placed, today)
    months: dict[date, list[_Day]] = {}
    for on in sorted(day for day in due | set(paid) | late if day < today - DAY):
        act_on = on if on >= today - ONE_BY_ONE * DAY else on.replace(day=1)
        months.setdefault(act_on, []).append(_Day(on, tuple(paid.get(on, ())), on in late))
    for days in months.values():
        agenda.add(clock(days[-1].on, 0, 5), _days(door, days))
    for on in (today - DAY, today):  # these days are run by the desk's own use cases
        if on in paid:
            agenda.add(clock(on, 0, 6), _payments(door, on, tuple(paid[on])))


def _late_days(placed: Sequence[Placed], today: date) -> set[date]:
    """The days on which a rent may bear a late fee, and the one after its payment."""
    days: set[date] = set()
    for each in placed:
        grace_days = 0 if each.contract is None else each.contract.terms.grace_days
        for one in each.lease.instalments if each.rent_ids else ():
            late_to = one.paid_on if one.paid_on is not None and one.open_fen == 0 else today
            days |= {one.due_on + n * DAY for n in range(grace_days + 1, (late_to - one.due_on).days + 2)}
    return days


def _days(door: Door, days: Sequence[_Day]) -> Step:
    async def run(conn: Conn, act_id: int) -> str:
        made = paid = 0
        for day in days:
            on = day.on
            await close_book_through(conn, on - DAY)
            made += await day_charges(conn, act_id, on, *ALL)
            for do in (day_fees_fast, day_fees_exact, day_credits) if day.late else ():
                made += await do(conn, act_id, on, *ALL)
            paid += await receive_payments(conn, act_id, [_payment(each, one, on) for each, one in day.paid])
        return f"业务日 {days[0].on} 到 {days[-1].on}：入账 {made} 笔，收款 {paid} 笔"

    return _act(door, f"day:{days[-1].on}", run)


def _payments(door: Door, on: date, paid: Sequence[Paid]) -> Step:
    async def run(conn: Conn, act_id: int) -> str:
        for each, one in paid:
            new = _payment(each, one, on)
            await take_payment(conn, act_id, each, new.amount_fen, new.ref, on, on, named=[new.charge_id])
        return f"{on} 收款 {len(paid)} 笔"

    return _act(door, f"day:{on}", run)


def _payment(each: Placed, one: Instalment, on: date) -> NewPayment:
    return NewPayment(
        lease_id=each.id,
        renter_id=each.renter_id,
        charge_id=each.rent_ids[one.no - 1],
        kind=ChargeKind.RENT,
        amount_fen=one.paid_fen,
        on=on,
        ref=f"{each.lease.ref}-{one.no}",
    )


def _act(door: Door, subject: str, run: Run) -> Step:
    async def step(at: datetime) -> None:
        async with door.writes.acquire() as conn, conn.transaction():
            act_id = await open_act(conn, "run_demo_day", SYSTEM, CHANNEL, random_token(), b"", at)
            assert act_id is not None
            text = await run(conn, act_id)
            event = Event(kind="day.booked", text=text, subject=subject)
            await seal(Ctx(conn, SYSTEM, at, door.services, act_id=act_id, channel=CHANNEL), (event,), 200, b"{}")

    return step
