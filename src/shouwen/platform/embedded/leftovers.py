"""What a killed predecessor left: a server still shutting down, a stale postmaster.pid, a stale socket."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

from shouwen.platform.embedded.errors import EmbeddedPostgresError
from shouwen.platform.embedded.processes import is_our_server, server_processes
from shouwen.platform.embedded.sockets import PORT

_PATIENCE_S = 10.0


def read_postmaster_pid(cluster: Path) -> list[str]:
    """postmaster.pid: pid, data folder, start, port, socket folder, address, memory, state; or nothing."""
    try:
        return (cluster / "postmaster.pid").read_text(errors="surrogateescape").splitlines()
    except FileNotFoundError:
        return []


def clear_leftovers(cluster: Path, on_progress: Callable[[str], None]) -> None:
    """Make the folder ready for a new server. Call only while holding the folder's lock.

    A living server of this very folder lost its Shouwen: it is asked to stop. A number that now belongs to
    anybody else, or to a zombie, is only forgotten; no signal is ever sent to it.
    """
    lines = read_postmaster_pid(cluster)
    if not lines:
        return
    pid = int(lines[0]) if lines[0].strip().isdigit() else 0
    if is_our_server(pid, cluster):
        on_progress("上一次的数据库还在收尾，请稍候 · the previous server is still shutting down")
        # it was already told to stop when its parent died; ask only if it does not
        for sign in (None, signal.SIGINT, signal.SIGQUIT):
            if sign is not None:
                signal_server(pid, cluster, sign)
            if _gone(lambda: is_our_server(pid, cluster), 5.0 if sign is None else _PATIENCE_S):
                break
    if not _gone(lambda: bool(server_processes(cluster)), _PATIENCE_S):
        left = ", ".join(map(str, server_processes(cluster)))
        raise EmbeddedPostgresError(
            f"{cluster} 上仍有 PostgreSQL 进程没有退出（{left}），请稍候再试，或结束它们。",
            f"PostgreSQL processes are still at work in {cluster} ({left}); try again, or end them.",
        )
    (cluster / "postmaster.pid").unlink(missing_ok=True)


def clear_socket(folder: Path) -> None:
    """Forget a dead server's socket; postgres' own check of the number in it would believe a stranger."""
    for name in (f".s.PGSQL.{PORT}", f".s.PGSQL.{PORT}.lock"):
        (folder / name).unlink(missing_ok=True)


def signal_server(pid: int, cluster: Path, sign: signal.Signals) -> None:
    """Send `sign` to `pid` only if it is the server of `cluster`; a handle bars reuse of the number."""
    try:
        handle = os.pidfd_open(pid)
    except AttributeError:  # not Linux
        if is_our_server(pid, cluster):
            os.kill(pid, sign)
        return
    except ProcessLookupError:
        return
    try:
        if is_our_server(pid, cluster):
            signal.pidfd_send_signal(handle, sign)
    except ProcessLookupError:
        pass
    finally:
        os.close(handle)


def _gone(still_there: Callable[[], bool], patience_s: float) -> bool:
    until = time.monotonic() + patience_s
    while still_there():
        if time.monotonic() > until:
            return False
        time.sleep(0.01)
    return True
