"""`sealing.append`: entries a second through the sequencer. `sealing.proof`: one proof out of a large log."""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from hashlib import sha256
from random import Random
from statistics import median
from time import perf_counter

import uvloop

from bench.ground import Ground, acting
from bench.row import Row, at_most, ratio, spread
from shouwen.features.evidence.seals.note import SigningKey
from shouwen.features.evidence.seals.tree import Frontier, append, plan_inclusion
from shouwen.features.evidence.sequencer import BATCH, read_frontier, sequence
from shouwen.features.evidence.store import newest_checkpoint, read_nodes
from shouwen.platform.db import Conn, connect

GOAL_PER_SECOND = 20_000
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)

# half are arrivals of evidence, half are messages: what a log mostly holds
_PENDING = """
WITH written AS (
  INSERT INTO journal (act_id, at, kind, text, rule, actor_role, actor_id, actor_name, case_id, seq, lease_id,
                       renter_id, subject, data)
  SELECT 1, $2::timestamptz + n * interval '1 millisecond',
    CASE WHEN n % 2 = 0 THEN 'evidence.added' ELSE 'reply.sent' END,
    CASE WHEN n % 2 = 0 THEN '收到并封存租客举证：IMG_' || n || '.jpg' ELSE '周敏答复租客' END,
    CASE WHEN n % 2 = 0 THEN 'EVI-1' ELSE '' END, 'renter', n % 500, '陈*宇', n % 1000, n / 1000, n % 700, n % 500,
    CASE WHEN n % 2 = 0 THEN 'ZJ-' || substr(md5(n::text), 1, 12) ELSE 'case:SW-' || substr(md5(n::text), 1, 10) END,
    CASE WHEN n % 2 = 0 THEN jsonb_build_object(
        'sha256', encode(sha256(n::text::bytea), 'hex'), 'size_bytes', 3000000 + n, 'mime', 'image/jpeg',
        'purpose', 'statement', 'part', 'back', 'lease', 'ZL-20251130-0417',
        'uploaded_by', jsonb_build_object('role', 'renter', 'id', n % 500), 'taken_at', '2026-11-18T06:02:11+00:00')
      ELSE jsonb_build_object('seq', n / 1000, 'body_sha256', encode(sha256(n::text::bytea), 'hex')) END
  FROM generate_series(1, $1) AS n RETURNING id)
INSERT INTO log_pending SELECT id FROM written
"""

# a table like the log's, with the same indexes and none of its triggers
_PLAIN = """
CREATE TABLE plain_entries (LIKE log_entries INCLUDING INDEXES);
GRANT INSERT ON plain_entries TO shouwen_app;
"""
_PLAIN_INSERT = """
INSERT INTO plain_entries
SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::timestamptz[], $6::bytea[], $7::jsonb[],
                     $8::bytea[], $9::bigint[], $10::bigint[], $11::timestamptz[])
"""


def measure_append(ground: Ground) -> list[Row]:
    """Batches of 1,000 through `sequence`, each beside a plain insert of the same rows."""
    batches = 25 if ground.small else 100
    dsn = ground.database("sealing")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:  # the worker's loop
        rates, plain_rates, processor = runner.run(_append(ground, dsn, batches))
    measured, yardstick = median(rates), median(plain_rates)
    return [
        Row(
            name="sealing.append", measured=measured, unit="entries/s", yardstick=yardstick,
            ratio=ratio(measured, yardstick), goal=f"≥ {GOAL_PER_SECOND:,} entries/s",
            met=measured >= GOAL_PER_SECOND,
            note=f"{batches} batches of {BATCH:,}: {spread(rates)}; yardstick: unnest of the same rows into a table"
            f" with the same indexes + SHA-256 of the same bytes; processor time {processor * 1e6:.0f} µs an entry",
        )
    ]  # fmt: skip


async def _append(ground: Ground, dsn: str, batches: int) -> tuple[list[float], list[float], float]:
    owner = await connect(ground.owner_of(dsn))
    async with acting(owner):
        await owner.execute(_PENDING, (batches + 2) * BATCH, NOW)
    await owner.execute(_PLAIN)
    await owner.execute("VACUUM ANALYZE")
    await owner.close()
    conn = await connect(dsn)
    key, frontier = SigningKey("bench.local/log", bytes(range(32))), Frontier()
    rates, plain_rates, spent = [], [], 0.0
    for number in range(batches + 2):
        before = _all_processor(ground)
        started = perf_counter()
        grown = await sequence(conn, frontier, key, NOW)
        seconds = perf_counter() - started
        used = _all_processor(ground) - before
        assert grown.size == frontier.size + BATCH
        rows = await conn.fetch("SELECT * FROM log_entries WHERE index >= $1 ORDER BY index", frontier.size)
        columns = [list(column) for column in zip(*(row.values() for row in rows), strict=True)]
        # the bytes the log hashes for the same rows: content behind its salt, and leaf
        contents = [row["salt"] + json.dumps(row["content"]).encode() for row in rows]
        started = perf_counter()
        async with conn.transaction():
            for content, row in zip(contents, rows, strict=True):
                sha256(content).digest()
                sha256(row["leaf"]).digest()
            await conn.execute(_PLAIN_INSERT, *columns)
        plain_seconds = perf_counter() - started
        frontier = grown
        if number >= 2:  # the first ones prepare statements
            rates.append(BATCH / seconds)
            plain_rates.append(BATCH / plain_seconds)
            spent += used
    await conn.close()
    return rates, plain_rates, spent / batches / BATCH


def _all_processor(ground: Ground) -> float:
    return ground.processor(os.getpid())


def measure_proof(ground: Ground) -> list[Row]:
    """Plan, read and assemble the inclusion proof of random entries, beside the reading of one row by its key."""
    size = 20_000 if ground.small else 1_000_000
    dsn = ground.database("sealing")
    proofs, reads = asyncio.run(_prove(dsn, size))
    row = at_most(
        "sealing.proof", median(proofs) * 1000, "ms", 1.0, median(reads) * 1000,
        f"log of {size:,} entries; p95 {sorted(proofs)[int(len(proofs) * 0.95)] * 1000:.2f} ms;"
        " yardstick: one row by primary key over the same connection",
    )  # fmt: skip
    return [row]


async def _prove(dsn: str, size: int) -> tuple[list[float], list[float]]:
    conn = await connect(dsn)
    await _grow(conn, size)
    frontier = await read_frontier(conn)
    assert frontier.size == size
    draw = Random(7)

    async def prove(index: int) -> None:
        plan = plan_inclusion(index, size)
        plan.assemble(await read_nodes(conn, plan.coords))

    async def read(index: int) -> None:
        await conn.fetchrow("SELECT level, index, hash FROM log_nodes WHERE level = 0 AND index = $1", index)

    proofs, reads = [], []
    for _ in range(1_000):
        index = draw.randrange(size)
        proofs.append(await _timed(prove, index))
        reads.append(await _timed(read, index))
    assert await newest_checkpoint(conn) is not None
    await conn.close()
    return proofs[100:], reads[100:]


async def _timed(work: Callable[[int], Awaitable[None]], index: int) -> float:
    started = perf_counter()
    await work(index)
    return perf_counter() - started


async def _grow(conn: Conn, size: int) -> None:
    """The stored subtrees of a log of `size` entries; a proof reads nothing else of them."""
    frontier = Frontier()
    while frontier.size < size:
        step = min(50_000, size - frontier.size)
        grown = append(frontier, [sha256(str(frontier.size + n).encode()).digest() for n in range(step)])
        await conn.execute(
            "INSERT INTO log_nodes SELECT * FROM unnest($1::smallint[], $2::bigint[], $3::bytea[])",
            *(list(column) for column in zip(*grown.nodes, strict=True)),
        )
        frontier = grown.frontier
    await conn.execute(
        "INSERT INTO log_checkpoints (size, root, note, signed_at) VALUES ($1, $2, 'bench', $3)",
        size, frontier.root(), NOW,
    )  # fmt: skip
