"""Quotes: the worked example, part payments, fees, and what holds for every contract."""

from datetime import date, timedelta

import pytest
from contract_story import FIRST_DUE_ON, POLICY, SIGNED_ON, signed, template_of
from hypothesis import given, settings
from hypothesis import strategies as st

from shouwen.features.contracts.rules.ladder import formulas_of, ladder_of, rents_of
from shouwen.features.contracts.rules.publish import check_contract
from shouwen.features.contracts.rules.quote import quote_buyout
from shouwen.features.contracts.rules.sign import sign
from shouwen.features.contracts.types import (
    Contract,
    ContractTemplate,
    Terms,
    contract_from_json,
    contract_to_json,
)
from shouwen.kernel.errors import BadInput, Refusal

ON = date(2026, 6, 20)
FORMULAS = (
    "signed_value_minus_paid",
    "unpaid_plus_residual",
    "popular",
    "签约价 * (1 - 已付期数 / 期数) + 买断尾款 / 3",
    "签约价 - 总租金 + 已付租金",
    "买断尾款 - 已付租金 * 0.7",
)


@pytest.mark.parametrize("formula", ["signed_value_minus_paid", "unpaid_plus_residual"])
@pytest.mark.parametrize(("settled", "price_fen"), [(0, 1_279_810), (6, 954_712), (12, 629_610)])
def test_quote_buyout_of_the_published_case_matches(formula: str, settled: int, price_fen: int) -> None:
    quote = quote_buyout(signed(buyout_formula=f'"{formula}"'), settled, 0, 0, ON)
    assert quote.amount_fen == price_fen
    assert quote.clauses == ("9.1",)
    assert quote.valid_until == ON
    assert quote.inputs["settled_periods"] == settled


def test_quote_buyout_of_the_published_case_shows_the_working() -> None:
    quote = quote_buyout(signed(), 6, 0, 0, ON)
    assert quote.working == ("签约价 12,798.10 − 已付租金（6 期）3,250.98 = 9,547.12",)


@pytest.mark.parametrize(("settled", "price_fen"), [(6, 629_614), (11, 87_784), (12, 0)])
def test_quote_buyout_of_an_imported_popular_contract_is_floored_and_marked(settled: int, price_fen: int) -> None:
    quote = quote_buyout(signed(imported=True, buyout_formula='"popular"'), settled, 0, 0, ON)
    assert quote.amount_fen == price_fen
    assert quote.marks == ("terms_inconsistent",)
    assert ("BUY-3" in quote.rules) is (price_fen == 0)


def test_quote_buyout_of_conflicting_clauses_takes_the_lowest_and_says_why() -> None:
    formulas = '["signed_value_minus_paid", "签约价 - 已付租金 - 2000", "unpaid_plus_residual"]'
    quote = quote_buyout(signed(imported=True, buyout_formula=formulas), 6, 0, 0, ON)
    assert quote.amount_fen == 952_712
    assert "BUY-4" in quote.rules
    assert any("民法典 498" in line for line in quote.working)
    assert "重新签订" in quote.notes[0]


@pytest.mark.parametrize(
    ("paid_fen", "price_fen"), [(0, 954_712), (1, 954_711), (27_091, 927_621), (54_182, 900_530), (54_183, 900_529)]
)
def test_quote_buyout_of_a_partly_paid_instalment_falls_in_proportion(paid_fen: int, price_fen: int) -> None:
    quote = quote_buyout(signed(), 6, paid_fen, 0, ON)
    assert quote.amount_fen == price_fen
    assert ("BUY-5" in quote.rules) is (paid_fen > 0)


@pytest.mark.parametrize(("on", "fee_fen"), [(date(2026, 12, 14), 5_000), (date(2026, 12, 15), 0)])
def test_quote_buyout_charges_the_fee_only_before_the_last_due_date(on: date, fee_fen: int) -> None:
    quote = quote_buyout(signed(early_buyout_fee_fen="5_000"), 11, 0, 0, on)
    fees = [line.amount_fen for line in quote.lines if line.kind == "early_buyout_fee"]
    assert fees == ([fee_fen] if fee_fen else [])
    assert quote.lines[0].amount_fen == 683_797
    assert quote.amount_fen == 683_797 + fee_fen


def test_quote_buyout_with_open_late_fees_keeps_them_out_of_the_price() -> None:
    quote = quote_buyout(signed(), 6, 0, 321, ON)
    assert [(line.kind, line.amount_fen) for line in quote.lines] == [("buyout_price", 954_712), ("late_fee", 321)]
    assert quote.amount_fen == 955_033
    assert quote.lines[1].clauses == ("9.1",)


@pytest.mark.parametrize(
    ("settled", "partly_fen", "late_fen"),
    [(-1, 0, 0), (13, 0, 0), (6, -1, 0), (6, 54_184, 0), (12, 1, 0), (6, 0, -1), (10**30, 0, 0)],
)
def test_quote_buyout_of_impossible_counts_is_bad_input(settled: int, partly_fen: int, late_fen: int) -> None:
    with pytest.raises(BadInput):
        quote_buyout(signed(), settled, partly_fen, late_fen, ON)


def test_quote_buyout_where_none_is_offered_is_refused_with_the_clause() -> None:
    contract = signed(buyout_formula=None, end_of_term='["return"]')
    with pytest.raises(Refusal) as refused:
        quote_buyout(contract, 3, 0, 0, ON)
    assert (refused.value.code, refused.value.clause) == ("buyout_not_offered", "9.1")


def test_contract_from_json_restores_the_signed_contract() -> None:
    contract = signed(early_buyout_fee_fen="5_000", buyout_formula='"签约价 - 已付租金"')
    assert contract_from_json(contract_to_json(contract)) == contract


@st.composite
def terms(draw: st.DrawFn, formulas: st.SearchStrategy[tuple[str, ...]]) -> Terms:
    total_fen = draw(st.integers(1, 3_000_000))
    residual_fen = draw(st.integers(0, 2_000_000))
    signed_fen = total_fen + residual_fen + draw(st.sampled_from([0, 0, 1, -1, 50_000, -50_000]))
    return Terms(
        total_rent_fen=total_fen,
        periods=draw(st.integers(1, 36)),
        signed_value_fen=max(0, signed_fen),
        residual_price_fen=residual_fen,
        rounding=draw(st.sampled_from(["first", "last"])),
        buyout_formula=draw(formulas),
        early_buyout_fee_fen=draw(st.sampled_from([0, 5_000])),
    )


def imported(of: Terms) -> Contract:
    template = ContractTemplate("随机合同", "1", of, (), ())
    return sign(template, SIGNED_ON, FIRST_DUE_ON, POLICY, imported=True)


@settings(deadline=None)
@given(terms(st.just(("signed_value_minus_paid", "unpaid_plus_residual"))))
def test_ladder_of_both_usual_formulas_agrees_exactly_when_s_is_t_plus_r(of: Terms) -> None:
    a_fen, b_fen = (ladder_of(formula, of) for formula in formulas_of(of))
    consistent = of.signed_value_fen == of.total_rent_fen + (of.residual_price_fen or 0)
    assert (a_fen == b_fen) is consistent


@settings(deadline=None)
@given(terms(st.just(("unpaid_plus_residual",))))
def test_rents_of_any_split_sum_to_the_total(of: Terms) -> None:
    rents_fen = rents_of(of)
    assert sum(rents_fen) == of.total_rent_fen
    assert len(rents_fen) == of.periods
    assert len(set(rents_fen[1:] if of.rounding == "first" else rents_fen[:-1])) <= 1


@settings(deadline=None)
@given(
    terms(st.lists(st.sampled_from(FORMULAS), min_size=1, max_size=3, unique=True).map(tuple)),
    st.data(),
)
def test_quote_buyout_never_falls_below_zero_nor_rises_as_rent_is_paid(of: Terms, data: st.DataObject) -> None:
    contract = imported(of)
    on = data.draw(st.dates(date(2026, 1, 1), date(2029, 12, 31)))
    paid_fen = [data.draw(st.integers(0, of.total_rent_fen)) for _ in range(2)]
    amounts_fen = [quote_after(contract, each, on) for each in sorted(paid_fen)]
    amounts_fen.append(quote_after(contract, of.total_rent_fen, on + timedelta(days=1)))
    assert amounts_fen[-1] >= 0
    assert amounts_fen == sorted(amounts_fen, reverse=True)


def quote_after(contract: Contract, paid_fen: int, on: date) -> int:
    """The amount when so much rent was paid in all, instalments settled in order."""
    settled = 0
    while settled < contract.terms.periods and paid_fen >= contract.rents_fen[settled]:
        paid_fen -= contract.rents_fen[settled]
        settled += 1
    return quote_buyout(contract, settled, paid_fen, 0, on).amount_fen


@settings(deadline=None)
@given(terms(st.sampled_from([("signed_value_minus_paid",), ("unpaid_plus_residual",)])))
def test_check_contract_that_publishes_never_rises_above_the_signed_value(of: Terms) -> None:
    check = check_contract(ContractTemplate("随机合同", "1", of, (), ()), POLICY)
    if check.ok:
        assert max(check.ladder_fen) <= of.signed_value_fen
        assert list(check.ladder_fen) == sorted(check.ladder_fen, reverse=True)


def test_quote_buyout_of_a_rising_imported_contract_stays_at_the_lowest_price_so_far() -> None:
    contract = signed(imported=True, buyout_formula='"签约价 - 总租金 + 已付租金"')
    quote = quote_buyout(contract, 3, 0, 0, ON)
    assert quote.amount_fen == template_of().terms.signed_value_fen - 650_200
    assert any("不会上升" in line for line in quote.working)
