"""SQL of what is due and may be deducted: booked, outstanding, not contested. Amounts are whole fen."""

from collections.abc import Sequence
from datetime import date, datetime

from msgspec import Struct

from shouwen.features.payments.types import DueDebt
from shouwen.platform.db import Conn, Row, rows_to


class DebtRow(Struct, frozen=True):
    """A due debt of a lease with an agreement and nothing under way, for the day's attempts."""

    lease_id: int
    renter_id: int
    lease_ref: str
    agreement_no: str
    charge_id: int
    due_on: date
    amount_fen: int


# What is contested rests (PAUSE-1); a late fee is as old as its rent.
DUE_DEBTS = """
SELECT c.lease_id, c.renter_id, l.ref AS lease_ref, a.agreement_no, c.id AS charge_id,
  coalesce(r.due_on, c.due_on) AS due_on,
  greatest(0, c.outstanding_fen - coalesce(p.fen, 0))::bigint AS amount_fen
FROM agreements a
JOIN leases l ON l.id = a.lease_id
JOIN charges c ON c.lease_id = a.lease_id AND c.kind IN ('rent', 'late_fee')
LEFT JOIN charges r ON r.lease_id = c.lease_id AND r.kind = 'rent' AND r.no = c.no AND c.kind = 'late_fee'
LEFT JOIN LATERAL (
  SELECT max(x.amount_fen) AS fen FROM collection_pauses x
  WHERE x.lease_id = c.lease_id AND x.charge_id = c.id AND x.started_at < $4 AND coalesce(x.ends_on >= $3, true)) p
  ON true
WHERE a.lease_id >= $1 AND a.lease_id < $2 AND a.ended_at IS NULL
  AND c.booked_on IS NOT NULL AND c.settled_on IS NULL AND c.due_on <= $3
  AND NOT EXISTS (SELECT FROM payment_orders o WHERE o.lease_id = a.lease_id AND o.kind = 'deduct' AND o.state = 'open')
ORDER BY c.lease_id, due_on, c.id
"""


async def due_debts(conn: Conn, lease_from: int, lease_to: int, on: date, ends_at: datetime) -> list[DebtRow]:
    """Due debts of leases in a half-open range of ids, by lease; `ends_at` is the end of the day."""
    rows = rows_to(DebtRow, await conn.fetch(DUE_DEBTS, lease_from, lease_to, on, ends_at))
    return [row for row in rows if row.amount_fen > 0]


# The same of one lease, with what is still to fall due.
COMING_DEBTS = """
SELECT c.id AS charge_id, coalesce(r.due_on, c.due_on) AS due_on,
  greatest(0, c.outstanding_fen - coalesce(p.fen, 0))::bigint AS amount_fen
FROM agreements a
JOIN charges c ON c.lease_id = a.lease_id AND c.kind IN ('rent', 'late_fee')
LEFT JOIN charges r ON r.lease_id = c.lease_id AND r.kind = 'rent' AND r.no = c.no AND c.kind = 'late_fee'
LEFT JOIN LATERAL (
  SELECT max(x.amount_fen) AS fen FROM collection_pauses x
  WHERE x.lease_id = c.lease_id AND x.charge_id = c.id AND x.started_at < $3 AND coalesce(x.ends_on >= $2, true)) p
  ON true
WHERE a.lease_id = $1 AND a.ended_at IS NULL AND c.settled_on IS NULL AND c.outstanding_fen > 0
ORDER BY due_on, c.id
"""


async def coming_debts(conn: Conn, lease_id: int, on: date, ends_at: datetime) -> list[DueDebt]:
    """Everything unsettled of a lease with an agreement, what is contested taken off; `ends_at` ends the day `on`."""
    rows = rows_to(DueDebt, await conn.fetch(COMING_DEBTS, lease_id, on, ends_at))
    return [row for row in rows if row.amount_fen > 0]


LAST_ATTEMPTS = """
SELECT DISTINCT ON (o.lease_id) o.lease_id, o.planned_at, o.fault, o.covers FROM payment_orders o
WHERE o.lease_id = ANY($1::bigint[]) AND o.kind = 'deduct' AND o.purpose ^@ 'due:' ORDER BY o.lease_id, o.id DESC
"""


async def last_attempts(conn: Conn, lease_ids: Sequence[int]) -> dict[int, Row]:
    """The latest deduction of what was due, by lease: planned_at, fault, covers."""
    return {row["lease_id"]: row for row in await conn.fetch(LAST_ATTEMPTS, lease_ids)}


STILL_OWED = """
SELECT coalesce(sum(greatest(0, c.outstanding_fen - CASE WHEN $5 THEN 0 ELSE coalesce(p.fen, 0) END)), 0)::bigint
FROM charges c
LEFT JOIN LATERAL (
  SELECT max(x.amount_fen) AS fen FROM collection_pauses x
  WHERE x.lease_id = c.lease_id AND x.charge_id = c.id AND x.started_at < $4 AND coalesce(x.ends_on >= $3, true)) p
  ON true
WHERE c.lease_id = $1 AND c.id = ANY($2::bigint[])
"""


async def still_owed_fen(
    conn: Conn, lease_id: int, charge_ids: Sequence[int], on: date, now: datetime, *, by_name: bool
) -> int:
    """What is outstanding of these charges now; what is contested only where the renter named them."""
    return int(await conn.fetchval(STILL_OWED, lease_id, charge_ids, on, now, by_name))
