"""SQL of phones: the stock, who has which, and since when."""

from collections.abc import Sequence
from datetime import date, datetime

from msgspec import Struct

from shouwen.features.stock.types import DeviceUnit, UnitState
from shouwen.platform.db import Conn, Row, row_to, rows_to


class NewUnit(Struct, frozen=True, kw_only=True):
    """A phone to be taken into stock."""

    ref: str
    imei: str
    serial_no: str
    model: str
    storage: str
    colour: str
    condition_grade: str
    bought_fen: int | None


INSERT_UNITS = """
INSERT INTO device_units (ref, imei, serial_no, model, storage, colour, condition_grade, bought_fen, since)
SELECT ref, imei, serial_no, model, storage, colour, condition_grade, bought_fen, $9
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[])
  WITH ORDINALITY AS n(ref, imei, serial_no, model, storage, colour, condition_grade, bought_fen, no)
ORDER BY no
ON CONFLICT (imei) DO NOTHING
RETURNING imei
"""


async def insert_units(conn: Conn, new: Sequence[NewUnit], now: datetime) -> set[str]:
    """Take phones into stock in one statement; the IMEIs that were new."""
    rows = await conn.fetch(
        INSERT_UNITS,
        [n.ref for n in new],
        [n.imei for n in new],
        [n.serial_no for n in new],
        [n.model for n in new],
        [n.storage for n in new],
        [n.colour for n in new],
        [n.condition_grade for n in new],
        [n.bought_fen for n in new],
        now,
    )
    return {row["imei"] for row in rows}


_UNIT = """
SELECT u.id, u.ref, u.imei, u.serial_no, u.model, u.storage, u.colour, u.condition_grade, u.state, u.lease_id,
  u.bought_fen, u.since,
  coalesce((SELECT h.subject FROM phone_holds h WHERE h.imei = u.imei AND h.released_at IS NULL
            ORDER BY h.id LIMIT 1), '') AS held_for
FROM device_units u
"""
UNIT_BY_IMEI = _UNIT + "WHERE u.imei = $1 FOR UPDATE OF u"
UNIT_BY_ID = _UNIT + "WHERE u.id = $1 FOR UPDATE OF u"
UNIT_BY_REF = _UNIT + "WHERE u.ref = $1 FOR UPDATE OF u"
UNITS_OF_LEASE = _UNIT + "WHERE u.lease_id = $1 ORDER BY u.id FOR UPDATE OF u"
_NEWEST = " ORDER BY u.id DESC LIMIT $2"
UNITS_ALL = _UNIT + "WHERE u.id < $1" + _NEWEST
UNITS_IN_STATE = _UNIT + "WHERE u.id < $1 AND u.state = $3::text" + _NEWEST
# The last digits of the IMEI: a prefix of the reversed text; ':' follows '9'.
UNITS_BY_TAIL = (
    _UNIT
    + """WHERE u.id < $1 AND reverse(u.imei) ~>=~ reverse($3::text)
  AND reverse(u.imei) ~<~ (reverse($3::text) || ':')"""
    + _NEWEST
)


async def unit_by_imei(conn: Conn, imei: str) -> DeviceUnit | None:
    """A phone by its number, locked."""
    return _unit(await conn.fetchrow(UNIT_BY_IMEI, imei))


async def unit_by_id(conn: Conn, unit_id: int) -> DeviceUnit | None:
    """A phone by its id, locked."""
    return _unit(await conn.fetchrow(UNIT_BY_ID, unit_id))


async def unit_by_ref(conn: Conn, ref: str) -> DeviceUnit | None:
    """A phone by its reference, locked."""
    return _unit(await conn.fetchrow(UNIT_BY_REF, ref))


async def units_of_lease(conn: Conn, lease_id: int) -> list[DeviceUnit]:
    """The phones that are with a lease now (two while it is swapped), locked."""
    return rows_to(DeviceUnit, await conn.fetch(UNITS_OF_LEASE, lease_id))


# The phone the lease has now; before the hand-over, the one set aside for it.
_OF_LEASE = """
WHERE u.id = coalesce(
  (SELECT unit_id FROM device_assignments WHERE lease_id = $1 AND until_on IS NULL),
  (SELECT id FROM device_units WHERE lease_id = $1 AND state = 'reserved'))
FOR UPDATE OF u
"""
UNIT_OF_LEASE = _UNIT + _OF_LEASE


async def unit_of_lease(conn: Conn, lease_id: int) -> DeviceUnit | None:
    """The phone a lease has, or will get; locked."""
    return _unit(await conn.fetchrow(UNIT_OF_LEASE, lease_id))


async def list_units(conn: Conn, query: str, before_id: int, limit: int, *more: object) -> list[DeviceUnit]:
    """Phones, newest first, by one of the UNITS_ queries."""
    return rows_to(DeviceUnit, await conn.fetch(query, before_id, limit, *more))


def _unit(row: Row | None) -> DeviceUnit | None:
    return None if row is None else row_to(DeviceUnit, row)


MOVE_UNIT = "UPDATE device_units SET state = $2, lease_id = $3, since = $4 WHERE id = $1"


async def move_unit(conn: Conn, unit_id: int, state: UnitState, lease_id: int | None, now: datetime) -> None:
    """Change a locked phone's state and whose it is."""
    await conn.execute(MOVE_UNIT, unit_id, state, lease_id, now)


END_ASSIGNMENT = """
UPDATE device_assignments SET until_on = greatest(from_on, $2) WHERE lease_id = $1 AND until_on IS NULL
"""


async def end_assignment(conn: Conn, lease_id: int, on: date) -> None:
    """The lease has its phone no longer."""
    await conn.execute(END_ASSIGNMENT, lease_id, on)


async def is_assigned(conn: Conn, lease_id: int) -> bool:
    """Whether the lease has a phone now."""
    row = await conn.fetchrow("SELECT id FROM device_assignments WHERE lease_id = $1 AND until_on IS NULL", lease_id)
    return row is not None


async def assign(conn: Conn, lease_id: int, unit_id: int, on: date, why: str) -> None:
    """From a day on the lease has this phone, and the one before no longer."""
    await end_assignment(conn, lease_id, on)
    await conn.execute(
        "INSERT INTO device_assignments (lease_id, unit_id, from_on, why) VALUES ($1, $2, $3, $4)",
        lease_id, unit_id, on, why,
    )  # fmt: skip
