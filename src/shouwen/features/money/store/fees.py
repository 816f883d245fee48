"""SQL of late fees: the clause of each lease as integers, where each overdue rent stands, what is undone."""

from collections.abc import Sequence
from datetime import date, datetime

from msgspec import Struct

from shouwen.features.money.types import FeeIntegers
from shouwen.platform.db import Conn, Row, rows_to

PUT_FEE_TERMS = """
INSERT INTO fee_terms (lease_id, contract_version, grace_days, rate_num, rate_den, daily_fen, cap_num, cap_den,
  gate_num, gate_den, clause)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (lease_id) DO UPDATE SET contract_version = excluded.contract_version, grace_days = excluded.grace_days,
  rate_num = excluded.rate_num, rate_den = excluded.rate_den, daily_fen = excluded.daily_fen,
  cap_num = excluded.cap_num, cap_den = excluded.cap_den, gate_num = excluded.gate_num, gate_den = excluded.gate_den,
  clause = excluded.clause
"""

# by the lease's bills, which have an index: accruals are found by their bill
MARK_LEASE_STALE = """
UPDATE late_accruals a SET stale = true FROM charges c WHERE c.lease_id = $1 AND a.charge_id = c.id
"""


async def put_fee_terms(
    conn: Conn, lease_id: int, version: int, grace_days: int, integers: FeeIntegers, clause: str
) -> None:
    """The clause of the version in force."""
    i = integers
    await conn.execute(
        PUT_FEE_TERMS, lease_id, version, grace_days, i.rate_num, i.rate_den, i.daily_fen, i.cap_num, i.cap_den,
        i.gate_num, i.gate_den, clause,
    )  # fmt: skip
    await conn.execute(MARK_LEASE_STALE, lease_id)


class Accrual(Struct, frozen=True):
    """Where the late fee of a rent stands: counted through `through_on`."""

    charge_id: int
    lease_id: int
    renter_id: int
    no: int
    fee_charge_id: int | None
    first_on: date
    through_on: date
    bearing_fen: int
    changes_on: date | None
    fen_days: int
    days: int
    booked_fen: int
    cap_fen: int | None
    stopped_on: date | None


LOCK_ACCRUALS = """
SELECT charge_id, lease_id, renter_id, no, fee_charge_id, first_on, through_on, bearing_fen, changes_on, fen_days, days,
  booked_fen, cap_fen, stopped_on
FROM late_accruals WHERE lease_id = ANY($1::bigint[]) ORDER BY charge_id FOR UPDATE
"""


async def lock_accruals(conn: Conn, lease_ids: Sequence[int]) -> list[Accrual]:
    """Where the late fees of these leases stand, locked."""
    return rows_to(Accrual, await conn.fetch(LOCK_ACCRUALS, lease_ids))


PUT_ACCRUALS = """
INSERT INTO late_accruals AS a (charge_id, lease_id, renter_id, no, fee_charge_id, first_on, through_on, bearing_fen,
  changes_on, fen_days, days, booked_fen, cap_fen, stopped_on, stale)
SELECT *, false FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::integer[], $5::bigint[], $6::date[],
  $7::date[], $8::bigint[], $9::date[], $10::bigint[], $11::integer[], $12::bigint[], $13::bigint[], $14::date[])
ON CONFLICT (charge_id) DO UPDATE SET fee_charge_id = excluded.fee_charge_id, first_on = excluded.first_on,
  through_on = excluded.through_on, bearing_fen = excluded.bearing_fen, changes_on = excluded.changes_on,
  fen_days = excluded.fen_days, days = excluded.days, booked_fen = excluded.booked_fen, cap_fen = excluded.cap_fen,
  stopped_on = excluded.stopped_on, stale = false
"""


async def put_accruals(conn: Conn, rows: Sequence[Accrual]) -> None:
    """What the whole history says; nothing of it is stale now."""
    await conn.execute(
        PUT_ACCRUALS,
        [r.charge_id for r in rows],
        [r.lease_id for r in rows],
        [r.renter_id for r in rows],
        [r.no for r in rows],
        [r.fee_charge_id for r in rows],
        [r.first_on for r in rows],
        [r.through_on for r in rows],
        [r.bearing_fen for r in rows],
        [r.changes_on for r in rows],
        [r.fen_days for r in rows],
        [r.days for r in rows],
        [r.booked_fen for r in rows],
        [r.cap_fen for r in rows],
        [r.stopped_on for r in rows],
    )


async def mark_stale(conn: Conn, charge_ids: Sequence[int]) -> None:
    """The history of these rents has changed: read it anew before another day is added."""
    await conn.execute("UPDATE late_accruals SET stale = true WHERE charge_id = ANY($1::bigint[])", charge_ids)


async def undone_of(conn: Conn, lease_ids: Sequence[int]) -> set[int]:
    """The rents of these leases whose lateness does not count (LATE-5)."""
    rows = await conn.fetch("SELECT charge_id FROM lateness_undone WHERE lease_id = ANY($1::bigint[])", lease_ids)
    return {int(row["charge_id"]) for row in rows}


async def insert_undone(
    conn: Conn, lease_id: int, renter_id: int, charge_id: int, rule: str, ground: str, now: datetime
) -> bool:
    """A lateness that does not count; false where it was undone before."""
    done = await conn.execute(
        "INSERT INTO lateness_undone (charge_id, lease_id, renter_id, rule, ground, at) VALUES ($1, $2, $3, $4, $5, $6)"
        " ON CONFLICT (charge_id) DO NOTHING",
        charge_id, lease_id, renter_id, rule, ground, now,
    )  # fmt: skip
    return done == "INSERT 0 1"


# what is settled bears nothing from that day on, however far the days have been gone through
FEE_SUMS = """
SELECT a.first_on, least(a.through_on, c.settled_on - 1) AS through_on, a.fen_days, a.days, a.booked_fen,
  a.cap_fen, f.rate_num, f.rate_den, f.daily_fen,
  f.gate_num, f.gate_den
FROM charges c JOIN late_accruals a ON a.charge_id = c.id JOIN fee_terms f ON f.lease_id = c.lease_id
WHERE c.lease_id = $1 AND c.kind = 'rent' AND c.no = $2
"""


async def fee_sums(conn: Conn, lease_id: int, no: int) -> Row | None:
    """Days, sums and the clause behind the late fee of an instalment."""
    return await conn.fetchrow(FEE_SUMS, lease_id, no)


FEE_SUMS_OF = """
SELECT a.no, a.first_on, least(a.through_on, c.settled_on - 1) AS through_on, a.fen_days, a.days, a.booked_fen,
  a.cap_fen, a.stopped_on, f.rate_num, f.rate_den, f.daily_fen, f.gate_num, f.gate_den
FROM charges c JOIN late_accruals a ON a.charge_id = c.id JOIN fee_terms f ON f.lease_id = c.lease_id
WHERE c.lease_id = $1 AND c.kind = 'rent' ORDER BY a.no
"""


async def fee_sums_of(conn: Conn, lease_id: int) -> list[Row]:
    """Days, sums and the clause behind every late fee of a lease, by instalment."""
    return await conn.fetch(FEE_SUMS_OF, lease_id)
