"""Where a lease stands on its ladder, and what its instalments are on a business day."""

from collections.abc import Sequence
from datetime import date
from typing import Literal


def standing_of(rents_fen: Sequence[int], covered_fen: int) -> tuple[int, int]:
    """Settled instalments, and the part of the next one covered: BUY-1 settles in order, whatever was named.

    `covered_fen` is all rent paid, waived or abated.
    """
    settled, rest_fen = 0, covered_fen
    for rent_fen in rents_fen:
        if rest_fen < rent_fen:
            return settled, rest_fen
        settled, rest_fen = settled + 1, rest_fen - rent_fen
    return settled, 0


def instalment_state(due_on: date, outstanding_fen: int, on: date) -> tuple[Literal["paid", "open", "overdue"], int]:
    """The state on a Beijing day, and the days since the due date where it is overdue."""
    if outstanding_fen == 0:
        return "paid", 0
    late = (on - due_on).days
    return ("overdue", late) if late > 0 else ("open", 0)
