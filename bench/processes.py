"""What processes cost: processor time and memory from /proc, of the web processes and of the whole database cluster."""

import os
from collections.abc import Iterable
from pathlib import Path

_TICK_SECONDS = 1 / os.sysconf("SC_CLK_TCK")
_PROC = Path("/proc")


def _stat(pid: int) -> list[str]:
    # the name in brackets may hold spaces: count from behind it
    return (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()


def processor_seconds(pid: int) -> float:
    """utime + stime of a living process, all its threads."""
    fields = _stat(pid)
    return (int(fields[11]) + int(fields[12])) * _TICK_SECONDS


def cluster_seconds(postmaster: int) -> float:
    """Processor time of a database cluster so far: its server, every living backend and helper, and those that ended
    (which their parent has waited for).
    """
    while True:
        living = children(postmaster)
        try:
            ticks = sum(sum(map(int, _stat(pid)[11:13])) for pid in living)
        except (FileNotFoundError, ProcessLookupError):
            continue
        ticks += sum(map(int, _stat(postmaster)[11:15]))
        if children(postmaster) == living:  # else one that ended between would count twice or not at all
            return ticks * _TICK_SECONDS


def children(parent: int) -> list[int]:
    """The processes whose parent this is."""
    found = []
    for folder in _PROC.iterdir():
        if folder.name.isdigit():
            try:
                if int(_stat(int(folder.name))[1]) == parent:
                    found.append(int(folder.name))
            except (FileNotFoundError, ProcessLookupError):
                continue
    return found


def memory_mib(pids: Iterable[int]) -> float:
    """Proportional memory (PSS): pages shared between the processes count once."""
    kib = 0
    for pid in pids:
        lines = (_PROC / str(pid) / "smaps_rollup").read_text().splitlines()
        kib += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return kib / 1024
