"""SQL of the statement: a lease's charges, entries and hold in one row; balances of its accounts."""

from shouwen.platform.db import Conn, Row, one

# One statement: charges, what was booked on each, the hold, and by when what was agreed is to be paid. Agreements
# belong to endings and are only read here, by index.
STATEMENT = """
SELECT
  (SELECT coalesce(json_agg(json_build_object('id', id, 'kind', kind, 'no', no, 'clause', clause, 'due_on', due_on,
      'amount_fen', amount_fen, 'paid_fen', paid_fen, 'waived_fen', waived_fen, 'written_off_fen', written_off_fen,
      'outstanding_fen', outstanding_fen, 'settled_on', settled_on,
      'booked_on', booked_on) ORDER BY due_on, kind, no), '[]')
   FROM charges WHERE lease_id = $1) AS charges,
  (SELECT coalesce(json_agg(json_build_object('charge_id', t.charge_id, 'booked_on', e.booked_on,
      'value_on', e.value_on, 'key', e.key, 'kind', e.kind,
      'memo', e.memo, 'rule', e.rule, 'amount_fen', t.amount_fen, 'debit', t.debit_account,
      'credit', t.credit_account) ORDER BY e.booked_on, e.id, t.no), '[]')
   FROM money_entries e JOIN money_transfers t ON t.entry_id = e.id WHERE e.lease_id = $1) AS entries,
  (SELECT json_build_object('id', id, 'ref', ref, 'amount_fen', amount_fen, 'captured_fen', captured_fen,
      'released_fen', released_fen, 'held_on', held_on, 'release_due_on', release_due_on)
   FROM holds WHERE lease_id = $1) AS hold,
  (SELECT coalesce(json_agg(json_build_array(c.id, a.pay_by)), '[]')
   FROM acceptances a JOIN charges c ON c.lease_id = $1 AND c.id = ANY(a.charge_ids) AND c.kind <> 'late_fee'
   WHERE a.lease_id = $1 AND a.kind IN ('buyout', 'loss') AND a.state IN ('accepted', 'paid', 'written_off')) AS pay_by,
  (SELECT coalesce(json_agg(json_build_array(charge_id, ends_on)), '[]') FROM collection_pauses
   WHERE lease_id = $1 AND reason = 'delivery' AND ends_on IS NOT NULL) AS rested,
  EXISTS (SELECT FROM leases WHERE id = $1 AND state IN ('signed', 'preparing', 'shipped')) AS waits
"""


async def statement(conn: Conn, lease_id: int) -> Row:
    """charges, entries, hold, pay_by and rested ([charge, last day]) as JSON; whether the phone is awaited."""
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
