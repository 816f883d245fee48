"""Views of the desk's money pages of a lease: the book, a line of it, taking back, refunding, a letter."""

from datetime import date, datetime
from typing import ClassVar

from msgspec import Struct

from shouwen.mount.pages.form_views import FormView
from shouwen.mount.pages.lease_views import LeaseTabView
from shouwen.mount.pages.views import FactView, FigureView, LinkView, PillView


class BookRowView(Struct, frozen=True, kw_only=True):
    """A line of the book: amount = paid + waived + written off + outstanding."""

    label: str
    href: str
    state: PillView
    due_on: date
    clause: str
    amount_fen: int
    paid_fen: int
    waived_fen: int
    written_off_fen: int
    outstanding_fen: int


class HandRowView(Struct, frozen=True, kw_only=True):
    """Something booked by a person: when, what, how much, by whom, why; `undo_href` where it may be taken back."""

    at: datetime
    what: str
    amount_fen: int
    who: str
    why: str
    undone: bool
    undo_href: str


class OrderRowView(Struct, frozen=True, kw_only=True):
    """An order at the provider: what came of it in words, the provider's own code beside; `acts` where it is stuck."""

    ref: str
    what: str
    at: datetime
    amount_fen: int
    state: PillView
    said: str
    code: str
    provider_no: str
    acts: tuple[FormView, ...] = ()


class WaitingView(Struct, frozen=True):
    """A request that waits for a second person."""

    text: str
    who: str
    at: datetime
    needs: str


class PaperRowView(Struct, frozen=True):
    """A letter; `pdf_href` empty until it is printed."""

    title: str
    ref: str
    href: str
    pdf_href: str
    at: datetime


class LeaseMoneyView(LeaseTabView, frozen=True, kw_only=True):
    """GET /desk/leases/{ref}/money."""

    template: ClassVar[str] = "money/desk_lease_money.html"
    rows: tuple[BookRowView, ...]
    total: BookRowView | None
    owed: tuple[FactView, ...]
    deposit: tuple[FactView, ...]
    powers: tuple[FactView, ...]
    waiting: tuple[WaitingView, ...]
    hand: tuple[HandRowView, ...]
    orders: tuple[OrderRowView, ...]
    agreement: str
    papers: tuple[PaperRowView, ...]
    acts: tuple[FormView, ...]
    csv_href: str
    paper_act: FormView | None
    refund_href: str


class EntryRowView(Struct, frozen=True, kw_only=True):
    """An entry on a line, with its two days, who made it and why."""

    booked_on: date
    value_on: date | None
    what: str
    rule: str
    amount_fen: int
    who: str
    why: str
    undone: bool
    undo_href: str


class LeaseLineView(LeaseTabView, frozen=True, kw_only=True):
    """GET /desk/leases/{ref}/money/lines/{line}; `daily` are a late fee's days, where they are many."""

    template: ClassVar[str] = "money/desk_lease_line.html"
    back: str
    row: BookRowView
    clause_title: str
    clause_text: str
    working: tuple[str, ...]
    entries: tuple[EntryRowView, ...]
    daily: tuple[EntryRowView, ...]
    acts: tuple[FormView, ...]
    links: tuple[LinkView, ...]


class LeaseStepView(LeaseTabView, frozen=True, kw_only=True):
    """One weighty act before it is done: the figure, the clause, what follows, then the button.

    `checks` are conditions with whether they hold (None: not known yet); `form` None where it may not be done.
    """

    template: ClassVar[str] = "money/desk_lease_step.html"
    title: str
    back: str
    lead: str
    form: FormView | None
    figure: FigureView | None = None
    figure_label: str = ""
    facts: tuple[FactView, ...] = ()
    lines: tuple[FactView, ...] = ()
    checks: tuple["CheckView", ...] = ()
    follows: tuple[str, ...] = ()
    rule: str = ""


class CheckView(Struct, frozen=True):
    """One condition, ticked or not."""

    text: str
    holds: bool | None
    fact: str = ""


class LeasePaperView(LeaseTabView, frozen=True, kw_only=True):
    """GET /desk/leases/{ref}/papers/{paper_ref}: a letter as its text says."""

    template: ClassVar[str] = "money/desk_lease_paper.html"
    back: str
    title: str
    ref: str
    at: datetime
    greeting: str
    summary: str
    label: str
    amount_fen: int | None
    sections: tuple["PaperPartView", ...]
    sha256: str
    pdf_href: str
    case_href: str


class PaperPartView(Struct, frozen=True):
    """A part of a letter: its lines and what they rest on in small print."""

    title: str
    lines: tuple[str, ...]
    small: tuple[str, ...]
