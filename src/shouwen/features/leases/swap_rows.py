"""SQL of abatements, and of the case a swap belongs to."""

from collections.abc import Sequence
from datetime import date

import msgspec
from msgspec import Struct

from shouwen.features.leases.rules.abatement import AbatedPart
from shouwen.platform.db import Conn


class AbatedBefore(Struct, frozen=True, array_like=True):
    """What an abatement took off one instalment, and how much of that became credit."""

    no: int
    amount_fen: int
    credited_fen: int


ABATED = "SELECT parts FROM abatements WHERE lease_id = $1 ORDER BY from_on"


async def abated_before(conn: Conn, lease_id: int) -> list[AbatedBefore]:
    """Every part of every abatement of a lease whose row is locked."""
    rows = await conn.fetch(ABATED, lease_id)
    return [part for row in rows for part in msgspec.convert(row["parts"], list[AbatedBefore])]


OVERLAPPING = """
SELECT from_on, to_on FROM abatements WHERE lease_id = $1 AND from_on <= $3 AND to_on >= $2 ORDER BY from_on LIMIT 1
"""


async def overlapping(conn: Conn, lease_id: int, from_on: date, to_on: date) -> tuple[date, date] | None:
    """The first abatement that shares a day with the span; None where there is none."""
    row = await conn.fetchrow(OVERLAPPING, lease_id, from_on, to_on)
    return None if row is None else (row["from_on"], row["to_on"])


class NewAbatement(Struct, frozen=True, kw_only=True):
    """An abatement to be written, with its instalments."""

    ref: str
    lease_id: int
    renter_id: int
    from_on: date
    to_on: date
    parts: Sequence[AbatedPart]
    swap_id: int | None
    why: str
    working: Sequence[str]
    booked_on: date


INSERT_ABATEMENT = """
INSERT INTO abatements (ref, lease_id, renter_id, from_on, to_on, amount_fen, waived_fen, credited_fen, swap_id, why,
  parts, working, booked_on)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
"""


async def insert_abatement(conn: Conn, new: NewAbatement) -> None:
    """Write what was taken off and how."""
    waived_fen, credited_fen = (
        sum(part.waived_fen for part in new.parts),
        sum(part.credited_fen for part in new.parts),
    )
    parts = [AbatedBefore(part.no, part.amount_fen, part.credited_fen) for part in new.parts]
    await conn.execute(
        INSERT_ABATEMENT, new.ref, new.lease_id, new.renter_id, new.from_on, new.to_on, waived_fen + credited_fen,
        waived_fen, credited_fen, new.swap_id, new.why, parts, list(new.working), new.booked_on,
    )  # fmt: skip


CASE_OF_LEASE = "SELECT id FROM cases WHERE ref = $1 AND lease_id = $2"


async def case_of_lease(conn: Conn, case_ref: str, lease_id: int) -> int | None:
    """The case of this reference if it is about the lease; cases belong to a later feature and are only read here."""
    case_id = await conn.fetchval(CASE_OF_LEASE, case_ref, lease_id)
    return None if case_id is None else int(case_id)
