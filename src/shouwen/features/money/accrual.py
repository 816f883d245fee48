"""The late fee an overdue instalment has run up by a day, from its contract (LATE-1…3); nothing is booked here."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Literal

from shouwen.features.contracts.public import contract_policy_on, parse_rate
from shouwen.features.contracts.types import Contract
from shouwen.features.money.rules.late_fee import LONGEST_DAYS, first_day_of, late_fee
from shouwen.features.money.types import (
    DEFAULT_ORDER,
    AllocationTerms,
    ChargeKind,
    LateFee,
    LateFeeFacts,
    LateFeeTerms,
    Pause,
    RentPayment,
)
from shouwen.kernel.decision import Decision


def late_fee_terms(contract: Contract) -> LateFeeTerms | None:
    """The late-fee clause with the LPR of the signing day; None where the contract asks none."""
    terms = contract.terms
    clauses = contract.clauses_for("late_fee_daily_rate", "late_fee_daily_fen")
    if not clauses or (terms.late_fee_daily_rate is None and not terms.late_fee_daily_fen):
        return None
    rate = None if terms.late_fee_daily_rate is None else plain_rate(parse_rate(terms.late_fee_daily_rate))
    return LateFeeTerms(
        grace_days=terms.grace_days,
        clause=clauses[0],
        daily_rate=rate,
        daily_fen=terms.late_fee_daily_fen if rate is None else None,
        cap_share=None if terms.late_fee_cap_share is None else plain_rate(parse_rate(terms.late_fee_cap_share)),
        lpr_one_year=_lpr_on(contract.signed_on),
    )


def allocation_terms(contract: Contract | None) -> AllocationTerms:
    """The contract's own order of settling (民法典 561), else the law's (560)."""
    if contract is None:
        return AllocationTerms()
    return order_of(contract.terms.allocation_order, contract.terms.allocation_by)


def order_of(kinds: Sequence[str], by: Literal["kind", "due"]) -> AllocationTerms:
    """The same from the two terms; kinds that are left out follow in the law's order."""
    own = tuple(ChargeKind(kind) for kind in kinds)
    rest = tuple(kind for kind in DEFAULT_ORDER if kind not in own)
    return AllocationTerms((*own, *rest) if own else DEFAULT_ORDER, by)


@lru_cache(maxsize=4_096)  # reading the policy files takes longer than all the rest of a lease's file
def _lpr_on(signed_on: date) -> str:
    return plain_rate(contract_policy_on(signed_on).lpr_one_year)


def accrued_late_fee(
    terms: LateFeeTerms,
    no: int,
    due_on: date,
    rent_fen: int,
    on: date,
    payments: Sequence[RentPayment] = (),
    pauses: Sequence[Pause] = (),
) -> Decision[LateFee]:
    """The fee of instalment `no` as of `on`, for ten years at most; waived rent counts as a payment on its day."""
    on = min(on, first_day_of(due_on, terms.grace_days) + timedelta(days=LONGEST_DAYS))
    return late_fee(LateFeeFacts(no, due_on, rent_fen, on, tuple(payments), tuple(pauses)), terms)


def plain_rate(value: Fraction) -> str:
    """A terminating fraction as a plain decimal: 0.03, never 3E-2."""
    return f"{(Decimal(value.numerator) / Decimal(value.denominator)).normalize():f}"
