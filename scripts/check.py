"""Everything `make test` runs after setup: every group, even after a failure, and pytest last.

Quick groups run two at a time and show their output only when they fail. The last line is pytest's own closing line,
unless another group failed: then it is `N passed, N failed`, each failed group counted as one.
Environment: BROWSER=skip leaves the browser tests out; WORKERS sets pytest's processes; ARGS come from the command.
"""

import os
import re
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from setup import FRONTEND, PROGRAMS, ROOT, alone

TESTS_LIMIT_S = 14 * 60
NO_TESTS_FOUND = 5
CLOSING = re.compile(r"(\d+) (passed|failed|errors?)\b")
CODE = ["src", "tests", "scripts", "bench"]


def tool(name: str, *args: str) -> list[str]:
    return [os.fspath(PROGRAMS / name), *args]


def groups() -> dict[str, tuple[list[str], Path]]:
    code = [name for name in CODE if any((ROOT / name).rglob("*.py"))]
    found = {
        "types": (tool("mypy"), ROOT),
        "format": (tool("ruff", "format", "--check", *code), ROOT),
        "lint": (tool("ruff", "check", *code), ROOT),
        "imports": (tool("lint-imports"), ROOT),
        "pages": (["npm", "run", "--silent", "lint"], FRONTEND),
    }
    if (FRONTEND / "test").is_dir():
        found["scripts"] = (["npm", "test", "--silent"], FRONTEND)
    return found


def run_group(name: str, command: list[str], folder: Path) -> tuple[bool, str]:
    began = time.monotonic()
    done = subprocess.run(
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    took_s = time.monotonic() - began
    well = done.returncode == 0
    shown = "" if well else f"{done.stdout.rstrip()}\n"
    print(f"{shown}check: {name:<8} {'ok' if well else 'FAILED'}  {took_s:.1f} s", flush=True)
    return well, name


def ready_browser() -> str:
    """The browser's path; empty when it is to be skipped. Raises CalledProcessError when there is none."""
    if os.environ.get("BROWSER") == "skip":
        print("check: BROWSER=skip: the browser tests are left out", flush=True)
        return ""
    found = subprocess.run(
        ["sh", "scripts/browser.sh"], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=True
    )
    return found.stdout.strip()


def run_tests(browser: str, extra: list[str]) -> tuple[int, dict[str, int]]:
    """Run pytest, letting its output through; returns its exit code and the counts of its closing line."""
    workers = os.environ.get("WORKERS") or str(min(4, max(2, os.cpu_count() or 2)))
    command = tool("python", "-m", "pytest", "-n", workers, "--dist", "worksteal", "--durations=10", *extra)
    environment = {**os.environ, "SHOUWEN_CHROMIUM": browser}
    if not browser:
        command.append("--ignore=tests/pages")
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        errors="replace",
        env=environment,
    )
    limit = iter([signal.SIGINT, signal.SIGKILL])

    def out_of_time(number: int, frame: object) -> None:
        print(f"check: the tests have run for {TESTS_LIMIT_S} s; ending them", flush=True)
        process.send_signal(next(limit))
        signal.alarm(30)

    signal.signal(signal.SIGALRM, out_of_time)
    signal.alarm(TESTS_LIMIT_S)
    last = ""
    try:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            last = line if CLOSING.search(line) else last
        code = process.wait()
    finally:
        signal.alarm(0)
    return code, {word.rstrip("s"): int(count) for count, word in CLOSING.findall(last)}


def main() -> int:
    turn = alone("check", "make test")
    failed: list[str] = []
    browser = ""
    try:
        browser = ready_browser()
    except subprocess.CalledProcessError:
        failed.append("browser")
    with ThreadPoolExecutor(2) as two:
        jobs = [two.submit(run_group, name, command, folder) for name, (command, folder) in groups().items()]
        failed += [name for well, name in (job.result() for job in jobs) if not well]
    if failed:
        print(f"check: failed so far: {', '.join(failed)}; going on with the tests", flush=True)
    code, counts = run_tests(browser, sys.argv[1:])
    os.close(turn)
    if code == NO_TESTS_FOUND:
        failed.append("tests (none were found)")
    elif code != 0 and not counts:
        failed.append(f"tests (pytest ended with {code})")
    if failed:
        broken = counts.get("failed", 0) + counts.get("error", 0) + len(failed)
        print(
            f"check: FAILED groups: {', '.join(failed)}\n{counts.get('passed', 0)} passed, {broken} failed", flush=True
        )
    return 1 if failed or code != 0 else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
