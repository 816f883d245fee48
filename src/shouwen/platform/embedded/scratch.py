"""One throw-away cluster for a test session, shared by the workers that the session starts."""

import atexit
import fcntl
import os
import shutil
import tempfile
import time
from pathlib import Path

from shouwen.platform.embedded.server import Address, find_running, silent, start

_SHARED = "SHOUWEN_SCRATCH_DATA"
_PREFIX = "shouwen-scratch-"
# nothing here outlives the session, so nothing waits for the disk
_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def scratch_cluster() -> Address:
    """The session's cluster, started on first use and gone when the process that started it ends.

    Called first in the process that starts the workers (pytest's controller), they all share its cluster;
    called only in a worker, that worker gets its own. Superuser `postgres`; roles and databases are
    the caller's.
    """
    shared = os.environ.get(_SHARED)
    address = find_running(Path(shared)) if shared else None
    if address is not None:
        return address
    _sweep()
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    running = start(folder, on_progress=silent, settings=_SETTINGS)

    def end(owner: int = os.getpid()) -> None:
        if os.getpid() == owner:
            running.stop()
            shutil.rmtree(folder, ignore_errors=True)

    atexit.register(end)
    os.environ[_SHARED] = str(folder)
    return running.address


def _sweep() -> None:
    """Remove the folders of sessions that were killed; a held lock or a young folder is somebody at work."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        try:
            if folder.stat().st_uid != os.geteuid() or time.time() - folder.stat().st_mtime < 60:
                continue
            with (folder / "lock").open("r+b") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            continue
