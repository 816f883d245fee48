"""SQL of the money book: charges, entries of transfers, deposit holds. Amounts are whole fen."""

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from shouwen.features.money.types import ChargeKind, Entry
from shouwen.platform.db import Conn, Row, one, row_to, rows_to


class Booking(Struct, frozen=True):
    """An entry to book for a lease on a Beijing day, once under its key."""

    lease_id: int
    renter_id: int
    booked_on: date
    entry: Entry


class NewCharge(Struct, frozen=True, kw_only=True):
    """A charge to be written; `no` counts within lease and kind."""

    lease_id: int
    renter_id: int
    kind: ChargeKind
    no: int
    clause: str
    due_on: date
    amount_fen: int


class Charge(Struct, frozen=True):
    """A charge as it stands: amount = paid + waived + written_off + outstanding."""

    id: int
    kind: ChargeKind
    no: int
    clause: str
    due_on: date
    amount_fen: int
    paid_fen: int
    waived_fen: int
    written_off_fen: int
    outstanding_fen: int
    settled_on: date | None


class Hold(Struct, frozen=True):
    """A deposit hold: `open_fen` is neither captured nor released."""

    id: int
    ref: str
    amount_fen: int
    captured_fen: int
    released_fen: int
    held_on: date
    release_due_on: date | None

    @property
    def open_fen(self) -> int:
        return self.amount_fen - self.captured_fen - self.released_fen


# What a charge already there is answered by its id too, so that booking twice gives the same answer.
INSERT_CHARGES = """
WITH new AS (
  SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::integer[], $5::text[], $6::date[], $7::bigint[])
    WITH ORDINALITY AS n(lease_id, renter_id, kind, no, clause, due_on, amount_fen, nth)),
written AS (
  INSERT INTO charges (lease_id, renter_id, kind, no, clause, due_on, amount_fen)
  SELECT lease_id, renter_id, kind, no, clause, due_on, amount_fen FROM new ORDER BY nth
  ON CONFLICT (lease_id, kind, no) DO NOTHING
  RETURNING id, lease_id, kind, no)
SELECT coalesce(w.id, c.id) AS id
FROM new n LEFT JOIN written w USING (lease_id, kind, no) LEFT JOIN charges c USING (lease_id, kind, no)
ORDER BY n.nth
"""


async def insert_charges(conn: Conn, new: Sequence[NewCharge]) -> list[int]:
    """Write charges in one statement, leaving those already there; the ids in the same order."""
    rows = await conn.fetch(
        INSERT_CHARGES,
        [c.lease_id for c in new],
        [c.renter_id for c in new],
        [c.kind for c in new],
        [c.no for c in new],
        [c.clause for c in new],
        [c.due_on for c in new],
        [c.amount_fen for c in new],
    )
    return [int(row["id"]) for row in rows]


# A transfer that credits a receivable of a charge settles that much of it, one that debits it takes that back; the
# other account says as what. Making a charge (kind 'charge') settles nothing; taking it back counts as waived.
BOOK = """
WITH entries AS (
  INSERT INTO money_entries (key, act_id, kind, lease_id, renter_id, booked_on, memo, rule, reverses_entry_id)
  SELECT key, $1, kind, lease_id, renter_id, booked_on, memo, rule,
    CASE WHEN reverses <> '' THEN (SELECT id FROM money_entries WHERE key = reverses) END
  FROM unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::date[], $7::text[], $8::text[], $9::text[])
    WITH ORDINALITY AS e(key, kind, lease_id, renter_id, booked_on, memo, rule, reverses, nth)
  ORDER BY nth
  ON CONFLICT (key) DO NOTHING
  RETURNING id, key, kind, booked_on),
moved AS (
  INSERT INTO money_transfers (entry_id, no, debit_account, credit_account, amount_fen, charge_id)
  SELECT e.id, t.no, t.debit, t.credit, t.amount_fen, t.charge_id
  FROM unnest($10::text[], $11::integer[], $12::text[], $13::text[], $14::bigint[], $15::bigint[])
    AS t(key, no, debit, credit, amount_fen, charge_id)
  JOIN entries e USING (key)
  RETURNING entry_id, debit_account, credit_account, amount_fen, charge_id),
sides AS (
  SELECT m.charge_id, e.booked_on, m.amount_fen AS signed_fen, m.debit_account AS other
  FROM moved m JOIN entries e ON e.id = m.entry_id
  WHERE m.charge_id IS NOT NULL AND e.kind <> 'charge' AND right(m.credit_account, 11) = '_receivable'
  UNION ALL
  SELECT m.charge_id, e.booked_on, -m.amount_fen, m.credit_account
  FROM moved m JOIN entries e ON e.id = m.entry_id
  WHERE m.charge_id IS NOT NULL AND e.kind <> 'charge' AND right(m.debit_account, 11) = '_receivable'),
effects AS (
  SELECT charge_id, max(booked_on) AS booked_on, sum(signed_fen) AS all_fen,
    coalesce(sum(signed_fen) FILTER (WHERE other = 'waivers' OR right(other, 7) = '_income'), 0) AS waived_fen,
    coalesce(sum(signed_fen) FILTER (WHERE other = 'write_offs'), 0) AS written_off_fen
  FROM sides GROUP BY charge_id),
settled AS (
  UPDATE charges c SET paid_fen = c.paid_fen + f.all_fen - f.waived_fen - f.written_off_fen,
    waived_fen = c.waived_fen + f.waived_fen, written_off_fen = c.written_off_fen + f.written_off_fen,
    settled_on = CASE WHEN c.outstanding_fen = f.all_fen THEN f.booked_on END
  FROM effects f WHERE c.id = f.charge_id)
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
    )
    return {row["key"] for row in rows}


_CHARGE = "id, kind, no, clause, due_on, amount_fen, paid_fen, waived_fen, written_off_fen, outstanding_fen, settled_on"
LOCK_CHARGES = f"""
SELECT {_CHARGE} FROM charges WHERE lease_id = $1 ORDER BY id FOR UPDATE
"""  # noqa: S608 -- our own column list


async def lock_charges(conn: Conn, lease_id: int) -> list[Charge]:
    """Every charge of a lease, locked in one order, for booking on them."""
    return rows_to(Charge, await conn.fetch(LOCK_CHARGES, lease_id))


ENTRY_BY_KEY = """
SELECT e.id, e.lease_id, e.kind, t.debit_account, t.credit_account, t.amount_fen, t.charge_id
FROM money_entries e JOIN money_transfers t ON t.entry_id = e.id WHERE e.key = $1 ORDER BY t.no
"""


async def transfers_of(conn: Conn, key: str) -> list[Row]:
    """The transfers booked under a key; empty where it was not booked."""
    return await conn.fetch(ENTRY_BY_KEY, key)


INSERT_HOLDS = """
INSERT INTO holds (ref, lease_id, amount_fen, held_on, release_due_on)
SELECT ref, lease_id, amount_fen, held_on, release_due_on
FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::date[], $5::date[])
  AS h(ref, lease_id, amount_fen, held_on, release_due_on)
ON CONFLICT (lease_id) DO NOTHING
RETURNING ref
"""


async def insert_holds(
    conn: Conn,
    refs: Sequence[str],
    lease_ids: Sequence[int],
    amounts_fen: Sequence[int],
    held_on: Sequence[date],
    release_due_on: Sequence[date | None],
) -> set[str]:
    """Write deposit holds; a lease has at most one. The refs that were new."""
    rows = await conn.fetch(INSERT_HOLDS, refs, lease_ids, amounts_fen, held_on, release_due_on)
    return {row["ref"] for row in rows}


LOCK_HOLD = """
SELECT id, ref, amount_fen, captured_fen, released_fen, held_on, release_due_on FROM holds
WHERE lease_id = $1 FOR UPDATE
"""


async def lock_hold(conn: Conn, lease_id: int) -> Hold | None:
    """The deposit hold of a lease, locked."""
    row = await conn.fetchrow(LOCK_HOLD, lease_id)
    return None if row is None else row_to(Hold, row)


MOVE_HOLD = """
UPDATE holds SET captured_fen = captured_fen + $2, released_fen = released_fen + $3 WHERE id = $1
"""


async def move_hold(conn: Conn, hold_id: int, captured_fen: int, released_fen: int) -> None:
    """Capture and release parts of a hold; more than is open violates its CHECK."""
    await conn.execute(MOVE_HOLD, hold_id, captured_fen, released_fen)


SET_RELEASE_DUE = "UPDATE holds SET release_due_on = $2 WHERE lease_id = $1"


async def set_release_due(conn: Conn, lease_id: int, release_due_on: date) -> None:
    """By when the rest of the hold goes back."""
    await conn.execute(SET_RELEASE_DUE, lease_id, release_due_on)


# One statement: charges, what was booked on each, and the hold.
STATEMENT = """
SELECT
  (SELECT coalesce(json_agg(json_build_object('id', id, 'kind', kind, 'no', no, 'clause', clause, 'due_on', due_on,
      'amount_fen', amount_fen, 'paid_fen', paid_fen, 'waived_fen', waived_fen, 'written_off_fen', written_off_fen,
      'outstanding_fen', outstanding_fen, 'settled_on', settled_on) ORDER BY due_on, kind, no), '[]')
   FROM charges WHERE lease_id = $1) AS charges,
  (SELECT coalesce(json_agg(json_build_object('charge_id', t.charge_id, 'booked_on', e.booked_on, 'kind', e.kind,
      'memo', e.memo, 'rule', e.rule, 'amount_fen', t.amount_fen, 'debit', t.debit_account,
      'credit', t.credit_account) ORDER BY e.booked_on, e.id, t.no), '[]')
   FROM money_entries e JOIN money_transfers t ON t.entry_id = e.id WHERE e.lease_id = $1) AS entries,
  (SELECT json_build_object('id', id, 'ref', ref, 'amount_fen', amount_fen, 'captured_fen', captured_fen,
      'released_fen', released_fen, 'held_on', held_on, 'release_due_on', release_due_on)
   FROM holds WHERE lease_id = $1) AS hold
"""


async def statement(conn: Conn, lease_id: int) -> Row:
    """charges, entries and hold of a lease as JSON."""
    row = await conn.fetchrow(STATEMENT, lease_id)
    return one(row)


BALANCES = """
SELECT account, sum(amount_fen)::bigint AS balance_fen
FROM (SELECT t.debit_account AS account, t.amount_fen FROM money_entries e JOIN money_transfers t ON t.entry_id = e.id
      WHERE e.lease_id = $1
      UNION ALL
      SELECT t.credit_account, -t.amount_fen FROM money_entries e JOIN money_transfers t ON t.entry_id = e.id
      WHERE e.lease_id = $1) sides
GROUP BY account ORDER BY account
"""


async def balances(conn: Conn, lease_id: int) -> dict[str, int]:
    """Debits minus credits of each account of one lease; they sum to zero."""
    return {row["account"]: int(row["balance_fen"]) for row in await conn.fetch(BALANCES, lease_id)}
