"""Queues and lists: 50 rows and the counters of the tabs in one statement, by index only."""

from collections.abc import Sequence

from shouwen.features.cases.rows import HelpNow, QueueRow
from shouwen.platform.db import Conn, Row, one, row_to, rows_to

ROWS = 50
COLUMNS = ", ".join(f"c.{name}" for name in QueueRow.__struct_fields__)

# $1 the colleague, who sees no complaint about them, $2 and $3 the key after which to go on (rank, id).
_WHERE = {
    "waiting": "c.owner_id = $1 AND c.turn <> 'desk'",
    "unowned": "c.owner_id IS NULL",
    "escalated": "c.escalated_at IS NOT NULL",
    "all": "true",
}
_PICK = """
SELECT {columns} FROM cases c WHERE c.state = 'open' AND {where} AND (c.rank, c.id) > ($2, $3)
  AND c.complaint_against_id IS DISTINCT FROM $1
"""
# as the index cases_asked has it; what I own myself stands there already while its turn is the desk's
_ASKED = """c.specialist_id = $1 AND c.turn IN ('specialist', 'desk')
  AND (c.talk_turn = 'specialist' OR c.claim_turn = 'specialist')
  AND (c.turn = 'specialist' OR c.owner_id IS DISTINCT FROM $1)"""
_ORDER = f"ORDER BY c.rank, c.id LIMIT {ROWS + 1}"


def _rows(tab: str) -> str:
    if tab != "mine":
        return f"{_PICK.format(columns=COLUMNS, where=_WHERE[tab])} {_ORDER}"
    # what I own and must answer, and what I was asked about: each from its own index, then merged
    owned = _PICK.format(columns=COLUMNS, where="c.owner_id = $1 AND c.turn = 'desk'")
    asked = _PICK.format(columns=COLUMNS, where=_ASKED)
    return f"SELECT * FROM (({owned} {_ORDER}) UNION ALL ({asked} {_ORDER})) c {_ORDER}"  # noqa: S608 -- our own column lists


def _rail(reader: str, roles: str) -> str:
    """What stands beside every page: phones on the table, requests the reader may decide. By index, a hundred at most;
    leases and approvals are only read here.
    """
    return f"""
  (SELECT count(*)::int FROM (
     SELECT FROM leases WHERE state = 'inspecting' LIMIT 100) few) AS inspections,
  (SELECT count(*)::int FROM (
     SELECT FROM approvals WHERE state = 'open' AND approver_role = ANY({roles}::text[])
       AND requested_by <> {reader}::bigint AND {reader}::bigint <> ALL(granted_by) LIMIT 100) few) AS approvals"""  # noqa: S608 -- our own text


RAIL = f"SELECT {_rail('$1', '$2')}"


async def read_rail(conn: Conn, staff_id: int, roles: Sequence[str]) -> Row:
    """`inspections` and `approvals` of the rail."""
    return one(await conn.fetchrow(RAIL, staff_id, roles))


def queue_sql(tab: str) -> str:
    """The statement of one tab: its rows, each with `n`; the counters (key → count) come with the first, with the
    rail's. $4 are the roles whose requests the reader may decide.
    """
    return f"""
WITH rail AS MATERIALIZED (SELECT {_rail("$1", "$4")}),
counters AS MATERIALIZED (
  SELECT coalesce(jsonb_object_agg(key, count), '{{}}') || (SELECT to_jsonb(rail) FROM rail) AS counts FROM case_counts
  WHERE key = ANY(ARRAY['open', 'unowned', 'escalated', 'specialist:' || $1::bigint]
                  || ARRAY(SELECT k || ':against:' || $1::bigint FROM unnest('{{open,unowned,escalated}}'::text[]) k)
                  || ARRAY(SELECT 'owner:' || $1::bigint || ':' || t
                           FROM unnest('{{desk,renter,specialist,appraiser,nobody}}'::text[]) t)))
SELECT CASE WHEN coalesce(q.n, 1) = 1 THEN counters.counts END AS counts, q.*
FROM counters LEFT JOIN (
  SELECT row_number() OVER (ORDER BY p.rank, p.id) AS n, p.* FROM ({_rows(tab)}) p) q ON true
ORDER BY q.n
"""  # noqa: S608 -- our own column lists


TABS = ("mine", "waiting", "unowned", "escalated", "all")
QUEUES = {tab: queue_sql(tab) for tab in TABS}


async def read_queue(
    conn: Conn, tab: str, staff_id: int, roles: Sequence[str], after: tuple[int, int]
) -> tuple[list[QueueRow], bool, dict[str, int]]:
    """Up to 50 rows after the key, whether more follow, and the counters by key."""
    found = await conn.fetch(QUEUES[tab], staff_id, *after, roles)
    counts: dict[str, int] = found[0]["counts"]
    rows = rows_to(QueueRow, (row for row in found if row["id"] is not None))
    return rows[:ROWS], len(rows) > ROWS, counts


RENTER_CASES = f"""
SELECT {COLUMNS} FROM cases c WHERE c.renter_id = $1 AND c.id < $2 ORDER BY c.id DESC LIMIT {ROWS}
"""  # noqa: S608 -- our own column lists
_OWNED = f"SELECT {COLUMNS} FROM cases c WHERE c.owner_id = $1 AND c.state = 'open' AND {{turn}} {_ORDER}"  # noqa: S608 -- our own column lists
OWNED_CASES = f"""
SELECT * FROM (({_OWNED.format(turn="c.turn = 'desk'")})
               UNION ALL ({_OWNED.format(turn="c.turn <> 'desk'")})) c
{_ORDER}
"""  # noqa: S608 -- our own column lists


async def list_renter_cases(conn: Conn, renter_id: int, before_id: int) -> list[QueueRow]:
    """A renter's own cases, newest first."""
    return rows_to(QueueRow, await conn.fetch(RENTER_CASES, renter_id, before_id))


async def list_owned_cases(conn: Conn, staff_id: int) -> list[QueueRow]:
    """What a colleague has in hand."""
    return rows_to(QueueRow, await conn.fetch(OWNED_CASES, staff_id))


# $1 the renter, $2 the rank of now among urgent cases, $3 the first rank of the others, $4 that of now among them
HELP = """
SELECT coalesce((SELECT count::int FROM case_counts WHERE key = 'unowned'), 0) AS waiting,
  EXISTS (SELECT FROM cases WHERE state = 'open' AND owner_id IS NULL AND rank < $2)
  OR EXISTS (SELECT FROM cases WHERE state = 'open' AND owner_id IS NULL AND rank >= $3 AND rank < $4) AS late,
  (SELECT coalesce(json_agg(o), '[]') FROM (
     SELECT l.ref AS lease_ref, c.ref AS case_ref, c.owner_name
     FROM (SELECT * FROM cases k WHERE k.renter_id = $1 ORDER BY k.id DESC LIMIT 50) c
     JOIN leases l ON l.id = c.lease_id
     WHERE c.state <> 'closed' AND c.type <> 'complaint' ORDER BY c.owner_id IS NULL, c.id DESC) o) AS open
"""


async def read_help(conn: Conn, renter_id: int, ranks: tuple[int, int, int]) -> HelpNow:
    """How long the queue is, whether it is late, and the renter's open cases by lease; `ranks` are those of now."""
    return row_to(HelpNow, one(await conn.fetchrow(HELP, renter_id, *ranks)))


# $1 what was typed, $2 the renter who asks (0: staff), $3 the typed name masked, $4 the colleague who asks (0: none).
# Every branch has its index.
SEARCH = """
(SELECT 'case' AS kind, c.ref, c.title, c.renter_name_masked AS name_masked, c.state, coalesce(l.ref, '') AS lease_ref
 FROM cases c LEFT JOIN leases l ON l.id = c.lease_id
 WHERE c.ref = lower_ref($1) AND ($2 = 0 OR c.renter_id = $2) AND c.complaint_against_id IS DISTINCT FROM $4)
UNION ALL
(SELECT 'lease', l.ref, l.model, r.name_masked, l.state, l.ref
 FROM leases l JOIN renters r ON r.id = l.renter_id
 WHERE l.ref = upper($1) AND ($2 = 0 OR l.renter_id = $2))
UNION ALL
(SELECT 'case', c.ref, c.title, c.renter_name_masked, c.state, upper($1) FROM cases c
 WHERE c.lease_id = (SELECT l.id FROM leases l WHERE l.ref = upper($1)) AND ($2 = 0 OR c.renter_id = $2)
   AND c.complaint_against_id IS DISTINCT FROM $4
 ORDER BY c.id DESC LIMIT 20)
UNION ALL
(SELECT 'case', c.ref, c.title, c.renter_name_masked, c.state, coalesce(l.ref, '')
 FROM unnest($3::text[]) AS typed(name)
 CROSS JOIN LATERAL (
   SELECT * FROM cases k WHERE k.renter_name_masked = typed.name AND ($2 = 0 OR k.renter_id = $2)
     AND k.complaint_against_id IS DISTINCT FROM $4
   ORDER BY k.id DESC LIMIT 20) c
 LEFT JOIN leases l ON l.id = c.lease_id)
""".replace("lower_ref($1)", "'SW-' || lower(regexp_replace($1, '^[Ss][Ww]-', ''))")


async def search(conn: Conn, typed: str, renter_id: int, names: list[str], staff_id: int) -> list[Row]:
    """Cases and leases by reference, cases by masked name; a renter finds only their own, nobody a complaint about
    them.
    """
    return await conn.fetch(SEARCH, typed, renter_id, names, staff_id)


# $1 the keyed hash of a whole number; the number itself is nowhere in the database or the logs. $2 who asks.
SEARCH_PHONE = """
WITH who AS MATERIALIZED (SELECT id, name_masked FROM renters WHERE phone_hash = $1)
(SELECT 'case' AS kind, c.ref, c.title, c.renter_name_masked AS name_masked, c.state, coalesce(l.ref, '') AS lease_ref
 FROM who CROSS JOIN LATERAL (
   SELECT * FROM cases k WHERE k.renter_id = who.id AND k.complaint_against_id IS DISTINCT FROM $2
   ORDER BY k.id DESC LIMIT 20) c
 LEFT JOIN leases l ON l.id = c.lease_id)
UNION ALL
(SELECT 'lease', l.ref, l.model, who.name_masked, l.state, l.ref
 FROM who CROSS JOIN LATERAL (SELECT * FROM leases o WHERE o.renter_id = who.id ORDER BY o.id DESC LIMIT 20) l)
"""


async def search_phone(conn: Conn, phone_hash: bytes, staff_id: int) -> list[Row]:
    """The newest cases and leases of the renter with this number, none a complaint about the asker."""
    return await conn.fetch(SEARCH_PHONE, phone_hash, staff_id)
