"""docs/rules/money.md, allocation.md and backdated.md say what the rules do: every block in them is run."""

import re
import tomllib
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest

from shouwen.features.money.rules.ages import ages_of, lease_age
from shouwen.features.money.rules.allocation import allocate
from shouwen.features.money.rules.amount_change import decide_amount_change
from shouwen.features.money.rules.late_fee import first_day_of
from shouwen.features.money.rules.replay import fee_of_rent, replay
from shouwen.features.money.types import (
    DEFAULT_ORDER,
    ChargeAmounts,
    ChargeKind,
    DatedDebt,
    DebtOn,
    LateFeeTerms,
    OpenDebt,
    PaidIn,
    RentPayment,
)

FOLDER = Path(__file__).parents[2] / "docs" / "rules"
BLOCKS = [
    (name, tomllib.loads(block))
    for name in ("money", "allocation", "backdated")
    for block in re.findall(r"```toml\n(.*?)```", (FOLDER / f"{name}.md").read_text("utf-8"), re.S)
]
TODAY = date(2026, 3, 20)
TERMS = LateFeeTerms(3, "5.1", daily_rate="0.0002", lpr_one_year="0.030")


def debts(contested_fen=0):
    def debt(charge_id, kind, month, day, fen, **more):
        return OpenDebt(charge_id, ChargeKind(kind), date(2026, month, day), fen, **more)

    return [
        debt(1, "rent", 2, 1, 50_000, contested_fen=contested_fen),
        debt(2, "rent", 3, 1, 50_000),
        debt(3, "late_fee", 2, 5, 1_000, instalment_on=date(2026, 2, 1)),
        debt(4, "damage", 1, 5, 20_000, contested=True),
        debt(5, "fee", 1, 1, 3_000),
        debt(6, "rent", 4, 1, 50_000),
    ]


def allocation(given):
    order = [ChargeKind(kind) for kind in given.get("order", DEFAULT_ORDER)]
    outcome = allocate(
        given["amount_fen"], debts(given.get("contested_fen", 0)), TODAY, given.get("named", ()), order,
        given.get("by", "kind"),
    ).outcome  # fmt: skip
    parts = [[part.charge_id, part.amount_fen] for part in outcome.parts]
    return {"parts": parts, "surplus_fen": outcome.surplus_fen}


def amount_change(given, total_fen):
    booked = msgspec.convert(given, ChargeAmounts)
    change = decide_amount_change(booked, total_fen)
    found = {name: getattr(change, name) for name in change.__struct_fields__}
    given_back_fen = change.unwaive_fen + change.unwrite_fen + change.to_credit_fen
    found["outstanding_fen"] = booked.outstanding_fen + change.accrue_fen - change.reduce_fen + given_back_fen
    return found


def ages(given):
    owed = [DebtOn(no, ChargeKind.RENT, no, due_on, 50_000) for no, due_on in enumerate(given["due_on"], start=1)]
    found = ages_of(owed, given["on"], grace_days=given.get("grace_days", 0))
    oldest = lease_age(found)
    return {
        "days": [age.days_past_due for age in found],
        "buckets": [age.bucket for age in found],
        "lease": oldest.days_past_due,
    }


LINES = {1: "rent-1", 2: "rent-2", 11: "late_fee-1", 12: "late_fee-2"}


def replayed(given):
    on = given["on"]
    found = []
    for no, due_on in ((1, date(2026, 3, 1)), (2, date(2026, 4, 1))):
        first_on = first_day_of(due_on, TERMS.grace_days)
        found.append(DatedDebt(no, ChargeKind.RENT, no, due_on, due_on, 50_000))
        found.append(DatedDebt(10 + no, ChargeKind.LATE_FEE, no, first_on, first_on, fee_of=no))
    payments = sorted(msgspec.convert(given["payments"], list[PaidIn]), key=lambda one: one.value_on)
    outcome = replay(payments, found, on, fee_terms=TERMS)
    days = {one.ref: one.value_on for one in payments}
    paid = [
        RentPayment(days[ref], part.amount_fen)
        for ref, one in outcome.payments.items()
        for part in one.parts
        if part.charge_id == 1
    ]
    return {
        "fee_fen": fee_of_rent(found[0], paid, TERMS, on).outcome.charge_fen,
        "credit_fen": outcome.credit_fen,
        "credits": [[LINES[use.part.charge_id], use.part.amount_fen] for use in outcome.credits],
        **{
            ref: [[LINES[part.charge_id], part.amount_fen] for part in one.parts]
            for ref, one in outcome.payments.items()
        },
    }


def test_pages_have_their_examples():
    assert [sum(name == page for page, _ in BLOCKS) for name in ("money", "allocation", "backdated")] == [7, 6, 4]


@pytest.mark.parametrize(("page", "block"), BLOCKS, ids=[f"{page} {n}" for n, (page, _) in enumerate(BLOCKS, start=1)])
def test_each_worked_example_gives_what_the_page_says(page, block):
    if "allocate" in block:
        found = allocation(block["allocate"])
    elif "ages" in block:
        found = ages(block["ages"])
    elif "replay" in block:
        found = replayed(block["replay"])
    else:
        found = amount_change(block["amount_change"], block["total"]["fen"])
    assert {name: found[name] for name in block["expect"]} == block["expect"]


def test_ages_of_nothing_due_is_no_age():
    future = DebtOn(1, ChargeKind.RENT, 1, TODAY + timedelta(days=1), 50_000)
    paid = DebtOn(2, ChargeKind.RENT, 2, TODAY - timedelta(days=40), 0)
    assert ages_of([future, paid], TODAY) == ()
    assert lease_age(()) is None


def test_age_of_a_debt_due_today_is_nothing():
    [age] = ages_of([DebtOn(1, ChargeKind.RENT, 1, TODAY, 50_000)], TODAY)
    assert (age.days_past_due, age.bucket) == (0, 0)
