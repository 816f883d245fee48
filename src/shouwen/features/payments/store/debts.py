"""SQL of what is due and may be deducted: booked, outstanding, not contested. Amounts are whole fen."""

from collections.abc import Sequence
from datetime import date, datetime

from msgspec import Struct

from shouwen.features.payments.types import LastAttempt
from shouwen.kernel.days import beijing_on
from shouwen.platform.db import Conn, rows_to


class DebtRow(Struct, frozen=True):
    """A debt of a lease under an agreement, with what the lease's attempts hang on.

    `rests_through`: a demand gives the renter their days up to and with it (DEF-1; 9999-12-31 while it is under way).
    `last_*`: the latest deduction of what was due.
    """

    lease_id: int
    renter_id: int
    lease_ref: str
    agreement_no: str
    charge_id: int
    due_on: date
    amount_fen: int
    rests_through: date | None
    last_at: datetime | None
    last_fault: str
    last_covers: tuple[int, ...]

    @property
    def last(self) -> LastAttempt | None:
        return (
            None if self.last_at is None else LastAttempt(beijing_on(self.last_at), self.last_fault, self.last_covers)
        )


# What is contested rests (PAUSE-1); a late fee is as old as its rent. A lateness that was undone (LATE-5) begins anew
# on the day of that. Parameters: leases from $1, before $2, the day $3, its end $4, $5: a person asks for it.
_DEBTS = """
SELECT c.lease_id, c.renter_id, l.ref AS lease_ref, a.agreement_no, c.id AS charge_id,
  greatest(coalesce(r.due_on, c.due_on), (u.at AT TIME ZONE 'Asia/Shanghai')::date) AS due_on,
  greatest(0, c.outstanding_fen - coalesce(p.fen, 0))::bigint AS amount_fen,
  d.rests_through, t.planned_at AS last_at, coalesce(t.fault, '') AS last_fault,
  coalesce(t.covers, '{}') AS last_covers
FROM agreements a
JOIN leases l ON l.id = a.lease_id
JOIN charges c ON c.lease_id = a.lease_id AND c.kind IN ('rent', 'late_fee')
LEFT JOIN charges r ON r.lease_id = c.lease_id AND r.kind = 'rent' AND r.no = c.no AND c.kind = 'late_fee'
LEFT JOIN lateness_undone u ON u.charge_id = coalesce(r.id, c.id)
LEFT JOIN LATERAL (
  SELECT max(x.amount_fen) AS fen FROM collection_pauses x
  WHERE x.lease_id = c.lease_id AND x.charge_id = c.id AND x.started_at < $4 AND coalesce(x.ends_on >= $3, true)) p
  ON true
LEFT JOIN LATERAL (
  SELECT max(coalesce(x.until_on, DATE '9999-12-31')) AS rests_through FROM demands x
  WHERE x.lease_id = a.lease_id AND x.ended_at IS NULL) d ON true
LEFT JOIN LATERAL (
  SELECT o.planned_at, o.fault, o.covers FROM payment_orders o
  WHERE o.lease_id = a.lease_id AND o.kind = 'deduct' AND o.purpose ^@ 'due:' ORDER BY o.id DESC LIMIT 1) t ON true
WHERE a.lease_id >= $1 AND a.lease_id < $2 AND a.ended_at IS NULL AND c.settled_on IS NULL AND c.outstanding_fen > 0
  AND ($5 OR l.state NOT IN ('refused', 'cancelled', 'terminated', 'closed'))
  AND ($5 OR c.kind <> 'late_fee' OR NOT EXISTS (
    SELECT FROM cases k WHERE k.lease_id = a.lease_id AND k.type = 'overdue_relief' AND k.state = 'open'))
"""

DUE_DEBTS = f"""{_DEBTS}
  AND c.booked_on IS NOT NULL AND c.due_on <= $3
  AND ($5 OR d.rests_through IS NULL OR d.rests_through < $3)
  AND NOT EXISTS (
    SELECT FROM payment_orders o WHERE o.lease_id = a.lease_id AND o.kind = 'deduct'
      AND (o.state = 'open'
        OR (NOT $5 AND NOT o.by_name AND o.planned_at >= $4 - interval '1 day' AND o.planned_at < $4)))
ORDER BY c.lease_id, due_on, c.id
"""


async def due_debts(
    conn: Conn, lease_from: int, lease_to: int, on: date, ends_at: datetime, *, by_hand: bool = False
) -> list[DebtRow]:
    """Due debts of leases in a half-open range of ids, by lease; `ends_at` is the end of the day.

    None of a lease with a deduction under way. By itself the day leaves more alone: leases that ended or were tried
    today, the renter's days after a demand, late fees while an asked relief is looked at. `by_hand`: a person does it.
    """
    rows = rows_to(DebtRow, await conn.fetch(DUE_DEBTS, lease_from, lease_to, on, ends_at, by_hand))
    return [row for row in rows if row.amount_fen > 0]


COMING_DEBTS = f"{_DEBTS} ORDER BY due_on, c.id"


async def coming_debts(conn: Conn, lease_id: int, on: date, ends_at: datetime) -> list[DebtRow]:
    """Everything unsettled of a lease that its day will go by, also what is still to fall due; `on` as above."""
    rows = rows_to(DebtRow, await conn.fetch(COMING_DEBTS, lease_id, lease_id + 1, on, ends_at, False))
    return [row for row in rows if row.amount_fen > 0]


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
