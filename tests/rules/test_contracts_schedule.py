"""Due dates from one anchor, and the days each instalment pays for."""

from datetime import date, timedelta
from itertools import pairwise

import msgspec
import pytest
from contract_story import FIRST_DUE_ON, POLICY, SIGNED_ON, bent, signed, template_of, toml_of
from hypothesis import given
from hypothesis import strategies as st

from shouwen.features.contracts.rules.publish import check_contract
from shouwen.features.contracts.rules.schedule import due_dates, ends_on, no_on, period_of, starts_on
from shouwen.features.contracts.rules.sign import sign
from shouwen.features.contracts.template_file import UnreadableTemplate, parse_template
from shouwen.features.contracts.types import contract_from_json, contract_to_json
from shouwen.kernel.errors import BadInput


def on(text):
    return date.fromisoformat(text)


def starting(first_due_on, **changes):
    return sign(template_of(**changes), SIGNED_ON, on(first_due_on), POLICY)


def test_due_dates_from_the_31st_fall_on_the_last_day_of_short_months_and_come_back():
    assert [str(due) for due in due_dates(on("2026-01-31"), 5)] == [
        "2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31",
    ]  # fmt: skip


def test_due_dates_in_a_leap_year_use_its_29_february():
    dates = due_dates(on("2028-01-31"), 12)
    assert dates[1] == on("2028-02-29")
    assert dates[11] == on("2028-12-31")
    assert due_dates(on("2028-02-29"), 13)[12] == on("2029-02-28")


def test_due_day_keeps_the_anchor_of_a_term_that_begins_in_a_short_month():
    assert [str(due) for due in due_dates(on("2027-02-28"), 3, 31)] == ["2027-02-28", "2027-03-31", "2027-04-30"]


def test_signing_with_another_day_than_the_contract_fixes_is_refused_and_names_the_right_one():
    with pytest.raises(BadInput) as refused:
        starting("2026-01-15", due_day="28")
    assert refused.value.field == "first_due_on"
    assert "2026-01-28" in refused.value.remedy_zh
    assert starting("2026-02-28", due_day="31").due_on[1] == on("2026-03-31")


def test_period_paid_in_advance_runs_from_its_due_date_to_the_next():
    contract = signed()
    assert period_of(contract, 1) == (on("2026-01-15"), on("2026-02-15"))
    assert period_of(contract, 12) == (on("2026-12-15"), on("2027-01-15"))
    assert (starts_on(contract), ends_on(contract)) == (on("2026-01-15"), on("2027-01-14"))


def test_period_paid_in_arrears_ends_on_its_due_date():
    contract = signed(rent_paid='"arrears"')
    assert period_of(contract, 1) == (on("2025-12-15"), on("2026-01-15"))
    assert ends_on(contract) == on("2026-12-14")


def test_period_beyond_the_term_is_an_error():
    for no in (0, 13):
        with pytest.raises(IndexError):
            period_of(signed(), no)


@given(st.dates(on("2024-01-01"), on("2030-12-31")), st.sampled_from(["advance", "arrears"]), st.integers(0, 365))
def test_every_day_of_the_term_belongs_to_exactly_one_period(first_on, rent_paid, offset):
    contract = sign(template_of(rent_paid=f'"{rent_paid}"'), SIGNED_ON, first_on, POLICY)
    spans = [period_of(contract, no) for no in range(1, 13)]
    assert all(before[1] == after[0] for before, after in pairwise(spans))
    day = starts_on(contract) + timedelta(days=offset)
    inside = [no for no, (from_on, to_on) in enumerate(spans, start=1) if from_on <= day < to_on]
    assert inside == ([no_on(contract, day)] if day <= ends_on(contract) else [])


def test_a_contract_written_before_these_terms_reads_with_todays_meaning():
    contract = signed()
    new_keys = ("due_day", "rent_paid", "proration", "loss_price", "instalment_sale", "allocation_order")
    raw = msgspec.json.decode(contract_to_json(contract))
    for key in new_keys:
        del raw["terms"][key]
    assert contract_from_json(msgspec.json.encode(raw)) == contract


def test_template_with_two_rules_for_an_early_return_is_refused():
    template = template_of(early_return_fee_fen="20_000", early_return_share='"0.30"')
    refused = [finding for finding in check_contract(template, POLICY).findings if finding.rule == "PUB-3"]
    assert len(refused) == 1
    assert "early_return_share" in refused[0].message


def test_template_with_a_fixed_loss_price_needs_the_price():
    refused = check_contract(template_of(loss_price='"fixed"'), POLICY)
    assert [finding.rule for finding in refused.findings] == ["PUB-3"]
    assert check_contract(template_of(loss_price='"fixed"', loss_price_fen="900_000"), POLICY).ok


def test_new_term_without_a_clause_is_refused():
    terms = bent(proration='"thirty"')
    template = parse_template(toml_of(terms, [key for key in terms if key != "proration"]))
    assert [f.rule for f in check_contract(template, POLICY).findings if f.severity == "refuse"] == ["PUB-1"]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("due_day", "0"), ("due_day", "32"), ("rent_paid", '"later"'), ("proration", '"weekly"'),
        ("instalment_sale", '"yes"'), ("allocation_order", '["rent", "rent"]'), ("allocation_order", '["tips"]'),
        ("early_return_share", "0.3"), ("early_return_rents", "-1"), ("renewal_rent_fen", "12.5"),
    ],
)  # fmt: skip
def test_term_that_makes_no_sense_is_refused_by_name(key, value):
    with pytest.raises(UnreadableTemplate) as refused:
        template_of(**{key: value})
    assert refused.value.field == key
    assert refused.value.remedy_zh


def test_first_due_date_of_the_story_is_its_own_anchor():
    assert signed().due_on[0] == FIRST_DUE_ON
