"""SQL of abatements, and of the case a swap belongs to."""

from collections.abc import Sequence
from datetime import date

import msgspec
from msgspec import Struct

from shouwen.features.leases.types import AbatedPart
from shouwen.kernel.actor import Actor
from shouwen.platform.db import Conn


class AbatedBefore(Struct, frozen=True, array_like=True):
    """What an abatement took off one instalment, and how much of that became credit."""

    no: int
    amount_fen: int
    credited_fen: int


class EarlierAbatement(Struct, frozen=True):
    """An abatement that stands, with the parts of it that were not taken back."""

    ref: str
    from_on: date
    to_on: date
    parts: tuple[AbatedBefore, ...]


ABATED = """
SELECT ref, from_on, to_on, parts, array(
  SELECT e.key FROM money_entries e WHERE e.lease_id = $1 AND e.rule = 'ABATE-1'
    AND EXISTS (SELECT FROM money_entries r WHERE r.reverses_entry_id = e.id)) AS undone
FROM abatements WHERE lease_id = $1 ORDER BY from_on
"""


def entry_key(ref: str, no: int) -> str:
    """The key of the entry that takes an abatement off an instalment."""
    return f"abate:{ref}:{no}"


async def earlier_abatements(conn: Conn, lease_id: int) -> list[EarlierAbatement]:
    """The abatements of a lease whose row is locked, without those that were undone."""
    found = []
    for row in await conn.fetch(ABATED, lease_id):
        parts = msgspec.convert(row["parts"], tuple[AbatedBefore, ...])
        standing = tuple(part for part in parts if entry_key(row["ref"], part.no) not in row["undone"])
        if standing:
            found.append(EarlierAbatement(row["ref"], row["from_on"], row["to_on"], standing))
    return found


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


# $3 who asks: a complaint about a colleague is not there for them (OWN-2)
CASE_OF_LEASE = "SELECT id FROM cases WHERE ref = $1 AND lease_id = $2 AND complaint_against_id IS DISTINCT FROM $3"


async def case_of_lease(conn: Conn, case_ref: str, lease_id: int, actor: Actor) -> int | None:
    """The case of this reference if it is about the lease and not a complaint about this actor.

    Cases belong to a later feature and are only read here.
    """
    case_id = await conn.fetchval(CASE_OF_LEASE, case_ref, lease_id, actor.id if actor.is_staff else 0)
    return None if case_id is None else int(case_id)
