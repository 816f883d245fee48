"""Deductions through the provider: what moved there is in the book, once, whatever came between."""

import pytest
from payment_desk import NOW, RENT_FEN, Desk

from shouwen.features.payments.use_cases import TakeNotice, take_notice
from shouwen.kernel.actor import SYSTEM
from shouwen.kernel.days import beijing_on
from shouwen.mount.simulate.payments.commands import Fault, Manner
from shouwen.platform.payment import port


@pytest.fixture
def desk(house, monkeypatch):
    return Desk(house, monkeypatch)


def hear(desk, notice):
    return desk.house.run(desk.house.door.run(take_notice, SYSTEM, TakeNotice(notice), channel="provider"))


def test_deduction_that_passes_is_booked_once_on_the_day_it_moved(desk):
    _, lease = desk.lease()
    ref = desk.deduct(lease, covers=[desk.charge(lease)["id"]])
    desk.work()
    order = desk.order(ref)
    assert (order["state"], order["moved_fen"], order["paid_on"]) == ("done", RENT_FEN, beijing_on(NOW))
    assert order["entry_key"] == f"payment:{ref}"
    assert desk.charge(lease)["outstanding_fen"] == 0
    assert desk.cash_fen(lease) == desk.provider_fen(lease) == RENT_FEN
    desk.listen(lambda notice: hear(desk, notice))
    assert desk.cash_fen(lease) == RENT_FEN


@pytest.mark.parametrize(
    "fault", [Fault.SILENT_AFTER, Fault.BROKEN_AFTER, Fault.FORGED_AFTER, Fault.SYSTEM_ERROR_AFTER]
)
def test_deduction_whose_answer_was_lost_is_asked_about_and_booked_not_sent_again(desk, fault):
    _, lease = desk.lease()
    ref = desk.deduct(lease)
    desk.script(fault)
    desk.work()
    assert desk.order(ref)["state"] == "done"
    assert desk.cash_fen(lease) == desk.provider_fen(lease) == RENT_FEN


def test_deduction_without_enough_money_comes_to_nothing_and_says_why(desk):
    _, lease = desk.lease(balance_fen=RENT_FEN - 1)
    ref = desk.deduct(lease, covers=[desk.charge(lease)["id"]])
    desk.work()
    order = desk.order(ref)
    assert (order["state"], order["code"], order["fault"]) == ("not_done", "ACQ.BUYER_BALANCE_NOT_ENOUGH", "balance")
    assert desk.cash_fen(lease) == desk.provider_fen(lease) == 0
    told = desk.house.sql("SELECT text FROM journal WHERE subject = $1 AND kind = 'payment.failed'", ref)
    assert [row["text"] for row in told] == ["扣款 ¥500.00 没有成功：账户可用余额不足"]


def test_deduction_while_the_line_is_down_gives_up_after_its_tries_and_owes_nothing(desk):
    _, lease = desk.lease()
    ref = desk.deduct(lease)
    desk.gateway.is_down = True
    desk.work()
    order = desk.order(ref)
    assert (order["state"], order["fault"]) == ("not_done", "platform")
    assert desk.provider_fen(lease) == 0


def test_second_deduction_of_a_lease_waits_until_the_first_is_decided(desk):
    _, lease = desk.lease()
    first = desk.deduct(lease, purpose="due:1")
    assert desk.deduct(lease, purpose="due:2") is None
    desk.work()
    assert desk.deduct(lease, purpose="due:1") is None  # its purpose has been served
    second = desk.deduct(lease, purpose="due:2")
    desk.work()
    assert [desk.order(ref)["state"] for ref in (first, second)] == ["done", "done"]
    assert desk.cash_fen(lease) == desk.provider_fen(lease) == 2 * RENT_FEN
    assert desk.credit_fen(lease) > 0  # nothing else is due: the rest is the renter's


def test_bill_paid_otherwise_before_the_deduction_goes_out_is_not_deducted(desk):
    _, lease = desk.lease(paid=7)
    ref = desk.deduct(lease, covers=[desk.charge(lease)["id"]])
    desk.work()
    assert desk.order(ref)["state"] == "not_done"
    assert desk.provider_fen(lease) == 0
    assert desk.house.sql("SELECT count(*) AS n FROM journal WHERE kind = 'payment.withdrawn'")[0]["n"] == 1


def test_notification_repeated_is_kept_once_and_books_nothing_more(desk):
    _, lease = desk.lease()
    desk.travel(Manner.TWICE)
    desk.deduct(lease)
    desk.work()
    outcomes = []
    desk.listen(lambda notice: outcomes.append(hear(desk, notice).outcome))
    desk.listen(lambda notice: outcomes.append(hear(desk, notice).outcome))
    assert outcomes == ["applied", "repeated"]
    assert desk.cash_fen(lease) == desk.provider_fen(lease) == RENT_FEN


def test_notification_before_any_answer_books_and_the_late_answer_changes_nothing(desk):
    _, lease = desk.lease()
    ref = desk.deduct(lease)
    desk.script(Fault.SILENT_AFTER)
    desk.run_due()
    assert desk.order(ref)["state"] == "open"
    desk.listen(lambda notice: hear(desk, notice))
    assert desk.order(ref)["state"] == "done"
    desk.work()
    assert desk.cash_fen(lease) == desk.provider_fen(lease) == RENT_FEN


def test_money_that_moves_after_we_gave_up_is_booked_as_credit_not_lost(desk):
    _, lease = desk.lease(paid=7)
    ref = desk.deduct(lease)
    desk.gateway.is_down = True
    desk.work()
    assert desk.order(ref)["state"] == "not_done"
    desk.gateway.is_down = False
    call = desk.order(ref)["call"]
    desk.house.run(desk.payments.deduct(port.Deduction(**call)))  # it had been on its way all the time
    desk.listen(lambda notice: hear(desk, notice))
    assert desk.order(ref)["state"] == "done"
    assert desk.cash_fen(lease) == desk.provider_fen(lease) == RENT_FEN
    assert desk.credit_fen(lease) > 0


def test_notification_of_another_amount_is_booked_nowhere_and_goes_to_a_person(desk):
    _, lease = desk.lease()
    ref = desk.deduct(lease)
    desk.script(Fault.SILENT_BEFORE)
    desk.run_due()
    number = desk.order(ref)["number"]
    answer = port.Answer(outcome=port.Outcome.DONE, amount_fen=1, provider_no="X1", moved_at=desk.now)
    notice = port.Notice(about=port.NoticeAbout.TRADE, notify_id="n-1", number=number, answer=answer)
    hear(desk, notice)
    assert desk.order(ref)["state"] == "disputed"
    assert desk.cash_fen(lease) == 0
    told = desk.house.sql("SELECT text FROM journal WHERE kind = 'payment.disputed'")
    assert len(told) == 1
    assert "请专员核对" in told[0]["text"]


def test_notification_of_a_number_we_do_not_have_is_kept_for_a_person(desk):
    answer = port.Answer(outcome=port.Outcome.DONE, amount_fen=500, provider_no="X1", moved_at=desk.now)
    notice = port.Notice(about=port.NoticeAbout.TRADE, notify_id="n-2", number="ZF_UNKNOWN", answer=answer)
    assert hear(desk, notice).outcome == "unknown_order"
    rows = desk.house.sql("SELECT number, amount_fen, outcome FROM payment_notices")
    assert [tuple(row) for row in rows] == [("ZF_UNKNOWN", 500, "unknown_order")]
    assert desk.house.sql("SELECT count(*) AS n FROM money_entries")[0]["n"] == 0


def post(web, form):
    answer = web.send("POST", "/payments/notices", content=form)
    return answer.status_code, answer.text


def test_notification_over_the_web_is_answered_success_once_it_is_kept_and_again_when_repeated(desk, web):
    web.application._inner.state.door.services.payments = desk.payments
    _, lease = desk.lease()
    ref = desk.deduct(lease)
    desk.script(Fault.SILENT_AFTER)
    desk.run_due()
    [form] = desk.notices()
    assert post(web, form) == (200, "success")
    assert desk.order(ref)["state"] == "done"
    assert post(web, form) == (200, "success")
    assert desk.cash_fen(lease) == desk.provider_fen(lease) == RENT_FEN


def test_notification_too_large_or_without_a_provider_is_refused_and_kept_nowhere(desk, web):
    assert post(web, b"a=b") == (404, "failure")
    web.application._inner.state.door.services.payments = desk.payments
    assert post(web, b"a=" + b"b" * 70_000)[0] == 413
    assert post(web, b"notify_id=1&sign=x&sign_type=RSA2") == (400, "failure")
    assert desk.house.sql("SELECT count(*) AS n FROM payment_notices")[0]["n"] == 0
