"""What the desk sees of a lateness before it acts: both figures, relief's conditions, what the next step means."""

from datetime import timedelta

import pytest
from arrears_ground import DUE_ON, Arrears, at
from lease_ground import INSPECTOR, in_act
from money_ground import fee

from shouwen.features.arrears import use_cases as arrears
from shouwen.kernel.errors import Absent

DAY = timedelta(days=1)


@pytest.fixture
def story(house):
    return Arrears(house)


def look(story, actor=None, on=None, hour=11):
    return story.act(
        actor or story.desk.agent, arrears.read_lateness, arrears.ReadLateness(story.lease.ref), on, hour=hour
    )


def named(check):
    return {one.name: one.holds for one in check.conditions}


def test_fee_beyond_the_gate_shows_what_the_clause_asks_and_what_is_charged(house):
    story = Arrears(house, late_fee_daily_rate="0.001", grace_days=0)
    story.day(DUE_ON + 11 * DAY)
    [shown] = look(story).fees
    assert (shown.no, shown.days, shown.rate, shown.gate_binds) == (1, 10, "0.001", True)
    assert shown.ask_fen == 500  # 500.00 × 0.001 × 10
    assert shown.booked_fen == shown.gate_fen == fee(house, story.lease, 1)[0] < shown.ask_fen


def test_unpaid_lateness_shows_each_condition_and_the_last_day_for_relief(story):
    story.live(DUE_ON + 2 * DAY)
    [check] = look(story).reliefs
    assert named(check) == {"first": True, "short": True, "prompt": True, "honest": True}
    assert (check.paid_on, check.late_days, check.late4_holds) == (None, 2, False)
    assert check.notice_on is None  # what was said within the days of grace is no notice of a fee
    assert check.pay_by == DUE_ON + 7 * DAY
    story.live(DUE_ON + 9 * DAY)
    [check] = look(story).reliefs
    assert check.notice_on == DUE_ON + 7 * DAY
    assert named(check) == {"first": True, "short": False, "prompt": True, "honest": True}


def test_first_lateness_paid_in_time_may_be_relieved_and_is_marked_once_it_was(house):
    story = Arrears(house, grace_days=0)
    story.day(DUE_ON + 4 * DAY)
    story.pay(50_000)
    [check] = look(story).reliefs
    assert check.late4_holds
    assert check.relievable_fen == fee(house, story.lease, 1)[0]
    story.act(story.desk.agent, arrears.grant_relief, arrears.GrantRelief(story.lease.ref, "rent-1", "LATE-4"))
    [after] = look(story).reliefs
    assert (after.relieved_by, after.relievable_fen, after.late4_holds) == ("LATE-4", 0, False)


def test_failed_deduction_on_the_platforms_side_shows_that_the_lateness_may_be_undone(story):
    story.day(DUE_ON + 5 * DAY)
    assert not look(story).reliefs[0].late5_holds
    story.attempt(1, DUE_ON, "ACQ.SYSTEM_ERROR", "platform")
    check = look(story).reliefs[0]
    assert (check.late5_holds, check.failed_fault, check.failed_on) == (True, "platform", DUE_ON)
    assert "ACQ.SYSTEM_ERROR" in check.late5_zh


def test_contested_rent_names_its_pause_and_is_not_asked_for(story):
    story.day(DUE_ON + 5 * DAY)
    story.contest(1, 50_000, story.on)
    found = look(story)
    [pause] = found.pauses
    assert (pause.kind, pause.no, pause.amount_fen, pause.ends_on) == ("rent", 1, 50_000, None)
    assert pause.case_ref.startswith("SW-")
    assert [line.name for line in found.owed if line.name == "第 1 期租金"] == []


def test_reminders_still_to_come_are_named_with_their_words_or_why_they_stay_silent(story):
    story.day(DUE_ON - 5 * DAY)
    first = look(story).reminders[0]
    assert (first.no, first.step, first.silent_zh) == (1, "before_due_3", "")
    assert "第 1 期租金 ¥500.00" in first.text
    story.day(DUE_ON + 2 * DAY)
    story.contest(1, 50_000, story.on)
    assert look(story).reminders[0].silent_zh == "争议中的金额暂停催收"


def test_steps_of_a_default_show_what_they_ask_and_what_ending_the_contract_means(story):
    story.live(DUE_ON + 20 * DAY)
    found = look(story)
    assert (found.step, found.demandable, found.demand_days, found.termination) == ("may_demand", True, 10, None)
    assert found.owed_fen == sum(line.amount_fen for line in found.owed) > 50_000
    story.act(story.desk.supervisor, arrears.demand_payment, arrears.DemandPayment(story.lease.ref))
    story.tick(hour=12)
    [demand] = look(story, hour=13).demands
    assert (demand.state, demand.days, demand.until_on) == ("open", 10, DUE_ON + 30 * DAY)
    assert demand.case_ref.startswith("SW-")
    story.live(DUE_ON + 31 * DAY)
    found = look(story)
    assert found.step == "may_act"
    before = found.termination
    assert found.acceleration is not None
    assert not found.acceleration.instalment_sale
    story.act(story.desk.supervisor, arrears.terminate_lease, arrears.TerminateLease(story.lease.ref, "催告期满未付"))
    kept = look(story, hour=13).kept
    assert (kept.from_on, kept.cap_fen) == (before.from_on, before.cap_fen)
    assert (kept.daily_num, kept.daily_den) == (before.daily_num, before.daily_den)


def test_rest_of_an_instalment_sale_shows_the_comparison_with_a_fifth(house):
    story = Arrears(house, instalment_sale=True)
    story.live(DUE_ON + 20 * DAY)
    story.act(story.desk.supervisor, arrears.demand_payment, arrears.DemandPayment(story.lease.ref))
    story.tick(hour=12)
    story.live(DUE_ON + 31 * DAY)
    rest = look(story).acceleration
    assert (rest.instalment_sale, rest.may) == (True, False)
    assert "全部价款" in rest.working[0]
    assert rest.later_fen == rest.later_count * 50_000


def test_lateness_is_the_desks_alone(story):
    for actor in (story.renter, INSPECTOR):
        with pytest.raises(Absent):
            look(story, actor)
    with pytest.raises(Absent):
        story.act(story.desk.agent, arrears.read_lateness, arrears.ReadLateness("ZL-20260220-9999"))


def test_lease_without_a_late_fee_clause_has_no_fees(house):
    story = Arrears(house, late_fee_daily_rate=None, late_fee_daily_fen=None)
    story.day(DUE_ON + 5 * DAY)
    assert look(story).fees == ()


@pytest.mark.parametrize("reason", ["dispute", "appeal", "loss"])
def test_pause_for_any_reason_is_named(story, reason):
    story.day(DUE_ON + 5 * DAY)
    story.contest(1, 50_000, story.on)

    async def because(ctx):
        await ctx.conn.execute("UPDATE collection_pauses SET reason = $1", reason)

    in_act(story.house, because, at=at(story.on))
    [pause] = look(story).pauses
    assert pause.reason == reason
