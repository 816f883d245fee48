"""A bar for anything over a second: redrawn in place on a terminal, a line every two seconds elsewhere."""

import sys
import time

WIDTH = 24


class Progress:
    """`Progress("画照片")(12, 63)` shows how far it is."""

    def __init__(self, what: str) -> None:
        self._what, self._last = what, 0.0
        self._pause_seconds = 0.1 if sys.stdout.isatty() else 2.0

    def __call__(self, done: int, count: int) -> None:
        now = time.monotonic()
        if done < count and now - self._last < self._pause_seconds:
            return
        self._last = now
        if not sys.stdout.isatty():
            print(f"{self._what} {done}/{count}", flush=True)
            return
        filled = WIDTH * done // max(1, count)
        end = "\n" if done == count else ""
        print(f"\r{self._what} [{'█' * filled}{'·' * (WIDTH - filled)}] {done}/{count}", end=end, flush=True)
