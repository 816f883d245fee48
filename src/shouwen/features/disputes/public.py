"""What other features and the pages may read of disputes inside their own transaction."""

from datetime import date

from msgspec import Struct

from shouwen.features.disputes import store
from shouwen.features.disputes.facts import price_rows
from shouwen.features.disputes.proposing import propose
from shouwen.features.disputes.rows import ClaimProposal, ClaimRow
from shouwen.features.evidence.public import MediaRow
from shouwen.features.leases.public import Opened, open_file_by
from shouwen.kernel.actor import Actor, Role
from shouwen.kernel.errors import Absent
from shouwen.platform.db import Conn, rows_to

__all__ = [
    "ClaimProposal",
    "ClaimRow",
    "ClaimedFile",
    "access_claim",
    "open_claimed_file",
    "price_rows",
    "propose",
]

_SEES_ALL = frozenset({Role.AGENT, Role.SPECIALIST, Role.SUPERVISOR, Role.INSPECTOR, Role.SYSTEM})


async def access_claim(conn: Conn, actor: Actor, claim_ref: str, *, lock: bool = False) -> ClaimRow:
    """The claim if the actor may see it, else Absent; a renter sees their own. `lock` keeps it for a change.

    One statement, with inspection, findings and the lease's media; two with `lock`.
    """
    if actor.role not in _SEES_ALL and not (actor.role is Role.RENTER and actor.id):
        raise Absent("定损单", "claim")
    renter_id = actor.id if actor.role is Role.RENTER else 0
    if lock and not await store.lock_claim(conn, claim_ref, renter_id):
        raise Absent("定损单", "claim")
    claim = await store.find_claim(conn, claim_ref, renter_id)
    if claim is None:
        raise Absent("定损单", "claim")
    return claim


class ClaimedFile(Struct, frozen=True):
    """A lease's file with its claim and what that rests on; without a claim, the evidence of the lease."""

    opened: Opened
    claim: ClaimRow | None
    media: list[MediaRow]


async def open_claimed_file(conn: Conn, lease_id: int, claim_id: int | None, on: date, actor: Actor) -> ClaimedFile:
    """The file of a case's lease and claim, in one statement; access to the case is checked by the caller."""
    if claim_id is None:
        reader = actor.id if actor.is_staff else 0
        opened, row = await open_file_by(conn, store.UNCLAIMED_FILE, lease_id, on, reader)
        return ClaimedFile(opened, None, rows_to(MediaRow, row["media"] or ()))
    opened, row = await open_file_by(conn, store.CLAIMED_FILE, lease_id, on, claim_id)
    return ClaimedFile(opened, store.claim_of(row["claim"]), [])
