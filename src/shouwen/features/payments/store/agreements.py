"""SQL of the renters' agreements to deductions."""

from datetime import datetime

from shouwen.features.payments.types import AgreementRow
from shouwen.platform.db import Conn, row_to


async def agreement_of(conn: Conn, lease_id: int) -> AgreementRow | None:
    """The agreement in force for a lease."""
    row = await conn.fetchrow(
        "SELECT agreement_no, payer_id, signed_at FROM agreements WHERE lease_id = $1 AND ended_at IS NULL", lease_id
    )
    return None if row is None else row_to(AgreementRow, row)


async def is_of_another(conn: Conn, agreement_no: str, renter_id: int) -> bool:
    """Whether an agreement of this number was ever another renter's; who asks comes one at a time for a number."""
    await conn.execute("SELECT pg_advisory_xact_lock(hashtextextended('agreement:' || $1::text, 0))", agreement_no)
    row = await conn.fetchrow(
        "SELECT id FROM agreements WHERE agreement_no = $1 AND renter_id <> $2 LIMIT 1", agreement_no, renter_id
    )
    return row is not None


async def insert_agreement(
    conn: Conn, lease_id: int, renter_id: int, agreement_no: str, payer_id: str, now: datetime
) -> None:
    """A new agreement; whoever calls has ended the one before."""
    await conn.execute(
        """
        INSERT INTO agreements (lease_id, renter_id, agreement_no, payer_id, signed_at) VALUES ($1, $2, $3, $4, $5)
        """,
        lease_id, renter_id, agreement_no, payer_id, now,
    )  # fmt: skip


async def end_agreement(conn: Conn, lease_id: int, now: datetime) -> bool:
    """End the agreement in force; false where there was none."""
    row = await conn.fetchrow(
        "UPDATE agreements SET ended_at = $2 WHERE lease_id = $1 AND ended_at IS NULL RETURNING id", lease_id, now
    )
    return row is not None
