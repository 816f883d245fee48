"""`shouwen up` and `shouwen demo`: the whole desk in one command; Ctrl-C stops everything it started."""

import asyncio
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, NoReturn

import asyncpg
from msgspec import Struct
from msgspec.structs import replace

from shouwen.platform.database import prepare_embedded
from shouwen.platform.embedded_postgres import EmbeddedPostgres, EmbeddedPostgresError, Running
from shouwen.platform.migrate import migrate
from shouwen.platform.settings import Settings

PORTS_TRIED = 20
EARLY_S = 10.0  # a process that ends sooner than this after its start has not really started
EARLY_EXITS = 3  # so many of them one after the other, and it never will
TAIL_LINES = 15


def say(text: str) -> None:
    """A line of progress for the person who started us."""
    print(text, flush=True)


def up(settings: Settings, ready: Callable[[Settings, Running], str] | None = None) -> int:
    """Start database, worker and web processes and wait; returns the exit code.

    `ready(settings, server)` makes the embedded server's database ready (the demo fills it) and gives its DSN.
    """
    listener, port = _listen(settings)
    settings = replace(settings, port=port)
    server: Running | None = None
    try:
        if settings.database_url:
            dsn = _migrated(settings.database_url)
        else:
            server = EmbeddedPostgres.start(
                settings.data_dir / "postgres",
                bin_dir=Path(settings.postgres_bin) if settings.postgres_bin else None,
                on_progress=say,
            )
            dsn = ready(settings, server) if ready else asyncio.run(prepare_embedded(server))
        return _supervise(settings, dsn, listener)
    except EmbeddedPostgresError as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:  # before the processes were there; afterwards _supervise hears it
        say("\n已停止 · stopped")
        return 130
    finally:
        listener.close()
        if server is not None:
            server.stop()


def _migrated(url: str) -> str:
    """The URL itself once its database is up to date; says what is wrong, never the URL, which holds a password."""
    try:
        asyncio.run(migrate(url))
    except (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        _stop(f"无法使用 SHOUWEN_DATABASE_URL 指向的数据库 · cannot use the database of SHOUWEN_DATABASE_URL: {error}")
    return url


def _listen(settings: Settings) -> tuple[socket.socket, int]:
    for port in range(settings.port, settings.port + PORTS_TRIED):
        listener = socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((settings.host, port))
        except OSError:
            listener.close()
            say(f"端口 {port} 已被占用，试下一个 · port {port} is taken, trying the next")
            continue
        listener.listen(512)
        return listener, port
    _stop(f"{settings.port} 起的 {PORTS_TRIED} 个端口都被占用；请用 SHOUWEN_PORT 指定一个空闲端口")


def _stop(text: str) -> NoReturn:
    say(text)
    sys.exit(1)


def _supervise(settings: Settings, dsn: str, listener: socket.socket) -> int:
    environ = {
        **os.environ,
        "SHOUWEN_DSN": dsn,
        "SHOUWEN_PARENT": str(os.getpid()),
        "SHOUWEN_DATA": str(settings.data_dir),
        "SHOUWEN_PORT": str(settings.port),
        "SHOUWEN_DEMO": "1" if settings.demo else "",
    }
    fd = listener.fileno()
    commands = [["worker"]] + [["web", str(fd)] for _ in range(max(1, settings.web_workers))]
    # in the demo the terminal is for people: what the processes log goes into a file
    log = _open_log(settings) if settings.demo else None
    children = [_Child(command, _start(command, environ, fd, log), time.monotonic()) for command in commands]
    stopping, told = False, False

    def stop(_signal: int, _frame: object) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    try:
        while not stopping:
            time.sleep(0.05 if not told else 0.2)
            if not told and _answers(settings):
                told = True
                _tell_ready(settings)
            for child in children:
                if child.process.poll() is None or stopping:
                    continue
                if child.has_failed():
                    _tell_failed(settings, child)
                    return 1
                say(f"进程 {child.command[0]} 退出（{child.process.returncode}），重新启动 · restarting")
                time.sleep(1)
                child.process, child.started_at = _start(child.command, environ, fd, log), time.monotonic()
    finally:
        for child in children:
            child.process.terminate()
        for child in children:
            try:
                child.process.wait(5)
            except subprocess.TimeoutExpired:
                child.process.kill()
    return 0


class _Child(Struct):
    """A process we keep running; `started_at` in seconds of the monotonic clock."""

    command: list[str]
    process: subprocess.Popen[bytes]
    started_at: float
    early_exits: int = 0

    def has_failed(self) -> bool:
        """Count the exit just seen: whether it is the last of several that came right after their start."""
        early = time.monotonic() - self.started_at < EARLY_S
        self.early_exits = self.early_exits + 1 if early else 0
        return self.early_exits >= EARLY_EXITS


def _tell_failed(settings: Settings, child: _Child) -> None:
    name = child.command[0]
    say(f"进程 {name} 连续 {EARLY_EXITS} 次无法启动，已全部停止 · {name} failed to start {EARLY_EXITS} times, stopped")
    if not settings.demo:
        say("原因见上面的输出 · the reason is in the lines above")
        return
    path = _log_path(settings)
    say(f"日志最后几行 · the last lines of {path}:")
    for line in last_lines(path):
        say(f"  {line}")


def last_lines(path: Path, most: int = TAIL_LINES) -> list[str]:
    """The end of a text file, at most `most` lines, without control characters."""
    with path.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - 16_384))
        lines = file.read().decode("utf-8", "replace").splitlines()
    return ["".join(char for char in line if char.isprintable()) for line in lines[-most:]]


def _open_log(settings: Settings) -> IO[bytes]:
    path = _log_path(settings)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")


def _log_path(settings: Settings) -> Path:
    return settings.data_dir / "desk.log"


def _answers(settings: Settings) -> bool:
    """Whether the first page is there."""
    connection = http.client.HTTPConnection(settings.host, settings.port, timeout=2)
    try:
        connection.request("GET", "/login", headers={"Host": f"localhost:{settings.port}"})
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _tell_ready(settings: Settings) -> None:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    address = f"http://{host}:{settings.port}"
    say(f"已就绪 · ready: {address}")
    if settings.demo:
        say(f"  {address}/login  一键登录：租客、客服、专员、检测员、主管、管理员 · one-click roles")
        say(f"  {address}/my  租客中心 · renter portal    {address}/desk  客服台 · desk")
        say(f"  日志 · log: {_log_path(settings)}")
    say("按 Ctrl-C 停止 · press Ctrl-C to stop")


def _start(command: list[str], environ: dict[str, str], fd: int, log: IO[bytes] | None) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 -- our own module, no shell
        [sys.executable, "-m", "shouwen.mount.child", *command],
        env=environ,
        pass_fds=(fd,) if command[0] == "web" else (),
        start_new_session=True,
        stdout=log,
        stderr=log,
    )
