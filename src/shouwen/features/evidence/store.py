"""SQL of evidence: uploads, media, and the sealed log's reading side."""

from collections.abc import Sequence
from datetime import date, datetime

from shouwen.features.evidence.seals.tree import Coord
from shouwen.features.evidence.types import Measured, MediaRow, UploadRow
from shouwen.kernel.actor import Actor
from shouwen.platform.db import Conn, Row, one, row_to, rows_to

_UPLOAD = """
SELECT u.ref, u.state, u.file_name, u.size_bytes, u.received_bytes, coalesce(m.ref, '') AS media_ref,
       coalesce(u.refusal->>'zh', '') AS refusal_zh, coalesce(u.refusal->>'en', '') AS refusal_en,
       coalesce(u.refusal->>'remedy_zh', '') AS remedy_zh, coalesce(u.refusal->>'remedy_en', '') AS remedy_en,
       e.index AS receipt_no, e.sealed_at
FROM uploads u LEFT JOIN media m ON m.id = u.media_id
  LEFT JOIN log_entries e ON e.subject = m.ref AND e.kind = 'evidence.added'
WHERE u.ref = $1 AND u.actor_role = $2 AND u.actor_id = $3
"""

# the receipt of a piece of evidence is the log entry of its arrival
_MEDIA = """
SELECT m.id, m.ref, m.lease_id, m.renter_id, m.purpose, m.part, m.file_name, m.mime, m.size_bytes, m.sha256,
       m.width, m.height, m.duration_ms, m.taken_at, m.checks, m.uploaded_role, m.uploaded_at, m.claim_id,
       m.finding_no, e.index AS receipt_no, e.sealed_at
FROM media m LEFT JOIN log_entries e ON e.subject = m.ref AND e.kind = 'evidence.added'
"""


# $2 who reads, or 0. What the renter sent in a complaint about them, and in no other case, they do not find (OWN-2).
_NOT_IN_COMPLAINT = """
NOT (m.uploaded_role = 'renter' AND m.claim_id IS NULL AND m.purpose IN ('statement', 'invoice', 'proof')
  AND EXISTS (SELECT FROM cases k WHERE k.lease_id = m.lease_id AND k.complaint_against_id = $2)
  AND coalesce((SELECT bool_and(coalesce(c.complaint_against_id, 0) = $2) FROM cases c
                JOIN messages g ON g.case_id = c.id
                WHERE c.lease_id = m.lease_id AND g.extra->'media' ? m.ref), false))
"""
LIST_MEDIA = f"{_MEDIA} WHERE m.lease_id = $1 AND m.erased_at IS NULL AND {_NOT_IN_COMPLAINT} ORDER BY m.id LIMIT 500"
FIND_MEDIA = f"{_MEDIA} WHERE m.ref = $1 AND m.erased_at IS NULL AND {_NOT_IN_COMPLAINT}"


async def insert_upload(
    conn: Conn, ref: str, role: str, actor_id: int, lease_id: int, purpose: str, part: str, file_name: str,
    sha256: bytes | None, size_bytes: int, now: datetime,
) -> None:  # fmt: skip
    """An upload that is about to begin."""
    await conn.execute(
        """
        INSERT INTO uploads (ref, actor_role, actor_id, lease_id, purpose, part, file_name, sha256, size_bytes,
                             created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        """,
        ref, role, actor_id, lease_id, purpose, part, file_name, sha256, size_bytes, now,
    )  # fmt: skip


async def count_files(conn: Conn, lease_id: int, role: str) -> int:
    """How many pieces of evidence this side has put on file for a lease (few: `start_upload` sets the limit)."""
    return int(
        await conn.fetchval("SELECT count(*) FROM media WHERE lease_id = $1 AND uploaded_role = $2", lease_id, role)
    )


async def count_open_uploads(conn: Conn, role: str, actor_id: int, since: datetime) -> int:
    """How many uploads of this person, begun after `since`, are still arriving (bounded by the limit that reads it)."""
    return int(
        await conn.fetchval(
            """
            SELECT count(*) FROM (SELECT 1 FROM uploads WHERE actor_id = $1 AND actor_role = $2 AND state = 'receiving'
                                  AND created_at > $3 LIMIT 100) AS open
            """,
            actor_id, role, since,
        )
    )  # fmt: skip


async def read_upload(conn: Conn, ref: str, role: str, actor_id: int) -> UploadRow | None:
    """The sender's own upload."""
    row = await conn.fetchrow(_UPLOAD, ref, role, actor_id)
    return None if row is None else row_to(UploadRow, row)


async def advance_upload(conn: Conn, ref: str, role: str, actor_id: int, offset: int, length: int) -> Row | None:
    """Count `length` more bytes if the upload stands at `offset`; id, state and lease of the moved row."""
    return await conn.fetchrow(
        """
        UPDATE uploads SET received_bytes = received_bytes + $5,
          state = CASE WHEN received_bytes + $5 = size_bytes THEN 'checking' ELSE state END
        WHERE ref = $1 AND actor_role = $2 AND actor_id = $3 AND received_bytes = $4 AND state = 'receiving'
          AND received_bytes + $5 <= size_bytes
        RETURNING id, state, lease_id
        """,
        ref, role, actor_id, offset, length,
    )  # fmt: skip


async def lock_upload(conn: Conn, upload_id: int) -> Row:
    """The whole row, locked, with its lease's renter."""
    return one(
        await conn.fetchrow(
            """
            SELECT u.*, l.renter_id, l.ref AS lease_ref FROM uploads u JOIN leases l ON l.id = u.lease_id
            WHERE u.id = $1 FOR UPDATE OF u
            """,
            upload_id,
        )
    )


async def insert_media(conn: Conn, ref: str, upload: Row, sha256: bytes, measured: Measured, now: datetime) -> int:
    """A piece of evidence from a finished upload; returns its id and closes the upload."""
    row = one(
        await conn.fetchrow(
            """
            WITH added AS (
              INSERT INTO media (ref, lease_id, renter_id, purpose, part, file_name, mime, size_bytes, sha256, width,
                                 height, duration_ms, taken_at, checks, uploaded_role, uploaded_by, uploaded_at)
              VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) RETURNING id),
            closed AS (UPDATE uploads SET state = 'accepted', media_id = (SELECT id FROM added) WHERE id = $18)
            SELECT id FROM added
            """,
            ref, upload["lease_id"], upload["renter_id"], upload["purpose"], upload["part"], upload["file_name"],
            measured.mime, upload["size_bytes"], sha256, measured.width, measured.height, measured.duration_ms,
            measured.taken_at, list(measured.checks), upload["actor_role"], upload["actor_id"], now, upload["id"],
        )
    )  # fmt: skip
    return int(row["id"])


async def refuse_upload(conn: Conn, upload_id: int, refusal: dict[str, str]) -> None:
    """Close an upload that is no evidence, saying why."""
    await conn.execute(
        "UPDATE uploads SET state = 'refused', refusal = $2 WHERE id = $1 AND state = 'checking'", upload_id, refusal
    )


async def drop_abandoned(conn: Conn, before: datetime) -> int:
    """Remove uploads begun before `before` whose bytes never all came; how many."""
    return int(
        await conn.fetchval(
            """
            WITH gone AS (DELETE FROM uploads WHERE state = 'receiving' AND created_at < $1 RETURNING 1)
            SELECT count(*) FROM gone
            """,
            before,
        )
    )


async def open_uploads(conn: Conn, refs: Sequence[str]) -> set[str]:
    """Those of `refs` whose file is still wanted: arriving, or being checked."""
    rows = await conn.fetch(
        "SELECT ref FROM uploads WHERE ref = ANY($1::text[]) AND state IN ('receiving', 'checking')", list(refs)
    )
    return {row["ref"] for row in rows}


async def add_daily_job(conn: Conn, kind: str, key: str, on: date, actor: Actor, now: datetime) -> None:
    """A job of the day `on`, unless one waits under `key` or `actor` has done the act of that key."""
    await conn.execute(
        """
        INSERT INTO jobs (kind, key, payload, run_at)
        SELECT $1, $2, $3, $4 WHERE NOT EXISTS (
          SELECT FROM acts WHERE actor_role = $5 AND actor_id = $6 AND idempotency_key = $2)
        ON CONFLICT (key) DO NOTHING
        """,
        kind, key, {"on": on.isoformat()}, now, actor.role, actor.id,
    )  # fmt: skip


async def list_media(conn: Conn, lease_id: int, actor: Actor) -> list[MediaRow]:
    """Everything on file for a lease, in order of arrival, but not what was sent in a complaint about the actor."""
    return rows_to(MediaRow, await conn.fetch(LIST_MEDIA, lease_id, actor.id if actor.is_staff else 0))


async def find_media(conn: Conn, ref: str, actor: Actor) -> MediaRow | None:
    """One piece, whoever's it is: callers check the lease. None too if sent in a complaint about the actor."""
    row = await conn.fetchrow(FIND_MEDIA, ref, actor.id if actor.is_staff else 0)
    return None if row is None else row_to(MediaRow, row)


async def find_entry(conn: Conn, kind: str, subject: str, *, newest: bool = False) -> Row | None:
    """The first (or newest) log entry of this kind about `subject`."""
    return await conn.fetchrow(
        """
        SELECT index, journal_id, kind, at, leaf, content, salt, sealed_at FROM log_entries
        WHERE subject = $2 AND kind = $1 ORDER BY CASE WHEN $3 THEN -index ELSE index END LIMIT 1
        """,
        kind,
        subject,
        newest,
    )


async def newest_checkpoint(conn: Conn) -> Row | None:
    """size, root, note, signed_at of the newest signed tree head."""
    return await conn.fetchrow("SELECT size, root, note, signed_at FROM log_checkpoints ORDER BY size DESC LIMIT 1")


async def read_nodes(conn: Conn, coords: Sequence[Coord]) -> dict[Coord, bytes]:
    """The stored subtrees at these places, in one query."""
    rows = await conn.fetch(
        """
        SELECT n.level, n.index, n.hash FROM unnest($1::smallint[], $2::bigint[]) AS c(level, index)
        JOIN log_nodes n ON n.level = c.level AND n.index = c.index
        """,
        [level for level, _ in coords],
        [index for _, index in coords],
    )
    return {(row["level"], row["index"]): row["hash"] for row in rows}
