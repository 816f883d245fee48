"""What other features may use of people."""

from shouwen.features.people.rules.authority import Allowed, AuthorityPolicy, PowerAct, authority_from, decide_authority
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
    "AuthorityPolicy",
    "PowerAct",
    "authority_from",
    "decide_authority",
    "find_session",
    "is_live",
    "list_staff",
    "purge_expired",
    "read_renter_card",
    "read_renter_secret",
]
