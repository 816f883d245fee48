"""What one may tell the simulator: set the scene, misbehave, let time pass, play the renter's part."""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

_Fen = Annotated[int, Meta(ge=0, le=10**12)]
_Name = Annotated[str, Meta(min_length=1, max_length=64)]
_Seconds = Annotated[int, Meta(ge=0, le=400 * 86_400)]


class Fault(StrEnum):
    """How one call goes wrong. `after`: it was carried out, the money moved, but that is not what one hears."""

    NONE = "none"
    SILENT_BEFORE = "silent_before"
    SILENT_AFTER = "silent_after"
    BROKEN_BEFORE = "broken_before"  # 502
    BROKEN_AFTER = "broken_after"
    SYSTEM_ERROR_BEFORE = "system_error_before"
    SYSTEM_ERROR_AFTER = "system_error_after"
    GATEWAY_ERROR = "gateway_error"  # 20000, before
    FORGED_AFTER = "forged_after"  # an answer under a wrong signature
    GARBAGE_AFTER = "garbage_after"
    UNDECIDED = "undecided"  # 10003, until `Decide`


class Manner(StrEnum):
    """How a buyer's notifications travel."""

    PROMPT = "prompt"
    TWICE = "twice"
    HELD = "held"  # until `LetGo`
    LOST = "lost"
    FORGED = "forged"  # somebody else's signature


class SetBuyer(Struct, frozen=True, tag="buyer", tag_field="do", forbid_unknown_fields=True):
    """Make a buyer, or change their balance, state and payment code."""

    buyer_id: _Name
    balance_fen: _Fen
    is_blocked: bool = False
    auth_code: str = ""


class SetAgreement(Struct, frozen=True, tag="agreement", tag_field="do", forbid_unknown_fields=True):
    """Sign an agreement, or end it."""

    agreement_no: _Name
    buyer_id: _Name
    is_ended: bool = False


class Script(Struct, frozen=True, tag="script", tag_field="do", forbid_unknown_fields=True):
    """The next calls about a buyer (empty: anybody) by this method (empty: any) go like this, one after the other."""

    faults: tuple[Fault, ...]
    buyer_id: str = ""
    method: str = ""


class Travel(Struct, frozen=True, tag="travel", tag_field="do", forbid_unknown_fields=True):
    """How a buyer's notifications travel from now on (empty: everybody's)."""

    manner: Manner
    buyer_id: str = ""


class LetGo(Struct, frozen=True, tag="let_go", tag_field="do", forbid_unknown_fields=True):
    """Held notifications may leave, the newest first where that is asked."""

    newest_first: bool = False


class Forward(Struct, frozen=True, tag="forward", tag_field="do", forbid_unknown_fields=True):
    """Let time pass."""

    seconds: _Seconds


class Decide(Struct, frozen=True, tag="decide", tag_field="do", forbid_unknown_fields=True):
    """An undecided payment (by out_trade_no) or freeze (by out_order_no) ends."""

    number: _Name
    yes: bool


class Confirm(Struct, frozen=True, tag="confirm", tag_field="do", forbid_unknown_fields=True):
    """The renter confirms a freeze order in their app."""

    order: str
    buyer_id: _Name


Command = SetBuyer | SetAgreement | Script | Travel | LetGo | Forward | Decide | Confirm


class Cannot(ValueError):
    """A command that does not fit the scene; the text says why."""
