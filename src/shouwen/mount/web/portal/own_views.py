"""Views of the renter's smaller pages and fragments."""

from typing import ClassVar

from msgspec import Struct

from shouwen.mount.pages.views import HumanView, MessageView, OptionView, ProblemView


class PortalPersonView(Struct, frozen=True):
    """Fragment GET /my/cases/{ref}/person: who is there, or how to reach a person."""

    template: ClassVar[str] = "cases/_portal_person.html"
    human: HumanView


class PortalOwnerView(Struct, frozen=True, kw_only=True):
    """GET /my/cases/{ref}/owner; posts to it (`reason`, `words`) and to …/complaint (`against`, `text`, `asked`).

    `can_wish` where somebody has the case; `people` (by id) may be complained about. `typed` survives a refusal, which
    stands at the form it belongs to: `wish_problem`, `problem`. `vague` says that a second sending goes as it is.
    """

    template: ClassVar[str] = "cases/portal_owner.html"
    human: HumanView
    case_ref: str
    title: str
    owner: str
    can_wish: bool
    reasons: tuple[OptionView, ...]
    people: tuple[OptionView, ...]
    typed: dict[str, str]
    wish_problem: ProblemView | None = None
    problem: ProblemView | None = None
    vague: bool = False


class PortalMergedView(Struct, frozen=True, kw_only=True):
    """GET /my/cases/{ref}/merged/{merged_ref}: what was said before it became a part of the case; only to read."""

    template: ClassVar[str] = "cases/portal_merged.html"
    human: HumanView
    case_ref: str
    merged_ref: str
    messages: tuple[MessageView, ...]
    earlier_href: str = ""
