"""The payment port's contract: the real adapter at the simulator's process and the books in memory pass the same."""

import itertools
from collections.abc import Iterator

import pytest
from payment_ground import MemoryWorld, Process, ProcessWorld, Receiver, World

from shouwen.mount.simulate.payments.commands import (
    Confirm,
    Decide,
    Fault,
    Forward,
    LetGo,
    Manner,
    SetAgreement,
    Travel,
)
from shouwen.platform.payment import port, rsa2
from shouwen.platform.payment.port import (
    Capture,
    Deduction,
    Freeze,
    NoticeAbout,
    NoticeRefused,
    Outcome,
    Refund,
    Release,
)

BEFORE = [Fault.SILENT_BEFORE, Fault.BROKEN_BEFORE, Fault.SYSTEM_ERROR_BEFORE, Fault.GATEWAY_ERROR]
AFTER = [Fault.SILENT_AFTER, Fault.BROKEN_AFTER, Fault.SYSTEM_ERROR_AFTER, Fault.FORGED_AFTER, Fault.GARBAGE_AFTER]
PAY = "alipay.trade.pay"
_names = itertools.count(1)


@pytest.fixture(scope="module")
def process(tmp_path_factory) -> Iterator[Process]:
    running = Process(tmp_path_factory.mktemp("provider"))
    yield running
    assert running.stop() == 0


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    listening = Receiver()
    yield listening
    listening.close()


@pytest.fixture(params=["memory", "process"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    if request.param == "memory":
        made: World = MemoryWorld()
    else:
        made = ProcessWorld(request.getfixturevalue("process"), request.getfixturevalue("receiver"))
    made.settle_in(f"{next(_names):012d}")
    before_fen = made.books().total_fen
    yield made
    assert made.books().total_fen == before_fen
    made.close()


def number(world, letter="D"):
    return f"{letter}{world.buyer}"


def deduct(world, amount_fen=54183, no=None):
    order = Deduction(
        out_trade_no=no or number(world), agreement_no=world.agreement, amount_fen=amount_fen, subject="第 3 期租金"
    )
    return world.do(lambda payments: payments.deduct(order))


def query(world, no=None):
    return world.do(lambda payments: payments.query(no or number(world)))


def close(world, no=None):
    return world.do(lambda payments: payments.close(no or number(world)))


def refund(world, amount_fen, letter="R"):
    order = Refund(
        out_trade_no=number(world), out_request_no=number(world, letter), amount_fen=amount_fen, reason="改判"
    )
    return world.do(lambda payments: payments.refund(order))


def query_refund(world, letter="R"):
    return world.do(lambda payments: payments.query_refund(number(world), number(world, letter)))


def freeze(world, amount_fen=30_000, code=None):
    order = freeze_order(world, amount_fen, world.code if code is None else code)
    return world.do(lambda payments: payments.freeze(order))


def freeze_order(world, amount_fen=30_000, code=""):
    return Freeze(
        out_order_no=number(world, "H"),
        out_request_no=number(world, "F"),
        amount_fen=amount_fen,
        title="租机押金",
        auth_code=code,
    )


def capture(world, auth_no, amount_fen, letter="C", complete=False):
    order = Capture(
        out_trade_no=number(world, letter),
        auth_no=auth_no,
        payer_id=world.buyer,
        amount_fen=amount_fen,
        subject="定损",
        complete=complete,
    )
    return world.do(lambda payments: payments.capture(order))


def release(world, auth_no, amount_fen, letter="U"):
    order = Release(
        out_order_no=number(world, "H"),
        auth_no=auth_no,
        out_request_no=number(world, letter),
        amount_fen=amount_fen,
        remark="退还押金",
    )
    return world.do(lambda payments: payments.release(order))


def query_hold(world, letter="F"):
    return world.do(lambda payments: payments.query_hold(number(world, "H"), number(world, letter)))


def notices(world, answer="success"):
    return [world.payments.read_notification(form) for form in world.forms(answer)]


def seen(answer):
    return answer.outcome, answer.amount_fen


def test_deduction_takes_the_money_once_and_query_and_notification_say_the_same(world):
    paid = deduct(world)
    assert seen(paid) == (Outcome.DONE, 54183)
    assert query(world) == paid
    (notice,) = notices(world)
    assert (notice.about, notice.number, notice.answer) == (NoticeAbout.TRADE, number(world), paid)
    assert notice.payer_id == world.buyer
    assert world.balance_fen() == 100_000 - 54183
    assert notices(world) == []


def test_deduction_sent_twice_under_one_number_moves_money_once(world):
    deduct(world)
    assert deduct(world).outcome is Outcome.UNKNOWN
    assert seen(query(world)) == (Outcome.DONE, 54183)
    assert world.moved(number(world)) == [("pay", 54183)]


def test_deduction_of_another_amount_under_a_used_number_changes_nothing(world):
    deduct(world)
    assert (deduct(world, 1).outcome, deduct(world, 1).code) == (Outcome.UNKNOWN, "ACQ.CONTEXT_INCONSISTENT")
    assert seen(query(world)) == (Outcome.DONE, 54183)


@pytest.mark.parametrize(
    ("scene", "fault"),
    [("poor", port.Fault.BALANCE), ("blocked", port.Fault.ACCOUNT), ("ended", port.Fault.AGREEMENT),
     ("none", port.Fault.AGREEMENT)],
)  # fmt: skip
def test_deduction_that_may_not_be_is_refused_with_its_fault_and_moves_nothing(world, scene, fault):
    if scene == "poor":
        world.set_buyer(54182)
    elif scene == "blocked":
        world.set_buyer(100_000, is_blocked=True)
    elif scene == "ended":
        world.control(SetAgreement(agreement_no=world.agreement, buyer_id=world.buyer, is_ended=True))
    else:
        world.agreement = "A0"
    held_fen = world.balance_fen()
    refused = deduct(world)
    assert (refused.outcome, refused.fault) == (Outcome.REFUSED, fault)
    assert refused.code.startswith("ACQ.")
    assert close(world).outcome in (Outcome.CLOSED, Outcome.ABSENT)
    assert world.balance_fen() == held_fen
    world.set_buyer(100_000)


def test_partial_balance_pays_nothing_but_a_smaller_deduction_passes(world):
    deduct(world, 60_000)
    assert deduct(world, 54183, number(world, "E")).fault is port.Fault.BALANCE
    assert seen(deduct(world, 40_000, number(world, "G"))) == (Outcome.DONE, 40_000)
    assert world.balance_fen() == 0


def test_number_never_sent_is_absent(world):
    assert query(world).outcome is Outcome.ABSENT
    assert close(world).outcome is Outcome.ABSENT


def test_refused_trade_once_closed_is_never_paid_even_when_sent_again(world):
    assert deduct(world, 100_001).outcome is Outcome.REFUSED
    assert query(world).outcome is Outcome.WAITING
    assert close(world).outcome is Outcome.CLOSED
    assert deduct(world, 100_001).outcome is Outcome.UNKNOWN
    assert query(world).outcome is Outcome.CLOSED
    assert world.moved(number(world)) == []


def test_closing_a_paid_trade_is_unknown_and_the_query_shows_it_paid(world):
    deduct(world)
    assert close(world).outcome is Outcome.UNKNOWN
    assert seen(query(world)) == (Outcome.DONE, 54183)


@pytest.mark.parametrize("fault", BEFORE)
def test_deduction_that_failed_before_acting_is_unknown_then_absent_and_may_be_sent_again(world, fault):
    world.script(fault, method=PAY)
    unknown = deduct(world)
    assert (unknown.outcome, unknown.fault, unknown.amount_fen) == (Outcome.UNKNOWN, port.Fault.PLATFORM, None)
    assert query(world).outcome is Outcome.ABSENT
    assert world.moved(number(world)) == []
    assert seen(deduct(world)) == (Outcome.DONE, 54183)
    assert world.moved(number(world)) == [("pay", 54183)]


@pytest.mark.parametrize("fault", AFTER)
def test_deduction_that_failed_after_acting_is_unknown_and_found_paid_by_query_and_notification(world, fault):
    world.script(fault, method=PAY)
    unknown = deduct(world)
    assert (unknown.outcome, unknown.amount_fen) == (Outcome.UNKNOWN, None)
    assert seen(query(world)) == (Outcome.DONE, 54183)
    assert [seen(notice.answer) for notice in notices(world)] == [(Outcome.DONE, 54183)]
    assert deduct(world).outcome is Outcome.UNKNOWN
    assert world.moved(number(world)) == [("pay", 54183)]


def test_system_error_then_success(world):
    world.script(Fault.SYSTEM_ERROR_BEFORE, Fault.NONE, method=PAY)
    assert [deduct(world).outcome, deduct(world).outcome] == [Outcome.UNKNOWN, Outcome.DONE]


@pytest.mark.parametrize("fault", [*BEFORE, Fault.SILENT_AFTER, Fault.FORGED_AFTER])
def test_query_that_fails_is_unknown_whatever_is_true(world, fault):
    deduct(world)
    world.script(fault, method="alipay.trade.query")
    assert query(world).outcome is Outcome.UNKNOWN
    assert seen(query(world)) == (Outcome.DONE, 54183)


def test_call_that_cannot_leave_is_not_sent(world):
    world.cut_line()
    answer = deduct(world)
    assert (answer.outcome, answer.code) == (Outcome.NOT_SENT, "connect")
    assert world.moved(number(world)) == []


@pytest.mark.parametrize(("yes", "outcome"), [(True, Outcome.DONE), (False, Outcome.CLOSED)])
def test_undecided_deduction_waits_until_it_is_decided(world, yes, outcome):
    world.script(Fault.UNDECIDED, method=PAY)
    assert deduct(world).outcome is Outcome.WAITING
    assert query(world).outcome is Outcome.WAITING
    world.control(Decide(number=number(world), yes=yes))
    assert query(world).outcome is outcome
    assert [notice.answer.outcome for notice in notices(world)] == [outcome]


def test_undecided_deduction_once_closed_cannot_be_paid(world):
    world.script(Fault.UNDECIDED, method=PAY)
    deduct(world)
    assert close(world).outcome is Outcome.CLOSED
    world.control(Decide(number=number(world), yes=True))
    assert query(world).outcome is Outcome.CLOSED
    assert world.balance_fen() == 100_000


def test_refunds_in_parts_each_by_its_number_up_to_the_payment(world):
    deduct(world)
    assert seen(refund(world, 10_000)) == (Outcome.DONE, 10_000)
    assert seen(refund(world, 44_183, "S")) == (Outcome.DONE, 44_183)
    assert refund(world, 1, "T").outcome is Outcome.REFUSED
    assert [seen(query_refund(world, letter)) for letter in "RST"] == [
        (Outcome.DONE, 10_000),
        (Outcome.DONE, 44_183),
        (Outcome.ABSENT, None),
    ]
    assert seen(query(world)) == (Outcome.DONE, 54183)
    assert [(notice.refund_no, notice.refunded_fen) for notice in notices(world)] == [
        ("", 0),
        (number(world, "R"), 10_000),
        (number(world, "S"), 54_183),
    ]
    assert world.balance_fen() == 100_000


def test_refund_sent_twice_moves_money_once(world):
    deduct(world)
    refund(world, 10_000)
    assert refund(world, 10_000).outcome is Outcome.UNKNOWN
    assert refund(world, 10_001).outcome is Outcome.UNKNOWN
    assert seen(query_refund(world)) == (Outcome.DONE, 10_000)
    assert world.moved(number(world, "R")) == [("refund", 10_000)]


@pytest.mark.parametrize(("fault", "found"), [(BEFORE[0], Outcome.ABSENT), (AFTER[0], Outcome.DONE)])
def test_refund_without_an_answer_is_found_by_asking(world, fault, found):
    deduct(world)
    world.script(fault, method="alipay.trade.refund")
    assert refund(world, 10_000).outcome is Outcome.UNKNOWN
    assert query_refund(world).outcome is found


def test_refund_of_what_was_never_paid_is_refused(world):
    assert refund(world, 1).outcome is Outcome.REFUSED


def test_hold_is_frozen_captured_in_parts_and_released(world):
    frozen = freeze(world)
    assert (seen(frozen), frozen.rest_fen) == ((Outcome.DONE, 30_000), 30_000)
    assert world.balance_fen() == 70_000
    assert seen(capture(world, frozen.provider_no, 12_000)) == (Outcome.DONE, 12_000)
    freed = release(world, frozen.provider_no, 8_000)
    assert (seen(freed), freed.rest_fen) == ((Outcome.DONE, 8_000), 10_000)
    assert query_hold(world, "U") == freed
    assert (query_hold(world).outcome, query_hold(world).rest_fen) == (Outcome.DONE, 10_000)
    assert seen(query(world, number(world, "C"))) == (Outcome.DONE, 12_000)
    assert [(notice.about, seen(notice.answer)) for notice in notices(world)] == [
        (NoticeAbout.HOLD, (Outcome.DONE, 30_000)),
        (NoticeAbout.TRADE, (Outcome.DONE, 12_000)),
        (NoticeAbout.HOLD, (Outcome.DONE, 8_000)),
    ]
    assert world.balance_fen() == 78_000


def test_capture_that_completes_gives_the_rest_back(world):
    auth_no = freeze(world).provider_no
    assert seen(capture(world, auth_no, 12_000, complete=True)) == (Outcome.DONE, 12_000)
    assert world.balance_fen() == 88_000
    assert query_hold(world).rest_fen == 0
    assert capture(world, auth_no, 1, "E").fault is port.Fault.HOLD
    assert release(world, auth_no, 1).fault is port.Fault.HOLD


def test_more_than_is_frozen_can_neither_be_captured_nor_released(world):
    auth_no = freeze(world).provider_no
    for answer in (capture(world, auth_no, 30_001), release(world, auth_no, 30_001)):
        assert (answer.outcome, answer.fault) == (Outcome.REFUSED, port.Fault.HOLD)
    assert world.balance_fen() == 70_000


def test_frozen_money_cannot_be_spent(world):
    freeze(world, 60_000)
    assert deduct(world).fault is port.Fault.BALANCE


@pytest.mark.parametrize("fault", [BEFORE[0], AFTER[0]])
def test_every_act_on_a_hold_repeated_after_silence_moves_money_once(world, fault):
    world.script(fault, method="alipay.fund.auth.order.freeze")
    assert freeze(world).outcome is Outcome.UNKNOWN
    auth_no = freeze(world).provider_no
    world.script(fault, method=PAY)
    assert capture(world, auth_no, 12_000).outcome is Outcome.UNKNOWN
    capture(world, auth_no, 12_000)
    world.script(fault, method="alipay.fund.auth.order.unfreeze")
    assert release(world, auth_no, 18_000).outcome is Outcome.UNKNOWN
    assert seen(release(world, auth_no, 18_000)) == (Outcome.DONE, 18_000)
    assert world.moved(number(world, "F")) == [("freeze", 30_000)]
    assert world.moved(number(world, "C")) == [("pay", 12_000)]
    assert world.moved(number(world, "U")) == [("unfreeze", 18_000)]
    assert world.balance_fen() == 88_000


def test_freeze_that_may_not_be_is_refused(world):
    assert freeze(world, 100_001).fault is port.Fault.BALANCE
    assert freeze(world, code="2800").outcome is Outcome.REFUSED
    world.set_buyer(100_000, is_blocked=True)
    assert freeze(world).fault is port.Fault.ACCOUNT
    assert query_hold(world).outcome is Outcome.ABSENT


def test_freeze_without_a_payment_code_is_a_mistake_of_ours(world):
    with pytest.raises(ValueError, match="payment code"):
        freeze(world, code="")


@pytest.mark.parametrize(("yes", "outcome"), [(True, Outcome.DONE), (False, Outcome.CLOSED)])
def test_undecided_freeze_waits_until_the_renter_decides(world, yes, outcome):
    world.script(Fault.UNDECIDED, method="alipay.fund.auth.order.freeze")
    assert freeze(world).outcome is Outcome.WAITING
    assert query_hold(world).outcome is Outcome.WAITING
    world.control(Decide(number=number(world, "H"), yes=yes))
    assert query_hold(world).outcome is outcome
    assert world.balance_fen() == (70_000 if yes else 100_000)


def test_undecided_freeze_closes_by_itself_when_its_time_is_up(world):
    world.script(Fault.UNDECIDED, method="alipay.fund.auth.order.freeze")
    freeze(world)
    world.control(Forward(seconds=14 * 60))
    assert query_hold(world).outcome is Outcome.WAITING
    world.control(Forward(seconds=60))
    assert query_hold(world).outcome is Outcome.CLOSED
    assert [notice.answer.outcome for notice in notices(world)] == [Outcome.CLOSED]
    assert world.balance_fen() == 100_000


def test_freeze_order_confirmed_in_the_renters_app_is_known_by_notification_and_query(world):
    order = world.payments.freeze_order(freeze_order(world))
    assert query_hold(world).outcome is Outcome.ABSENT
    world.control(Confirm(order=order, buyer_id=world.buyer))
    (notice,) = notices(world)
    assert (notice.about, notice.number, notice.order_no) == (
        NoticeAbout.HOLD,
        number(world, "F"),
        number(world, "H"),
    )
    assert (seen(notice.answer), notice.payer_id) == ((Outcome.DONE, 30_000), world.buyer)
    assert query_hold(world) == notice.answer
    assert seen(capture(world, notice.auth_no, 1)) == (Outcome.DONE, 1)


def test_notification_may_come_twice_and_says_so(world):
    world.control(Travel(manner=Manner.TWICE, buyer_id=world.buyer))
    deduct(world)
    first, second = notices(world)
    assert first == second


def test_notification_lost_on_the_way_leaves_the_query_to_tell(world):
    world.control(Travel(manner=Manner.LOST, buyer_id=world.buyer))
    deduct(world)
    assert notices(world) == []
    assert query(world).outcome is Outcome.DONE


def test_notification_under_a_forged_signature_is_refused(world):
    world.control(Travel(manner=Manner.FORGED, buyer_id=world.buyer))
    deduct(world)
    (form,) = world.forms()
    with pytest.raises(NoticeRefused, match="signature"):
        world.payments.read_notification(form)


def test_notifications_come_late_and_out_of_order(world):
    world.control(Travel(manner=Manner.HELD, buyer_id=world.buyer))
    deduct(world)
    refund(world, 10_000)
    assert notices(world) == []
    world.control(LetGo(newest_first=True))
    assert [notice.refunded_fen for notice in notices(world)] == [10_000, 0]


def test_notification_not_answered_with_success_comes_again_later_eight_times_in_all(world):
    deduct(world)
    ids = [notice.notify_id for notice in notices(world, answer="fail")]
    assert notices(world) == []
    for _ in range(9):
        world.control(Forward(seconds=16 * 3600))
        ids += [notice.notify_id for notice in notices(world, answer="fail")]
    assert len(ids) == 8
    assert len(set(ids)) == 1


def test_calls_signed_with_another_key_are_turned_away_and_move_nothing(process, receiver):
    world = ProcessWorld(process, receiver, private_key=rsa2.new_key())
    world.settle_in(f"{next(_names):012d}")
    answer = deduct(world)
    assert (answer.outcome, answer.code, answer.fault) == (
        Outcome.REFUSED,
        "isv.invalid-signature",
        port.Fault.OURS,
    )
    assert world.moved(number(world)) == []
    world.close()
