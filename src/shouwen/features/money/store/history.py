"""SQL of what a lease's money rests on: every transfer with its days, pauses, credit, where late fees stand."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal

from msgspec import Struct

from shouwen.features.money.types import Account, ChargeKind, Pause
from shouwen.kernel.days import beijing_on
from shouwen.platform.db import Conn, rows_to


class Moved(Struct, frozen=True):
    """A transfer with its entry. `on_day` is the day it took effect, `seq` its place among those booked.

    A reversal has both of what it takes back.
    """

    lease_id: int
    entry_id: int
    key: str
    kind: str
    on_day: date
    replays: bool
    reversed: bool
    debit: Account
    credit: Account
    amount_fen: int
    charge_id: int | None
    seq: int = 0


# Taking a charge back is no mirror in time: it settles what is open on its own day.
MOVED = """
SELECT e.lease_id, e.id AS entry_id, e.key, e.kind,
  CASE WHEN o.kind <> 'charge' THEN coalesce(o.value_on, o.booked_on) ELSE coalesce(e.value_on, e.booked_on) END
    AS on_day,
  e.replays OR coalesce(o.replays, false) AS replays,
  EXISTS (SELECT FROM money_entries r WHERE r.reverses_entry_id = e.id) AS reversed,
  t.debit_account AS debit, t.credit_account AS credit, t.amount_fen, t.charge_id,
  CASE WHEN o.kind <> 'charge' THEN o.id ELSE e.id END AS seq
FROM money_entries e JOIN money_transfers t ON t.entry_id = e.id
LEFT JOIN money_entries o ON o.id = e.reverses_entry_id
WHERE e.lease_id = ANY($1::bigint[]) AND e.kind NOT IN ('charge', 'hold', 'release')
ORDER BY e.lease_id, e.id, t.no
"""


async def moved_of(conn: Conn, lease_ids: Sequence[int]) -> list[Moved]:
    """Every transfer of these leases that settled something or moved credit, in the order of booking."""
    return rows_to(Moved, await conn.fetch(MOVED, lease_ids))


class PauseRow(Struct, frozen=True):
    """A collection pause of a charge; the table belongs to cases and is read here by its index."""

    charge_id: int
    amount_fen: int
    started_at: datetime
    ends_on: date | None
    reason: str = ""

    @property
    def pause(self) -> Pause:
        """In days of Beijing; what rests for the phone's sake is still paid by money that comes."""
        return Pause(beijing_on(self.started_at), self.ends_on, self.amount_fen, payable=self.reason == "delivery")


PAUSES = """
SELECT charge_id, amount_fen, started_at, ends_on, reason FROM collection_pauses
WHERE lease_id = ANY($1::bigint[]) AND charge_id IS NOT NULL
"""


async def pauses_of(conn: Conn, lease_ids: Sequence[int]) -> list[PauseRow]:
    """PAUSE-1: the pauses of charges of these leases, running and ended."""
    return rows_to(PauseRow, await conn.fetch(PAUSES, lease_ids))


class LeaseCharge(Struct, frozen=True):
    """A charge of one of several leases."""

    id: int
    lease_id: int
    renter_id: int
    kind: ChargeKind
    no: int
    clause: str
    due_on: date
    amount_fen: int
    paid_fen: int
    waived_fen: int
    written_off_fen: int
    outstanding_fen: int
    booked_on: date | None


LOCK_LEASE_CHARGES = """
SELECT id, lease_id, renter_id, kind, no, clause, due_on, amount_fen, paid_fen, waived_fen, written_off_fen,
  outstanding_fen, booked_on
FROM charges WHERE lease_id = ANY($1::bigint[]) ORDER BY lease_id, id FOR UPDATE
"""


async def lock_lease_charges(conn: Conn, lease_ids: Sequence[int]) -> list[LeaseCharge]:
    """Every charge of these leases, locked in one order."""
    return rows_to(LeaseCharge, await conn.fetch(LOCK_LEASE_CHARGES, lease_ids))


LOCK_CREDITS = "SELECT lease_id, credit_fen FROM lease_credits WHERE lease_id = ANY($1::bigint[]) ORDER BY 1 FOR UPDATE"


async def lock_credits(conn: Conn, lease_ids: Sequence[int]) -> dict[int, int]:
    """The credit of these leases, their rows locked; the leases' charges are locked before."""
    return {row["lease_id"]: row["credit_fen"] for row in await conn.fetch(LOCK_CREDITS, lease_ids)}


ALLOCATION_TERMS = """
SELECT DISTINCT ON (lease_id) lease_id, coalesce(contract #> '{terms,allocation_order}', '[]') AS kinds,
  coalesce(contract #>> '{terms,allocation_by}', 'kind') AS by
FROM contracts WHERE lease_id = ANY($1::bigint[]) ORDER BY lease_id, version DESC
"""


async def allocation_terms_of(
    conn: Conn, lease_ids: Sequence[int]
) -> dict[int, tuple[Sequence[str], Literal["kind", "due"]]]:
    """In which order money settles the bills of these leases, by the contract in force: kinds, and by what."""
    rows = await conn.fetch(ALLOCATION_TERMS, lease_ids)
    return {row["lease_id"]: (row["kinds"], row["by"]) for row in rows}


async def lock_credit(conn: Conn, lease_id: int) -> int:
    """The renter's credit with a lease, its row locked."""
    credit_fen = await conn.fetchval("SELECT credit_fen FROM lease_credits WHERE lease_id = $1 FOR UPDATE", lease_id)
    return int(credit_fen or 0)
