"""SQL of deposit holds. Amounts are whole fen."""

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from shouwen.platform.db import Conn, row_to


class Hold(Struct, frozen=True):
    """A deposit hold: `open_fen` is neither captured nor released."""

    id: int
    ref: str
    amount_fen: int
    captured_fen: int
    released_fen: int
    held_on: date
    release_due_on: date | None

    @property
    def open_fen(self) -> int:
        return self.amount_fen - self.captured_fen - self.released_fen


INSERT_HOLDS = """
INSERT INTO holds (ref, lease_id, amount_fen, held_on, release_due_on)
SELECT ref, lease_id, amount_fen, held_on, release_due_on
FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::date[], $5::date[])
  AS h(ref, lease_id, amount_fen, held_on, release_due_on)
ON CONFLICT (lease_id) DO NOTHING
RETURNING ref
"""


async def insert_holds(
    conn: Conn,
    refs: Sequence[str],
    lease_ids: Sequence[int],
    amounts_fen: Sequence[int],
    held_on: Sequence[date],
    release_due_on: Sequence[date | None],
) -> set[str]:
    """Write deposit holds; a lease has at most one. The refs that were new."""
    rows = await conn.fetch(INSERT_HOLDS, refs, lease_ids, amounts_fen, held_on, release_due_on)
    return {row["ref"] for row in rows}


LOCK_HOLD = """
SELECT id, ref, amount_fen, captured_fen, released_fen, held_on, release_due_on FROM holds
WHERE lease_id = $1 FOR UPDATE
"""


async def lock_hold(conn: Conn, lease_id: int) -> Hold | None:
    """The deposit hold of a lease, locked."""
    row = await conn.fetchrow(LOCK_HOLD, lease_id)
    return None if row is None else row_to(Hold, row)


MOVE_HOLD = """
UPDATE holds SET captured_fen = captured_fen + $2, released_fen = released_fen + $3 WHERE id = $1
"""


async def move_hold(conn: Conn, hold_id: int, captured_fen: int, released_fen: int) -> None:
    """Capture and release parts of a hold; more than is open violates its CHECK."""
    await conn.execute(MOVE_HOLD, hold_id, captured_fen, released_fen)


SET_RELEASE_DUE = "UPDATE holds SET release_due_on = $2 WHERE lease_id = $1"


async def set_release_due(conn: Conn, lease_id: int, release_due_on: date) -> None:
    """By when the rest of the hold goes back."""
    await conn.execute(SET_RELEASE_DUE, lease_id, release_due_on)
