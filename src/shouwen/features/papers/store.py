"""SQL of letters."""

from collections.abc import Sequence
from datetime import datetime

from shouwen.features.papers.types import PAPER_ZH, PaperKind, PaperLine, PaperText, PaperView
from shouwen.platform.db import Conn, Row, rows_to

INSERT_PAPER = """
INSERT INTO papers (ref, lease_id, renter_id, case_id, kind, body, body_sha256, written_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""


async def insert_paper(
    conn: Conn,
    ref: str,
    lease_id: int,
    renter_id: int,
    case_id: int | None,
    kind: PaperKind,
    body: PaperText,
    body_sha256: bytes,
    now: datetime,
) -> None:
    """Write one letter."""
    await conn.execute(INSERT_PAPER, ref, lease_id, renter_id, case_id, kind, body, body_sha256, now)


STATEMENTS_SINCE = """
SELECT count(*) FROM papers p JOIN leases l ON l.id = p.lease_id
WHERE l.renter_id = $1 AND p.kind = 'statement' AND p.written_at > $2
"""


async def statements_since(conn: Conn, renter_id: int, since: datetime) -> int:
    """How many statements of a renter's leases were written since then."""
    return int(await conn.fetchval(STATEMENTS_SINCE, renter_id, since))


FIND_PAPER = """
SELECT p.id, p.ref, p.kind, p.lease_id, p.renter_id, p.case_id, p.body, p.body_sha256, p.written_at, p.pdf_sha256,
  p.size_bytes, l.ref AS lease_ref, coalesce(c.ref, '') AS case_ref
FROM papers p JOIN leases l ON l.id = p.lease_id LEFT JOIN cases c ON c.id = p.case_id
WHERE p.ref = $1 AND ($2::bigint IS NULL OR p.renter_id = $2)
"""


async def find_paper(conn: Conn, ref: str, renter_id: int | None) -> Row | None:
    """One letter, of this renter where one is named."""
    return await conn.fetchrow(FIND_PAPER, ref, renter_id)


def view_of(row: Row, text: PaperText) -> PaperView:
    """The letter of a row of `find_paper`."""
    kind = PaperKind(row["kind"])
    return PaperView(
        ref=row["ref"],
        kind=kind,
        title=PAPER_ZH[kind],
        lease_ref=row["lease_ref"],
        case_ref=row["case_ref"],
        written_at=row["written_at"],
        text=text,
        text_sha256=row["body_sha256"].hex(),
        pdf_sha256="" if row["pdf_sha256"] is None else row["pdf_sha256"].hex(),
        size_bytes=row["size_bytes"] or 0,
    )


PAPERS_OF = """
SELECT ref, kind, '' AS title, written_at, printed_at IS NOT NULL AS printed
FROM papers WHERE lease_id = $1 ORDER BY id DESC LIMIT 100
"""


async def papers_of(conn: Conn, lease_id: int) -> Sequence[PaperLine]:
    """The letters of a lease, the newest first."""
    found = rows_to(PaperLine, await conn.fetch(PAPERS_OF, lease_id))
    return [PaperLine(one.ref, one.kind, PAPER_ZH[one.kind], one.written_at, one.printed) for one in found]


async def keep_pdf(conn: Conn, ref: str, sha256: bytes, size_bytes: int, now: datetime) -> bool:
    """The printed letter's hash, once; false where it was printed before."""
    done = await conn.execute(
        "UPDATE papers SET pdf_sha256 = $2, size_bytes = $3, printed_at = $4 WHERE ref = $1 AND printed_at IS NULL",
        ref, sha256, size_bytes, now,
    )  # fmt: skip
    return done == "UPDATE 1"
