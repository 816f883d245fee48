"""SQL of the book's own day: what is closed, and scheduled charges that are booked one lease at a time."""

from collections.abc import Sequence
from datetime import date, datetime

from shouwen.platform.db import Conn

CLOSED_THROUGH = "SELECT closed_through FROM book_closing FOR SHARE"


async def closed_through(conn: Conn) -> date:
    """The last closed day; it stays so until this transaction ends."""
    on: date = await conn.fetchval(CLOSED_THROUGH)
    return on


async def close_through(conn: Conn, on: date) -> None:
    """Close every day until `on`; a closed day is never opened again."""
    await conn.execute("UPDATE book_closing SET closed_through = $1 WHERE closed_through < $1", on)


# One lease: what is due, and what the renter names. The entries follow in the same transaction.
BOOK_SCHEDULED = """
UPDATE charges SET booked_on = $2
WHERE lease_id = $1 AND booked_on IS NULL AND (due_on <= $2 OR id = ANY($3::bigint[]))
RETURNING id
"""


async def book_scheduled(conn: Conn, lease_id: int, on: date, named: Sequence[int]) -> list[int]:
    """The ids of charges that are no longer only scheduled."""
    return sorted(int(row["id"]) for row in await conn.fetch(BOOK_SCHEDULED, lease_id, on, named))


async def drop_scheduled(conn: Conn, lease_id: int) -> None:
    """Rents that were only scheduled go: an amendment writes its own."""
    await conn.execute("DELETE FROM charges WHERE lease_id = $1 AND booked_on IS NULL AND kind = 'rent'", lease_id)


async def move_due(conn: Conn, charge_id: int, due_on: date, clause: str) -> None:
    """Another due day and clause of a booked rent that an amendment keeps."""
    await conn.execute("UPDATE charges SET due_on = $2, clause = $3 WHERE id = $1", charge_id, due_on, clause)


PUT_HOLD_MOVE = """
INSERT INTO hold_moves (entry_key, lease_id, kind, amount_fen, asked_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (entry_key) DO NOTHING
"""


async def put_hold_move(conn: Conn, entry_key: str, lease_id: int, kind: str, amount_fen: int, now: datetime) -> None:
    """The intent of a change of a hold, once for its entry."""
    await conn.execute(PUT_HOLD_MOVE, entry_key, lease_id, kind, amount_fen, now)


PUT_HOLD_MOVE_OF_ACT = """
INSERT INTO hold_moves (entry_key, lease_id, kind, amount_fen, asked_at)
SELECT m.entry_key, $2, m.kind, m.amount_fen, a.at
FROM acts a, unnest($3::text[], $4::text[], $5::bigint[]) AS m(entry_key, kind, amount_fen)
WHERE a.id = $1
ON CONFLICT (entry_key) DO NOTHING
"""


async def put_hold_moves(
    conn: Conn, act_id: int, lease_id: int, keys: Sequence[str], kinds: Sequence[str], amounts_fen: Sequence[int]
) -> None:
    """The intents of changes of a hold, each once for its entry, asked for when the act is."""
    await conn.execute(PUT_HOLD_MOVE_OF_ACT, act_id, lease_id, keys, kinds, amounts_fen)


RECORDED_BY = """
SELECT DISTINCT a.actor_id FROM money_entries e JOIN acts a ON a.id = e.act_id
WHERE e.lease_id = $1 AND e.kind = 'payment' AND e.booked_on >= $2
  AND a.use_case = 'record_payment' AND a.actor_role <> 'system'
  AND (NOT EXISTS (SELECT FROM money_entries r WHERE r.reverses_entry_id = e.id)
    OR EXISTS (SELECT FROM money_entries g WHERE g.key = e.key || '/2'))
"""


async def recorded_by(conn: Conn, lease_id: int, since: date) -> list[int]:
    """The colleagues who recorded a payment of this lease by hand since a day, which stands (moved or not)."""
    return [row["actor_id"] for row in await conn.fetch(RECORDED_BY, lease_id, since)]


USED_SINCE = """
SELECT coalesce(sum(CASE WHEN e.kind = 'reversal' THEN -t.amount_fen ELSE t.amount_fen END), 0)::bigint
FROM money_entries e JOIN money_transfers t ON t.entry_id = e.id
LEFT JOIN money_entries o ON o.id = e.reverses_entry_id
WHERE e.lease_id = $1 AND coalesce(o.booked_on, e.booked_on) >= $4
  AND coalesce(o.kind, e.kind) = $2 AND (CASE WHEN o.id IS NULL THEN e.rule ELSE o.rule END) ^@ ANY($3::text[])
"""


async def used_since(conn: Conn, lease_id: int, kind: str, rules: Sequence[str], since: date) -> int:
    """What entries of a kind by these rules (their beginnings) gave a lease since a day, less what was taken back."""
    return int(await conn.fetchval(USED_SINCE, lease_id, kind, rules, since))


PUT_BACKDATED = """
INSERT INTO backdated_payments (payment_key, lease_id, act_id, value_on, booked_on, fee_fell_fen, why)
VALUES ($1, $2, $3, $4, $5, $6, $7)
"""


async def put_backdated(
    conn: Conn, payment_key: str, lease_id: int, act_id: int, value_on: date, booked_on: date, fell_fen: int, why: str
) -> None:
    """By how much a payment of an earlier day, recorded by hand, took late fees back, and what proves the day."""
    await conn.execute(PUT_BACKDATED, payment_key, lease_id, act_id, value_on, booked_on, fell_fen, why)


BACKDATED_SINCE = """
SELECT coalesce(sum(b.fee_fell_fen), 0)::bigint FROM backdated_payments b
WHERE b.lease_id = $1 AND b.booked_on >= $2 AND EXISTS (
  SELECT FROM money_entries e
  WHERE e.lease_id = b.lease_id AND e.kind = 'payment'
    AND (e.key = b.payment_key OR e.key ^@ (b.payment_key || '/'))
    AND NOT EXISTS (SELECT FROM money_entries r WHERE r.reverses_entry_id = e.id))
"""


async def backdated_since(conn: Conn, lease_id: int, since: date) -> int:
    """By how much payments of earlier days, recorded by hand since a day and standing, took late fees back."""
    return int(await conn.fetchval(BACKDATED_SINCE, lease_id, since))
