"""What a second person reads before they agree: what, to whom, how much, why, on what grounds."""

from typing import ClassVar

from msgspec import Struct

from shouwen.mount.pages.views import ApprovalView, CompareView, FactView, LinkView, ProblemView


class ApprovalFindingView(Struct, frozen=True, kw_only=True):
    """One finding of a decision that waits: what was claimed, what is charged, why, beside the pictures."""

    title: str
    claimed_fen: int
    charged_fen: int
    why: str
    said: str
    compare: CompareView | None = None


class ApprovalPageView(Struct, frozen=True, kw_only=True):
    """GET /desk/approvals/{ref}; POST …/answer (`answer` approve | refuse, `reason`)."""

    template: ClassVar[str] = "people/approval.html"
    request: ApprovalView
    facts: tuple[FactView, ...]
    links: tuple[LinkView, ...]
    findings: tuple[ApprovalFindingView, ...] = ()
    typed: str = ""
    problem: ProblemView | None = None
