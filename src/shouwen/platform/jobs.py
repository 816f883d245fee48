"""Background work and deadlines: rows taken with SKIP LOCKED when due; a killed worker's job is simply due again."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import asyncpg

from shouwen.platform import clock
from shouwen.platform.door import Door
from shouwen.platform.logs import redact

log = logging.getLogger("shouwen.jobs")


class PoisonError(RuntimeError):
    """A job that no worker survives."""


Handler = Callable[[Door, dict[str, Any]], Awaitable[None]]
HANDLERS: dict[str, Handler] = {}
GIVEN_UP: dict[str, Handler] = {}  # what tells whoever waits that a job will not be done
LEASE = timedelta(minutes=2)  # a job not finished by then is taken again
PATIENCE = timedelta(seconds=110)  # before that its own worker gives up, so that no two ever work on it
MAX_ATTEMPTS = 8

# Taking a job moves its run_at ahead: the row lock is held for a moment only, not while the job calls the outside.
_TAKE = """
UPDATE jobs SET run_at = $1 + $2::interval, attempts = attempts + 1
WHERE id = (SELECT id FROM jobs WHERE run_at <= $1 AND failed_at IS NULL
            ORDER BY run_at LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id, kind, payload, attempts
"""
_FAILED = """
UPDATE jobs SET run_at = $2, last_error = $3, failed_at = CASE WHEN attempts >= $4 THEN $5::timestamptz END
WHERE id = $1
"""


def job(kind: str) -> Callable[[Handler], Handler]:
    """Register the handler of a kind. It must be safe to run twice: it changes things only through the door."""

    def register(handler: Handler) -> Handler:
        if kind in HANDLERS:
            raise TypeError(f"two handlers for job {kind}")
        HANDLERS[kind] = handler
        return handler

    return register


async def run_next(door: Door, pool: asyncpg.Pool) -> bool:
    """Take and perform one due job; false where none was due. A failure is retried with growing pauses."""
    now = clock.now()
    row = await pool.fetchrow(_TAKE, now, LEASE)
    if row is None:
        return False
    try:
        if row["attempts"] > MAX_ATTEMPTS:  # no try lived to say that it failed: it took the worker down with it
            raise PoisonError("every try ended with its worker")
        async with asyncio.timeout(PATIENCE.total_seconds()):
            await HANDLERS[row["kind"]](door, row["payload"])
    except Exception as error:
        log.exception("job %s %s failed (try %s)", row["kind"], row["id"], row["attempts"])
        pause = timedelta(seconds=min(600, 2 ** row["attempts"]))
        said = redact(f"{type(error).__name__}: {error}")[:500]
        await pool.execute(_FAILED, row["id"], clock.now() + pause, said, MAX_ATTEMPTS, now)
        if row["attempts"] >= MAX_ATTEMPTS and row["kind"] in GIVEN_UP:
            await _tell(door, row["kind"], row["payload"])
        return True
    await pool.execute("DELETE FROM jobs WHERE id = $1", row["id"])
    return True


async def _tell(door: Door, kind: str, payload: dict[str, Any]) -> None:
    try:
        await GIVEN_UP[kind](door, payload)
    except Exception:
        log.exception("job %s is given up, and nobody could be told", kind)


async def run_jobs(door: Door, pool: asyncpg.Pool) -> None:
    """Perform due jobs for ever, one after the other."""
    while True:
        try:
            if not await run_next(door, pool):
                await asyncio.sleep(0.1)
        except (OSError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError):
            log.warning("database away, jobs wait")
            await asyncio.sleep(1)
