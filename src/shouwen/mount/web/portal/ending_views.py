"""Views of the renter's pages about the end of a lease."""

from typing import ClassVar, Literal

from msgspec import Struct

from shouwen.mount.pages.ending_parts import AgreedView, BlockView, PricedView
from shouwen.mount.pages.form_views import FormView, PickView
from shouwen.mount.pages.views import (
    ClockView,
    ContractClauseView,
    FactView,
    FigureView,
    HumanView,
    LinkView,
    PillView,
    ProblemView,
    StepView,
    UploadView,
)


class PortalConfirmView(Struct, frozen=True, kw_only=True):
    """The second step of a weighty act: the figure, what follows from it, then the button of `act`."""

    template: ClassVar[str] = "endings/portal_confirm.html"
    human: HumanView
    lease_ref: str
    title: str
    back_href: str
    lead: str
    quote: PricedView | None = None
    blocks: tuple[BlockView, ...] = ()
    act: FormView


class PrepView(Struct, frozen=True):
    """One step of the preparation list: what to do, and why."""

    text: str
    why: str
    needed: bool = True


class PortalEarlyReturnView(Struct, frozen=True, kw_only=True):
    """GET /my/leases/{ref}/early-return?back_on=…; `agreed` once a day is agreed. `problem` is about the day typed."""

    template: ClassVar[str] = "endings/portal_early_return.html"
    human: HumanView
    lease_ref: str
    model: str
    back_on: str
    low: str
    high: str
    can_choose: bool
    quote: PricedView | None = None
    clause: ContractClauseView | None = None
    after: tuple[FactView, ...] = ()
    steps: tuple[PrepView, ...] = ()
    agreed: AgreedView | None = None
    past: AgreedView | None = None
    problem: ProblemView | None = None
    why_not: ProblemView | None = None
    instead: tuple[LinkView, ...] = ()
    confirm_href: str = ""
    said: str = ""


class PortalRenewalView(Struct, frozen=True, kw_only=True):
    """GET /my/leases/{ref}/renewal?periods=…; `done` is the renewal agreed last."""

    template: ClassVar[str] = "endings/portal_renewal.html"
    human: HumanView
    lease_ref: str
    model: str
    ends_on: str
    picks: tuple[PickView, ...] = ()
    quote: PricedView | None = None
    after: tuple[FactView, ...] = ()
    done: AgreedView | None = None
    problem: ProblemView | None = None
    why_not: ProblemView | None = None
    clause: ContractClauseView | None = None
    instead: tuple[LinkView, ...] = ()
    confirm_href: str = ""
    said: str = ""


class EndingWayView(Struct, frozen=True, kw_only=True):
    """One way the lease can end or go on: what it costs (`figure`, or in a word), until when, what comes of it."""

    title: str
    pill: PillView
    text: str
    figure: FigureView | None = None
    cost: str = ""
    unit: str = ""
    facts: tuple[FactView, ...] = ()
    why: ProblemView | None = None
    href: str = ""
    action: str = ""


class PortalEndingsView(Struct, frozen=True, kw_only=True):
    """GET /my/leases/{ref}/ending: the ways side by side; `others` are open any time."""

    template: ClassVar[str] = "endings/portal_endings.html"
    human: HumanView
    lease_ref: str
    model: str
    title: str
    lead: str
    clock: ClockView | None = None
    ways: tuple[EndingWayView, ...] = ()
    others: tuple[EndingWayView, ...] = ()
    agreed: AgreedView | None = None


class PortalLostView(Struct, frozen=True, kw_only=True):
    """GET /my/leases/{ref}/lost: before the report a calm page with one form; after it, where everything stands."""

    template: ClassVar[str] = "endings/portal_lost.html"
    human: HumanView
    lease_ref: str
    model: str
    state: Literal["form", "open", "found", "not_now"]
    title: str
    lead: str
    clock: ClockView | None = None
    steps: tuple[StepView, ...] = ()
    facts: tuple[FactView, ...] = ()
    report: FormView | None = None
    police: FormView | None = None
    upload: UploadView | None = None
    quote: PricedView | None = None
    settlement: AgreedView | None = None
    links: tuple[LinkView, ...] = ()
    why_not: ProblemView | None = None
    found_href: str = ""
    said: str = ""


class PortalDepositView(Struct, frozen=True, kw_only=True):
    """GET /my/leases/{ref}/deposit: when the deposit goes back, what it waits for, what happens once it is late."""

    template: ClassVar[str] = "endings/portal_deposit.html"
    human: HumanView
    lease_ref: str
    model: str
    title: str
    lead: str
    open_figure: FigureView
    clock: ClockView | None = None
    facts: tuple[FactView, ...] = ()
    steps: tuple[StepView, ...] = ()
    links: tuple[LinkView, ...] = ()
