"""Publishing: the fair template passes, and every refusal of the domain has its case."""

from fractions import Fraction

import pytest
from contract_story import FIRST_DUE_ON, POLICY, SIGNED_ON, bent, template_of, toml_of
from msgspec import structs

from shouwen.features.contracts.rules.gate import daily_gate
from shouwen.features.contracts.rules.publish import check_contract
from shouwen.features.contracts.rules.sign import sign
from shouwen.features.contracts.template_file import parse_template
from shouwen.kernel.errors import Refusal

POPULAR_WRITTEN_OUT = '"总租金 - 2 × 已付租金 + 买断尾款"'


def test_check_contract_of_a_fair_template_finds_nothing() -> None:
    check = check_contract(template_of(), POLICY)
    assert (check.ok, check.findings, check.marks) == (True, (), ())
    assert check.ladder_fen[0] == 1_279_810
    assert check.ladder_fen[6] == 954_712
    assert check.ladder_fen[12] == 629_610
    assert check.policy == ("lpr-2025-05-20", "industry-price-1")


@pytest.mark.parametrize(
    ("changes", "rule", "periods"),
    [
        ({"buyout_formula": '"popular"'}, "BUY-3", (12,)),
        ({"buyout_formula": POPULAR_WRITTEN_OUT}, "BUY-3", (12,)),
        ({"buyout_formula": '"签约价 - 2 * 已付租金"'}, "BUY-3", (12,)),
        (
            {"buyout_formula": '"popular"', "residual_price_fen": "650_200", "signed_value_fen": "1_300_400"},
            "BUY-3",
            (),
        ),
        ({"buyout_formula": '"签约价 - 3 * 已付租金"'}, "BUY-1", (8, 9, 10, 11, 12)),
        ({"buyout_formula": '"签约价 - 总租金 + 已付租金"'}, "BUY-1", tuple(range(1, 13))),
        ({"buyout_formula": '"签约价 + 1"'}, "BUY-1", tuple(range(13))),
        ({"buyout_formula": '["unpaid_plus_residual", "签约价 - 已付租金 * 0.5"]'}, "BUY-4", tuple(range(1, 13))),
        ({"buyout_formula": '["signed_value_minus_paid", "popular"]'}, "BUY-4", tuple(range(1, 13))),
        ({"residual_price_fen": "629_609"}, "BUY-2", ()),
        ({"signed_value_fen": "1_279_811"}, "BUY-2", ()),
        ({"periods": "2", "rents_fen": "[325_100, 325_101]"}, "PUB-2", ()),
        ({"late_fee_daily_rate": '"0.0005"'}, "LATE-3", ()),
        ({"late_fee_daily_rate": '"0.05%"'}, "LATE-3", ()),
        ({"late_fee_daily_rate": None, "late_fee_daily_fen": "18"}, "LATE-3", tuple(range(1, 13))),
        ({"late_fee_daily_fen": "1"}, "LATE-1", ()),
    ],
)
def test_check_contract_of_an_unfair_template_refuses_by_the_rule(
    changes: dict[str, str | None], rule: str, periods: tuple[int, ...]
) -> None:
    check = check_contract(template_of(**changes), POLICY)
    assert not check.ok
    assert (rule, periods) in [(f.rule, f.periods) for f in check.findings if f.severity == "refuse"]


@pytest.mark.parametrize("key", list(bent(early_buyout_fee_fen="5_000", official_price_fen="999_900")))
def test_check_contract_of_a_term_without_a_clause_refuses_and_names_it(key: str) -> None:
    terms = bent(early_buyout_fee_fen="5_000", official_price_fen="999_900")
    template = parse_template(toml_of(terms, [each for each in terms if each != key]))
    refusing = [f for f in check_contract(template, POLICY).findings if f.severity == "refuse"]
    assert [f.rule for f in refusing] == ["BUY-6" if key == "early_buyout_fee_fen" else "PUB-1"]
    assert key in refusing[0].message


def test_check_contract_of_a_fee_of_nothing_needs_no_clause() -> None:
    terms = bent(early_buyout_fee_fen="0")
    template = parse_template(toml_of(terms, [key for key in terms if key != "early_buyout_fee_fen"]))
    assert check_contract(template, POLICY).ok


def test_check_contract_where_no_clause_speaks_of_the_residual_price_lets_it_differ() -> None:
    changes = {"residual_price_fen": None, "signed_value_fen": "1_300_000"}
    assert check_contract(template_of(**changes), POLICY).ok


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"official_price_fen": "900_000"}, "PRICE-1"),
        ({"late_fee_cap_share": '"1.5"'}, "LATE-2"),
    ],
)
def test_check_contract_of_a_doubtful_template_warns_and_publishes(changes: dict[str, str], rule: str) -> None:
    check = check_contract(template_of(**changes), POLICY)
    assert check.ok
    assert [(f.rule, f.severity) for f in check.findings] == [(rule, "warn")]


def test_check_contract_of_a_price_at_the_industry_limit_does_not_warn() -> None:
    assert check_contract(template_of(official_price_fen="984_470"), POLICY).findings == ()
    assert check_contract(template_of(official_price_fen="984_469"), POLICY).findings[0].rule == "PRICE-1"


def test_check_contract_at_the_late_fee_gate_exactly_publishes() -> None:
    policy = structs.replace(POLICY, lpr_one_year=Fraction("0.0365"))
    assert daily_gate(policy.lpr_one_year) == Fraction("0.0004")
    assert check_contract(template_of(late_fee_daily_rate='"0.0004"'), policy).ok
    assert not check_contract(template_of(late_fee_daily_rate='"0.000400000001"'), policy).ok
    assert check_contract(template_of(late_fee_daily_rate=None, late_fee_daily_fen="21"), policy).ok
    assert not check_contract(template_of(late_fee_daily_rate=None, late_fee_daily_fen="22"), policy).ok


def test_check_contract_of_a_template_shows_the_prices_as_the_formula_gives_them() -> None:
    ladder_fen = check_contract(template_of(buyout_formula='"popular"'), POLICY).ladder_fen
    assert (ladder_fen[6], ladder_fen[12]) == (629_614, -20_590)


def test_check_contract_of_an_imported_contract_warns_floors_and_marks() -> None:
    check = check_contract(template_of(buyout_formula='"popular"'), POLICY, imported=True)
    assert check.ok
    assert check.marks == ("terms_inconsistent",)
    assert (check.ladder_fen[6], check.ladder_fen[12]) == (629_614, 0)
    assert {f.severity for f in check.findings} == {"warn"}


def test_check_contract_of_an_imported_late_fee_above_the_gate_marks_only_that() -> None:
    check = check_contract(template_of(late_fee_daily_rate='"0.001"'), POLICY, imported=True)
    assert check.marks == ("late_fee_above_gate",)


def test_sign_freezes_rents_dates_and_ladder() -> None:
    contract = sign(template_of(), SIGNED_ON, FIRST_DUE_ON.replace(day=31), POLICY)
    assert contract.rents_fen == (54_183,) * 11 + (54_187,)
    assert [due.isoformat() for due in contract.due_on[:3]] == ["2026-01-31", "2026-02-28", "2026-03-31"]
    assert contract.ladder_fen == check_contract(template_of(), POLICY).ladder_fen
    assert contract.policy == ("lpr-2025-05-20", "industry-price-1")


def test_sign_after_the_lpr_fell_refuses_what_was_publishable_before() -> None:
    template = template_of(late_fee_daily_rate='"0.00032"')
    assert sign(template, SIGNED_ON, FIRST_DUE_ON, POLICY).version == 1
    lower = structs.replace(POLICY, lpr_one_year=Fraction("0.029"))
    with pytest.raises(Refusal) as refused:
        sign(template, SIGNED_ON, FIRST_DUE_ON, lower)
    assert (refused.value.code, refused.value.rule) == ("contract_not_signable", "LATE-3")
