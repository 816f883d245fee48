"""DEF-1 through the door: demand, days, termination, the phone that is kept, the rest of an instalment sale."""

import asyncio
from datetime import date, timedelta

import msgspec
import pytest
from arrears_ground import DUE_ON, Arrears, at
from lease_ground import in_act, run
from money_ground import assert_book_holds

from shouwen.features.arrears import use_cases as arrears
from shouwen.features.arrears.days import day_hold_over
from shouwen.features.cases import use_cases as cases
from shouwen.features.leases.public import lease_by_id, move_lease
from shouwen.features.leases.types import LeaseAct
from shouwen.features.leases.use_cases import reading as leases
from shouwen.features.papers import use_cases as papers
from shouwen.kernel.errors import Refusal

DAY = timedelta(days=1)
DEMANDED_ON = DUE_ON + 20 * DAY


@pytest.fixture
def story(house):
    return Arrears(house)


def demand(story, actor=None, key="", **more):
    command = arrears.DemandPayment(story.lease.ref, **more)
    return story.act(actor or story.desk.supervisor, arrears.demand_payment, command, key=key)


def terminate(story, actor=None, hour=12):
    command = arrears.TerminateLease(story.lease.ref, "催告期满未付")
    return story.act(actor or story.desk.supervisor, arrears.terminate_lease, command, hour=hour)


def refused(work, *args, **more):
    with pytest.raises(Refusal) as found:
        work(*args, **more)
    return found.value


def demanded(story):
    """A demand that was delivered on `DEMANDED_ON`."""
    story.live(DEMANDED_ON)
    done = demand(story)
    story.tick(hour=12)
    return done


def terminated(story):
    done = demanded(story)
    story.live(DEMANDED_ON + 11 * DAY)
    terminate(story)
    return done


def open_demand(story):
    return story.ages().default


def state(story):
    return story.house.sql("SELECT state FROM leases WHERE id = $1", story.lease.id)[0][0]


def kept_fen(story):
    """What keeping the phone has cost so far, as booked."""
    rows = story.house.sql("SELECT booked_fen FROM hold_overs")
    [charge] = story.house.sql(
        "SELECT coalesce(sum(amount_fen), 0)::bigint FROM charges WHERE kind = 'fee' AND lease_id = $1", story.lease.id
    )
    assert charge[0] == rows[0][0]
    return int(charge[0])


def test_demand_lists_the_debts_opens_a_case_and_waits_ten_full_days_from_delivery(story):
    story.live(DEMANDED_ON)
    done = demand(story)
    letter = story.act(story.renter, papers.read_paper, papers.ReadNamedPaper(done.paper_ref))
    assert letter.text.amount_fen == done.amount_fen == story.ages().overdue_fen
    assert any("第 1 期租金" in line for line in letter.text.sections[0].lines)
    assert open_demand(story).step == "delivering"
    story.tick(hour=12)
    assert done.paper_ref in story.phones.sent[-1][1]
    assert (open_demand(story).step, open_demand(story).until_on) == ("waiting", DEMANDED_ON + 10 * DAY)
    story.live(DEMANDED_ON + 10 * DAY)
    assert open_demand(story).step == "waiting"
    story.live(DEMANDED_ON + 11 * DAY)
    assert open_demand(story).step == "may_act"


def test_renter_answers_a_demand_in_its_case(story):
    done = demanded(story)
    answer = cases.Say(done.case_ref, "3 月 10 日已转账 500 元，请核对")
    run(story.house, cases.say, story.renter, answer, at=at(story.on, 13))
    bodies = [row[0] for row in story.house.sql("SELECT body FROM messages ORDER BY seq")]
    assert done.paper_ref in bodies[1]
    assert "已转账" in bodies[-1]


def test_letter_that_did_not_reach_the_renter_begins_no_days(story):
    story.live(DEMANDED_ON)
    demand(story)
    story.phones.down = True
    story.live(DEMANDED_ON + 30 * DAY)
    assert open_demand(story).step == "delivering"
    assert refused(terminate, story).code == "default_too_early"
    assert story.events("notice.failed")


def test_contract_ends_only_by_a_supervisor_after_the_days(story):
    demanded(story)
    story.live(DEMANDED_ON + 10 * DAY)
    too_early = refused(terminate, story)
    assert (too_early.code, too_early.rule, too_early.clause) == ("default_too_early", "DEF-1", "民法典 722")
    story.live(DEMANDED_ON + 11 * DAY)
    assert state(story) == "renting"  # nothing happens by itself
    assert story.events("default.period_over")
    for actor in (story.desk.agent, story.desk.specialist, story.renter, story.desk.stranger):
        assert refused(terminate, story, actor).status == 404
    done = terminate(story)
    assert state(story) == "terminated"
    assert story.act(story.renter, papers.read_paper, papers.ReadNamedPaper(done.paper_ref)).kind == "termination"


def test_offer_of_the_next_step_is_made_once(story):
    demanded(story)
    story.live(DEMANDED_ON + 15 * DAY)
    assert len(story.events("default.period_over")) == 1


def test_paying_within_the_days_ends_a_demand(story):
    done = demanded(story)
    story.live(DEMANDED_ON + 9 * DAY)
    story.pay(story.ages().overdue_fen)
    story.tick(hour=12)
    assert open_demand(story) is None
    assert done.paper_ref in story.events("default.paid")[0]
    assert refused(terminate, story).code == "default_too_early"


def test_second_demand_waits_for_the_first_and_a_double_click_is_one(story):
    story.live(DEMANDED_ON)
    assert demand(story, key="one-click") == demand(story, key="one-click")
    assert refused(demand, story).code == "default_too_early"
    assert story.house.sql("SELECT count(*) FROM demands")[0][0] == 1


def test_withdrawn_demand_leads_to_nothing_and_another_may_follow(story):
    demanded(story)
    withdraw = arrears.WithdrawDemand(story.lease.ref, "已约定月底付清")
    story.act(story.desk.supervisor, arrears.withdraw_demand, withdraw)
    story.live(DEMANDED_ON + 12 * DAY)
    assert refused(terminate, story).code == "default_too_early"
    assert demand(story).amount_fen > 50_000
    story.act(story.desk.supervisor, arrears.withdraw_demand, withdraw)
    with pytest.raises(Refusal) as found:
        story.act(story.desk.supervisor, arrears.withdraw_demand, withdraw)
    assert found.value.code == "no_demand"


def test_nothing_overdue_or_all_of_it_contested_is_not_demanded(story):
    story.live(DUE_ON)
    assert refused(demand, story).code == "default_too_early"
    story.contest(1, 50_000, DUE_ON)
    story.live(DUE_ON + 3 * DAY)
    assert refused(demand, story).code == "default_too_early"


def test_days_below_ten_are_refused_at_the_edge():
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"lease_ref": "ZL-1", "days": 9}, arrears.DemandPayment)


# the phone that is kept


def test_rents_not_yet_due_end_with_the_contract_and_paid_days_cost_nothing_twice(story):
    terminated(story)
    rents = story.house.sql("SELECT no FROM charges WHERE kind = 'rent' AND lease_id = $1 ORDER BY no", story.lease.id)
    assert [row[0] for row in rents] == [1, 2]  # booked by 1 April
    assert story.house.sql("SELECT from_on FROM hold_overs")[0][0] == date(2026, 5, 1)  # instalment 2 pays April
    story.day(date(2026, 5, 1))
    assert story.house.sql("SELECT count(*) FROM charges WHERE kind = 'fee'")[0][0] == 0


def test_kept_phone_costs_the_contracts_daily_rent_until_it_is_sent_back(story):
    terminated(story)
    story.day(date(2026, 5, 11))
    assert kept_fen(story) == 50_000 * 10 // 31

    async def send(ctx):
        lease = await lease_by_id(ctx.conn, story.lease.id, lock=True)
        return await move_lease(ctx, lease, LeaseAct.SEND_BACK)

    in_act(story.house, send, at=at(date(2026, 5, 12)))
    story.day(date(2026, 5, 25))
    assert kept_fen(story) == 50_000 * 11 // 31
    assert_book_holds(story.house, story.lease)


def test_agreed_daily_rent_counts_and_never_exceeds_the_loss(house):
    story = Arrears(house, hold_over_daily_fen=100_000, loss_price="fixed", loss_price_fen=250_000)
    terminated(story)
    story.day(date(2026, 5, 3))
    assert kept_fen(story) == 200_000
    story.day(date(2026, 5, 9))
    assert kept_fen(story) == 250_000
    assert house.sql("SELECT ended_on FROM hold_overs")[0][0] is not None


def test_days_before_the_end_are_never_at_the_price_of_keeping_the_phone(house):
    story = Arrears(
        house, hold_over_daily_fen=100_000, rent_paid="arrears", loss_price="fixed", loss_price_fen=9_000_000
    )
    terminated(story)
    [kept] = house.sql("SELECT daily_num, daily_den FROM hold_overs")
    assert kept["daily_num"] < 3_000 * kept["daily_den"]  # a day of the contract's rent of 500.00 a month


def test_missed_days_are_made_up_for_to_the_same_fen(house):
    story = Arrears(house)
    terminated(story)
    story.day(date(2026, 5, 3))
    in_act(house, lambda ctx: day_hold_over(ctx, date(2026, 5, 3), 0, 1 << 60), at=at(date(2026, 5, 3), 2))
    assert kept_fen(story) == 50_000 * 2 // 31
    in_act(house, lambda ctx: day_hold_over(ctx, date(2026, 5, 21), 0, 1 << 60), at=at(date(2026, 5, 21), 2))
    assert kept_fen(story) == 50_000 * 20 // 31


def test_lost_phone_costs_no_further_days(story):
    terminated(story)
    story.day(date(2026, 5, 6))
    before = kept_fen(story)

    async def lose(ctx):
        lease = await lease_by_id(ctx.conn, story.lease.id, lock=True)
        return await move_lease(ctx, lease, LeaseAct.REPORT_LOST)

    in_act(story.house, lose, at=at(date(2026, 5, 6)))
    story.day(date(2026, 5, 20))
    assert kept_fen(story) == before > 0


# 民法典 634


def accelerate(story, actor=None):
    command = arrears.AccelerateLease(story.lease.ref, "催告期满未付")
    return story.act(actor or story.desk.supervisor, arrears.accelerate_lease, command, hour=12)


def test_rest_of_an_instalment_sale_is_due_from_a_fifth_of_the_price_on(house):
    story = Arrears(house, instalment_sale=True, residual_price_fen=None)
    story.live(date(2026, 5, 2))  # three of twelve rents are overdue: a quarter
    demand(story)
    story.tick(hour=12)
    story.live(date(2026, 5, 13))
    assert open_demand(story).may_accelerate
    done = accelerate(story)
    rents = house.sql("SELECT sum(outstanding_fen)::bigint FROM charges WHERE kind = 'rent' AND booked_on IS NOT NULL"
                      " AND lease_id = $1", story.lease.id)  # fmt: skip
    assert rents[0][0] == 12 * 50_000
    assert done.amount_fen >= 12 * 50_000
    assert state(story) == "renting"
    assert_book_holds(house, story.lease)


def test_less_than_a_fifth_or_no_instalment_sale_makes_nothing_due(house):
    story = Arrears(house, instalment_sale=True, residual_price_fen=None)
    demanded(story)
    story.live(DEMANDED_ON + 11 * DAY)  # two of twelve
    assert refused(accelerate, story).code == "below_a_fifth"
    assert refused(accelerate, story, story.desk.specialist).status == 404


def test_ordinary_lease_is_never_accelerated(story):
    demanded(story)
    story.live(DEMANDED_ON + 11 * DAY)
    found = refused(accelerate, story)
    assert (found.code, found.clause) == ("not_an_instalment_sale", "民法典 634")


# a phone that does not come back


def test_phone_kept_after_the_term_is_demanded_back_and_then_costs_its_daily_rent(house):
    story = Arrears(house)
    ends_on = date(2027, 2, 28)
    story.on = ends_on - DAY
    story.day(ends_on)
    story.pay(12 * 50_000 + 100_000)
    story.day(ends_on + DAY)
    assert story.ages().overdue_fen == 0
    done = demand(story)
    letter = story.act(story.renter, papers.read_paper, papers.ReadNamedPaper(done.paper_ref)).text
    assert (letter.amount_fen, "归还" in letter.summary) == (None, True)
    story.tick(hour=12)
    story.live(ends_on + 12 * DAY)
    assert (open_demand(story).step, story.tick(hour=12)) == ("may_act", 0)
    assert "手机尚未归还" in story.events("default.period_over")[0]
    terminate(story)
    ended_on = story.on
    story.day(ended_on + 6 * DAY)
    assert kept_fen(story) == 5 * 50_000 // 28  # the last period had 28 days


def test_phone_sent_back_ends_the_demand_for_it(house):
    story = Arrears(house)
    ends_on = date(2027, 2, 28)
    story.on = ends_on - DAY
    story.day(ends_on)
    story.pay(12 * 50_000 + 100_000)
    story.day(ends_on + DAY)
    demand(story)
    story.tick(hour=12)

    async def send(ctx):
        lease = await lease_by_id(ctx.conn, story.lease.id, lock=True)
        return await move_lease(ctx, lease, LeaseAct.SEND_BACK)

    in_act(house, send, at=at(story.on))
    story.tick(hour=12)
    assert story.events("default.paid")
    assert open_demand(story) is None


def test_kept_phone_is_limited_by_what_its_loss_would_cost_that_day(house):
    story = Arrears(house)
    story.live(DUE_ON + DAY)
    story.pay(50_000)
    story.on = date(2026, 4, 1)
    demanded_on = date(2026, 4, 10)
    story.live(demanded_on)
    demand(story)
    story.tick(hour=12)
    story.live(demanded_on + 11 * DAY)
    price_fen = (
        story.act(story.desk.agent, leases.quote_buyout, leases.QuoteBuyout(story.lease.ref)).lines[0].amount_fen
    )
    terminate(story)
    assert house.sql("SELECT cap_fen FROM hold_overs")[0][0] == price_fen


def test_two_supervisors_demanding_at_once_send_one_letter(story):
    story.live(DEMANDED_ON)
    command = arrears.DemandPayment(story.lease.ref)

    async def both():
        door, now = story.house.door, at(story.on, 11)
        asked = [
            door.run(arrears.demand_payment, story.desk.supervisor, command, key=f"click-{no}-of-two", at=now)
            for no in (1, 2)
        ]
        return await asyncio.gather(*asked, return_exceptions=True)

    answers = story.house.run(both())
    assert sorted(isinstance(answer, Refusal) for answer in answers) == [False, True]
    assert story.house.sql("SELECT count(*) FROM papers")[0][0] == 1
