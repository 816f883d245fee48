"""SQL of refunds: credit on its way back to the renter. Amounts are whole fen."""

from datetime import date, datetime

from msgspec import Struct

from shouwen.features.payments.types import RefundRow
from shouwen.platform.db import Conn, Row, rows_to


class Refundable(Struct, frozen=True):
    """A payment at the provider, and what of it has not gone back and is not going."""

    id: int
    number: str
    rest_fen: int


REFUNDABLE = """
SELECT o.id, o.number, (o.moved_fen - coalesce(b.fen, 0))::bigint AS rest_fen
FROM payment_orders o
LEFT JOIN LATERAL (SELECT sum(r.amount_fen) AS fen FROM refunds r
                   WHERE r.paid_by = o.id AND r.failed_at IS NULL) b ON true
WHERE o.lease_id = $1 AND o.kind IN ('deduct', 'capture') AND o.state = 'done'
  AND o.moved_fen > coalesce(b.fen, 0)
ORDER BY o.id DESC
"""


async def refundable(conn: Conn, lease_id: int) -> list[Refundable]:
    """Payments of a lease that can still be given back at the provider, the newest first; the lease is locked."""
    return rows_to(Refundable, await conn.fetch(REFUNDABLE, lease_id))


class NewRefund(Struct, frozen=True, kw_only=True):
    """A refund to be written."""

    ref: str
    lease_id: int
    renter_id: int
    amount_fen: int
    why: str
    by_role: str
    by: int
    now: datetime
    bank_ref: str = ""
    paid_by: int | None = None
    order_id: int | None = None
    done_on: date | None = None


async def insert_refund(conn: Conn, new: NewRefund) -> bool:
    """Write a refund: through the provider (`paid_by`, `order_id`), or by bank transfer (`bank_ref`).

    False where this transfer gave credit back before.
    """
    row = await conn.fetchrow(
        """
        INSERT INTO refunds (ref, lease_id, renter_id, amount_fen, why, way, bank_ref, paid_by, order_id,
                             asked_by_role, asked_by, asked_at, done_on)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
        ON CONFLICT (upper(bank_ref)) WHERE bank_ref <> '' DO NOTHING RETURNING id
        """,
        new.ref, new.lease_id, new.renter_id, new.amount_fen, new.why, "bank" if new.paid_by is None else "provider",
        new.bank_ref, new.paid_by, new.order_id, new.by_role, new.by, new.now, new.done_on,
    )  # fmt: skip
    return row is not None


async def lock_refund(conn: Conn, order_id: int) -> Row | None:
    """The refund an order carries out: ref, amount_fen, done_on, failed_at."""
    return await conn.fetchrow(
        "SELECT ref, amount_fen, done_on, failed_at FROM refunds WHERE order_id = $1 FOR UPDATE", order_id
    )


async def set_refund(conn: Conn, order_id: int, done_on: date | None, failed_at: datetime | None) -> None:
    """What became of a refund."""
    await conn.execute(
        "UPDATE refunds SET done_on = $2, failed_at = $3 WHERE order_id = $1", order_id, done_on, failed_at
    )


async def lease_refunds(conn: Conn, lease_id: int) -> list[RefundRow]:
    """The latest refunds of a lease, the newest first."""
    rows = await conn.fetch(
        """
        SELECT ref, amount_fen, why, way, bank_ref, asked_at, done_on, failed_at FROM refunds
        WHERE lease_id = $1 ORDER BY id DESC LIMIT 100
        """,
        lease_id,
    )
    return rows_to(RefundRow, rows)
