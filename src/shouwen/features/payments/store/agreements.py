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
