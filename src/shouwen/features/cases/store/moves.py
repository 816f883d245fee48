"""Who could be next, who has had a part, and the record of every change of owner (OWN-2)."""

from collections.abc import Sequence
from datetime import datetime

from shouwen.features.cases.rows import CasePerson, CaseRow
from shouwen.features.cases.types import MoveReason
from shouwen.kernel.actor import Actor, Role
from shouwen.platform.db import Conn, rows_to

# $1 roles in the order wanted, $2 who not, $3 only those with room. What each has in hand is read from the counters.
NEXT_COLLEAGUE = """
SELECT s.id, s.name, s.role FROM staff s
CROSS JOIN LATERAL (
  SELECT coalesce(sum(k.count), 0) AS n FROM case_counts k
  WHERE k.key = 'specialist:' || s.id
     OR k.key = ANY(ARRAY(SELECT 'owner:' || s.id || ':' || t
                          FROM unnest('{desk,renter,specialist,appraiser,nobody}'::text[]) t))
) held
WHERE s.active AND s.role = ANY($1::text[]) AND s.id <> ALL($2::bigint[]) AND (NOT $3 OR held.n < s.capacity)
ORDER BY array_position($1::text[], s.role), held.n, s.id LIMIT 1
"""


async def next_colleague(
    conn: Conn, roles: Sequence[Role], but: Sequence[int], *, with_room: bool = True
) -> Actor | None:
    """The colleague with the least in hand, of the first of `roles` that has one; None where there is nobody."""
    row = await conn.fetchrow(NEXT_COLLEAGUE, [str(role) for role in roles], list(but), with_room)
    return None if row is None else Actor(Role(row["role"]), row["id"], row["name"])


# The open promises go with the case: whoever has it next is reminded of them.
INSERT_MOVE = """
WITH promised AS (
  UPDATE promises SET staff_id = $7 WHERE case_id = $1 AND staff_id = $6 AND kept_at IS NULL AND $7::bigint IS NOT NULL)
INSERT INTO owner_moves (case_id, at, reason, why, words, from_id, to_id, by_role, by_id)
VALUES ($1, $2, $3, $4, $5, $6, $7::bigint, $8, $9)
"""


async def insert_move(
    conn: Conn, case: CaseRow, reason: MoveReason, by: Actor, now: datetime, *, to_id: int | None, why: str = "",
    words: str = "",
) -> None:  # fmt: skip
    """From the case's owner to `to_id` (None: a supervisor arranges it), with what was promised and is open."""
    await conn.execute(INSERT_MOVE, case.id, now, str(reason), why, words, case.owner_id, to_id, str(by.role), by.id)


WISHES = "SELECT count(*) FROM owner_moves WHERE case_id = $1 AND reason = 'renter_wish'"


async def count_wishes(conn: Conn, case_id: int) -> int:
    """How often the renter has asked for somebody else in this case."""
    return int(await conn.fetchval(WISHES, case_id))


# $1 case, $2 its owner or 0
PEOPLE = """
SELECT s.id, s.name, s.role, s.id = $2 AS owner FROM staff s WHERE s.id = ANY(
  SELECT m.author_id FROM messages m
  WHERE m.case_id = $1 AND m.kind <> 'note' AND m.author_role IN ('agent', 'specialist', 'supervisor')
  UNION SELECT p.staff_id FROM case_specialists p WHERE p.case_id = $1
  UNION SELECT o.from_id FROM owner_moves o WHERE o.case_id = $1
  UNION SELECT $2::bigint)
ORDER BY s.id <> $2, s.id LIMIT 50
"""


async def people_of(conn: Conn, case: CaseRow) -> list[CasePerson]:
    """Colleagues the renter has dealt with in this case, the owner first."""
    return rows_to(CasePerson, await conn.fetch(PEOPLE, case.id, case.owner_id or 0))
