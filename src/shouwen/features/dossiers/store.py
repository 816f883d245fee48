"""SQL of dossiers: the request, and everything of a case that goes into the file."""

from datetime import datetime

from shouwen.features.dossiers.types import DossierRow
from shouwen.platform.db import Conn, Row, one, row_to, rows_to

_DOSSIER = """
SELECT ref, case_ref, state, requested_at, coalesce(encode(sha256, 'hex'), '') AS sha256,
       coalesce(size_bytes, 0) AS size_bytes, ready_at
FROM dossiers
"""

# What both sides may read, and nothing else: a kind that a later feature adds stays inside the firm until it is listed.
SHARED_KINDS = frozenset({
    "case.opened", "case.joined", "case.reopened", "case.taken", "case.transferred", "case.human_asked",
    "case.resolved", "case.closed", "case.rated", "case.decision_posted", "renter.said", "reply.sent", "quote.given",
    "promise.made", "promise.kept", "pause.started", "pause.ended", "evidence.added", "evidence.viewed",
    "inspection.filed", "letter.printed", "letter.viewed", "dossier.requested", "dossier.downloaded",
    "claim.contested", "claim.accepted", "claim.reminded", "claim.evidence_asked", "claim.review_on_file",
    "claim.to_confirm", "claim.decided", "claim.appealed", "claim.settled", "claim.withdrawn", "claim.release_told",
    "claim.phone_released", "claim.imei_read", "lease.apply", "lease.approve", "lease.refuse", "lease.sign",
    "lease.amended", "lease.address_changed", "lease.renewed", "lease.prepare", "lease.ship", "lease.hand_over",
    "lease.send_back", "lease.picked_up", "lease.receive", "lease.inspect", "lease.close", "lease.buy_out",
    "lease.cancel", "lease.terminate", "lease.report_lost", "lease.find", "lease.given_back",
})  # fmt: skip


# What the renter sent in a complaint about a colleague, and in no other case, is in that complaint's dossier alone
# (OWN-2). $1 case of the dossier.
_IN_COMPLAINT = """
(m.uploaded_role = 'renter' AND m.claim_id IS NULL AND m.purpose IN ('statement', 'invoice', 'proof')
  AND coalesce((SELECT bool_and(k.complaint_against_id IS NOT NULL AND k.id <> $1) FROM cases k
                JOIN messages g ON g.case_id = k.id
                WHERE k.lease_id = m.lease_id AND g.extra->'media' ? m.ref), false))
"""


async def insert_dossier(
    conn: Conn, ref: str, case_id: int, case_ref: str, renter_id: int, role: str, actor_id: int, now: datetime
) -> int:
    """A request; returns its id."""
    return int(
        await conn.fetchval(
            """
            INSERT INTO dossiers (ref, case_id, case_ref, renter_id, requested_role, requested_by, requested_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id
            """,
            ref, case_id, case_ref, renter_id, role, actor_id, now,
        )
    )  # fmt: skip


async def preparing_of(conn: Conn, case_id: int, since: datetime) -> DossierRow | None:
    """The dossier of this case that is being prepared already."""
    row = await conn.fetchrow(
        f"{_DOSSIER} WHERE case_id = $1 AND state = 'preparing' AND requested_at > $2 ORDER BY id DESC LIMIT 1",
        case_id,
        since,
    )
    return None if row is None else row_to(DossierRow, row)


async def count_since(conn: Conn, case_id: int, since: datetime) -> int:
    """How many were asked for since then."""
    return int(
        await conn.fetchval("SELECT count(*) FROM dossiers WHERE case_id = $1 AND requested_at > $2", case_id, since)
    )


async def find_dossier(conn: Conn, ref: str) -> tuple[DossierRow, str] | None:
    """The dossier and its case's reference, through which access is checked."""
    row = await conn.fetchrow(f"{_DOSSIER} WHERE ref = $1", ref)
    return None if row is None else (row_to(DossierRow, row), row["case_ref"])


async def list_of_case(conn: Conn, case_id: int) -> list[DossierRow]:
    """Those made for a case, newest first."""
    return rows_to(DossierRow, await conn.fetch(f"{_DOSSIER} WHERE case_id = $1 ORDER BY id DESC LIMIT 20", case_id))


async def request_of(conn: Conn, dossier_id: int) -> Row:
    """id, ref, state and the case with its lease."""
    return one(
        await conn.fetchrow(
            """
            SELECT d.id, d.ref, d.state, d.case_id, d.case_ref, c.lease_id, c.claim_id, c.title, c.type, c.opened_at,
                   c.owner_name, c.state AS case_state, c.statement, c.renter_name_masked, l.ref AS lease_ref,
                   l.model, l.storage, l.colour, l.handed_over_on, l.returned_on
            FROM dossiers d JOIN cases c ON c.id = d.case_id LEFT JOIN leases l ON l.id = c.lease_id WHERE d.id = $1
            """,
            dossier_id,
        )
    )


async def thread_of(conn: Conn, case_id: int) -> list[Row]:
    """What was said, both sides; internal notes stay inside."""
    return await conn.fetch(
        """
        SELECT seq, at, kind, author_role, author_name, body, extra FROM messages
        WHERE case_id = $1 AND kind <> 'note' ORDER BY seq
        """,
        case_id,
    )


async def contracts_of(conn: Conn, lease_id: int) -> list[Row]:
    """Every version of the lease's contract."""
    return await conn.fetch(
        "SELECT version, signed_on, contract, contract_sha256 FROM contracts WHERE lease_id = $1 ORDER BY version",
        lease_id,
    )


_MEDIA = """
SELECT ref, purpose, part, file_name, mime, size_bytes, sha256, taken_at, uploaded_role, uploaded_at FROM media m
"""
MEDIA_OF = f"{_MEDIA} WHERE lease_id = $2 AND erased_at IS NULL AND NOT {_IN_COMPLAINT} ORDER BY id"


async def media_of(conn: Conn, case_id: int, lease_id: int) -> list[Row]:
    """Everything on file for the lease that was not erased; not what was sent in a complaint that is another case."""
    return await conn.fetch(MEDIA_OF, case_id, lease_id)


async def claim_of(conn: Conn, claim_id: int) -> Row:
    """The claim with inspection, findings and decisions as JSON."""
    return one(
        await conn.fetchrow(
            """
            SELECT to_jsonb(c) - 'id' - 'renter_id' - 'lease_id' - 'case_id' - 'inspection_id' AS claim,
                   to_jsonb(i) - 'id' - 'lease_id' - 'inspector_id' AS inspection,
                   -- what a specialist has marked so far is no finding of anybody's until it is decided
                   (SELECT coalesce(jsonb_agg(to_jsonb(f) - 'id' - 'claim_id' - CASE WHEN c.decided_at IS NULL
                      THEN '{seen_at_handover,unmarked_before_courier,market_repair_price_fen,market_repair_source}'
                      ELSE '{}' END::text[] ORDER BY f.no), '[]') FROM findings f
                    WHERE f.claim_id = c.id) AS findings,
                   (SELECT coalesce(jsonb_agg(to_jsonb(d) - 'id' - 'claim_id' ORDER BY d.round), '[]')
                    FROM claim_decisions d WHERE d.claim_id = c.id) AS decisions
            FROM claims c JOIN inspections i ON i.id = c.inspection_id WHERE c.id = $1
            """,
            claim_id,
        )
    )


LETTERS_OF = """
SELECT d.round, o.sha256 FROM claim_decisions d
JOIN documents o ON o.kind = 'decision_letter' AND o.subject = d.ref WHERE d.claim_id = $1
ORDER BY d.round
"""


async def letters_of(conn: Conn, claim_id: int) -> list[Row]:
    """The printed letters of a claim's decisions: round, sha256."""
    return await conn.fetch(LETTERS_OF, claim_id)


_ENTRIES = """
SELECT index, journal_id, kind, subject, at, leaf, content, salt FROM log_entries
WHERE (case_id = $1 OR (lease_id = $2 AND (case_id IS NULL OR NOT EXISTS (
    SELECT FROM cases k WHERE k.id = log_entries.case_id AND k.complaint_against_id IS NOT NULL))))
  AND kind = ANY($3::text[]) AND content IS NOT NULL
"""
_OF_MEDIA_IN_COMPLAINT = f"""
(kind IN ('evidence.added', 'evidence.viewed') AND EXISTS (
  SELECT FROM media m WHERE m.ref = log_entries.subject AND {_IN_COMPLAINT}))
"""
ENTRIES_OF = f"{_ENTRIES} AND NOT {_OF_MEDIA_IN_COMPLAINT} ORDER BY index"


async def entries_of(conn: Conn, case_id: int, lease_id: int | None) -> list[Row]:
    """The log entries of the case and its lease whose content was not erased.

    Of a complaint about a colleague only its own dossier tells, not that of another case they may read (OWN-2).
    """
    return await conn.fetch(ENTRIES_OF, case_id, lease_id, list(SHARED_KINDS))


async def newest_stamp(conn: Conn) -> Row | None:
    """The newest timestamped checkpoint: size, note, tsr."""
    return await conn.fetchrow(
        """
        SELECT t.size, c.note, t.tsr FROM log_timestamps t JOIN log_checkpoints c USING (size)
        ORDER BY t.size DESC LIMIT 1
        """
    )


async def finish_dossier(conn: Conn, dossier_id: int, sha256: bytes, size_bytes: int, now: datetime) -> Row | None:
    """Note where the finished file lies; None where another worker was faster."""
    return await conn.fetchrow(
        """
        UPDATE dossiers SET state = 'ready', sha256 = $2, size_bytes = $3, ready_at = $4
        WHERE id = $1 AND state = 'preparing' RETURNING ref, case_id, case_ref, renter_id
        """,
        dossier_id, sha256, size_bytes, now,
    )  # fmt: skip
