"""SQL of the business day: one statement for a range of leases, no row leaves the database.

Every table is asked for the range, or for one row by its key: a part of a large company costs what it costs in a small.
"""

from datetime import date

from shouwen.platform.db import Conn

# $2 the day, $3 … $4 the range. Ids are drawn here, so that an entry and its transfer need no join back. A rent that
# is booked after its due day (days were missed) takes effect on it. The day itself and what is older are asked for
# apart: within one day the index goes to the range at once, and of older ones there are few.
BOOK_DUE_RENTS = """
WITH due AS (
  UPDATE charges SET booked_on = $2
  WHERE booked_on IS NULL AND (due_on = $2 OR due_on < $2) AND lease_id >= $3 AND lease_id < $4 AND kind = 'rent'
  RETURNING id, lease_id, renter_id, no, due_on, amount_fen),
numbered AS MATERIALIZED (
  SELECT nextval('money_entries_id_seq') AS entry_id, id, lease_id, renter_id, no, due_on, amount_fen FROM due),
entries AS (
  INSERT INTO money_entries (id, key, act_id, kind, lease_id, renter_id, booked_on, memo, rule, value_on)
  OVERRIDING SYSTEM VALUE
  SELECT entry_id, 'charge:' || id, $1, 'charge', lease_id, renter_id, $2, '第 ' || no || ' 期租金', 'BUY-1',
    CASE WHEN due_on < $2 THEN due_on END
  FROM numbered),
moved AS (
  INSERT INTO money_transfers (entry_id, no, debit_account, credit_account, amount_fen, charge_id)
  SELECT entry_id, 1, 'rent_receivable', 'rent_income', amount_fen, id FROM numbered)
SELECT count(*)::int FROM numbered
"""


async def book_due_rents(conn: Conn, act_id: int, on: date, lease_from: int, lease_to: int) -> int:
    """Book every scheduled rent of these leases that is due; how many."""
    return int(await conn.fetchval(BOOK_DUE_RENTS, act_id, on, lease_from, lease_to))


LEASES_WITH_CREDIT = """
SELECT lease_id FROM lease_credits k
WHERE credit_fen > 0 AND lease_id >= $2 AND lease_id < $3 AND EXISTS (
  SELECT FROM charges c
  WHERE c.lease_id = k.lease_id AND c.settled_on IS NULL AND c.booked_on IS NOT NULL AND c.due_on <= $1)
ORDER BY lease_id
"""


async def leases_with_credit(conn: Conn, on: date, lease_from: int, lease_to: int) -> list[int]:
    """Leases that have credit and something due."""
    return [int(row["lease_id"]) for row in await conn.fetch(LEASES_WITH_CREDIT, on, lease_from, lease_to)]


# Overdue rents whose late fee begins. Whatever came to a rent by its first day of fee is out of what that day bears;
# anything later, a pause, a late fee of before: the history decides (stale).
OPEN_ACCRUALS = """
INSERT INTO late_accruals (charge_id, lease_id, renter_id, no, first_on, through_on, bearing_fen, cap_fen, stale)
SELECT c.id, c.lease_id, c.renter_id, c.no, c.due_on + f.grace_days + 1, c.due_on + f.grace_days, c.outstanding_fen,
  div(c.amount_fen::numeric * f.cap_num, f.cap_den)::bigint,
  coalesce(c.last_value_on > c.due_on + f.grace_days + 1, false)
    OR EXISTS (SELECT FROM collection_pauses p WHERE p.lease_id = c.lease_id AND p.charge_id = c.id)
    OR EXISTS (SELECT FROM charges l WHERE l.lease_id = c.lease_id AND l.kind = 'late_fee' AND l.no = c.no)
FROM charges c JOIN fee_terms f USING (lease_id)
WHERE c.settled_on IS NULL AND c.kind = 'rent' AND c.booked_on IS NOT NULL AND c.due_on < $1::date - 1
  AND c.lease_id >= $2 AND c.lease_id < $3 AND f.lease_id >= $2 AND f.lease_id < $3
  AND c.due_on + f.grace_days + 1 < $1::date
  AND f.daily_fen IS DISTINCT FROM 0 AND c.outstanding_fen > 0
  AND (SELECT a.charge_id FROM late_accruals a WHERE a.charge_id = c.id) IS NULL
  AND (SELECT u.charge_id FROM lateness_undone u WHERE u.charge_id = c.id) IS NULL
ON CONFLICT (charge_id) DO NOTHING
"""


async def open_accruals(conn: Conn, on: date, lease_from: int, lease_to: int) -> None:
    """Begin the late fee of every rent that is overdue beyond its grace."""
    await conn.execute(OPEN_ACCRUALS, on, lease_from, lease_to)


# The day before $2 is counted. Rent and accrual are locked before anything is worked out: whoever is booking on the
# lease holds its charges, and leaves the row stale. A span of ten years is the end of it.
ACCRUE_FEES = """
WITH ready AS MATERIALIZED (
  SELECT a.charge_id, a.lease_id, a.renter_id, a.no, a.fee_charge_id, a.first_on, a.bearing_fen, a.booked_fen,
    a.cap_fen, a.fen_days, a.days, least($2::date - 1, a.first_on + 3659) - a.through_on AS more
  FROM charges c JOIN late_accruals a ON a.charge_id = c.id
  WHERE a.lease_id >= $3 AND a.lease_id < $4 AND a.stopped_on IS NULL AND NOT a.stale AND a.through_on < $2::date - 1
    AND (a.changes_on IS NULL OR a.changes_on > $2::date - 1)
  ORDER BY a.lease_id, a.charge_id FOR UPDATE OF c, a),
counted AS (
  SELECT r.charge_id, r.lease_id, r.renter_id, r.no, r.fee_charge_id, r.first_on, r.booked_fen, r.cap_fen,
    r.fen_days + greatest(r.more, 0) * r.bearing_fen AS fen_days,
    r.days + CASE WHEN r.bearing_fen > 0 THEN greatest(r.more, 0) ELSE 0 END AS days,
    f.rate_num, f.rate_den, f.daily_fen, f.gate_num, f.gate_den, f.clause
  FROM ready r JOIN fee_terms f USING (lease_id)),
worked_out AS (
  SELECT charge_id, lease_id, renter_id, no, fee_charge_id, first_on, booked_fen, fen_days, days, clause,
    least(
      CASE WHEN daily_fen IS NULL THEN div(fen_days::numeric * rate_num, rate_den) ELSE daily_fen::numeric * days END,
      cap_fen, div(fen_days::numeric * gate_num, gate_den))::bigint AS total_fen
  FROM counted),
stepped_to AS MATERIALIZED (
  SELECT charge_id, lease_id, renter_id, no, fee_charge_id, first_on, clause, fen_days, days,
    greatest(total_fen, booked_fen) AS total_fen, total_fen - booked_fen AS more_fen,
    CASE WHEN total_fen > booked_fen THEN coalesce(fee_charge_id, nextval('charges_id_seq')) ELSE fee_charge_id END
      AS fee_id,
    CASE WHEN total_fen > booked_fen THEN nextval('money_entries_id_seq') END AS entry_id
  FROM worked_out),
stepped AS (
  UPDATE late_accruals a SET through_on = $2::date - 1, fen_days = s.fen_days, days = s.days, booked_fen = s.total_fen,
    fee_charge_id = s.fee_id
  FROM stepped_to s WHERE a.charge_id = s.charge_id),
begun AS (
  INSERT INTO charges (id, lease_id, renter_id, kind, no, clause, due_on, amount_fen, booked_on)
  OVERRIDING SYSTEM VALUE
  SELECT fee_id, lease_id, renter_id, 'late_fee', no, clause, first_on, more_fen, $2::date
  FROM stepped_to WHERE entry_id IS NOT NULL AND fee_charge_id IS NULL),
raised AS (
  UPDATE charges c SET amount_fen = c.amount_fen + g.more_fen, settled_on = NULL
  FROM stepped_to g WHERE g.entry_id IS NOT NULL AND c.id = g.fee_charge_id),
entries AS (
  INSERT INTO money_entries (id, key, act_id, kind, lease_id, renter_id, booked_on, memo, rule)
  OVERRIDING SYSTEM VALUE
  SELECT entry_id, 'late:' || charge_id || ':' || $2::date, $1, 'accrual', lease_id, renter_id, $2::date,
    '第 ' || no || ' 期逾期违约金', 'LATE-1'
  FROM stepped_to WHERE entry_id IS NOT NULL),
moved AS (
  INSERT INTO money_transfers (entry_id, no, debit_account, credit_account, amount_fen, charge_id)
  SELECT entry_id, 1, 'late_fee_receivable', 'late_fee_income', more_fen, fee_id FROM stepped_to
  WHERE entry_id IS NOT NULL)
SELECT count(entry_id)::int FROM stepped_to
"""


async def accrue_fees(conn: Conn, act_id: int, on: date, lease_from: int, lease_to: int) -> int:
    """Add a day of late fee to every running accrual that nothing has touched; how many entries."""
    return int(await conn.fetchval(ACCRUE_FEES, act_id, on, lease_from, lease_to))


LEASES_TO_READ_ANEW = """
SELECT DISTINCT lease_id FROM late_accruals
WHERE lease_id >= $2 AND lease_id < $3 AND (stale OR (stopped_on IS NULL AND changes_on <= $1))
ORDER BY lease_id
"""


async def leases_to_read_anew(conn: Conn, through_on: date, lease_from: int, lease_to: int) -> list[int]:
    """Leases of which a late fee was touched, or changes by itself by that day."""
    rows = await conn.fetch(LEASES_TO_READ_ANEW, through_on, lease_from, lease_to)
    return [int(row["lease_id"]) for row in rows]


LEASES_WITHOUT_TERMS = """
SELECT DISTINCT c.lease_id FROM charges c
WHERE c.settled_on IS NULL AND c.kind = 'rent' AND c.booked_on IS NOT NULL AND c.due_on < $1
  AND c.lease_id >= $2 AND c.lease_id < $3
  AND (SELECT f.lease_id FROM fee_terms f WHERE f.lease_id = c.lease_id) IS NULL
  AND (SELECT k.lease_id FROM contracts k WHERE k.lease_id = c.lease_id LIMIT 1) IS NOT NULL
ORDER BY c.lease_id
"""


async def leases_without_terms(conn: Conn, on: date, lease_from: int, lease_to: int) -> list[int]:
    """Leases with an overdue rent that were signed before late-fee clauses were kept in numbers."""
    rows = await conn.fetch(LEASES_WITHOUT_TERMS, on, lease_from, lease_to)
    return [int(row["lease_id"]) for row in rows]
