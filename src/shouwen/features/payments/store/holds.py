"""SQL of deposits at the provider: what is frozen there, and the moves of the book that wait to be made there."""

from datetime import datetime

from msgspec import Struct

from shouwen.platform.db import Conn, row_to


class ProviderHold(Struct, frozen=True):
    """What the provider says is frozen for a lease."""

    order_no: str
    auth_no: str
    payer_id: str
    frozen_fen: int


class MoveRow(Struct, frozen=True):
    """A change of a hold that the book has and the provider has not; `tries` are the orders made for it."""

    entry_key: str
    lease_id: int
    kind: str
    amount_fen: int
    order_id: int | None
    tries: int


async def frozen_of(conn: Conn, lease_id: int) -> ProviderHold | None:
    """The hold of a lease at the provider."""
    row = await conn.fetchrow(
        "SELECT order_no, auth_no, payer_id, frozen_fen FROM provider_holds WHERE lease_id = $1", lease_id
    )
    return None if row is None else row_to(ProviderHold, row)


INSERT_HOLD = """
INSERT INTO provider_holds AS h (lease_id, order_no, auth_no, payer_id, frozen_fen, checked_at)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (lease_id) DO UPDATE SET order_no = excluded.order_no, auth_no = excluded.auth_no,
  payer_id = excluded.payer_id, frozen_fen = h.frozen_fen + excluded.frozen_fen, checked_at = excluded.checked_at
"""


async def insert_hold(
    conn: Conn, lease_id: int, order_no: str, auth_no: str, payer_id: str, frozen_fen: int, now: datetime
) -> None:
    """A freeze was carried out."""
    await conn.execute(INSERT_HOLD, lease_id, order_no, auth_no, payer_id, frozen_fen, now)


async def move_frozen(conn: Conn, lease_id: int, less_fen: int, now: datetime) -> None:
    """A part was captured or released; never less than nothing, the provider's word goes before ours."""
    await conn.execute(
        "UPDATE provider_holds SET frozen_fen = greatest(0, frozen_fen - $2), checked_at = $3 WHERE lease_id = $1",
        lease_id, less_fen, now,
    )  # fmt: skip


async def set_payer(conn: Conn, lease_id: int, payer_id: str) -> None:
    """Whose money is frozen: only notifications say it, and perhaps after an answer has said that it is."""
    await conn.execute(
        "UPDATE provider_holds SET payer_id = $2 WHERE lease_id = $1 AND payer_id = ''", lease_id, payer_id
    )


_MOVE = """
SELECT m.entry_key, m.lease_id, m.kind, m.amount_fen, m.order_id,
  (SELECT count(*) FROM payment_orders o WHERE o.lease_id = m.lease_id
   AND split_part(o.purpose, '/', 1) = 'hold:' || m.entry_key)::integer AS tries
FROM hold_moves m
"""
HOLD_MOVE = _MOVE + " WHERE m.entry_key = $1 FOR UPDATE OF m"
OPEN_FREEZE = _MOVE + " WHERE m.lease_id = $1 AND m.kind = 'freeze' ORDER BY m.asked_at DESC LIMIT 1 FOR UPDATE OF m"


async def lease_of_move(conn: Conn, entry_key: str) -> int | None:
    """Whose hold it is."""
    lease_id: int | None = await conn.fetchval("SELECT lease_id FROM hold_moves WHERE entry_key = $1", entry_key)
    return lease_id


async def hold_move(conn: Conn, entry_key: str) -> MoveRow | None:
    """A move of a hold, locked; its lease is locked before."""
    row = await conn.fetchrow(HOLD_MOVE, entry_key)
    return None if row is None else row_to(MoveRow, row)


async def open_freeze(conn: Conn, lease_id: int) -> MoveRow | None:
    """The newest freeze the book asks for on a lease, locked; perhaps it is carried out."""
    row = await conn.fetchrow(OPEN_FREEZE, lease_id)
    return None if row is None else row_to(MoveRow, row)


WAITING_MOVES = """
SELECT m.entry_key FROM hold_moves m JOIN provider_holds p ON p.lease_id = m.lease_id
WHERE m.order_id IS NULL AND m.kind <> 'freeze' AND m.asked_at <= $1 ORDER BY m.asked_at LIMIT 100
"""


async def waiting_moves(conn: Conn, now: datetime) -> list[str]:
    """Captures and releases of holds the provider has, still without an order, the oldest first."""
    return [row["entry_key"] for row in await conn.fetch(WAITING_MOVES, now)]


async def set_move_order(conn: Conn, entry_key: str, order_id: int) -> None:
    """The order that carries a move out."""
    await conn.execute("UPDATE hold_moves SET order_id = $2 WHERE entry_key = $1", entry_key, order_id)
