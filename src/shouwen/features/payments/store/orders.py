"""SQL of orders to the provider and of what was heard of them."""

from collections.abc import Sequence
from datetime import date, datetime

from msgspec import Struct

from shouwen.features.payments.types import Fact, FailedDeduction, OrderKind, OrderRow, OrderState, OrderView
from shouwen.kernel.days import beijing_on
from shouwen.platform.db import Conn, row_to, rows_to


class LeaseIds(Struct, frozen=True):
    """A lease, locked: what booking money needs to know of it."""

    id: int
    renter_id: int
    ref: str


async def lock_lease(conn: Conn, lease_id: int) -> LeaseIds | None:
    """Lock the row of a lease, before anything else of it."""
    row = await conn.fetchrow("SELECT id, renter_id, ref FROM leases WHERE id = $1 FOR UPDATE", lease_id)
    return None if row is None else row_to(LeaseIds, row)


class NewOrder(Struct, frozen=True, kw_only=True):
    """An order to be written; `number` is what the provider sees. `next_at` None: no job takes its first step."""

    ref: str
    number: str
    kind: OrderKind
    lease_id: int
    renter_id: int
    amount_fen: int
    purpose: str
    call: Struct
    planned_at: datetime
    next_at: datetime | None
    covers: Sequence[int] = ()
    by_name: bool = False


INSERT_ORDER = """
INSERT INTO payment_orders
  (ref, number, kind, lease_id, renter_id, amount_fen, purpose, covers, by_name, call, planned_at, next_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
ON CONFLICT DO NOTHING
RETURNING id
"""


async def insert_order(conn: Conn, new: NewOrder) -> int | None:
    """Write an order; None where its purpose has one, or the lease is being deducted from."""
    row = await conn.fetchrow(
        INSERT_ORDER,
        new.ref, new.number, new.kind, new.lease_id, new.renter_id, new.amount_fen, new.purpose, list(new.covers),
        new.by_name, new.call, new.planned_at, new.next_at,
    )  # fmt: skip
    return None if row is None else int(row["id"])


INSERT_ORDERS = """
WITH written AS (
  INSERT INTO payment_orders
    (ref, number, kind, lease_id, renter_id, amount_fen, purpose, covers, call, planned_at, next_at)
  SELECT o.ref, o.number, o.kind, o.lease_id, o.renter_id, o.amount_fen, o.purpose, o.covers::bigint[], o.call,
    o.at, o.at
  FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::text[], $8::text[],
    $9::jsonb[], $10::timestamptz[])
    WITH ORDINALITY AS o(ref, number, kind, lease_id, renter_id, amount_fen, purpose, covers, call, at, nth)
  ORDER BY o.nth
  ON CONFLICT DO NOTHING
  RETURNING ref, number, next_at),
steps AS (
  INSERT INTO jobs (kind, key, payload, run_at)
  SELECT 'payment_step', 'pay:' || w.number || ':' || $11::text, jsonb_build_object('order_ref', w.ref), w.next_at
  FROM written w
  ON CONFLICT (key) DO NOTHING)
SELECT count(*)::integer FROM written
"""


async def insert_orders(conn: Conn, new: Sequence[NewOrder]) -> int:
    """Write orders that all wait for their first step until one instant, and its jobs, in one statement; how many.

    One whose purpose has an order, or whose lease is being deducted from, is left out.
    """
    return int(
        await conn.fetchval(
            INSERT_ORDERS,
            [one.ref for one in new],
            [one.number for one in new],
            [one.kind for one in new],
            [one.lease_id for one in new],
            [one.renter_id for one in new],
            [one.amount_fen for one in new],
            [one.purpose for one in new],
            ["{" + ",".join(map(str, one.covers)) + "}" for one in new],
            [one.call for one in new],
            [one.planned_at for one in new],
            new[0].planned_at.isoformat(),
        )
    )


async def ask_step(conn: Conn, order_ref: str, number: str, run_at: datetime, mark: str = "") -> None:
    """A job for the next step of an order, one for each time it is due; `mark` asks for another one."""
    await conn.execute(
        """
        INSERT INTO jobs (kind, key, payload, run_at) VALUES ('payment_step', $1, $2, $3) ON CONFLICT (key) DO NOTHING
        """,
        f"pay:{number}:{mark or run_at.isoformat()}", {"order_ref": order_ref}, run_at,
    )  # fmt: skip


_ORDER = """
id, ref, number, kind, lease_id, renter_id, amount_fen, purpose, covers, by_name, call, planned_at, state, next_at,
moved_fen, provider_no, code, fault, paid_on, entry_key, care
"""
FIND_ORDER = f"SELECT {_ORDER} FROM payment_orders WHERE ref = $1"  # noqa: S608 -- our own column list
LOCK_ORDER = FIND_ORDER + " FOR UPDATE"


async def find_order(conn: Conn, ref: str) -> OrderRow | None:
    """An order by our reference; access is the caller's."""
    row = await conn.fetchrow(FIND_ORDER, ref)
    return None if row is None else row_to(OrderRow, row)


async def lock_order(conn: Conn, ref: str) -> OrderRow | None:
    """An order by our reference, locked; its lease is locked before."""
    row = await conn.fetchrow(LOCK_ORDER, ref)
    return None if row is None else row_to(OrderRow, row)


FIND_ORDER_BY_ID = f"SELECT {_ORDER} FROM payment_orders WHERE id = $1"  # noqa: S608 -- our own column list


async def find_order_by_id(conn: Conn, order_id: int) -> OrderRow | None:
    """An order by its id, for what points at it."""
    row = await conn.fetchrow(FIND_ORDER_BY_ID, order_id)
    return None if row is None else row_to(OrderRow, row)


LAST_FAILURE = """
SELECT o.ref, o.code, o.fault, o.decided_at
FROM payment_orders o
WHERE o.lease_id = (SELECT lease_id FROM charges WHERE id = $1) AND o.kind = 'deduct' AND o.state = 'not_done'
  AND $1 = ANY(o.covers) AND o.code <> ''
ORDER BY o.id DESC LIMIT 1
"""


async def last_failure(conn: Conn, charge_id: int) -> FailedDeduction | None:
    """The last deduction for a charge that was refused or failed."""
    row = await conn.fetchrow(LAST_FAILURE, charge_id)
    if row is None:
        return None
    return FailedDeduction(row["ref"], row["code"], row["fault"], beijing_on(row["decided_at"]))


async def find_ref(conn: Conn, number: str) -> str | None:
    """Our reference of an order whose number a notification names."""
    ref: str | None = await conn.fetchval("SELECT ref FROM payment_orders WHERE number = $1", number)
    return ref


OPEN_DEDUCTIONS = "SELECT ref FROM payment_orders WHERE lease_id = $1 AND kind = 'deduct' AND state = 'open'"


async def open_deductions(conn: Conn, lease_id: int) -> list[str]:
    """References of deductions under way for a lease: one at most."""
    return [row["ref"] for row in await conn.fetch(OPEN_DEDUCTIONS, lease_id)]


async def insert_fact(conn: Conn, order_id: int, fact: Fact, moved_at: datetime | None) -> None:
    """Keep one thing heard of an order."""
    await conn.execute(
        """
        INSERT INTO payment_facts
          (order_id, heard, at, seen, try_no, amount_fen, provider_no, code, fault, moved_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        """,
        order_id, fact.heard, fact.at, fact.seen, fact.try_no, fact.amount_fen, fact.provider_no, fact.code,
        fact.fault, moved_at,
    )  # fmt: skip


async def facts_of(conn: Conn, order_id: int) -> list[Fact]:
    """Everything heard of an order."""
    rows = await conn.fetch(
        """
        SELECT heard, at, seen, try_no, amount_fen, provider_no, code, fault FROM payment_facts WHERE order_id = $1
        ORDER BY id
        """,
        order_id,
    )
    return rows_to(Fact, rows)


async def moved_at_of(conn: Conn, order_id: int) -> datetime | None:
    """When the provider says that the money moved, the earliest it ever said; else when we first heard of it."""
    at: datetime | None = await conn.fetchval(
        "SELECT coalesce(min(moved_at), min(at)) FROM payment_facts WHERE order_id = $1 AND seen = 'done'", order_id
    )
    return at


SET_STANDING = """
UPDATE payment_orders SET state = $2, next_at = $3, moved_fen = $4, provider_no = $5, code = $6, fault = $7,
  decided_at = CASE WHEN $2 = 'open' THEN NULL WHEN state = $2 THEN decided_at ELSE $8::timestamptz END,
  paid_on = $9, entry_key = $10
WHERE id = $1
"""


async def set_standing(
    conn: Conn, order: OrderRow, state: OrderState, next_at: datetime | None, moved_fen: int, provider_no: str,
    code: str, fault: str, now: datetime, paid_on: date | None, entry_key: str,
) -> None:  # fmt: skip
    """How a locked order stands now."""
    await conn.execute(
        SET_STANDING, order.id, state, next_at, moved_fen, provider_no, code, fault, now, paid_on, entry_key
    )


STUCK_ORDERS = "SELECT ref, number FROM payment_orders WHERE state = 'open' AND next_at < $1 ORDER BY next_at LIMIT 100"


async def stuck_orders(conn: Conn, before: datetime) -> list[tuple[str, str]]:
    """Reference and number of open orders whose step should have been taken by then, the oldest first."""
    return [(row["ref"], row["number"]) for row in await conn.fetch(STUCK_ORDERS, before)]


# Once we had to ask, or an answer said nothing, it is being looked into.
_VIEW = """
o.ref AS order_ref, o.kind, o.amount_fen, o.state, o.planned_at, o.decided_at, o.paid_on, o.moved_fen, o.provider_no,
o.code, o.fault, o.covers, o.state = 'open' AND EXISTS (
  SELECT FROM payment_facts f WHERE f.order_id = o.id
    AND (f.seen IN ('unknown', 'absent') OR f.heard IN ('look', 'closing'))) AS checking
"""
LEASE_ORDERS = f"SELECT {_VIEW} FROM payment_orders o WHERE o.lease_id = $1 ORDER BY o.id DESC LIMIT 100"  # noqa: S608 -- ours


async def lease_orders(conn: Conn, lease_id: int) -> list[OrderView]:
    """The latest orders of a lease, the newest first."""
    return rows_to(OrderView, await conn.fetch(LEASE_ORDERS, lease_id))


# What a person should look at: money that moved otherwise than meant, acts on holds and refunds that came to nothing
# and were not tried again, and what has been open for a day.
LIST_TROUBLE = f"""
SELECT {_VIEW} FROM payment_orders o
WHERE care = '' AND (state = 'disputed'
  OR (state = 'not_done' AND kind <> 'deduct'
      AND NOT EXISTS (SELECT FROM payment_orders l WHERE l.lease_id = o.lease_id AND l.id > o.id AND l.kind = o.kind
                      AND split_part(l.purpose, '/', 1) = split_part(o.purpose, '/', 1))))
ORDER BY id DESC LIMIT 200
"""  # noqa: S608 -- our own column list
LIST_LONG_OPEN = f"""
SELECT {_VIEW} FROM payment_orders o WHERE o.state = 'open' AND o.next_at IS NOT NULL AND o.planned_at < $1
ORDER BY o.planned_at LIMIT 200
"""  # noqa: S608 -- our own column list


LEASES_OF_ORDERS = """
SELECT o.ref, l.ref AS lease_ref FROM payment_orders o JOIN leases l ON l.id = o.lease_id WHERE o.ref = ANY($1::text[])
"""


async def leases_of_orders(conn: Conn, refs: Sequence[str]) -> dict[str, str]:
    """The lease of each order, by reference."""
    return {row["ref"]: row["lease_ref"] for row in await conn.fetch(LEASES_OF_ORDERS, list(refs))}


async def set_care(conn: Conn, order_id: int, care: str, paid_on: date | None, entry_key: str) -> None:
    """What a person decided of an order in trouble, and what was booked for it."""
    await conn.execute(
        "UPDATE payment_orders SET care = $2, paid_on = $3, entry_key = $4 WHERE id = $1",
        order_id, care, paid_on, entry_key,
    )  # fmt: skip


async def list_trouble(conn: Conn, open_since: datetime) -> list[OrderView]:
    """Orders for a person to look at, at most 400."""
    trouble = await conn.fetch(LIST_TROUBLE)
    return rows_to(OrderView, [*trouble, *await conn.fetch(LIST_LONG_OPEN, open_since)])
