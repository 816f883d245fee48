"""Forms as data: a page says which fields an act has, one component draws them all alike."""

from typing import Literal

from msgspec import Struct

from .parts import ProblemView

FieldKind = Literal["text", "area", "yuan", "number", "date", "datetime", "select", "check", "hidden", "checks", "file"]


class PickView(Struct, frozen=True):
    """One thing to pick; `note` stands small beside it."""

    value: str
    label: str
    chosen: bool = False
    note: str = ""


class FieldView(Struct, frozen=True, kw_only=True):
    """One field. A `yuan` field is named `…_yuan` and arrives at the act as `…_fen`; a `datetime` is Beijing's clock.

    `wrong` marks the one the refusal named.
    """

    name: str
    label: str = ""
    kind: FieldKind = "text"
    value: str = ""
    picks: tuple[PickView, ...] = ()
    hint: str = ""
    placeholder: str = ""
    max_length: int = 200
    low: str = ""
    high: str = ""
    accept: str = ""
    required: bool = True
    wrong: bool = False


class FormView(Struct, frozen=True, kw_only=True):
    """One act: a `title` that opens to its fields, or open from the start where `folded` is false."""

    name: str
    action: str
    title: str
    button: str
    fields: tuple[FieldView, ...] = ()
    lead: str = ""
    main: bool = False
    folded: bool = True
    problem: ProblemView | None = None
