"""A capture the provider will not carry out: the book takes it back, a person is told, and both say the same."""

import pytest
from lease_ground import TODAY, in_act, run
from money_ground import assert_book_holds
from payment_desk import SPECIALIST, Desk

from shouwen.features.endings.use_cases.tending import LookIntoCapture, look_into_capture
from shouwen.features.leases.use_cases import payments as acts
from shouwen.features.money.public import ask_hold_move, balances, lock_charges, settle_deposit, take_payment
from shouwen.features.payments import jobs
from shouwen.features.payments.hearing import Told, hear
from shouwen.features.payments.types import Fact, Heard, Seen
from shouwen.features.payments.use_cases import TakeNotice, take_notice
from shouwen.kernel.actor import SYSTEM, Actor, Role
from shouwen.kernel.errors import Absent, Refusal
from shouwen.mount.simulate.payments.commands import Confirm
from shouwen.platform.payment import port
from shouwen.platform.relay import drain


@pytest.fixture
def desk(house, monkeypatch):
    return Desk(house, monkeypatch)


def act(desk, actor, use_case, command, **more):
    return desk.house.run(desk.house.door.run(use_case, actor, command, **more))


def frozen(desk):
    """A lease whose deposit of 3,000.00 is frozen at the provider."""
    renter, lease = desk.lease()
    hold = desk.house.sql("SELECT ref FROM holds WHERE lease_id = $1", lease.id)[0]
    ask = f"hold:{hold['ref']}"
    in_act(desk.house, lambda ctx: ask_hold_move(ctx.conn, lease.id, ask, "freeze", 300_000, ctx.now), at=desk.now)
    order = act(desk, renter, acts.order_freeze, acts.OrderFreeze(lease.ref))
    desk.tell(Confirm(order=order.app_order, buyer_id=desk.buyer(lease)))
    desk.listen(lambda notice: act(desk, SYSTEM, take_notice, TakeNotice(notice), channel="provider"))
    desk.work()
    return lease


def release_there(desk, lease, amount_fen):
    """The provider lets go of the hold without being asked by the book."""
    hold = desk.house.sql("SELECT order_no, auth_no FROM provider_holds WHERE lease_id = $1", lease.id)[0]
    order = port.Release(
        out_order_no=hold["order_no"], auth_no=hold["auth_no"], out_request_no="BEHIND_US", amount_fen=amount_fen,
        remark="x",
    )  # fmt: skip
    assert desk.house.run(desk.payments.release(order)).outcome is port.Outcome.DONE


def decide(desk, lease, decided_fen):
    """40,000 fen of damage, decided: captured in the book, the rest released."""
    in_act(desk.house, lambda ctx: settle_deposit(ctx.conn, ctx.act_id, lease, decided_fen, "DS-1", TODAY), at=desk.now)
    desk.house.run(jobs.tick(desk.house.door))
    desk.work()


def book(desk, lease):
    """What is owed for damage, what of the hold is captured, what the book says came in."""
    charges = in_act(desk.house, lambda ctx: lock_charges(ctx.conn, lease.id))
    owed_fen = sum(one.outstanding_fen for one in charges if one.kind == "damage")
    captured_fen = desk.house.sql("SELECT captured_fen FROM holds WHERE lease_id = $1", lease.id)[0][0]
    return owed_fen, captured_fen, desk.cash_fen(lease)


def capture_order(desk):
    return desk.house.sql("SELECT * FROM payment_orders WHERE kind = 'capture' ORDER BY id DESC")[0]


def urgent(desk):
    """Urgent cases, once the relay and the worker have done their part."""

    async def relayed():
        async with desk.house.door.writes.acquire() as conn:
            while await drain(conn):
                pass

    desk.house.run(relayed())
    desk.work()
    return [row["title"] for row in desk.house.sql("SELECT title FROM cases WHERE urgent")]


def test_capture_of_a_hold_that_is_gone_is_taken_back_in_the_book_and_a_person_is_told(desk):
    lease = frozen(desk)
    release_there(desk, lease, 280_000)
    decide(desk, lease, 40_000)
    assert (capture_order(desk)["state"], capture_order(desk)["fault"]) == ("not_done", "hold")
    assert book(desk, lease) == (40_000, 0, 0)
    assert desk.provider_fen(lease) == 0
    assert len(urgent(desk)) == 1
    said = desk.house.sql("SELECT text FROM journal WHERE kind = 'deposit.capture_failed'")[0]["text"]
    assert "账上已撤销，欠款恢复" in said
    trouble = act(desk, SPECIALIST, acts.list_payment_trouble, acts.ListPaymentTrouble()).orders
    assert capture_order(desk)["ref"] in [one.order_ref for one in trouble]
    assert_book_holds(desk.house, lease)


def test_capture_that_is_taken_back_is_not_tried_again(desk):
    lease = frozen(desk)
    release_there(desk, lease, 280_000)
    decide(desk, lease, 40_000)
    with pytest.raises(Refusal, match=r"^not_to_repeat:"):
        act(desk, SPECIALIST, acts.retry_order, acts.RetryOrder(capture_order(desk)["ref"]))
    settle = acts.SettleOrder(capture_order(desk)["ref"], False, "租客改为转账")
    act(desk, SPECIALIST, acts.settle_order, settle)
    assert book(desk, lease) == (40_000, 0, 0)


def test_capture_that_failed_on_their_side_may_be_tried_again_and_is_taken_back_once_given_up(desk):
    lease = frozen(desk)
    desk.gateway.is_down = True
    decide(desk, lease, 40_000)
    desk.gateway.is_down = False
    first = capture_order(desk)
    assert (first["state"], book(desk, lease)[:2]) == ("not_done", (0, 40_000))
    assert urgent(desk) == []
    act(desk, SPECIALIST, acts.settle_order, acts.SettleOrder(first["ref"], False, "改为转账付款"))
    desk.work()
    assert book(desk, lease)[:2] == (40_000, 0)
    assert len(urgent(desk)) == 1
    with pytest.raises(Refusal, match=r"^not_to_repeat:"):
        act(desk, SPECIALIST, acts.retry_order, acts.RetryOrder(first["ref"]))


def test_capture_tried_again_after_a_failure_is_carried_out_once(desk):
    lease = frozen(desk)
    desk.gateway.is_down = True
    decide(desk, lease, 40_000)
    desk.gateway.is_down = False
    act(desk, SPECIALIST, acts.retry_order, acts.RetryOrder(capture_order(desk)["ref"]))
    desk.work()
    assert book(desk, lease) == (0, 40_000, 40_000)
    assert desk.provider_fen(lease) == 40_000


@pytest.mark.parametrize(("paid_fen", "credit_fen"), [(0, 0), (30_000, 30_000)])
def test_capture_that_moves_money_after_it_was_taken_back_is_booked_again(desk, paid_fen, credit_fen):
    lease = frozen(desk)
    release_there(desk, lease, 280_000)
    in_act(
        desk.house, lambda ctx: settle_deposit(ctx.conn, ctx.act_id, lease, 40_000, "DS-1", TODAY), at=desk.now
    )  # fmt: skip
    desk.house.run(jobs.tick(desk.house.door))
    desk.work()
    order = capture_order(desk)
    if paid_fen:

        async def pay(ctx):
            charges = await lock_charges(ctx.conn, lease.id)
            named = [one.id for one in charges if one.kind == "damage"]
            await take_payment(ctx.conn, ctx.act_id, lease, paid_fen, "YH-1", TODAY, TODAY, named=named)

        in_act(desk.house, pay, at=desk.now)
    fact = Fact(
        heard=Heard.NOTICE, at=desk.now, seen=Seen.DONE, amount_fen=40_000, provider_no="P-1", code="", fault=""
    )
    in_act(desk.house, lambda ctx: hear(ctx, order["ref"], Told(fact=fact)), at=desk.now)
    owed_fen, captured_fen, _ = book(desk, lease)
    state = capture_order(desk)["state"]
    hold = desk.house.sql("SELECT amount_fen - captured_fen - released_fen AS open FROM holds")[0]["open"]
    assert (owed_fen, captured_fen, state, hold) == (0, 40_000, "done", 0)
    assert desk.credit_fen(lease) == credit_fen
    found = in_act(desk.house, lambda ctx: balances(ctx.conn, lease.id))
    assert sum(found.values()) == 0


def test_capture_whose_money_went_on_stays_in_the_book_for_a_person(desk):
    lease = frozen(desk)
    release_there(desk, lease, 280_000)
    in_act(
        desk.house, lambda ctx: settle_deposit(ctx.conn, ctx.act_id, lease, 40_000, "DS-1", TODAY), at=desk.now
    )  # fmt: skip

    async def spent(ctx):  # a second decision gave it back as credit, which went out
        await ctx.conn.execute("UPDATE charges SET paid_fen = 0, waived_fen = amount_fen WHERE kind = 'damage'")

    in_act(desk.house, spent, at=desk.now)
    desk.house.run(jobs.tick(desk.house.door))
    desk.work()
    assert (capture_order(desk)["state"], len(urgent(desk))) == ("not_done", 1)
    assert "账上没有撤销" in desk.house.sql("SELECT text FROM journal WHERE kind = 'deposit.capture_failed'")[0]["text"]
    assert desk.house.sql("SELECT count(*) FROM money_entries WHERE key = 'reversal:capture:DS-1'")[0][0] == 0


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SYSTEM])
def test_nobody_but_the_system_makes_a_case_of_a_failed_capture(house, role):
    with pytest.raises((Absent, Refusal)):
        run(house, look_into_capture, Actor(role, 1), LookIntoCapture(1, "x"))
