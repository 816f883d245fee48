"""What a reply needs, in one statement: the case under its lock, who may speak in it, what GUARD-1 compares with."""

from datetime import date

from msgspec import Struct

from shouwen.features.cases.rows import CaseRow
from shouwen.features.cases.store.load import COLUMNS
from shouwen.platform.db import Conn, row_to

# $1 reference, $2 who speaks, $3 whether the text names amounts, $4 today. `figures_stamp` changes whenever a figure
# of the lease may have: contract version, any charge, the hold. Only what stands on the case's own row is fresh
# after waiting for its lock, so "newest seen" rests on seq, renter_seq and staff_seq.
LOAD_REPLY = f"""
SELECT {COLUMNS},
  c.owner_id <> $2 AND EXISTS (
    SELECT FROM case_specialists s WHERE s.case_id = c.id AND s.staff_id = $2) AS asked_in,
  CASE WHEN $3 THEN (
    SELECT jsonb_agg(q.quote ORDER BY q.id) FROM quotes q WHERE q.case_id = c.id AND q.valid_until >= $4) END AS quotes,
  CASE WHEN $3 THEN concat_ws('|',
    (SELECT k.id FROM contracts k WHERE k.lease_id = c.lease_id ORDER BY k.version DESC LIMIT 1),
    (SELECT concat(count(*), '/', sum(hash_record_extended(
        (x.id, x.amount_fen, x.paid_fen, x.waived_fen, x.written_off_fen, x.due_on, x.settled_on), 0)))
     FROM charges x WHERE x.lease_id = c.lease_id),
    (SELECT concat(h.amount_fen, '/', h.captured_fen, '/', h.released_fen) FROM holds h WHERE h.lease_id = c.lease_id)
  ) END AS figures_stamp
FROM cases c WHERE c.ref = $1
"""  # noqa: S608 -- our own column lists
LOCK_REPLY = LOAD_REPLY + "FOR UPDATE OF c"


class ReplyGround(Struct, frozen=True):
    """The case, whether the speaker was asked in as a specialist, open quotes as JSON, and the figures' stamp."""

    case: CaseRow
    asked_in: bool
    quotes: list[dict[str, object]]
    figures_stamp: str


async def load_reply(conn: Conn, ref: str, staff_id: int, on: date, *, amounts: bool, lock: bool) -> ReplyGround | None:
    """The ground of a reply; None where there is no such case."""
    row = await conn.fetchrow(LOCK_REPLY if lock else LOAD_REPLY, ref, staff_id, amounts, on)
    if row is None:
        return None
    return ReplyGround(row_to(CaseRow, row), bool(row["asked_in"]), row["quotes"] or [], row["figures_stamp"] or "")
