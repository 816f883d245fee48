"""People's acts on money at the provider: agreement, deducting, paying now, refunds, the deposit; who may."""

import pytest
from lease_ground import TODAY, in_act
from payment_desk import AGENT, NOW, RENT_FEN, SPECIALIST, Desk

from shouwen.features.leases.use_cases import payments as acts
from shouwen.features.money.public import ask_hold_move, book_due, release_deposit, settle_deposit, take_payment
from shouwen.features.payments import jobs
from shouwen.features.payments.public import day_attempts, last_failure
from shouwen.features.payments.use_cases import TakeNotice, take_notice
from shouwen.kernel.actor import SYSTEM, Actor, Role
from shouwen.kernel.days import beijing_on
from shouwen.kernel.errors import Absent, BadInput, Refusal
from shouwen.mount.simulate.payments.commands import Confirm, Fault
from shouwen.platform.payment import port


@pytest.fixture
def desk(house, monkeypatch):
    return Desk(house, monkeypatch)


def act(desk, actor, use_case, command, **more):
    return desk.house.run(desk.house.door.run(use_case, actor, command, **more))


def read(desk, actor, lease):
    return act(desk, actor, acts.read_payments, acts.ReadPayments(lease.ref))


def listen(desk):
    door = desk.house.door
    desk.listen(lambda notice: desk.house.run(door.run(take_notice, SYSTEM, TakeNotice(notice), channel="provider")))


def run_day(desk, on=TODAY):
    return in_act(desk.house, lambda ctx: day_attempts(ctx, on, 0, 10**9), at=desk.now)


def pay(desk, renter, lease, *lines, amount_fen=RENT_FEN, **more):
    return act(desk, renter, acts.pay_bills, acts.PayBills(lease.ref, amount_fen, lines), **more)


def test_desk_deducts_what_is_due_once(desk):
    renter, lease = desk.lease(paid=6)
    asked = act(desk, SPECIALIST, acts.attempt_deduction, acts.AttemptDeduction(lease.ref))
    with pytest.raises(Refusal, match="payment_under_way"):
        act(desk, SPECIALIST, acts.attempt_deduction, acts.AttemptDeduction(lease.ref))
    desk.work()
    [order] = read(desk, renter, lease).orders
    assert (order.order_ref, order.state, order.amount_fen) == (asked.order_ref, "done", asked.amount_fen)
    assert desk.charge(lease)["outstanding_fen"] == 0
    assert desk.provider_fen(lease) == desk.cash_fen(lease) == asked.amount_fen
    with pytest.raises(Refusal, match="nothing_due"):
        act(desk, SPECIALIST, acts.attempt_deduction, acts.AttemptDeduction(lease.ref))


def test_renter_pays_a_bill_not_yet_due_by_name(desk):
    renter, lease = desk.lease(paid=7)
    pay(desk, renter, lease, "rent-9")
    desk.work()
    assert desk.charge(lease, no=9)["outstanding_fen"] == 0
    assert desk.charge(lease, no=8)["outstanding_fen"] == RENT_FEN


def test_renter_paying_twice_by_double_click_is_deducted_once(desk):
    renter, lease = desk.lease(paid=7)
    first = pay(desk, renter, lease, "rent-8", key="double-click-1")
    assert pay(desk, renter, lease, "rent-8", key="double-click-1") == first
    desk.work()
    assert pay(desk, renter, lease, "rent-8", key="double-click-1") == first
    assert desk.provider_fen(lease) == desk.cash_fen(lease) == RENT_FEN


@pytest.mark.parametrize(
    ("lines", "amount_fen", "error"),
    [(("rent-8",), 1, Refusal), (("rent-99",), RENT_FEN, BadInput), (("rent-8", "rent-8"), 2 * RENT_FEN, BadInput)],
)
def test_paying_another_amount_or_no_bill_deducts_nothing(desk, lines, amount_fen, error):
    renter, lease = desk.lease(paid=7)
    with pytest.raises(error):
        pay(desk, renter, lease, *lines, amount_fen=amount_fen)
    assert desk.house.sql("SELECT count(*) AS n FROM payment_orders")[0]["n"] == 0


def test_renter_who_ends_the_agreement_is_deducted_no_more_and_what_waits_is_withdrawn(desk):
    renter, lease = desk.lease()
    act(desk, SPECIALIST, acts.attempt_deduction, acts.AttemptDeduction(lease.ref))
    act(desk, renter, acts.end_lease_agreement, acts.EndAgreement(lease.ref))
    desk.work()
    assert desk.provider_fen(lease) == 0
    assert read(desk, renter, lease).agreement_signed_at is None
    with pytest.raises(Refusal, match="no_agreement"):
        act(desk, SPECIALIST, acts.attempt_deduction, acts.AttemptDeduction(lease.ref))
    act(desk, SPECIALIST, acts.record_agreement, acts.RecordAgreement(lease.ref, f"A{lease.id}", desk.buyer(lease)))
    act(desk, SPECIALIST, acts.attempt_deduction, acts.AttemptDeduction(lease.ref))
    desk.work()
    assert desk.provider_fen(lease) > 0


def test_business_day_deducts_what_is_due_once_a_day_however_often_it_runs(desk):
    _, lease = desk.lease(paid=6)
    _, paid_up = desk.lease(paid=7)
    assert (run_day(desk), run_day(desk)) == (1, 0)
    desk.work()
    assert run_day(desk) == 0
    assert desk.charge(lease)["outstanding_fen"] == 0
    assert desk.provider_fen(paid_up) == 0


def test_business_day_waits_for_the_hour_of_the_policy(desk):
    desk.lease(paid=6)
    run_day(desk, TODAY)
    planned = desk.house.sql("SELECT planned_at FROM payment_orders")[0]["planned_at"]
    assert planned == NOW  # 10:00 in Beijing is past 08:00


def test_contested_rent_is_not_deducted(desk):
    _, lease = desk.lease(paid=6)
    contest(desk, lease)
    assert run_day(desk) == 0


def test_rent_contested_after_the_intent_is_withdrawn_before_it_goes_out(desk):
    _, lease = desk.lease(paid=6)
    assert run_day(desk) == 1
    contest(desk, lease)
    desk.work()
    assert desk.provider_fen(lease) == 0


def contest(desk, lease):
    """The rent that is due and its late fee rest until somebody has decided."""

    async def pause(ctx):
        case_id = await ctx.conn.fetchval(
            "INSERT INTO cases (ref, type, title, renter_id, renter_name_masked, opened_at, last_at)"
            " VALUES ('SW-1', 'billing_dispute', 't', $1, 'x', $2, $2) RETURNING id",
            lease.renter_id, desk.now,
        )  # fmt: skip
        await ctx.conn.execute(
            "INSERT INTO collection_pauses (case_id, lease_id, charge_id, amount_fen, reason, started_at)"
            " SELECT $1, lease_id, id, outstanding_fen, 'dispute', $3 FROM charges"
            " WHERE lease_id = $2 AND outstanding_fen > 0",
            case_id, lease.id, desk.now,
        )  # fmt: skip

    in_act(desk.house, pause, at=desk.now)


def test_failure_of_the_platform_is_on_record_for_the_rent_it_was_for(desk):
    _, lease = desk.lease(paid=6)
    run_day(desk)
    desk.gateway.is_down = True
    desk.work()
    rent = desk.charge(lease)
    failed = in_act(desk.house, lambda ctx: last_failure(ctx.conn, rent["id"]))
    assert (failed.code, failed.fault, failed.on) == ("connect", "platform", TODAY)


def paid_credit(desk, amount_fen=80_000):
    """A lease whose credit came through the provider."""
    renter, lease = desk.lease(paid=7)
    desk.deduct(lease, amount_fen)
    desk.work()
    assert desk.credit_fen(lease) == amount_fen
    return renter, lease


def refund(desk, lease, amount_fen, actor=SPECIALIST, **more):
    return act(desk, actor, acts.refund_credit, acts.AskRefund(lease.ref, amount_fen, "多付", **more))


def test_refund_goes_back_to_where_it_was_paid_from(desk):
    renter, lease = paid_credit(desk)
    refund(desk, lease, 30_000)
    assert desk.credit_fen(lease) == 50_000
    desk.work()
    [row] = read(desk, renter, lease).refunds
    assert (row.amount_fen, row.done_on) == (30_000, TODAY)
    assert desk.provider_fen(lease) == desk.cash_fen(lease) == 50_000


def test_refund_that_the_provider_refuses_is_credit_again(desk):
    _, lease = paid_credit(desk)
    refund(desk, lease, 30_000)
    desk.provider.books.merchant_fen = 0  # the firm's own account there is empty
    desk.work()
    assert desk.credit_fen(lease) == 80_000
    assert desk.house.sql("SELECT failed_at IS NOT NULL AS failed FROM refunds")[0]["failed"]
    trouble = act(desk, SPECIALIST, acts.list_payment_trouble, acts.ListPaymentTrouble()).orders
    assert [order.kind for order in trouble] == ["refund"]


def test_refund_larger_than_the_last_payment_takes_several(desk):
    _, lease = desk.lease(paid=7)
    for no, amount_fen in enumerate((30_000, 20_000)):
        desk.deduct(lease, amount_fen, purpose=f"due:{no}")
        desk.work()
    assert len(refund(desk, lease, 45_000).refund_refs) == 2
    desk.work()
    assert desk.provider_fen(lease) == desk.cash_fen(lease) == 5_000
    assert desk.credit_fen(lease) == 5_000


@pytest.mark.parametrize(("amount_fen", "code"), [(80_001, "more_than_credit"), (80_000, "")])
def test_refund_is_never_more_than_the_credit(desk, amount_fen, code):
    _, lease = paid_credit(desk)
    if code:
        with pytest.raises(Refusal) as refused:
            refund(desk, lease, amount_fen)
        assert refused.value.code in (code, "not_paid_there")
        assert desk.credit_fen(lease) == 80_000
    else:
        refund(desk, lease, amount_fen)
        assert desk.credit_fen(lease) == 0


def test_refund_of_money_that_came_otherwise_goes_by_bank_and_is_on_record(desk):
    _, lease = desk.lease(paid=7)

    async def cash(ctx):
        await take_payment(ctx.conn, ctx.act_id, lease, 9_000, "BANK-1", TODAY, TODAY)

    in_act(desk.house, cash)
    with pytest.raises(Refusal, match="not_paid_there"):
        refund(desk, lease, 9_000)
    refund(desk, lease, 9_000, bank_ref="BOC20261123-7")
    assert desk.credit_fen(lease) == 0
    assert desk.house.sql("SELECT way, bank_ref, done_on FROM refunds")[0]["bank_ref"] == "BOC20261123-7"


def test_agents_refund_is_asked_of_a_specialist(desk):
    _, lease = paid_credit(desk)
    with pytest.raises(Refusal) as refused:
        refund(desk, lease, 1_000, actor=AGENT)
    assert refused.value.status == 202
    assert desk.credit_fen(lease) == 80_000


def freeze(desk, renter, lease):
    """The renter confirms the deposit's freeze in their app."""
    hold = desk.house.sql("SELECT ref, amount_fen FROM holds WHERE lease_id = $1", lease.id)[0]

    async def ask(ctx):
        await ask_hold_move(ctx.conn, lease.id, f"hold:{hold['ref']}", "freeze", hold["amount_fen"], ctx.now)

    in_act(desk.house, ask, at=desk.now)
    order = act(desk, renter, acts.order_freeze, acts.OrderFreeze(lease.ref))
    desk.tell(Confirm(order=order.app_order, buyer_id=desk.buyer(lease)))
    listen(desk)
    desk.work()
    return order


def test_deposit_is_frozen_by_the_renter_and_what_the_provider_says_is_kept(desk):
    renter, lease = desk.lease()
    order = freeze(desk, renter, lease)
    assert desk.order(order.order_ref)["state"] == "done"
    assert read(desk, renter, lease).frozen_fen == order.amount_fen == 300_000
    with pytest.raises(Refusal, match="nothing_to_freeze"):
        act(desk, renter, acts.order_freeze, acts.OrderFreeze(lease.ref))


def test_freeze_nobody_confirms_comes_to_nothing_and_may_be_asked_for_again(desk):
    renter, lease = desk.lease()
    hold = desk.house.sql("SELECT ref, amount_fen FROM holds WHERE lease_id = $1", lease.id)[0]
    in_act(desk.house, lambda ctx: ask_hold_move(ctx.conn, lease.id, f"hold:{hold['ref']}", "freeze", 300_000, ctx.now))
    first = act(desk, renter, acts.order_freeze, acts.OrderFreeze(lease.ref))
    again = act(desk, renter, acts.order_freeze, acts.OrderFreeze(lease.ref))
    assert again.order_ref == first.order_ref  # the same number while it may still be confirmed
    desk.work()
    assert desk.order(first.order_ref)["state"] == "not_done"
    second = act(desk, renter, acts.order_freeze, acts.OrderFreeze(lease.ref))
    assert second.order_ref != first.order_ref
    desk.tell(Confirm(order=second.app_order, buyer_id=desk.buyer(lease)))
    desk.work()
    assert read(desk, renter, lease).frozen_fen == 300_000


def settle_claim(desk, lease, decided_fen):
    return in_act(
        desk.house,
        lambda ctx: settle_deposit(ctx.conn, ctx.act_id, lease, decided_fen, "DS-1", TODAY),
        at=desk.now,
    )


def test_decided_damage_is_captured_and_the_rest_released_at_the_provider(desk):
    renter, lease = desk.lease()
    freeze(desk, renter, lease)
    settle_claim(desk, lease, 40_000)
    assert desk.house.run(jobs.tick(desk.house.door)) == 2
    desk.work()
    buyer = desk.provider.books.buyers[desk.buyer(lease)]
    assert (buyer.frozen_fen, buyer.balance_fen) == (0, 1_000_000 - 40_000)
    assert desk.cash_fen(lease) == desk.provider_fen(lease) == 40_000
    assert read(desk, renter, lease).frozen_fen == 0
    assert desk.house.run(jobs.tick(desk.house.door)) == 0


def test_release_that_failed_is_a_persons_business_and_can_be_tried_again(desk):
    renter, lease = desk.lease()
    freeze(desk, renter, lease)
    in_act(desk.house, lambda ctx: release_deposit(ctx.conn, ctx.act_id, lease, 0, "R-1", TODAY), at=desk.now)
    desk.house.run(jobs.tick(desk.house.door))
    desk.gateway.is_down = True
    desk.work()
    desk.gateway.is_down = False
    [stuck] = act(desk, SPECIALIST, acts.list_payment_trouble, acts.ListPaymentTrouble()).orders
    assert (stuck.kind, stuck.state) == ("release", "not_done")
    act(desk, SPECIALIST, acts.retry_order, acts.RetryOrder(stuck.order_ref))
    with pytest.raises(Refusal, match="not_to_repeat"):
        act(desk, SPECIALIST, acts.retry_order, acts.RetryOrder(stuck.order_ref))
    desk.work()
    assert desk.provider.books.buyers[desk.buyer(lease)].frozen_fen == 0
    assert act(desk, SPECIALIST, acts.list_payment_trouble, acts.ListPaymentTrouble()).orders == ()


@pytest.mark.parametrize("books", [True, False])
def test_money_other_than_meant_is_settled_by_a_person_once(desk, books):
    _, lease = desk.lease()
    ref = desk.deduct(lease)
    desk.script(Fault.SILENT_BEFORE)
    desk.run_due()
    answer = port.Answer(outcome=port.Outcome.DONE, amount_fen=30_000, provider_no="X1", moved_at=desk.now)
    notice = port.Notice(about=port.NoticeAbout.TRADE, notify_id="n-1", number=desk.order(ref)["number"], answer=answer)
    act(desk, SYSTEM, take_notice, TakeNotice(notice))
    command = acts.SettleOrder(ref, books, "已向渠道核对")
    assert act(desk, SPECIALIST, acts.settle_order, command).booked_fen == (30_000 if books else 0)
    assert desk.cash_fen(lease) == (30_000 if books else 0)
    assert act(desk, SPECIALIST, acts.list_payment_trouble, acts.ListPaymentTrouble()).orders == ()
    with pytest.raises(Refusal, match="nothing_to_settle"):
        act(desk, SPECIALIST, acts.settle_order, command)
    desk.work()
    assert desk.cash_fen(lease) == (30_000 if books else 0)


def test_money_settled_by_a_person_days_later_counts_from_the_day_it_moved(desk):
    _, lease = desk.lease()
    ref = desk.deduct(lease)
    desk.script(Fault.SILENT_BEFORE)
    desk.run_due()
    moved_at = desk.now
    answer = port.Answer(outcome=port.Outcome.DONE, amount_fen=30_000, provider_no="X1", moved_at=moved_at)
    notice = port.Notice(about=port.NoticeAbout.TRADE, notify_id="n-1", number=desk.order(ref)["number"], answer=answer)
    act(desk, SYSTEM, take_notice, TakeNotice(notice))
    desk.pass_time(minutes=10 * 24 * 60)
    act(desk, SPECIALIST, acts.settle_order, acts.SettleOrder(ref, True, "已向渠道核对"))
    [entry] = desk.house.sql("SELECT booked_on, value_on FROM money_entries WHERE key = $1", f"payment:{ref}")
    assert entry["value_on"] == beijing_on(moved_at)
    assert entry["booked_on"] == beijing_on(desk.now)


def test_order_whose_job_was_lost_is_followed_again(desk):
    _, lease = desk.lease()
    ref = desk.deduct(lease)
    in_act(desk.house, lambda ctx: ctx.conn.execute("DELETE FROM jobs"))
    desk.pass_time(minutes=30)
    assert desk.house.run(jobs.tick(desk.house.door)) == 1
    desk.work()
    assert desk.order(ref)["state"] == "done"


@pytest.mark.parametrize(
    "command",
    [
        (acts.pay_bills, lambda ref: acts.PayBills(ref, RENT_FEN, ("rent-7",))),
        (acts.end_lease_agreement, acts.EndAgreement),
        (acts.order_freeze, acts.OrderFreeze),
        (acts.read_payments, acts.ReadPayments),
    ],
)
def test_stranger_finds_no_payments(desk, command):
    _, lease = desk.lease()
    stranger, _ = desk.lease()
    use_case, make = command
    with pytest.raises(Absent):
        act(desk, stranger, use_case, make(lease.ref))


@pytest.mark.parametrize("role", [Role.RENTER, Role.AGENT, Role.INSPECTOR, Role.ADMIN])
def test_deducting_is_for_specialists_and_supervisors(desk, role):
    _, lease = desk.lease()
    with pytest.raises(Absent):
        act(desk, Actor(role, lease.renter_id, "x"), acts.attempt_deduction, acts.AttemptDeduction(lease.ref))


def test_future_rent_is_scheduled_and_paid_by_name_through_the_provider(desk):
    renter, lease = desk.lease(paid=6)
    in_act(desk.house, lambda ctx: book_due(ctx.conn, ctx.act_id, lease, TODAY))
    desk.script(Fault.SILENT_AFTER)
    pay(desk, renter, lease, "rent-10")
    desk.work()
    assert desk.charge(lease, no=10)["outstanding_fen"] == 0
    assert desk.provider_fen(lease) == desk.cash_fen(lease) == RENT_FEN
