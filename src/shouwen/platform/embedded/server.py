"""Make a cluster, start its server, stop it."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from urllib.parse import quote, urlencode

import msgspec

from shouwen.platform.embedded.binaries import find_binaries
from shouwen.platform.embedded.errors import EmbeddedPostgresError
from shouwen.platform.embedded.leftovers import clear_leftovers, clear_socket, read_postmaster_pid
from shouwen.platform.embedded.lock import FolderLock
from shouwen.platform.embedded.place import Place, settle
from shouwen.platform.embedded.processes import is_our_server
from shouwen.platform.embedded.sockets import PORT, socket_folder

SUPERUSER = "postgres"
_LONGEST_LOG_BYTES = 8 * 1024 * 1024
_SETTINGS = {
    "listen_addresses": "",  # nothing on TCP: only who may enter the 0700 socket folder
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    # parallel work needs /dev/shm, which containers keep small
    "max_parallel_workers_per_gather": "0",
    "max_parallel_maintenance_workers": "0",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
    # the detail of a failed constraint would write a renter's data into the log
    "log_error_verbosity": "terse",
    "logging_collector": "off",
}


class Address(msgspec.Struct, frozen=True):
    """How to reach a server over its Unix socket."""

    socket_folder: Path

    def dsn(self, database: str, user: str) -> str:
        """A libpq URL that asyncpg and psql both read; no password, the folder is the key."""
        where = urlencode({"host": self.socket_folder, "port": PORT}, quote_via=quote, safe="/")
        return f"postgresql://{quote(user, safe='')}@/{quote(database, safe='')}?{where}"

    @property
    def dsn_admin(self) -> str:
        return self.dsn("postgres", SUPERUSER)


class Running:
    """A server this process started; it stops with `stop`, with the `with` block, or with this process."""

    def __init__(self, place: Place, address: Address, server: subprocess.Popen[bytes], lock: FolderLock) -> None:
        self.cluster, self.log, self.address = place.cluster, place.log, address
        self._server, self._lock = server, lock

    @property
    def pid(self) -> int:
        return self._server.pid

    @property
    def dsn_admin(self) -> str:
        """The superuser `postgres` on the database `postgres`."""
        return self.address.dsn_admin

    def dsn(self, database: str, user: str) -> str:
        return self.address.dsn(database, user)

    def stop(self) -> None:
        """Fast shutdown: open transactions roll back, everything committed is on disk. Safe to call twice."""
        for sign in (signal.SIGINT, signal.SIGQUIT):
            if self._server.poll() is None:
                self._server.send_signal(sign)
            try:
                self._server.wait(timeout=30)
                break
            except subprocess.TimeoutExpired:
                continue
        else:
            raise EmbeddedPostgresError(
                f"数据库（进程 {self.pid}）没有停止，日志在 {self.log}。",
                f"The server (process {self.pid}) did not stop; its log is {self.log}.",
            )
        clear_socket(self.address.socket_folder)
        with contextlib.suppress(OSError):  # a file of somebody else's in it is no reason to fail
            self.address.socket_folder.rmdir()
        self._lock.release()

    def __enter__(self) -> "Running":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server.returncode is None:
            self.stop()


def start(
    data_dir: Path,
    *,
    bin_dir: Path | None = None,
    on_progress: Callable[[str], None],
    settings: Mapping[str, str],
) -> Running:
    """See `EmbeddedPostgres.start`."""
    if threading.current_thread() is not threading.main_thread():
        # the death signal follows the thread that forked: the server would die with that thread
        raise RuntimeError("start the embedded server from the main thread")
    binaries = find_binaries(bin_dir)
    data_dir = Path(os.path.abspath(data_dir))
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = FolderLock(data_dir)
    except (PermissionError, NotADirectoryError, FileExistsError) as problem:
        raise EmbeddedPostgresError(
            f"数据目录 {data_dir} 不能使用（{problem.strerror}），请换一个，或以它的所有者运行。",
            f"The data folder {data_dir} cannot be used ({problem.strerror}); choose another or run as its owner.",
        ) from problem
    try:
        place = settle(data_dir.resolve(), binaries)
        if not place.cluster.exists():
            on_progress("正在创建数据库 · creating the database")
            _create_cluster(place)
        _check_version(place)
        clear_leftovers(place.cluster, on_progress)
        folder = socket_folder(place.home, place.identity.uid)
        clear_socket(folder)
        server = _launch(place, {**_SETTINGS, **settings, "unix_socket_directories": str(folder)})
        _wait_until_ready(place, server, on_progress)
    except BaseException:
        lock.release()
        raise
    return Running(place, Address(folder), server, lock)


def find_running(data_dir: Path) -> Address | None:
    """The address of the server another process runs on `data_dir`, if one does."""
    cluster = (data_dir / "cluster").resolve()
    lines = read_postmaster_pid(cluster)
    if len(lines) < 8 or lines[7].strip() != "ready" or not is_our_server(int(lines[0]), cluster):
        return None
    return Address(Path(lines[4]))


def _environment() -> dict[str, str]:
    # nothing of PG*, LC_* or TZ from outside; TZ also saves initdb a search through all time zones
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    return {**kept, "TZ": "UTC"}


def _create_cluster(place: Place) -> None:
    """Made beside and renamed, so that a cluster is either whole or not there."""
    fresh = place.home / "cluster.new"
    shutil.rmtree(fresh, ignore_errors=True)
    command = [str(place.binaries.initdb), "--pgdata", fresh.name, "--username", SUPERUSER]
    command += ["--encoding", "UTF8", "--auth-local", "trust", "--auth-host", "reject", "--no-instructions"]
    has_builtin = place.binaries.major >= 17
    builtin = ["--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"] if has_builtin else []
    # letters beyond ASCII (pg_trgm) need a UTF-8 ctype; sorting stays by code point everywhere
    choices = [[*builtin, "--locale", "C", "--lc-ctype", "C.UTF-8"], [*builtin, "--locale", "C"]]
    for choice in choices:
        done = subprocess.run(  # noqa: S603 -- a fixed program, arguments made here
            [*command, *choice],
            preexec_fn=place.identity.prepare(place.home),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            env=_environment(),
            check=False,
        )
        if done.returncode == 0:
            fresh.rename(place.cluster)
            return
        shutil.rmtree(fresh, ignore_errors=True)
    raise EmbeddedPostgresError(
        f"无法在 {place.home} 创建数据库：{done.stderr.strip()}",
        f"Could not create the database in {place.home}: {done.stderr.strip()}",
    )


def _check_version(place: Place) -> None:
    made_by = (place.cluster / "PG_VERSION").read_text().strip()
    if made_by != str(place.binaries.major):
        raise EmbeddedPostgresError(
            f"{place.cluster} 由 PostgreSQL {made_by} 创建，现在的程序是 {place.binaries.major}。"
            f"请用 SHOUWEN_POSTGRES_BIN 指明 {made_by} 的 bin 目录，或用 pg_dump 和 pg_restore 迁移。",
            f"{place.cluster} was made by PostgreSQL {made_by}; these programs are "
            f"{place.binaries.major}. Name the bin folder of {made_by} in SHOUWEN_POSTGRES_BIN, or move the "
            "data with pg_dump and pg_restore.",
        )


def _launch(place: Place, settings: Mapping[str, str]) -> subprocess.Popen[bytes]:
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    if place.log.exists() and place.log.stat().st_size > _LONGEST_LOG_BYTES:
        place.log.replace(place.log.with_suffix(".log.1"))
    with open(os.open(place.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as log:
        return subprocess.Popen(  # noqa: S603 -- a fixed program, arguments made here
            [place.binaries.postgres, "-D", place.cluster, *options],
            preexec_fn=place.identity.prepare(place.home, signal.SIGINT),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=_environment(),
            start_new_session=True,  # Ctrl-C in the terminal is ours to handle: the desk first
        )


def _wait_until_ready(place: Place, server: subprocess.Popen[bytes], on_progress: Callable[[str], None]) -> None:
    """While the server lives it is working (recovery can take minutes): a word every second, no limit."""
    began, told_s = time.monotonic(), 0
    try:
        while server.poll() is None:
            lines = read_postmaster_pid(place.cluster)
            if len(lines) >= 8 and lines[0].strip() == str(server.pid) and lines[7].strip() == "ready":
                return
            waited_s = int(time.monotonic() - began)
            if waited_s > told_s:
                told_s = waited_s
                on_progress(f"数据库正在启动，已 {waited_s} 秒 · the database is starting, {waited_s} s")
            time.sleep(0.003)
    except BaseException:
        server.send_signal(signal.SIGQUIT)
        server.wait()
        raise
    tail = "\n".join(place.log.read_text(errors="replace").splitlines()[-8:])
    raise EmbeddedPostgresError(
        f"数据库没有启动，日志在 {place.log}：\n{tail}",
        f"The database did not start; its log is {place.log}:\n{tail}",
    )


def silent(message: str) -> None:
    """A progress listener that says nothing."""


def to_stderr(message: str) -> None:
    """A progress listener for a terminal."""
    print(message, file=sys.stderr, flush=True)
