"""SQL of one bill line as its renter reads it: the spans in which it rested, and for which matter."""

from datetime import date, datetime

from msgspec import Struct

from shouwen.platform.db import Conn, rows_to


class LinePause(Struct, frozen=True):
    """PAUSE-1: nothing was asked for and no late fee ran on `amount_fen`; `ends_on` None: it rests still.

    `reason` is dispute, appeal, loss or delivery, `case_ref` the matter ('' for none).
    """

    started_at: datetime
    ends_on: date | None
    amount_fen: int
    reason: str
    case_ref: str


LINE_PAUSES = """
SELECT p.started_at, p.ends_on, p.amount_fen, p.reason, coalesce(k.ref, '') AS case_ref
FROM collection_pauses p LEFT JOIN cases k ON k.id = p.case_id
WHERE p.lease_id = $1 AND p.charge_id = ANY($2::bigint[]) ORDER BY p.id
"""


async def line_pauses(conn: Conn, lease_id: int, charge_ids: list[int]) -> list[LinePause]:
    """The pauses of these bills of a lease, the oldest first."""
    return rows_to(LinePause, await conn.fetch(LINE_PAUSES, lease_id, charge_ids))


CLAIM_PAUSED = """
SELECT coalesce(max(amount_fen), 0)::bigint FROM collection_pauses
WHERE lease_id = $1 AND charge_id IS NULL AND claim_id IS NOT NULL AND (ends_on IS NULL OR ends_on >= $2)
"""


async def claim_paused_fen(conn: Conn, lease_id: int, on: date) -> int:
    """What rests of a damage claim that is contested: its pause was there before its charge."""
    return int(await conn.fetchval(CLAIM_PAUSED, lease_id, on))
