"""Formulas: what is arithmetic, what is refused, what comes out."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shouwen.features.contracts.rules.formula import NAMES_ZH, evaluate_fen, parse_formula
from shouwen.features.contracts.rules.formula_text import formula_title, formula_working
from shouwen.kernel.errors import BadInput

VALUES = {
    "signed_value": 804_600,
    "total_rent": 600_000,
    "rent_paid": 400_000,
    "unpaid_rent": 200_000,
    "residual_price": 204_600,
    "periods": 12,
    "settled_periods": 8,
}


@pytest.mark.parametrize(
    ("source", "price_fen"),
    [
        ("signed_value_minus_paid", 404_600),
        ("unpaid_plus_residual", 404_600),
        ("popular", 4_600),
        ("签约价 - 已付租金", 404_600),
        ("签约价－已付租金", 404_600),
        ("signed_value - rent_paid", 404_600),
        ("signed_value_fen - rent_paid", 404_600),
        ("（签约价－已付租金）×０.５", 202_300),
        ("签约价 / 3", 268_200),
        ("总租金 * 已付期数 / 期数", 400_000),
        ("签约价 × (1 − 已付期数 ÷ 期数)", 268_200),
        ("- 已付租金 + 签约价", 404_600),
        ("2 + 3 * 4 - 10 / 4", 11),
        ("8 - 4 - 2", 2),
        ("100 / 10 / 5", 2),
        ("已付租金 / 7 * 7", 400_000),
        ("0 - 1 / 3", -1),
    ],
)
def test_evaluate_fen_of_arithmetic_is_exact_and_rounds_down(source: str, price_fen: int) -> None:
    assert evaluate_fen(parse_formula(source), VALUES) == price_fen


@pytest.mark.parametrize(
    "source",
    [
        "",
        "   ",
        "max(0, 签约价 - 已付租金)",
        "abs(签约价)",
        "签约价(1)",
        "__import__('os')",
        "().__class__",
        "签约价 ** 2",
        "9**9**9",
        "签约价 // 2",
        "签约价 % 2",
        "签约价 ^ 2",
        "签约价 = 3",
        "签约价; 已付租金",
        "签约价 已付租金",
        "签约价 -",
        "- ",
        "* 签约价",
        "(签约价",
        "签约价)",
        "()",
        "1e9",
        "1_000",
        "0x10",
        ".5",
        "5.",
        "1" * 25,
        "签约价[0]",
        '"签约价"',
        "lambda: 1",
        "月租金",
        "签约",
        "签约价\x00",
        "(" * 40 + "签约价" + ")" * 40,
        "-" * 40 + "签约价",
        "签约价 + " * 100 + "签约价",
        "＊＊",
        "签约价, 总租金",
        ",",
        "²",
        "٣",
    ],
)
def test_parse_formula_of_anything_else_is_refused_with_a_remedy(source: str) -> None:
    with pytest.raises(BadInput) as refused:
        parse_formula(source)
    assert refused.value.field == "buyout_formula"
    assert refused.value.remedy_zh


def test_parse_formula_with_a_call_says_so() -> None:
    with pytest.raises(BadInput, match="function calls"):
        parse_formula("min(签约价, 总租金)")


def test_parse_formula_with_a_misspelt_name_suggests_the_right_one() -> None:
    with pytest.raises(BadInput) as refused:
        parse_formula("剩余末付租金 + 买断尾款")
    assert "剩余未付租金" in refused.value.remedy_zh


def test_evaluate_fen_dividing_by_zero_names_the_instalment() -> None:
    with pytest.raises(BadInput, match="after 0"):
        evaluate_fen(parse_formula("签约价 / 已付期数"), VALUES | {"settled_periods": 0})


def test_evaluate_fen_of_an_absurd_product_is_refused() -> None:
    with pytest.raises(BadInput, match="absurd"):
        evaluate_fen(parse_formula("*".join(["签约价"] * 80)), VALUES)


def test_parse_formula_at_the_length_limit_parses_and_beyond_it_refuses() -> None:
    assert evaluate_fen(parse_formula("1+" * 199 + "1"), VALUES) == 200
    with pytest.raises(BadInput):
        parse_formula("9" * 1_000_000)


@settings(deadline=None)
@given(st.text(max_size=60) | st.text("签约价已付租金0123.+-*/() （）", max_size=40))
def test_parse_formula_of_any_text_parses_or_refuses(source: str) -> None:
    try:
        formula = parse_formula(source)
    except BadInput:
        return
    assert formula.names <= set(NAMES_ZH)


@settings(deadline=None)
@given(
    st.recursive(
        st.sampled_from([*NAMES_ZH.values(), "3", "0.25"]),
        lambda inner: st.tuples(inner, st.sampled_from("+-*"), inner).map(lambda t: f"({t[0]}{t[1]}{t[2]})"),
        max_leaves=8,
    )
)
def test_formula_title_reads_back_as_the_same_formula(source: str) -> None:
    formula = parse_formula(source)
    numbers_have_units = any(digit in formula_title(formula) for digit in "35")
    if not numbers_have_units:
        small = {name: number for number, name in enumerate(NAMES_ZH, start=2)}
        again = parse_formula(formula_title(formula))
        assert evaluate_fen(again, small) == evaluate_fen(formula, small)


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("signed_value_minus_paid", "签约价 8,046.00 − 已付租金（8 期）4,000.00 = 4,046.00"),
        ("unpaid_plus_residual", "剩余未付租金 2,000.00 + 买断尾款 2,046.00 = 4,046.00"),
        ("签约价-100", "签约价 8,046.00 − 1.00 = 8,045.00"),
        ("(签约价-100)*0.5", "(签约价 8,046.00 − 1.00) × 0.5 = 4,022.50"),
        (
            "签约价*(1-0.05*已付期数)",
            "签约价 8,046.00 × (1 − 0.05 × 已付期数 8) = 4,827.60",
        ),
        ("签约价-(已付租金-100)", "签约价 8,046.00 − (已付租金（8 期）4,000.00 − 1.00) = 4,047.00"),
        ("签约价/(期数*7)", "签约价 8,046.00 ÷ (期数 12 × 7) = 95.78（向下取整到分）"),
        ("-已付租金", "−已付租金（8 期）4,000.00 = −4,000.00"),
    ],
)
def test_formula_working_shows_every_value_and_the_result(source: str, line: str) -> None:
    assert formula_working(parse_formula(source), VALUES) == line
