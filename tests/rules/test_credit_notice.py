"""CRE-4: notice first, five whole days, and what stops a report."""

from datetime import date, timedelta

import pytest

from shouwen.features.arrears.rules.credit_notice import decide_report, earliest_report, refuse_notice
from shouwen.features.arrears.types import CREDIT_NOTICE_ZH, CreditNoticeFacts, CreditNoticeState
from shouwen.kernel.errors import Refusal

NOTIFIED_ON = date(2026, 11, 23)
EARLIEST = earliest_report(NOTIFIED_ON, 5)
_S = CreditNoticeState


def facts(**more):
    return CreditNoticeFacts(**{"earliest_report_on": EARLIEST, "outstanding_fen": 50_000, **more})


def state(on, **more):
    return decide_report(facts(**more), on).outcome


def test_wait_is_five_whole_days_after_the_day_of_the_notice():
    assert date(2026, 11, 29) == EARLIEST
    assert state(EARLIEST - timedelta(days=1)) is _S.WAITING
    assert state(EARLIEST) is _S.MAY_REPORT


def test_wait_has_not_begun_while_the_notice_is_undelivered():
    assert state(date(2027, 6, 1), earliest_report_on=None) is _S.SENDING


@pytest.mark.parametrize("on", [NOTIFIED_ON, EARLIEST, EARLIEST + timedelta(days=90)])
@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"outstanding_fen": 0}, _S.STOPPED_PAID),
        ({"relieved": True}, _S.STOPPED_RELIEF),
        ({"contested": True}, _S.STOPPED_DISPUTE),
        ({"relieved": True, "outstanding_fen": 0}, _S.STOPPED_RELIEF),
    ],
)
def test_paying_relief_and_dispute_stop_a_report_at_any_time(on, change, expected):
    assert state(on, **change) is expected


@pytest.mark.parametrize(
    ("change", "on", "reports", "code"),
    [
        ({}, NOTIFIED_ON, False, "does_not_report"),
        ({"relieved": True}, NOTIFIED_ON, True, "not_reportable"),
        ({"contested": True}, NOTIFIED_ON, True, "not_reportable"),
        ({"outstanding_fen": 0}, NOTIFIED_ON, True, "not_overdue"),
        ({}, date(2026, 11, 15), True, "not_overdue"),
    ],
)
def test_no_notice_where_nothing_may_be_reported(change, on, reports, code):
    with pytest.raises(Refusal) as refused:
        refuse_notice(facts(**change), date(2026, 11, 15), on, reports=reports)
    assert (refused.value.code, refused.value.rule) == (code, "CRE-4")


def test_notice_of_an_overdue_instalment_is_allowed_where_the_firm_reports():
    refuse_notice(facts(), date(2026, 11, 15), NOTIFIED_ON, reports=True)


def test_every_state_has_its_words():
    assert set(CREDIT_NOTICE_ZH) == set(CreditNoticeState)
