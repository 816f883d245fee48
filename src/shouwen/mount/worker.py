"""The worker process: relay, sequencer, jobs, clocks. Any number may run; advisory locks pick who does what."""

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable
from datetime import date

import asyncpg

from shouwen.features.arrears.jobs import tick as tick_arrears
from shouwen.features.business_day.running import run_days
from shouwen.features.cases.jobs import tick as tick_clocks
from shouwen.features.endings.jobs import tick as tick_endings
from shouwen.features.evidence.sequencer import run_sequencer
from shouwen.features.evidence.sweeping import ask_for_sweep
from shouwen.features.payments.jobs import tick as tick_payments
from shouwen.kernel.days import beijing_on
from shouwen.mount.runtime import open_door, open_services
from shouwen.platform import clock
from shouwen.platform.db import connect
from shouwen.platform.door import Door
from shouwen.platform.jobs import run_jobs
from shouwen.platform.relay import run_relay
from shouwen.platform.settings import Settings

LOOK_FOR_DAYS_S = 60
ARREARS_SECONDS = 10  # paying lifts a freeze at once; this is when the renter is told
JOB_LOOPS = 3  # one long video must not hold up everybody's photos
_PAYMENTS_S = 5.0  # how soon the provider is told what the book did to a deposit
log = logging.getLogger("shouwen.worker")


async def work(settings: Settings, dsn: str) -> None:
    """Run until told to stop; each part restarts by itself after a lost database."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    async with open_door(dsn, open_services(settings), max_size=8) as door:
        parts = [
            asyncio.create_task(_keep("relay", lambda: _relay(dsn))),
            asyncio.create_task(_keep("sequencer", lambda: run_sequencer(door, dsn))),
            *(asyncio.create_task(_keep("jobs", lambda: run_jobs(door, door.writes))) for _ in range(JOB_LOOPS)),
            asyncio.create_task(_keep("clocks", lambda: _clocks(door))),
            asyncio.create_task(_keep("payments", lambda: _payments(door))),
            asyncio.create_task(_keep("arrears", lambda: _arrears(door))),
            asyncio.create_task(_keep("days", lambda: _days(door))),
        ]
        await stop.wait()
        for part in parts:
            part.cancel()
        await asyncio.gather(*parts, return_exceptions=True)


async def _relay(dsn: str) -> None:
    conn = await connect(dsn, as_app=True)
    try:
        await run_relay(conn)
    finally:
        await conn.close()


async def _clocks(door: Door) -> None:
    asked_on: date | None = None
    while True:
        await tick_clocks(door)
        now = clock.now()
        if asked_on != (today := beijing_on(now)):
            async with door.writes.acquire() as conn:
                await ask_for_sweep(conn, today, now)
            asked_on = today
        await asyncio.sleep(1)


async def _days(door: Door) -> None:
    """Shortly after midnight in Beijing the new business day, after a standstill every day that was missed."""
    while True:
        try:
            for report in await run_days(door, lanes=1):  # the desk beside it stays quick
                log.info("business day %s done: %s made, %s leases left", report.on_day, report.made, report.spared)
        except Exception:
            log.exception("the business day stopped; going on with it in a minute")
        await asyncio.sleep(LOOK_FOR_DAYS_S)


async def _arrears(door: Door) -> None:
    while True:
        await tick_endings(door)
        await tick_arrears(door)
        await asyncio.sleep(ARREARS_SECONDS)


async def _payments(door: Door) -> None:
    while True:
        await tick_payments(door)
        await asyncio.sleep(_PAYMENTS_S)


async def _keep(name: str, run: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            await run()
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            log.warning("%s lost the database; trying again", name)
        except Exception:
            log.exception("%s stopped; starting it again", name)
        await asyncio.sleep(1)
