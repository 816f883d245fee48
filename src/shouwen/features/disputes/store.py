"""SQL of disputes: inspections, claims, findings, decisions, documents."""

from collections.abc import Sequence
from datetime import date, datetime

import msgspec
from msgspec import Struct

from shouwen.features.disputes.rows import (
    ClaimListRow,
    ClaimMedia,
    ClaimProposal,
    ClaimRow,
    DecisionDetail,
    DecisionRow,
    DocumentRow,
    FiledRow,
    FindingRow,
    WaitingRow,
)
from shouwen.features.disputes.types import ClaimState, ClaimTurn, Letter
from shouwen.platform.db import Conn, Row, one, row_to, rows_to

# $2 is the renter who asks; 0 for staff.
LOCK_CLAIM = "SELECT c.id FROM claims c WHERE c.ref = $1 AND ($2::bigint = 0 OR c.renter_id = $2) FOR UPDATE"
_CLAIM = """
SELECT c.id, c.ref, c.lease_id, l.ref AS lease_ref, l.state AS lease_state, l.model, c.renter_id,
  r.name_masked AS renter_name_masked, c.case_id, k.ref AS case_ref, c.state, c.claimed_fen, c.decided_fen, c.turn,
  c.turn_until, c.filed_at, c.state_at, c.reminders_sent, c.last_asked_at, c.answered_at, c.decided_at, c.decided_by,
  c.decided_by_name, c.appealed_at, c.appeal_text, c.settled_at, i.ref AS inspection_ref, i.inspector_id,
  i.inspector_name, i.received_on, i.inspected_at, i.imei_matches, u.ref AS unboxing_ref, i.unboxing_continuous,
  i.note, l.handed_over_on, l.return_sent_on, l.used_market_price_fen, l.screen_cover_deductible_fen,
  (SELECT jsonb_agg(jsonb_build_object('no', f.no, 'part', f.part, 'kind', f.kind, 'severity', f.severity,
      'length_mm', f.length_mm, 'visible_at_30cm', f.visible_at_30cm, 'cause', f.cause, 'traces', f.traces,
      'words', f.words, 'photo_ref', p.ref, 'photo_at', coalesce(p.taken_at, p.uploaded_at), 'region', f.region,
      'price_key', f.price_key, 'price_fen', f.price_fen, 'market_repair_price_fen', f.market_repair_price_fen,
      'market_repair_source', f.market_repair_source, 'answer', f.answer, 'answer_reason', f.answer_reason,
      'seen_at_handover', f.seen_at_handover, 'unmarked_before_courier', f.unmarked_before_courier,
      'decided_fen', f.decided_fen) ORDER BY f.no)
   FROM findings f LEFT JOIN media p ON p.id = f.media_id WHERE f.claim_id = c.id) AS findings,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('id', m.id, 'ref', m.ref, 'purpose', m.purpose, 'part', m.part,
      'mime', m.mime, 'at', coalesce(m.taken_at, m.uploaded_at), 'uploaded_at', m.uploaded_at,
      'uploaded_role', m.uploaded_role, 'claim_id', m.claim_id, 'finding_no', m.finding_no) ORDER BY m.id), '[]')
   FROM (SELECT * FROM media WHERE lease_id = c.lease_id AND erased_at IS NULL ORDER BY id LIMIT 500) m) AS media
FROM claims c JOIN inspections i ON i.id = c.inspection_id JOIN leases l ON l.id = c.lease_id
JOIN renters r ON r.id = c.renter_id
LEFT JOIN cases k ON k.id = c.case_id LEFT JOIN media u ON u.id = i.unboxing_media_id
"""
CLAIM_BY_REF = _CLAIM + "WHERE c.ref = $1 AND ($2::bigint = 0 OR c.renter_id = $2)"
CLAIM_BY_ID = _CLAIM + "WHERE c.id = $1"


async def lock_claim(conn: Conn, ref: str, renter_id: int) -> bool:
    """Lock the claim's row before it is read, so that what is read is what the last act left."""
    return await conn.fetchrow(LOCK_CLAIM, ref, renter_id) is not None


async def find_claim(conn: Conn, ref: str, renter_id: int) -> ClaimRow | None:
    """The claim with inspection, findings and media; of this renter only, unless 0."""
    row = await conn.fetchrow(CLAIM_BY_REF, ref, renter_id)
    return None if row is None else _claim(row)


async def claim_by_id(conn: Conn, claim_id: int) -> ClaimRow | None:
    """The same by id, for callers that have checked access to what points at it."""
    row = await conn.fetchrow(CLAIM_BY_ID, claim_id)
    return None if row is None else _claim(row)


def _claim(row: Row) -> ClaimRow:
    findings = msgspec.convert(row["findings"], tuple[FindingRow, ...])
    media = msgspec.convert(row["media"], tuple[ClaimMedia, ...])
    return row_to(ClaimRow, {**row, "findings": findings, "media": media})


OPEN_APPROVAL = """
SELECT ref FROM approvals WHERE state = 'open' AND use_case = 'decide_claim' AND command->>'claim_ref' = $1 LIMIT 1
"""


async def open_approval(conn: Conn, claim_ref: str) -> str | None:
    """The request for a second person that waits for this claim's decision (AUTH-1)."""
    ref: str | None = await conn.fetchval(OPEN_APPROVAL, claim_ref)
    return ref


class NewInspection(Struct, frozen=True, kw_only=True):
    """An inspection report about to be written."""

    ref: str
    lease_id: int
    inspector_id: int
    inspector_name: str
    received_on: date
    inspected_at: datetime
    imei_seen: str
    imei_matches: bool
    unboxing_media_id: int | None
    unboxing_continuous: bool
    note: str


async def insert_inspection(conn: Conn, new: NewInspection) -> int | None:
    """The report's id; None where this return was inspected already."""
    names = NewInspection.__struct_fields__
    slots = ", ".join(f"${no}" for no in range(1, len(names) + 1))
    row = await conn.fetchrow(
        f"INSERT INTO inspections ({', '.join(names)}) VALUES ({slots})"  # noqa: S608 -- our own column names
        " ON CONFLICT (lease_id) DO NOTHING RETURNING id",
        *(getattr(new, name) for name in names),
    )
    return None if row is None else int(row["id"])


class NewFinding(Struct, frozen=True, kw_only=True):
    """A finding about to be written; `price_fen` was read from the contract's list under `price_key`."""

    no: int
    part: str
    kind: str
    severity: str
    length_mm: int | None
    visible_at_30cm: bool | None
    cause: str
    traces: tuple[str, ...]
    words: str
    media_id: int
    region: dict[str, float]
    price_key: str
    price_fen: int
    market_repair_price_fen: int | None
    market_repair_source: str


INSERT_CLAIM = """
WITH claim AS (
  INSERT INTO claims (ref, lease_id, renter_id, inspection_id, state, claimed_fen, turn, turn_until, filed_at, state_at)
  VALUES ($1, $2, $3, $4, 'awaiting_renter', $5, 'renter', $6, $7, $7) RETURNING id),
found AS (
  INSERT INTO findings (claim_id, no, part, kind, severity, length_mm, visible_at_30cm, cause, traces, words, media_id,
    region, price_key, price_fen, market_repair_price_fen, market_repair_source)
  SELECT claim.id, f.no, f.part, f.kind, f.severity, f.length_mm, f.visible_at_30cm, f.cause, f.traces, f.words,
    f.media_id, f.region, f.price_key, f.price_fen, f.market_repair_price_fen, f.market_repair_source
  FROM claim, jsonb_to_recordset($8::jsonb) AS f(no integer, part text, kind text, severity text, length_mm integer,
    visible_at_30cm boolean, cause text, traces text[], words text, media_id bigint, region jsonb, price_key text,
    price_fen bigint, market_repair_price_fen bigint, market_repair_source text))
SELECT id FROM claim
"""


async def insert_claim(
    conn: Conn, *, ref: str, lease_id: int, renter_id: int, inspection_id: int, claimed_fen: int,
    until: datetime, now: datetime, findings: Sequence[NewFinding],
) -> int:  # fmt: skip
    """A claim that waits for the renter, with its findings."""
    row = one(
        await conn.fetchrow(
            INSERT_CLAIM, ref, lease_id, renter_id, inspection_id, claimed_fen, until, now, list(findings)
        )
    )
    return int(row["id"])


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


async def count_reminder(conn: Conn, claim_id: int) -> None:
    """One more reminder went out (SIL-1)."""
    await conn.execute("UPDATE claims SET reminders_sent = reminders_sent + 1 WHERE id = $1", claim_id)


WRITE_ANSWERS = """
WITH said AS (
  UPDATE findings f SET answer = a.answer, answer_reason = a.reason
  FROM unnest($2::integer[], $3::text[], $4::text[]) AS a(no, answer, reason)
  WHERE f.claim_id = $1 AND f.no = a.no)
UPDATE claims SET answered_at = $5 WHERE id = $1
"""


async def write_answers(
    conn: Conn, claim_id: int, nos: list[int], answers: list[str], reasons: list[str], now: datetime
) -> None:
    """What the renter says to each finding, and when."""
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


class NewDecision(Struct, frozen=True, kw_only=True):
    """A decision about to be written with its amounts by finding."""

    ref: str
    claim_id: int
    round: int
    decided_by: int
    decided_by_name: str
    second_person: int | None
    decided_at: datetime
    decided_fen: int
    proposal: Struct
    decision: DecisionDetail
    letter: Struct


WRITE_DECISION = """
WITH decided AS (
  INSERT INTO claim_decisions (ref, claim_id, round, decided_by, decided_by_name, second_person, decided_at,
    decided_fen, proposal, decision, letter)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)),
amounts AS (
  UPDATE findings f SET decided_fen = a.fen FROM unnest($12::integer[], $13::bigint[]) AS a(no, fen)
  WHERE f.claim_id = $2 AND f.no = a.no)
UPDATE claims SET state = 'decided', state_at = $7, turn = $14, turn_until = $15, decided_fen = $8, decided_at = $7,
  decided_by = $4, decided_by_name = $5, reminders_sent = 0
WHERE id = $2
"""


async def write_decision(conn: Conn, new: NewDecision, turn: ClaimTurn, until: datetime | None) -> None:
    """The decision, the amounts of its findings, and the claim decided: one statement."""
    lines = new.decision.findings
    await conn.execute(
        WRITE_DECISION, new.ref, new.claim_id, new.round, new.decided_by, new.decided_by_name, new.second_person,
        new.decided_at, new.decided_fen, new.proposal, new.decision, new.letter, [line.no for line in lines],
        [line.decided_fen for line in lines], turn, until,
    )  # fmt: skip


async def write_appeal(conn: Conn, claim_id: int, text: str, until: datetime, now: datetime) -> None:
    """The one appeal: the claim is a specialist's turn again."""
    await conn.execute(
        """
        UPDATE claims SET state = 'appealed', state_at = $4, turn = 'specialist', turn_until = $3, appealed_at = $4,
          appeal_text = $2, reminders_sent = 0
        WHERE id = $1
        """,
        claim_id, text, until, now,
    )  # fmt: skip


NEWEST_DECISION = """
SELECT d.ref, d.claim_id, d.round, d.decided_by, d.decided_by_name, d.second_person, d.decided_at, d.decided_fen,
  d.proposal, d.decision, d.letter, o.ref AS letter_ref, o.sha256 AS letter_sha256
FROM claim_decisions d LEFT JOIN documents o ON o.kind = 'decision_letter' AND o.subject = d.ref
WHERE d.claim_id = $1 AND ($2 = 0 OR d.round = $2)
ORDER BY d.round DESC LIMIT 1
"""


async def newest_decision(conn: Conn, claim_id: int, round_no: int = 0) -> DecisionRow | None:
    """The decision in force, or that of one round."""
    row = await conn.fetchrow(NEWEST_DECISION, claim_id, round_no)
    return None if row is None else _decision(row)


def _decision(row: Row) -> DecisionRow:
    return DecisionRow(
        **{
            **row,
            "proposal": msgspec.convert(row["proposal"], ClaimProposal),
            "decision": msgspec.convert(row["decision"], DecisionDetail),
            "letter": msgspec.convert(row["letter"], Letter),
        }
    )


INSERT_DOCUMENT = """
INSERT INTO documents (ref, kind, subject, lease_id, renter_id, mime, size_bytes, sha256, created_at)
VALUES ($1, 'decision_letter', $2, $3, $4, 'application/pdf', $5, $6, $7) ON CONFLICT (kind, subject) DO NOTHING
RETURNING id
"""


async def insert_letter(
    conn: Conn, *, ref: str, decision_ref: str, lease_id: int, renter_id: int, size_bytes: int, sha256: bytes,
    now: datetime,
) -> bool:  # fmt: skip
    """Put a printed letter on record; false where this decision has one."""
    return (
        await conn.fetchrow(INSERT_DOCUMENT, ref, decision_ref, lease_id, renter_id, size_bytes, sha256, now)
        is not None
    )


async def find_document(conn: Conn, ref: str, renter_id: int) -> DocumentRow | None:
    """A document by its reference; of this renter only, unless 0."""
    row = await conn.fetchrow(
        "SELECT ref, kind, subject, mime, size_bytes, sha256, created_at FROM documents"
        " WHERE ref = $1 AND ($2::bigint = 0 OR renter_id = $2)",
        ref, renter_id,
    )  # fmt: skip
    return None if row is None else row_to(DocumentRow, row)


WAITING = """
SELECT l.ref AS lease_ref, l.model, l.storage, l.colour, l.state, l.return_sent_on, l.returned_on,
  l.returned_on + c.days AS due_on
FROM leases l
LEFT JOIN LATERAL (SELECT (contract->'terms'->>'inspection_days')::integer AS days FROM contracts
                   WHERE lease_id = l.id ORDER BY version DESC LIMIT 1) c ON true
WHERE l.state IN ('inspecting', 'returning')
ORDER BY due_on NULLS LAST, l.id LIMIT 100
"""


async def waiting_leases(conn: Conn) -> list[WaitingRow]:
    """Phones on their way back or on the table, the first due on top; due as many days after arrival as agreed."""
    return rows_to(WaitingRow, await conn.fetch(WAITING))


FILED = """
SELECT i.ref AS inspection_ref, l.ref AS lease_ref, l.model, i.inspector_name, i.inspected_at, c.ref AS claim_ref,
  c.state AS claim_state,
  (SELECT count(*)::int FROM findings f WHERE f.claim_id = c.id) AS findings
FROM inspections i JOIN leases l ON l.id = i.lease_id LEFT JOIN claims c ON c.inspection_id = i.id
ORDER BY i.id DESC LIMIT 50
"""


async def filed_inspections(conn: Conn) -> list[FiledRow]:
    """The newest reports with what became of them."""
    return rows_to(FiledRow, await conn.fetch(FILED))


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


STAFF_NAMES = "SELECT id, name FROM staff WHERE id = ANY($1::bigint[])"


async def staff_names(conn: Conn, ids: Sequence[int]) -> dict[int, str]:
    """Names of colleagues by id."""
    return {row["id"]: row["name"] for row in await conn.fetch(STAFF_NAMES, list(ids))}
