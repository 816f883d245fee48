"""Views of the desk's arrears pages of a lease: lateness by instalment, steps of a default, relief condition by
condition.
"""

from datetime import date, datetime
from typing import ClassVar

from msgspec import Struct

from shouwen.mount.pages.form_views import FormView
from shouwen.mount.pages.lease_views import LeaseTabView
from shouwen.mount.pages.views import FactView, FigureView, LinkView, PillView, StepView
from shouwen.mount.web.desk.money_views import CheckView, PaperRowView


class LateRowView(Struct, frozen=True, kw_only=True):
    """A late instalment: how long, what of it is open, and its late fee with both figures (LATE-3).

    `charged` is what the book charges, with its working; `asked_fen` what the clause asks (None: no late fee).
    """

    no: int
    label: str
    href: str
    due_on: date
    age: PillView
    outstanding_fen: int
    fee_days: int | None
    asked_fen: int | None
    gate_fen: int | None
    charged: FigureView | None
    gate_note: str
    relief: LinkView | None
    relieved: str


class PauseRowView(Struct, frozen=True):
    """A pause of a contested amount (PAUSE-1) and the case it comes from."""

    text: str
    days: str
    href: str


class NoticeRowView(Struct, frozen=True):
    """A message to the renter: sent, still to come, or why it was not said."""

    at: datetime
    what: str
    text: str
    state: PillView


class LeaseArrearsView(LeaseTabView, frozen=True, kw_only=True):
    """GET /desk/leases/{ref}/arrears."""

    template: ClassVar[str] = "arrears/desk_lease_arrears.html"
    rows: tuple[LateRowView, ...]
    owed: tuple[FactView, ...]
    step: PillView
    step_why: str
    steps: tuple[StepView, ...]
    step_links: tuple[LinkView, ...]
    step_by: str
    kept: tuple[FactView, ...]
    demands: tuple[NoticeRowView, ...]
    freeze: str
    freeze_act: FormView | None
    pauses: tuple[PauseRowView, ...]
    next_reminders: tuple[NoticeRowView, ...]
    notices: tuple[NoticeRowView, ...]
    reliefs: tuple[LinkView, ...]
    credit_shown: bool
    credit: tuple[LinkView, ...]
    credit_link: LinkView | None
    papers: tuple[PaperRowView, ...]


class LeaseReliefView(LeaseTabView, frozen=True, kw_only=True):
    """GET /desk/leases/{ref}/arrears/relief/{line}: both rules, fact by fact, each with its button where it holds."""

    template: ClassVar[str] = "arrears/desk_lease_relief.html"
    title: str
    back: str
    fee: FigureView | None
    relieved: str
    late4: tuple[CheckView, ...]
    late4_note: str
    late4_form: FormView | None
    late5: tuple[CheckView, ...]
    late5_note: str
    late5_form: FormView | None
