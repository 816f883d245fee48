"""Make the checkout ready to run, doing only what changed since last time; then, if told, run a command in it.

`python3.11 scripts/setup.py [COMMAND ARG…]`: COMMAND is a program of `.venv/bin` and takes this process's place.
Needs Python 3.11 and Node 20; uses nothing but the standard library, because it runs before anything is installed.
"""

import ctypes
import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache"
VENV = ROOT / ".venv"
PROGRAMS = VENV / "bin"
FRONTEND = ROOT / "frontend"
MODULES = FRONTEND / "node_modules"
BUILT = ROOT / "src" / "shouwen" / "mount" / "static"
NODE_MAJOR = 20
_said = threading.Lock()


class SetupError(Exception):
    """Setup cannot go on; the text says why and what to do."""


def say(text: str) -> None:
    with _said:
        print(f"setup: {text}", flush=True)


def fingerprint(*parts: str | Path) -> str:
    """One hash over texts and the contents of files and folders."""
    whole = hashlib.sha256()
    for part in parts:
        for piece in _pieces(part):
            whole.update(hashlib.sha256(piece).digest())
    return whole.hexdigest()


def _pieces(part: str | Path) -> Iterable[bytes]:
    if isinstance(part, str):
        yield part.encode(errors="surrogateescape")
    elif part.is_dir():
        for path in sorted(p for p in part.rglob("*") if p.is_file()):
            yield os.fsencode(path.relative_to(part))
            yield path.read_bytes()
    else:
        yield part.read_bytes()


def is_done(stamp: Path, mark: str) -> bool:
    return stamp.is_file() and stamp.read_text() == mark


def run(name: str, command: list[str | Path], *, cwd: Path, show: Callable[[str], bool]) -> None:
    """Run to the end, keep the whole output in .cache/NAME.log, show the telling lines and a beat while silent."""
    log = CACHE / f"{name}.log"
    began = time.monotonic()
    heard = [began]
    with log.open("w", errors="surrogateescape") as kept:
        process = subprocess.Popen(
            command,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            close_fds=False,  # it holds setup's turn too: should setup be killed, the next waits for it
        )
        ended = threading.Event()

        def beat() -> None:
            while not ended.wait(1):
                if time.monotonic() - heard[0] > 3:
                    heard[0] = time.monotonic()
                    say(f"{name}: at work, {heard[0] - began:.0f} s")

        beating = threading.Thread(target=beat)
        beating.start()
        try:
            assert process.stdout is not None
            for line in process.stdout:
                kept.write(line)
                if show(line):
                    heard[0] = time.monotonic()
                    say(f"{name}: {line.split(' (from')[0].strip()[:100]}")
            code = process.wait()
        finally:
            ended.set()
            beating.join()
    if code != 0:
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-25:])
        raise SetupError(f"{name} failed ({code}); all of it is in {log}\n{tail}")


def ready_python() -> None:
    """The virtual environment with every locked package, checked by hash, and the project itself, editable."""
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    home = fingerprint(str(ROOT), version)
    if not is_done(VENV / ".made", home) or not _runs(PROGRAMS / "python"):
        say(f"python: making .venv with Python {version}")
        # an activated .venv would clear the ground it stands on
        real_python = getattr(sys, "_base_executable", sys.executable)
        command: list[str | Path] = [real_python, "-m", "venv", "--clear", VENV]
        run("venv", command, cwd=ROOT, show=lambda line: False)
        (VENV / ".made").write_text(home)
    pip: list[str | Path] = [PROGRAMS / "python", "-m", "pip", "--disable-pip-version-check", "--no-input", "install"]
    lock = ROOT / "requirements-dev.lock"
    packages = fingerprint(lock)
    if not is_done(VENV / ".packages", packages):
        command = [*pip, "--require-hashes", "--requirement", lock]
        run("python", command, cwd=ROOT, show=lambda line: line.startswith(("Collecting", "Installing", "ERROR")))
        (VENV / ".packages").write_text(packages)
    project = fingerprint(ROOT / "pyproject.toml")
    if not is_done(VENV / ".project", project):
        command = [*pip, "--no-deps", "--no-build-isolation", "--editable", ROOT]
        run("project", command, cwd=ROOT, show=lambda line: line.startswith(("Building", "ERROR")))
        (VENV / ".project").write_text(project)


def _runs(program: Path) -> bool:
    try:
        return subprocess.run([program, "-c", ""], check=False, capture_output=True).returncode == 0
    except OSError:
        return False


def ready_pages() -> None:
    """The frontend's locked packages, and the pages' scripts and styles built into the Python package."""
    lock = fingerprint(FRONTEND / "package-lock.json", FRONTEND / "package.json", str(ROOT))
    if not is_done(MODULES / ".packages", lock):
        _check_node()
        run("npm", ["npm", "ci", "--no-audit", "--no-fund"], cwd=FRONTEND, show=lambda line: "added" in line)
        (MODULES / ".packages").write_text(lock)
    sources = [p for p in sorted(FRONTEND.iterdir()) if p.name not in ("node_modules", "test")]
    built = fingerprint(lock, *sources)
    stamp = CACHE / "pages-built"
    if not is_done(stamp, built) or not BUILT.is_dir() or not any(BUILT.iterdir()):
        _check_node()
        run("pages", ["npm", "run", "--silent", "build"], cwd=FRONTEND, show=bool)
        stamp.write_text(built)


def _check_node() -> None:
    if shutil.which("node") is None or shutil.which("npm") is None:
        raise SetupError(f"Node {NODE_MAJOR} or newer with npm is needed to build the pages; neither is on the PATH.")
    version = subprocess.run(["node", "--version"], check=True, capture_output=True, text=True).stdout.strip()
    if int(version.lstrip("v").split(".")[0]) < NODE_MAJOR:
        raise SetupError(f"Node {NODE_MAJOR} or newer is needed; this is {version}.")


def alone(name: str, doing: str) -> int:
    """Wait, saying so, until no other process of this checkout does the same; the file returned holds the turn."""
    CACHE.mkdir(exist_ok=True)
    turn = os.open(CACHE / f"{name}.lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.pread(turn, 20, 0).decode(errors="replace").strip() or "?"
        say(f"another {doing} is under way in this folder (process {holder}); waiting for it to end")
        fcntl.flock(turn, fcntl.LOCK_EX)
    os.set_inheritable(turn, True)
    os.ftruncate(turn, 0)
    os.pwrite(turn, str(os.getpid()).encode(), 0)
    return turn


def set_up() -> None:
    if sys.version_info < (3, 11):  # noqa: UP036 (whoever calls this has nothing of ours installed yet)
        raise SetupError(f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}. Try PYTHON=python3.11.")
    began = time.monotonic()
    try:
        turn = alone("setup", "setup")
        with ThreadPoolExecutor(2) as both:
            for work in [both.submit(ready_python), both.submit(ready_pages)]:
                work.result()
    except PermissionError as problem:
        raise SetupError(
            f"{problem.filename} belongs to another user: this folder was set up as somebody else. "
            "Run as that user, or delete .venv, .cache and frontend/node_modules."
        ) from problem
    except FileNotFoundError as problem:
        raise SetupError(f"{problem.filename} is missing: is this a whole checkout?") from problem
    os.close(turn)
    took_s = time.monotonic() - began
    if took_s > 1:
        say(f"ready in {took_s:.0f} s")


def become(command: list[str]) -> None:
    """Run `command` of .venv/bin in this process's place; if make is killed, even by kill -9, it ends too."""
    if sys.platform == "linux":
        parent = os.getppid()
        ctypes.CDLL(None).prctl(1, int(signal.SIGTERM), 0, 0, 0)
        if os.getppid() != parent:
            raise SystemExit(1)
    program = PROGRAMS / command[0]
    os.execv(program, [os.fspath(program), *command[1:]])


def main() -> None:
    try:
        set_up()
    except SetupError as problem:
        print(f"setup: {problem}", file=sys.stderr, flush=True)
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    if sys.argv[1:]:
        become(sys.argv[1:])


if __name__ == "__main__":
    main()
