"""Views of the renter's pages from application to parcel: plans, draft and signature, changes, cancelling."""

from datetime import date
from typing import ClassVar

from msgspec import Struct

from shouwen.mount.pages.form_views import FormView
from shouwen.mount.pages.views import (
    ClockView,
    ContractClauseView,
    FactView,
    FigureView,
    HumanView,
    LadderView,
    LinkView,
    PillView,
    ProblemView,
    RuleRowView,
)


class OfferView(Struct, frozen=True, kw_only=True):
    """A plan in a list: what an instalment is, what all of them are, whether a phone is there."""

    href: str
    title: str
    rent_fen: int
    total: FigureView
    stock: PillView


class PhoneOffersView(Struct, frozen=True, kw_only=True):
    """A phone with its plans, the shortest first."""

    model: str
    spec: str
    offers: tuple[OfferView, ...]


class PortalOffersView(Struct, frozen=True, kw_only=True):
    """GET /my/apply: the phones to rent."""

    template: ClassVar[str] = "leases/portal_offers.html"
    human: HumanView
    phones: tuple[PhoneOffersView, ...]


class PortalApplyView(Struct, frozen=True, kw_only=True):
    """GET and POST /my/apply/{template}: one plan, the form of the application, and what follows it."""

    template: ClassVar[str] = "leases/portal_apply.html"
    human: HumanView
    model: str
    spec: str
    stock: PillView
    rent_fen: int
    periods: int
    facts: tuple[FactView, ...]
    form: FormView
    after: tuple[FactView, ...]


class DueRowView(Struct, frozen=True):
    """One payment of the schedule."""

    no: int
    on: date
    amount_fen: int


class PortalDraftView(Struct, frozen=True, kw_only=True):
    """GET /my/leases/{ref}/draft?first_due_on=…: the contract as it would be signed today, and why signing failed."""

    template: ClassVar[str] = "contracts/portal_draft.html"
    human: HumanView
    lease_ref: str
    title: str
    facts: tuple[FactView, ...]
    schedule: tuple[DueRowView, ...]
    total: FigureView
    ladder: LadderView | None
    clauses: tuple[ContractClauseView, ...]
    warnings: tuple[RuleRowView, ...]
    first_due_on: date
    low: date
    high: date
    sha256: str
    sign_href: str
    problem: ProblemView | None = None
    date_problem: ProblemView | None = None


class PortalSignView(Struct, frozen=True, kw_only=True):
    """GET /my/leases/{ref}/signature: what is signed in a few lines, then the button; the form names the draft."""

    template: ClassVar[str] = "contracts/portal_sign.html"
    human: HumanView
    lease_ref: str
    title: str
    facts: tuple[FactView, ...]
    after: tuple[FactView, ...]
    draft_href: str
    sha256: str
    fields: tuple[tuple[str, str], ...]


class VersusView(Struct, frozen=True):
    """One figure of two versions side by side, with the clause that governs it."""

    label: str
    before: str
    after: str
    changed: bool = False
    clause: str = ""


class PieceView(Struct, frozen=True):
    """A piece of a clause's text; `changed` where the other version does not say it."""

    text: str
    changed: bool = False


class ClauseVersusView(Struct, frozen=True, kw_only=True):
    """A clause side by side; a side it does not stand in is empty."""

    no: str
    title: str
    kind: PillView
    before: tuple[PieceView, ...]
    after: tuple[PieceView, ...]
    terms: tuple[VersusView, ...] = ()


class ChangeOptionView(Struct, frozen=True, kw_only=True):
    """Another plan or phone to change to; `form` asks for its quote, none where it is not in stock."""

    title: str
    text: str
    form: FormView | None = None
    stock: PillView | None = None


class ChangeRowView(Struct, frozen=True):
    """A change asked for before."""

    title: str
    text: str
    state: PillView
    href: str = ""


class PortalChangesView(Struct, frozen=True, kw_only=True):
    """GET and POST /my/leases/{ref}/changes: what may still change before shipping, and what was changed."""

    template: ClassVar[str] = "leases/portal_changes.html"
    human: HumanView
    lease_ref: str
    model: str
    said: str
    facts: tuple[FactView, ...]
    waiting: ChangeRowView | None = None
    address: FormView | None = None
    address_note: str = ""
    plans: tuple[ChangeOptionView, ...] = ()
    colour: FormView | None = None
    models: tuple[ChangeOptionView, ...] = ()
    problem: ProblemView | None = None
    problem_at: str = ""
    too_late: ProblemView | None = None
    cancel_href: str = ""
    history: tuple[ChangeRowView, ...] = ()


class PortalChangeView(Struct, frozen=True, kw_only=True):
    """GET /my/leases/{ref}/changes/{amendment}: old beside new, what is to pay today, agree or not, until when."""

    template: ClassVar[str] = "leases/portal_change.html"
    human: HumanView
    lease_ref: str
    title: str
    state: PillView
    until: ClockView | None
    lead: str
    versus: tuple[VersusView, ...]
    before_name: str
    after_name: str
    pay: FigureView | None
    pay_lines: tuple[FactView, ...]
    clauses: tuple[ClauseVersusView, ...]
    same: int
    address: str
    agree: FormView | None = None
    decline: FormView | None = None
    problem: ProblemView | None = None
    said: str = ""


class PortalVersionsView(Struct, frozen=True, kw_only=True):
    """GET /my/leases/{ref}/contract/versions: two versions side by side."""

    template: ClassVar[str] = "contracts/portal_versions.html"
    human: HumanView
    lease_ref: str
    picks: tuple[LinkView, ...]
    versus: tuple[VersusView, ...]
    before_name: str
    after_name: str
    clauses: tuple[ClauseVersusView, ...]
    same: tuple[ClauseVersusView, ...]
    papers: tuple[LinkView, ...]


class PortalHoldView(Struct, frozen=True, kw_only=True):
    """GET and POST /my/leases/{ref}/hold: the deposit to freeze; after the post the order for the payment app."""

    template: ClassVar[str] = "leases/portal_hold.html"
    human: HumanView
    lease_ref: str
    model: str
    title: str
    lead: str
    figure: FigureView
    facts: tuple[FactView, ...]
    waits: bool
    order_ref: str = ""
    app_order: str = ""
    until: ClockView | None = None
    links: tuple[LinkView, ...] = ()
    problem: ProblemView | None = None


class PortalCancelView(Struct, frozen=True, kw_only=True):
    """GET and POST /my/leases/{ref}/cancel: what goes back, what ends, then the button; or why it is not possible."""

    template: ClassVar[str] = "leases/portal_cancel.html"
    human: HumanView
    lease_ref: str
    model: str
    back: FigureView | None = None
    facts: tuple[FactView, ...] = ()
    form: FormView | None = None
    why_not: ProblemView | None = None
    instead: tuple[LinkView, ...] = ()
