"""What can go wrong on the way."""

from enum import StrEnum

from msgspec import Struct

from shouwen.features.cases.types import CaseType


class TroubleKind(StrEnum):
    """Each opens a case of its own, once."""

    SHIPPED_LATE = "shipped_late"
    STUCK = "stuck"
    LOST = "lost"
    REFUSED = "refused"
    NOT_RECEIVED = "not_received"
    CLAIMED_TWICE = "claimed_twice"
    OLD_PHONE_OUT = "old_phone_out"


class Trouble(Struct, frozen=True):
    """One thing that went wrong. `subject` names it for ever: the same one never opens a second case."""

    kind: TroubleKind
    subject: str
    lease_id: int
    case_type: CaseType
    situation: str
    request: str
