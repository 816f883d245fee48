"""SQL of the business day's own record."""

from collections.abc import Sequence
from datetime import date, datetime

from shouwen.features.business_day.types import BusinessDay, LastDay
from shouwen.platform.db import Conn, Row, row_to, rows_to


async def last_day(conn: Conn) -> LastDay | None:
    """The newest day."""
    row = await conn.fetchrow("SELECT on_day, finished_at FROM business_days ORDER BY on_day DESC LIMIT 1")
    return None if row is None else row_to(LastDay, row)


async def day_of(conn: Conn, on: date) -> BusinessDay | None:
    """One day's row."""
    row = await conn.fetchrow(
        "SELECT on_day, started_at, leases_through, steps, parts, finished_at FROM business_days WHERE on_day = $1", on
    )
    return None if row is None else row_to(BusinessDay, row)


async def newest_days(conn: Conn, limit: int) -> list[BusinessDay]:
    """The newest days first."""
    rows = await conn.fetch(
        "SELECT on_day, started_at, leases_through, steps, parts, finished_at FROM business_days"
        " ORDER BY on_day DESC LIMIT $1",
        limit,
    )
    return rows_to(BusinessDay, rows)


async def newest_lease_id(conn: Conn) -> int:
    """The highest lease id there is; 0 without leases."""
    return int(await conn.fetchval("SELECT coalesce((SELECT id FROM leases ORDER BY id DESC LIMIT 1), 0)"))


async def insert_day(conn: Conn, on: date, now: datetime, through: int, steps: Sequence[str], parts: int) -> None:
    """Begin a day."""
    await conn.execute(
        "INSERT INTO business_days (on_day, started_at, leases_through, steps, parts) VALUES ($1, $2, $3, $4, $5)",
        on, now, through, list(steps), parts,
    )  # fmt: skip


async def insert_part(
    conn: Conn, on: date, step: str, part: int, act_id: int, now: datetime, made: int, spared: int
) -> None:
    """A part is done; written with it."""
    await conn.execute(
        "INSERT INTO business_day_parts (on_day, step, part, act_id, done_at, made, spared)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        on, step, part, act_id, now, made, spared,
    )  # fmt: skip


async def parts_done(conn: Conn, on: date) -> list[Row]:
    """step, parts, made and spared of each step of which a part is done."""
    return await conn.fetch(
        "SELECT step, count(*)::int AS parts, sum(made)::bigint AS made, sum(spared)::bigint AS spared"
        " FROM business_day_parts WHERE on_day = $1 GROUP BY step",
        on,
    )


async def finish_day(conn: Conn, on: date, now: datetime) -> None:
    """The day is whole."""
    await conn.execute("UPDATE business_days SET finished_at = $2 WHERE on_day = $1", on, now)
