"""Load one case, with or without its row lock; open a new one; look up who and what it is about."""

from datetime import datetime

import msgspec

from shouwen.features.cases.rows import CaseRow
from shouwen.features.cases.types import CaseType, Channel, Statement
from shouwen.platform.db import Conn, Row, one, row_to

COLUMNS = ", ".join("c.xmin AS version" if name == "version" else f"c.{name}" for name in CaseRow.__struct_fields__)

# $2 is the renter who asks; 0 for staff, who see every case.
FIND_CASE = f"SELECT {COLUMNS} FROM cases c WHERE c.ref = $1 AND ($2 = 0 OR c.renter_id = $2)"  # noqa: S608 -- our own column lists
LOCK_CASE = FIND_CASE + " FOR UPDATE"
LOCK_CASE_BY_ID = f"SELECT {COLUMNS} FROM cases c WHERE c.id = $1 FOR UPDATE"  # noqa: S608 -- our own column lists
LOCK_MATTER = f"""
SELECT {COLUMNS} FROM cases c
WHERE c.renter_id = $1 AND c.type = $2 AND coalesce(c.lease_id, 0) = $3 AND coalesce(c.claim_id, 0) = $4
  AND coalesce(c.complaint_against_id, 0) = $5 AND c.state <> 'closed'
FOR UPDATE
"""  # noqa: S608 -- our own column lists


async def find_case(conn: Conn, ref: str, renter_id: int, *, lock: bool) -> CaseRow | None:
    """The case of that reference; with `renter_id` only if it is theirs."""
    row = await conn.fetchrow(LOCK_CASE if lock else FIND_CASE, ref, renter_id)
    return None if row is None else row_to(CaseRow, row)


async def lock_case_by_id(conn: Conn, case_id: int) -> CaseRow:
    """The case under its lock; it must exist."""
    return row_to(CaseRow, one(await conn.fetchrow(LOCK_CASE_BY_ID, case_id)))


async def lock_matter(
    conn: Conn, renter_id: int, kind: CaseType, lease_id: int, claim_id: int, against_id: int
) -> CaseRow | None:
    """The renter's case of this matter that is not closed, locked; ids are 0 where there is none."""
    row = await conn.fetchrow(LOCK_MATTER, renter_id, kind, lease_id, claim_id, against_id)
    return None if row is None else row_to(CaseRow, row)


INSERT_CASE = f"""
INSERT INTO cases AS c (ref, type, title, renter_id, renter_name_masked, lease_id, claim_id, channel, urgent,
                        opened_at, last_at, statement, state, complaint_against_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, $11, 'open', $12)
ON CONFLICT DO NOTHING
RETURNING {COLUMNS}
"""  # noqa: S608 -- our own column lists


async def insert_case(
    conn: Conn, *, ref: str, kind: CaseType, title: str, renter_id: int, name_masked: str, lease_id: int | None,
    claim_id: int | None, channel: Channel, urgent: bool, now: datetime, statement: Statement | None,
    against_id: int | None = None,
) -> CaseRow | None:  # fmt: skip
    """A new open case; None where one of this matter is open already (somebody else was faster)."""
    row = await conn.fetchrow(
        INSERT_CASE, ref, kind, title, renter_id, name_masked, lease_id, claim_id, channel, urgent, now, statement,
        against_id,
    )  # fmt: skip
    return None if row is None else row_to(CaseRow, row)


OTHER_OPEN_MATTER = """
SELECT ref FROM cases
WHERE renter_id = $1 AND type = $2 AND coalesce(lease_id, 0) = $3 AND coalesce(claim_id, 0) = $4
  AND coalesce(complaint_against_id, 0) = $6 AND state <> 'closed' AND id <> $5
"""


async def other_open_matter(conn: Conn, case: CaseRow) -> str:
    """The reference of a newer case of the same matter that is not closed; empty where there is none."""
    ref = await conn.fetchval(
        OTHER_OPEN_MATTER, case.renter_id, case.type, case.lease_id or 0, case.claim_id or 0, case.id,
        case.complaint_against_id or 0,
    )  # fmt: skip
    return ref or ""


LOCK_KEPT = f"""
SELECT {COLUMNS} FROM cases m JOIN cases c ON c.id = m.merged_into_id
WHERE m.renter_id = $1 AND m.type = $2 AND coalesce(m.lease_id, 0) = $3 AND coalesce(m.claim_id, 0) = $4
  AND c.state <> 'closed'
ORDER BY m.id DESC LIMIT 1 FOR UPDATE OF c
"""  # noqa: S608 -- our own column lists


async def lock_kept(conn: Conn, renter_id: int, kind: CaseType, lease_id: int, claim_id: int) -> CaseRow | None:
    """The case into which the renter's case of this matter was merged, if that is not closed; locked (OWN-4)."""
    row = await conn.fetchrow(LOCK_KEPT, renter_id, kind, lease_id, claim_id)
    return None if row is None else row_to(CaseRow, row)


async def ref_of(conn: Conn, case_id: int) -> str:
    """The reference of a case that must exist."""
    return str(await conn.fetchval("SELECT ref FROM cases WHERE id = $1", case_id))


STATEMENT_TEXT = "SELECT coalesce(statement ->> 'text', '') FROM cases WHERE id = $1"


async def statement_text(conn: Conn, case_id: int) -> str:
    """The words with which a case was opened."""
    return str(await conn.fetchval(STATEMENT_TEXT, case_id) or "")


FIND_RENTER = "SELECT id, ref, name_masked FROM renters WHERE ($1 <> 0 AND id = $1) OR ($2 <> '' AND ref = $2)"


async def find_renter(conn: Conn, renter_id: int, renter_ref: str) -> Row | None:
    """id, ref, name_masked of a renter, by id (or 0) or by reference (or empty)."""
    return await conn.fetchrow(FIND_RENTER, renter_id, renter_ref)


FIND_STAFF = "SELECT id, name, role FROM staff WHERE login = $1 AND active"


async def find_staff(conn: Conn, login: str) -> Row | None:
    """id, name, role of an active colleague."""
    return await conn.fetchrow(FIND_STAFF, login)


INSERT_SPECIALIST = """
INSERT INTO case_specialists (case_id, staff_id, staff_name, asked_by, asked_at)
VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING
"""


async def insert_specialist(conn: Conn, case_id: int, staff_id: int, name: str, asked_by: int, now: datetime) -> None:
    """Somebody asked into the case (OWN-3); asking twice changes nothing."""
    await conn.execute(INSERT_SPECIALIST, case_id, staff_id, name, asked_by, now)


INSERT_QUOTE = """
INSERT INTO quotes (ref, case_id, lease_id, contract_id, kind, amount_fen, quote, valid_until, quoted_by,
quoted_at)
SELECT $1, $2, $3, $4, q->>'kind', (q->>'amount_fen')::bigint, q, (q->>'valid_until')::date, $6, $7
FROM (SELECT $5::jsonb AS q) AS given
"""


async def insert_quote(
    conn: Conn, *, ref: str, case_id: int, lease_id: int, contract_id: int, quote: msgspec.Struct, by: int,
    now: datetime,
) -> None:  # fmt: skip
    """A quote of a case, kept as it was drawn."""
    await conn.execute(INSERT_QUOTE, ref, case_id, lease_id, contract_id, quote, by, now)
