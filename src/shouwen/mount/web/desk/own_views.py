"""Views of the desk's smaller pages."""

from typing import ClassVar

from msgspec import Struct

from shouwen.features.cases.rows import MergeCandidate
from shouwen.mount.pages.views import (
    ChoiceView,
    GuardView,
    LinkView,
    ListRowView,
    MessageView,
    OpenPromiseView,
    ProblemView,
)


class CaseActsView(Struct, frozen=True, kw_only=True):
    """GET /desk/cases/{ref}/acts; posts to …/transfer, …/promise, …/resolution. `typed` survives a refusal.

    Its keys are `<use case>.<field>`. `seq` is the newest item its reader could see.
    """

    template: ClassVar[str] = "cases/desk_acts.html"
    case_ref: str
    title: str
    acts: tuple[str, ...]
    colleagues: tuple[ChoiceView, ...]
    reasons: tuple[ChoiceView, ...]
    typed: dict[str, str]
    seq: int
    problem: ProblemView | None = None
    guard: GuardView | None = None
    promises: tuple[OpenPromiseView, ...] = ()
    promise_guard: GuardView | None = None
    why_no_result: str = ""


class DeskDossiersView(Struct, frozen=True, kw_only=True):
    """GET /desk/cases/{ref}/dossier; POST there asks for one."""

    template: ClassVar[str] = "dossiers/desk_dossiers.html"
    case_ref: str
    title: str
    rows: tuple[ListRowView, ...]
    back: LinkView


class MergeView(Struct, frozen=True, kw_only=True):
    """GET and POST /desk/cases/{ref}/merge: `into` one of the candidates, `confirmed`."""

    template: ClassVar[str] = "cases/desk_merge.html"
    case_ref: str
    title: str
    candidates: tuple[MergeCandidate, ...]
    chosen: str = ""
    problem: ProblemView | None = None


class DeskMergedView(Struct, frozen=True, kw_only=True):
    """GET /desk/cases/{ref}/merged/{merged_ref}: only to read."""

    template: ClassVar[str] = "cases/desk_merged.html"
    case_ref: str
    merged_ref: str
    messages: tuple[MessageView, ...]
    earlier_href: str = ""
