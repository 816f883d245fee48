"""SQL of merging (OWN-4): candidates, and what moves with a merged case."""

from shouwen.features.cases.rows import CaseRow, MergeCandidate
from shouwen.platform.db import Conn, rows_to

# $1 case, $2 renter, $3 lease or 0, $4 whose case it never is again (OWN-2)
CANDIDATES = """
SELECT ref, title, state, owner_name, opened_at FROM cases
WHERE renter_id = $2 AND coalesce(lease_id, 0) = $3 AND id <> $1 AND state <> 'closed' AND type <> 'complaint'
  AND (owner_id IS NULL OR owner_id <> ALL($4::bigint[]))
ORDER BY id DESC LIMIT 20
"""


async def candidates(conn: Conn, case: CaseRow) -> list[MergeCandidate]:
    """Other cases of the same renter about the same lease that are not closed."""
    return rows_to(
        MergeCandidate, await conn.fetch(CANDIDATES, case.id, case.renter_id, case.lease_id or 0, list(case.barred_ids))
    )


# Open promises are kept in the kept case; what was merged earlier follows, so that every old link leads there.
MOVE_REST = """
WITH promised AS (
  UPDATE promises SET case_id = $2, staff_id = coalesce($3, staff_id) WHERE case_id = $1 AND kept_at IS NULL)
UPDATE cases SET merged_into_id = $2 WHERE merged_into_id = $1
"""


async def move_rest(conn: Conn, merged: CaseRow, kept: CaseRow) -> None:
    """What belongs to the merged case and goes on: open promises, and cases merged into it before."""
    await conn.execute(MOVE_REST, merged.id, kept.id, kept.owner_id)
