"""DEF-1: demand, ten full days, termination; a fifth of the price; the rent of a phone that is kept."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shouwen.features.arrears.rules.default import decide_default, last_day, refuse_acceleration, refuse_step
from shouwen.features.arrears.rules.hold_over import decide_hold_over
from shouwen.features.arrears.types import DEFAULT_ZH, DefaultFacts, DefaultStep, HoldOverFacts
from shouwen.kernel.errors import Refusal

DELIVERED_ON = date(2026, 11, 3)
UNTIL_ON = last_day(DELIVERED_ON, 10)
_S = DefaultStep


def facts(**more):
    values = {"overdue_fen": 50_115, "overdue_rent_fen": 50_000, "price_fen": 600_000, **more}
    return DefaultFacts(**values)


def demanded(**more):
    return facts(demanded_on=date(2026, 11, 2), delivered_on=DELIVERED_ON, until_on=UNTIL_ON, **more)


def test_period_is_ten_full_days_from_the_day_after_delivery():
    assert date(2026, 11, 13) == UNTIL_ON
    assert last_day(DELIVERED_ON, 3) == UNTIL_ON
    assert decide_default(demanded(), UNTIL_ON).outcome.step is _S.WAITING
    assert decide_default(demanded(), UNTIL_ON + timedelta(days=1)).outcome.step is _S.MAY_ACT


def test_steps_follow_one_another():
    on = date(2026, 12, 31)
    assert decide_default(facts(overdue_fen=0), on).outcome.step is _S.NOTHING
    assert decide_default(facts(), on).outcome.step is _S.MAY_DEMAND
    assert decide_default(facts(demanded_on=on), on).outcome.step is _S.DELIVERING
    assert decide_default(demanded(overdue_fen=0), on).outcome.step is _S.NOTHING


@pytest.mark.parametrize(
    ("given_facts", "on"),
    [
        (facts(), UNTIL_ON + timedelta(days=1)),
        (facts(demanded_on=DELIVERED_ON), UNTIL_ON + timedelta(days=400)),
        (demanded(), UNTIL_ON),
        (demanded(overdue_fen=0), UNTIL_ON + timedelta(days=1)),
    ],
)
def test_termination_before_its_time_is_refused_with_what_comes_first(given_facts, on):
    with pytest.raises(Refusal) as refused:
        refuse_step(given_facts, _S.MAY_ACT, on)
    assert refused.value.code == "default_too_early"
    assert refused.value.remedy_zh


@pytest.mark.parametrize(("overdue_fen", "may"), [(119_999, False), (120_000, True), (600_000, True)])
def test_rest_becomes_due_from_a_fifth_of_the_price_on(overdue_fen, may):
    after = UNTIL_ON + timedelta(days=1)
    given_facts = demanded(overdue_rent_fen=overdue_fen, instalment_sale=True)
    assert decide_default(given_facts, after).outcome.may_accelerate is may
    if not may:
        with pytest.raises(Refusal) as refused:
            refuse_acceleration(given_facts, after)
        assert refused.value.code == "below_a_fifth"


def test_rest_never_becomes_due_without_an_instalment_sale_or_before_the_days_are_over():
    with pytest.raises(Refusal) as refused:
        refuse_acceleration(demanded(overdue_rent_fen=600_000), UNTIL_ON + timedelta(days=1))
    assert refused.value.code == "not_an_instalment_sale"
    with pytest.raises(Refusal) as refused:
        refuse_acceleration(demanded(overdue_rent_fen=600_000, instalment_sale=True), UNTIL_ON)
    assert refused.value.code == "default_too_early"


def test_every_step_has_its_words():
    assert set(DEFAULT_ZH) == set(DefaultStep)


FROM_ON = date(2026, 11, 15)


def hold_over(on, **more):
    values = {"from_on": FROM_ON, "daily_num": 50_000, "daily_den": 30, "cap_fen": 600_000, **more}
    return decide_hold_over(HoldOverFacts(**values), on).outcome


def test_kept_phone_costs_the_daily_rent_rounded_down_once():
    assert [hold_over(FROM_ON + timedelta(days=days)).amount_fen for days in (0, 1, 2, 3)] == [0, 1_666, 3_333, 5_000]


def test_day_of_handing_it_over_is_free_and_later_days_too():
    back_on = FROM_ON + timedelta(days=3)
    for on in (back_on, back_on + timedelta(days=30)):
        found = hold_over(on, given_back_on=back_on)
        assert (found.days, found.amount_fen, found.ended) == (3, 5_000, True)
    assert hold_over(FROM_ON, given_back_on=FROM_ON - timedelta(days=1)).amount_fen == 0


def test_kept_phone_never_costs_more_than_its_loss():
    found = hold_over(FROM_ON + timedelta(days=1_000))
    assert (found.amount_fen, found.capped) == (600_000, True)


@given(st.integers(0, 10**6), st.integers(1, 31), st.integers(0, 400), st.integers(0, 400))
def test_more_days_never_cost_less_and_no_day_is_counted_twice(num, den, days, more):
    def fen(count):
        on = FROM_ON + timedelta(days=count)
        return hold_over(on, daily_num=num, daily_den=den, cap_fen=10**9).amount_fen

    assert fen(days) <= fen(days + more) <= fen(days) + fen(more) + 1


def test_negative_figures_are_a_bug():
    with pytest.raises(ValueError, match="negative"):
        hold_over(FROM_ON, cap_fen=-1)


def test_phone_kept_after_the_term_may_be_demanded_back_though_nothing_is_owed():
    on = date(2026, 12, 31)
    assert decide_default(facts(overdue_fen=0, unreturned=True), on).outcome.step is _S.MAY_DEMAND
    assert decide_default(demanded(overdue_fen=0, unreturned=True), on).outcome.step is _S.MAY_ACT
