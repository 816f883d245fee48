"""SQL of notifications that were signed for us."""

from datetime import datetime

from shouwen.platform.db import Conn


async def insert_notice(
    conn: Conn, notify_id: str, number: str, seen: str, amount_fen: int | None, provider_no: str, outcome: str,
    now: datetime,
) -> bool:  # fmt: skip
    """Keep a notification, once by its id; false where it was here before."""
    row = await conn.fetchrow(
        """
        INSERT INTO payment_notices (notify_id, number, received_at, seen, amount_fen, provider_no, outcome)
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (notify_id) DO NOTHING RETURNING id
        """,
        notify_id, number, now, seen, amount_fen, provider_no, outcome,
    )  # fmt: skip
    return row is not None
