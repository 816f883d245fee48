"""A renter's own claims, for their pages."""

from msgspec import Struct

from shouwen.features.disputes.rows import ClaimListRow
from shouwen.platform.db import rows_to
from shouwen.platform.door import Ctx
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case

_MINE = """
SELECT c.id, c.ref AS claim_ref, l.ref AS lease_ref, k.ref AS case_ref, l.model, r.name_masked AS renter_name_masked,
  c.state, c.turn, c.turn_until, c.claimed_fen,
  (SELECT count(*)::int FROM findings f WHERE f.claim_id = c.id) AS findings
FROM (SELECT * FROM claims WHERE renter_id = $1 AND state <> 'drafted' ORDER BY id DESC LIMIT 50) c
JOIN leases l ON l.id = c.lease_id JOIN renters r ON r.id = c.renter_id LEFT JOIN cases k ON k.id = c.case_id
ORDER BY c.id DESC
"""


class ListMyClaims(Struct, frozen=True, forbid_unknown_fields=True):
    """The renter's newest 50."""


@use_case(
    ListMyClaims, list[ClaimListRow], permission=Permission.CLAIM_ANSWER, method="GET", path="/my/claims"
)  # fmt: skip
async def list_my_claims(ctx: Ctx, command: ListMyClaims) -> list[ClaimListRow]:
    """我的定损，最近的在前
    The renter's own claims, newest first."""
    return rows_to(ClaimListRow, await ctx.conn.fetch(_MINE, ctx.actor.id))
