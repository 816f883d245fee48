"""Views around a person's own account: whose a log-in link is, where they are logged in, their password."""

from datetime import datetime
from typing import ClassVar

from msgspec import Struct

from shouwen.mount.pages.parts import ProblemView


class LinkLoginView(Struct, frozen=True, kw_only=True):
    """GET /login/link: whose link it is, masked; its button logs in."""

    template: ClassVar[str] = "people/link_login.html"
    name: str
    token: str
    next: str = ""


class DeviceView(Struct, frozen=True, kw_only=True):
    """One log-in: `how` it came about, on what, since when, until when."""

    id: int
    device: str
    how: str
    since: datetime
    until: datetime
    here: bool = False


class AccountView(Struct, frozen=True, kw_only=True):
    """GET /account. `login` only for staff, who have a password; `done` says what just happened."""

    template: ClassVar[str] = "people/account.html"
    name: str
    role_label: str
    home: str
    devices: tuple[DeviceView, ...]
    login: str = ""
    least_chars: int = 0
    done: str = ""
    problem: ProblemView | None = None
