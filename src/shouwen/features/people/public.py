"""What other features may use of people."""

from shouwen.features.people.rules.authority import (
    Allowed,
    AloneOutcome,
    AuthorityPolicy,
    PowerAct,
    authority_from,
    decide_authority,
    decide_without_second_person,
    others_needed,
)
from shouwen.features.people.rules.powers import PowerLeft, power_left
from shouwen.features.people.store import (
    find_session,
    is_live,
    list_staff,
    purge_expired,
    read_renter_card,
    read_renter_secret,
)

__all__ = [
    "Allowed",
    "AloneOutcome",
    "AuthorityPolicy",
    "PowerAct",
    "PowerLeft",
    "authority_from",
    "decide_authority",
    "decide_without_second_person",
    "find_session",
    "is_live",
    "list_staff",
    "others_needed",
    "power_left",
    "purge_expired",
    "read_renter_card",
    "read_renter_secret",
]
