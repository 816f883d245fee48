"""Who a process is: a number in a stale file is never enough to send a signal on."""

import os
import subprocess
import sys
from pathlib import Path

_PROC = Path("/proc")


def is_our_server(pid: int, cluster: Path) -> bool:
    """True when `pid` is a living (not zombie) postgres process whose working folder is `cluster`.

    A postmaster changes into its data folder at once and stays there, so program and folder together name it.
    """
    if pid <= 0:
        return False
    if sys.platform != "linux":
        return _is_our_server_by_ps(pid, cluster)
    process = _PROC / str(pid)
    try:
        if _is_zombie(process):
            return False
        program = Path(os.readlink(process / "exe").removesuffix(" (deleted)")).name
        folder = os.readlink(process / "cwd")
    except OSError:
        return False
    return program == "postgres" and folder == os.fspath(cluster.resolve())


def server_processes(cluster: Path) -> list[int]:
    """Every living postgres process (postmaster or backend) that works in `cluster`."""
    if sys.platform != "linux":
        return []
    numbers = (int(p.name) for p in _PROC.iterdir() if p.name.isdigit())
    return [pid for pid in numbers if is_our_server(pid, cluster)]


def _is_zombie(process: Path) -> bool:
    # the program's name stands in brackets and may itself hold brackets and spaces
    status = (process / "stat").read_bytes()
    return status[status.rindex(b")") + 2 :][:1] in (b"Z", b"X")


def _is_our_server_by_ps(pid: int, cluster: Path) -> bool:
    done = subprocess.run(  # noqa: S603 -- a fixed program, arguments made here
        ["/bin/ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return "postgres" in done.stdout and os.fspath(cluster.resolve()) in done.stdout
