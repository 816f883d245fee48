"""Where money goes when its days are known: every payment by the day it took effect, whenever it was recorded.

What the renter named, what was waived, written off or captured stays as it is (`DatedDebt.fixed`). The rest is gone
through day by day: credit settles what fell due, then the payments of the day settle what is due, late fees as run up
to the day before. Two recordings of the same payments in another order end the same.

A waiver holds against money recorded after it: money of an earlier day leaves as much of the fee as was waived later.
How high the fee was when it was waived rests on all that came before, so the days are gone through until that is known.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import accumulate

from shouwen.features.money.rules.allocation import allocate
from shouwen.features.money.rules.late_fee import LONGEST_DAYS, first_day_of, late_fee
from shouwen.features.money.rules.pause import contested_fen_on
from shouwen.features.money.types import (
    Allocation,
    AllocationTerms,
    CreditMove,
    CreditUse,
    DatedDebt,
    LateFee,
    LateFeeFacts,
    LateFeeTerms,
    OpenDebt,
    PaidIn,
    RentPayment,
    Replayed,
)
from shouwen.kernel.decision import Decision

_DAY = timedelta(days=1)
_Heights = Mapping[tuple[int, date], int]  # (late fee, day of a waiver) → what the fee came to then


def fee_of_rent(rent: DatedDebt, more: Iterable[RentPayment], terms: LateFeeTerms, on: date) -> Decision[LateFee]:
    """The late fee of a rent as of `on`, `more` having been paid beside what is fixed; it stops after ten years."""
    on = min(on, first_day_of(rent.due_on, terms.grace_days) + timedelta(days=LONGEST_DAYS))
    facts = LateFeeFacts(rent.no, rent.due_on, rent.amount_fen, on, (*rent.fixed, *more), rent.pauses)
    return late_fee(facts, terms)


def replay(
    payments: Sequence[PaidIn],
    debts: Sequence[DatedDebt],
    on: date,
    *,
    credits: Sequence[CreditMove] = (),
    terms: AllocationTerms | None = None,
    fee_terms: LateFeeTerms | None = None,
) -> Replayed:
    """Through all days until `on`; payments of one day in the order given. `debts` with `fee_of` need `fee_terms`."""
    heights: dict[tuple[int, date], int] = {}
    while True:
        walk = _Walk(debts, terms or AllocationTerms(), fee_terms, heights)
        _go(walk, payments, _days(payments, debts, credits, on), credits)
        found = walk.heights()
        if all(at in heights and fen >= heights[at] for at, fen in found.items()):
            return Replayed(walk.payments, tuple(walk.credits), walk.credit_fen)
        heights = {at: min(fen, heights.get(at, fen)) for at, fen in found.items()}  # only ever lower: it ends


def _go(walk: "_Walk", payments: Sequence[PaidIn], days: Sequence[date], credits: Sequence[CreditMove]) -> None:
    reached = date.max
    for day in days:
        while walk.credit_fen > 0 and reached < day - _DAY:  # what accrues meanwhile is settled day by day
            reached += _DAY
            walk.use_credit(reached)
        reached = day
        walk.credit_fen += sum(move.amount_fen for move in credits if move.on == day)
        walk.use_credit(day)
        for payment in payments:
            if payment.value_on == day:
                walk.take(payment)


def _days(
    payments: Sequence[PaidIn], debts: Sequence[DatedDebt], credits: Sequence[CreditMove], on: date
) -> list[date]:
    """The days on which anything can happen."""
    days = {payment.value_on for payment in payments} | {move.on for move in credits}
    for debt in debts:
        days |= {debt.due_on, debt.from_on}
        days |= {pause.until_on + _DAY for pause in debt.pauses if pause.until_on is not None}
    return sorted({*(day for day in days if day <= on), on})


class _Walk:
    """The book as it stands on the day reached."""

    def __init__(
        self, debts: Sequence[DatedDebt], terms: AllocationTerms, fee_terms: LateFeeTerms | None, heights: _Heights
    ) -> None:
        self.debts: Mapping[int, DatedDebt] = {debt.charge_id: debt for debt in debts}
        self.waived_at = heights
        self.terms, self.fee_terms = terms, fee_terms
        self.paid: dict[int, list[RentPayment]] = {debt.charge_id: [] for debt in debts}
        self.payments: dict[str, Allocation] = {}
        self.credits: list[CreditUse] = []
        self.credit_fen = 0

    def use_credit(self, day: date) -> None:
        if self.credit_fen <= 0:
            return
        for part in self._settle(self.credit_fen, day, -1).parts:
            self.credits.append(CreditUse(day, part))
            self.credit_fen -= part.amount_fen

    def heights(self) -> dict[tuple[int, date], int]:
        """What each waived late fee came to on the days it was waived, by where money went."""
        found = {}
        for debt in self.debts.values():
            if debt.fee_of is not None and self.fee_terms is not None:
                rent = self.debts[debt.fee_of]
                for on in {waiver.on for waiver in debt.waived}:
                    fee = fee_of_rent(rent, self.paid[rent.charge_id], self.fee_terms, on).outcome
                    found[debt.charge_id, on] = fee.charge_fen
        return found

    def take(self, payment: PaidIn) -> None:
        allocation = self._settle(payment.amount_fen, payment.value_on, payment.seq)
        self.payments[payment.ref] = allocation
        self.credit_fen += allocation.surplus_fen

    def _settle(self, amount_fen: int, day: date, seq: int) -> Allocation:
        opened = [debt for debt in (self._open(one, day, seq) for one in self.debts.values()) if debt is not None]
        allocation = allocate(amount_fen, opened, day, (), self.terms.order, self.terms.by).outcome
        for part in allocation.parts:
            self.paid[part.charge_id].append(RentPayment(day, part.amount_fen))
        return allocation

    def _open(self, debt: DatedDebt, day: date, seq: int) -> OpenDebt | None:
        """What the charge leaves open for money that comes as the `seq`-th booking of the day.

        That is what is not contested of what is outstanding then; and a bill is never settled twice, whatever the days.
        """
        if max(debt.from_on, debt.due_on) > day:
            return None
        earlier_fen = sum(part.amount_fen for part in debt.fixed if (part.on, part.seq) < (day, seq))
        paid_fen = sum(part.amount_fen for part in self.paid[debt.charge_id])
        amount_fen, rent = debt.amount_fen, None
        if debt.fee_of is not None and self.fee_terms is not None:
            rent = self.debts[debt.fee_of]
            if self._settled_by(rent, debt.due_on):
                return None
            amount_fen = fee_of_rent(rent, self.paid[rent.charge_id], self.fee_terms, day).outcome.charge_fen
        room_fen = amount_fen - earlier_fen - paid_fen - contested_fen_on(debt.pauses, day)
        for height_fen, later_fen in self._waived_later(debt, day, seq):
            room_fen = min(room_fen, height_fen - earlier_fen - later_fen - paid_fen)
        if rent is None:
            room_fen = min(room_fen, amount_fen - sum(part.amount_fen for part in debt.fixed) - paid_fen)
        if room_fen <= 0:
            return None
        instalment_on = debt.due_on if rent is None else rent.due_on
        return OpenDebt(debt.charge_id, debt.kind, debt.due_on, room_fen, instalment_on=instalment_on)

    def _waived_later(self, debt: DatedDebt, day: date, seq: int) -> Iterable[tuple[int, int]]:
        """What a late fee came to at each later waiver, and what had been waived since then in all and still stands."""
        later = sorted(
            (one for one in debt.waived if (one.on, one.seq) >= (day, seq)), key=lambda one: (one.on, one.seq)
        )
        sums = list(accumulate(one.amount_fen for one in later))
        for n, one in enumerate(later):
            height_fen = self.waived_at.get((debt.charge_id, one.on))
            if height_fen is not None:
                yield height_fen, max(0, min(sums[n:]))

    def _settled_by(self, rent: DatedDebt, first_on: date) -> bool:
        """Whether nothing was left of the rent before it could bear a fee."""
        parts = (*rent.fixed, *self.paid[rent.charge_id])
        return sum(part.amount_fen for part in parts if part.on <= first_on) >= rent.amount_fen
