"""One line for what takes over a second: redrawn in place on a terminal, a line every two seconds elsewhere."""

import sys
import time
from collections.abc import Callable


class Progress:
    """`of("画照片")` gives a listener for (done, count); all listeners share the line."""

    def __init__(self) -> None:
        self._parts: dict[str, tuple[int, int]] = {}
        self._last = time.monotonic()
        self._terminal = sys.stdout.isatty()
        self._open = False

    def of(self, what: str) -> Callable[[int, int], None]:
        """A part of the work under its Chinese name."""

        def tell(done: int, count: int) -> None:
            self._parts[what] = (done, count)
            now = time.monotonic()
            if now - self._last >= (0.1 if self._terminal else 2.0):
                self._last = now
                self._show()

        return tell

    def end(self) -> None:
        """Show where everything ended and leave the line."""
        self._show()
        if self._open:
            print(flush=True)

    def _show(self) -> None:
        text = " · ".join(f"{what} {done}/{count}" for what, (done, count) in list(self._parts.items()))
        if self._terminal:
            print(f"\r\033[K{text}", end="", flush=True)
            self._open = True
        else:
            print(text, flush=True)
