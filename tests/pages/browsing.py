"""What browser tests share: sizes, how a page is opened, and the watch over what it complains about."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Page, Response

PHONE, DESKTOP = (390, 844), (1440, 900)
Open = Callable[..., Page]


class Watch:
    """Everything a page says that it should not; refusals that belong to a test are expected by name."""

    def __init__(self) -> None:
        self.noise: list[str] = []
        self._expected: list[tuple[int, str]] = []
        self._offline = False

    def expect(self, status: int, path: str) -> None:
        """A response of this status from a path that matches is part of the test."""
        self._expected.append((status, path))

    def expect_offline(self) -> None:
        """The connection is going to be cut: failed requests are part of the test."""
        self._offline = True

    def on(self, page: Page) -> None:
        """Listen to a page."""
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.noise.append(f"page error: {error}"))
        page.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning"):
            return
        if message.text.startswith("Failed to load resource: the server responded with a status"):
            return  # judged as a response
        if self._offline and "net::ERR_" in message.text:
            return
        self.noise.append(f"console {message.type}: {message.text}")

    def _response(self, response: Response) -> None:
        path = urlsplit(response.url).path
        if response.status < 400:
            return
        if any(response.status == status and re.search(pattern, path) for status, pattern in self._expected):
            return
        self.noise.append(f"{response.status} {response.request.method} {path}")
