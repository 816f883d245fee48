"""Views of the renter's pages about phones on their way: parcels, swap, return."""

from typing import ClassVar

from msgspec import Struct

from shouwen.mount.pages.form_views import FormView
from shouwen.mount.pages.views import (
    ClockView,
    FactView,
    FigureView,
    HumanView,
    LinkView,
    NeedView,
    PillView,
    ProblemView,
    StepView,
    TimelineRowView,
    UploadView,
)


class ParcelView(Struct, frozen=True, kw_only=True):
    """A parcel in words: what it brings, where it is, what comes next, what may be done about it."""

    ref: str
    what: str
    state: PillView
    said: str
    next_step: str
    courier: str
    waybill: str
    steps: tuple[StepView, ...]
    lines: tuple[TimelineRowView, ...]
    facts: tuple[FactView, ...] = ()
    case: LinkView | None = None
    acts: tuple[FormView, ...] = ()


class PortalParcelsView(Struct, frozen=True, kw_only=True):
    """GET /my/leases/{ref}/parcels; POSTs …/handover and …/parcels/{parcel}/dispute come back here."""

    template: ClassVar[str] = "leases/portal_parcels.html"
    human: HumanView
    lease_ref: str
    model: str
    said: str
    parcels: tuple[ParcelView, ...]
    promise: NeedView | None = None
    links: tuple[LinkView, ...] = ()
    main: LinkView | None = None
    problem: ProblemView | None = None


class PortalHandoverView(Struct, frozen=True, kw_only=True):
    """GET and POST /my/leases/{ref}/handover: what confirming means, pictures first, then the renter's word."""

    template: ClassVar[str] = "leases/portal_handover.html"
    human: HumanView
    lease_ref: str
    model: str
    facts: tuple[FactView, ...]
    upload: UploadView
    form: FormView | None
    not_here: LinkView | None = None
    problem: ProblemView | None = None


class PrepareStepView(Struct, frozen=True):
    """One step of the preparation list; `field` value posted when it is done."""

    value: str
    text: str
    why: str
    needed: bool
    done: bool = False
    link: LinkView | None = None


class SendFormView(Struct, frozen=True, kw_only=True):
    """The form of a parcel that goes back: steps done, courier, waybill."""

    name: str
    action: str
    button: str
    steps: tuple[PrepareStepView, ...]
    couriers: tuple[tuple[str, str], ...]
    courier: str = ""
    waybill: str = ""
    problem: ProblemView | None = None


class AbatedView(Struct, frozen=True, kw_only=True):
    """Rent of days without a working phone, with its working."""

    title: str
    state: PillView
    figure: FigureView
    text: str


class SwapView(Struct, frozen=True, kw_only=True):
    """One swap: where it is, what is next, until when, and the rent of its days."""

    ref: str
    state: PillView
    reason: str
    steps: tuple[StepView, ...]
    lead: str
    until: ClockView | None = None
    facts: tuple[FactView, ...] = ()
    case: LinkView | None = None
    acts: tuple[FormView, ...] = ()
    send: SendFormView | None = None


class PortalSwapView(Struct, frozen=True, kw_only=True):
    """GET /my/leases/{ref}/swap; POSTs …/swap/{swap}/handover and …/return come back here."""

    template: ClassVar[str] = "leases/portal_swap.html"
    human: HumanView
    lease_ref: str
    model: str
    said: str
    swaps: tuple[SwapView, ...]
    abated: tuple[AbatedView, ...]
    parcels_href: str
    upload: UploadView | None = None
    problem: ProblemView | None = None


class PortalReturnView(Struct, frozen=True, kw_only=True):
    """GET and POST /my/leases/{ref}/return: prepare and send; afterwards where it is, and what happens by which day."""

    template: ClassVar[str] = "leases/portal_return.html"
    human: HumanView
    lease_ref: str
    model: str
    said: str
    title: str
    lead: str
    pill: PillView | None = None
    steps: tuple[StepView, ...] = ()
    facts: tuple[FactView, ...] = ()
    early: NeedView | None = None
    upload: UploadView | None = None
    form: SendFormView | None = None
    parcel: ParcelView | None = None
    problem: ProblemView | None = None
    links: tuple[LinkView, ...] = ()
