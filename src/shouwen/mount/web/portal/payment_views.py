"""Views of the renter's payments, agreement and letters; `template` names the file that renders each."""

from datetime import datetime
from typing import ClassVar, Literal

from msgspec import Struct

from shouwen.mount.pages.form_views import FormView
from shouwen.mount.pages.views import FactView, FigureView, HumanView, LinkView, PillView
from shouwen.mount.web.portal.money_views import PayPartView


class PortalOrderView(Struct, frozen=True, kw_only=True):
    """GET /my/leases/{ref}/payments/{order}: how a payment stands. `waits`: the page looks again by itself."""

    template: ClassVar[str] = "payments/portal_order.html"
    human: HumanView
    lease_ref: str
    title: str
    lead: str
    next_text: str
    tone: Literal["wait", "good", "bad"]
    waits: bool
    amount_fen: int
    state: PillView
    facts: tuple[FactView, ...]
    parts: tuple[PayPartView, ...]
    action: LinkView | None
    links: tuple[LinkView, ...]


class PaymentRowView(Struct, frozen=True, kw_only=True):
    """One payment, refund or act on the deposit in the list."""

    title: str
    href: str
    at: datetime
    amount_fen: int
    state: PillView
    note: str = ""


class PortalPaymentsView(Struct, frozen=True, kw_only=True):
    """GET /my/leases/{ref}/payments."""

    template: ClassVar[str] = "payments/portal_payments.html"
    human: HumanView
    lease_ref: str
    model: str
    rows: tuple[PaymentRowView, ...]
    refunds: tuple[PaymentRowView, ...]
    credit: tuple[FactView, ...]
    credit_text: str
    credit_form: FormView | None
    links: tuple[LinkView, ...]
    said: str = ""


class PortalAgreementView(Struct, frozen=True, kw_only=True):
    """GET /my/leases/{ref}/agreement and …/agreement/end: deductions, when the next is tried, how to end them."""

    template: ClassVar[str] = "payments/portal_agreement.html"
    human: HumanView
    lease_ref: str
    model: str
    state: PillView
    facts: tuple[FactView, ...]
    next: FigureView | None
    next_text: str
    rules: tuple[str, ...]
    links: tuple[LinkView, ...]
    end_href: str = ""
    end: FormView | None = None
    after: tuple[str, ...] = ()
    said: str = ""


class PaperRowView(Struct, frozen=True, kw_only=True):
    """One letter in the list."""

    title: str
    href: str
    at: datetime
    state: PillView


class PortalPapersView(Struct, frozen=True, kw_only=True):
    """GET /my/leases/{ref}/papers."""

    template: ClassVar[str] = "papers/portal_papers.html"
    human: HumanView
    lease_ref: str
    model: str
    rows: tuple[PaperRowView, ...]
    links: tuple[LinkView, ...]


class PaperSectionView(Struct, frozen=True):
    """A part of a letter."""

    title: str
    lines: tuple[str, ...]
    small: tuple[str, ...]


class PortalPaperView(Struct, frozen=True, kw_only=True):
    """GET /my/papers/{ref}: a letter to read; `download` empty while it is printed, and the page looks again."""

    template: ClassVar[str] = "papers/portal_paper.html"
    human: HumanView
    back_href: str
    title: str
    state: PillView
    greeting: str
    summary: str
    figure_label: str
    amount_fen: int | None
    sections: tuple[PaperSectionView, ...]
    facts: tuple[FactView, ...]
    download: str
    said: str = ""
