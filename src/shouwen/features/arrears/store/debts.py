"""SQL of what is owed: bill lines with what rests of them, the list of leases in arrears, instalments to remind of."""

from collections.abc import Sequence
from datetime import date, datetime

from msgspec import Struct

from shouwen.features.leases.types import LeaseState
from shouwen.features.money.types import ChargeKind
from shouwen.platform.db import Conn, one, row_to, rows_to


class Debt(Struct, frozen=True):
    """A bill line on a day. Rent that rested until the phone was there is due on the last day of that.

    `contested_fen` rests (PAUSE-1); `undone`: its lateness does not count (LATE-5).
    """

    id: int
    kind: ChargeKind
    no: int
    clause: str
    due_on: date
    amount_fen: int
    paid_fen: int
    waived_fen: int
    outstanding_fen: int
    settled_on: date | None
    booked_on: date | None
    contested_fen: int
    undone: bool

    @property
    def collectable_fen(self) -> int:
        """What may be asked for."""
        return self.outstanding_fen - self.contested_fen


DEBTS_OF = """
SELECT c.id, c.kind, c.no, c.clause, greatest(c.due_on, w.ends_on) AS due_on, c.amount_fen, c.paid_fen,
  c.waived_fen, c.outstanding_fen, c.settled_on, c.booked_on,
  EXISTS (SELECT FROM lateness_undone u WHERE u.charge_id = c.id) AS undone,
  least(c.outstanding_fen, coalesce((
    SELECT max(p.amount_fen) FROM collection_pauses p
    WHERE p.lease_id = c.lease_id AND p.charge_id = c.id AND (p.ends_on IS NULL OR p.ends_on >= $2)), 0))
    AS contested_fen
FROM charges c LEFT JOIN collection_pauses w ON w.charge_id = c.id AND w.reason = 'delivery'
WHERE c.lease_id = $1 ORDER BY c.due_on, c.kind DESC, c.id
"""


async def debts_of(conn: Conn, lease_id: int, on: date) -> list[Debt]:
    """Every bill line of a lease as it stands, by due day."""
    return rows_to(Debt, await conn.fetch(DEBTS_OF, lease_id, on))


class ArrearsLine(Struct, frozen=True):
    """A lease in arrears: its oldest open rent, and everything open that is due."""

    lease_id: int
    lease_ref: str
    renter_name_masked: str
    model: str
    state: LeaseState
    oldest_no: int
    oldest_due_on: date
    overdue_fen: int
    instalments: int
    frozen: bool
    demanded: bool
    case_ref: str


# Whoever has not had the phone for more than three days is not in arrears (PAUSE-1).
# By the oldest open rent of each lease: the index of overdue rents in its own order.
ARREARS = """
SELECT c.lease_id, l.ref AS lease_ref, r.name_masked AS renter_name_masked, l.model, l.state, c.no AS oldest_no,
  c.due_on AS oldest_due_on, o.overdue_fen, o.instalments,
  EXISTS (SELECT FROM freezes f WHERE f.lease_id = c.lease_id AND f.lifted_at IS NULL) AS frozen,
  EXISTS (SELECT FROM demands d WHERE d.lease_id = c.lease_id AND d.ended_at IS NULL) AS demanded,
  coalesce((SELECT k.ref FROM cases k WHERE k.lease_id = c.lease_id AND k.type = 'overdue_relief' AND k.state = 'open'
            ORDER BY k.id DESC LIMIT 1), '') AS case_ref
FROM charges c
JOIN leases l ON l.id = c.lease_id
JOIN renters r ON r.id = l.renter_id
CROSS JOIN LATERAL (
  SELECT sum(a.outstanding_fen)::bigint AS overdue_fen,
    (count(*) FILTER (WHERE a.kind = 'rent'))::integer AS instalments
  FROM charges a
  WHERE a.lease_id = c.lease_id AND a.settled_on IS NULL AND a.booked_on IS NOT NULL AND a.due_on < $1) o
WHERE c.kind = 'rent' AND c.settled_on IS NULL AND c.booked_on IS NOT NULL AND c.outstanding_fen > 0
  AND c.due_on >= $2 AND c.due_on <= $3 AND (c.due_on, c.lease_id) > ($4, $5)
  AND l.state NOT IN ('signed', 'preparing', 'shipped')
  AND NOT EXISTS (
    SELECT FROM collection_pauses w WHERE w.charge_id = c.id AND w.reason = 'delivery' AND w.ends_on >= $1)
  AND NOT EXISTS (
    SELECT FROM charges b WHERE b.lease_id = c.lease_id AND b.kind = 'rent' AND b.settled_on IS NULL
      AND b.booked_on IS NOT NULL AND b.outstanding_fen > 0 AND b.no < c.no)
ORDER BY c.due_on, c.lease_id LIMIT $6
"""


async def arrears(
    conn: Conn, on: date, first_on: date, last_on: date, after: tuple[date, int], limit: int
) -> list[ArrearsLine]:
    """Leases whose oldest open rent fell due from `first_on` to `last_on`, the oldest first, after a place."""
    return rows_to(ArrearsLine, await conn.fetch(ARREARS, on, first_on, last_on, *after, limit))


# Steps of the plans as arrays; a contract names its plan, or the first applies. Two indexes: scheduled rents by the day
# they fall due, overdue ones likewise.
PLAN_REMINDERS = """
WITH steps AS (
  SELECT * FROM unnest($4::text[], $5::text[], $6::text[], $7::date[], $8::timestamptz[])
    AS s(plan, step, kind, due_on, send_at)),
due AS (
  SELECT c.id, c.lease_id, c.renter_id, c.due_on FROM charges c
  WHERE c.kind = 'rent' AND c.booked_on IS NULL AND c.due_on = ANY($7::date[])
    AND c.lease_id >= $1 AND c.lease_id < $2 AND c.outstanding_fen > 0
  UNION ALL
  SELECT c.id, c.lease_id, c.renter_id, c.due_on FROM charges c
  WHERE c.kind = 'rent' AND c.booked_on IS NOT NULL AND c.settled_on IS NULL AND c.due_on = ANY($7::date[])
    AND c.lease_id >= $1 AND c.lease_id < $2 AND c.outstanding_fen > 0),
planned AS (
  SELECT d.*, coalesce((
    SELECT k.contract #>> '{terms,reminder_plan}' FROM contracts k
    WHERE k.lease_id = d.lease_id ORDER BY k.version DESC LIMIT 1), '') AS named
  FROM due d JOIN leases l ON l.id = d.lease_id
  WHERE l.state IN ('renting', 'returning', 'inspecting', 'settling')),
written AS (
  INSERT INTO notices (lease_id, renter_id, charge_id, kind, step, send_at)
  SELECT p.lease_id, p.renter_id, p.id, s.kind, s.step, s.send_at
  FROM planned p JOIN steps s ON s.due_on = p.due_on
    AND s.plan = CASE WHEN p.named = ANY($9::text[]) THEN p.named ELSE $3 END
  ON CONFLICT (charge_id, step) WHERE charge_id IS NOT NULL DO NOTHING
  RETURNING send_at)
SELECT send_at, count(*)::integer AS count FROM written GROUP BY send_at ORDER BY send_at
"""


class PlannedStep(Struct, frozen=True):
    """One step of one plan for instalments that fell (or fall) due on a day."""

    plan: str
    step: str
    kind: str
    due_on: date
    send_at: datetime


async def plan_reminders(
    conn: Conn, lease_from: int, lease_to: int, first_plan: str, names: Sequence[str], steps: Sequence[PlannedStep]
) -> dict[datetime, int]:
    """Write today's reminders of a range of leases, each once; how many for which instant."""
    rows = await conn.fetch(
        PLAN_REMINDERS,
        lease_from,
        lease_to,
        first_plan,
        [s.plan for s in steps],
        [s.step for s in steps],
        [s.kind for s in steps],
        [s.due_on for s in steps],
        [s.send_at for s in steps],
        names,
    )
    return {row["send_at"]: int(row["count"]) for row in rows}


class Lateness(Struct, frozen=True):
    """LATE-4's facts of one instalment: when its renter was first told, and their last earlier lateness."""

    notice_at: datetime | None
    earlier_late_due_on: date | None


# Late was an instalment that was settled after its due day, or is overdue; what was undone does not count. Rents are
# found by renter through the renter's leases.
# The notice of LATE-4 is the first one sent once a late fee runs: what was said on the due day, or within the days of
# grace, told of no lateness that could have been paid off.
LATENESS = """
SELECT (SELECT min(n.sent_at) FROM notices n JOIN late_accruals a ON a.charge_id = n.charge_id
        WHERE n.charge_id = $1 AND n.kind = 'overdue'
          AND (n.sent_at AT TIME ZONE 'Asia/Shanghai')::date >= a.first_on) AS notice_at,
  (SELECT max(c.due_on) FROM leases l JOIN charges c ON c.lease_id = l.id
   WHERE l.renter_id = $2 AND c.kind = 'rent' AND c.id <> $1 AND c.due_on < $3 AND c.booked_on IS NOT NULL
     AND coalesce(c.settled_on, 'infinity') > greatest(c.due_on, (
       SELECT coalesce(w.ends_on, 'infinity') FROM collection_pauses w
       WHERE w.charge_id = c.id AND w.reason = 'delivery'))
     AND NOT EXISTS (SELECT FROM lateness_undone u WHERE u.charge_id = c.id)) AS earlier_late_due_on
"""


async def lateness_of(conn: Conn, charge_id: int, renter_id: int, due_on: date) -> Lateness:
    """What is on file about a lateness of this renter."""
    return row_to(Lateness, one(await conn.fetchrow(LATENESS, charge_id, renter_id, due_on)))


class FailedDeduction(Struct, frozen=True):
    """The first deduction of an instalment, on or after its due day, of which nothing came; `fault` says whose side."""

    failed_on: date
    code: str
    fault: str


FAILED = """
SELECT (o.decided_at AT TIME ZONE 'Asia/Shanghai')::date AS failed_on, o.code, o.fault FROM payment_orders o
WHERE o.lease_id = $1 AND o.kind = 'deduct' AND o.state = 'not_done' AND $2 = ANY(o.covers) AND o.planned_at >= $3
ORDER BY o.id LIMIT 1
"""


async def failed_deduction(conn: Conn, lease_id: int, charge_id: int, due_at: datetime) -> FailedDeduction | None:
    """What our own result codes say about a lateness; None where no deduction was tried from the due day on."""
    row = await conn.fetchrow(FAILED, lease_id, charge_id, due_at)
    return None if row is None else row_to(FailedDeduction, row)
