"""What other features and the pages may read of disputes inside their own transaction."""

from shouwen.features.disputes import store
from shouwen.features.disputes.facts import price_rows
from shouwen.features.disputes.proposing import propose
from shouwen.features.disputes.rows import ClaimProposal, ClaimRow
from shouwen.kernel.actor import Actor, Role
from shouwen.kernel.errors import Absent
from shouwen.platform.db import Conn

__all__ = ["ClaimProposal", "ClaimRow", "access_claim", "claim_by_id", "price_rows", "propose"]

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


async def claim_by_id(conn: Conn, claim_id: int) -> ClaimRow:
    """The claim of a case the caller has checked access to: one statement, for the case page's file."""
    claim = await store.claim_by_id(conn, claim_id)
    if claim is None:
        raise Absent("定损单", "claim")
    return claim
