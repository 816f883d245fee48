"""When each instalment is due, and which days it pays for: from one anchor, never from the date before."""

from calendar import monthrange
from datetime import date, timedelta
from functools import lru_cache

from shouwen.features.contracts.types import Contract, Terms
from shouwen.kernel.errors import BadInput


@lru_cache(maxsize=4_096)
def due_dates(first_due_on: date, periods: int, due_day: int | None = None) -> tuple[date, ...]:
    """`periods` monthly due dates; a month without the day gives its last one (31 Jan → 28 Feb → 31 Mar)."""
    return tuple(_in_month(first_due_on, months, due_day) for months in range(periods))


def refuse_first_due(terms: Terms, first_due_on: date) -> None:
    """BadInput where the contract fixes the day of the month and the first due date is another one."""
    expected_on = _in_month(first_due_on, 0, terms.due_day)
    if expected_on != first_due_on:
        raise BadInput(
            "first_due_on",
            f"合同约定每月 {terms.due_day} 日付款，{first_due_on} 不是这一天",
            f"due dates fall on day {terms.due_day} of the month",
            remedy_zh=f"请改为 {expected_on}",
            remedy_en=f"use {expected_on}",
        )


def period_of(contract: Contract, no: int) -> tuple[date, date]:
    """The days instalment `no` (1-based) pays for, as [from, to): the month after its due date, or before it.

    The last one ends, and one paid in arrears begins, a month away on the same anchor. IndexError beyond the term.
    """
    if not 1 <= no <= len(contract.due_on):
        raise IndexError(f"no instalment {no}")
    first_on, due_day = contract.due_on[0], contract.terms.due_day
    if contract.terms.rent_paid == "arrears":
        from_on = contract.due_on[no - 2] if no > 1 else _in_month(first_on, -1, due_day)
        return from_on, contract.due_on[no - 1]
    to_on = contract.due_on[no] if no < len(contract.due_on) else _in_month(first_on, no, due_day)
    return contract.due_on[no - 1], to_on


def starts_on(contract: Contract) -> date:
    """The first day of the term."""
    return period_of(contract, 1)[0]


def ends_on(contract: Contract) -> date:
    """The last day of the term."""
    return period_of(contract, len(contract.due_on))[1] - timedelta(days=1)


def no_on(contract: Contract, on: date) -> int | None:
    """The instalment that pays for a day; None outside the term."""
    for no in range(1, len(contract.due_on) + 1):
        from_on, to_on = period_of(contract, no)
        if from_on <= on < to_on:
            return no
    return None


def _in_month(first_on: date, months: int, due_day: int | None) -> date:
    year, month0 = divmod(first_on.year * 12 + first_on.month - 1 + months, 12)
    return date(year, month0 + 1, min(due_day or first_on.day, monthrange(year, month0 + 1)[1]))
