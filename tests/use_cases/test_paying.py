"""What a renter is shown that they can pay is what paying asks for, and a part goes where it was said to go."""

from datetime import timedelta

import pytest
from lease_ground import AGENT, INSPECTOR, TODAY
from payment_desk import NOW, RENT_FEN, SPECIALIST, Desk

from shouwen.features.leases.use_cases import payments as acts
from shouwen.features.leases.use_cases.paying import ReadPayable, read_payable
from shouwen.features.payments.foreseeing import foresee
from shouwen.features.payments.types import AttemptPolicy, DueDebt, LastAttempt
from shouwen.kernel.days import beijing_at
from shouwen.kernel.errors import Absent, BadInput, Refusal
from shouwen.mount.simulate.payments.commands import Fault

POLICY = AttemptPolicy("payments-1", (0, 1, 3, 7, 15, 30), 8)


@pytest.fixture
def desk(house, monkeypatch):
    return Desk(house, monkeypatch)


def act(desk, actor, use_case, command, **more):
    return desk.house.run(desk.house.door.run(use_case, actor, command, **more))


def payable(desk, actor, lease, lines="", part_fen=None):
    return act(desk, actor, read_payable, ReadPayable(lease.ref, lines, part_fen))


def payments(desk, actor, lease):
    return act(desk, actor, acts.read_payments, acts.ReadPayments(lease.ref))


def pay(desk, renter, lease, plan, lines, **more):
    return act(desk, renter, acts.pay_bills, acts.PayBills(lease.ref, plan.amount_fen, tuple(lines), **more))


def test_payable_has_late_fees_up_to_today_and_is_what_paying_asks_for(desk):
    renter, lease = desk.lease(paid=6)
    found = payable(desk, renter, lease)
    assert [line.line for line in found.lines][:3] == ["rent-7", "late_fee-7", "rent-8"]
    assert (found.rule, found.clause) == ("CIVIL-560", "")
    rent, fee = found.lines[:2]
    assert (rent.amount_fen, rent.days_overdue, rent.is_due) == (RENT_FEN, 8, True)
    assert fee.amount_fen > 0
    assert "计费天数" in fee.working[0]
    assert found.due_fen == rent.amount_fen + fee.amount_fen
    plan = payable(desk, renter, lease, "rent-7,late_fee-7").plan
    assert plan.amount_fen == plan.pay_fen == found.due_fen
    assert [(part.line, part.left_fen) for part in plan.parts] == [("rent-7", 0), ("late_fee-7", 0)]
    pay(desk, renter, lease, plan, ("rent-7", "late_fee-7"))
    desk.work()
    assert desk.provider_fen(lease) == desk.cash_fen(lease) == plan.amount_fen
    assert "rent-7" not in [line.line for line in payable(desk, renter, lease).lines]


def test_part_of_chosen_bills_goes_where_the_plan_said(desk):
    renter, lease = desk.lease(paid=6)
    lines = ("late_fee-7", "rent-7")  # the renter's own order (民法典 560)
    plan = payable(desk, renter, lease, ",".join(lines), 20_000).plan
    fee_fen = plan.parts[0].amount_fen
    assert plan.parts[0].left_fen == 0
    assert plan.parts[1].amount_fen == 20_000 - fee_fen
    pay(desk, renter, lease, plan, lines, part_fen=20_000)
    desk.work()
    assert desk.provider_fen(lease) == 20_000
    assert desk.charge(lease, "late_fee")["outstanding_fen"] == 0
    assert desk.charge(lease)["paid_fen"] == plan.parts[1].amount_fen


@pytest.mark.parametrize(
    ("lines", "part_fen", "error"),
    [("rent-99", None, BadInput), ("rent-8,rent-8", None, BadInput), ("rent-8", RENT_FEN + 1, Refusal)],
)
def test_plan_of_what_cannot_be_paid_is_refused(desk, lines, part_fen, error):
    renter, lease = desk.lease(paid=7)
    with pytest.raises(error):
        payable(desk, renter, lease, lines, part_fen)


def test_paying_more_than_the_chosen_bills_deducts_nothing(desk):
    renter, lease = desk.lease(paid=7)
    with pytest.raises(Refusal, match="more_than_chosen"):
        act(desk, renter, acts.pay_bills, acts.PayBills(lease.ref, RENT_FEN, ("rent-8",), RENT_FEN + 1))
    assert desk.house.sql("SELECT count(*) AS n FROM payment_orders")[0]["n"] == 0


def test_payable_of_a_stranger_is_absent_and_an_inspector_may_not_ask(desk):
    _, lease = desk.lease()
    stranger, _ = desk.lease()
    for actor, error in ((stranger, Absent), (INSPECTOR, Refusal)):
        with pytest.raises(error):
            payable(desk, actor, lease)
    assert payable(desk, AGENT, lease).model == lease.model


def test_order_whose_answer_was_lost_says_that_it_is_being_checked(desk):
    renter, lease = desk.lease(paid=6)
    desk.script(Fault.SILENT_BEFORE)
    act(desk, SPECIALIST, acts.attempt_deduction, acts.AttemptDeduction(lease.ref))
    [order] = payments(desk, renter, lease).orders
    assert (order.state, order.checking) == ("open", False)
    assert order.covers == (desk.charge(lease)["id"], desk.charge(lease, "late_fee")["id"])
    desk.run_due()
    [order] = payments(desk, renter, lease).orders
    assert (order.state, order.checking) == ("open", True)
    desk.work()
    [order] = payments(desk, renter, lease).orders
    assert (order.state, order.checking) == ("done", False)


def test_next_deduction_is_the_day_and_sum_that_the_business_day_will_take(desk):
    renter, lease = desk.lease(paid=7)
    found = payments(desk, renter, lease).next_attempt
    due_on = desk.charge(lease, no=8)["due_on"]
    at = beijing_at(found.at)
    assert (at.date(), at.hour, found.amount_fen) == (due_on, 8, RENT_FEN)
    assert found.covers == (desk.charge(lease, no=8)["id"],)
    act(desk, renter, acts.end_lease_agreement, acts.EndAgreement(lease.ref))
    assert payments(desk, renter, lease).next_attempt is None


def test_next_deduction_after_one_refused_for_want_of_money_takes_the_oldest_bill_alone():
    debts = [DueDebt(1, TODAY, 100), DueDebt(2, TODAY, 50)]
    last = LastAttempt(TODAY, "balance", (1, 2))
    found = foresee(debts, TODAY, last, POLICY)
    assert (beijing_at(found.at).date(), found.amount_fen, found.covers) == (TODAY + timedelta(days=1), 100, (1,))
    assert foresee([], TODAY, None, POLICY) is None
    assert foresee([DueDebt(1, TODAY + timedelta(days=90), 100)], TODAY, None, POLICY) is None
    assert NOW.date() == TODAY
