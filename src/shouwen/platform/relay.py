"""The relay: one process drains the outbox into jobs, seals and one NOTIFY (house §2)."""

import asyncio
import logging
from datetime import datetime

import msgspec

from shouwen.platform.db import Conn
from shouwen.platform.live import CHANNEL, Hint

LOCK = 7_305_001  # advisory lock of whoever is the relay
_IDLE_SECONDS = (0.01, 0.02, 0.04, 0.08, 0.1)
_MAX_NOTIFY_BYTES = 7_000
log = logging.getLogger("shouwen.relay")

_DRAIN = """
DELETE FROM outbox WHERE id = ANY (ARRAY(SELECT id FROM outbox ORDER BY id LIMIT 500))
RETURNING id, journal_id, seq, topics, jobs, sealed
"""

_ENQUEUE = """
INSERT INTO jobs (kind, key, payload, run_at)
SELECT j.kind, j.key, j.payload, coalesce(j.run_at, now())
FROM unnest($1::text[], $2::text[], $3::jsonb[], $4::timestamptz[]) AS j(kind, key, payload, run_at)
ON CONFLICT (key) DO NOTHING
"""


async def drain(conn: Conn) -> int:
    """One round: up to 500 outbox rows; returns how many there were."""
    async with conn.transaction():
        rows = sorted(await conn.fetch(_DRAIN), key=lambda row: row["id"])
        if not rows:
            return 0
        jobs = [job for row in rows for job in row["jobs"]]
        if jobs:
            await conn.execute(
                _ENQUEUE,
                [job["kind"] for job in jobs],
                [job["key"] for job in jobs],
                [job["payload"] for job in jobs],
                [_when(job["run_at"]) for job in jobs],
            )
        sealed = [row["journal_id"] for row in rows if row["sealed"]]
        if sealed:
            await conn.execute("INSERT INTO log_pending (journal_id) SELECT unnest($1::bigint[])", sealed)
        newest: dict[str, int] = {}
        for row in rows:
            for topic in row["topics"]:
                newest[topic] = max(newest.get(topic, 0), row["seq"] or 0)
        for payload in _payloads(newest):
            await conn.execute("SELECT pg_notify($1, $2)", CHANNEL, payload)
    return len(rows)


def _payloads(newest: dict[str, int]) -> list[str]:
    payloads, batch = [], list[Hint]()
    for topic, seq in newest.items():
        batch.append(Hint(topic, seq))
        if len(batch) * 60 > _MAX_NOTIFY_BYTES:
            payloads.append(msgspec.json.encode(batch).decode())
            batch = []
    if batch:
        payloads.append(msgspec.json.encode(batch).decode())
    return payloads


async def run_relay(conn: Conn) -> None:
    """Drain for ever while holding the advisory lock; a second relay waits here as the spare."""
    await conn.execute("SELECT pg_advisory_lock($1)", LOCK)
    idle = 0
    while True:
        if await drain(conn):
            idle = 0
        else:
            await asyncio.sleep(_IDLE_SECONDS[min(idle, len(_IDLE_SECONDS) - 1)])
            idle += 1


def _when(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
