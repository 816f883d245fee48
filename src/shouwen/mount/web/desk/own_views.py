"""Views of the desk's smaller pages."""

from typing import ClassVar

from msgspec import Struct

from shouwen.mount.pages.views import ChoiceView, GuardView, LinkView, ListRowView, ProblemView


class CaseActsView(Struct, frozen=True, kw_only=True):
    """GET /desk/cases/{ref}/acts; posts to …/transfer, …/promise, …/resolution. `typed` survives a refusal.

    Its keys are `<use case>.<field>`.
    """

    template: ClassVar[str] = "cases/desk_acts.html"
    case_ref: str
    title: str
    acts: tuple[str, ...]
    colleagues: tuple[ChoiceView, ...]
    reasons: tuple[ChoiceView, ...]
    typed: dict[str, str]
    problem: ProblemView | None = None
    guard: GuardView | None = None


class DeskDossiersView(Struct, frozen=True, kw_only=True):
    """GET /desk/cases/{ref}/dossier; POST there asks for one."""

    template: ClassVar[str] = "dossiers/desk_dossiers.html"
    case_ref: str
    title: str
    rows: tuple[ListRowView, ...]
    back: LinkView
