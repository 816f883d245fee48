"""Look into the application while it makes a page: which statements, which plans, which view."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from unittest.mock import patch

import asyncpg
import httpx
from msgspec import Struct

from bench.ground import Ground
from bench.literals import literal
from shouwen.mount.app import Application
from shouwen.mount.pages.env import render
from shouwen.mount.pages.parts import View
from shouwen.mount.pages.views import FrameView
from shouwen.mount.web import page as page_edge
from shouwen.platform import db

SMALL_TABLE_ROWS = 1_000  # reading through a smaller table is the right plan
_CONTROL = ("BEGIN", "START TRANSACTION", "COMMIT", "ROLLBACK", "SELECT PG_CATALOG", "SET ")
Statement = tuple[str, list[object]]


class Look(Struct, frozen=True):
    """The most statements any of the pages took, tables of size read through, bytes and milliseconds to render one."""

    statements: int
    scans: tuple[str, ...]
    bytes: int
    render_ms: float
    small_rows: int = SMALL_TABLE_ROWS


def look_at(ground: Ground, dsn: str, headers: dict[str, str], paths: list[str]) -> Look:
    """Make each page twice in this process, the second time under observation."""
    return asyncio.run(_look_at(ground, dsn, headers, paths))


async def _look_at(ground: Ground, dsn: str, headers: dict[str, str], paths: list[str]) -> Look:
    sent: list[Statement] = []
    views: list[tuple[View, FrameView]] = []

    def rendered(view: View, frame: FrameView) -> str:
        views.append((view, frame))
        return render(view, frame)

    counts, statements = [], list[Statement]()
    async with _observed(ground, dsn, sent) as client:
        with patch.object(page_edge, "render", rendered):
            for path in paths:
                for _ in range(2):  # the first may fill what a process keeps
                    sent.clear()
                    views.clear()
                    answer = await client.get(path, headers=headers)
                    assert answer.status_code == 200, answer.text[:500]
                counts.append(len(sent))
                statements += sent
    view, frame = views[-1]
    started, times = time.process_time(), 200
    for _ in range(times):
        html = render(view, frame)
    render_ms = (time.process_time() - started) / times * 1000
    return Look(max(counts), await _scans(ground.owner_of(dsn), statements), len(html.encode()), render_ms)


@asynccontextmanager
async def _observed(ground: Ground, dsn: str, sent: list[Statement]) -> AsyncIterator[httpx.AsyncClient]:
    """The application in this process; its pools' connections write down what they send."""
    original = db._init

    def note(record: asyncpg.connection.LoggedQuery) -> None:
        if not record.query.lstrip().upper().startswith(_CONTROL):
            sent.append((record.query, list(record.args or ())))

    async def watched(conn: asyncpg.Connection) -> None:
        await original(conn)
        conn.add_query_logger(note)

    with patch.object(db, "_init", watched):
        application = Application(ground.settings, dsn)
        async with application.lifespan():
            transport = httpx.ASGITransport(application)
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
                yield client


async def _scans(owner_dsn: str, statements: list[Statement]) -> tuple[str, ...]:
    """Tables above SMALL_TABLE_ROWS that a plan reads through, with the values sent and as a generic plan."""
    conn = await db.connect(owner_dsn)
    found = set()
    try:
        large = {
            row["relname"]
            for row in await conn.fetch("SELECT relname FROM pg_class WHERE reltuples > $1", SMALL_TABLE_ROWS)
        }
        for number, (query, args) in enumerate(statements):
            await conn.execute(f"PREPARE bench_{number} AS {query}")
            values = f"({', '.join(map(literal, args))})" if args else ""
            for mode in ("force_custom_plan", "force_generic_plan"):
                await conn.execute(f"SET plan_cache_mode = {mode}")
                plan = await conn.fetchval(f"EXPLAIN (FORMAT JSON) EXECUTE bench_{number}{values}")
                tree = json.loads(plan) if isinstance(plan, str) else plan
                found |= {f"{table} ({mode[6:-5]})" for table in _read_through(tree[0]["Plan"]) if table in large}
    finally:
        await conn.close()
    return tuple(sorted(found))


def _read_through(node: dict[str, object]) -> set[str]:
    own = {str(node["Relation Name"])} if node["Node Type"] == "Seq Scan" else set()
    below = node.get("Plans", [])
    assert isinstance(below, list)
    return own.union(*map(_read_through, below))
