"""When what is due is deducted, and how much of it at once."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shouwen.features.payments.asking import attempt_policy_on
from shouwen.features.payments.rules.deducting import decide_attempt
from shouwen.features.payments.types import AttemptPolicy, DueDebt, LastAttempt

DUE_ON = date(2026, 3, 1)
POLICY = AttemptPolicy("test", (0, 1, 3, 7), 8)
RENT = DueDebt(1, DUE_ON, 50_000)
OLDER = DueDebt(2, date(2026, 2, 1), 50_000)


def attempt(debts, days, last=None):
    return decide_attempt(debts, DUE_ON + timedelta(days=days), last, POLICY).outcome


def tried(days, fault="", covers=(1,)):
    return LastAttempt(DUE_ON + timedelta(days=days), fault, covers)


def test_rent_is_deducted_on_its_due_day():
    assert (attempt([RENT], 0).amount_fen, attempt([RENT], 0).covers) == (50_000, (1,))


def test_nothing_is_deducted_before_the_due_day():
    assert attempt([RENT], -1) is None


@pytest.mark.parametrize(("last", "days", "expected"), [(0, 0, None), (0, 1, 50_000), (1, 2, None), (1, 3, 50_000)])
def test_attempts_follow_the_days_of_the_policy(last, days, expected):
    made = attempt([RENT], days, tried(last))
    assert (made and made.amount_fen) == expected


def test_attempt_day_that_was_missed_is_made_up_for_once():
    assert attempt([RENT], 5, tried(1)).amount_fen == 50_000
    assert attempt([RENT], 6, tried(5)) is None
    assert attempt([RENT], 7, tried(5)).amount_fen == 50_000


def test_after_the_last_attempt_day_nothing_is_tried_any_more():
    assert attempt([RENT], 60, tried(7)) is None


def test_all_that_is_due_goes_in_one_sum():
    made = attempt([RENT, OLDER, DueDebt(3, OLDER.due_on, 120)], 0)
    assert (made.amount_fen, made.covers) == (100_120, (2, 3, 1))


@pytest.mark.parametrize("fault", ["balance", "limit"])
def test_sum_refused_for_want_of_money_is_followed_by_the_oldest_bill_alone(fault):
    made = attempt([RENT, OLDER], 1, tried(0, fault, (2, 1)))
    assert (made.amount_fen, made.covers) == (50_000, (2,))


def test_sum_refused_for_another_reason_is_tried_again_whole():
    assert attempt([RENT, OLDER], 1, tried(0, "platform", (2, 1))).amount_fen == 100_000


def test_contested_debt_of_nothing_is_left_out():
    assert attempt([DueDebt(1, DUE_ON, 0)], 0) is None


@given(
    debts=st.lists(
        st.builds(DueDebt, st.integers(1, 9), st.dates(date(2026, 1, 1), date(2026, 4, 1)), st.integers(0, 10**9)),
        max_size=6,
    ),
    days=st.integers(-10, 90),
)
def test_attempt_is_never_more_than_is_owed_nor_than_the_limit(debts, days):
    made = attempt(debts, days)
    if made is not None:
        assert 0 < made.amount_fen <= min(10**9, sum(debt.amount_fen for debt in debts))


def test_policy_in_force_names_its_days():
    policy = attempt_policy_on(date(2026, 11, 23))
    assert policy.attempt_days[0] == 0
    assert list(policy.attempt_days) == sorted(policy.attempt_days)
