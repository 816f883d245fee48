"""Views of the desk's lists that are no case and no lease: arrears, stock, payments, imports, business days."""

from datetime import date, datetime
from typing import ClassVar

from msgspec import Struct

from shouwen.mount.pages.form_views import FormView, PickView
from shouwen.mount.pages.lease_views import LeaseTabLinkView
from shouwen.mount.pages.views import LinkView, PillView, ProblemView


class WorkView(Struct, frozen=True, kw_only=True):
    """What these pages share: their tabs and what the act before said (layouts/desk_work.html)."""

    template: ClassVar[str] = "layouts/desk_work.html"
    title: str
    tabs: tuple[LeaseTabLinkView, ...]
    said: str = ""


class ArrearsRowView(Struct, frozen=True, kw_only=True):
    """One lease in arrears."""

    href: str
    title: str
    ref: str
    days: int
    oldest: str
    oldest_due_on: date
    overdue_fen: int
    marks: tuple[PillView, ...]
    case: LinkView | None


class ArrearsListView(WorkView, frozen=True, kw_only=True):
    """GET /desk/arrears?bucket=&after=."""

    template: ClassVar[str] = "arrears/desk_arrears.html"
    on: date
    bands: tuple[LeaseTabLinkView, ...]
    rows: tuple[ArrearsRowView, ...]
    more_href: str = ""


class UnitRowView(Struct, frozen=True, kw_only=True):
    """One phone of the stock; `form` is what the warehouse may do with it now."""

    ref: str
    model: str
    imei: str
    serial_no: str
    state: PillView
    since: datetime
    held: str
    form: FormView | None


class StockView(WorkView, frozen=True, kw_only=True):
    """GET /desk/stock?q=&state=&after=; POST /desk/stock registers, …/{unit_ref}/moves moves."""

    template: ClassVar[str] = "stock/desk_stock.html"
    q: str
    states: tuple[PickView, ...]
    rows: tuple[UnitRowView, ...]
    register: FormView
    more_href: str = ""
    problem: ProblemView | None = None


class TroubleRowView(Struct, frozen=True, kw_only=True):
    """One payment order that a person should look at."""

    ref: str
    title: str
    amount_fen: int
    planned_at: datetime
    state: PillView
    why: str
    lease: LinkView | None
    forms: tuple[FormView, ...]


class TroublesView(WorkView, frozen=True, kw_only=True):
    """GET /desk/payments; POST …/{order_ref}/retry and …/settlement."""

    template: ClassVar[str] = "payments/desk_troubles.html"
    rows: tuple[TroubleRowView, ...]


class ImportRowView(Struct, frozen=True, kw_only=True):
    """One import in the list, or the head of its page."""

    href: str
    ref: str
    source: str
    started_at: datetime
    rows: int
    done: int
    accepted: int
    known: int
    refused: int
    finished: bool


class ImportsView(WorkView, frozen=True, kw_only=True):
    """GET and POST /desk/imports."""

    template: ClassVar[str] = "leases/desk_imports.html"
    form: FormView
    rows: tuple[ImportRowView, ...]


class OutcomeView(Struct, frozen=True, kw_only=True):
    """What became of one row of a file."""

    line: int
    number: str
    outcome: PillView
    lease_href: str
    why: tuple[str, ...]


class ImportReportView(WorkView, frozen=True, kw_only=True):
    """GET /desk/imports/{import_ref}?show=&after=."""

    template: ClassVar[str] = "leases/desk_import.html"
    head: ImportRowView
    shows: tuple[LeaseTabLinkView, ...]
    rows: tuple[OutcomeView, ...]
    csv_href: str
    more_href: str = ""


class StepRowView(Struct, frozen=True, kw_only=True):
    """One step of a business day."""

    name: str
    parts: int
    done: int
    made: int
    spared: int


class DayRowView(Struct, frozen=True, kw_only=True):
    """One business day; its steps are filled for the one that is shown."""

    on: date
    href: str
    state: PillView
    started_at: datetime
    finished_at: datetime | None
    here: bool


class DaysView(WorkView, frozen=True, kw_only=True):
    """GET /desk/days and /desk/days/{on_day}."""

    template: ClassVar[str] = "business_day/desk_days.html"
    days: tuple[DayRowView, ...]
    steps: tuple[StepRowView, ...]
    on: date | None = None
