"""Write one change of a case in one statement: case, thread items, counters, clocks, guard check."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache

from msgspec import Struct

from shouwen.features.cases.rows import CaseRow
from shouwen.features.cases.types import ClockKind, HeardFigure
from shouwen.platform.db import Conn
from shouwen.platform.events import Writing

FIXED = frozenset({"id", "version", "ref", "type", "renter_id", "lease_id", "opened_at"})
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


class Shape(Struct, frozen=True, kw_only=True):
    """Which parts a change has; each shape is one text, so that the server knows it again.

    A `whole` change is part of its act's own statement: `$1` is now, its values begin at `Writing.FIRST`, and the case
    must still be the version that was read. Alone, `$1` is the case and `$2` now.
    """

    columns: tuple[str, ...]
    items: int
    counts: bool
    stop: bool
    start: bool
    guard: bool
    whole: bool


@lru_cache(maxsize=256)
def change_parts(shape: Shape) -> str:
    """The named queries of a change, for the values of `_args`: `moved` is the case, changed; all others follow it."""
    used = Writing.FIRST + 1 if shape.whole else 2
    case_id, now = (f"${Writing.FIRST}", "$1") if shape.whole else ("$1", "$2::timestamptz")

    def take(*types: str) -> str:
        nonlocal used
        used += len(types)
        return ", ".join(f"${used - len(types) + no}::{kind}" for no, kind in enumerate(types, 1))

    parts: list[str] = []
    if shape.items:
        kinds = ("bigint", "text", "text", "bigint", "text", "text", "jsonb", "bigint")
        rows = ", ".join(f"({take(*kinds)})" for _ in range(shape.items))
        parts.append(
            "said AS (INSERT INTO messages (case_id, at, seq, kind, author_role, author_id, author_name, body, extra,"  # noqa: S608 -- our own column lists
            f" renter_id) SELECT moved.id, {now}, item.* FROM moved, (VALUES {rows}) AS item)"
        )
    if shape.counts:
        keys, deltas = take("text[]"), take("bigint[]")
        parts.append(
            "counted AS (INSERT INTO case_counts AS c (key, count)"  # noqa: S608 -- our own column lists
            f" SELECT key, greatest(delta, 0) FROM moved, unnest({keys}, {deltas}) AS d(key, delta) ORDER BY key"
            " ON CONFLICT (key) DO UPDATE"
            f" SET count = c.count + ({deltas})[array_position({keys}, c.key)])"
        )
    if shape.stop:
        parts.append(
            f"stopped AS (UPDATE case_clocks k SET stopped_at = {now} FROM moved"  # noqa: S608 -- our own column lists
            f" WHERE k.case_id = moved.id AND k.stopped_at IS NULL AND k.kind = ANY({take('text[]')}))"
        )
    if shape.start:
        parts.append(
            "started AS (INSERT INTO case_clocks (case_id, kind, started_at, due_at)"  # noqa: S608 -- our own column lists
            f" SELECT moved.id, kind, {now}, due_at FROM moved,"
            f" unnest({take('text[]', 'timestamptz[]')}) AS s(kind, due_at)"
            " ON CONFLICT (case_id, kind) WHERE stopped_at IS NULL DO NOTHING)"
        )
    if shape.guard:
        parts.append(
            "guarded AS (INSERT INTO guard_checks (case_id, at, staff_id, amounts_checked, mismatches, overridden,"  # noqa: S608 -- our own column lists
            f" reason) SELECT moved.id, {now}, {take('bigint', 'integer', 'integer', 'boolean', 'text')} FROM moved)"
        )
    sets = []
    for name in shape.columns:
        used += 1
        sets.append(f"{name} = ${used}")
    moved = f"SELECT {case_id}::bigint AS id"
    if sets and shape.whole:
        stands = f"c.id = {case_id} AND c.xmin = ${Writing.FIRST + 1}"
        moved = f"UPDATE cases c SET {', '.join(sets)} FROM act WHERE {stands} RETURNING c.id"  # noqa: S608 -- our own column lists
    elif sets:
        moved = f"UPDATE cases SET {', '.join(sets)} WHERE id = {case_id} RETURNING id"  # noqa: S608 -- our own column lists
    return ", ".join([f"moved AS ({moved})", *parts])


async def write_change(conn: Conn, change: Change) -> None:
    """Write everything in one statement; the case's row is locked by the caller."""
    shape = _shape(change, whole=False)
    sql = f"WITH {change_parts(shape)} SELECT FROM moved WHERE $2::timestamptz IS NOT NULL"
    await conn.execute(sql, change.before.id, change.at, *_args(change, shape))


def whole_change(change: Change) -> Writing:
    """The same as parts of the act's own statement, which changes nothing where the case is not as it was read."""
    shape = _shape(change, whole=True)
    return Writing(change_parts(shape), (change.before.id, change.before.version, *_args(change, shape)))


def _shape(change: Change, *, whole: bool) -> Shape:
    before, after = change.before, change.after
    return Shape(
        columns=tuple(name for name in CHANGEABLE if getattr(before, name) != getattr(after, name)),
        items=len(change.items), counts=bool(change.counts), stop=bool(change.stop), start=bool(change.start),
        guard=change.guard is not None, whole=whole,
    )  # fmt: skip


def _args(change: Change, shape: Shape) -> list[object]:
    args: list[object] = []
    for item in change.items:
        args += (item.seq, item.kind, item.author_role, item.author_id, item.author_name, item.body, item.extra)
        args.append(change.before.renter_id)
    if change.counts:
        args += (list(change.counts), list(change.counts.values()))
    if change.stop:
        args.append([str(kind) for kind in change.stop])
    if change.start:
        args += ([str(clock.kind) for clock in change.start], [clock.due_at for clock in change.start])
    if change.guard is not None:
        guard = change.guard
        args += (guard.staff_id, guard.amounts_checked, guard.mismatches, guard.mismatches > 0, guard.reason)
    return [*args, *(getattr(change.after, name) for name in shape.columns)]


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
