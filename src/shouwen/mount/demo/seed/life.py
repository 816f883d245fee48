"""The days of each lease as sealed events at their own hour, so that its timeline reads as it was lived."""

from collections.abc import Iterator
from datetime import date, datetime

from shouwen.features.leases.types import LeaseAct, LeaseState
from shouwen.kernel.actor import SYSTEM
from shouwen.mount.demo.seed.agenda import CHANNEL, Agenda, Step
from shouwen.mount.demo.seed.leases import Placed
from shouwen.mount.demo.seed.plan import clock
from shouwen.platform.clock import random_token
from shouwen.platform.door import Ctx, Door, open_act, seal
from shouwen.platform.events import Event

ENDS = {
    LeaseState.CLOSED: (LeaseAct.CLOSE, "结清并结束"),
    LeaseState.CANCELLED: (LeaseAct.CANCEL, "取消订单，已付款项全部退回"),
    LeaseState.REFUSED: (LeaseAct.REFUSE, "申请未通过"),
}


def add_life(agenda: Agenda, door: Door, placed: list[Placed]) -> None:
    """One act a day for everything the leases lived through that day."""
    days: dict[date, list[Event]] = {}
    for each in placed:
        for on, act, words in _days(each):
            days.setdefault(on, []).append(_event(each, act, words))
    for on, events in sorted(days.items()):
        agenda.add(clock(on, 10), _step(door, tuple(events)))


def _days(each: Placed) -> Iterator[tuple[date, LeaseAct, str]]:
    lease = each.lease
    if lease.signed_on:
        yield lease.signed_on, LeaseAct.SIGN, "签约"
    if lease.shipped_on:
        yield lease.shipped_on, LeaseAct.SHIP, f"发货，运单 {lease.waybill_out}"
    if lease.handed_over_on:
        yield lease.handed_over_on, LeaseAct.HAND_OVER, "确认收货"
    if lease.returned_on:
        yield lease.returned_on, LeaseAct.SEND_BACK, f"寄回，运单 {lease.waybill_back}"
    if lease.received_on:
        yield lease.received_on, LeaseAct.RECEIVE, "收到归还的手机"
    if lease.ended_on and lease.state in ENDS:
        act, words = ENDS[lease.state]
        yield lease.ended_on, act, words


def _event(each: Placed, act: LeaseAct, words: str) -> Event:
    return Event(
        kind=f"lease.{act}",
        text=f"订单 {each.lease.ref}：{words}",
        lease_id=each.id,
        renter_id=each.renter_id,
        subject=f"lease:{each.lease.ref}",
        sealed=True,
    )


def _step(door: Door, events: tuple[Event, ...]) -> Step:
    async def step(at: datetime) -> None:
        await record(door, at, "import_lease_days", events)

    return step


async def record(door: Door, at: datetime, name: str, events: tuple[Event, ...]) -> None:
    """An act of the system that only tells."""
    async with door.writes.acquire() as conn, conn.transaction():
        act_id = await open_act(conn, name, SYSTEM, CHANNEL, random_token(), b"", at)
        assert act_id is not None
        await seal(Ctx(conn, SYSTEM, at, door.services, act_id=act_id, channel=CHANNEL), events, 200, b"{}")
