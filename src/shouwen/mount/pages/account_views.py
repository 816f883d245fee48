"""Views around a person's own things: a log-in link, where they are logged in, their password, a message's seal."""

from datetime import datetime
from typing import ClassVar

from msgspec import Struct

from shouwen.mount.pages.parts import FactView, LinkView, ProblemView
from shouwen.mount.pages.portal_views import HumanView


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


class MessageReceiptView(Struct, frozen=True, kw_only=True):
    """GET /my/cases/{ref}/messages/{seq}/receipt; with `problem` while the message waits to be sealed."""

    template: ClassVar[str] = "cases/portal_receipt.html"
    human: HumanView
    back_href: str
    body: str = ""
    receipt_no: int | None = None
    sealed_at: datetime | None = None
    fingerprint: str = ""
    facts: tuple[FactView, ...] = ()
    download: LinkView | None = None
    problem: ProblemView | None = None


class AccountView(Struct, frozen=True, kw_only=True):
    """GET /account. `login` only for staff, who have a password; `done` says what just happened.

    `reset_at`, `reset_by`: somebody else set the password they have now.
    """

    template: ClassVar[str] = "people/account.html"
    name: str
    role_label: str
    home: str
    devices: tuple[DeviceView, ...]
    login: str = ""
    reset_at: datetime | None = None
    reset_by: str = ""
    least_chars: int = 0
    done: str = ""
    problem: ProblemView | None = None
