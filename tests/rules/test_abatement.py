"""ABATE-1: what days without a working phone take off each instalment."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shouwen.features.leases.rules.abatement import RentBill, RentShare, days_without_phone, split_abatement


def test_days_run_from_the_report_to_the_day_before_the_new_phone():
    assert days_without_phone(date(2026, 6, 1), date(2026, 6, 5)) == (date(2026, 6, 1), date(2026, 6, 4))
    assert days_without_phone(date(2026, 6, 1), date(2026, 6, 1)) is None


@pytest.mark.parametrize(
    ("bill", "share", "waived", "credited"),
    [
        (RentBill(1, 1, 50_000, 0, 50_000), 16_129, 16_129, 0),  # nothing paid: the open bill shrinks
        (RentBill(1, 1, 50_000, 50_000, 0), 16_129, 0, 16_129),  # paid: credit
        (RentBill(1, 1, 50_000, 40_000, 10_000), 16_129, 10_000, 6_129),  # partly paid: open first
        (RentBill(1, 1, 50_000, 0, 0), 16_129, 0, 0),  # waived otherwise: nothing is left to give
        (RentBill(1, 1, 50_000, 50_000, 0, 40_000, 40_000), 16_129, 0, 10_000),  # never more than the rent in all
    ],
)
def test_open_rent_shrinks_first_and_what_was_paid_becomes_credit(bill, share, waived, credited):
    parts = split_abatement([RentShare(1, 10, share)], {1: bill})
    assert (sum(p.waived_fen for p in parts), sum(p.credited_fen for p in parts)) == (waived, credited)


def test_instalment_without_a_bill_takes_nothing_off():
    assert split_abatement([RentShare(2, 10, 100)], {}) == ()


@given(st.integers(0, 10_000), st.integers(0, 10_000), st.integers(0, 10_000), st.lists(st.integers(0, 10_000)))
def test_abatements_of_one_rent_never_give_more_than_the_rent_or_than_was_paid(paid, waived, written_off, shares):
    amount = paid + waived + written_off + 5_000
    abated = credited = 0
    outstanding = 5_000
    for share in shares:
        bill = RentBill(1, 1, amount, paid, outstanding, abated, credited)
        for part in split_abatement([RentShare(1, 1, share)], {1: bill}):
            abated, credited = abated + part.amount_fen, credited + part.credited_fen
            outstanding -= part.waived_fen
    assert credited <= paid
    assert outstanding >= 0
    assert abated <= amount
