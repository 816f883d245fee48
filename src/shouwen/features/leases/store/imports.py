"""SQL of imports: files, what became of each row, foreign numbers, renters found by phone."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Literal

from msgspec import Struct

from shouwen.features.contracts.public import RowProblem
from shouwen.features.contracts.types import ContractPolicy
from shouwen.platform.db import Conn, Row, one, row_to, rows_to

PolicyOn = Callable[[date], ContractPolicy]
OutcomeKind = Literal["accepted", "known", "refused"]


class Outcome(Struct, frozen=True):
    """What became of one row, and why not."""

    line: int
    external_no: str
    outcome: OutcomeKind
    lease_id: int | None
    why: tuple[RowProblem, ...]


class External(Struct, frozen=True):
    """What was brought in under a foreign number, by which line of which import."""

    external_no: str
    lease_id: int
    row_sha256: bytes
    import_id: int
    line: int


class NewRenter(Struct, frozen=True):
    """A renter to be written unless their phone is known."""

    ref: str
    name: str
    name_masked: str
    phone_cipher: bytes
    phone_hash: bytes
    phone_masked: str


class ImportRow(Struct, frozen=True):
    """A file and how far it has been read."""

    id: int
    ref: str
    sha256: bytes
    source: str
    format: Literal["csv", "json"]
    encoding: Literal["utf-8", "gb18030"]
    rows: int
    done: int
    accepted: int
    known: int
    refused: int
    started_at: datetime
    finished_at: datetime | None


_IMPORT = """
SELECT id, ref, sha256, source, format, encoding, rows, done, accepted, known, refused, started_at, finished_at
FROM imports WHERE ref = $1
"""
NEWEST_IMPORTS = """
SELECT id, ref, sha256, source, format, encoding, rows, done, accepted, known, refused, started_at, finished_at
FROM imports ORDER BY id DESC LIMIT $1
"""
IMPORTS_OF_SOURCE_LOCKED = """
SELECT id FROM imports WHERE source = (SELECT source FROM imports WHERE ref = $1) ORDER BY id FOR UPDATE
"""


async def find_import(conn: Conn, ref: str, *, lock: bool = False) -> ImportRow | None:
    """The import of a reference; locked, no other file of its source is read at the same time."""
    if lock:
        await conn.fetch(IMPORTS_OF_SOURCE_LOCKED, ref)
    row = await conn.fetchrow(_IMPORT, ref)
    return None if row is None else row_to(ImportRow, row)


async def newest_imports(conn: Conn, limit: int) -> list[ImportRow]:
    """The imports begun last."""
    return rows_to(ImportRow, await conn.fetch(NEWEST_IMPORTS, limit))


UNREAD_FILE = """
SELECT i.sha256 FROM imports i WHERE i.ref = $1 AND NOT EXISTS (
  SELECT FROM imports o WHERE o.sha256 = i.sha256 AND o.finished_at IS NULL)
"""


async def unread_file(conn: Conn, ref: str) -> bytes | None:
    """The hash of an import's file where no import is reading it any more."""
    found = await conn.fetchval(UNREAD_FILE, ref)
    return None if found is None else bytes(found)


INSERT_IMPORT = """
INSERT INTO imports (ref, sha256, source, format, encoding, rows, started_by, started_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id
"""


async def insert_import(
    conn: Conn, ref: str, sha256: bytes, source: str, file_format: str, encoding: str, rows: int, by: int, now: datetime
) -> int:
    """A file whose rows are about to be read."""
    row = one(await conn.fetchrow(INSERT_IMPORT, ref, sha256, source, file_format, encoding, rows, by, now))
    return int(row["id"])


ADD_TO_IMPORT = """
UPDATE imports SET done = done + $2 + $3 + $4, accepted = accepted + $2, known = known + $3, refused = refused + $4,
  finished_at = CASE WHEN $5 THEN $6::timestamptz END
WHERE id = $1
"""


async def add_to_import(
    conn: Conn, import_id: int, accepted: int, known: int, refused: int, now: datetime, *, finished: bool
) -> None:
    """Count the rows of one chunk."""
    await conn.execute(ADD_TO_IMPORT, import_id, accepted, known, refused, finished, now)


INSERT_OUTCOMES = """
INSERT INTO import_rows (import_id, line, external_no, outcome, lease_id, why)
SELECT $1, line, external_no, outcome, lease_id, why
FROM unnest($2::integer[], $3::text[], $4::text[], $5::bigint[], $6::jsonb[])
  AS r(line, external_no, outcome, lease_id, why)
"""


async def insert_outcomes(conn: Conn, import_id: int, outcomes: Sequence[Outcome]) -> None:
    """Put rows on the report."""
    await conn.execute(
        INSERT_OUTCOMES,
        import_id,
        [o.line for o in outcomes],
        [o.external_no for o in outcomes],
        [o.outcome for o in outcomes],
        [o.lease_id for o in outcomes],
        [o.why for o in outcomes],
    )


OUTCOMES_PAGE = """
SELECT r.line, r.external_no, r.outcome, l.ref AS lease_ref, r.why
FROM import_rows r LEFT JOIN leases l ON l.id = r.lease_id
WHERE r.import_id = $1 AND r.line > $2 ORDER BY r.line LIMIT $3
"""
REFUSED_PAGE = """
SELECT r.line, r.external_no, r.outcome, NULL::text AS lease_ref, r.why FROM import_rows r
WHERE r.import_id = $1 AND r.line > $2 AND r.outcome = 'refused' ORDER BY r.line LIMIT $3
"""


async def outcomes_page(conn: Conn, import_id: int, after: int, limit: int, *, refused: bool) -> list[Row]:
    """line, external_no, outcome, lease_ref, why of the rows after a line."""
    return await conn.fetch(REFUSED_PAGE if refused else OUTCOMES_PAGE, import_id, after, limit)


async def externals_of(conn: Conn, source: str, numbers: Sequence[str]) -> dict[str, External]:
    """What these foreign numbers were brought in as."""
    rows = await conn.fetch(
        "SELECT external_no, lease_id, row_sha256, import_id, line FROM external_contracts"
        " WHERE source = $1 AND external_no = ANY($2::text[])",
        source, numbers,
    )  # fmt: skip
    return {row["external_no"]: row_to(External, row) for row in rows}


INSERT_EXTERNALS = """
INSERT INTO external_contracts (source, external_no, lease_id, row_sha256, import_id, line)
SELECT $1, external_no, lease_id, sha, import_id, line
FROM unnest($2::text[], $3::bigint[], $4::bytea[], $5::bigint[], $6::integer[])
  AS e(external_no, lease_id, sha, import_id, line)
"""


async def insert_externals(conn: Conn, source: str, externals: Sequence[External]) -> None:
    """Keep the foreign numbers of what has just come in."""
    await conn.execute(
        INSERT_EXTERNALS,
        source,
        [e.external_no for e in externals],
        [e.lease_id for e in externals],
        [e.row_sha256 for e in externals],
        [e.import_id for e in externals],
        [e.line for e in externals],
    )


INSERT_RENTERS = """
INSERT INTO renters (ref, name, name_masked, phone_cipher, phone_hash, phone_masked, created_at)
SELECT ref, name, name_masked, cipher, hash, phone_masked, $7
FROM unnest($1::text[], $2::text[], $3::text[], $4::bytea[], $5::bytea[], $6::text[])
  AS r(ref, name, name_masked, cipher, hash, phone_masked)
ORDER BY hash
ON CONFLICT (phone_hash) DO NOTHING
"""


async def renters_by_phone(conn: Conn, new: Sequence[NewRenter], now: datetime) -> dict[bytes, tuple[int, str]]:
    """Id and name of the renter behind each phone, written now where it was unknown."""
    await conn.execute(
        INSERT_RENTERS,
        [r.ref for r in new],
        [r.name for r in new],
        [r.name_masked for r in new],
        [r.phone_cipher for r in new],
        [r.phone_hash for r in new],
        [r.phone_masked for r in new],
        now,
    )
    rows = await conn.fetch(
        "SELECT id, phone_hash, name FROM renters WHERE phone_hash = ANY($1::bytea[])", [r.phone_hash for r in new]
    )
    return {bytes(row["phone_hash"]): (int(row["id"]), str(row["name"])) for row in rows}
