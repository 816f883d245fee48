"""SQL of claims: load with all they rest on, move, answer, mark, appeal, list."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from msgspec import Struct

from shouwen.features.disputes.rows import ClaimListRow, ClaimMedia, ClaimRow, FindingRow
from shouwen.features.disputes.types import ClaimState, ClaimTurn, EarlierPause
from shouwen.features.evidence.public import LIST_MEDIA
from shouwen.features.leases.public import LEASE_FILE
from shouwen.kernel.actor import Actor
from shouwen.platform.db import Conn, Row, row_to, rows_to

# $2 is the renter who asks; 0 for staff.
LOCK_CLAIM = "SELECT c.id FROM claims c WHERE c.ref = $1 AND ($2::bigint = 0 OR c.renter_id = $2) FOR UPDATE"


# When the courier took the phone: as the parcel's tracking says, else as a colleague recorded it. Of the lease's media
# those that show the phone and those said in this matter: what was sent in another case, say a complaint about who
# reads this, is none of its business (OWN-2).
_CLAIM = """
SELECT c.id, c.ref, c.lease_id, l.ref AS lease_ref, l.state AS lease_state, l.model, c.renter_id,
  r.name_masked AS renter_name_masked, c.case_id, k.ref AS case_ref, c.state, c.claimed_fen, c.decided_fen, c.turn,
  c.turn_until, c.filed_at, c.state_at, c.reminders_sent, c.last_asked_at, c.answered_at, c.decided_at, c.decided_by,
  c.decided_by_name, c.appealed_at, c.appeal_text, c.settled_at, i.ref AS inspection_ref, i.inspector_id,
  i.inspector_name, i.received_on, i.inspected_at, i.imei_matches, u.ref AS unboxing_ref, i.unboxing_continuous,
  i.note, l.handed_over_on, l.return_sent_on, l.used_market_price_fen,
  coalesce((SELECT min(e.at) FROM tracking_events e WHERE e.code = 'picked_up' AND e.shipment_id =
    (SELECT s.id FROM shipments s WHERE s.lease_id = l.id AND s.direction = 'back' ORDER BY s.id DESC LIMIT 1)),
    l.return_picked_up_at) AS return_picked_up_at,
  l.screen_cover_deductible_fen, h.told_at AS release_told_at, h.released_at AS phone_released_at, w.withdrawn_at,
  coalesce(w.withdrawn_by_name, '') AS withdrawn_by_name, coalesce(w.reason, '') AS withdrawn_reason,
  o.ref AS withdrawal_letter_ref,
  (SELECT json_agg(json_build_object('no', f.no, 'part', f.part, 'kind', f.kind, 'severity', f.severity,
      'length_mm', f.length_mm, 'visible_at_30cm', f.visible_at_30cm, 'cause', f.cause, 'traces', f.traces,
      'words', f.words, 'photo_ref', p.ref, 'photo_at', coalesce(p.taken_at, p.uploaded_at), 'region', f.region,
      'price_key', f.price_key, 'price_fen', f.price_fen, 'market_repair_price_fen', f.market_repair_price_fen,
      'market_repair_source', f.market_repair_source, 'answer', f.answer, 'answer_reason', f.answer_reason,
      'seen_at_handover', f.seen_at_handover, 'unmarked_before_courier', f.unmarked_before_courier,
      'decided_fen', f.decided_fen) ORDER BY f.no)
   FROM findings f LEFT JOIN media p ON p.id = f.media_id WHERE f.claim_id = c.id) AS findings,
  (SELECT coalesce(json_agg(json_build_object('id', m.id, 'ref', m.ref, 'purpose', m.purpose, 'part', m.part,
      'mime', m.mime, 'at', coalesce(m.taken_at, m.uploaded_at), 'uploaded_at', m.uploaded_at,
      'uploaded_role', m.uploaded_role, 'claim_id', m.claim_id, 'finding_no', m.finding_no,
      'sealed_at', CASE WHEN m.purpose = 'return' THEN (SELECT e.sealed_at FROM log_entries e
        WHERE e.subject = m.ref AND e.kind = 'evidence.added' ORDER BY e.index LIMIT 1) END,
      'imei', CASE WHEN m.part IN ('imei', 'imei_page') THEN (SELECT json_build_object('tail', k.tail,
        'matches', k.matches, 'by', k.read_by_name, 'at', k.read_at) FROM imei_readings k
        WHERE k.media_id = m.id ORDER BY k.id DESC LIMIT 1) END) ORDER BY m.id), '[]')
   FROM (SELECT * FROM media WHERE lease_id = c.lease_id AND erased_at IS NULL AND (
           purpose IN ('handover', 'return', 'inspection') OR claim_id = c.id OR ref IN (
             SELECT jsonb_array_elements_text(g.extra->'media') FROM messages g
             WHERE g.case_id = c.case_id AND g.extra ? 'media')) ORDER BY id) m) AS media
FROM claims c JOIN inspections i ON i.id = c.inspection_id JOIN leases l ON l.id = c.lease_id
JOIN renters r ON r.id = c.renter_id
LEFT JOIN cases k ON k.id = c.case_id LEFT JOIN media u ON u.id = i.unboxing_media_id
LEFT JOIN LATERAL (SELECT told_at, released_at FROM phone_holds
  WHERE subject = c.ref ORDER BY id DESC LIMIT 1) h ON true
LEFT JOIN claim_withdrawals w ON w.claim_id = c.id
LEFT JOIN documents o ON o.kind = 'withdrawal_letter' AND o.subject = w.ref
"""


CLAIM_BY_REF = _CLAIM + "WHERE c.ref = $1 AND ($2::bigint = 0 OR c.renter_id = $2)"


# The file of a lease with the claim $4 (which carries the lease's media), or with the evidence that $4 may read: a page
# of both asks once. Two texts, as a branch on a parameter would be planned anew each time.
CLAIMED_FILE = f"""
SELECT f.*, (SELECT row_to_json(k) FROM ({_CLAIM} WHERE c.id = $4) k) AS claim FROM ({LEASE_FILE}) f
"""  # noqa: S608 -- our own statements
UNCLAIMED_FILE = f"""
SELECT f.*, (
    SELECT json_agg(to_jsonb(m) || jsonb_build_object('sha256', translate(encode(m.sha256, 'base64'), E'\\n', ''))
      ORDER BY m.id)
    FROM ({LIST_MEDIA.replace("$2", "$4::bigint")}) m) AS media
FROM ({LEASE_FILE}) f
"""  # noqa: S608 -- our own statements


async def lock_claim(conn: Conn, ref: str, renter_id: int) -> bool:
    """Lock the claim's row before it is read, so that what is read is what the last act left."""
    return await conn.fetchrow(LOCK_CLAIM, ref, renter_id) is not None


async def find_claim(conn: Conn, ref: str, renter_id: int) -> ClaimRow | None:
    """The claim with inspection, findings and media; of this renter only, unless 0."""
    row = await conn.fetchrow(CLAIM_BY_REF, ref, renter_id)
    return None if row is None else claim_of(row)


def claim_of(row: Row) -> ClaimRow:
    """The claim of a row of CLAIMED_FILE or CLAIM_BY_REF."""
    findings = msgspec.convert(row["findings"], tuple[FindingRow, ...])
    media = msgspec.convert(row["media"], tuple[ClaimMedia, ...])
    return row_to(ClaimRow, {**row, "findings": findings, "media": media})


MOVE_CLAIM = """
UPDATE claims SET state = $2, turn = $3, turn_until = $4, state_at = $5,
  case_id = coalesce($6, case_id), reminders_sent = CASE WHEN state = $2 THEN reminders_sent ELSE 0 END,
  settled_at = CASE WHEN $2 = 'settled' THEN $5 ELSE settled_at END
WHERE id = $1
"""


async def move_claim(
    conn: Conn, claim_id: int, state: ClaimState, turn: ClaimTurn, until: datetime | None, now: datetime,
    *, case_id: int | None = None,
) -> None:  # fmt: skip
    """A claim in its new state, from now on."""
    await conn.execute(MOVE_CLAIM, claim_id, state, turn, until, now, case_id)


async def write_asked(conn: Conn, claim_id: int, now: datetime) -> None:
    """Evidence was asked for now (QUAR-1)."""
    await conn.execute("UPDATE claims SET last_asked_at = $2 WHERE id = $1", claim_id, now)


async def count_reminder(conn: Conn, claim_id: int) -> None:
    """One more reminder went out (SIL-1)."""
    await conn.execute("UPDATE claims SET reminders_sent = reminders_sent + 1 WHERE id = $1", claim_id)


WRITE_ANSWERS = """
WITH said AS (
  UPDATE findings f SET answer = a.answer, answer_reason = a.reason
  FROM unnest($2::integer[], $3::text[], $4::text[]) AS a(no, answer, reason)
  WHERE f.claim_id = $1 AND f.no = a.no)
UPDATE claims SET answered_at = $5, last_asked_at = CASE WHEN 'contested' = ANY($3) THEN $5 ELSE last_asked_at END
WHERE id = $1
"""


async def write_answers(
    conn: Conn, claim_id: int, nos: list[int], answers: list[str], reasons: list[str], now: datetime
) -> None:
    """What the renter says to each finding, and when; who contests was asked for evidence on the same page (QUAR-1)."""
    await conn.execute(WRITE_ANSWERS, claim_id, nos, answers, reasons, now)


class MarkedFact(Struct, frozen=True):
    """What a specialist read from the pictures, and what they supplied; None leaves a fact as it was."""

    no: int
    seen_at_handover: bool | None
    unmarked_before_courier: bool | None
    market_repair_price_fen: int | None
    market_repair_source: str | None


async def write_facts(conn: Conn, claim_id: int, facts: Sequence[MarkedFact]) -> None:
    """Marked facts of findings; None leaves what is on file."""
    await conn.execute(
        """
        UPDATE findings f SET
          seen_at_handover = coalesce(m.seen_at_handover, f.seen_at_handover),
          unmarked_before_courier = coalesce(m.unmarked_before_courier, f.unmarked_before_courier),
          market_repair_price_fen = coalesce(m.market_repair_price_fen, f.market_repair_price_fen),
          market_repair_source = coalesce(m.market_repair_source, f.market_repair_source)
        FROM jsonb_to_recordset($2::jsonb) AS m(no integer, seen_at_handover boolean,
          unmarked_before_courier boolean, market_repair_price_fen bigint, market_repair_source text)
        WHERE f.claim_id = $1 AND f.no = m.no
        """,
        claim_id, list(facts),
    )  # fmt: skip


async def insert_imei_reading(conn: Conn, media_id: int, tail: str, matches: bool, by: Actor, now: datetime) -> None:
    """One reading of a picture of the IMEI page; the newest counts."""
    await conn.execute(
        "INSERT INTO imei_readings (media_id, tail, matches, read_by, read_by_name, read_at)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        media_id, tail, matches, by.id, by.name, now,
    )  # fmt: skip


async def earlier_pauses(conn: Conn, lease_id: int, claim_id: int) -> list[EarlierPause]:
    """The pauses this claim has had (PAUSE-1), oldest first."""
    rows = await conn.fetch(
        "SELECT reason, amount_fen, started_at, ends_on FROM collection_pauses"
        " WHERE lease_id = $1 AND claim_id = $2 ORDER BY id",
        lease_id, claim_id,
    )  # fmt: skip
    return rows_to(EarlierPause, rows)


async def charge_pauses(conn: Conn, lease_id: int, charge_id: int) -> list[EarlierPause]:
    """The pauses that contesting a bill line has had (PAUSE-1), oldest first; a lost phone's are another matter."""
    rows = await conn.fetch(
        "SELECT reason, amount_fen, started_at, ends_on FROM collection_pauses"
        " WHERE lease_id = $1 AND charge_id = $2 AND reason <> 'loss' ORDER BY id",
        lease_id, charge_id,
    )  # fmt: skip
    return rows_to(EarlierPause, rows)


async def write_appeal(conn: Conn, claim_id: int, text: str, until: datetime, now: datetime) -> None:
    """The one appeal: the claim is a specialist's turn again."""
    await conn.execute(
        """
        UPDATE claims SET state = 'appealed', state_at = $4, turn = 'specialist', turn_until = $3, appealed_at = $4,
          appeal_text = $2, reminders_sent = 0, last_asked_at = $4
        WHERE id = $1
        """,
        claim_id, text, until, now,
    )  # fmt: skip


# turn_until NULL comes last; the key of the next page is (turn_until, id).
LIST_CLAIMS = """
SELECT c.id, c.ref AS claim_ref, l.ref AS lease_ref, k.ref AS case_ref, l.model, r.name_masked AS renter_name_masked,
  c.state, c.turn, c.turn_until, c.claimed_fen,
  (SELECT count(*)::int FROM findings f WHERE f.claim_id = c.id) AS findings
FROM (SELECT * FROM claims
      WHERE turn = $1 AND state NOT IN ('settled', 'withdrawn')
        AND ($2::timestamptz IS NULL OR turn_until > $2 OR (turn_until = $2 AND id > $3))
      ORDER BY turn, turn_until, id LIMIT 50) c
JOIN leases l ON l.id = c.lease_id JOIN renters r ON r.id = c.renter_id LEFT JOIN cases k ON k.id = c.case_id
ORDER BY c.turn_until, c.id
"""


async def list_claims(conn: Conn, turn: ClaimTurn, after_at: datetime | None, after_id: int) -> list[ClaimListRow]:
    """Open claims on one turn, the earliest deadline first, 50 at a time."""
    return rows_to(ClaimListRow, await conn.fetch(LIST_CLAIMS, turn, after_at, after_id))
