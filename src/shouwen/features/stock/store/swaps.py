"""SQL of swaps."""

from datetime import date, datetime

from shouwen.features.stock.types import SwapRow, SwapState
from shouwen.platform.db import Conn, Row, row_to, rows_to

_COLUMNS = """id, ref, lease_id, renter_id, case_id, reason, state, old_unit_id, new_unit_id, asked_at,
  without_phone_from, handed_over_on, back_by"""

INSERT_SWAP = f"""
INSERT INTO swaps (ref, lease_id, renter_id, case_id, reason, old_unit_id, asked_at, without_phone_from)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (lease_id) WHERE state IN ('asked', 'sent', 'received') DO NOTHING
RETURNING {_COLUMNS}
"""  # noqa: S608 -- our own column list


async def insert_swap(
    conn: Conn, ref: str, lease_id: int, renter_id: int, case_id: int | None, reason: str, old_unit_id: int | None,
    now: datetime, without_from: date,
) -> SwapRow | None:  # fmt: skip
    """Ask for a swap; None where one is open."""
    return _swap(
        await conn.fetchrow(INSERT_SWAP, ref, lease_id, renter_id, case_id, reason, old_unit_id, now, without_from)
    )


SWAP_BY_REF = f"SELECT {_COLUMNS} FROM swaps WHERE ref = $1"  # noqa: S608 -- our own column list
OPEN_SWAP = f"""
SELECT {_COLUMNS} FROM swaps WHERE lease_id = $1 AND state IN ('asked', 'sent', 'received') FOR UPDATE
"""  # noqa: S608 -- our own column list
SWAPS_OF_LEASE = f"SELECT {_COLUMNS} FROM swaps WHERE lease_id = $1 ORDER BY id"  # noqa: S608 -- our own column list
LATE_SWAPS = f"""
SELECT {_COLUMNS} FROM swaps
WHERE state = 'received' AND back_by < $1 AND lease_id >= $2 AND lease_id < $3 ORDER BY id
"""  # noqa: S608 -- our own column list


async def swap_by_ref(conn: Conn, ref: str) -> SwapRow | None:
    """A swap by its reference; lock its lease first."""
    return _swap(await conn.fetchrow(SWAP_BY_REF, ref))


async def open_swap(conn: Conn, lease_id: int) -> SwapRow | None:
    """The swap that runs on a lease, locked."""
    return _swap(await conn.fetchrow(OPEN_SWAP, lease_id))


async def swaps_of(conn: Conn, lease_id: int) -> list[SwapRow]:
    """Every swap of a lease, oldest first."""
    return rows_to(SwapRow, await conn.fetch(SWAPS_OF_LEASE, lease_id))


async def late_swaps(conn: Conn, on: date, lease_from: int, lease_to: int) -> list[SwapRow]:
    """Swaps of an id range whose old phone should have come back before `on`."""
    return rows_to(SwapRow, await conn.fetch(LATE_SWAPS, on, lease_from, lease_to))


def _swap(row: Row | None) -> SwapRow | None:
    return None if row is None else row_to(SwapRow, row)


MOVE_SWAP = """
UPDATE swaps SET state = $2, new_unit_id = coalesce($3, new_unit_id), handed_over_on = coalesce($4, handed_over_on),
  back_by = coalesce($5, back_by), ended_at = CASE WHEN $2 IN ('done', 'withdrawn') THEN $6::timestamptz END
WHERE id = $1
"""


async def move_swap(
    conn: Conn, swap_id: int, state: SwapState, now: datetime, *, new_unit_id: int | None = None,
    handed_over_on: date | None = None, back_by: date | None = None,
) -> None:  # fmt: skip
    """The swap goes on; the lease row is locked."""
    await conn.execute(MOVE_SWAP, swap_id, state, new_unit_id, handed_over_on, back_by, now)
