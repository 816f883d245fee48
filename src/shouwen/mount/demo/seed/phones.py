"""The stock: the phone of every lease by its IMEI, who had it when, and the parcels it went with."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from shouwen.features.leases.types import LeaseState
from shouwen.features.stock.types import Direction, ShipmentState, TrackingCode, UnitState
from shouwen.kernel.days import beijing_on
from shouwen.mount.demo.leases import CAME_BACK
from shouwen.mount.demo.seed.leases import PLAYED, WITHOUT_PHONE, Placed, serial_of
from shouwen.mount.demo.seed.plan import clock
from shouwen.mount.demo.structs import Lease
from shouwen.platform.clock import random_ref
from shouwen.platform.db import Conn

COURIER = "sf"
BOUGHT_PER_CENT = 88  # of the signed value
_L, _U = LeaseState, UnitState
STATES = {
    _L.PREPARING: _U.RESERVED,
    _L.SHIPPED: _U.RESERVED,
    _L.RENTING: _U.RENTED,
    _L.RETURNING: _U.RETURNING,
    _L.INSPECTING: _U.INSPECTING,
    _L.SETTLING: _U.INSPECTING,
    _L.CLOSED: _U.IN_STOCK,
}

_UNITS = """
INSERT INTO device_units (ref, imei, serial_no, model, storage, colour, condition_grade, state, lease_id, bought_fen,
  since)
SELECT ref, imei, serial_no, model, storage, colour, grade, state, lease_id, bought_fen, since
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
  $9::bigint[], $10::bigint[], $11::timestamptz[]) WITH ORDINALITY
  AS n(ref, imei, serial_no, model, storage, colour, grade, state, lease_id, bought_fen, since, no)
ORDER BY no RETURNING id
"""
_ASSIGNMENTS = """
INSERT INTO device_assignments (lease_id, unit_id, from_on, until_on, why)
SELECT lease_id, unit_id, from_on, until_on, 'first'
FROM unnest($1::bigint[], $2::bigint[], $3::date[], $4::date[]) AS n(lease_id, unit_id, from_on, until_on)
"""
_SHIPMENTS = """
INSERT INTO shipments (ref, lease_id, renter_id, direction, courier, waybill, unit_id, state, promised_on, booked_at,
  last_event_at, delivered_on)
SELECT ref, lease_id, renter_id, direction, $12, waybill, unit_id, state, promised_on, booked_at, last_event_at,
  delivered_on
FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::bigint[], $7::text[], $8::date[],
  $9::timestamptz[], $10::timestamptz[], $11::date[]) WITH ORDINALITY
  AS n(ref, lease_id, renter_id, direction, waybill, unit_id, state, promised_on, booked_at, last_event_at,
    delivered_on, no)
ORDER BY no RETURNING id
"""
_EVENTS = """
INSERT INTO tracking_events (shipment_id, event_id, at, code, place, said, received_at)
SELECT shipment_id, event_id, at, code, place, said, at
FROM unnest($1::bigint[], $2::text[], $3::timestamptz[], $4::text[], $5::text[], $6::text[])
  AS n(shipment_id, event_id, at, code, place, said)
"""


class Line(Struct, frozen=True):
    """One line of the courier."""

    at: datetime
    code: TrackingCode
    place: str
    said: str


class _Parcel(Struct, frozen=True):
    of: Placed
    unit_id: int
    direction: Direction
    waybill: str
    booked_at: datetime
    promised_on: date
    arrived_on: date | None
    lines: tuple[Line, ...]

    @property
    def state(self) -> ShipmentState:
        return ShipmentState.MOVING if self.arrived_on is None else ShipmentState.SIGNED


async def insert_phones(conn: Conn, placed: Sequence[Placed], now: datetime) -> None:
    """Units, assignments and parcels of all leases as of `now`; the caller has opened the act."""
    having = [each for each in placed if each.lease.state not in WITHOUT_PHONE]
    rows = await conn.fetch(
        _UNITS,
        [random_ref("SB") for _ in having],
        [each.lease.imei for each in having],
        [serial_of(each.lease.imei) for each in having],
        [each.lease.model for each in having],
        [each.lease.storage for each in having],
        [each.lease.colour for each in having],
        [each.lease.condition_grade for each in having],
        [str(_state(each.lease)) for each in having],
        [None if _state(each.lease) is _U.IN_STOCK else each.id for each in having],
        [each.lease.terms.signed_value_fen * BOUGHT_PER_CENT // 100 for each in having],
        [clock(_since(each.lease), 9) for each in having],
    )
    units = {each.id: int(row["id"]) for each, row in zip(having, rows, strict=True)}
    had = [each for each in having if each.lease.handed_over_on is not None]
    await conn.execute(
        _ASSIGNMENTS,
        [each.id for each in had],
        [units[each.id] for each in had],
        [each.lease.handed_over_on for each in had],
        [each.lease.received_on for each in had],
    )
    await _insert_parcels(conn, [one for each in having for one in _parcels(each, units[each.id], now)])


def _state(lease: Lease) -> UnitState:
    return _U.RENTED if lease.state in PLAYED else STATES[lease.state]


def _since(lease: Lease) -> date:
    """The day on which the phone came to be where it is."""
    return lease.ended_on or lease.received_on or lease.returned_on or lease.handed_over_on or lease.applied_on


def _parcels(each: Placed, unit_id: int, now: datetime) -> Iterator[_Parcel]:
    lease = each.lease
    if lease.shipped_on is not None and lease.waybill_out:
        promised_on = lease.shipped_on + timedelta(days=2)
        lines = _way(lease.shipped_on, lease.handed_over_on, "杭州市萧山区", "收件城市营业部", now)
        yield _Parcel(
            each, unit_id, Direction.OUT, lease.waybill_out, clock(lease.shipped_on, 10), promised_on,
            lease.handed_over_on, lines,
        )  # fmt: skip
    if lease.state in CAME_BACK and lease.returned_on is not None:
        promised_on = lease.returned_on + timedelta(days=2)
        lines = _way(lease.returned_on, lease.received_on, "寄件城市营业部", "杭州市萧山区", now)
        yield _Parcel(
            each, unit_id, Direction.BACK, lease.waybill_back, clock(lease.returned_on, 10), promised_on,
            lease.received_on, lines,
        )  # fmt: skip


def _way(sent_on: date, arrived_on: date | None, origin: str, target: str, now: datetime) -> tuple[Line, ...]:
    """What the courier has said by `now`; a parcel still under way was heard of yesterday."""
    lines = [Line(clock(sent_on, 11, 20), TrackingCode.PICKED_UP, origin, "已揽收")]
    if arrived_on is not None:
        lines.append(Line(clock(arrived_on, 7, 30), TrackingCode.OUT_FOR_DELIVERY, target, "正在派送"))
        lines.append(Line(clock(arrived_on, 9, 40), TrackingCode.SIGNED, target, "已签收，感谢使用"))
    else:
        heard_on = max(sent_on, beijing_on(now) - timedelta(days=1))
        lines.append(Line(clock(heard_on, 20, 15), TrackingCode.IN_TRANSIT, "中转场", "快件已发往下一站"))
    return tuple(replace(line, at=min(line.at, now)) for line in lines)


async def _insert_parcels(conn: Conn, parcels: Sequence[_Parcel]) -> None:
    rows = await conn.fetch(
        _SHIPMENTS,
        [random_ref("FH") for _ in parcels],
        [one.of.id for one in parcels],
        [one.of.renter_id for one in parcels],
        [str(one.direction) for one in parcels],
        [one.waybill for one in parcels],
        [one.unit_id for one in parcels],
        [str(one.state) for one in parcels],
        [one.promised_on for one in parcels],
        [one.booked_at for one in parcels],
        [one.lines[-1].at for one in parcels],
        [one.arrived_on for one in parcels],
        COURIER,
    )
    lines = [(int(row["id"]), no, line) for row, one in zip(rows, parcels, strict=True)
             for no, line in enumerate(one.lines, start=1)]  # fmt: skip
    await conn.execute(
        _EVENTS,
        [shipment_id for shipment_id, _, _ in lines],
        [str(no) for _, no, _ in lines],
        [line.at for _, _, line in lines],
        [str(line.code) for _, _, line in lines],
        [line.place for _, _, line in lines],
        [line.said for _, _, line in lines],
    )
