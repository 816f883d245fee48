"""What the pages of one lease share: the desk's header with its tabs; what a subject adds to the renter's page."""

from typing import ClassVar

from msgspec import Struct

from .form_views import FormView
from .parts import FactView, LinkView, PillView
from .portal_views import NeedView


class LeaseTabLinkView(Struct, frozen=True):
    """One tab of the desk's lease page."""

    label: str
    href: str
    here: bool = False


class LeaseHeadView(Struct, frozen=True, kw_only=True):
    """The desk's header of a lease: `said` is what the act before this page did."""

    ref: str
    model: str
    state: PillView
    renter: str
    tabs: tuple[LeaseTabLinkView, ...]
    said: str = ""


class LeaseTabView(Struct, frozen=True, kw_only=True):
    """A page of one lease on the desk; each tab's view is one of these with a template that extends this one."""

    template: ClassVar[str] = "layouts/desk_lease.html"
    head: LeaseHeadView


class LeasePart(Struct, frozen=True, kw_only=True):
    """What one subject adds to the renter's page of a lease: the next step, facts, links, acts. Empty adds nothing."""

    need: NeedView | None = None
    facts: tuple[FactView, ...] = ()
    links: tuple[LinkView, ...] = ()
    acts: tuple[FormView, ...] = ()
