"""The demo killed in the middle of its filling starts again from nothing; a whole one is left as it is."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import asyncpg
import pytest

from shouwen.mount.demo.seed import mark
from shouwen.mount.demo.seed.mark import DemoState, look
from shouwen.mount.demo.start import demo_settings, ready_demo
from shouwen.platform.database import DATABASE, prepare_embedded
from shouwen.platform.embedded_postgres import EmbeddedPostgres

PATIENCE_S = 120


@pytest.fixture
def server(tmp_path):
    with EmbeddedPostgres.start(tmp_path / "postgres") as running:
        yield running


async def sql(server, query, *args):
    conn = await asyncpg.connect(server.dsn(DATABASE, "postgres"))
    try:
        return await conn.fetchval(query, *args)
    finally:
        await conn.close()


def no_filling(monkeypatch, happens=None):
    """Stand in for the pictures and threads, which other tests fill for real."""

    async def fill(settings, dsn, today, now):
        if happens:
            happens()

    monkeypatch.setattr("shouwen.mount.demo.seed.fill.fill", fill)


def test_demo_filling_broken_off_starts_anew(server, tmp_path, monkeypatch):
    settings = demo_settings({"SHOUWEN_DATA": str(tmp_path)})

    def breaks():
        raise ConnectionError("killed in the middle")

    no_filling(monkeypatch, breaks)
    with pytest.raises(ConnectionError):
        ready_demo(settings, server)
    asyncio.run(sql(server, "CREATE TABLE half_done ()"))
    assert asyncio.run(look(server)).state is DemoState.FILLING
    no_filling(monkeypatch)
    ready_demo(settings, server)
    assert asyncio.run(look(server)).state is DemoState.COMPLETE
    assert asyncio.run(sql(server, "SELECT to_regclass('half_done')")) is None


def test_demo_complete_started_again_is_left_as_it_is(server, tmp_path, monkeypatch):
    settings = demo_settings({"SHOUWEN_DATA": str(tmp_path)})
    no_filling(monkeypatch)
    ready_demo(settings, server)
    asyncio.run(sql(server, "CREATE TABLE what_a_visitor_did ()"))
    no_filling(monkeypatch, lambda: pytest.fail("filled a second time"))
    ready_demo(settings, server)
    assert asyncio.run(sql(server, "SELECT to_regclass('what_a_visitor_did')")) is not None


def test_demo_after_a_migration_changed_is_filled_anew(server, tmp_path, monkeypatch):
    settings = demo_settings({"SHOUWEN_DATA": str(tmp_path)})
    filled = []
    no_filling(monkeypatch, lambda: filled.append(1))
    ready_demo(settings, server)
    asyncio.run(sql(server, "UPDATE migrations SET sha256 = '\\x00'"))
    ready_demo(settings, server)
    assert len(filled) == 2
    assert asyncio.run(look(server)).state is DemoState.COMPLETE


def test_demo_in_the_folder_of_a_desk_in_use_refuses_and_changes_nothing(server, tmp_path, monkeypatch, capsys):
    settings = demo_settings({"SHOUWEN_DATA": str(tmp_path)})
    asyncio.run(prepare_embedded(server))
    asyncio.run(
        sql(
            server,
            "INSERT INTO acts (use_case, actor_role, actor_id, channel, idempotency_key, body_hash, at)"
            " VALUES ('log_out', 'agent', 1, 'web', 'a-real-act', '', now())",
        )
    )
    no_filling(monkeypatch, lambda: pytest.fail("filled somebody's desk"))
    with pytest.raises(SystemExit):
        ready_demo(settings, server)
    assert "SHOUWEN_DATA" in capsys.readouterr().out
    assert asyncio.run(sql(server, "SELECT count(*) FROM acts")) == 1


def test_demo_killed_while_filling_leaves_no_process_and_recovers(tmp_path):
    environ = {**os.environ, "SHOUWEN_DATA": str(tmp_path), "SHOUWEN_PORT": "28787", "PYTHONUTF8": "1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "shouwen.mount.cli", "demo"], env=environ, stdout=subprocess.PIPE, text=True
    )
    try:
        _wait_for_drawing(process, tmp_path)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert process.stdout is not None
        process.stdout.close()
    assert _gone(tmp_path), "a process of the killed demo is still there"
    with EmbeddedPostgres.start(tmp_path / "postgres") as server:
        assert asyncio.run(look(server)).state is DemoState.FILLING
        asyncio.run(mark.drop(server))
        assert asyncio.run(look(server)).state is DemoState.NOTHING


def _wait_for_drawing(process: "subprocess.Popen[str]", folder: Path) -> None:
    until = time.monotonic() + PATIENCE_S
    while not any((folder / "drawn").glob("*.jpg")):
        assert process.poll() is None, "the demo ended by itself"
        assert time.monotonic() < until, "no picture was drawn"
        time.sleep(0.05)


def _gone(folder: Path) -> bool:
    until = time.monotonic() + PATIENCE_S
    while _speaking_of(folder):
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def _speaking_of(folder: Path) -> list[int]:
    """Processes that were started with this data folder in their environment or arguments."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                text = (entry / "environ").read_bytes() + (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if str(folder).encode() in text:
                found.append(int(entry.name))
    return found
