"""Views of what a renter is asked before a person is called."""

from typing import ClassVar

from msgspec import Struct

from shouwen.mount.pages.views import HumanView, LinkView


class WhichCaseView(Struct, frozen=True):
    """A matter under way; POST `action` asks for a person in it."""

    action: str
    title: str
    owner: str


class WhichPhoneView(Struct, frozen=True):
    """A phone, and what may be asked about it: each `href` is posted to."""

    model: str
    lease_ref: str
    topics: tuple[LinkView, ...]


class PortalWhichView(Struct, frozen=True, kw_only=True):
    """GET /my/human: which phone, about what."""

    template: ClassVar[str] = "cases/portal_which.html"
    human: HumanView
    going: tuple[WhichCaseView, ...]
    phones: tuple[WhichPhoneView, ...]
