"""One case as a page: the head with everything around it and the newest messages, one statement; its whole thread."""

from shouwen.features.cases.rows import MessageRow, TimelineRow
from shouwen.features.cases.store.load import COLUMNS
from shouwen.platform.db import Conn, Row, rows_to

THREAD_ROWS = 50
TIMELINE_ROWS = 30

# Bookkeeping that is no step of the matter.
QUIET = ("draft.saved", "case.seen", "case.kept")
# A renter's timeline shows these steps and no others: what a later feature adds stays inside until it is listed here.
RENTER_SEES = (
    "case.opened", "case.joined", "case.reopened", "case.taken", "case.transferred", "case.human_asked",
    "case.resolved", "case.closed", "case.rated", "renter.said", "reply.sent", "quote.given", "promise.made",
    "promise.kept", "pause.started", "pause.ended", "inspection.filed", "evidence.added", "claim.contested",
    "claim.accepted", "claim.reminded", "claim.evidence_asked", "claim.decided", "claim.appealed", "claim.settled",
    "claim.withdrawn", "claim.release_told", "claim.phone_released", "dossier.ready", "figure.heard",
    "case.escalated", "specialist.called", "case.merged", "case.merged_in",
)  # fmt: skip

_MESSAGE = "m.seq, m.at, m.kind, m.author_role, m.author_id, m.author_name, m.body, m.extra, s.receipt_no, s.sealed_at"


def _messages(staff: str) -> str:
    """Messages with the seals they show: statements and evidence, and to a renter what they wrote themselves; no
    other row is asked for its own. `staff` is a condition: notes are shown.
    """
    return f"""
SELECT {_MESSAGE} FROM messages m LEFT JOIN LATERAL (
  SELECT e.index AS receipt_no, e.sealed_at FROM journal j JOIN log_entries e ON e.journal_id = j.id
  WHERE j.case_id = m.case_id AND j.seq = m.seq
    AND (m.kind IN ('statement', 'evidence') OR m.extra ? 'media' OR (m.author_role = 'renter' AND NOT {staff}))
  ORDER BY e.index LIMIT 1) s ON true
WHERE ({staff} OR m.kind <> 'note') AND m.case_id = """  # noqa: S608 -- our own column lists


# $1 reference, $2 the renter who asks (0: staff), $3 quiet kinds, $4 the only kinds shown (NULL: all)
PAGE = f"""
SELECT {COLUMNS}, c.statement, coalesce(l.ref, '') AS lease_ref,
  coalesce((SELECT o.ref FROM cases o WHERE o.id = c.merged_into_id), '') AS merged_into,
  (SELECT coalesce(json_agg(t ORDER BY t.id), '[]') FROM (
     SELECT j.id, j.at, j.kind, j.text, j.rule, j.actor_role, j.actor_name, j.subject, j.data FROM journal j
     WHERE j.case_id = c.id AND j.kind <> ALL($3::text[])
       AND ($4::text[] IS NULL OR j.kind = ANY($4))
     ORDER BY j.id DESC LIMIT {TIMELINE_ROWS + 1}) t) AS timeline,
  (SELECT coalesce(json_agg(k ORDER BY k.started_at), '[]') FROM (
     SELECT kind, started_at, due_at, stopped_at, breached_at FROM case_clocks
     WHERE case_id = c.id ORDER BY id DESC LIMIT 20) k) AS clocks,
  (SELECT coalesce(json_agg(s ORDER BY s.asked_at), '[]') FROM (
     SELECT staff_id, staff_name, asked_at FROM case_specialists WHERE case_id = c.id LIMIT 20) s) AS specialists,
  (SELECT coalesce(json_agg(p ORDER BY p.due_at), '[]') FROM (
     SELECT id, staff_id, text, due_at, kept_at FROM promises WHERE case_id = c.id ORDER BY id DESC LIMIT 20) p)
     AS promises,
  (SELECT coalesce(json_agg(p ORDER BY p.started_at), '[]') FROM (
     SELECT amount_fen, reason, started_at, ends_on FROM collection_pauses WHERE case_id = c.id LIMIT 20) p)
     AS pauses,
  (SELECT coalesce(json_agg(DISTINCT m.purpose || ' ' || m.part), '[]') FROM media m
   WHERE m.lease_id = c.lease_id AND m.erased_at IS NULL) AS media,
  (SELECT coalesce(json_agg(t ORDER BY t.seq), '[]') FROM (
     {_messages("($2 = 0)")} c.id ORDER BY m.seq DESC LIMIT {THREAD_ROWS + 1}) t) AS messages
FROM cases c LEFT JOIN leases l ON l.id = c.lease_id
WHERE c.ref = $1 AND ($2 = 0 OR c.renter_id = $2)
"""  # noqa: S608 -- our own column lists


async def read_page(conn: Conn, ref: str, renter_id: int) -> Row | None:
    """The case with statement, lease_ref, timeline, clocks, specialists, promises, pauses, media, messages."""
    return await conn.fetchrow(PAGE, ref, renter_id, list(QUIET), list(RENTER_SEES) if renter_id else None)


# $1 case, $2 quiet kinds, $3 the only kinds shown (NULL: all); a sealed line has its number in the log
TIMELINE = """
SELECT j.id, j.at, j.kind, j.text, j.rule, j.actor_role, j.actor_name, j.subject, j.data, e.index AS receipt_no
FROM journal j LEFT JOIN log_entries e ON e.journal_id = j.id
WHERE j.case_id = $1 AND j.kind <> ALL($2::text[]) AND ($3::text[] IS NULL OR j.kind = ANY($3))
ORDER BY j.id DESC LIMIT 500
"""


async def read_timeline(conn: Conn, case_id: int, *, staff: bool) -> list[TimelineRow]:
    """The newest 500 lines of the case, old to new."""
    found = await conn.fetch(TIMELINE, case_id, list(QUIET), None if staff else list(RENTER_SEES))
    return rows_to(TimelineRow, found)[::-1]


# $2: notes are shown. Newest first, turned round by the caller.
LAST = f"""
{_messages("$2")} $1 AND m.seq < $3
ORDER BY m.seq DESC LIMIT {THREAD_ROWS + 1}
"""
AFTER = f"""
{_messages("$2")} $1 AND m.seq > $3
ORDER BY m.seq LIMIT {THREAD_ROWS + 1}
"""


async def messages_before(conn: Conn, case_id: int, seq: int, *, notes: bool) -> tuple[list[MessageRow], bool]:
    """The last 50 items before `seq`, old to new, and whether older ones exist."""
    found = rows_to(MessageRow, await conn.fetch(LAST, case_id, notes, seq))
    return found[:THREAD_ROWS][::-1], len(found) > THREAD_ROWS


async def messages_after(conn: Conn, case_id: int, seq: int, *, notes: bool) -> tuple[list[MessageRow], bool]:
    """The next 50 items after `seq`, old to new, and whether more follow."""
    found = rows_to(MessageRow, await conn.fetch(AFTER, case_id, notes, seq))
    return found[:THREAD_ROWS], len(found) > THREAD_ROWS


TOLD_AFTER = """
SELECT EXISTS (SELECT FROM messages WHERE case_id = $1 AND seq > $2 AND kind <> 'note' AND author_role <> 'renter')
"""


async def told_after(conn: Conn, case_id: int, seq: int) -> bool:
    """Whether anything that a renter may read, and did not write, came after `seq`: a note is not for them."""
    return bool(await conn.fetchval(TOLD_AFTER, case_id, seq))


MEDIA_ON_FILE = """
SELECT DISTINCT m.purpose || ' ' || m.part AS kind FROM media m WHERE m.lease_id = $1 AND m.erased_at IS NULL
"""


async def media_on_file(conn: Conn, lease_id: int) -> list[str]:
    """The lease's media as `purpose part` pairs, each once."""
    return [row["kind"] for row in await conn.fetch(MEDIA_ON_FILE, lease_id)]
