"""Deadlines of cases: service clocks, promises, and the rest of collection (PAUSE-1)."""

from datetime import date, datetime

from shouwen.features.cases.types import ClockKind
from shouwen.platform.db import Conn, Row

DUE_CLOCKS = """
SELECT id FROM case_clocks WHERE due_at <= $1 AND stopped_at IS NULL AND breached_at IS NULL ORDER BY due_at LIMIT 50
"""
DUE_PROMISES = """
SELECT id FROM promises WHERE due_at <= $1 AND kept_at IS NULL AND reminded_at IS NULL ORDER BY due_at LIMIT 50
"""
# The case first, as every other act does: whoever works on it now has precedence, and the clock is due again soon.
TAKE_CLOCK = """
SELECT k.case_id, k.kind, k.due_at FROM case_clocks k JOIN cases c ON c.id = k.case_id
WHERE k.id = $1 AND k.due_at <= $2 AND k.stopped_at IS NULL AND k.breached_at IS NULL
FOR UPDATE OF c, k SKIP LOCKED
"""
TAKE_PROMISE = """
SELECT p.case_id, p.staff_id, p.text, p.due_at FROM promises p JOIN cases c ON c.id = p.case_id
WHERE p.id = $1 AND p.due_at <= $2 AND p.kept_at IS NULL AND p.reminded_at IS NULL
FOR UPDATE OF c, p SKIP LOCKED
"""


async def due_ids(conn: Conn, query: str, now: datetime) -> list[int]:
    """Ids of what is due (DUE_CLOCKS, DUE_PROMISES), oldest first, at most 50."""
    return [int(row["id"]) for row in await conn.fetch(query, now)]


async def take_due(conn: Conn, query: str, row_id: int, now: datetime) -> Row | None:
    """The due row with its case, both locked; None where it is no longer due or somebody works on the case."""
    return await conn.fetchrow(query, row_id, now)


RUNNING_UNTIL = "SELECT due_at FROM case_clocks WHERE case_id = $1 AND kind = $2 AND stopped_at IS NULL"


async def running_until(conn: Conn, case_id: int, kind: ClockKind) -> datetime | None:
    """When the running clock of this kind is due; None where none runs."""
    until: datetime | None = await conn.fetchval(RUNNING_UNTIL, case_id, kind)
    return until


async def mark_breached(conn: Conn, clock_id: int, now: datetime) -> None:
    """A breach is recorded once."""
    await conn.execute("UPDATE case_clocks SET breached_at = $2 WHERE id = $1", clock_id, now)


async def mark_reminded(conn: Conn, promise_id: int, now: datetime) -> None:
    """A promise is reminded of once."""
    await conn.execute("UPDATE promises SET reminded_at = $2 WHERE id = $1", promise_id, now)


async def insert_promise(conn: Conn, case_id: int, staff_id: int, text: str, due_at: datetime) -> int:
    """A promise to the renter (PROM-1); its id."""
    return int(
        await conn.fetchval(
            "INSERT INTO promises (case_id, staff_id, text, due_at) VALUES ($1, $2, $3, $4) RETURNING id",
            case_id, staff_id, text, due_at,
        )
    )  # fmt: skip


async def keep_promise(conn: Conn, case_id: int, promise_id: int, now: datetime) -> str | None:
    """Mark a promise of this case kept; its text, or None where it is not open."""
    text: str | None = await conn.fetchval(
        "UPDATE promises SET kept_at = $3 WHERE id = $2 AND case_id = $1 AND kept_at IS NULL RETURNING text",
        case_id, promise_id, now,
    )  # fmt: skip
    return text


async def insert_pause(
    conn: Conn, *, case_id: int, lease_id: int, claim_id: int | None, charge_id: int | None, amount_fen: int,
    reason: str, now: datetime,
) -> None:  # fmt: skip
    """Collection and late fees rest on this amount from now on (PAUSE-1)."""
    await conn.execute(
        """
        INSERT INTO collection_pauses (case_id, lease_id, claim_id, charge_id, amount_fen, reason, started_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        """,
        case_id, lease_id, claim_id, charge_id, amount_fen, reason, now,
    )  # fmt: skip


async def end_pauses(conn: Conn, case_id: int, ends_on: date, reason: str) -> int:
    """Every running pause of the case lasts through `ends_on`, because of `reason`; how many there were."""
    done = await conn.execute(
        "UPDATE collection_pauses SET ends_on = $2, end_reason = $3 WHERE case_id = $1 AND ends_on IS NULL",
        case_id, ends_on, reason,
    )  # fmt: skip
    return int(done.rpartition(" ")[2])


RESTING_CASES = """
SELECT DISTINCT case_id FROM collection_pauses
WHERE ends_on IS NULL AND case_id IN (SELECT $1 UNION ALL SELECT id FROM cases WHERE merged_into_id = $1)
ORDER BY case_id
"""


async def resting_cases(conn: Conn, case_id: int) -> list[int]:
    """This case and those merged into it, as far as something rests because of them."""
    return [int(row["case_id"]) for row in await conn.fetch(RESTING_CASES, case_id)]


async def paused_charges(conn: Conn, case_id: int) -> list[int]:
    """The charges that rest, or rested, because of a case."""
    rows = await conn.fetch(
        "SELECT DISTINCT charge_id FROM collection_pauses WHERE case_id = $1 AND charge_id IS NOT NULL", case_id
    )
    return [int(row["charge_id"]) for row in rows]
