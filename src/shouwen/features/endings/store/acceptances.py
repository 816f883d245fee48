"""SQL of what was agreed at a quote. Amounts are whole fen."""

from collections.abc import Sequence
from datetime import date, datetime

import msgspec

from shouwen.features.contracts.types import Quote
from shouwen.features.endings.types import Acceptance, AcceptanceKind, AcceptanceState
from shouwen.platform.db import Conn, row_to, rows_to

_COLUMNS = """
id, ref, lease_id, renter_id, kind, amount_fen, accepted_at, pay_by, state, charge_ids, closed_keys, back_on, ended_on
"""

INSERT_ACCEPTANCE = f"""
INSERT INTO acceptances (ref, lease_id, renter_id, kind, quote, amount_fen, contract_version, accepted_at, pay_by,
  charge_ids, closed_keys, back_on)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
ON CONFLICT (lease_id) WHERE state = 'accepted' DO NOTHING
RETURNING {_COLUMNS}
"""  # noqa: S608 -- our own column list


async def insert_acceptance(
    conn: Conn, ref: str, lease_id: int, renter_id: int, kind: AcceptanceKind, quote: Quote, now: datetime,
    pay_by: date, charge_ids: Sequence[int] = (), closed_keys: Sequence[str] = (), back_on: date | None = None,
) -> Acceptance | None:  # fmt: skip
    """Write what was agreed; None where something is agreed already."""
    row = await conn.fetchrow(
        INSERT_ACCEPTANCE, ref, lease_id, renter_id, kind, quote, quote.amount_fen, quote.contract_version, now,
        pay_by, charge_ids, closed_keys, back_on,
    )  # fmt: skip
    return None if row is None else row_to(Acceptance, row)


OPEN_ACCEPTANCE = f"SELECT {_COLUMNS} FROM acceptances WHERE lease_id = $1 AND state = 'accepted'"  # noqa: S608


async def open_acceptance(conn: Conn, lease_id: int) -> Acceptance | None:
    """What is agreed for a lease and not carried out yet."""
    row = await conn.fetchrow(OPEN_ACCEPTANCE, lease_id)
    return None if row is None else row_to(Acceptance, row)


async def lock_open_acceptance(conn: Conn, lease_id: int) -> Acceptance | None:
    """The same, locked; the lease's row must be locked before it."""
    row = await conn.fetchrow(OPEN_ACCEPTANCE + " FOR UPDATE", lease_id)
    return None if row is None else row_to(Acceptance, row)


ACCEPTANCES_OF = f"SELECT {_COLUMNS} FROM acceptances WHERE lease_id = $1 ORDER BY id DESC LIMIT 50"  # noqa: S608


async def acceptances_of(conn: Conn, lease_id: int) -> list[Acceptance]:
    """All that was agreed for a lease, the newest first."""
    return rows_to(Acceptance, await conn.fetch(ACCEPTANCES_OF, lease_id))


async def put_quote(conn: Conn, acceptance_id: int, charge_ids: Sequence[int]) -> None:
    """The charges an early return has made when the phone went back."""
    await conn.execute("UPDATE acceptances SET charge_ids = $2 WHERE id = $1", acceptance_id, charge_ids)


async def end_acceptance(conn: Conn, acceptance_id: int, state: AcceptanceState, on: date) -> None:
    """How it ended, once."""
    await conn.execute(
        """
        UPDATE acceptances SET state = $2, ended_on = $3
        WHERE id = $1 AND state IN ('accepted', 'paid', 'written_off')
        """,
        acceptance_id, state, on,
    )  # fmt: skip


async def quote_of(conn: Conn, acceptance_id: int) -> Quote:
    """The quote that was agreed to, as it was shown."""
    return msgspec.convert(await conn.fetchval("SELECT quote FROM acceptances WHERE id = $1", acceptance_id), Quote)


QUOTES_OF = "SELECT id, quote FROM acceptances WHERE lease_id = $1 ORDER BY id DESC LIMIT 50"


async def quotes_of(conn: Conn, lease_id: int) -> dict[int, Quote]:
    """The quotes that were agreed to for a lease, by the id of the agreement."""
    return {row["id"]: msgspec.convert(row["quote"], Quote) for row in await conn.fetch(QUOTES_OF, lease_id)}


async def deducting(conn: Conn, lease_id: int) -> bool:
    """Whether any deduction of a lease is not decided yet."""
    return bool(
        await conn.fetchval(
            "SELECT EXISTS (SELECT FROM payment_orders WHERE lease_id = $1 AND kind = 'deduct' AND state = 'open')",
            lease_id,
        )
    )
