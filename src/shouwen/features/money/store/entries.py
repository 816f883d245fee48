"""SQL of the book itself: entries of transfers, and what they do to charges and credits. Amounts are whole fen."""

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from shouwen.features.money.types import Entry
from shouwen.platform.db import Conn, Row


class Booking(Struct, frozen=True):
    """An entry to book for a lease on a Beijing day, once under its key.

    `value_on` is the earlier day it takes effect (None: the same day). `replays` marks a payment or credit that went
    by the order of the contract: a payment of an earlier day may move it to other bills.
    """

    lease_id: int
    renter_id: int
    booked_on: date
    entry: Entry
    value_on: date | None = None
    replays: bool = False


# A transfer that credits a receivable of a charge settles that much of it, one that debits it takes that back; the
# other account says as what. Making a charge (kind 'charge') settles nothing; taking it back counts as waived. Only
# 'accrual' and 'adjustment' change the amount itself: their other side is the income. Rents that are touched have their
# late fee read anew.
BOOK = """
WITH entries AS (
  INSERT INTO money_entries
    (key, act_id, kind, lease_id, renter_id, booked_on, memo, rule, reverses_entry_id, value_on, replays)
  SELECT key, $1, kind, lease_id, renter_id, booked_on, memo, rule,
    CASE WHEN reverses <> '' THEN (SELECT id FROM money_entries WHERE key = reverses) END, value_on, replays
  FROM unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::date[], $7::text[], $8::text[], $9::text[],
      $16::date[], $17::boolean[])
    WITH ORDINALITY AS e(key, kind, lease_id, renter_id, booked_on, memo, rule, reverses, value_on, replays, nth)
  ORDER BY nth
  ON CONFLICT (key) DO NOTHING
  RETURNING id, key, kind, lease_id, renter_id, coalesce(value_on, booked_on) AS on_day),
moved AS (
  INSERT INTO money_transfers (entry_id, no, debit_account, credit_account, amount_fen, charge_id)
  SELECT e.id, t.no, t.debit, t.credit, t.amount_fen, t.charge_id
  FROM unnest($10::text[], $11::integer[], $12::text[], $13::text[], $14::bigint[], $15::bigint[])
    AS t(key, no, debit, credit, amount_fen, charge_id)
  JOIN entries e USING (key)
  RETURNING entry_id, debit_account, credit_account, amount_fen, charge_id),
sides AS (
  SELECT m.charge_id, e.on_day, m.amount_fen AS signed_fen, m.debit_account AS other,
    e.kind IN ('accrual', 'adjustment') AND right(m.debit_account, 7) = '_income' AS changes,
    e.kind = 'recovery' AS late
  FROM moved m JOIN entries e ON e.id = m.entry_id
  WHERE m.charge_id IS NOT NULL AND e.kind <> 'charge' AND right(m.credit_account, 11) = '_receivable'
  UNION ALL
  SELECT m.charge_id, e.on_day, -m.amount_fen, m.credit_account,
    e.kind IN ('accrual', 'adjustment') AND right(m.credit_account, 7) = '_income',
    e.kind = 'recovery'
  FROM moved m JOIN entries e ON e.id = m.entry_id
  WHERE m.charge_id IS NOT NULL AND e.kind <> 'charge' AND right(m.debit_account, 11) = '_receivable'),
effects AS (
  SELECT charge_id, max(on_day) AS on_day, max(on_day) FILTER (WHERE NOT changes AND NOT late) AS value_on,
    -coalesce(sum(signed_fen) FILTER (WHERE changes), 0) AS amount_fen,
    coalesce(sum(signed_fen) FILTER (WHERE NOT changes), 0) AS all_fen,
    coalesce(sum(signed_fen) FILTER (WHERE NOT changes AND (other = 'waivers' OR right(other, 7) = '_income')), 0)
      AS waived_fen,
    coalesce(sum(signed_fen) FILTER (WHERE other = 'write_offs'), 0) AS written_off_fen
  FROM sides GROUP BY charge_id),
settled AS (
  UPDATE charges c SET amount_fen = c.amount_fen + f.amount_fen,
    paid_fen = c.paid_fen + f.all_fen - f.waived_fen - f.written_off_fen,
    waived_fen = c.waived_fen + f.waived_fen, written_off_fen = c.written_off_fen + f.written_off_fen,
    last_value_on = greatest(c.last_value_on, f.value_on),
    settled_on = CASE
      WHEN c.outstanding_fen + f.amount_fen <> f.all_fen THEN NULL
      WHEN c.settled_on IS NOT NULL THEN c.settled_on
      ELSE greatest(c.last_value_on, f.on_day) END
  FROM effects f WHERE c.id = f.charge_id),
touched AS (UPDATE late_accruals a SET stale = true FROM effects f WHERE a.charge_id = f.charge_id AND NOT a.stale),
credits AS (
  SELECT e.lease_id, min(e.renter_id) AS renter_id,
    sum(CASE WHEN m.credit_account = 'renter_credit' THEN m.amount_fen ELSE -m.amount_fen END)::bigint AS fen
  FROM moved m JOIN entries e ON e.id = m.entry_id WHERE 'renter_credit' IN (m.debit_account, m.credit_account)
  GROUP BY e.lease_id),
more_credit AS (
  INSERT INTO lease_credits AS k (lease_id, renter_id, credit_fen)
  SELECT lease_id, renter_id, fen FROM credits c
  WHERE fen > 0 OR NOT EXISTS (SELECT FROM lease_credits WHERE lease_id = c.lease_id)  -- less than nothing: a CHECK
  ON CONFLICT (lease_id) DO UPDATE SET credit_fen = k.credit_fen + excluded.credit_fen),
less_credit AS (
  UPDATE lease_credits k SET credit_fen = k.credit_fen + c.fen FROM credits c
  WHERE c.fen < 0 AND k.lease_id = c.lease_id)
SELECT key FROM entries
"""


async def book(conn: Conn, act_id: int, bookings: Sequence[Booking]) -> set[str]:
    """Book entries, their transfers and their effect on charges in one statement; the keys that were new."""
    entries = [b.entry for b in bookings]
    moves = [(e.key, no, t) for e in entries for no, t in enumerate(e.transfers, start=1)]
    rows = await conn.fetch(
        BOOK,
        act_id,
        [e.key for e in entries],
        [e.kind for e in entries],
        [b.lease_id for b in bookings],
        [b.renter_id for b in bookings],
        [b.booked_on for b in bookings],
        [e.memo for e in entries],
        [e.rule for e in entries],
        [e.reverses for e in entries],
        [key for key, _, _ in moves],
        [no for _, no, _ in moves],
        [t.debit for _, _, t in moves],
        [t.credit for _, _, t in moves],
        [t.amount_fen for _, _, t in moves],
        [t.charge_id for _, _, t in moves],
        [b.value_on if b.value_on is not None and b.value_on < b.booked_on else None for b in bookings],
        [b.replays for b in bookings],
    )
    return {row["key"] for row in rows}


# After something was taken back: the days of what is left count, as if the rest had never been.
RESETTLE = """
UPDATE charges c SET last_value_on = l.last_on,
  settled_on = CASE WHEN c.outstanding_fen = 0 THEN coalesce(l.last_on, c.settled_on) END
FROM (
  SELECT d.id, (
    SELECT max(coalesce(e.value_on, e.booked_on))
    FROM money_entries e JOIN money_transfers t ON t.entry_id = e.id
    LEFT JOIN money_entries o ON o.id = e.reverses_entry_id
    WHERE e.lease_id = d.lease_id AND t.charge_id = d.id AND right(t.credit_account, 11) = '_receivable'
      AND e.kind NOT IN ('charge', 'recovery') AND (e.kind <> 'reversal' OR o.kind = 'charge')
      AND NOT EXISTS (SELECT FROM money_entries r WHERE r.reverses_entry_id = e.id)) AS last_on
  FROM charges d WHERE d.lease_id = $1 AND d.id = ANY($2::bigint[])) l
WHERE c.id = l.id
"""


async def resettle(conn: Conn, lease_id: int, charge_ids: Sequence[int]) -> None:
    """Say anew from the entries when these charges of a lease were settled, after a reversal."""
    await conn.execute(RESETTLE, lease_id, charge_ids)


ENTRY_BY_KEY = """
SELECT e.id, e.lease_id, e.kind, t.debit_account, t.credit_account, t.amount_fen, t.charge_id,
  EXISTS (SELECT FROM money_entries r WHERE r.reverses_entry_id = e.id) AS reversed
FROM money_entries e JOIN money_transfers t ON t.entry_id = e.id WHERE e.key = $1 ORDER BY t.no
"""


async def transfers_of(conn: Conn, key: str) -> list[Row]:
    """The transfers booked under a key; empty where it was not booked."""
    return await conn.fetch(ENTRY_BY_KEY, key)


async def known_keys(conn: Conn, keys: Sequence[str]) -> set[str]:
    """Which of these keys are on the book."""
    rows = await conn.fetch("SELECT key FROM money_entries WHERE key = ANY($1::text[])", keys)
    return {row["key"] for row in rows}


ENTRY_ROWS = """
SELECT e.id, e.key, e.kind, e.replays, coalesce(e.value_on, e.booked_on) AS on_day,
  EXISTS (SELECT FROM money_entries r WHERE r.reverses_entry_id = e.id) AS reversed,
  t.debit_account AS debit, t.credit_account AS credit, t.amount_fen, t.charge_id
FROM money_entries e JOIN money_transfers t ON t.entry_id = e.id
WHERE e.lease_id = $1 AND (e.key = $2 OR (e.kind = 'payment' AND e.key ^@ ($2 || '/')))
ORDER BY e.id, t.no
"""


async def entry_rows(conn: Conn, lease_id: int, key: str) -> list[list[Row]]:
    """An entry of this lease with its transfers, one list for each generation of a payment; the newest last."""
    found: dict[int, list[Row]] = {}
    for row in await conn.fetch(ENTRY_ROWS, lease_id, key.partition("/")[0]):
        found.setdefault(int(row["id"]), []).append(row)
    return list(found.values())
