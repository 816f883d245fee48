"""What leases and later features may do with phones and parcels inside their own transaction."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from msgspec import Struct

from shouwen.features.stock.policy import courier_policy_on
from shouwen.features.stock.rules.courier import arrived_on, in_order, may_dispute, picked_up_at, shown_state, state_of
from shouwen.features.stock.rules.parcel_words import say
from shouwen.features.stock.rules.unit import UNIT_LIFE, states_before, unit_after
from shouwen.features.stock.store import parcels, units
from shouwen.features.stock.store.parcels import (
    LateShipment,
    NewShipment,
    ask_again,
    end_dispute,
    late_shipments,
    lock_shipment,
    mark_disputed,
    mark_received,
    newest_parcel,
    shipment_by_ref,
    shipments_by_waybill,
)
from shouwen.features.stock.store.swaps import insert_swap, late_swaps, move_swap, open_swap, swap_by_ref, swaps_of
from shouwen.features.stock.store.units import assign, end_assignment, unit_by_id, unit_by_imei, units_of_lease
from shouwen.features.stock.store.units import unit_of_lease as unit_of
from shouwen.features.stock.types import (
    TO_RENTER,
    DeviceUnit,
    Direction,
    Parcel,
    ShipmentRow,
    ShipmentState,
    TrackingEvent,
    UnitAct,
    UnitState,
)
from shouwen.kernel.days import beijing_on
from shouwen.kernel.errors import BadInput, Refusal
from shouwen.platform.clock import random_ref
from shouwen.platform.db import Conn
from shouwen.platform.events import Job

__all__ = [
    "LateShipment",
    "Tracked",
    "ask_again",
    "assign",
    "book_parcel",
    "courier_policy_on",
    "doubted_parcels",
    "end_assignment",
    "end_dispute",
    "insert_swap",
    "is_quarantined",
    "late_shipments",
    "late_swaps",
    "lease_unit_follows",
    "lock_shipment",
    "mark_disputed",
    "mark_received",
    "move_swap",
    "newest_parcel",
    "open_swap",
    "parcels_of",
    "reserve",
    "shipment_by_ref",
    "shipments_by_waybill",
    "swap_by_ref",
    "swaps_of",
    "take_events",
    "troubled_parcels",
    "unit_by_id",
    "unit_by_imei",
    "unit_does",
    "unit_of",
    "units_of_lease",
]


async def is_quarantined(conn: Conn, lease_id: int) -> bool:
    """Whether a phone of this lease must stay as it is (QUAR-1)."""
    return any(unit.held_for for unit in await units_of_lease(conn, lease_id))


async def unit_does(conn: Conn, unit: DeviceUnit, act: UnitAct, now: datetime, lease_id: int | None) -> UnitState:
    """Do an act on a locked phone; Refusal `unit_act_not_possible` or `phone_held` (QUAR-1)."""
    after = unit_after(unit, act)
    await units.move_unit(conn, unit.id, after, lease_id, now)
    return after


async def lease_unit_follows(conn: Conn, lease_id: int, act: UnitAct, on: date, now: datetime) -> None:
    """The lease's phone goes along with an act on the lease, where the act means something for it.

    A hand-over begins the days in which the lease has it, as finding it does after the lease had ended; receiving it
    back, or selling it, ends them.
    """
    unit = await unit_of(conn, lease_id)
    if unit is None or unit.state not in states_before(act):
        return
    after = UNIT_LIFE[unit.state][act]
    await units.move_unit(conn, unit.id, after, None if after is UnitState.IN_STOCK else lease_id, now)
    if act is UnitAct.RENT:
        await assign(conn, lease_id, unit.id, on, "first")
    elif act is UnitAct.FIND and not await units.is_assigned(conn, lease_id):
        await assign(conn, lease_id, unit.id, on, "found")
    elif act in (UnitAct.RECEIVE, UnitAct.SELL):
        await end_assignment(conn, lease_id, on)


async def reserve(
    conn: Conn, imei: str, model: str, storage: str, colour: str, lease_id: int, now: datetime
) -> DeviceUnit:
    """Set a phone of the stock aside for a lease: it must be as agreed; BadInput or Refusal says what differs."""
    unit = await unit_by_imei(conn, imei)
    if unit is None:
        raise BadInput(
            "imei", "库存里没有这台手机", "no phone of the stock has this number",
            remedy_zh="请核对 IMEI，或先登记入库", remedy_en="check the number, or take the phone into stock first",
        )  # fmt: skip
    differs = [
        f"{label}是 {have or '（未登记）'}，订单是 {want}"
        for label, have, want in (
            ("型号", unit.model, model),
            ("容量", unit.storage, storage),
            ("颜色", unit.colour, colour),
        )
        if want and have != want
    ]
    if differs:
        raise Refusal(
            "unit_differs", f"这台手机和订单不一致：{'；'.join(differs)}", "this phone is not what was agreed",
            remedy_zh="请换一台，或先和租客变更订单", remedy_en="choose another phone, or amend the order",
            data={"model": unit.model, "storage": unit.storage, "colour": unit.colour},
        )  # fmt: skip
    await unit_does(conn, unit, UnitAct.RESERVE, now, lease_id)
    return unit


async def book_parcel(
    conn: Conn, direction: Direction, lease_id: int, renter_id: int, courier: str, waybill: str, unit_id: int | None,
    now: datetime, promised_on: date | None = None,
) -> tuple[ShipmentRow, Job]:  # fmt: skip
    """Follow a parcel from now on: its row, and the job that asks the courier. BadInput for a courier or number.

    What a renter sends back is not turned away where another renter named its waybill first: both are looked into, a
    person finds out whose it is (`doubted_parcels`).
    """
    policy = courier_policy_on(beijing_on(now))
    if courier not in {firm.code for firm in policy.couriers}:
        firms = "、".join(f"{firm.name}（{firm.code}）" for firm in policy.couriers)
        raise BadInput(
            "courier", "这家快递不在合作名单里", "we do not follow parcels of this courier",
            remedy_zh=f"可以用：{firms}", remedy_en=f"one of {', '.join(firm.code for firm in policy.couriers)}",
        )  # fmt: skip
    new = NewShipment(
        ref=random_ref("FH"), lease_id=lease_id, renter_id=renter_id, direction=direction, courier=courier,
        waybill=waybill, unit_id=unit_id, promised_on=promised_on,
    )  # fmt: skip
    await parcels.lock_waybill(conn, courier, waybill)
    known = await shipments_by_waybill(conn, courier, waybill)
    taken = any(renter_id == one.renter_id or TO_RENTER & {direction, one.direction} for one in known)
    shipment = None if taken else await parcels.insert_shipment(conn, new, now)
    if shipment is None:
        raise BadInput(
            "waybill", "这个运单号已经登记过", "this waybill is on record already",
            remedy_zh="请核对运单号", remedy_en="check the waybill",
        )  # fmt: skip
    payload: dict[str, object] = {"shipment_ref": shipment.ref, "courier": courier, "waybill": waybill, "nth": 1}
    run_at = now + timedelta(minutes=policy.ask_every_minutes)
    if known:
        await parcels.look_after(conn, [one.lease_id for one in (*known, shipment)], shipment.ref, now)
    return shipment, Job(kind="ask_courier", key=f"ask_courier:{shipment.ref}:1", payload=payload, run_at=run_at)


class Tracked(Struct, frozen=True):
    """What new lines of a courier did to a parcel. `picked_up_at` and `arrived_on` as all lines together say."""

    before: ShipmentRow
    state: ShipmentState
    new: int
    picked_up_at: datetime | None
    arrived_on: date | None


async def take_events(conn: Conn, shipment: ShipmentRow, events: Sequence[TrackingEvent], now: datetime) -> Tracked:
    """Keep a courier's lines on a locked parcel, once each; where that leads in whatever order they came."""
    new = await parcels.insert_events(conn, shipment.id, events, now)
    everything = in_order((await parcels.events_of(conn, [shipment.id]))[shipment.id])
    state, came_on = state_of(everything, shipment.outcome), arrived_on(everything)
    last_at = max((event.at for event in everything), default=None)
    if new:
        await parcels.move_shipment(conn, shipment.id, state, last_at, came_on)
    return Tracked(shipment, state, new, picked_up_at(everything), came_on)


async def parcels_of(conn: Conn, lease_id: int, now: datetime) -> tuple[Parcel, ...]:
    """Every parcel of a lease with its words for the renter and the courier's lines; access is the caller's."""
    rows = await parcels.shipments_of(conn, lease_id)
    lines = await parcels.events_of(conn, [row.id for row in rows]) if rows else {}
    policy = courier_policy_on(beijing_on(now))
    names = {firm.code: firm.name for firm in policy.couriers}
    found: list[Parcel] = []
    for row in rows:
        state = shown_state(row.state, row.last_event_at or row.booked_at, now, policy.quiet_days)
        found.append(
            Parcel(
                ref=row.ref,
                direction=row.direction,
                courier=row.courier,
                courier_name=names.get(row.courier, row.courier),
                waybill=row.waybill,
                state=state,
                promised_on=row.promised_on,
                booked_at=row.booked_at,
                last_event_at=row.last_event_at,
                delivered_on=row.delivered_on,
                disputed_at=row.disputed_at,
                may_dispute=may_dispute(row.direction, row.state, row.disputed_at),
                words=say(state, row.direction, disputed=row.is_contested, promised_on=row.promised_on),
                events=tuple(in_order(lines[row.id])),
                contested=row.is_contested,
                outcome=row.outcome,
            )
        )
    return tuple(found)


async def troubled_parcels(conn: Conn, now: datetime, lease_from: int, lease_to: int) -> list[ShipmentRow]:
    """Parcels of an id range that somebody should look into: stuck, lost, refused, disputed, or without news."""
    days = courier_policy_on(beijing_on(now)).quiet_days
    return await parcels.troubled(conn, lease_from, lease_to, now - timedelta(days=days))


async def doubted_parcels(conn: Conn, lease_from: int, lease_to: int) -> list[ShipmentRow]:
    """Parcels of an id range on their way back whose waybill another renter claims too."""
    return await parcels.doubted(conn, lease_from, lease_to)
