"""SQL of the phones with a lease, and of those in stock that fit it. Only reads; nothing is locked."""

from datetime import datetime

from msgspec import Struct

from shouwen.features.stock.types import UnitState
from shouwen.platform.db import Conn, rows_to


class LeasePhone(Struct, frozen=True):
    """A phone with a lease: `current` is the one it has or gets, the other one of a swap is not.

    `held_for` names the claim that keeps it as it is (QUAR-1), `releases_at` when that ends as the renter was told.
    """

    ref: str
    imei: str
    serial_no: str
    model: str
    storage: str
    colour: str
    condition_grade: str
    state: UnitState
    since: datetime
    current: bool
    held_for: str
    releases_at: datetime | None


WITH_LEASE = """
SELECT u.ref, u.imei, u.serial_no, u.model, u.storage, u.colour, u.condition_grade, u.state, u.since,
  u.state = 'reserved' AND NOT EXISTS (SELECT FROM swaps s WHERE s.new_unit_id = u.id AND s.state = 'sent')
    OR EXISTS (SELECT FROM device_assignments a WHERE a.lease_id = $1 AND a.unit_id = u.id AND a.until_on IS NULL)
    AS current,
  coalesce(h.subject, '') AS held_for, h.releases_at
FROM device_units u
LEFT JOIN LATERAL (SELECT subject, releases_at FROM phone_holds WHERE imei = u.imei AND released_at IS NULL
  ORDER BY id LIMIT 1) h ON true
WHERE u.lease_id = $1 ORDER BY u.id
"""


async def phones_with(conn: Conn, lease_id: int) -> list[LeasePhone]:
    """The phones that are with a lease now; two while it is swapped."""
    return rows_to(LeasePhone, await conn.fetch(WITH_LEASE, lease_id))


class FittingPhone(Struct, frozen=True):
    """A phone in stock that a lease may get."""

    imei: str
    serial_no: str
    colour: str
    condition_grade: str
    since: datetime


# One kept for a claim is in stock but not free (QUAR-1).
FITTING = """
SELECT u.imei, u.serial_no, u.colour, u.condition_grade, u.since FROM device_units u
WHERE u.state = 'in_stock' AND u.model = $1 AND ($2::text = '' OR u.storage = $2) AND ($3::text = '' OR u.colour = $3)
  AND NOT EXISTS (SELECT FROM phone_holds h WHERE h.imei = u.imei AND h.released_at IS NULL)
ORDER BY u.model, u.storage, u.colour, u.id LIMIT $4
"""


async def fitting_phones(conn: Conn, model: str, storage: str, colour: str, limit: int) -> list[FittingPhone]:
    """Free phones of this model; of this storage and colour where they are agreed."""
    return rows_to(FittingPhone, await conn.fetch(FITTING, model, storage, colour, limit))
