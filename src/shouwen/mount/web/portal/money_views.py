"""Views of the renter's money pages; `template` names the file that renders each."""

from datetime import date
from typing import ClassVar

from msgspec import Struct

from shouwen.mount.pages.form_views import FormView
from shouwen.mount.pages.views import (
    ClauseRefView,
    FactView,
    FigureView,
    HumanView,
    LinkView,
    NeedView,
    PillView,
    ProblemView,
)


class BillRowView(Struct, frozen=True, kw_only=True):
    """One bill in a list: what is open of it (or what it came to), and where it is explained."""

    label: str
    href: str
    due_on: date
    state: PillView
    amount_fen: int
    whole_fen: int
    note: str = ""


class BillGroupView(Struct, frozen=True, kw_only=True):
    """The bills of one lease. `due` is what is to pay now; `pay_href` empty where nothing can be paid.

    `by_transfer`: nothing can be deducted, the page behind `pay_href` says where to transfer to.
    """

    model: str
    lease_ref: str
    due: FigureView
    now: tuple[BillRowView, ...]
    later: tuple[BillRowView, ...]
    settled: tuple[BillRowView, ...]
    facts: tuple[FactView, ...]
    links: tuple[LinkView, ...]
    pay_href: str = ""
    by_transfer: bool = False
    overdue: NeedView | None = None
    under_way: LinkView | None = None


class PortalBillsView(Struct, frozen=True, kw_only=True):
    """GET /my/bills."""

    template: ClassVar[str] = "money/portal_bills.html"
    human: HumanView
    outstanding: FigureView
    groups: tuple[BillGroupView, ...] = ()
    next_due_on: date | None = None
    said: str = ""


class BillEntryView(Struct, frozen=True, kw_only=True):
    """One entry of a bill in words; `amount` with its sign: minus is less to pay."""

    on: date
    text: str
    amount: str
    note: str = ""
    rule: str = ""
    href: str = ""


class PortalBillLineView(Struct, frozen=True, kw_only=True):
    """GET /my/leases/{ref}/bills/{line}: what this line is. `daily` are the entries of a late fee that grew."""

    template: ClassVar[str] = "money/portal_bill_line.html"
    human: HumanView
    lease_ref: str
    model: str
    label: str
    state: PillView
    figure: FigureView
    figure_label: str
    sums: tuple[FactView, ...]
    due_on: date
    clause: ClauseRefView | None
    clause_text: str
    fee: tuple[FactView, ...]
    fee_said: str
    working: tuple[str, ...]
    pauses: tuple[FactView, ...]
    entries: tuple[BillEntryView, ...]
    daily: tuple[BillEntryView, ...]
    links: tuple[LinkView, ...]
    pay_href: str = ""
    by_transfer: bool = False


class PeriodView(Struct, frozen=True):
    """A span of the statement to choose."""

    text: str
    href: str
    here: bool


class PortalStatementPageView(Struct, frozen=True, kw_only=True):
    """GET /my/leases/{ref}/statement; POST …/statement asks for the PDF."""

    template: ClassVar[str] = "money/portal_account.html"
    human: HumanView
    lease_ref: str
    model: str
    on: date
    periods: tuple[PeriodView, ...]
    sums: tuple[FactView, ...]
    rows: tuple[BillRowView, ...]
    csv_href: str
    letter: FormView
    papers_href: str


class PayLineView(Struct, frozen=True, kw_only=True):
    """A bill to choose for paying."""

    line: str
    label: str
    due_on: date
    amount_fen: int
    chosen: bool
    pill: PillView
    href: str
    note: str = ""


class PortalPayView(Struct, frozen=True, kw_only=True):
    """GET /my/leases/{ref}/pay: choose bills (`line`, several) and, if not all of it, `part_yuan`; leads to …/confirm.

    `blocked` says why nothing can be paid here now, and `blocked_links` what else can be done;
    `transfer` is where to transfer to instead.
    """

    template: ClassVar[str] = "money/portal_pay.html"
    human: HumanView
    lease_ref: str
    model: str
    due: FigureView
    now: tuple[PayLineView, ...]
    later: tuple[PayLineView, ...]
    order_text: str
    order_rule: str
    order_clause: ClauseRefView | None
    part: str = ""
    problem: ProblemView | None = None
    blocked: str = ""
    blocked_links: tuple[LinkView, ...] = ()
    transfer: tuple[FactView, ...] = ()
    credit: FactView | None = None


class PayPartView(Struct, frozen=True, kw_only=True):
    """Where money goes: how much to which bill, and what is left open of it."""

    label: str
    amount_fen: int
    left_fen: int


class PortalPayConfirmView(Struct, frozen=True, kw_only=True):
    """GET /my/leases/{ref}/pay/confirm; POST …/pay with `amount_fen`, `line`s and maybe `part_fen` as they are here."""

    template: ClassVar[str] = "money/portal_pay_confirm.html"
    human: HumanView
    lease_ref: str
    model: str
    pay: FigureView
    parts: tuple[PayPartView, ...]
    left_fen: int
    amount_fen: int
    part_fen: int | None
    lines: tuple[str, ...]
    facts: tuple[FactView, ...]
    back_href: str
    problem: ProblemView | None = None


class StepRowView(Struct, frozen=True, kw_only=True):
    """Something that follows by the rules: when, what, by which rule or policy."""

    when: str
    text: str
    rule: str = ""


class WayView(Struct, frozen=True, kw_only=True):
    """A way out: what it does, and where it begins."""

    title: str
    text: str
    href: str
    rule: str = ""
    main: bool = False


class PortalOverdueView(Struct, frozen=True, kw_only=True):
    """GET /my/leases/{ref}/overdue: what is owed, why, what follows when, and every way out."""

    template: ClassVar[str] = "arrears/portal_overdue.html"
    human: HumanView
    lease_ref: str
    model: str
    due: FigureView
    rows: tuple[BillRowView, ...]
    lead: str
    grows: FigureView | None
    steps: tuple[StepRowView, ...]
    ways: tuple[WayView, ...]
    frozen: tuple[FactView, ...]
    cases: tuple[LinkView, ...]
    links: tuple[LinkView, ...]
    by_transfer: bool = False


class PortalAskView(Struct, frozen=True, kw_only=True):
    """A page that opens a case about money: relief, a contested line, credit to give back."""

    template: ClassVar[str] = "arrears/portal_ask.html"
    human: HumanView
    title: str
    back_href: str
    lead: str
    facts: tuple[FactView, ...]
    form: FormView
    after: tuple[str, ...]
