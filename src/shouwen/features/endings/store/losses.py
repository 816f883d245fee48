"""SQL of lost phones."""

from datetime import date, datetime

from msgspec import Struct

from shouwen.features.endings.types import Loss, LossFile
from shouwen.platform.db import Conn, row_to, rows_to

_COLUMNS = """
id, lease_id, renter_id, case_id, reported_at, lost_on, place, paused_until, pause_ended_on, police_ref, found_on
"""

INSERT_LOSS = f"""
INSERT INTO losses (lease_id, renter_id, case_id, reported_at, lost_on, place, paused_until)
VALUES ($1, $2, $3, $4, $5, $6, $7)
RETURNING {_COLUMNS}
"""  # noqa: S608 -- our own column list


async def insert_loss(
    conn: Conn, lease_id: int, renter_id: int, case_id: int, now: datetime, lost_on: date, place: str,
    paused_until: date,
) -> Loss:  # fmt: skip
    """Write a loss; the lease is locked and renting, so there is none."""
    row = await conn.fetchrow(INSERT_LOSS, lease_id, renter_id, case_id, now, lost_on, place, paused_until)
    if row is None:
        raise LookupError("a loss was not written")
    return row_to(Loss, row)


FIND_LOSS = f"SELECT {_COLUMNS} FROM losses WHERE lease_id = $1 AND found_on IS NULL"  # noqa: S608


async def find_loss(conn: Conn, lease_id: int) -> Loss | None:
    """The loss of a lease whose phone has not been found; the lease's row must be locked to change it."""
    row = await conn.fetchrow(FIND_LOSS, lease_id)
    return None if row is None else row_to(Loss, row)


NEWEST_LOSS = """
SELECT c.ref AS case_ref, o.reported_at, o.lost_on, o.place, o.paused_until, o.pause_ended_on, o.police_ref, o.found_on
FROM losses o JOIN cases c ON c.id = o.case_id WHERE o.lease_id = $1 ORDER BY o.id DESC LIMIT 1
"""


async def newest_loss(conn: Conn, lease_id: int) -> LossFile | None:
    """The latest loss of a lease, found or not, with the case it goes on in."""
    row = await conn.fetchrow(NEWEST_LOSS, lease_id)
    return None if row is None else row_to(LossFile, row)


RESTED = """
SELECT (reported_at AT TIME ZONE 'Asia/Shanghai')::date AS first_on, coalesce(pause_ended_on, paused_until) AS last_on
FROM losses WHERE lease_id = $1 AND coalesce(pause_ended_on, paused_until) >= $2 ORDER BY id
"""


async def rested(conn: Conn, lease_id: int, since: date) -> list[tuple[date, date]]:
    """First and last day of every rest of a lease for a loss that reached `since`; its row must be locked."""
    return [(row["first_on"], row["last_on"]) for row in await conn.fetch(RESTED, lease_id, since)]


async def put_police_ref(conn: Conn, loss_id: int, police_ref: str) -> None:
    """The number of the police receipt."""
    await conn.execute("UPDATE losses SET police_ref = $2 WHERE id = $1", loss_id, police_ref)


async def end_loss_pause(conn: Conn, loss_id: int, on: date) -> None:
    """The last day collection rested."""
    await conn.execute("UPDATE losses SET pause_ended_on = $2 WHERE id = $1 AND pause_ended_on IS NULL", loss_id, on)


async def mark_found(conn: Conn, loss_id: int, on: date) -> None:
    """The phone is there again."""
    await conn.execute(
        "UPDATE losses SET found_on = $2, pause_ended_on = coalesce(pause_ended_on, $2) WHERE id = $1", loss_id, on
    )


IS_PAUSED = """
SELECT EXISTS (
  SELECT FROM collection_pauses WHERE lease_id = $1 AND charge_id = $2 AND coalesce(ends_on >= $3, true))
"""


async def is_paused(conn: Conn, lease_id: int, charge_id: int, on: date) -> bool:
    """Whether collection of a charge rests on a day (PAUSE-1)."""
    return bool(await conn.fetchval(IS_PAUSED, lease_id, charge_id, on))


class PausableCharge(Struct, frozen=True):
    """A charge with something open, and how much."""

    id: int
    outstanding_fen: int


PAUSABLE_CHARGES = """
SELECT id, outstanding_fen FROM charges
WHERE lease_id = $1 AND outstanding_fen > 0 AND due_on <= $2 ORDER BY id
"""


async def pausable_charges(conn: Conn, lease_id: int, until: date) -> list[PausableCharge]:
    """What is open of a lease, or falls due by `until`."""
    return rows_to(PausableCharge, await conn.fetch(PAUSABLE_CHARGES, lease_id, until))
