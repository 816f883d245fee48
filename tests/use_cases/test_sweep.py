"""Once a day what nobody finished or needs goes away; what is under way or still counts stays."""

import asyncio
import os
from datetime import timedelta

import pytest
from evidence_story import LEASE, NOW, RENTER, act

from shouwen.features.evidence import jobs
from shouwen.features.evidence import use_cases as evidence
from shouwen.features.evidence.sweeping import ABANDONED, Sweep, ask_for_sweep, sweep
from shouwen.features.evidence.types import Purpose
from shouwen.features.people.store import WINDOWS_KEPT, count_try, spend_link
from shouwen.kernel.actor import SYSTEM
from shouwen.kernel.days import beijing_on
from shouwen.kernel.errors import Refusal
from shouwen.mount import worker
from shouwen.platform import clock
from shouwen.platform.jobs import run_next

ON = beijing_on(NOW)
LONG_AGO = NOW - ABANDONED - timedelta(seconds=1)


@pytest.fixture
def today(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


def begin(house, at):
    """An upload of 100 bytes of which ten have come, last touched at `at`; its reference."""
    command = evidence.StartUpload(LEASE, Purpose.STATEMENT, "IMG_0001.jpg", 100)
    ref = house.run(house.door.run(evidence.start_upload, RENTER, command, at=at)).upload_ref
    lay(house, ref, at)
    return ref


def lay(house, name, at):
    path = house.door.services.storage.incoming(name)
    path.write_bytes(b"0123456789")
    os.utime(path, (at.timestamp(), at.timestamp()))


def incoming(house):
    return {path.name for path in (house.door.services.storage.folder / "incoming").iterdir()}


def sweep_now(house):
    house.run(jobs.sweep_day(house.door, {"on": ON.isoformat()}))


def in_act(house, work):
    async def go():
        async with house.door.writes.acquire() as conn, conn.transaction():
            await conn.execute("SELECT set_config('shouwen.act', '1', true)")
            await work(conn)

    house.run(go())


def ask(house, on=ON):
    async def go():
        async with house.door.writes.acquire() as conn:
            await ask_for_sweep(conn, on, NOW)

    house.run(go())


def test_sweep_abandoned_upload_row_and_file_are_gone(leased, today):
    begin(leased, LONG_AGO)
    fresh = begin(leased, NOW - timedelta(hours=23))
    sweep_now(leased)
    assert [row["ref"] for row in leased.sql("SELECT ref FROM uploads")] == [fresh]
    assert incoming(leased) == {fresh}
    [told] = leased.sql("SELECT text, data FROM journal WHERE kind = 'sweep.done'")
    assert told["data"] == {"uploads": 1, "links": 0, "windows": 0}


def test_sweep_upload_that_is_being_checked_stays_however_old(leased, today):
    ref = begin(leased, LONG_AGO)
    act(leased, evidence.record_chunk, evidence.RecordChunk(ref, 0, 100))
    sweep_now(leased)
    assert leased.sql("SELECT state FROM uploads")[0]["state"] == "checking"
    assert incoming(leased) == {ref}


def test_sweep_file_left_by_a_crash_is_gone_a_new_one_stays(leased, today):
    lay(leased, "SC-OLD", LONG_AGO)
    lay(leased, "SC-NEW", NOW)
    sweep_now(leased)
    assert incoming(leased) == {"SC-NEW"}


def test_sweep_expired_links_and_old_windows_are_gone_the_others_stay(leased, today):
    async def fill(conn):
        await spend_link(conn, b"a" * 32, NOW - timedelta(seconds=1))
        await spend_link(conn, b"b" * 32, NOW + timedelta(minutes=1))
        await count_try(conn, "old", timedelta(hours=1), NOW - WINDOWS_KEPT - timedelta(hours=1))
        await count_try(conn, "counting", timedelta(hours=1), NOW)

    in_act(leased, fill)
    sweep_now(leased)
    assert [row["nonce_hash"] for row in leased.sql("SELECT nonce_hash FROM spent_links")] == [b"b" * 32]
    assert [row["key"] for row in leased.sql("SELECT key FROM rate_windows")] == ["counting"]


def test_sweep_asked_for_again_and_again_happens_once_a_day(leased, today):
    ask(leased)
    ask(leased)
    assert leased.run(run_next(leased.door, leased.door.writes))
    assert not leased.run(run_next(leased.door, leased.door.writes))
    ask(leased)  # a worker started later the same day
    assert leased.sql("SELECT count(*) FROM jobs")[0][0] == 0
    ask(leased, ON + timedelta(days=1))
    assert leased.sql("SELECT key FROM jobs")[0]["key"] == f"sweep:{ON + timedelta(days=1)}"
    assert leased.sql("SELECT count(*) FROM journal WHERE kind = 'sweep.done'")[0][0] == 1


def test_worker_asks_for_the_sweep_of_its_day_once(leased, today, monkeypatch):
    ticks = iter(range(2))

    async def tick(door):
        if next(ticks, None) is None:
            raise asyncio.CancelledError

    monkeypatch.setattr(worker, "tick_clocks", tick)
    with pytest.raises(asyncio.CancelledError):
        leased.run(worker._clocks(leased.door))
    assert [tuple(row) for row in leased.sql("SELECT kind, key FROM jobs")] == [("sweep", f"sweep:{ON}")]


def test_sweep_by_anybody_but_the_system_refused(leased):
    with pytest.raises(Refusal):
        act(leased, sweep, Sweep(), RENTER)
    assert act(leased, sweep, Sweep(), SYSTEM).uploads == 0
