"""Allocation by days, amounts that change, and late fees as integers: what holds for all figures."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace as changed

from shouwen.features.money.rules.amount_change import decide_amount_change
from shouwen.features.money.rules.entries import balance_fen, entry_for_amount_change
from shouwen.features.money.rules.late_fee import LONGEST_DAYS, fee_integers, first_day_of
from shouwen.features.money.rules.replay import fee_of_rent, replay
from shouwen.features.money.types import (
    RECEIVABLE,
    Account,
    AllocationTerms,
    ChargeAmounts,
    ChargeKind,
    CreditMove,
    DatedDebt,
    LateFeeTerms,
    PaidIn,
    Pause,
    RentPayment,
)

DUE = date(2026, 3, 1)
TERMS = LateFeeTerms(3, "5.1", daily_rate="0.0002", lpr_one_year="0.03")


def day(n):
    return DUE + timedelta(days=n)


def debts(*, pauses=()):
    rents = [DatedDebt(no, ChargeKind.RENT, no, day(30 * no - 30), day(30 * no - 30), 50_000) for no in (1, 2, 3)]
    rents[0] = changed(rents[0], pauses=pauses)
    fees = [
        DatedDebt(10 + rent.no, ChargeKind.LATE_FEE, rent.no, first, first, fee_of=rent.charge_id)
        for rent, first in ((rent, first_day_of(rent.due_on, TERMS.grace_days)) for rent in rents)
    ]
    return [*rents, *fees]


def settled(outcome):
    """How much each charge got, by payments and credit together."""
    found = {}
    for part in [part for one in outcome.payments.values() for part in one.parts] + [u.part for u in outcome.credits]:
        found[part.charge_id] = found.get(part.charge_id, 0) + part.amount_fen
    return found


amounts = st.lists(st.tuples(st.integers(0, 80), st.integers(1, 90_000)), min_size=1, max_size=6)


@given(amounts, st.integers(0, 100), st.sampled_from(["kind", "due"]))
def test_all_money_is_somewhere_and_no_bill_is_settled_twice(paid, on, by):
    payments = [PaidIn(str(n), day(d), fen) for n, (d, fen) in enumerate(sorted(paid)) if d <= on]
    outcome = replay(payments, debts(), day(on), terms=AllocationTerms(by=by), fee_terms=TERMS)
    found = settled(outcome)
    assert sum(found.values()) + outcome.credit_fen == sum(one.amount_fen for one in payments)
    assert outcome.credit_fen >= 0
    assert all(found.get(no, 0) <= 50_000 for no in (1, 2, 3))


@given(amounts, st.randoms())
def test_order_of_recording_on_different_days_does_not_matter(paid, chance):
    once_a_day = sorted(dict(paid).items())
    payments = [PaidIn(str(n), day(d), fen, n) for n, (d, fen) in enumerate(once_a_day)]
    shuffled = list(payments)
    chance.shuffle(shuffled)
    one, other = (replay(some, debts(), day(90), fee_terms=TERMS) for some in (payments, shuffled))
    assert (one.payments, one.credits, one.credit_fen) == (other.payments, other.credits, other.credit_fen)


def test_contested_part_is_left_alone_and_settled_when_the_pause_is_over():
    pause = Pause(DUE, day(9), 20_000)
    outcome = replay([PaidIn("A", day(2), 60_000)], debts(pauses=(pause,)), day(12), fee_terms=TERMS)
    assert [part.amount_fen for part in outcome.payments["A"].parts] == [30_000]
    assert [(use.on, use.part.amount_fen) for use in outcome.credits] == [(day(10), 20_000)]


def test_what_was_named_keeps_its_place_before_unnamed_money_of_an_earlier_day():
    named = changed(debts()[0], fixed=(RentPayment(day(3), 50_000, 7),))
    outcome = replay([PaidIn("A", day(2), 10_000)], [named, *debts()[1:]], day(5), fee_terms=TERMS)
    assert outcome.payments["A"].parts == ()
    assert outcome.credit_fen == 10_000


def test_money_of_an_earlier_day_leaves_what_was_waived_later():
    fees = [
        changed(one, fixed=(waiver,), waived=(waiver,))
        for one in debts()[3:4]
        for waiver in [RentPayment(day(20), 10, 5)]
    ]
    book = [*debts()[:3], *fees, *debts()[4:]]
    outcome = replay([PaidIn("A", day(10), 60_000)], book, day(21), fee_terms=TERMS)
    assert [(part.charge_id, part.amount_fen) for part in outcome.payments["A"].parts] == [(1, 50_000), (11, 50)]
    later = replay([PaidIn("A", day(10), 60_000)], book, day(29), fee_terms=TERMS)
    assert later.payments == outcome.payments


def test_money_before_a_waiver_is_measured_by_the_fee_of_the_day_it_was_waived():
    """Half of the rent stays open, so the fee paid on the 6th day had grown by the 20th: nothing is taken from it."""
    pause = Pause(DUE, day(8), 25_000)
    waiver = RentPayment(day(20), 40, 5)
    rents, [fee, *fees] = debts(pauses=(pause,))[:3], debts()[3:]
    book = [*rents, changed(fee, fixed=(waiver,), waived=(waiver,)), *fees]
    outcome = replay([PaidIn("A", day(6), 25_100)], book, day(40), fee_terms=TERMS)
    assert outcome.payments["A"].parts[0].amount_fen == 25_000
    assert sum(part.amount_fen for part in outcome.payments["A"].parts[1:]) == 10
    assert (
        settled(outcome)[11] + 40
        <= fee_of_rent(rents[0], [RentPayment(day(6), 25_000)], TERMS, day(40)).outcome.charge_fen
    )


def test_credit_that_was_refunded_is_missing_at_the_end():
    outcome = replay([PaidIn("A", day(0), 60_000)], debts(), day(3), credits=[CreditMove(day(1), -10_001)])
    assert outcome.credit_fen == -1


def test_late_fee_of_more_than_ten_years_stops_instead_of_failing():
    rent = debts()[0]
    last = fee_of_rent(rent, (), TERMS, first_day_of(DUE, 3) + timedelta(days=LONGEST_DAYS))
    assert fee_of_rent(rent, (), TERMS, date(2099, 1, 1)).outcome.charge_fen == last.outcome.charge_fen


parts = st.integers(0, 10_000)


@given(parts, parts, parts, parts, st.integers(0, 50_000))
def test_amount_change_adds_up_and_books_what_it_says(paid, waived, written_off, rest, total_fen):
    booked = ChargeAmounts(paid + waived + written_off + rest, paid, waived, written_off)
    change = decide_amount_change(booked, total_fen)
    after = ChargeAmounts(
        booked.amount_fen + change.accrue_fen - change.reduce_fen, paid - change.to_credit_fen,
        waived - change.unwaive_fen, written_off - change.unwrite_fen,
    )  # fmt: skip
    assert after.amount_fen == total_fen
    assert min(after.outstanding_fen, after.paid_fen, after.waived_fen, after.written_off_fen) >= 0
    if change:
        entry = entry_for_amount_change("k", ChargeKind.LATE_FEE, 1, change, "m", "LATE-1")
        moved_fen = after.outstanding_fen - booked.outstanding_fen
        assert balance_fen([entry], RECEIVABLE[ChargeKind.LATE_FEE]) == moved_fen
        assert balance_fen([entry], Account.RENTER_CREDIT) == -change.to_credit_fen


def test_amount_change_to_less_than_nothing_is_a_bug():
    with pytest.raises(ValueError, match="less than nothing"):
        decide_amount_change(ChargeAmounts(1), -1)


rates = st.decimals("0", "0.01", places=6, allow_nan=False).map(lambda rate: f"{rate:f}")


@given(
    rates, st.none() | st.decimals("0", "1", places=3).map(lambda share: f"{share:f}"), st.integers(1, 10**7),
    st.integers(0, 400),
)  # fmt: skip
def test_clause_in_integers_gives_the_fee_of_the_rule(rate, cap, rent_fen, days):
    terms = LateFeeTerms(3, "5.1", daily_rate=rate, cap_share=cap, lpr_one_year="0.0345")
    i = fee_integers(terms)
    rent = DatedDebt(1, ChargeKind.RENT, 1, DUE, DUE, rent_fen)
    fee = fee_of_rent(rent, (), terms, day(4 + days)).outcome
    limits = [fee.fen_days * i.rate_num // i.rate_den, fee.fen_days * i.gate_num // i.gate_den]
    if i.cap_num is not None:
        limits.append(rent_fen * i.cap_num // i.cap_den)
    assert fee.fen_days == rent_fen * days
    assert min(limits) == fee.charge_fen
    assert Fraction(i.rate_num, i.rate_den) == Fraction(rate)


def test_clause_of_a_daily_amount_in_integers_has_no_rate():
    i = fee_integers(LateFeeTerms(3, "5.1", daily_fen=500))
    assert (i.rate_num, i.rate_den, i.daily_fen, i.cap_num) == (None, None, 500, None)
