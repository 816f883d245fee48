"""A waiver is a promise: it stands when a payment of an earlier day is recorded after it (AUTH-1, CIVIL-560)."""

from datetime import date, timedelta

import pytest
from lease_ground import add_renter
from money_ground import FIRST_DUE_ON, add_scheduled, assert_book_holds, at, bill, credit, fee, run_days

from shouwen.features.leases.use_cases import book as books
from shouwen.features.leases.use_cases import money
from shouwen.features.leases.use_cases import statement as statements
from shouwen.features.people.public import PowerAct
from shouwen.kernel.actor import Actor, Role

TODAY = date(2026, 3, 16)
EARLIER = date(2026, 3, 8)
SPECIALIST = Actor(Role.SPECIALIST, 2, "林专员")
SUPERVISOR = Actor(Role.SUPERVISOR, 3, "顾主管")
DAY = timedelta(days=1)
SLIP = "招商银行回单 20260308-7781"


@pytest.fixture
def lease(house):
    """Rent 1 of 500.00 overdue since 1 March; on the 16th its late fee is 1.10, on the 8th it was 0.30."""
    lease = add_scheduled(house, renter=add_renter(house, 1))
    run_days(house, FIRST_DUE_ON, TODAY)
    return lease


def act(house, use_case, command, *, on=TODAY, actor=SPECIALIST):
    return house.run(house.door.run(use_case, actor, command, at=at(on)))


def waive(house, lease, amount_fen, line="late_fee-1"):
    return act(house, money.waive, money.Waive(lease.ref, line, amount_fen, "首次逾期"))


def pay(house, lease, amount_fen, ref, *, paid_on=EARLIER, named=(), on=TODAY):
    command = money.RecordPayment(lease.ref, amount_fen, ref, paid_on, named, why=SLIP)
    return act(house, money.record_payment, command, on=on)


def used_fen(house, lease):
    """What the book says is used of the power to waive, in twelve months."""
    book = act(house, books.read_desk_book, books.ReadDeskBook(lease.ref))
    return next(power.used_fen for power in book.powers if power.act is PowerAct.LATE_FEE_WAIVER)


def test_payment_of_an_earlier_day_after_a_waiver_pays_only_the_rest_of_the_fee(house, lease):
    waive(house, lease, 20)
    pay(house, lease, 60_000, "FK-1001")
    assert (fee(house, lease, 1), credit(house, lease)) == ((30, 10, 20, 0), 9_990)
    assert_book_holds(house, lease)


@pytest.mark.parametrize("fast", [True, False])
def test_waiver_stands_through_the_days_after_a_payment_of_an_earlier_day(house, lease, fast):
    waive(house, lease, 20)
    pay(house, lease, 45_000, "FK-1001")
    assert (fee(house, lease, 1), credit(house, lease)) == ((38, 0, 20, 18), 0)
    run_days(house, TODAY + DAY, TODAY + 10 * DAY, fast=fast)
    assert fee(house, lease, 1) == (48, 0, 20, 28)
    pay(house, lease, 5_010, "FK-1002", paid_on=EARLIER, on=TODAY + 10 * DAY)
    assert (fee(house, lease, 1), credit(house, lease)) == ((30, 10, 20, 0), 0)
    run_days(house, TODAY + 11 * DAY, TODAY + 14 * DAY, fast=fast)
    assert (fee(house, lease, 1), credit(house, lease)) == ((30, 10, 20, 0), 0)
    assert_book_holds(house, lease)


def test_fee_that_falls_gives_what_was_paid_back_as_credit_and_keeps_the_waiver(house, lease):
    waive(house, lease, 20)
    pay(house, lease, 50_090, "FK-1001", paid_on=TODAY)
    assert (fee(house, lease, 1), credit(house, lease)) == ((110, 90, 20, 0), 0)
    pay(house, lease, 30_000, "FK-1002")
    assert (fee(house, lease, 1), credit(house, lease)) == ((62, 42, 20, 0), 30_048)
    assert_book_holds(house, lease)


def test_fee_named_and_paid_then_falling_is_credit_before_the_waiver_goes(house, lease):
    waive(house, lease, 20)
    pay(house, lease, 90, "FK-1001", paid_on=TODAY, named=("late_fee-1",))
    pay(house, lease, 30_000, "FK-1002")
    assert (fee(house, lease, 1), credit(house, lease)) == ((62, 42, 20, 0), 0)
    assert bill(house, lease, "rent", 1).paid_fen == 30_048
    pay(house, lease, 30_000, "FK-1003")
    assert (fee(house, lease, 1), credit(house, lease)) == ((30, 10, 20, 0), 10_080)
    assert_book_holds(house, lease)


def test_waiver_above_the_fee_that_is_left_goes_only_as_far_and_nothing_is_paid(house, lease):
    waive(house, lease, 80)
    pay(house, lease, 60_000, "FK-1001")
    assert (fee(house, lease, 1), credit(house, lease)) == ((30, 0, 30, 0), 10_000)
    assert_book_holds(house, lease)


def test_write_off_gives_way_before_what_was_paid_and_the_waiver(house, lease):
    waive(house, lease, 20)
    act(house, money.write_off, money.WriteOff(lease.ref, "late_fee-1", 90, "长期失联"), actor=SUPERVISOR)
    pay(house, lease, 60_000, "FK-1001")
    found = bill(house, lease, "late_fee", 1)
    assert (found.amount_fen, found.paid_fen, found.waived_fen, found.written_off_fen) == (30, 10, 20, 0)
    assert_book_holds(house, lease)


def test_payment_taken_back_leaves_the_waiver_and_the_waiver_taken_back_leaves_the_fee(house, lease):
    waived = waive(house, lease, 20)
    paid = pay(house, lease, 60_000, "FK-1001")
    act(house, money.undo_entry, money.UndoEntry(lease.ref, paid.entry_key, "登记有误"))
    assert (fee(house, lease, 1), credit(house, lease)) == ((110, 0, 20, 90), 0)
    pay(house, lease, 60_000, "FK-1002")
    act(house, money.undo_entry, money.UndoEntry(lease.ref, waived.entry_key, "登记有误"))
    assert (fee(house, lease, 1), credit(house, lease)) == ((30, 30, 0, 0), 9_970)
    assert_book_holds(house, lease)


def test_power_used_and_list_of_waivers_agree_with_the_fee_after_a_payment_of_an_earlier_day(house, lease):
    waived = waive(house, lease, 20)
    fell_fen = pay(house, lease, 60_000, "FK-1001").fees_fell_fen
    assert (fee(house, lease, 1)[2], fell_fen, used_fen(house, lease)) == (20, 80, 100)
    booked = act(house, books.read_desk_book, books.ReadDeskBook(lease.ref)).booked
    assert [(one.key, one.amount_fen, one.reversed) for one in booked if one.kind == "waiver"] == [
        (waived.entry_key, 20, False)
    ]


def line(house, lease):
    return act(house, statements.read_book_line, statements.ReadBookLine(lease.ref, "late_fee-1"))


def test_days_and_dates_of_the_working_agree_with_a_payment_of_an_earlier_day(house, lease):
    before = line(house, lease).working
    assert before[0].startswith("计费 11 天：2026-03-05 起，算到 2026-03-15")
    assert "2026-03-06 至 2026-03-16 逐日入账（每笔算到前一天）累计 1.10" in before
    pay(house, lease, 60_000, "FK-1001")
    assert line(house, lease).working[0].startswith("计费 3 天：2026-03-05 起，算到 2026-03-07")


def test_working_of_a_payment_before_any_fee_counts_no_days_and_names_none(house, lease):
    pay(house, lease, 60_000, "FK-1001", paid_on=date(2026, 3, 3))
    assert line(house, lease).working[0] == "计费 0 天：起算前已付清（付款前一天止，争议部分不计）"


def test_part_of_a_waiver_that_goes_is_named_as_such(house, lease):
    waive(house, lease, 80)
    pay(house, lease, 60_000, "FK-1001")
    found = line(house, lease)
    assert [one.amount_fen for one in found.bill.entries if one.word == "超出应付的减免收回"] == [-50]
    assert any("超出应付的减免收回 + 0.50" in text for text in found.working)
