"""Reminders, freezes, notices before a report and the list of arrears, through the door."""

import asyncio
from datetime import date, timedelta

import pytest
from arrears_ground import DUE_ON, Arrears, at
from contract_ground import ADDRESS, publish
from lease_ground import in_act
from msgspec.structs import replace

from shouwen.features.arrears import use_cases as arrears
from shouwen.features.arrears.days import day_reminders
from shouwen.features.arrears.jobs import tick
from shouwen.features.arrears.public import paid_up
from shouwen.features.leases.public import frozen_now
from shouwen.features.leases.use_cases import contracts as signing
from shouwen.kernel.actor import SYSTEM
from shouwen.kernel.errors import Refusal

DAY = timedelta(days=1)


@pytest.fixture
def story(house):
    return Arrears(house)


def texts(story):
    return [text for _, text in story.phones.sent]


def test_unpaid_instalment_is_reminded_of_on_its_days_and_never_twice(story):
    story.live(DUE_ON + 9 * DAY)
    assert len(texts(story)) == 5
    assert [("第 1 期" in text, "¥500.00" in text) for text in texts(story)] == [(True, True)] * 5
    assert {phone for phone, _ in story.phones.sent} == {"19900002210"}
    assert [row["sent_at"] for row in story.house.sql("SELECT sent_at FROM notices ORDER BY id")] == [
        at(DUE_ON + days * DAY) for days in (-3, 0, 1, 3, 7)
    ]
    assert story.tick() == 0
    assert len(story.events("notice.sent")) == 5


def test_day_that_is_run_twice_or_too_late_plans_nothing_new(story):
    story.day(DUE_ON)

    def again(on, now):
        return in_act(story.house, lambda ctx: day_reminders(ctx, on, 0, 1 << 60), at=now)

    assert again(DUE_ON, at(DUE_ON, 2)) == 0
    assert again(DUE_ON + DAY, at(DUE_ON + 2 * DAY, 2)) == 0
    assert again(DUE_ON + DAY, at(DUE_ON + DAY, 21)) == 0
    assert again(DUE_ON + DAY, at(DUE_ON + DAY, 2)) == 1


def test_reminder_waits_for_the_hours_and_is_not_said_on_another_day(story):
    story.day(DUE_ON)
    assert story.tick(DUE_ON, 8) == 0
    assert story.tick(DUE_ON, 21) == 0
    assert texts(story) == []
    story.tick(DUE_ON + DAY, 10)
    assert texts(story) == []
    dropped = story.house.sql("SELECT dropped_why FROM notices WHERE step = 'due_today'")[0][0]
    assert dropped == "已过提醒的日子"


def test_renter_who_paid_before_the_hour_hears_nothing(story):
    story.day(DUE_ON + DAY)
    story.pay(50_000)
    story.tick()
    assert texts(story) == []
    assert story.house.sql("SELECT dropped_why FROM notices WHERE step = 'overdue_1'")[0][0] == "已付清"


def test_contested_rent_is_not_reminded_of_and_a_part_of_it_only_for_the_rest(story):
    story.contest(1, 50_000, DUE_ON)
    story.live(DUE_ON + 3 * DAY)
    assert texts(story) == []
    assert {row[0] for row in story.house.sql("SELECT dropped_why FROM notices WHERE step LIKE 'overdue%'")} == {
        "争议中的金额暂停催收"
    }


def test_contract_with_another_plan_is_reminded_by_that(house):
    story = Arrears(house, reminder_plan="gentle")
    story.live(DUE_ON + 11 * DAY)
    steps = [row[0] for row in house.sql("SELECT step FROM notices WHERE sent_at IS NULL ORDER BY id")]
    assert steps == ["before_due_5", "overdue_2", "overdue_10"]
    story.tick(hour=14)


def test_message_that_cannot_be_sent_is_tried_again_and_then_given_up_aloud(story):
    story.day(DUE_ON)
    story.phones.down = True
    for half_hours in range(5):
        now = at(DUE_ON, 10) + half_hours * timedelta(minutes=31)
        story.house.run(tick(story.house.door, now))
    row = story.house.sql("SELECT tries, sent_at, failed_at FROM notices WHERE step = 'due_today'")[0]
    assert (row["tries"], row["sent_at"], row["failed_at"] is None) == (5, None, False)
    assert "改用其他方式" in story.events("notice.failed")[0]


def test_two_workers_at_once_send_each_message_once(story):
    story.day(DUE_ON)
    now = at(DUE_ON, 10)

    async def both():
        take = [story.house.door.run(arrears.take_due_notices, SYSTEM, arrears.TakeNotices(), at=now) for _ in range(2)]
        return await asyncio.gather(*take, return_exceptions=True)

    taken = story.house.run(both())
    batches = [one for one in taken if not isinstance(one, Refusal)]
    assert sorted(notice.id for batch in batches for notice in batch.notices) == [
        row[0] for row in story.house.sql("SELECT id FROM notices WHERE step = 'due_today'")
    ]


def test_worker_that_died_with_a_message_in_hand_leaves_it_to_the_next(story):
    story.day(DUE_ON)
    now = at(DUE_ON, 10)
    story.house.run(story.house.door.run(arrears.take_due_notices, SYSTEM, arrears.TakeNotices(), at=now))
    assert story.tick(DUE_ON, 10) == 0
    story.tick(DUE_ON, 11)
    assert len(texts(story)) == 1


# CRE-3


def freeze(story, actor=None, **more):
    command = arrears.FreezeLease(story.lease.ref, "第 1 期租金逾期")
    return story.act(actor or story.desk.specialist, arrears.freeze_lease, command, **more)


def frozen(story):
    return story.house.run(frozen_now(story.house.door.reads, story.renter.id, story.on))


def test_freeze_says_why_how_much_and_how_it_is_lifted(story):
    story.day(DUE_ON + 10 * DAY)
    made = freeze(story)
    assert made.amount_fen == story.bill("rent-1").outstanding_fen + story.bill("late_fee-1").outstanding_fen
    assert frozen(story).amount_fen == made.amount_fen
    story.tick(hour=12)
    said = texts(story)[-1]
    assert all(part in said for part in ("第 1 期租金逾期", "付清后立即自动解除", "¥500."))
    view = story.ages(story.renter).freeze
    assert (view.holds, view.reason) == (True, "第 1 期租金逾期")


def test_paying_lifts_a_freeze_at_once_and_the_renter_is_told(story):
    story.day(DUE_ON + 10 * DAY)
    made = freeze(story)
    story.tick(hour=11)
    story.pay(made.amount_fen)
    assert frozen(story) is None
    assert not story.ages().freeze.holds
    assert story.tick(hour=12) == 2
    assert story.house.sql("SELECT lifted_at FROM freezes")[0][0] is not None
    assert "已解除" in texts(story)[-1]
    assert story.tick(hour=12) == 0


def test_renter_who_pays_before_hearing_of_a_freeze_hears_of_none(story):
    story.day(DUE_ON + 10 * DAY)
    story.pay(freeze(story).amount_fen)
    story.tick(hour=12)
    assert texts(story) == []
    assert frozen(story) is None


def test_frozen_renter_applies_for_nothing_new_until_they_have_paid(story):
    story.day(DUE_ON + 10 * DAY)
    publish(story.house, at=at(story.on))

    def apply():
        return story.act(story.renter, signing.apply_lease, signing.ApplyLease("MB-12", ADDRESS, "原色钛"))

    amount_fen = freeze(story).amount_fen
    with pytest.raises(Refusal) as refused:
        apply()
    assert (refused.value.code, refused.value.rule) == ("account_frozen", "CRE-3")
    assert refused.value.data["owed_fen"] == amount_fen
    assert "付清后立即恢复" in refused.value.remedy_zh
    story.pay(amount_fen)
    assert apply().state == "applied"


def test_paying_a_part_leaves_the_freeze(story):
    story.day(DUE_ON + 10 * DAY)
    freeze(story)
    story.pay(20_000)
    story.tick(hour=12)
    assert frozen(story) is not None


def test_what_is_not_overdue_or_contested_is_no_ground_for_a_freeze(story):
    story.day(DUE_ON)
    with pytest.raises(Refusal) as refused:
        freeze(story)
    assert (refused.value.code, refused.value.rule) == ("nothing_overdue", "CRE-3")
    story.contest(1, 50_000, DUE_ON)
    story.day(DUE_ON + 10 * DAY)
    with pytest.raises(Refusal) as refused:
        freeze(story)
    assert refused.value.code == "nothing_overdue"


def test_second_freeze_is_refused_and_a_double_click_is_one(story):
    story.day(DUE_ON + 10 * DAY)
    assert freeze(story, key="one-click") == freeze(story, key="one-click")
    with pytest.raises(Refusal) as refused:
        freeze(story)
    assert refused.value.code == "frozen_already"


def test_freeze_is_lifted_by_hand_once(story):
    story.day(DUE_ON + 10 * DAY)
    freeze(story)
    command = arrears.LiftFreeze(story.lease.ref, "已约定付款日")
    story.act(story.desk.supervisor, arrears.lift_freeze, command)
    assert frozen(story) is None
    with pytest.raises(Refusal) as refused:
        story.act(story.desk.supervisor, arrears.lift_freeze, command)
    assert refused.value.code == "not_frozen"


def test_agent_renter_and_stranger_freeze_nobody(story):
    story.day(DUE_ON + 10 * DAY)
    for actor in (story.desk.agent, story.renter, story.desk.stranger):
        with pytest.raises(Refusal) as refused:
            freeze(story, actor)
        assert refused.value.status == 404


def test_money_that_came_is_followed_in_its_own_act_too(story):
    story.day(DUE_ON + 10 * DAY)
    story.pay(freeze(story).amount_fen)
    events = in_act(story.house, lambda ctx: paid_up(ctx, story.lease.id), at=at(story.on, 12))
    assert [event.kind for event in events] == ["account.lifted"]
    assert in_act(story.house, lambda ctx: paid_up(ctx, story.lease.id), at=at(story.on, 12)) == ()


# CRE-4


def notify(story, line="rent-1", actor=None):
    command = arrears.GiveCreditNotice(story.lease.ref, line)
    return story.act(actor or story.desk.supervisor, arrears.give_credit_notice, command)


@pytest.fixture
def reporting(house):
    services = house.door.services
    services.settings = replace(services.settings, reports_to_bureau=True)
    return Arrears(house)


def test_firm_that_reports_to_no_bureau_gives_no_notice(story):
    story.day(DUE_ON + 10 * DAY)
    with pytest.raises(Refusal) as refused:
        notify(story)
    assert (refused.value.code, refused.value.rule) == ("does_not_report", "CRE-4")
    assert story.house.sql("SELECT count(*) FROM papers")[0][0] == 0


def test_wait_begins_with_delivery_and_ends_after_five_whole_days(reporting):
    story = reporting
    story.live(DUE_ON + 10 * DAY)
    given = notify(story)
    assert given.wait_days == 5
    assert story.ages().credit_notices[0].state == "sending"
    story.tick(hour=12)
    told_on = story.on
    [view] = story.ages().credit_notices
    assert (view.state, view.notified_on, view.earliest_report_on) == ("waiting", told_on, told_on + 6 * DAY)
    story.live(told_on + 5 * DAY)
    assert story.ages().credit_notices[0].state == "waiting"
    story.live(told_on + 6 * DAY)
    assert story.ages().credit_notices[0].state == "may_report"


@pytest.mark.parametrize("days_later", [1, 5, 8])
def test_paying_stops_a_report_even_after_the_wait(reporting, days_later):
    story = reporting
    story.live(DUE_ON + 10 * DAY)
    notify(story)
    story.tick(hour=12)
    story.live(story.on + days_later * DAY)
    story.pay(50_000)
    story.tick(hour=12)
    assert story.ages().credit_notices[0].state == "stopped_paid"


def test_dispute_stops_a_report_and_a_contested_rent_gets_no_notice(reporting):
    story = reporting
    story.live(DUE_ON + 10 * DAY)
    notify(story)
    with pytest.raises(Refusal) as refused:
        notify(story)
    assert refused.value.code == "notified_already"
    story.contest(1, 10_000, story.on)
    story.tick(hour=12)
    assert story.ages().credit_notices[0].state == "stopped_dispute"
    with pytest.raises(Refusal) as refused:
        notify(story)
    assert refused.value.code == "not_reportable"


def test_notice_names_a_rent_and_only_a_supervisor_gives_it(reporting):
    story = reporting
    story.day(DUE_ON + 10 * DAY)
    with pytest.raises(Refusal) as refused:
        notify(story, "late_fee-1")
    assert refused.value.status == 422
    with pytest.raises(Refusal) as refused:
        notify(story, actor=story.desk.specialist)
    assert refused.value.status == 404


# ages and the list


def test_ages_per_instalment_and_of_the_lease(house):
    story = Arrears(house)
    story.day(date(2026, 5, 10))
    view = story.ages()
    assert [(age.no, age.days_past_due, age.bucket) for age in view.ages] == [(1, 70, 61), (2, 39, 31), (3, 9, 1)]
    assert view.lease_age.no == 1
    story.pay(50_000, named=[story.bill("rent-1").id])
    assert story.ages().lease_age.days_past_due == 39


def test_contract_that_counts_from_the_grace_days_has_younger_debts(house):
    story = Arrears(house, delinquency_from="grace")
    story.day(date(2026, 5, 10))
    assert [age.days_past_due for age in story.ages().ages] == [67, 36, 6]


def test_list_of_arrears_is_by_age_and_band(story):
    story.day(date(2026, 5, 10))

    def listed(bucket=None, after=""):
        return story.act(story.desk.agent, arrears.list_arrears, arrears.ListArrears(bucket, after))

    [row] = listed().rows
    assert (row.lease.lease_ref, row.days, row.lease.instalments) == (story.lease.ref, 70, 3)
    assert row.lease.overdue_fen == story.ages().overdue_fen
    assert [len(listed(bucket).rows) for bucket in (1, 31, 61, 91)] == [0, 0, 1, 0]
    assert listed(after=f"2026-03-01.{story.lease.id}").rows == ()
    with pytest.raises(Refusal) as refused:
        listed(after="2026-13-45.1")
    assert refused.value.status == 422


def test_renter_reads_their_own_ages_and_nobody_elses(story):
    story.day(DUE_ON + 10 * DAY)
    assert story.ages(story.renter).overdue_fen > 50_000
    with pytest.raises(Refusal) as refused:
        story.ages(story.desk.stranger)
    assert refused.value.status == 404
    with pytest.raises(Refusal) as refused:
        story.act(story.renter, arrears.list_arrears, arrears.ListArrears())
    assert refused.value.status == 404
