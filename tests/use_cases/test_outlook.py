"""What the renter of an overdue lease is told: the day's cost, what comes when, the ways out, and no threats."""

from datetime import timedelta

import pytest
from arrears_ground import DUE_ON, Arrears, at

from shouwen.features.arrears import use_cases as arrears
from shouwen.features.arrears.types import DefaultStep
from shouwen.kernel.days import beijing_at
from shouwen.kernel.errors import Absent, Refusal

DAY = timedelta(days=1)


def outlook(story, actor=None, on=None):
    return story.act(actor or story.renter, arrears.read_outlook, arrears.ReadOutlook(story.lease.ref), on)


def test_outlook_of_a_first_lateness_names_the_fee_of_a_day_the_day_to_pay_by_and_no_bureau(house):
    story = Arrears(house, grace_days=0)
    story.live(DUE_ON + 3 * DAY)
    found = outlook(story)
    assert (found.overdue_fen, found.step, found.demand_days) == (50_000 + 20, DefaultStep.MAY_DEMAND, 10)
    assert found.grows_fen == 10  # 500.00 × 0.02 %
    assert found.fee_from_on is None
    [way] = found.ways_out
    assert (way.rule, way.no, way.fee_fen) == ("LATE-4", 1, 20)
    assert way.pay_by == DUE_ON + 4 * DAY  # three days from the first reminder once a fee runs
    assert beijing_at(found.next_reminder_at).date() == DUE_ON + 7 * DAY
    assert found.reports_to_bureau is False
    assert [one.days for one in found.fees] == [2]


def test_outlook_within_the_days_of_grace_says_from_when_a_fee_runs(house):
    story = Arrears(house, grace_days=3)
    story.day(DUE_ON + 2 * DAY)
    found = outlook(story)
    assert (found.grows_fen, found.fee_from_on) == (0, DUE_ON + 4 * DAY)
    assert found.ways_out == ()


def test_outlook_after_a_deduction_that_failed_on_the_platforms_side_offers_to_undo_the_lateness(house):
    story = Arrears(house, grace_days=0)
    story.day(DUE_ON + 12 * DAY)
    story.attempt(1, DUE_ON, "SYSTEM_ERROR", "platform")
    [way] = outlook(story).ways_out
    assert (way.rule, way.pay_by) == ("LATE-5", None)
    assert "支付平台一侧" in way.why_zh


def test_outlook_while_a_demand_runs_says_until_when(house):
    story = Arrears(house, grace_days=0)
    story.live(DUE_ON + 9 * DAY)
    story.act(story.desk.supervisor, arrears.demand_payment, arrears.DemandPayment(story.lease.ref))
    story.tick(hour=12)
    found = outlook(story)
    assert (found.step, found.until_on) == (DefaultStep.WAITING, DUE_ON + 19 * DAY)


def test_outlook_of_a_stranger_is_absent_and_an_inspector_may_not_ask(house):
    story = Arrears(house)
    for actor, error in ((story.desk.stranger, Absent), (story.desk.inspector, Refusal)):
        with pytest.raises(error):
            outlook(story, actor)
    assert at(story.on)
