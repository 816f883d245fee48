"""SQL of parcels and what their couriers say."""

from collections.abc import Sequence
from datetime import date, datetime

from msgspec import Struct

from shouwen.features.stock.types import Direction, ShipmentRow, ShipmentState, TrackingEvent
from shouwen.platform.db import Conn, Row, one, row_to, rows_to

_COLUMNS = """id, ref, lease_id, renter_id, direction, courier, waybill, unit_id, state, promised_on, booked_at,
  last_event_at, delivered_on, disputed_at, outcome"""


class NewShipment(Struct, frozen=True, kw_only=True):
    """A parcel to be followed."""

    ref: str
    lease_id: int
    renter_id: int
    direction: Direction
    courier: str
    waybill: str
    unit_id: int | None
    promised_on: date | None


INSERT_SHIPMENT = f"""
INSERT INTO shipments (ref, lease_id, renter_id, direction, courier, waybill, unit_id, promised_on, booked_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (courier, waybill, lease_id) DO NOTHING
RETURNING {_COLUMNS}
"""  # noqa: S608 -- our own column list


async def insert_shipment(conn: Conn, new: NewShipment, now: datetime) -> ShipmentRow | None:
    """Book a parcel; None where the lease has this waybill already."""
    return _shipment(
        await conn.fetchrow(
            INSERT_SHIPMENT, new.ref, new.lease_id, new.renter_id, new.direction, new.courier, new.waybill,
            new.unit_id, new.promised_on, now,
        )
    )  # fmt: skip


SHIPMENT_BY_WAYBILL = f"""
SELECT {_COLUMNS} FROM shipments WHERE courier = $1 AND waybill = $2 ORDER BY id
"""  # noqa: S608 -- our own column list
SHIPMENT_BY_REF = f"SELECT {_COLUMNS} FROM shipments WHERE ref = $1"  # noqa: S608 -- our own column list
SHIPMENT_LOCKED = f"SELECT {_COLUMNS} FROM shipments WHERE id = $1 FOR UPDATE"  # noqa: S608 -- our own column list
SHIPMENTS_OF_LEASE = f"""
SELECT {_COLUMNS} FROM shipments WHERE lease_id = $1 ORDER BY id
"""  # noqa: S608 -- our own column list


async def lock_waybill(conn: Conn, courier: str, waybill: str) -> None:
    """Whoever else books the same waybill waits until this transaction is over."""
    await conn.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"waybill {courier} {waybill}")


async def shipments_by_waybill(conn: Conn, courier: str, waybill: str) -> list[ShipmentRow]:
    """The parcel of a waybill; more than one where renters claim the same one for what they send back."""
    return rows_to(ShipmentRow, await conn.fetch(SHIPMENT_BY_WAYBILL, courier, waybill))


async def shipment_by_ref(conn: Conn, ref: str) -> ShipmentRow | None:
    """A parcel by its reference."""
    return _shipment(await conn.fetchrow(SHIPMENT_BY_REF, ref))


async def lock_shipment(conn: Conn, shipment_id: int) -> ShipmentRow:
    """A parcel, locked; its lease's row is locked before."""
    return row_to(ShipmentRow, one(await conn.fetchrow(SHIPMENT_LOCKED, shipment_id)))


async def shipments_of(conn: Conn, lease_id: int) -> list[ShipmentRow]:
    """Every parcel of a lease, oldest first."""
    return rows_to(ShipmentRow, await conn.fetch(SHIPMENTS_OF_LEASE, lease_id))


def _shipment(row: Row | None) -> ShipmentRow | None:
    return None if row is None else row_to(ShipmentRow, row)


INSERT_EVENTS = """
INSERT INTO tracking_events (shipment_id, event_id, at, code, place, said, received_at)
SELECT $1, event_id, at, code, place, said, $2
FROM unnest($3::text[], $4::timestamptz[], $5::text[], $6::text[], $7::text[])
  AS e(event_id, at, code, place, said)
ON CONFLICT (shipment_id, event_id) DO NOTHING
RETURNING event_id
"""


async def insert_events(conn: Conn, shipment_id: int, events: Sequence[TrackingEvent], now: datetime) -> int:
    """Keep what a courier said, once each; how many lines were new."""
    rows = await conn.fetch(
        INSERT_EVENTS,
        shipment_id,
        now,
        [e.event_id for e in events],
        [e.at for e in events],
        [e.code for e in events],
        [e.place for e in events],
        [e.said for e in events],
    )
    return len(rows)


EVENTS_OF = """
SELECT shipment_id, event_id, at, code, place, said FROM tracking_events WHERE shipment_id = ANY($1::bigint[])
"""


async def events_of(conn: Conn, shipment_ids: Sequence[int]) -> dict[int, list[TrackingEvent]]:
    """What was said of each parcel, in no order."""
    found: dict[int, list[TrackingEvent]] = {shipment_id: [] for shipment_id in shipment_ids}
    for row in await conn.fetch(EVENTS_OF, shipment_ids):
        found[row["shipment_id"]].append(row_to(TrackingEvent, row))
    return found


MOVE_SHIPMENT = """
UPDATE shipments SET state = $2, last_event_at = $3, delivered_on = $4 WHERE id = $1
"""


async def move_shipment(
    conn: Conn, shipment_id: int, state: ShipmentState, last_event_at: datetime | None, delivered_on: date | None
) -> None:
    """Where a locked parcel is now."""
    await conn.execute(MOVE_SHIPMENT, shipment_id, state, last_event_at, delivered_on)


async def mark_disputed(conn: Conn, shipment_id: int, now: datetime) -> bool:
    """The renter says that nothing came; false where that is on record."""
    done = await conn.execute(
        "UPDATE shipments SET disputed_at = $2 WHERE id = $1 AND disputed_at IS NULL", shipment_id, now
    )
    return done == "UPDATE 1"


async def end_dispute(conn: Conn, shipment_id: int, outcome: str, state: ShipmentState) -> bool:
    """What was found out about a contested delivery (`came`, `not_came`), once."""
    done = await conn.execute(
        "UPDATE shipments SET outcome = $2, state = $3"
        " WHERE id = $1 AND disputed_at IS NOT NULL AND outcome = ''",
        shipment_id, outcome, state,
    )  # fmt: skip
    return done == "UPDATE 1"


ASK_AGAIN = """
INSERT INTO jobs (kind, key, payload, run_at) VALUES ('ask_courier', $1, $2, $3) ON CONFLICT (key) DO NOTHING
"""


async def ask_again(conn: Conn, shipment: ShipmentRow, nth: int, at: datetime) -> None:
    """The courier is asked about this parcel at an instant, for the `nth` time; once."""
    payload = {
        "shipment_ref": shipment.ref, "courier": shipment.courier, "waybill": shipment.waybill, "nth": nth,
    }  # fmt: skip
    await conn.execute(ASK_AGAIN, f"ask_courier:{shipment.ref}:{nth}", payload, at)


LOOK_AFTER = """
INSERT INTO jobs (kind, key, payload, run_at)
SELECT 'look_after_parcels', 'look_after_parcels:' || lease_id || ':' || $2,
  jsonb_build_object('lease_id', lease_id), $3
FROM unnest($1::bigint[]) AS n(lease_id)
ON CONFLICT (key) DO NOTHING
"""


async def look_after(conn: Conn, lease_ids: Sequence[int], why: str, at: datetime) -> None:
    """Somebody looks into the parcels of these leases, once for each `why`."""
    await conn.execute(LOOK_AFTER, lease_ids, why, at)


RECEIVED = """
UPDATE shipments SET outcome = 'came', state = 'signed', delivered_on = coalesce(delivered_on, $3)
WHERE id = (SELECT id FROM shipments WHERE lease_id = $1 AND direction = $2 ORDER BY id DESC LIMIT 1) AND outcome = ''
"""


async def mark_received(conn: Conn, lease_id: int, direction: Direction, on: date) -> None:
    """Whoever the newest parcel in this direction was for has it, whatever the courier says."""
    await conn.execute(RECEIVED, lease_id, direction, on)


NEWEST = f"""
SELECT {_COLUMNS} FROM shipments WHERE lease_id = $1 AND direction = $2 ORDER BY id DESC LIMIT 1
"""  # noqa: S608 -- our own column list


async def newest_parcel(conn: Conn, lease_id: int, direction: Direction) -> ShipmentRow | None:
    """The newest parcel of a lease in one direction."""
    return _shipment(await conn.fetchrow(NEWEST, lease_id, direction))


class LateShipment(Struct, frozen=True):
    """A lease whose phone has not left by the promised day."""

    lease_id: int
    renter_id: int
    lease_ref: str
    ship_by: date


# The promise is in the contract in force: days after signing.
LATE_SHIPMENTS = """
SELECT l.id AS lease_id, l.renter_id, l.ref AS lease_ref,
  l.signed_on + (c.contract -> 'terms' ->> 'ship_by_days')::int AS ship_by
FROM leases l
CROSS JOIN LATERAL (SELECT contract FROM contracts WHERE lease_id = l.id ORDER BY version DESC LIMIT 1) c
WHERE l.state IN ('signed', 'preparing') AND l.id >= $2 AND l.id < $3
  AND l.signed_on + (c.contract -> 'terms' ->> 'ship_by_days')::int < $1
ORDER BY l.id
"""


async def late_shipments(conn: Conn, on: date, lease_from: int, lease_to: int) -> list[LateShipment]:
    """Leases of an id range whose ship-by day has passed on `on` without a shipment."""
    return rows_to(LateShipment, await conn.fetch(LATE_SHIPMENTS, on, lease_from, lease_to))


TROUBLED = f"""
SELECT {_COLUMNS} FROM shipments
WHERE lease_id >= $1 AND lease_id < $2
  AND (state <> 'signed' OR (disputed_at IS NOT NULL AND outcome = ''))
  AND (state IN ('stuck', 'lost', 'refused') OR (disputed_at IS NOT NULL AND outcome = '')
       OR (state NOT IN ('signed', 'delivered') AND coalesce(last_event_at, booked_at) < $3))
  AND NOT EXISTS (SELECT FROM shipments newer WHERE newer.lease_id = shipments.lease_id
                  AND newer.direction = shipments.direction AND newer.id > shipments.id)
ORDER BY id
"""  # noqa: S608 -- our own column list


async def troubled(conn: Conn, lease_from: int, lease_to: int, quiet_since: datetime) -> list[ShipmentRow]:
    """The newest parcels of an id range that are stuck, lost, refused, disputed, or silent since then."""
    return rows_to(ShipmentRow, await conn.fetch(TROUBLED, lease_from, lease_to, quiet_since))


DOUBTED = f"""
SELECT {_COLUMNS} FROM shipments
WHERE lease_id >= $1 AND lease_id < $2 AND (state <> 'signed' OR (disputed_at IS NOT NULL AND outcome = ''))
  AND EXISTS (SELECT FROM shipments twin WHERE twin.courier = shipments.courier AND twin.waybill = shipments.waybill
              AND twin.lease_id <> shipments.lease_id)
ORDER BY id
"""  # noqa: S608 -- our own column list


async def doubted(conn: Conn, lease_from: int, lease_to: int) -> list[ShipmentRow]:
    """Parcels of an id range not yet here whose waybill another lease claims too."""
    return rows_to(ShipmentRow, await conn.fetch(DOUBTED, lease_from, lease_to))
