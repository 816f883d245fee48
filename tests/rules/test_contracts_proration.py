"""PRO-1: parts of a period, by actual days and by months of thirty days."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from contract_story import POLICY, SIGNED_ON, template_of
from hypothesis import given
from hypothesis import strategies as st

from shouwen.features.contracts.rules.proration import daily_rent, prorate_fen, prorate_span, shown, span_parts
from shouwen.features.contracts.rules.schedule import ends_on, starts_on
from shouwen.features.contracts.rules.sign import sign
from shouwen.kernel.errors import BadInput

METHODS = st.sampled_from(["actual", "thirty"])
ROUNDINGS = st.sampled_from(["down", "half_up", "up"])


def contract_of(first_due_on="2026-01-15", rent_fen=31_000, **changes):
    terms = {
        "total_rent_fen": str(rent_fen * 12), "signed_value_fen": str(rent_fen * 12), "residual_price_fen": None,
    }  # fmt: skip
    return sign(template_of(**(terms | changes)), SIGNED_ON, date.fromisoformat(first_due_on), POLICY)


@pytest.mark.parametrize(
    ("rent_fen", "days", "period_days", "method", "expected_fen"),
    [
        (31_000, 10, 31, "actual", 10_000),
        (31_000, 10, 31, "thirty", 10_333),
        (31_000, 31, 31, "thirty", 31_000),
        (31_000, 30, 31, "thirty", 31_000),
        (28_000, 14, 28, "actual", 14_000),
        (28_000, 14, 28, "thirty", 13_066),
        (28_000, 28, 28, "thirty", 28_000),
        (31_000, 0, 31, "actual", 0),
    ],
)
def test_part_of_a_period_costs_what_the_method_says(rent_fen, days, period_days, method, expected_fen):
    assert prorate_fen(rent_fen, days, period_days, method, "down") == expected_fen


@pytest.mark.parametrize(("rounding", "expected_fen"), [("down", 10_333), ("half_up", 10_333), ("up", 10_334)])
def test_odd_part_of_a_fen_goes_where_the_clause_says(rounding, expected_fen):
    assert prorate_fen(31_000, 10, 31, "thirty", rounding) == expected_fen
    assert prorate_fen(1, 1, 2, "actual", "half_up") == 1


@pytest.mark.parametrize(("rent_fen", "days", "period_days"), [(100, 32, 31), (100, -1, 31), (-1, 1, 31), (100, 0, 0)])
def test_days_that_do_not_fit_the_period_are_an_error(rent_fen, days, period_days):
    with pytest.raises(ValueError, match="no "):
        prorate_fen(rent_fen, days, period_days, "actual", "down")


def test_span_over_two_periods_is_exact_in_each_and_rounded_once():
    contract = contract_of(rent_fen=10_001)
    decided = prorate_span(contract, date(2026, 2, 10), date(2026, 2, 20))
    exact = Fraction(10_001 * 5, 31) + Fraction(10_001 * 6, 28)
    assert decided.outcome == int(exact)
    assert len(decided.working) == 3
    assert decided.rules == ("PRO-1",)
    parts = span_parts(contract, date(2026, 2, 10), date(2026, 2, 20))
    assert [(part.no, part.days, part.period_days) for part in parts] == [(1, 5, 31), (2, 6, 28)]
    assert sum(part.amount_fen for part in parts) == decided.outcome


@given(METHODS, ROUNDINGS, st.integers(1, 2_000_000), st.integers(0, 364), st.integers(0, 364))
def test_parts_of_any_span_add_up_and_never_exceed_their_rent(method, rounding, rent_fen, a, b):
    contract = contract_of(rent_fen=rent_fen, proration=f'"{method}"', proration_rounding=f'"{rounding}"')
    from_on, to_on = (starts_on(contract) + timedelta(days=n) for n in sorted((a, b)))
    decided = prorate_span(contract, from_on, to_on)
    parts = span_parts(contract, from_on, to_on)
    assert sum(part.amount_fen for part in parts) == decided.outcome
    assert sum(part.days for part in parts) == (to_on - from_on).days + 1
    assert all(0 <= part.amount_fen <= part.rent_fen for part in parts)


@given(METHODS, st.integers(1, 12), st.integers(1, 2_000_000))
def test_whole_periods_cost_their_rents_exactly(method, last_no, rent_fen):
    contract = contract_of("2026-01-31", rent_fen=rent_fen, proration=f'"{method}"')
    to_on = contract.due_on[last_no] - timedelta(days=1) if last_no < 12 else ends_on(contract)
    assert prorate_span(contract, starts_on(contract), to_on).outcome == last_no * rent_fen


@pytest.mark.parametrize(
    ("from_on", "to_on"), [("2026-01-14", "2026-01-20"), ("2026-02-02", "2026-02-01"), ("2027-01-01", "2027-01-15")]
)
def test_span_outside_the_term_is_refused_with_the_days_of_the_term(from_on, to_on):
    with pytest.raises(BadInput) as refused:
        prorate_span(contract_of(), date.fromisoformat(from_on), date.fromisoformat(to_on))
    assert "2027-01-14" in refused.value.zh


def test_day_after_the_term_costs_a_day_of_the_last_period_or_what_the_clause_says():
    after = date(2027, 3, 1)
    assert daily_rent(contract_of(), after) == Fraction(31_000, 31)
    assert daily_rent(contract_of(proration='"thirty"'), after) == Fraction(31_000, 30)
    assert daily_rent(contract_of(hold_over_daily_fen="1_500"), after) == 1_500
    assert daily_rent(contract_of(hold_over_daily_fen="1_500"), date(2026, 2, 20)) == Fraction(31_000, 28)


def test_working_line_shows_an_endless_amount_with_an_ellipsis():
    assert shown(Fraction(31_000, 3)) == "103.3333…"
    assert shown(Fraction(1_234_560, 1)) == "12,345.60"
    assert shown(Fraction(5, 2)) == "0.0250"
