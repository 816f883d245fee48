"""Views of the desk's pages about a lease's life: its phone and parcels, its contract, how it ends."""

from datetime import datetime
from typing import ClassVar

from msgspec import Struct

from shouwen.mount.pages.form_views import FieldView, FormView
from shouwen.mount.pages.lease_views import LeaseTabView
from shouwen.mount.pages.portal_views import BuyoutRowView
from shouwen.mount.pages.views import (
    ClockView,
    ContractClauseView,
    FactView,
    FigureView,
    LadderView,
    LinkView,
    PillView,
    ProblemView,
    RuleRowView,
    StepView,
    TimelineRowView,
)
from shouwen.mount.web.portal.life_views import ClauseVersusView, VersusView


class PhoneView(Struct, frozen=True, kw_only=True):
    """A phone with the lease: `held` says why it must stay as it is (QUAR-1)."""

    title: str
    state: PillView
    facts: tuple[FactView, ...]
    held: str = ""
    held_href: str = ""


class DeskParcelView(Struct, frozen=True, kw_only=True):
    """A parcel as the desk sees it: where it is, what comes next, every line of the courier."""

    ref: str
    what: str
    state: PillView
    said: str
    next_step: str
    facts: tuple[FactView, ...]
    lines: tuple[TimelineRowView, ...]
    cases: tuple[LinkView, ...] = ()
    acts: tuple[FormView, ...] = ()


class DeskSwapView(Struct, frozen=True, kw_only=True):
    """A swap: where it is and the act that is next."""

    ref: str
    state: PillView
    steps: tuple[StepView, ...]
    facts: tuple[FactView, ...]
    note: str = ""
    acts: tuple[FormView, ...] = ()


class DeskAbatedView(Struct, frozen=True, kw_only=True):
    """Rent of days without a working phone; `act` takes it off."""

    days: str
    state: PillView
    figure: FigureView
    text: str
    act: FormView | None = None


class DeviceRowView(Struct, frozen=True, kw_only=True):
    """A request to the maker's lock and what came of it."""

    title: str
    state: PillView
    at: datetime
    said: str = ""
    act: FormView | None = None


class DeskPhoneView(LeaseTabView, frozen=True, kw_only=True):
    """GET /desk/leases/{ref}/phone; its forms post below it and come back here."""

    template: ClassVar[str] = "leases/desk_phone.html"
    phones: tuple[PhoneView, ...]
    acts: tuple[FormView, ...]
    not_yet: tuple[ProblemView, ...]
    parcels: tuple[DeskParcelView, ...]
    swaps: tuple[DeskSwapView, ...]
    swap_acts: tuple[FormView, ...]
    abated: tuple[DeskAbatedView, ...]
    abate: tuple[FormView, ...]
    devices: tuple[DeviceRowView, ...]
    note: str = ""
    problem: ProblemView | None = None


class ChangeRowView(Struct, frozen=True, kw_only=True):
    """A change of the contract: what it is, how it stands, what it costs today; `href` shows it beside the old."""

    ref: str
    title: str
    state: PillView
    reason: str
    working: tuple[str, ...] = ()
    pay: FigureView | None = None
    until: ClockView | None = None
    href: str = ""


class DeskContractView(LeaseTabView, frozen=True, kw_only=True):
    """GET /desk/leases/{ref}/contract; its forms post below it and come back here."""

    template: ClassVar[str] = "contracts/desk_contract.html"
    title: str
    facts: tuple[FactView, ...]
    clauses: tuple[ContractClauseView, ...]
    warnings: tuple[RuleRowView, ...]
    papers: tuple[LinkView, ...]
    versions: tuple[LinkView, ...]
    order: tuple[FactView, ...]
    decide: tuple[FormView, ...]
    open_changes: tuple[ChangeRowView, ...]
    settled_changes: tuple[ChangeRowView, ...]
    change: tuple[FormView, ...]
    cancel_href: str = ""
    note: str = ""
    too_late: ProblemView | None = None
    problem: ProblemView | None = None


class DeskVersionsView(LeaseTabView, frozen=True, kw_only=True):
    """GET /desk/leases/{ref}/contract/versions?before=&after= or ?amendment_ref=: two versions side by side."""

    template: ClassVar[str] = "contracts/desk_versions.html"
    title: str
    picks: tuple[LinkView, ...]
    versus: tuple[VersusView, ...]
    before_name: str
    after_name: str
    clauses: tuple[ClauseVersusView, ...]
    same: tuple[ClauseVersusView, ...]
    papers: tuple[LinkView, ...]
    change: ChangeRowView | None = None


class DeskWayView(Struct, frozen=True, kw_only=True):
    """One way the lease can end or go on: what it costs, or why it is not open.

    `ask` asks for another day or number of instalments; `problem` is what was wrong with that.
    """

    title: str
    state: PillView
    unit: str = ""
    figure: FigureView | None = None
    lines: tuple[FactView, ...] = ()
    facts: tuple[FactView, ...] = ()
    why: ProblemView | None = None
    ask: FieldView | None = None
    problem: ProblemView | None = None


class DeskAgreedView(Struct, frozen=True, kw_only=True):
    """What was agreed about the end, and how far it is."""

    ref: str
    title: str
    state: PillView
    figure: FigureView
    facts: tuple[FactView, ...]
    until: ClockView | None = None


class DeskLossView(Struct, frozen=True, kw_only=True):
    """A lost phone: where it stands, what a settlement comes to, the acts of the desk."""

    state: PillView
    facts: tuple[FactView, ...]
    acts: tuple[FormView, ...]
    settle_href: str = ""
    settle_note: str = ""


class DeskDepositView(Struct, frozen=True, kw_only=True):
    """The deposit's clock: what is held, by when the rest goes back, what it waits for."""

    figure: FigureView
    state: PillView
    facts: tuple[FactView, ...]
    until: ClockView | None = None
    waits: str = ""
    case: LinkView | None = None


class DeskEndingView(LeaseTabView, frozen=True, kw_only=True):
    """GET /desk/leases/{ref}/ending?back_on=&periods=; its forms post below it and come back here."""

    template: ClassVar[str] = "endings/desk_ending.html"
    lead: str
    ways: tuple[DeskWayView, ...]
    agreed: tuple[DeskAgreedView, ...]
    loss: DeskLossView | None
    deposit: DeskDepositView | None
    ladder: LadderView | None
    points: tuple[BuyoutRowView, ...]
    letters: tuple[LinkView, ...]
    problem: ProblemView | None = None
