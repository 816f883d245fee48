"""What somebody tries with money that comes in, goes out or is charged; each attempt ends as it should."""

import pytest
from lease_ground import TODAY, in_act
from payment_desk import RENT_FEN, SPECIALIST, SUPERVISOR, Desk

from shouwen.features.leases.use_cases import money
from shouwen.features.leases.use_cases import payments as acts
from shouwen.features.money.public import take_payment
from shouwen.kernel.actor import Actor, Role
from shouwen.kernel.errors import BadInput, Refusal
from shouwen.platform import approvals


@pytest.fixture
def desk(house, monkeypatch):
    return Desk(house, monkeypatch)


def act(desk, actor, use_case, command, **more):
    return desk.house.run(desk.house.door.run(use_case, actor, command, **more))


def record(desk, lease, amount_fen, ref, actor=SPECIALIST):
    return act(desk, actor, money.record_payment, money.RecordPayment(lease.ref, amount_fen, ref, TODAY))


@pytest.mark.parametrize("ref", ["ZF-aaaaaaaaaa", "zf-aaaaaaaaaa", "ZF_AAAAAAAAAA", "TK-aaaaaaaaaa", "tk_aaaaaaaaaa"])
def test_payment_recorded_by_hand_under_a_reference_of_the_provider_is_refused(desk, ref):
    _, lease = desk.lease(paid=6)
    with pytest.raises(BadInput) as refused:
        record(desk, lease, 100, ref)
    assert refused.value.field == "payment_ref"
    with pytest.raises(BadInput) as refused:
        act(desk, SUPERVISOR, money.recover, money.Recover(lease.ref, "rent-7", 100, ref))
    assert refused.value.field == "payment_ref"
    assert desk.house.sql("SELECT count(*) AS n FROM money_entries WHERE kind IN ('payment', 'recovery')")[0]["n"] == 6


def test_deduction_whose_reference_stands_for_another_sum_waits_for_a_person_and_is_booked_by_them(desk):
    _, lease = desk.lease(paid=6)
    order_ref = desk.deduct(lease, covers=[desk.charge(lease)["id"]])

    other = desk.charge(lease, no=9)["id"]

    async def taken_before(ctx):
        await take_payment(ctx.conn, ctx.act_id, lease, 100, order_ref, TODAY, TODAY, named=[other])

    in_act(desk.house, taken_before)
    desk.work()
    assert (desk.order(order_ref)["state"], desk.order(order_ref)["moved_fen"]) == ("disputed", RENT_FEN)
    assert desk.charge(lease)["paid_fen"] == 0
    trouble = act(desk, SPECIALIST, acts.list_payment_trouble, acts.ListPaymentTrouble()).orders
    assert [order.order_ref for order in trouble] == [order_ref]
    settled = act(desk, SPECIALIST, acts.settle_order, acts.SettleOrder(order_ref, True, "渠道已收到"))
    assert settled.booked_fen == RENT_FEN
    assert desk.charge(lease)["outstanding_fen"] == 0
    assert act(desk, SPECIALIST, acts.list_payment_trouble, acts.ListPaymentTrouble()).orders == ()
    with pytest.raises(Refusal, match="nothing_to_settle"):
        act(desk, SPECIALIST, acts.settle_order, acts.SettleOrder(order_ref, True, "再记一次"))


def test_agreement_that_was_ever_another_renters_is_refused(desk):
    _, lease = desk.lease()
    _, other = desk.lease()
    taken = acts.RecordAgreement(other.ref, f"A{lease.id}", desk.buyer(lease))
    with pytest.raises(Refusal) as refused:
        act(desk, SPECIALIST, acts.record_agreement, taken)
    assert (refused.value.code, refused.value.field) == ("agreement_of_another", "agreement_no")
    act(desk, SPECIALIST, acts.end_lease_agreement, acts.EndAgreement(lease.ref))
    with pytest.raises(Refusal, match="agreement_of_another"):
        act(desk, SPECIALIST, acts.record_agreement, taken)
    assert [
        row["agreement_no"] for row in desk.house.sql("SELECT agreement_no FROM agreements WHERE ended_at IS NULL")
    ] == [f"A{other.id}"]


def test_renter_with_one_agreement_for_two_leases_is_not_refused(desk):
    renter, lease = desk.lease()
    _, other = desk.lease(renter=renter)
    act(desk, SPECIALIST, acts.record_agreement, acts.RecordAgreement(other.ref, f"A{lease.id}", desk.buyer(lease)))
    assert (
        len(desk.house.sql("SELECT FROM agreements WHERE agreement_no = $1 AND ended_at IS NULL", f"A{lease.id}")) == 2
    )


def in_credit(desk, amount_fen):
    """A lease with credit that somebody else recorded."""
    _, lease = desk.lease(paid=7)
    ref = f"FK-{lease.id}"
    in_act(desk.house, lambda ctx: take_payment(ctx.conn, ctx.act_id, lease, amount_fen, ref, TODAY, TODAY))
    return lease


def refund(desk, lease, amount_fen, bank_ref="", actor=SPECIALIST):
    return act(desk, actor, acts.refund_credit, acts.AskRefund(lease.ref, amount_fen, "多付", bank_ref))


@pytest.mark.parametrize("again", ["BOC-77", "boc-77"])
def test_bank_transfer_gives_credit_back_once_on_whichever_lease(desk, again):
    lease, other = in_credit(desk, 9_000), in_credit(desk, 9_000)
    refund(desk, lease, 4_000, "BOC-77")
    for one in (lease, other):
        with pytest.raises(Refusal) as refused:
            refund(desk, one, 4_000, again)
        assert (refused.value.code, refused.value.field) == ("refund_known", "bank_ref")
    assert (desk.credit_fen(lease), desk.credit_fen(other)) == (5_000, 9_000)
    refund(desk, other, 4_000, "BOC-78")
    assert desk.credit_fen(other) == 5_000


CLAUSE = "4.2"
COLLEAGUE = Actor(Role.SPECIALIST, 99, "林专员")


@pytest.fixture
def staffed(desk):
    """Specialists and supervisors enough to agree to anything."""

    async def hire(ctx):
        for no, role in enumerate(("agent", "specialist", "specialist", "supervisor", "supervisor", "supervisor")):
            await ctx.conn.execute(
                "INSERT INTO staff (login, name, role, password_hash, created_at) VALUES ($1, $1, $2, 'x', $3)",
                f"colleague{no}", role, ctx.now,
            )  # fmt: skip

    in_act(desk.house, hire)
    return desk


def grant(desk, ref, actor):
    decision = approvals.DecideApproval(ref, True, "核对过银行流水")
    return act(desk, actor, approvals.decide_approval, decision)


@pytest.mark.parametrize("bank_ref", ["BOC-77", ""])
def test_credit_of_ones_own_word_is_not_paid_out_alone(staffed, bank_ref):
    desk = staffed
    _, lease = desk.lease(paid=7)
    desk.deduct(lease, 9_000)
    desk.work()
    record(desk, lease, 9_000, "FK-1001")
    with pytest.raises(Refusal) as asked:
        refund(desk, lease, 5_000, bank_ref)
    assert (asked.value.status, desk.credit_fen(lease)) == (202, 18_000)
    with pytest.raises(Refusal, match="own_request"):
        grant(desk, asked.value.data["approval_ref"], SPECIALIST)
    assert grant(desk, asked.value.data["approval_ref"], COLLEAGUE).performed
    assert desk.credit_fen(lease) == 13_000


def test_credit_of_ones_own_word_is_not_let_out_for_somebody_who_asks(staffed):
    desk = staffed
    _, lease = desk.lease(paid=7)
    record(desk, lease, 9_000, "FK-1001")
    agent = Actor(Role.AGENT, desk.house.sql("SELECT id FROM staff WHERE role = 'agent'")[0][0], "客服")
    with pytest.raises(Refusal) as asked:
        refund(desk, lease, 5_000, "BOC-77", actor=agent)
    ref = asked.value.data["approval_ref"]
    with pytest.raises(Refusal, match="not_your_own"):
        grant(desk, ref, SPECIALIST)
    assert grant(desk, ref, COLLEAGUE).performed


def test_credit_that_a_colleague_recorded_or_whose_record_was_undone_is_refunded_at_once(desk):
    _, lease = desk.lease(paid=7)
    record(desk, lease, 9_000, "FK-1001", actor=COLLEAGUE)
    record(desk, lease, 100, "FK-1002")
    undoing = money.UndoEntry(lease.ref, "payment:FK-1002", "登记有误")
    act(desk, SPECIALIST, money.undo_entry, undoing)
    refund(desk, lease, 5_000, "BOC-77")
    assert desk.credit_fen(lease) == 4_000


def test_refunds_above_the_power_of_one_count_together_and_become_a_request(staffed):
    desk = staffed
    lease = in_credit(desk, 900_000)
    refund(desk, lease, 150_000, "BOC-1")
    with pytest.raises(Refusal) as asked:
        refund(desk, lease, 50_001, "BOC-2")
    assert (asked.value.status, asked.value.data["approver_role"]) == (202, "supervisor")
    assert desk.credit_fen(lease) == 750_000
    refund(desk, lease, 50_000, "BOC-2")
    with pytest.raises(Refusal) as asked:
        refund(desk, lease, 400_000, "BOC-3", actor=SUPERVISOR)
    assert (asked.value.status, desk.credit_fen(lease)) == (202, 700_000)


def book(desk, lease, amount_fen, clause=CLAUSE, **more):
    command = money.BookCharge(lease.ref, "fee", amount_fen, clause, TODAY, "补办配件", **more)
    return act(desk, SPECIALIST, money.book_charge, command)


def fees(desk, lease):
    rows = desk.house.sql("SELECT amount_fen FROM charges WHERE lease_id = $1 AND kind = 'fee' ORDER BY no", lease.id)
    return [row["amount_fen"] for row in rows]


def test_charge_above_the_power_of_one_needs_a_second_person_and_small_ones_count_together(staffed):
    desk = staffed
    _, lease = desk.lease(paid=7)
    with pytest.raises(Refusal) as asked:
        book(desk, lease, 1_000_000_000)
    assert (asked.value.status, fees(desk, lease)) == (202, [])
    book(desk, lease, 99_000)
    with pytest.raises(Refusal) as asked:
        book(desk, lease, 1_000)
    assert (asked.value.status, asked.value.data["approver_role"]) == (202, "specialist")
    assert fees(desk, lease) == [99_000]
    assert grant(desk, asked.value.data["approval_ref"], COLLEAGUE).performed
    assert fees(desk, lease) == [99_000, 1_000]


def test_same_charge_twice_on_a_day_is_refused_unless_it_is_meant_or_the_first_was_undone(desk):
    _, lease = desk.lease(paid=7)
    book(desk, lease, 5_000)
    with pytest.raises(Refusal, match="charged_already"):
        book(desk, lease, 5_000)
    book(desk, lease, 5_000, again=True)
    book(desk, lease, 5_001)
    assert fees(desk, lease) == [5_000, 5_000, 5_001]
    _, other = desk.lease(paid=7)
    first = book(desk, other, 5_000)
    act(desk, SPECIALIST, money.undo_entry, money.UndoEntry(other.ref, first.entry_key, "登记有误"))
    book(desk, other, 5_000)
    assert fees(desk, other) == [5_000, 5_000]


@pytest.mark.parametrize("clause", ["3.1", "5.1", "6.1", "8.2", "9.1"])
def test_charge_under_a_clause_of_rent_lateness_deposit_damage_or_buyout_is_refused(desk, clause):
    _, lease = desk.lease(paid=7)
    with pytest.raises(BadInput) as refused:
        book(desk, lease, 100, clause)
    assert refused.value.field == "clause"
    assert fees(desk, lease) == []
