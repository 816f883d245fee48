"""Which leases the day deducts from, which it leaves alone, and at what cost."""

from datetime import timedelta

import pytest
from lease_ground import TODAY, in_act
from payment_desk import RENT_FEN, SPECIALIST, Desk

from shouwen.features.arrears.use_cases import FreezeLease, freeze_lease
from shouwen.features.endings.use_cases import ReportLost, report_lost
from shouwen.features.leases.use_cases import payments as acts
from shouwen.features.money.public import book_day, charge_of, lock_charges, refresh_late_fees, undo_lateness
from shouwen.features.payments.foreseeing import next_attempt
from shouwen.features.payments.public import day_attempts
from shouwen.kernel.days import beijing_at

EVERY = 1 << 60


@pytest.fixture
def desk(house, monkeypatch):
    return Desk(house, monkeypatch)


def run_day(desk, on=TODAY):
    return in_act(desk.house, lambda ctx: day_attempts(ctx, on, 0, EVERY), at=desk.now)


def sql(desk, text, *args):
    return in_act(desk.house, lambda ctx: ctx.conn.fetchval(text, *args), at=desk.now)


def case_of(desk, lease, kind):
    return sql(
        desk,
        "INSERT INTO cases (ref, type, title, renter_id, renter_name_masked, lease_id, opened_at, last_at)"
        " VALUES ($1, $2, 't', $3, 'x', $4, $5, $5) RETURNING id",
        f"SW-{kind}-{lease.id}", kind, lease.renter_id, lease.id, desk.now,
    )  # fmt: skip


def demand(desk, lease, delivered_on=None):
    case_id = case_of(desk, lease, "billing_question")
    until_on = None if delivered_on is None else delivered_on + timedelta(days=10)
    return sql(
        desk,
        "INSERT INTO demands (lease_id, renter_id, case_id, amount_fen, for_return, asked_on, days, paper_ref,"
        " delivered_on, until_on) VALUES ($1, $2, $3, 1, false, $4, 10, 'HX-1', $5, $6) RETURNING id",
        lease.id, lease.renter_id, case_id, TODAY, delivered_on, until_on,
    )  # fmt: skip


def book_fee(desk, lease):
    """The late fee of the rent that is due, as the night books it."""

    async def work(ctx):
        on = await book_day(ctx.conn, ctx.now)
        return await refresh_late_fees(ctx.conn, ctx.act_id, lease, on)

    assert in_act(desk.house, work, at=desk.now)


def foreseen(desk, lease):
    return in_act(desk.house, lambda ctx: next_attempt(ctx.conn, lease.id, desk.now), at=desk.now)


def move_day(desk, days):
    desk.pass_time(days=days)
    return TODAY + timedelta(days=days)


def test_day_costs_two_statements_however_many_leases_are_due(desk):
    for _ in range(4):
        desk.lease(paid=6)
    counted = []

    async def work(ctx):
        with ctx.conn.query_logger(lambda record: counted.append(record.query)):
            return await day_attempts(ctx, TODAY, 0, EVERY)

    assert in_act(desk.house, work, at=desk.now) == 4
    assert len(counted) == 2
    desk.work()
    done = desk.house.sql("SELECT state, amount_fen, purpose FROM payment_orders ORDER BY id")
    assert {row["state"] for row in done} == {"done"}
    assert [row["purpose"] for row in done] == [f"due:{lease_id}:{TODAY}" for lease_id in (1, 2, 3, 4)]


def test_frozen_account_is_deducted_from_since_paying_is_what_lifts_it(desk):
    _, lease = desk.lease(paid=5)
    desk.house.run(desk.house.door.run(freeze_lease, SPECIALIST, FreezeLease(lease.ref, "两期未付")))
    assert run_day(desk) == 1
    desk.work()
    assert desk.provider_fen(lease) == 2 * RENT_FEN


def test_demand_gives_the_renter_their_days_and_the_day_after_makes_up_for_what_was_missed(desk):
    _, lease = desk.lease(paid=6)
    demand_id = demand(desk, lease)
    assert (run_day(desk), foreseen(desk, lease)) == (0, None)  # not delivered yet
    sql(desk, "UPDATE demands SET delivered_on = $2, until_on = $3 WHERE id = $1 RETURNING id", demand_id, TODAY,
        TODAY + timedelta(days=10))  # fmt: skip
    assert beijing_at(foreseen(desk, lease).at).date() == TODAY + timedelta(days=11)
    on = move_day(desk, 10)
    assert run_day(desk, on) == 0
    desk.pass_time(days=1)
    assert run_day(desk, on + timedelta(days=1)) == 1


def test_person_may_deduct_within_the_days_of_a_demand(desk):
    _, lease = desk.lease(paid=6)
    demand(desk, lease, TODAY)
    asked = desk.house.run(
        desk.house.door.run(acts.attempt_deduction, SPECIALIST, acts.AttemptDeduction(lease.ref))
    )  # fmt: skip
    assert asked.amount_fen > RENT_FEN


def test_late_fee_rests_while_an_asked_relief_is_open_the_rent_does_not(desk):
    _, lease = desk.lease(paid=6)
    case_id = case_of(desk, lease, "overdue_relief")
    book_fee(desk, lease)
    assert run_day(desk) == 1
    order = desk.house.sql("SELECT amount_fen, covers FROM payment_orders")[0]
    assert (order["amount_fen"], list(order["covers"])) == (RENT_FEN, [desk.charge(lease)["id"]])
    sql(desk, "UPDATE cases SET state = 'closed', closed_at = $2 WHERE id = $1 RETURNING id", case_id, desk.now)
    desk.work()
    assert run_day(desk, move_day(desk, 7)) == 1  # day 15: the fee too, once nobody looks at it any more
    covers = desk.house.sql("SELECT covers FROM payment_orders ORDER BY id")[1]["covers"]
    assert desk.charge(lease, "late_fee")["id"] in covers


def test_lateness_undone_begins_the_days_of_attempts_anew(desk):
    _, lease = desk.lease(paid=6)
    on = move_day(desk, 40)  # every day of the table has come and gone
    assert run_day(desk, on) == 1
    desk.gateway.is_down = True
    desk.work()
    desk.gateway.is_down = False
    on = TODAY + timedelta(days=42)
    desk.pass_time(days=1)
    assert run_day(desk, on) == 0

    async def undo(ctx):
        day = await book_day(ctx.conn, ctx.now)
        rent = charge_of(await lock_charges(ctx.conn, lease.id), "rent-7")
        await undo_lateness(ctx.conn, ctx.act_id, lease, rent, "LATE-5", "渠道故障", day, ctx.now)

    in_act(desk.house, undo, at=desk.now)
    on = beijing_at(desk.now).date()
    assert run_day(desk, on) == 1


@pytest.mark.parametrize("state", ["terminated", "closed", "cancelled", "refused"])
def test_lease_that_has_ended_is_not_deducted_from_by_itself(desk, state):
    _, lease = desk.lease(paid=6)
    sql(desk, "UPDATE leases SET state = $2 WHERE id = $1 RETURNING id", lease.id, state)
    assert (run_day(desk), foreseen(desk, lease)) == (0, None)


def test_lease_whose_agreement_ended_is_not_deducted_from(desk):
    renter, lease = desk.lease(paid=6)
    desk.house.run(desk.house.door.run(acts.end_lease_agreement, renter, acts.EndAgreement(lease.ref)))
    assert run_day(desk) == 0


def test_lease_tried_by_hand_today_is_not_tried_again_today(desk):
    _, lease = desk.lease(paid=6, balance_fen=0)
    desk.house.run(desk.house.door.run(acts.attempt_deduction, SPECIALIST, acts.AttemptDeduction(lease.ref)))
    desk.work()
    assert desk.house.sql("SELECT state FROM payment_orders")[0]["state"] == "not_done"
    assert run_day(desk) == 0
    assert run_day(desk, move_day(desk, 1)) == 1


def test_bill_the_renter_paid_by_name_today_does_not_keep_another_from_its_day(desk):
    renter, lease = desk.lease(paid=6)
    pay = acts.PayBills(lease.ref, RENT_FEN, ("rent-9",))
    desk.house.run(desk.house.door.run(acts.pay_bills, renter, pay))
    desk.work()
    assert run_day(desk) == 1


def test_lost_phone_rests_from_the_day_it_is_reported(desk):
    renter, lease = desk.lease(paid=6)
    desk.house.run(desk.house.door.run(report_lost, renter, ReportLost(lease.ref, TODAY)))
    assert run_day(desk) == 0
