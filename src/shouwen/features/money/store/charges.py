"""SQL of charges: written once each, locked in one order. Amounts are whole fen."""

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from shouwen.features.money.types import ChargeKind
from shouwen.platform.db import Conn, rows_to


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
    """A charge as it stands: amount = paid + waived + written_off + outstanding. `booked_on` None: only scheduled."""

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
    booked_on: date | None = None


# What a charge already there is answered by its id too, so that booking twice gives the same answer.
INSERT_CHARGES = """
WITH new AS (
  SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::integer[], $5::text[], $6::date[], $7::bigint[],
      $8::date[])
    WITH ORDINALITY AS n(lease_id, renter_id, kind, no, clause, due_on, amount_fen, booked_on, nth)),
written AS (
  INSERT INTO charges (lease_id, renter_id, kind, no, clause, due_on, amount_fen, booked_on)
  SELECT lease_id, renter_id, kind, no, clause, due_on, amount_fen, booked_on FROM new ORDER BY nth
  ON CONFLICT (lease_id, kind, no) DO NOTHING
  RETURNING id, lease_id, kind, no)
SELECT coalesce(w.id, c.id) AS id
FROM new n LEFT JOIN written w USING (lease_id, kind, no) LEFT JOIN charges c USING (lease_id, kind, no)
ORDER BY n.nth
"""


async def insert_charges(conn: Conn, new: Sequence[NewCharge], booked_on: Sequence[date | None]) -> list[int]:
    """Write charges in one statement, leaving those already there; the ids in the same order.

    `booked_on` goes with them, one for each: None where the charge is only scheduled.
    """
    rows = await conn.fetch(
        INSERT_CHARGES,
        [c.lease_id for c in new],
        [c.renter_id for c in new],
        [c.kind for c in new],
        [c.no for c in new],
        [c.clause for c in new],
        [c.due_on for c in new],
        [c.amount_fen for c in new],
        booked_on,
    )
    return [int(row["id"]) for row in rows]


_CHARGE = """
id, kind, no, clause, due_on, amount_fen, paid_fen, waived_fen, written_off_fen, outstanding_fen, settled_on, booked_on
"""
AGREED_CHARGES = """
SELECT c.id, bool_or(a.state = 'accepted' AND a.kind <> 'loss') AS open
FROM acceptances a CROSS JOIN unnest(a.charge_ids) AS c(id) WHERE a.lease_id = $1 GROUP BY c.id
"""


async def agreed_charges(conn: Conn, lease_id: int) -> dict[int, bool]:
    """The charges an agreement of a lease made or took in; true where it is still to be paid or lapse.

    A loss's settlement never lapses: what does not come in of it may be given up, which ends it.
    """
    return {int(row["id"]): bool(row["open"]) for row in await conn.fetch(AGREED_CHARGES, lease_id)}


LOCK_CHARGES = f"""
SELECT {_CHARGE} FROM charges WHERE lease_id = $1 ORDER BY id FOR UPDATE
"""  # noqa: S608 -- our own column list


async def lock_charges(conn: Conn, lease_id: int) -> list[Charge]:
    """Every charge of a lease, locked in one order, for booking on them."""
    return rows_to(Charge, await conn.fetch(LOCK_CHARGES, lease_id))
