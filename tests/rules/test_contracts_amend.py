"""AMD-1: a change is a new version, signed by its own day's policy, with its differences marked."""

from datetime import date
from fractions import Fraction

import pytest
from contract_story import POLICY, bent, signed, template_of, toml_of
from msgspec import structs

from shouwen.features.contracts.rules.amend import (
    amend_colour,
    amend_model,
    amend_plan,
    compare,
    quote_amendment,
    term_text,
)
from shouwen.features.contracts.template_file import parse_template
from shouwen.features.contracts.types import DamagePriceTerm, Terms, WearTerm
from shouwen.kernel.errors import Refusal

ON = date(2026, 1, 12)
PHONE = {"sku": '"P"', "storage": '"256 GB"'}


def year(**changes):
    return signed(**PHONE, **changes)


def quarter(**changes):
    terms = {"total_rent_fen": "300_000", "periods": "3", "signed_value_fen": "929_610"}
    return template_of(**PHONE, **(terms | changes))


def test_plan_from_twelve_to_three_months_is_the_next_version_with_its_own_rents_and_ladder():
    before = structs.replace(year(), terms=structs.replace(year().terms, colour="黑"))
    after = amend_plan(before, quarter(), 3, ON, POLICY)
    assert (after.version, after.signed_on, after.due_on[0]) == (2, ON, before.due_on[0])
    assert after.rents_fen == (100_000, 100_000, 100_000)
    assert after.ladder_fen[0] == 929_610
    assert after.terms.colour == "黑"
    assert before.version == 1


@pytest.mark.parametrize(("changes", "periods"), [({}, 4), ({"sku": '"Q"'}, 3), ({"storage": '"1 TB"'}, 3)])
def test_plan_of_another_phone_or_length_is_not_offered(changes, periods):
    with pytest.raises(Refusal) as refused:
        amend_plan(year(), template_of(**(PHONE | {"total_rent_fen": "300_000", "periods": "3",
                   "signed_value_fen": "929_610"} | changes)), periods, ON, POLICY)  # fmt: skip
    assert refused.value.code == "plan_not_offered"


def test_amendment_is_held_to_the_rate_of_its_own_day():
    stricter = structs.replace(POLICY, lpr_one_year=Fraction("0.02"), lpr_version="lpr-later")
    with pytest.raises(Refusal) as refused:
        amend_plan(year(), quarter(), 3, ON, stricter)
    assert (refused.value.code, refused.value.rule) == ("contract_not_signable", "LATE-3")


def test_quote_counts_what_was_paid_against_what_the_new_version_has_due():
    before = year()
    after = amend_plan(before, quarter(), 3, ON, POLICY)
    unpaid = quote_amendment(before, after, 0, date(2026, 1, 15))
    assert (unpaid.amount_fen, unpaid.kind, unpaid.contract_version) == (100_000, "amendment", 2)
    part = quote_amendment(before, after, 54_183, date(2026, 1, 15))
    assert part.amount_fen == 45_817
    assert sum(line.amount_fen for line in part.lines) == part.amount_fen
    early = quote_amendment(before, after, 54_183, ON)
    assert (early.amount_fen, early.inputs["credit_fen"]) == (0, 54_183)
    assert "541.83" in early.notes[0]
    assert (early.inputs["before_periods"], early.inputs["after_periods"]) == (12, 3)


def test_colour_changes_nothing_but_the_colour():
    before = year(colour='"黑"')
    after = amend_colour(before, "白", ON, POLICY)
    [difference] = [one for one in compare(before, after) if one.kind != "same"]
    assert [(term.key, term.before, term.after) for term in difference.terms] == [("colour", "黑", "白")]
    assert (after.rents_fen, after.ladder_fen, after.due_on) == (before.rents_fen, before.ladder_fen, before.due_on)


def test_model_takes_the_terms_of_its_own_plan():
    after = amend_model(
        year(), template_of(sku='"Q"', total_rent_fen="720_000", signed_value_fen="1_349_610"), "白", ON, POLICY
    )
    assert (after.terms.sku, after.terms.colour, after.rents_fen[0]) == ("Q", "白", 60_000)


def test_versions_side_by_side_mark_each_clause_and_term_that_differs():
    def contract_of(text, clause_text):
        source = toml_of(bent(**text)).replace("全部约定。", clause_text[0])
        for no, prose in clause_text[1:]:
            source += f'\n[[clauses]]\nno = "{no}"\ntitle = "附则"\ntext = "{prose}"\n'
        return amend_model(year(), parse_template(source), "", ON, POLICY)

    before = contract_of({"deposit_fen": "300_000"}, ["全部。", ("10", "旧"), ("11", "照旧")])
    after = contract_of({"deposit_fen": "200_000"}, ["全部。", ("11", "照旧"), ("12", "新")])
    found = {one.no: one for one in compare(before, after)}
    assert {no: one.kind for no, one in found.items()} == {
        "9.1": "changed", "10": "removed", "11": "same", "12": "added",
    }  # fmt: skip
    assert [(t.key, t.before, t.after) for t in found["9.1"].terms] == [("deposit_fen", "¥3,000.00", "¥2,000.00")]
    assert (found["10"].before_text, found["10"].after_text) == ("旧", "")


def test_a_version_compared_with_itself_has_no_difference():
    assert {one.kind for one in compare(year(), year())} == {"same"}


def test_term_that_no_clause_governs_is_not_lost():
    before = year()
    after = structs.replace(before, terms=structs.replace(before.terms, warranty_days=365))
    [loose] = [one for one in compare(before, after) if one.no == ""]
    assert [(term.key, term.before, term.after) for term in loose.terms] == [("warranty_days", "", "365")]


def test_every_term_has_words():
    samples = {
        "buyout_formula": ("popular",), "end_of_term": ("return", "buyout"), "instalment_sale": True,
        "wear_allowance": (WearTerm("scratch", 10, ("back",)),), "rents_fen": (1, 2), "first_due_on": ON,
        "damage_prices": (DamagePriceTerm("screen", "crack", "severe", 159_900),),
        "allocation_order": ("rent", "late_fee"),
    }  # fmt: skip
    for key in Terms.__struct_fields__:
        assert term_text(key, samples.get(key, 5))
    assert term_text("damage_prices", samples["damage_prices"]) == "screen crack severe ¥1,599.00"
    assert term_text("deposit_fen", None) == ""
