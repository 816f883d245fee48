"""How many things one session may have under way in this process: memory is bounded by people, not by scripts."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from starlette.requests import Request

from shouwen.features.people.types import Session
from shouwen.kernel.errors import Refusal


class AtMost:
    """`limit` at once a session (or, with nobody logged in, altogether); more are refused with 429."""

    def __init__(self, limit: int, zh: str, en: str, remedy_zh: str, remedy_en: str) -> None:
        self.limit, self._texts, self._open = limit, (zh, en, remedy_zh, remedy_en), Counter[int]()

    def check(self, request: Request) -> None:
        """Refusal `too_many_at_once` where one more is too many."""
        if self._open[_who(request)] >= self.limit:
            zh, en, remedy_zh, remedy_en = self._texts
            raise Refusal("too_many_at_once", zh, en, status=429, remedy_zh=remedy_zh, remedy_en=remedy_en)

    @contextmanager
    def held(self, request: Request) -> Iterator[None]:
        """Count one for as long as it lasts; what `check` says, it says here too."""
        self.check(request)
        who = _who(request)
        self._open[who] += 1
        try:
            yield
        finally:
            self._open[who] -= 1
            if not self._open[who]:
                del self._open[who]


def _who(request: Request) -> int:
    session: Session | None = request.state.session
    return 0 if session is None else session.id
