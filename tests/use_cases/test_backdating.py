"""A payment day before today by which late fees fall is a waiver's power (AUTH-1), and needs its proof."""

from datetime import date, timedelta

import pytest
from lease_ground import add_renter, in_act
from money_ground import FIRST_DUE_ON, add_scheduled, assert_book_holds, at, bill, charges_of, credit, fee, run_days

from shouwen.features.leases.use_cases import money
from shouwen.kernel.actor import SYSTEM, Actor, Role
from shouwen.kernel.errors import BadInput, Refusal
from shouwen.platform.approvals import DecideApproval, decide_approval

TODAY = date(2026, 3, 16)
EARLIER = date(2026, 3, 8)
SPECIALIST = Actor(Role.SPECIALIST, 2, "林专员")
SUPERVISOR = Actor(Role.SUPERVISOR, 3, "顾主管")
DAY = timedelta(days=1)
SLIP = "招商银行回单 20260308-7781"


@pytest.fixture
def lease(house):
    """Rent 1 of 500.00 overdue since 1 March; on the 16th its late fee is 1.10."""
    lease = add_scheduled(house, renter=add_renter(house, 1))

    async def hire(ctx):
        for login, role in (("lin", "specialist"), ("lin2", "specialist"), ("gu", "supervisor"), ("gu2", "supervisor")):
            await ctx.conn.execute(
                "INSERT INTO staff (login, name, role, password_hash, created_at) VALUES ($1, $1, $2, 'x', $3)",
                login, role, ctx.now,
            )  # fmt: skip

    in_act(house, hire)
    run_days(house, FIRST_DUE_ON, TODAY)
    return lease


def act(house, use_case, actor, command, *, on=TODAY):
    return house.run(house.door.run(use_case, actor, command, at=at(on)))


def pay(house, lease, amount_fen, ref, *, paid_on=EARLIER, why="", actor=SPECIALIST, named=(), on=TODAY):
    command = money.RecordPayment(lease.ref, amount_fen, ref, paid_on, named, why=why)
    return act(house, money.record_payment, actor, command, on=on)


def use_up_power(house, lease, all_but_fen):
    """Waive a fee, so that of a specialist's 500.00 in twelve months so much is left."""
    command = money.BookCharge(lease.ref, "fee", 50_000 - all_but_fen, "4.2", TODAY, "补办配件")
    act(house, money.book_charge, SPECIALIST, command)
    act(house, money.waive, SPECIALIST, money.Waive(lease.ref, "fee-1", 50_000 - all_but_fen, "登记有误"))


def entries(house):
    return house.sql("SELECT count(*) FROM money_entries")[0][0]


@pytest.mark.parametrize("why", ["", " ", "  x "])
def test_record_payment_of_an_earlier_day_without_proof_is_refused_where_fees_fall(house, lease, why):
    before = entries(house)
    with pytest.raises(BadInput) as refused:
        pay(house, lease, 30_000, "FK-1", why=why)
    assert (refused.value.field, "0.48" in refused.value.zh) == ("why", True)
    assert (fee(house, lease, 1)[0], entries(house)) == (110, before)


def test_record_payment_of_an_earlier_day_with_proof_takes_the_fee_back_and_says_by_how_much(house, lease):
    taken = pay(house, lease, 30_000, "FK-1", why=SLIP)
    assert (taken.fees_fell_fen, fee(house, lease, 1)[0]) == (48, 62)
    event = house.sql("SELECT text FROM journal WHERE kind = 'money.paid'")[0]["text"]
    assert f"违约金减少 ¥0.48：{SLIP}" in event
    assert_book_holds(house, lease)


@pytest.mark.parametrize(
    ("amount_fen", "paid_on", "named"), [(30_000, TODAY, ()), (30_000, date(2026, 2, 25), ("rent-3",))]
)
def test_record_payment_by_which_no_fee_falls_needs_no_proof(house, lease, amount_fen, paid_on, named):
    taken = pay(house, lease, amount_fen, "FK-1", paid_on=paid_on, named=named)
    assert (taken.booked, taken.fees_fell_fen, fee(house, lease, 1)[0]) == (True, 0, 110)


@pytest.mark.parametrize("named", [(), ("rent-1",)])
def test_record_payment_whose_fall_is_above_the_power_waits_and_changes_nothing(house, lease, named):
    use_up_power(house, lease, 47)
    before = entries(house)
    with pytest.raises(Refusal, match=r"^approval_requested:") as asked:
        pay(house, lease, 30_000, "FK-1", why=SLIP, named=named)
    assert asked.value.data["approver_role"] == "supervisor"
    assert (fee(house, lease, 1)[0], bill(house, lease, "rent", 1).paid_fen, entries(house)) == (110, 0, before)
    decision = DecideApproval(asked.value.data["approval_ref"], True, "回单属实")
    assert act(house, decide_approval, SUPERVISOR, decision).performed
    assert (fee(house, lease, 1)[0], bill(house, lease, "rent", 1).paid_fen) == (62, 30_000)
    assert_book_holds(house, lease)


def test_grant_when_the_fall_has_grown_since_it_was_read_takes_nothing_back(house, lease):
    use_up_power(house, lease, 47)
    with pytest.raises(Refusal) as asked:
        pay(house, lease, 30_000, "FK-1", why=SLIP)
    later = TODAY + 10 * DAY
    run_days(house, TODAY + DAY, later)
    before = entries(house)
    decision = DecideApproval(asked.value.data["approval_ref"], True, "回单属实")
    with pytest.raises(Refusal) as stale:
        act(house, decide_approval, SUPERVISOR, decision, on=later)
    assert (stale.value.code, entries(house)) == ("approval_stale", before)
    assert_book_holds(house, lease)


def test_record_payment_in_pieces_counts_what_earlier_pieces_took_back(house, lease):
    use_up_power(house, lease, 48)
    pay(house, lease, 15_000, "FK-1", why=SLIP)
    pay(house, lease, 15_000, "FK-2", why=SLIP)
    with pytest.raises(Refusal, match=r"^approval_requested:"):
        pay(house, lease, 15_000, "FK-3", why=SLIP)


def test_waive_after_a_backdated_payment_counts_what_it_took_back(house, lease):
    use_up_power(house, lease, 60)
    pay(house, lease, 30_000, "FK-1", why=SLIP)
    act(house, money.waive, SPECIALIST, money.Waive(lease.ref, "late_fee-1", 12, "首次逾期"))
    with pytest.raises(Refusal, match=r"^approval_requested:"):
        act(house, money.waive, SPECIALIST, money.Waive(lease.ref, "late_fee-1", 1, "首次逾期"))


def test_record_payment_after_a_backdated_one_was_taken_back_has_its_power_again(house, lease):
    use_up_power(house, lease, 48)
    pay(house, lease, 30_000, "FK-1", why=SLIP)
    act(house, money.undo_entry, SPECIALIST, money.UndoEntry(lease.ref, "payment:FK-1", "登记有误"))
    assert fee(house, lease, 1)[0] == 110
    assert pay(house, lease, 30_000, "FK-2", why=SLIP).fees_fell_fen == 48


def test_record_payment_of_an_earlier_day_that_the_provider_answered_with_is_proven(house, lease):
    use_up_power(house, lease, 1)
    taken = pay(house, lease, 30_000, "FK-1", actor=SYSTEM)
    assert (taken.fees_fell_fen, fee(house, lease, 1)[0]) == (48, 62)


def test_record_payment_measures_the_fall_from_fees_of_today_though_the_day_has_not_run(house, lease):
    on = TODAY + timedelta(days=4)
    assert fee(house, lease, 1)[0] == 110
    taken = pay(house, lease, 50_000, "FK-1", why=SLIP, on=on)
    assert (taken.fees_fell_fen, fee(house, lease, 1)[0]) == (150 - 30, 30)


def test_record_payment_below_what_was_waived_counts_only_what_the_renter_bore(house, lease):
    act(house, money.waive, SPECIALIST, money.Waive(lease.ref, "late_fee-1", 80, "首次逾期"))
    assert pay(house, lease, 30_000, "FK-1", why=SLIP).fees_fell_fen == 30
    assert fee(house, lease, 1) == (62, 0, 62, 0)


def test_record_payment_known_reference_of_an_earlier_day_takes_nothing_more_back(house, lease):
    pay(house, lease, 30_000, "FK-1", why=SLIP)
    again = pay(house, lease, 30_000, "FK-1")
    assert (again.booked, again.fees_fell_fen, credit(house, lease)) == (False, 0, 0)
    assert sum(charge.paid_fen for charge in charges_of(house, lease)) == 30_000
