"""SQL of decisions: written once a round, their letters, and who signs beside."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from msgspec import Struct

from shouwen.features.disputes.rows import ClaimProposal, DecisionDetail, DecisionRow, DocumentRow, WithdrawalRow
from shouwen.features.disputes.types import ClaimTurn, Letter
from shouwen.kernel.actor import Actor
from shouwen.platform.db import Conn, Row, row_to


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
VALUES ($1, $8, $2, $3, $4, 'application/pdf', $5, $6, $7) ON CONFLICT (kind, subject) DO NOTHING
RETURNING id
"""


async def insert_letter(
    conn: Conn, *, ref: str, decision_ref: str, lease_id: int, renter_id: int, size_bytes: int, sha256: bytes,
    now: datetime, kind: str,
) -> bool:  # fmt: skip
    """Put a printed letter on record; false where this decision or withdrawal has one."""
    return (
        await conn.fetchrow(INSERT_DOCUMENT, ref, decision_ref, lease_id, renter_id, size_bytes, sha256, now, kind)
        is not None
    )


async def insert_withdrawal(
    conn: Conn, ref: str, claim_id: int, by: Actor, reason: str, letter: Letter, now: datetime
) -> None:
    """The claim is given up: once."""
    await conn.execute(
        "INSERT INTO claim_withdrawals (ref, claim_id, withdrawn_by, withdrawn_by_name, withdrawn_at, reason, letter)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        ref, claim_id, by.id, by.name, now, reason, letter,
    )  # fmt: skip


WITHDRAWAL = """
SELECT w.ref, w.withdrawn_by_name, w.withdrawn_at, w.reason, w.letter, o.ref AS letter_ref
FROM claim_withdrawals w LEFT JOIN documents o ON o.kind = 'withdrawal_letter' AND o.subject = w.ref
WHERE w.claim_id = $1
"""


async def find_withdrawal(conn: Conn, claim_id: int) -> WithdrawalRow | None:
    """The withdrawal of a claim."""
    row = await conn.fetchrow(WITHDRAWAL, claim_id)
    return None if row is None else row_to(WithdrawalRow, {**row, "letter": msgspec.convert(row["letter"], Letter)})


async def find_document(conn: Conn, ref: str, renter_id: int) -> DocumentRow | None:
    """A document by its reference; of this renter only, unless 0."""
    row = await conn.fetchrow(
        "SELECT ref, kind, subject, mime, size_bytes, sha256, created_at FROM documents"
        " WHERE ref = $1 AND ($2::bigint = 0 OR renter_id = $2)",
        ref, renter_id,
    )  # fmt: skip
    return None if row is None else row_to(DocumentRow, row)


OPEN_APPROVAL = """
SELECT ref FROM approvals WHERE state = 'open' AND use_case IN ('decide_claim', 'withdraw_claim')
  AND command->>'claim_ref' = $1 LIMIT 1
"""


async def open_approval(conn: Conn, claim_ref: str) -> str | None:
    """The request for a second person that waits for this claim's decision (AUTH-1)."""
    ref: str | None = await conn.fetchval(OPEN_APPROVAL, claim_ref)
    return ref


STAFF_NAMES = "SELECT id, name FROM staff WHERE id = ANY($1::bigint[])"


async def staff_names(conn: Conn, ids: Sequence[int]) -> dict[int, str]:
    """Names of colleagues by id."""
    return {row["id"]: row["name"] for row in await conn.fetch(STAFF_NAMES, list(ids))}
