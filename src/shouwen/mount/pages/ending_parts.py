"""What the pages of a lease's end have in common: a quote with its lines, an agreement and where it stands."""

from msgspec import Struct

from .form_views import FormView
from .parts import ClockView, FactView, FigureView, LineView, LinkView, PillView


class PricedView(Struct, frozen=True, kw_only=True):
    """A quote in large: what it is for, the figure with clauses and working, its lines where there are several."""

    label: str
    figure: FigureView
    lines: tuple[LineView, ...] = ()


class BlockView(Struct, frozen=True):
    """A card of facts under a heading, with a sentence under it."""

    title: str
    facts: tuple[FactView, ...] = ()
    text: str = ""


class AgreedView(Struct, frozen=True, kw_only=True):
    """An agreement that is under way or done: in one sentence, by when, what of it is open, what to do now.

    `acts` are its forms, the first one the main act; `href` with `action` is the main act where it is a page.
    """

    title: str
    text: str
    pill: PillView | None = None
    clock: ClockView | None = None
    quote: PricedView | None = None
    facts: tuple[FactView, ...] = ()
    links: tuple[LinkView, ...] = ()
    acts: tuple[FormView, ...] = ()
    href: str = ""
    action: str = ""
