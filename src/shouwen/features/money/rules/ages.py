"""How old the debts of a lease are: days past due, in bands; the lease is as old as its oldest open debt."""

from collections.abc import Sequence
from datetime import date, timedelta

from shouwen.features.money.types import Age, DebtOn

BUCKETS = (1, 31, 61, 91)


def ages_of(
    debts: Sequence[DebtOn], on: date, *, grace_days: int = 0, buckets: Sequence[int] = BUCKETS
) -> tuple[Age, ...]:
    """The open debts that are due by `on`, oldest first; `grace_days` where the contract counts from their end.

    `buckets` are the first days of the bands, rising; a debt not past due yet is in band 0.
    """
    ages = []
    for debt in sorted(debts, key=lambda one: (one.due_on, one.no, one.charge_id)):
        counts_from = debt.due_on + timedelta(days=grace_days)
        if debt.outstanding_fen <= 0 or debt.due_on > on:
            continue
        days = max(0, (on - counts_from).days)
        bucket = max((first for first in buckets if first <= days), default=0)
        ages.append(Age(debt.charge_id, debt.no, debt.due_on, debt.outstanding_fen, days, bucket))
    return tuple(ages)


def lease_age(ages: Sequence[Age]) -> Age | None:
    """The oldest; None where nothing is due."""
    return max(ages, key=lambda age: (age.days_past_due, -age.charge_id), default=None)
