"""Write one change of a case in one statement: case, thread items, counters, clocks, guard check."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache

from msgspec import Struct

from shouwen.features.cases.rows import CaseRow
from shouwen.features.cases.types import ClockKind, HeardFigure
from shouwen.platform.db import Conn

FIXED = frozenset({"id", "ref", "type", "renter_id", "lease_id", "opened_at"})
CHANGEABLE = tuple(name for name in CaseRow.__struct_fields__ if name not in FIXED)


class Item(Struct, frozen=True, kw_only=True):
    """A thread item about to be written under its seq."""

    seq: int
    kind: str
    author_role: str
    author_id: int
    author_name: str
    body: str
    extra: dict[str, object] = {}


class ClockStart(Struct, frozen=True):
    """A clock to start unless one of its kind is running (reassigning never resets one)."""

    kind: ClockKind
    due_at: datetime


class GuardCheck(Struct, frozen=True, kw_only=True):
    """What GUARD-1 compared in a reply, and the reason where it was sent nevertheless."""

    staff_id: int
    amounts_checked: int
    mismatches: int
    reason: str


class Change(Struct, frozen=True, kw_only=True):
    """Everything one act changes of a case."""

    before: CaseRow
    after: CaseRow
    at: datetime
    items: Sequence[Item] = ()
    counts: Mapping[str, int] = {}
    stop: Sequence[ClockKind] = ()
    start: Sequence[ClockStart] = ()
    guard: GuardCheck | None = None


@lru_cache(maxsize=256)
def change_sql(columns: tuple[str, ...], items: int, counts: bool, stop: bool, start: bool, guard: bool) -> str:
    """The statement for this shape of change; `$1` is the case, `$2` now, the rest in the order of
    `change_args`.
    """
    used = 2

    def take(*types: str) -> str:
        nonlocal used
        used += len(types)
        return ", ".join(f"${used - len(types) + no}::{kind}" for no, kind in enumerate(types, 1))

    parts: list[str] = []
    if items:
        kinds = ("bigint", "text", "text", "bigint", "text", "text", "jsonb", "bigint")
        rows = ", ".join(f"($1, $2::timestamptz, {take(*kinds)})" for _ in range(items))
        parts.append(
            "said AS (INSERT INTO messages (case_id, at, seq, kind, author_role, author_id, author_name, body, extra,"  # noqa: S608 -- our own column lists
            f" renter_id) VALUES {rows})"
        )
    if counts:
        keys, deltas = take("text[]"), take("bigint[]")
        parts.append(
            "counted AS (INSERT INTO case_counts AS c (key, count)"  # noqa: S608 -- our own column lists
            f" SELECT key, greatest(delta, 0) FROM unnest({keys}, {deltas}) AS d(key, delta) ORDER BY key"
            " ON CONFLICT (key) DO UPDATE"
            f" SET count = c.count + ({deltas})[array_position({keys}, c.key)])"
        )
    if stop:
        parts.append(
            "stopped AS (UPDATE case_clocks SET stopped_at = $2"  # noqa: S608 -- our own column lists
            f" WHERE case_id = $1 AND stopped_at IS NULL AND kind = ANY({take('text[]')}))"
        )
    if start:
        parts.append(
            "started AS (INSERT INTO case_clocks (case_id, kind, started_at, due_at)"  # noqa: S608 -- our own column lists
            f" SELECT $1, kind, $2, due_at FROM unnest({take('text[]', 'timestamptz[]')}) AS s(kind, due_at)"
            " ON CONFLICT (case_id, kind) WHERE stopped_at IS NULL DO NOTHING)"
        )
    if guard:
        parts.append(
            "guarded AS (INSERT INTO guard_checks (case_id, at, staff_id, amounts_checked, mismatches, overridden,"  # noqa: S608 -- our own column lists
            f" reason) VALUES ($1, $2, {take('bigint', 'integer', 'integer', 'boolean', 'text')}))"
        )
    sets = []
    for name in columns:
        used += 1
        sets.append(f"{name} = ${used}")
    main = f"UPDATE cases SET {', '.join(sets)} WHERE id = $1 AND $2::timestamptz IS NOT NULL"  # noqa: S608 -- our own column lists
    if not sets:
        main = "SELECT $1::bigint, $2::timestamptz"
    return f"WITH {', '.join(parts)} {main}" if parts else main


async def write_change(conn: Conn, change: Change) -> None:
    """Write everything in one statement; the case's row is locked by the caller. Something must have changed."""
    before, after = change.before, change.after
    columns = tuple(name for name in CHANGEABLE if getattr(before, name) != getattr(after, name))
    guard = change.guard
    sql = change_sql(
        columns, len(change.items), bool(change.counts), bool(change.stop), bool(change.start), guard is not None
    )
    args: list[object] = [before.id, change.at]
    for item in change.items:
        args += (item.seq, item.kind, item.author_role, item.author_id, item.author_name, item.body, item.extra)
        args.append(before.renter_id)
    if change.counts:
        args += (list(change.counts), list(change.counts.values()))
    if change.stop:
        args.append([str(kind) for kind in change.stop])
    if change.start:
        args += ([str(clock.kind) for clock in change.start], [clock.due_at for clock in change.start])
    if guard is not None:
        args += (guard.staff_id, guard.amounts_checked, guard.mismatches, guard.mismatches > 0, guard.reason)
    await conn.execute(sql, *args, *(getattr(after, name) for name in columns))


INSERT_HEARD = """
INSERT INTO heard_figures (lease_id, renter_id, case_id, at, topic, told_fen, right_fen, matches)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""


async def insert_heard(
    conn: Conn, lease_id: int, renter_id: int, case_id: int | None, now: datetime, heard: HeardFigure
) -> None:
    """A figure by word of mouth, for quote accuracy (GUARD-2)."""
    await conn.execute(
        INSERT_HEARD, lease_id, renter_id, case_id, now, heard.topic, heard.told_fen, heard.right_fen, heard.matches
    )
