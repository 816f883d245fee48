"""SQL of the book as the desk reads it: who booked each entry and why, what waits for a second person."""

from datetime import date, datetime

from msgspec import Struct

from shouwen.features.money.types import EntryKind
from shouwen.kernel.actor import Role
from shouwen.platform.db import Conn, rows_to


class BookedBy(Struct, frozen=True):
    """Who made an entry, when, and what the journal says of it (empty for the nightly book); `reversed`: taken back.

    `amount_fen` is what it was about: a recovery both writes up again and pays, a waiver may give back what was paid.

    `after_approval`: by the colleague who agreed, as somebody else's request.
    """

    key: str
    kind: EntryKind
    amount_fen: int
    at: datetime
    role: Role
    name: str
    said: str
    after_approval: bool
    reversed: bool


BOOKED_BY = """
WITH told AS (
  SELECT DISTINCT ON (act_id) act_id, text FROM journal WHERE lease_id = $1
  ORDER BY act_id, (kind ^@ 'money.') DESC, id)
SELECT e.key, e.kind, t.amount_fen, a.at, a.actor_role AS role, coalesce(s.name, '') AS name,
  coalesce(j.text, '') AS said, a.use_case = 'decide_approval' AS after_approval,
  EXISTS (SELECT FROM money_entries r WHERE r.reverses_entry_id = e.id) AS reversed
FROM money_entries e JOIN acts a ON a.id = e.act_id
LEFT JOIN money_entries o ON o.id = e.reverses_entry_id
CROSS JOIN LATERAL (
  SELECT coalesce(sum(m.amount_fen) FILTER (WHERE CASE coalesce(o.kind, e.kind)
      WHEN 'recovery' THEN 'cash' IN (m.debit_account, m.credit_account)
      WHEN 'capture' THEN 'cash' IN (m.debit_account, m.credit_account)
      WHEN 'waiver' THEN 'waivers' IN (m.debit_account, m.credit_account)
      ELSE true END), 0)::bigint AS amount_fen
  FROM money_transfers m WHERE m.entry_id = e.id) t
LEFT JOIN staff s ON s.id = a.actor_id AND s.role = a.actor_role
LEFT JOIN told j ON j.act_id = e.act_id
WHERE e.lease_id = $1 ORDER BY e.id
"""


async def booked_by(conn: Conn, lease_id: int) -> list[BookedBy]:
    """Every entry of a lease with whoever made it, in the order of booking."""
    return rows_to(BookedBy, await conn.fetch(BOOKED_BY, lease_id))


HAND_CHARGED = """
SELECT coalesce(sum(c.amount_fen), 0)::bigint FROM charges c
WHERE c.lease_id = $1 AND c.kind IN ('addon', 'fee') AND c.waived_fen < c.amount_fen AND c.booked_on >= $2
  AND NOT EXISTS (SELECT FROM acceptances a WHERE a.lease_id = c.lease_id AND c.id = ANY(a.charge_ids))
"""


async def hand_charged_since_fen(conn: Conn, lease_id: int, since: date) -> int:
    """What was charged by hand since a day, less what was taken back."""
    return int(await conn.fetchval(HAND_CHARGED, lease_id, since))


class WaitingAct(Struct, frozen=True):
    """An act on a lease that waits for a second person (AUTH-1)."""

    ref: str
    use_case: str
    summary: str
    amount_fen: int
    requested_by: int
    requested_name: str
    requested_at: datetime
    approver_role: Role
    people: int
    agreed: int


WAITING = """
SELECT ref, use_case, summary, amount_fen, requested_by, requested_name, requested_at, approver_role, people,
  cardinality(granted_by) AS agreed
FROM approvals WHERE state = 'open' AND command ->> 'lease_ref' = $1 ORDER BY requested_at LIMIT 50
"""


async def waiting_acts(conn: Conn, lease_ref: str) -> list[WaitingAct]:
    """Open requests about a lease, the oldest first; of all open ones there are few."""
    return rows_to(WaitingAct, await conn.fetch(WAITING, lease_ref))
