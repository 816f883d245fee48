"""LATE-5: what shows that a failed deduction was not the renter's."""

from datetime import date

import pytest

from shouwen.features.arrears.rules.relief import decide_late5
from shouwen.features.arrears.types import FailureFacts, Ground
from shouwen.platform.payment.port import Fault

DUE_ON = date(2026, 11, 15)


def shown_by(**more):
    decided = decide_late5(FailureFacts(due_on=DUE_ON, **more))
    assert decided.rules == ("LATE-5",)
    return decided.outcome


@pytest.mark.parametrize("fault", list(Fault))
def test_our_own_code_speaks_for_the_renter_only_where_the_fault_is_ours_or_the_platforms(fault):
    found = shown_by(failed_on=DUE_ON, code="ACQ.X", fault=fault)
    assert found is (Ground.OWN_CODE if fault in (Fault.PLATFORM, Fault.OURS) else None)


def test_failure_before_the_due_day_excuses_nothing():
    assert shown_by(failed_on=date(2026, 11, 14), code="ACQ.SYSTEM_ERROR", fault="platform") is None


def test_bank_statement_with_the_funds_outweighs_a_code_of_the_renters_side():
    found = shown_by(failed_on=DUE_ON, code="ACQ.X", fault="balance", statement_ref="ZJ-1")
    assert found is Ground.BANK_STATEMENT


def test_neither_code_nor_statement_is_not_enough():
    assert shown_by() is None
