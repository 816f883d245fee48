"""`shouwen day run` killed in the middle, again and again: the book is the one of a run that nobody disturbed."""

import asyncio
import os
import random
import re
import signal
import subprocess
import sys
import time
from contextlib import asynccontextmanager
from datetime import date, timedelta

import asyncpg
import pytest
from money_ground import FIRST_DUE_ON, add_scheduled, at, pay

from shouwen.features.business_day.running import run_days
from shouwen.mount.runtime import open_door, open_services
from shouwen.platform.database import APP_ROLE, clone_database

LAST = FIRST_DUE_ON + timedelta(days=15)
LEASES = 12
KILLS = 8

BOOK = """
SELECT e.lease_id, e.booked_on, e.value_on, e.kind, e.key, e.memo, e.rule, e.replays, t.no, t.debit_account,
  t.credit_account, t.amount_fen, c.kind AS charge_kind, c.no AS charge_no
FROM money_entries e JOIN money_transfers t ON t.entry_id = e.id LEFT JOIN charges c ON c.id = t.charge_id
"""
CHARGES = """
SELECT lease_id, kind, no, clause, due_on, amount_fen, paid_fen, waived_fen, outstanding_fen, booked_on, settled_on,
  last_value_on
FROM charges
"""
ACCRUALS = """
SELECT lease_id, no, first_on, through_on, bearing_fen, changes_on, fen_days, days, booked_fen, stale, stopped_on
FROM late_accruals
"""
CREDITS = "SELECT lease_id, credit_fen FROM lease_credits"
DAYS = "SELECT on_day, parts, finished_at IS NOT NULL AS finished FROM business_days"
PARTS = "SELECT on_day, step, part, made, spared FROM business_day_parts"


class Desk:
    """What the small companies of the use-case tests are built on."""

    def __init__(self, door, loop):
        self.door, self.run = door, loop.run_until_complete


@asynccontextmanager
async def opened(dsn, settings):
    async with open_door(dsn, open_services(settings), min_size=0) as door:
        yield door


@pytest.fixture
def company(cluster, worker, settings):
    """Makes the same company in a database of its own; its DSN."""
    loop = asyncio.new_event_loop()

    def make(name):
        database = f"{name}_{worker}"
        loop.run_until_complete(clone_database(cluster, "shouwen_template", database))
        dsn = cluster.dsn(database, APP_ROLE)
        context = opened(dsn, settings)
        desk = Desk(loop.run_until_complete(context.__aenter__()), loop)
        fill(desk)
        loop.run_until_complete(context.__aexit__(None, None, None))
        return dsn

    yield make
    loop.close()


def fill(desk):
    """Some pay nothing, some a part, some too much, some too late; the days since were not run."""
    leases = [add_scheduled(desk, no=no) for no in range(1, LEASES + 1)]
    eve = FIRST_DUE_ON - timedelta(days=1)
    desk.run(run_days(desk.door, eve, at=at(eve, 0)))
    for no, lease in enumerate(leases):
        if no % 4 == 1:
            pay(desk, lease, 20_000, f"FK-{no}", date(2026, 3, 10))
        elif no % 4 == 2:
            pay(desk, lease, 60_000, f"FK-{no}", date(2026, 3, 12), value_on=date(2026, 3, 9))


def day_run(dsn, tmp_path):
    environ = {**os.environ, "SHOUWEN_DSN": dsn, "SHOUWEN_DATA": str(tmp_path / "data"), "PYTHONUTF8": "1"}
    return subprocess.Popen(
        [sys.executable, "-m", "shouwen.mount.cli", "day", "run", "--date", LAST.isoformat()],
        env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def finish(process):
    _, said = process.communicate(timeout=120)
    assert process.returncode == 0, said


def kill_after(process, lines, pause_s):
    """kill -9 once so many parts are done and a moment has passed; whether it was still running."""
    for _ in range(lines):
        process.stderr.readline()
    time.sleep(pause_s)
    running = process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stderr.close()
    return running


def everything(dsn):
    """The whole book, without the numbers that sequences give and the acts that wrote it."""

    async def read():
        conn = await asyncpg.connect(dsn)
        try:
            found = {}
            for query in (BOOK, CHARGES, ACCRUALS, CREDITS, DAYS, PARTS):
                rows = [dict(row) for row in await conn.fetch(query)]
                for row in rows:
                    if "key" in row:  # an exact late fee names its act
                        row["key"] = re.sub(r"^(late:\d+:[\d-]+):\d+:", r"\1:", row["key"])
                found[query] = sorted((tuple(row.values()) for row in rows), key=repr)
            return found
        finally:
            await conn.close()

    return asyncio.run(read())


def test_day_killed_at_random_points_leads_to_the_undisturbed_book(company, tmp_path):
    calm, killed = company("calm"), company("killed")
    finish(day_run(calm, tmp_path))
    chance = random.Random()
    points = [(chance.randint(0, 12), chance.random() * 0.02) for _ in range(KILLS)]
    met = [kill_after(day_run(killed, tmp_path), lines, pause_s) for lines, pause_s in points]
    assert sum(met) >= KILLS // 2, f"it was done before it could be killed: {points}"
    finish(day_run(killed, tmp_path))
    expected, found = everything(calm), everything(killed)
    assert len(expected[BOOK]) > LEASES * 5
    assert [row[2] for row in found[DAYS]] == [True] * 17
    for query, rows in expected.items():
        assert found[query] == rows, f"killed at {points}"


def test_two_commands_at_once_write_the_book_of_one(company, tmp_path):
    alone, together = company("calm"), company("killed")
    finish(day_run(alone, tmp_path))
    both = [day_run(together, tmp_path) for _ in range(2)]
    for process in both:
        finish(process)
    assert everything(together) == everything(alone)
