"""A desk that follows its attempts, killed at any moment, misled, told twice: money moves once or not at all."""

import asyncio
import itertools
from datetime import timedelta
from heapq import heappop, heappush

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from payment_ground import MemoryWorld

from shouwen.features.payments.attempting import heard, intent_of, noticed, perform, sent
from shouwen.features.payments.rules.attempt import PATIENCE, Act, Next, State, stand
from shouwen.mount.simulate.payments.commands import Decide, Fault, Forward, LetGo, Manner, Travel
from shouwen.platform.payment.port import Capture, Deduction, Freeze, NoticeRefused, Outcome, Refund, Release

KIND = {Act.DEDUCT: "pay", Act.CAPTURE: "pay", Act.REFUND: "refund", Act.FREEZE: "freeze", Act.RELEASE: "unfreeze"}
RENT_FEN = 54_183
_names = itertools.count(1)


@pytest.fixture(scope="module")
def world():
    made = MemoryWorld()
    yield made
    made.close()


class Desk:
    """The job as it will be, on facts in a list: one step at a time, any of which may be cut short."""

    def __init__(self, world, order):
        self.world, self.order, self.now = world, order, world.provider.now
        self.intent, self.facts = intent_of(order, self.now), []
        self.late = []  # calls still on their way when we gave up waiting

    @property
    def standing(self):
        return stand(self.intent, self.facts)

    def pass_time_to(self, at):
        while self.late and self.late[0][0] <= at:
            _, _, order = heappop(self.late)
            self.call(order, Next.SEND)
        self.now = max(self.now, at)
        seconds = int((self.now - self.world.provider.now).total_seconds())
        self.world.control(Forward(seconds=max(0, seconds)))

    def call(self, order, step):
        return asyncio.run(perform(self.world.payments, order, step))

    def step(self, accident):
        """One step; `accident` says where it ends early, or that two workers do it at once."""
        standing = self.standing
        self.pass_time_to(standing.next_at)
        if standing.next is Next.SEND:
            self.facts.append(sent(standing.try_no, self.now))
        if accident == "killed before the call":
            self.now += timedelta(seconds=1)
            return
        asked_at = self.now
        answers = [self.call(self.order, standing.next) for _ in range(2 if accident == "two workers" else 1)]
        self.now += timedelta(seconds=2)
        if standing.next is Next.SEND and accident == "delayed" and answers[0].outcome is Outcome.UNKNOWN:
            heappush(self.late, (self.now + PATIENCE.absent_after / 2, len(self.late), self.order))
        if accident != "killed after the call":
            at = self.now if standing.next is Next.SEND else asked_at
            self.facts += [heard(standing.next, answer, at, standing.try_no) for answer in answers]

    def listen(self):
        for envelope in self.world.provider.due():
            try:
                notice = self.world.payments.read_notification(envelope.form)
            except NoticeRefused:
                self.world.provider.answered(envelope, False)
                continue
            self.world.provider.answered(envelope, True)
            if notice.number == self.intent.number:
                self.facts.append(noticed(notice, self.now))


def order_for(world, act):
    """An order of this kind and what has to be there before it."""
    name = world.buyer
    deduction = Deduction(out_trade_no=f"D{name}", agreement_no=world.agreement, amount_fen=RENT_FEN, subject="租金")
    freezing = Freeze(
        out_order_no=f"H{name}", out_request_no=f"F{name}", amount_fen=60_000, title="押金", auth_code=world.code
    )
    if act is Act.DEDUCT:
        return deduction
    if act is Act.FREEZE:
        return freezing
    if act is Act.REFUND:
        world.do(lambda payments: payments.deduct(deduction))
        return Refund(out_trade_no=f"D{name}", out_request_no=f"R{name}", amount_fen=10_000, reason="改判")
    auth_no = world.do(lambda payments: payments.freeze(freezing)).provider_no
    if act is Act.CAPTURE:
        return Capture(
            out_trade_no=f"C{name}", auth_no=auth_no, payer_id=world.buyer, amount_fen=20_000, subject="定损"
        )
    return Release(
        out_order_no=f"H{name}", auth_no=auth_no, out_request_no=f"U{name}", amount_fen=20_000, remark="退还"
    )


ACCIDENTS = st.sampled_from(
    ["none", "none", "killed before the call", "killed after the call", "two workers", "delayed"]
)
MOODS = st.lists(st.sampled_from([Fault.NONE, *Fault]), max_size=8)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    act=st.sampled_from(Act),
    moods=MOODS,
    accidents=st.lists(ACCIDENTS, max_size=10),
    manner=st.sampled_from(Manner),
    listens=st.lists(st.booleans(), max_size=10),
    decisions=st.lists(st.sampled_from([None, True, False]), max_size=6),
    is_poor=st.booleans(),
)
def test_whatever_goes_wrong_money_moves_once_where_it_is_done_and_never_where_it_is_not(
    world, act, moods, accidents, manner, listens, decisions, is_poor
):
    world.settle_in(f"{next(_names):012d}")
    order = order_for(world, act)
    if is_poor and act in (Act.DEDUCT, Act.FREEZE):
        world.set_buyer(100)
    world.control(Travel(manner=manner, buyer_id=world.buyer))
    world.script(*moods)
    desk = Desk(world, order)
    for accident, listening, decision in itertools.islice(
        itertools.zip_longest(accidents, listens, itertools.chain(decisions, itertools.repeat(None))), 200
    ):
        if desk.standing.state is not State.OPEN:
            break
        desk.step(accident or "none")
        if decision is not None:
            decide(world, desk.intent, decision)
        if listening:
            desk.listen()
    else:
        pytest.fail(f"never settled: {desk.standing} after {len(desk.facts)} facts, first {desk.facts[:9]}")
    settled = desk.standing
    desk.pass_time_to(desk.now + timedelta(hours=1))  # what is still on its way arrives
    world.set_buyer(1_000_000)
    decide(world, desk.intent, True)  # and what lies unpaid at the provider would now be paid
    world.control(LetGo(newest_first=True))
    desk.listen()
    moves = world.moved(desk.intent.number)
    assert desk.standing.state is settled.state
    assert settled.state is (State.DONE if moves else State.NOT_DONE)
    assert moves in ([], [(KIND[act], desk.intent.amount_fen)])


def decide(world, intent, yes):
    number = f"H{world.buyer}" if intent.act is Act.FREEZE else intent.number
    if number in world.books().trades or number in world.books().holds:
        world.control(Decide(number=number, yes=yes))


@pytest.mark.parametrize("act", list(Act))
def test_attempt_on_a_good_day_is_done_in_one_call(world, act):
    world.settle_in(f"{next(_names):012d}")
    desk = Desk(world, order_for(world, act))
    desk.step("none")
    assert desk.standing.state is State.DONE
    assert [fact.heard.value for fact in desk.facts] == ["sent", "answer"]


def test_renter_without_the_money_is_told_why_and_the_number_is_closed_before_another_try(world):
    world.settle_in(f"{next(_names):012d}", balance_fen=100)
    desk = Desk(world, order_for(world, Act.DEDUCT))
    desk.step("none")
    assert (desk.standing.next, desk.standing.fault) == (Next.CLOSE, "balance")
    desk.step("none")
    assert (desk.standing.state, desk.standing.fault) == (State.NOT_DONE, "balance")
    world.set_buyer(100_000)
    again = Desk(world, replace(desk.order, out_trade_no=f"E{world.buyer}"))
    again.step("none")
    assert again.standing.state is State.DONE
    assert world.balance_fen() == 100_000 - RENT_FEN


def test_step_that_is_no_call_is_a_bug(world):
    world.settle_in(f"{next(_names):012d}")
    order = order_for(world, Act.REFUND)
    for step in (Next.NOTHING, Next.PERSON, Next.CLOSE):
        with pytest.raises(ValueError, match="no call"):
            asyncio.run(perform(world.payments, order, step))
