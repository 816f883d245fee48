"""What the desk may charge and take back by hand; everything else has its own rule."""

from collections.abc import Iterable

from shouwen.features.contracts.types import Clause
from shouwen.features.money.types import ChargeKind

WAIVABLE = (ChargeKind.LATE_FEE, ChargeKind.ADDON, ChargeKind.FEE)

# Clauses that govern none of our terms (services, parts) may be charged under too, those of rent or lateness not.
_CHARGED_BY_HAND = frozenset(
    {"early_return_fee_fen", "early_return_share", "early_return_rents", "early_buyout_fee_fen", "hold_over_daily_fen"}
)
_UNDOABLE = ("payment:", "waiver:", "write_off:", "recovery:", "charge:")
_BY_RULE = "waiver:late4:"  # a right of the renter, not a favour
_AT_PROVIDER = "payment:ZF-"  # money that moved at a provider goes back by a refund


def first_key(entry_key: str) -> str:
    """The key an entry was first booked under; a payment that moved to other bills goes on under `…/2`."""
    return entry_key.partition("/")[0]


def is_ours_to_undo(entry_key: str) -> bool:
    """Whether an entry of this key is one of those that the desk takes back."""
    return entry_key.startswith(_UNDOABLE) and not entry_key.startswith(_BY_RULE)


def is_at_provider(entry_key: str) -> bool:
    """Whether the entry says that money moved at the provider."""
    return entry_key.startswith(_AT_PROVIDER)


def may_charge_under(clause: Clause) -> bool:
    """Whether a charge by hand may rest on this clause."""
    return not clause.terms or bool(_CHARGED_BY_HAND & set(clause.terms))


def chargeable(clauses: Iterable[Clause]) -> tuple[Clause, ...]:
    """The clauses of a contract under which the desk may charge by hand."""
    return tuple(clause for clause in clauses if may_charge_under(clause))
