"""Views of the workbench; `template` names the file that renders each. Fragments begin with an underscore."""

from datetime import date, datetime
from typing import ClassVar, Literal

from msgspec import Struct

from .lease_views import LeaseTabView
from .parts import (
    ClauseRefView,
    ClockView,
    CompareView,
    FactView,
    FigureView,
    LineView,
    LinkView,
    MediaView,
    MessageView,
    PillView,
    ProblemView,
    QuoteView,
    RuleRowView,
    StepView,
    TimelineRowView,
    Tone,
    UploadView,
)
from .portal_views import BillView


class TabView(Struct, frozen=True):
    """A queue tab; GET /desk?tab=`key`."""

    key: str
    label: str
    count: int | None = None
    active: bool = False


class QueueRowView(Struct, frozen=True, kw_only=True):
    """Two lines, one clock, one count. `name` is masked."""

    ref: str
    name: str
    title: str
    preview: str
    clock: ClockView
    unread: int = 0
    urgent: bool = False
    phone: bool = False
    seq: int = 0


class QueueView(Struct, frozen=True, kw_only=True):
    """Fragment GET /desk/queue?tab=…&open=REF; also the left pane. `more_href` loads the next rows."""

    template: ClassVar[str] = "cases/_queue.html"
    title: str
    active: int
    capacity: int
    tabs: tuple[TabView, ...]
    rows: tuple[QueueRowView, ...] = ()
    open_ref: str = ""
    tab: str = "mine"
    more_href: str = ""
    empty_text: str = ""


class DeskHeaderView(Struct, frozen=True, kw_only=True):
    """Fragment GET /desk/cases/{ref}/header. `can_take` shows 接手; `taken_by` says who has it (OWN-1)."""

    template: ClassVar[str] = "cases/_header.html"
    case_ref: str
    title: str
    state: PillView
    turn: ClockView | None = None
    owner: str = ""
    mine: bool = False
    owned_for_s: int | None = None
    can_take: bool = False
    can_ask_specialist: bool = False
    specialists: tuple["ChoiceView", ...] = ()
    can_close: bool = False
    decide_href: str = ""
    paused: str = ""
    promise: ClockView | None = None  # the next one due
    escalated: str = ""  # where a supervisor says what was arranged; "-" for everybody else
    links: tuple[LinkView, ...] = ()


class ThreadView(Struct, frozen=True, kw_only=True):
    """Fragment GET /desk/cases/{ref}/thread?after=SEQ: only messages with a greater seq, oldest first."""

    template: ClassVar[str] = "cases/_thread.html"
    case_ref: str
    messages: tuple[MessageView, ...] = ()
    earlier_href: str = ""


class GuardItemView(Struct, frozen=True, kw_only=True):
    """One wrong figure (`said` as typed), the right one with clause and working; or a blocked sentence."""

    said: str
    title: str
    right: FigureView | None = None
    replace_with: str = ""


class GuardView(Struct, frozen=True, kw_only=True):
    """GUARD-1 panel; the answer to POST …/messages is 409 with this fragment. `override` allows a reason."""

    template: ClassVar[str] = "cases/_guard.html"
    items: tuple[GuardItemView, ...]
    override: bool = True


class SnippetView(Struct, frozen=True):
    """A ready phrase or a missing piece of evidence to ask for."""

    title: str
    text: str


class QuoteChoiceView(Struct, frozen=True):
    """A quote the agent may draw: POST /desk/cases/{ref}/quotes with `kind`."""

    kind: str
    label: str
    hint: str = ""


class ComposerView(Struct, frozen=True, kw_only=True):
    """The reply box: POST /desk/cases/{ref}/messages (`text`, `quote_ref`, `guard_reason`, `seen_seq`)."""

    case_ref: str
    last_seq: int = 0
    draft: str = ""
    draft_saved_at: datetime | None = None
    note: bool = False
    guard: GuardView | None = None
    snippets: tuple[SnippetView, ...] = ()
    asks: tuple[SnippetView, ...] = ()
    quotes: tuple[QuoteChoiceView, ...] = ()
    closed_why: str = ""
    problem: ProblemView | None = None


class QuoteCardView(Struct, frozen=True):
    """Fragment answered to POST /desk/cases/{ref}/quotes: the card, and the sentence to insert."""

    template: ClassVar[str] = "cases/_quote.html"
    quote: QuoteView


class ClaimCardView(Struct, frozen=True, kw_only=True):
    """The claim at the top of the file, with the proposal and its rules, for one finding; `more` others."""

    ref: str
    href: str
    title: str
    proposal: PillView
    compare: CompareView | None
    rules: tuple[RuleRowView, ...]
    claimed: FigureView
    proposed: FigureView | None = None
    more: int = 0


class LeaseFileView(Struct, frozen=True, kw_only=True):
    """The lease card of the file."""

    ref: str
    href: str
    steps: tuple[StepView, ...]
    facts: tuple[FactView, ...]


class RenterFileView(Struct, frozen=True, kw_only=True):
    """Masked; `revealed` after POST /desk/cases/{ref}/reveal with `reason` (EVI-6)."""

    name: str
    phone: str
    facts: tuple[FactView, ...]
    revealed: bool = False
    can_reveal: bool = True


class ChecklistView(Struct, frozen=True):
    """A required or helpful piece of evidence; `there` once on file."""

    text: str
    there: bool
    required: bool = True
    note: str = ""


class OpenPromiseView(Struct, frozen=True, kw_only=True):
    """PROM-1: what the renter was promised and is not kept yet; POST /desk/cases/{ref}/promises/{id}/kept."""

    id: int
    text: str
    due: ClockView
    who: str
    can_keep: bool = False


class FileView(Struct, frozen=True, kw_only=True):
    """Fragment GET /desk/cases/{ref}/file: the right pane."""

    template: ClassVar[str] = "cases/_file.html"
    case_ref: str
    renter: RenterFileView
    claim: ClaimCardView | None = None
    lease: LeaseFileView | None = None
    money: tuple[FactView, ...] = ()
    promises: tuple[OpenPromiseView, ...] = ()
    checklist: tuple[ChecklistView, ...] = ()
    media: tuple[MediaView, ...] = ()
    timeline: tuple[TimelineRowView, ...] = ()
    timeline_total: int = 0


class DeskCaseView(Struct, frozen=True, kw_only=True):
    """Fragment GET /desk/cases/{ref}/pane: the open case, middle and right pane."""

    template: ClassVar[str] = "cases/_pane.html"
    case_ref: str
    header: DeskHeaderView
    thread: ThreadView
    composer: ComposerView
    file: FileView


class DeskView(Struct, frozen=True, kw_only=True):
    """GET /desk (no case) and GET /desk/cases/{ref}."""

    template: ClassVar[str] = "cases/desk.html"
    queue: QueueView
    case: DeskCaseView | None = None


class CaseTimelineView(Struct, frozen=True, kw_only=True):
    """GET /desk/cases/{ref}/timeline: every step, who, when, why, which rule."""

    template: ClassVar[str] = "cases/desk_timeline.html"
    case_ref: str
    title: str
    rows: tuple[TimelineRowView, ...]


class ChargeInputView(Struct, frozen=True):
    """One input of DMG-8; `amount_fen` None is missing, then there is no charge."""

    label: str
    amount_fen: int | None
    source: str = ""
    least: bool = False


class DeskFindingView(Struct, frozen=True, kw_only=True):
    """A finding on the specialist's screen with its proposal; `outcome` is what the form starts from.

    `to_mark` names facts to read from the pictures first; POST …/facts: `seen.<no>`, `unmarked.<no>` = yes | no.
    """

    no: int
    title: str
    part: str
    kind: str
    severity: str
    cause: str
    claimed: FigureView
    proposal: PillView
    proposed_fen: int
    rules: tuple[RuleRowView, ...]
    answer: PillView
    compare: CompareView | None = None
    inputs: tuple[ChargeInputView, ...] = ()
    outcome: Literal["proposed", "not_charged", "charge"] = "proposed"
    amount_fen: int | None = None
    reason: str = ""
    to_mark: tuple[str, ...] = ()
    seen_at_handover: bool | None = None
    unmarked_before_courier: bool | None = None
    has_handover: bool = False
    has_returned: bool = False


class ImeiPageView(Struct, frozen=True):
    """A return picture of the IMEI page and what was read on it."""

    media: MediaView
    said: str
    tone: Tone = "plain"


class ClaimActsView(Struct, frozen=True, kw_only=True):
    """Beside a decision: POST …/imei (`media_ref`, `imei`, `answer` read | unreadable), …/pickup (`picked_up_at`,
    `waybill`), …/question (`text`), …/withdrawal (`reason`). The other texts are what was typed.
    """

    courier: str = ""
    picked_up_at: str = ""
    waybill: str = ""
    pages: tuple[ImeiPageView, ...] = ()
    can_read: bool = False
    can_ask: bool = False
    can_withdraw: bool = False
    question: str = ""
    reason: str = ""
    withdrawn: str = ""
    letter_href: str = ""


class DeskClaimView(Struct, frozen=True, kw_only=True):
    """GET /desk/claims/{ref}; POST …/decision: `outcome.<no>`, `amount.<no>` (yuan), `reason.<no>`, words."""

    template: ClassVar[str] = "disputes/desk_claim.html"
    claim_ref: str
    case_href: str
    lease_ref: str
    lease_href: str
    model: str
    renter: str
    state: PillView
    turn: ClockView | None
    findings: tuple[DeskFindingView, ...]
    facts: tuple[FactView, ...]
    statement: MessageView | None = None
    media: tuple[MediaView, ...] = ()
    can_decide: bool = True
    decider: str = ""
    authority: str = ""
    policy: str = ""
    problem: ProblemView | None = None
    decided: str = ""
    words: str = ""
    acts: ClaimActsView = ClaimActsView()


class PriceChoiceView(Struct, frozen=True):
    """An entry of the contract's damage price list."""

    key: str
    label: str
    amount_fen: int
    part: str = ""
    kind: str = ""


class ChoiceView(Struct, frozen=True):
    """An option of a select."""

    value: str
    label: str


class InspectFormView(Struct, frozen=True, kw_only=True):
    """GET /desk/inspections/new?lease=…; POST /desk/inspections.

    Fields: `lease_ref`, `imei_last4`, `video_ref`, `photos` (refs), `checks` (values), `found` (marks | none), and
    per finding i: `finding.<i>.part|kind|severity|cause|price|words|length_mm|visible|trace_<trace>|photo_ref|region`
    (visible: yes | no | na; region: `x,y,w,h`, fractions).
    `typed` and `checked` are what stood in the form when it was refused, its findings numbered from 0.
    """

    template: ClassVar[str] = "disputes/inspect_form.html"
    lease_ref: str
    model: str
    received_on: date
    due: ClockView
    facts: tuple[FactView, ...]
    parts: tuple[ChoiceView, ...]
    kinds: tuple[ChoiceView, ...]
    severities: tuple[ChoiceView, ...]
    causes: tuple[ChoiceView, ...]
    prices: tuple[PriceChoiceView, ...]
    checks: tuple[ChoiceView, ...]
    sights: tuple[ChoiceView, ...]
    traces: tuple[ChoiceView, ...]
    photos: UploadView
    video: UploadView
    handover: tuple[MediaView, ...] = ()
    problem: ProblemView | None = None
    typed: dict[str, str] = {}
    checked: tuple[str, ...] = ()
    findings: int = 1


class ListRowView(Struct, frozen=True, kw_only=True):
    """A row of a desk list: inspections, leases, search results."""

    href: str
    title: str
    text: str
    ref: str = ""
    pill: PillView | None = None
    clock: ClockView | None = None
    action: LinkView | None = None


class InspectionsView(Struct, frozen=True, kw_only=True):
    """GET /desk/inspections."""

    template: ClassVar[str] = "disputes/inspections.html"
    waiting: tuple[ListRowView, ...] = ()
    coming: tuple[ListRowView, ...] = ()  # on the road
    notice: str = ""  # what became of the report just filed
    filed: tuple[ListRowView, ...] = ()


class ApprovalView(Struct, frozen=True, kw_only=True):
    """Above somebody's limit: POST /desk/approvals/{ref}/answer (`answer` approve|refuse, `reason`)."""

    ref: str
    title: str
    amount_fen: int | None
    asked_by: str
    asked_at: datetime
    reason: str
    limit: str
    own: bool = False
    alone: str = ""


class ApprovalsView(Struct, frozen=True, kw_only=True):
    """GET /desk/approvals."""

    template: ClassVar[str] = "people/approvals.html"
    waiting: tuple[ApprovalView, ...] = ()
    notice: str = ""


class NextActView(Struct, frozen=True, kw_only=True):
    """An act that this state of a lease knows: by whom, until when, what must come first; `href` leads to its form."""

    label: str
    href: str
    who: str
    mine: bool = True
    until: ClockView | None = None
    clauses: tuple[ClauseRefView, ...] = ()
    rule: str = ""
    blocked: str = ""


class DeskLeaseView(LeaseTabView, frozen=True, kw_only=True):
    """GET /desk/leases/{ref}: what can be done now, and what is under way."""

    template: ClassVar[str] = "leases/desk_lease.html"
    lease: LeaseFileView
    now: tuple[NextActView, ...] = ()
    waits: tuple[ListRowView, ...] = ()
    renter: RenterFileView
    bills: tuple[BillView, ...] = ()
    ladder_lines: tuple[LineView, ...] = ()
    cases: tuple[ListRowView, ...] = ()
    media: tuple[MediaView, ...] = ()


class DeskLeasesView(Struct, frozen=True, kw_only=True):
    """GET /desk/leases?q=&state=&after=."""

    template: ClassVar[str] = "leases/desk_leases.html"
    q: str = ""
    state: str = ""
    states: tuple[ChoiceView, ...] = ()
    rows: tuple[ListRowView, ...] = ()
    more_href: str = ""
    problem: ProblemView | None = None


class SearchResultsView(Struct, frozen=True, kw_only=True):
    """Fragment of GET /desk/search?q= for the palette (HX-Request), rows as options."""

    template: ClassVar[str] = "cases/_search.html"
    q: str
    rows: tuple[ListRowView, ...] = ()


class SearchView(Struct, frozen=True, kw_only=True):
    """GET /desk/search?q= as a page."""

    template: ClassVar[str] = "cases/search.html"
    q: str
    results: SearchResultsView


class ErrorView(Struct, frozen=True, kw_only=True):
    """A refusal as a page (404, 403, 409, 422, 429, 500): what, why, by which rule or clause, what next."""

    template: ClassVar[str] = "screens/error.html"
    status: int
    title: str
    text: str
    remedy: str = ""
    rule: str = ""
    clause: str = ""
    home: LinkView | None = None


class ProblemFragmentView(Struct, frozen=True):
    """A refusal where the act was, for HX-Request posts (same status as the page would have)."""

    template: ClassVar[str] = "screens/_problem.html"
    problem: ProblemView


class ApiOperationView(Struct, frozen=True, kw_only=True):
    """One derived endpoint; `schema` is pretty JSON."""

    method: str
    path: str
    name: str
    summary: str
    permission: str
    writes: bool
    schema: str = ""
    answer: str = ""


class ApiGroupView(Struct, frozen=True):
    """Operations of one feature."""

    name: str
    operations: tuple[ApiOperationView, ...]


class ApiView(Struct, frozen=True, kw_only=True):
    """GET /api: the browsable page over the OpenAPI document."""

    template: ClassVar[str] = "screens/api.html"
    groups: tuple[ApiGroupView, ...]
    openapi_href: str = "/api/v1/openapi.json"
    version: str = ""
