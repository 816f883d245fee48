"""RET-1: an early return under each of the three kinds of clause."""

from datetime import date

import pytest
from contract_story import POLICY, SIGNED_ON, template_of
from hypothesis import given
from hypothesis import strategies as st

from shouwen.features.contracts.rules.early_return import quote_early_return
from shouwen.features.contracts.rules.sign import sign
from shouwen.kernel.errors import BadInput, Refusal

FIXED = {"early_return_fee_fen": "20_000"}
SHARE = {"early_return_share": '"0.30"'}
RENTS = {"early_return_rents": "2"}
MIDDLE = date(2026, 6, 29)  # the 15th day of period 6, which has 30


def contract_of(*, imported=False, **changes):
    terms = {
        "total_rent_fen": "600_000", "signed_value_fen": "600_000", "residual_price_fen": None,
        "buyout_formula": '"signed_value_minus_paid"',
    }  # fmt: skip
    template = template_of(**(terms | changes))
    return sign(template, SIGNED_ON, date(2026, 1, 15), POLICY, imported=imported)


def quote(contract, settled=5, *, partly=0, late=0, back_on=MIDDLE, on=date(2026, 6, 20), **more):
    return quote_early_return(contract, settled, partly, late, back_on, on, **more)


@pytest.mark.parametrize(("kind", "fee_fen"), [(FIXED, 20_000), (SHARE, 90_000), (RENTS, 100_000)])
@pytest.mark.parametrize(("rent", "rent_fen"), [("period", 50_000), ("days", 25_000)])
def test_early_return_costs_the_running_period_and_the_fee_of_its_clause(kind, fee_fen, rent, rent_fen):
    quoted = quote(contract_of(**kind, early_return_rent=f'"{rent}"'))
    assert [(line.kind, line.amount_fen) for line in quoted.lines] == [
        ("rent", rent_fen), ("early_return_fee", fee_fen),
    ]  # fmt: skip
    assert quoted.amount_fen == rent_fen + fee_fen
    assert all(line.clauses == ("9.1",) for line in quoted.lines)
    assert quoted.working


def test_early_return_asks_for_overdue_rents_and_late_fees_too():
    quoted = quote(contract_of(**FIXED), 3, partly=10_000, late=120)
    assert [line.amount_fen for line in quoted.lines] == [40_000, 50_000, 50_000, 20_000, 120]
    assert quoted.amount_fen == 160_120


def test_rent_paid_for_days_after_the_return_lowers_the_quote_and_the_rest_is_credit():
    by_days = contract_of(**FIXED, early_return_rent='"days"')
    quoted = quote(by_days, 6)
    assert [(line.kind, line.amount_fen) for line in quoted.lines] == [
        ("early_return_fee", 20_000),
        ("refund", -20_000),
    ]
    assert (quoted.amount_fen, quoted.inputs["credit_fen"]) == (0, 5_000)
    assert "50.00" in quoted.notes[0]
    assert quote(by_days, 6, refundable_fen=1_000).amount_fen == 19_000


def test_fee_is_never_more_than_the_rent_of_the_periods_not_begun():
    quoted = quote(contract_of(early_return_fee_fen="99_999_00"), 10, back_on=date(2026, 11, 20))
    assert quoted.lines[-1].amount_fen == 50_000
    assert any("不超过未到期租金" in line for line in quoted.working)


def test_imported_contract_with_two_rules_is_held_to_the_lowest():
    quoted = quote(contract_of(imported=True, **FIXED, **SHARE))
    assert quoted.lines[-1].amount_fen == 20_000


def test_contract_without_a_rule_refuses_by_its_clause_and_says_when_it_ends():
    with pytest.raises(Refusal) as refused:
        quote(contract_of(end_of_term='["return", "buyout"]'))
    assert (refused.value.code, refused.value.clause) == ("early_return_not_agreed", "9.1")
    assert "2027-01-14" in refused.value.remedy_zh


def test_return_before_enough_instalments_are_settled_is_refused_with_how_many_are_missing():
    with pytest.raises(Refusal) as refused:
        quote(contract_of(**FIXED, early_return_after="6"), 4)
    assert refused.value.code == "early_return_too_soon"
    assert "2 期" in refused.value.remedy_zh


def test_return_at_the_end_of_the_term_is_not_early():
    with pytest.raises(Refusal) as refused:
        quote(contract_of(**FIXED), 12, back_on=date(2027, 1, 14))
    assert refused.value.code == "not_early"


@pytest.mark.parametrize(
    ("settled", "more"),
    [
        (13, {}),
        (-1, {}),
        (5, {"partly": 50_001}),
        (12, {"partly": 1}),
        (5, {"late": -1}),
        (5, {"back_on": date(2026, 6, 19)}),
    ],
)
def test_figures_that_do_not_fit_the_contract_are_refused(settled, more):
    with pytest.raises(BadInput):
        quote(contract_of(**FIXED), settled, **more)


@given(
    st.sampled_from([FIXED, SHARE, RENTS]), st.sampled_from(["period", "days"]), st.integers(0, 12),
    st.dates(date(2026, 1, 15), date(2027, 1, 13)),
)  # fmt: skip
def test_lines_add_up_and_returning_early_never_costs_more_than_staying(kind, rent, settled, back_on):
    contract = contract_of(**kind, early_return_rent=f'"{rent}"')
    quoted = quote(contract, settled, back_on=back_on, on=date(2026, 1, 15))
    assert quoted.amount_fen == sum(line.amount_fen for line in quoted.lines) >= 0
    assert quoted.amount_fen <= 600_000 - settled * 50_000
