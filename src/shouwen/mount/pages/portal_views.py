"""Views of the renter's pages; `template` names the file that renders each."""

from datetime import date, datetime
from typing import ClassVar, Literal

from msgspec import Struct

from .ending_parts import AgreedView
from .form_views import FormView
from .parts import (
    ClauseRefView,
    ClockView,
    CompareView,
    FactView,
    FigureView,
    LadderView,
    LineView,
    LinkView,
    MediaView,
    MessageView,
    PillView,
    ProblemView,
    RuleRowView,
    StepView,
    UploadView,
)


class HumanView(Struct, frozen=True):
    """转人工, always on the page: POST `action`; `wait_s` expected seconds, `owner` who has the case.

    `queue`: how many matters wait where the promised time is not kept now.

    `specialist`: POST there asks for one (ESC-1); empty where there is no conversation, or one is asked already.
    """

    action: str
    wait_s: int | None = None
    owner: str = ""
    asked: bool = False
    case_href: str = ""
    outside_hours: str = ""
    specialist: str = ""
    queue: int = 0


class DemoLoginView(Struct, frozen=True):
    """One-click demo login: POST /login/demo with `who`."""

    who: str
    name: str
    role_label: str
    detail: str = ""


class SignInView(Struct, frozen=True, kw_only=True):
    """GET /login. `code_phone` set: a code was sent there; `demo_code` only from the demo SMS adapter."""

    template: ClassVar[str] = "people/sign_in.html"
    tab: Literal["renter", "staff"] = "renter"
    phone: str = ""
    code_phone: str = ""
    demo_code: str = ""
    login_name: str = ""
    next: str = ""
    problem: ProblemView | None = None
    demo_logins: tuple[DemoLoginView, ...] = ()


class NeedView(Struct, frozen=True):
    """What needs the renter now: one sentence, one link, one clock."""

    title: str
    text: str
    href: str
    action: str
    clock: ClockView | None = None


class LeaseCardView(Struct, frozen=True, kw_only=True):
    """A lease in a list; `paid` of `periods` instalments settled."""

    ref: str
    href: str
    model: str
    spec: str
    state: PillView
    paid: int
    periods: int
    next_text: str
    next_amount_fen: int | None = None


class CaseCardView(Struct, frozen=True, kw_only=True):
    """A case in a list; `turn` says whose turn, until when."""

    ref: str
    href: str
    title: str
    state: PillView
    preview: str
    at: datetime
    turn: ClockView | None = None
    unread: int = 0
    closed: bool = False


class PortalHomeView(Struct, frozen=True, kw_only=True):
    """GET /my."""

    template: ClassVar[str] = "leases/portal_home.html"
    human: HumanView
    needs: tuple[NeedView, ...] = ()
    leases: tuple[LeaseCardView, ...] = ()
    cases: tuple[CaseCardView, ...] = ()


class BillView(Struct, frozen=True, kw_only=True):
    """One charge: amount = paid + waived + written_off + outstanding."""

    label: str
    due_on: date
    state: PillView
    amount_fen: int
    paid_fen: int = 0
    waived_fen: int = 0
    written_off_fen: int = 0
    outstanding_fen: int = 0
    working: tuple[str, ...] = ()
    clauses: tuple[ClauseRefView, ...] = ()
    rules: tuple[str, ...] = ()
    paused: str = ""
    lease_ref: str = ""
    lease_title: str = ""
    href: str = ""


class PortalLeaseView(Struct, frozen=True, kw_only=True):
    """GET /my/leases/{ref}."""

    template: ClassVar[str] = "leases/portal_lease.html"
    human: HumanView
    lease: LeaseCardView
    steps: tuple[StepView, ...]
    facts: tuple[FactView, ...]
    need: NeedView | None = None
    bills: tuple[BillView, ...] = ()
    links: tuple[LinkView, ...] = ()
    acts: tuple[FormView, ...] = ()
    photos: tuple[MediaView, ...] = ()
    said: str = ""


class ContractClauseView(Struct, frozen=True):
    """One numbered clause: prose plus the typed terms it governs."""

    no: str
    title: str
    text: str
    terms: tuple[FactView, ...] = ()


class PortalContractView(Struct, frozen=True, kw_only=True):
    """GET /my/leases/{ref}/contract."""

    template: ClassVar[str] = "contracts/portal_contract.html"
    human: HumanView
    lease_ref: str
    title: str
    version: int
    signed_on: date
    clauses: tuple[ContractClauseView, ...]
    ladder: LadderView | None = None
    sha256: str = ""
    warnings: tuple[RuleRowView, ...] = ()
    links: tuple[LinkView, ...] = ()
    problem: ProblemView | None = None


class OptionView(Struct, frozen=True):
    """A chip; `phrase` is what it puts into the sentence (may be empty)."""

    value: str
    label: str
    phrase: str = ""
    chosen: bool = False


class HeardView(Struct, frozen=True):
    """GUARD-2: what was heard beside the contract's figure; `case_href` where a case was opened or joined."""

    text: str
    told_fen: int
    right: FigureView | None = None
    case_href: str = ""


class BuyoutRowView(Struct, frozen=True):
    """Buying after `settled` instalments: on which day, for how much; the rents until then, and what both come to
    beyond today's price, None for the past.
    """

    settled: int
    on: date
    when: Literal["past", "now", "future"]
    total_fen: int
    rents_fen: int | None = None
    more_fen: int | None = None


class PortalBuyoutView(Struct, frozen=True, kw_only=True):
    """GET /my/leases/{ref}/buyout; POST to it accepts (`quote_ref`); `why_not` replaces the button.

    `topics` are what a figure heard may be about; POST …/heard (`about`, `told`, `words`) fills `heard`.
    Without `quote` and `ladder` there is no price: `why_not` says so, `clause` is where the contract does.
    `wait` is what a month more changes, `warnings` why one of several prices is quoted; `agreed` the buyout under way
    or done, `lapsed` the last one that was not paid in time.
    """

    template: ClassVar[str] = "contracts/portal_buyout.html"
    human: HumanView
    lease_ref: str
    model: str
    quote: FigureView | None = None
    ladder: LadderView | None = None
    clause: ContractClauseView | None = None
    topics: tuple[OptionView, ...] = ()
    typed: dict[str, str] = {}
    heard: HeardView | None = None
    heard_problem: ProblemView | None = None
    lines: tuple[LineView, ...] = ()
    after: tuple[FactView, ...] = ()
    why_not: ProblemView | None = None
    wait: tuple[FactView, ...] = ()
    periods: tuple[BuyoutRowView, ...] = ()
    warnings: tuple[RuleRowView, ...] = ()
    agreed: AgreedView | None = None
    lapsed: str = ""
    said: str = ""


class FindingView(Struct, frozen=True, kw_only=True):
    """One finding of an inspection as the renter sees it."""

    no: int
    part: str
    kind: str
    severity: str
    claimed: FigureView
    compare: CompareView | None = None
    photo: MediaView | None = None
    inspector_words: str = ""
    report_href: str = ""
    answer: Literal["", "accept", "contest"] = ""


class PortalFindingView(Struct, frozen=True, kw_only=True):
    """GET /my/claims/{ref}; POST /my/claims/{ref}/answer with `answer.<no>` = accept | contest."""

    template: ClassVar[str] = "disputes/portal_finding.html"
    human: HumanView
    claim_ref: str
    lease_ref: str
    model: str
    state: PillView
    turn: ClockView | None
    findings: tuple[FindingView, ...]
    can_answer: bool = True
    received_on: date | None = None
    inspected_at: datetime | None = None
    inspector: str = ""
    case_href: str = ""
    decision_href: str = ""
    withdrawn: str = ""
    accepted: str = ""
    letter_href: str = ""
    problem: ProblemView | None = None


class QuestionView(Struct, frozen=True):
    """A question of the statement; posts `q.<name>`. `many` allows several; `needed` ones are not left open."""

    name: str
    title: str
    options: tuple[OptionView, ...]
    many: bool = False
    needed: bool = False


class SlotView(Struct, frozen=True):
    """A piece of the live sentence: fixed words, a lease fact (pine), or the answers to question `slot`."""

    text: str = ""
    fact: bool = False
    slot: str = ""
    empty: str = "……"


class SentencePartView(Struct, frozen=True):
    """现状, 背景 or 诉求, as slots."""

    label: str
    slots: tuple[SlotView, ...]


class VagueView(Struct, frozen=True):
    """SAY-2: the vague words, and the specific question back; fragment answered with 422 to a statement."""

    template: ClassVar[str] = "cases/_vague.html"
    words: str
    question: str


class PortalStatementView(Struct, frozen=True, kw_only=True):
    """GET /my/claims/{ref}/statement; POST the same path; autosave POSTs `…/statement/draft` (answer 204)."""

    template: ClassVar[str] = "cases/portal_statement.html"
    human: HumanView
    action: str
    back_href: str
    title: str
    questions: tuple[QuestionView, ...]
    sentence: tuple[SentencePartView, ...]
    upload: UploadView
    extra: str = ""
    contest: tuple[int, ...] = ()
    vague: VagueView | None = None
    problem: ProblemView | None = None
    saved_at: datetime | None = None


class PortalCasesView(Struct, frozen=True, kw_only=True):
    """GET /my/cases."""

    template: ClassVar[str] = "cases/portal_cases.html"
    human: HumanView
    open: tuple[CaseCardView, ...] = ()
    closed: tuple[CaseCardView, ...] = ()


class PortalStatusView(Struct, frozen=True, kw_only=True):
    """The head of a renter's case: fragment GET /my/cases/{ref}/status."""

    template: ClassVar[str] = "cases/_portal_status.html"
    case_ref: str
    title: str
    state: PillView
    turn: ClockView | None = None
    next_text: str = ""
    owner: str = ""
    links: tuple[LinkView, ...] = ()


class PortalThreadView(Struct, frozen=True, kw_only=True):
    """Fragment GET /my/cases/{ref}/thread?after=SEQ: only messages with a greater seq, oldest first."""

    template: ClassVar[str] = "cases/_portal_thread.html"
    case_ref: str
    messages: tuple[MessageView, ...] = ()
    earlier_href: str = ""


class RatingView(Struct, frozen=True, kw_only=True):
    """POST /my/cases/{ref}/rating with `stars` 1–5 and `words`; `given` shows what was said."""

    action: str
    given: int = 0
    words: str = ""


class PortalCaseView(Struct, frozen=True, kw_only=True):
    """GET /my/cases/{ref}; POST …/messages (`text`, `media`), …/human, …/closure, …/rating.

    `most`: the characters a message may have.
    """

    template: ClassVar[str] = "cases/portal_case.html"
    human: HumanView
    status: PortalStatusView
    thread: PortalThreadView
    upload: UploadView
    last_seq: int = 0
    draft: str = ""
    most: int = 5_000
    can_write: bool = True
    can_close: bool = False
    rating: RatingView | None = None
    problem: ProblemView | None = None


class DecidedFindingView(Struct, frozen=True, kw_only=True):
    """One finding as decided: what was claimed, what is charged, by which rules."""

    no: int
    title: str
    claimed_fen: int
    charged: FigureView
    outcome: PillView
    rules: tuple[RuleRowView, ...]
    compare: CompareView | None = None
    words: str = ""


class PortalDecisionView(Struct, frozen=True, kw_only=True):
    """GET /my/cases/{ref}/decision; POST …/appeal (`reason`, `media`), …/rating, …/closure.

    `accept_href` leads to the question back before the appeal is given up.
    """

    template: ClassVar[str] = "disputes/portal_decision.html"
    human: HumanView
    case_ref: str
    headline: str
    lead: str
    decided_at: datetime
    decided_by: str
    findings: tuple[DecidedFindingView, ...]
    money: tuple[FactView, ...]
    charged: FigureView
    policy: str = ""
    letter_href: str = ""
    dossier_href: str = ""
    appeal_until_on: date | None = None
    can_appeal: bool = False
    reason: str = ""
    upload: UploadView | None = None
    appealed: str = ""
    accept_href: str = ""
    can_close: bool = False
    routes: tuple[FactView, ...] = ()
    rating: RatingView | None = None
    problem: ProblemView | None = None


class EvidenceGroupView(Struct, frozen=True, kw_only=True):
    """Evidence of one lease or case."""

    title: str
    href: str
    media: tuple[MediaView, ...]


class PortalEvidenceView(Struct, frozen=True, kw_only=True):
    """GET /my/evidence."""

    template: ClassVar[str] = "evidence/portal_evidence.html"
    human: HumanView
    groups: tuple[EvidenceGroupView, ...] = ()
    upload: UploadView | None = None


class ReceiptView(Struct, frozen=True, kw_only=True):
    """GET /my/evidence/{ref}: the seal receipt of one piece of evidence."""

    template: ClassVar[str] = "evidence/receipt.html"
    human: HumanView
    media: MediaView
    receipt_no: int
    sha256: str
    sealed_at: datetime
    facts: tuple[FactView, ...] = ()
    checks: tuple[RuleRowView, ...] = ()
    download: tuple[LinkView, ...] = ()
    back_href: str = "/my/evidence"


class DossierView(Struct, frozen=True, kw_only=True):
    """The page in front of a dossier; the file itself is GET `download_href`."""

    template: ClassVar[str] = "evidence/portal_dossier.html"
    human: HumanView
    case_ref: str
    title: str
    download_href: str
    contents: tuple[FactView, ...]
    size_bytes: int = 0
    problem: ProblemView | None = None
