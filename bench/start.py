"""`start`: from `shouwen demo` to the first page, with an empty data folder and again."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

from bench import fill
from bench.ground import FOLDER, ROOT, Ground
from bench.row import Row, at_most, ratio

AGAIN_SECONDS = 5.0
_LONGEST_SECONDS = 900


def measure(ground: Ground) -> list[Row]:
    """First and second start of the demo, beside the start of the bare handler on a running database."""
    dsn = ground.database("company_1000", fill.company(1_000), fill.VERSION)
    before = time.perf_counter()
    with ground.bare(dsn):
        bare = time.perf_counter() - before
    folder = FOLDER / "demo"
    shutil.rmtree(folder, ignore_errors=True)
    first, again = _start(folder), _start(folder)
    shutil.rmtree(folder, ignore_errors=True)
    yardstick = "yardstick: start of the bare handler, its database running"
    return [
        Row(
            name="start.first", measured=first, unit="s", yardstick=bare, ratio=ratio(first, bare),
            note=f"`shouwen demo` with an empty data folder until /login answers; what `make demo` installs before that"
            f" depends on the network and is not in it; {yardstick}",
        ),
        at_most("start.again", again, "s", AGAIN_SECONDS, bare, yardstick),
    ]  # fmt: skip


def _start(folder: Path) -> float:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environ = {**os.environ, "SHOUWEN_DATA": str(folder), "SHOUWEN_PORT": str(port)}
    environ.pop("SHOUWEN_DATABASE_URL", None)
    before = time.perf_counter()
    with (FOLDER / "demo.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "shouwen.mount.cli", "demo"], env=environ, cwd=ROOT, stdout=log, stderr=log
        )
    try:
        while not _answers(port):
            if process.poll() is not None or time.perf_counter() - before > _LONGEST_SECONDS:
                raise RuntimeError(f"the demo did not start; see {FOLDER / 'demo.log'}")
            time.sleep(0.02)
        return time.perf_counter() - before
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)


def _answers(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/login", timeout=1) as answer:
            return bool(answer.status == 200)
    except HTTPError as error:
        raise RuntimeError(f"/login answered {error.code}") from error
    except OSError:
        return False
