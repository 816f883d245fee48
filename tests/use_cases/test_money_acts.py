"""Money acts of the desk: who may, what is refused, what the bill says afterwards, what is taken back."""

import asyncio
from datetime import date, timedelta

import msgspec
import pytest
from lease_ground import add_renter, in_act
from money_ground import (
    FIRST_DUE_ON,
    add_scheduled,
    assert_book_holds,
    at,
    bill,
    charges_of,
    contract_of,
    credit,
    do,
    fee,
    run_day,
    run_days,
)

from shouwen.features.leases.use_cases import money
from shouwen.features.leases.use_cases import reading as leases
from shouwen.features.leases.use_cases import statement as statements
from shouwen.features.money.public import (
    NewHold,
    hold_deposit,
    lock_hold,
    settle_deposit,
    statement_csv,
    take_payment,
)
from shouwen.features.money.public import undo as undo_it
from shouwen.features.papers import use_cases as papers
from shouwen.features.papers import use_cases_statement as letters
from shouwen.features.papers.printing import print_paper
from shouwen.kernel.actor import Actor, Role
from shouwen.kernel.errors import Absent, BadInput, Refusal
from shouwen.platform.approvals import DecideApproval, decide_approval

TODAY = date(2026, 3, 16)
AGENT = Actor(Role.AGENT, 1, "周敏")
SPECIALIST = Actor(Role.SPECIALIST, 2, "林专员")
SUPERVISOR = Actor(Role.SUPERVISOR, 3, "顾主管")


@pytest.fixture
def renter(house):
    return add_renter(house, 1)


@pytest.fixture
def lease(house, renter):
    """Rent 1 of 500.00 overdue since 1 March; on the 16th its late fee is 1.10."""
    lease = add_scheduled(house, renter=renter)

    async def hire(ctx):
        for login, role in (("zhou", "agent"), ("lin", "specialist"), ("gu", "supervisor"), ("gu2", "supervisor")):
            await ctx.conn.execute(
                "INSERT INTO staff (login, name, role, password_hash, created_at) VALUES ($1, $1, $2, 'x', $3)",
                login, role, ctx.now,
            )  # fmt: skip

    in_act(house, hire)
    run_days(house, FIRST_DUE_ON, TODAY)
    return lease


def act(house, use_case, actor, command, *, on=TODAY, **more):
    return house.run(house.door.run(use_case, actor, command, at=at(on), **more))


def pay(house, lease, amount_fen, ref, *, paid_on=TODAY, named=(), actor=SPECIALIST, **more):
    command = money.RecordPayment(lease.ref, amount_fen, ref, paid_on, named, why="银行回单 7781")
    return act(house, money.record_payment, actor, command, **more)


def waive(house, lease, amount_fen, *, line="late_fee-1", actor=AGENT, **more):
    return act(house, money.waive, actor, money.Waive(lease.ref, line, amount_fen, "首次逾期"), **more)


def undo(house, lease, key, *, actor=SPECIALIST, **more):
    return act(house, money.undo_entry, actor, money.UndoEntry(lease.ref, key, "登记有误"), **more)


def charge(house, lease, amount_fen, *, clause="4.2", due_on=TODAY, kind="fee"):
    command = money.BookCharge(lease.ref, kind, amount_fen, clause, due_on, "补办配件")
    return act(house, money.book_charge, SPECIALIST, command)


def test_record_payment_settles_rent_then_late_fee_and_keeps_the_rest_as_credit(house, lease):
    taken = pay(house, lease, 50_200, "FK-1001")
    assert [(part.line, part.amount_fen) for part in taken.parts] == [("rent-1", 50_000), ("late_fee-1", 110)]
    assert (taken.surplus_fen, taken.credit_fen, credit(house, lease)) == (90, 90, 90)
    run_days(house, TODAY + timedelta(days=1), date(2026, 4, 1))
    assert bill(house, lease, "rent", 2).paid_fen == 90  # credit settles what falls due next
    assert_book_holds(house, lease)


def test_record_payment_of_an_instalment_not_yet_due_by_name(house, lease):
    taken = pay(house, lease, 50_000, "FK-1001", named=("rent-3",))
    assert [(part.line, part.amount_fen) for part in taken.parts] == [("rent-3", 50_000)]
    assert bill(house, lease, "rent", 3).booked_on == TODAY
    assert bill(house, lease, "rent", 1).outstanding_fen == 50_000


def test_record_payment_same_reference_twice_pays_once(house, lease):
    first = pay(house, lease, 20_000, "FK-1001")
    again = pay(house, lease, 20_000, "FK-1001")
    assert (first.booked, again.booked, again.parts) == (True, False, first.parts)
    assert bill(house, lease, "rent", 1).paid_fen == 20_000


def test_record_payment_double_click_answers_the_same(house, lease):
    first = pay(house, lease, 20_000, "FK-1001", key="double-click")
    assert pay(house, lease, 20_000, "FK-1001", key="double-click") == first


def test_record_payment_two_at_once_never_pay_a_bill_twice(house, lease):
    async def both():
        commands = [money.RecordPayment(lease.ref, 50_110, f"FK-100{n}", TODAY) for n in range(2)]
        return await asyncio.gather(
            *(house.door.run(money.record_payment, SPECIALIST, one, at=at(TODAY)) for one in commands)
        )

    house.run(both())
    assert bill(house, lease, "rent", 1).paid_fen == 50_000
    assert credit(house, lease) == 50_110
    assert_book_holds(house, lease)


@pytest.mark.parametrize("paid_on", [date(2026, 2, 19), TODAY + timedelta(days=1)])
def test_record_payment_before_the_signing_or_in_the_future_refused(house, lease, paid_on):
    with pytest.raises(BadInput) as refused:
        pay(house, lease, 100, "FK-1001", paid_on=paid_on)
    assert refused.value.field == "paid_on"
    assert bill(house, lease, "rent", 1).paid_fen == 0


def test_record_payment_for_an_unknown_line_refused(house, lease):
    with pytest.raises(BadInput):
        pay(house, lease, 100, "FK-1001", named=("rent-99",))


def test_record_payment_known_by_another_lease_refused(house, lease):
    other = add_scheduled(house, no=2)
    pay(house, lease, 20_000, "FK-1001")
    with pytest.raises(Refusal) as refused:
        pay(house, other, 20_000, "FK-1001")
    assert refused.value.code == "payment_differs"


@pytest.mark.parametrize("amount", ["100.0", "1e3", "-1", "0", "1000000001", '"100"', "null"])
@pytest.mark.parametrize("command", [money.RecordPayment, money.Waive, money.WriteOff, money.BookCharge])
def test_amount_that_is_no_positive_whole_fen_up_to_ten_million_is_unreadable(command, amount):
    others = {
        "lease_ref": "ZL-20260220-0001", "payment_ref": "FK-1001", "paid_on": "2026-03-16", "line": "rent-1",
        "why": "理由", "kind": "fee", "clause": "5.1", "due_on": "2026-03-16",
    }  # fmt: skip
    known = {name: value for name, value in others.items() if name in command.__struct_fields__}
    text = msgspec.json.encode(known).decode()[:-1] + f',"amount_fen":{amount}}}'
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(text, type=command)


def test_payment_in_another_currency_is_unreadable():
    text = '{"lease_ref":"ZL-1","payment_ref":"FK-1001","paid_on":"2026-03-16","amount_fen":1,"currency":"USD"}'
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(text, type=money.RecordPayment)


def test_backdated_payment_lowers_the_fee_and_leaves_the_waiver(house, lease):
    waive(house, lease, 50)
    pay(house, lease, 30_000, "FK-1001", paid_on=date(2026, 3, 8))
    assert fee(house, lease, 1) == (62, 0, 50, 12)
    assert_book_holds(house, lease)


def test_backdated_payment_below_what_was_waived_takes_the_waiver_back_as_far(house, lease):
    waive(house, lease, 80)
    pay(house, lease, 30_000, "FK-1001", paid_on=date(2026, 3, 8))
    assert fee(house, lease, 1) == (62, 0, 62, 0)
    assert_book_holds(house, lease)


def test_two_payments_end_the_same_in_whatever_order_they_are_recorded(house, lease):
    other = add_scheduled(house, no=2, contract=contract_of())
    run_day(house, TODAY, lease_from=other.id)
    early, late = (30_000, "FK-A", date(2026, 3, 8)), (25_000, "FK-B", TODAY)
    for one, order in ((lease, (early, late)), (other, (late, early))):
        for amount_fen, ref, paid_on in order:
            pay(house, one, amount_fen, f"{ref}-{one.id}", paid_on=paid_on)
        assert_book_holds(house, one)
    stands = [
        [(c.kind, c.no, c.amount_fen, c.paid_fen, c.outstanding_fen, c.settled_on) for c in charges_of(house, one)]
        for one in (lease, other)
    ]
    assert stands[0] == stands[1]
    assert credit(house, lease) == credit(house, other)


def test_statement_of_a_closed_day_never_changes(house, lease):
    def booked_until(on):
        return house.sql(
            "SELECT e.key, t.debit_account, t.credit_account, t.amount_fen FROM money_entries e"
            " JOIN money_transfers t ON t.entry_id = e.id WHERE e.lease_id = $1 AND e.booked_on <= $2"
            " ORDER BY e.id, t.no",
            lease.id, on,
        )  # fmt: skip

    before = booked_until(TODAY - timedelta(days=1))
    pay(house, lease, 30_000, "FK-1001", paid_on=date(2026, 3, 8))
    undo(house, lease, "payment:FK-1001")
    assert before
    assert booked_until(TODAY - timedelta(days=1)) == before


def test_charge_waived_and_waiver_undone_stands_again_then_settles_and_reopens(house, lease):
    charge(house, lease, 2_000)
    waived = waive(house, lease, 2_000, line="fee-1")
    assert waived.outstanding_fen == 0
    undo(house, lease, waived.entry_key)
    again = bill(house, lease, "fee", 1)
    assert (again.outstanding_fen, again.waived_fen, again.settled_on) == (2_000, 0, None)
    pay(house, lease, 500, "FK-1001", named=("fee-1",))
    waived = waive(house, lease, 1_500, line="fee-1")
    assert bill(house, lease, "fee", 1).settled_on == TODAY
    undo(house, lease, waived.entry_key)
    again = bill(house, lease, "fee", 1)
    assert (again.outstanding_fen, again.paid_fen, again.settled_on) == (1_500, 500, None)
    assert_book_holds(house, lease)


def test_undone_charge_gives_what_was_paid_of_it_back_as_credit(house, lease):
    booked = charge(house, lease, 2_000)
    pay(house, lease, 2_000, "FK-1001", named=("fee-1",))
    undo(house, lease, booked.entry_key)
    assert bill(house, lease, "fee", 1).outstanding_fen == 0
    # the credit goes to what is due: the overdue rent
    assert (credit(house, lease), bill(house, lease, "rent", 1).paid_fen) == (0, 2_000)
    assert_book_holds(house, lease)


def test_undone_payment_opens_the_rent_and_the_fee_it_had_settled(house, lease):
    before = [(c.id, c.amount_fen, c.paid_fen, c.outstanding_fen, c.settled_on) for c in charges_of(house, lease)]
    pay(house, lease, 50_110, "FK-1001")
    assert bill(house, lease, "rent", 1).settled_on == TODAY
    undo(house, lease, "payment:FK-1001")
    after = [(c.id, c.amount_fen, c.paid_fen, c.outstanding_fen, c.settled_on) for c in charges_of(house, lease)]
    assert after == before
    assert_book_holds(house, lease)


def test_undo_twice_refused_and_undo_of_a_reversal_refused(house, lease):
    pay(house, lease, 100, "FK-1001")
    done = undo(house, lease, "payment:FK-1001")
    with pytest.raises(Refusal) as refused:
        undo(house, lease, "payment:FK-1001")
    assert refused.value.code == "undone_already"
    with pytest.raises(Refusal) as refused:
        undo(house, lease, done.entry_key)
    assert refused.value.code == "not_undoable"
    assert_book_holds(house, lease)


def test_undo_of_rent_or_provider_payment_refused(house, lease):
    with pytest.raises(Refusal) as refused:
        undo(house, lease, f"charge:{bill(house, lease, 'rent', 1).id}")
    assert refused.value.code == "not_undoable"
    do(house, lease, take_payment, 100, "ZF-ABCDEF", TODAY, TODAY, on=TODAY)
    with pytest.raises(Refusal) as refused:
        undo(house, lease, "payment:ZF-ABCDEF")
    assert refused.value.code == "paid_at_provider"


def test_undo_of_another_leases_entry_looks_absent(house, lease):
    other = add_scheduled(house, no=2)
    pay(house, other, 100, "FK-1001")
    with pytest.raises(Absent):
        undo(house, lease, "payment:FK-1001")


def test_write_off_then_recover_keeps_the_charge_whole(house, lease):
    command = money.WriteOff(lease.ref, "rent-1", 50_000, "失联")
    act(house, money.write_off, SUPERVISOR, command)
    assert bill(house, lease, "rent", 1).written_off_fen == 50_000
    recovered = act(house, money.recover, SUPERVISOR, money.Recover(lease.ref, "rent-1", 20_000, "FK-9001"))
    now = bill(house, lease, "rent", 1)
    assert (recovered.outstanding_fen, now.paid_fen, now.written_off_fen) == (0, 20_000, 30_000)
    with pytest.raises(Refusal) as refused:
        act(house, money.recover, SUPERVISOR, money.Recover(lease.ref, "rent-1", 30_001, "FK-9002"))
    assert refused.value.code == "more_than_written_off"
    with pytest.raises(Refusal) as refused:
        act(house, money.recover, SUPERVISOR, money.Recover(lease.ref, "rent-1", 20_000, "FK-9001"))
    assert refused.value.code == "payment_known"
    assert_book_holds(house, lease)


def test_write_off_by_a_specialist_becomes_a_request(house, lease):
    with pytest.raises(Refusal) as asked:
        act(house, money.write_off, SPECIALIST, money.WriteOff(lease.ref, "rent-1", 50_000, "失联"))
    assert (asked.value.status, bill(house, lease, "rent", 1).written_off_fen) == (202, 0)


def test_write_off_agreed_by_a_supervisor_happens_then(house, lease):
    with pytest.raises(Refusal) as asked:
        act(house, money.write_off, SPECIALIST, money.WriteOff(lease.ref, "rent-1", 50_000, "失联"))
    decision = DecideApproval(asked.value.data["approval_ref"], True, "同意核销")
    assert act(house, decide_approval, SUPERVISOR, decision).performed
    assert bill(house, lease, "rent", 1).written_off_fen == 50_000
    assert_book_holds(house, lease)


def test_failed_capture_taken_back_opens_hold_and_charge_again(house, lease):
    def settle(ctx):
        return settle_deposit(ctx.conn, ctx.act_id, lease, 12_000, "DS-1", TODAY, "9.1")

    def hold(ctx):
        new = NewHold(lease_id=lease.id, renter_id=lease.renter_id, amount_fen=10_000, held_on=TODAY)
        return hold_deposit(ctx.conn, ctx.act_id, new)

    def take_back(ctx):
        return undo_it(ctx.conn, ctx.act_id, lease, "capture:DS-1", "扣款失败", "HOLD", TODAY)

    for work in (hold, settle, take_back):
        in_act(house, work, at=at(TODAY))
    assert in_act(house, lambda ctx: lock_hold(ctx.conn, lease.id)).open_fen == 10_000
    assert bill(house, lease, "damage", 1).outstanding_fen == 12_000
    assert_book_holds(house, lease)


def test_waivers_add_up_over_twelve_months_less_what_was_undone(house, lease):
    charge(house, lease, 5_000)
    first = waive(house, lease, 2_900, line="fee-1")
    with pytest.raises(Refusal) as asked:
        waive(house, lease, 110)
    assert asked.value.status == 202
    undo(house, lease, first.entry_key)
    assert waive(house, lease, 110).outstanding_fen == 0


def test_waive_more_than_outstanding_or_rent_refused(house, lease):
    with pytest.raises(Refusal) as refused:
        waive(house, lease, 111)
    assert refused.value.code == "more_than_outstanding"
    with pytest.raises(Refusal) as refused:
        waive(house, lease, 100, line="rent-1")
    assert refused.value.code == "not_waived_here"
    assert refused.value.remedy_zh


def test_book_charge_without_clause_or_backdated_refused(house, lease):
    with pytest.raises(BadInput) as refused:
        charge(house, lease, 100, clause="99.9")
    assert refused.value.field == "clause"
    with pytest.raises(BadInput) as refused:
        charge(house, lease, 100, due_on=TODAY - timedelta(days=1))
    assert refused.value.field == "due_on"
    with pytest.raises(BadInput) as refused:
        charge(house, lease, 100, clause="5.1")  # late fees run by their own rule
    assert refused.value.field == "clause"


@pytest.mark.parametrize(
    ("use_case", "command"),
    [
        (money.record_payment, money.RecordPayment("ZL-20260220-0001", 1, "FK-1001", TODAY)),
        (money.waive, money.Waive("ZL-20260220-0001", "late_fee-1", 1, "理由")),
        (money.undo_entry, money.UndoEntry("ZL-20260220-0001", "payment:FK-1", "理由")),
        (money.book_charge, money.BookCharge("ZL-20260220-0001", "fee", 1, "5.1", TODAY, "理由")),
        (money.write_off, money.WriteOff("ZL-20260220-0001", "rent-1", 1, "理由")),
        (money.recover, money.Recover("ZL-20260220-0001", "rent-1", 1, "FK-1001")),
    ],
    ids=lambda one: getattr(one, "name", ""),
)
def test_money_act_by_renter_inspector_or_on_an_unknown_lease_looks_absent(house, lease, renter, use_case, command):
    for actor in (renter, Actor(Role.INSPECTOR, 9, "何检"), Actor(Role.ADMIN, 8, "管理员")):
        with pytest.raises(Absent):
            act(house, use_case, actor, command)
    with pytest.raises(Absent):
        act(house, use_case, SUPERVISOR, msgspec.structs.replace(command, lease_ref="ZL-0000"))


def test_read_book_line_says_clause_days_and_sums_of_a_late_fee(house, lease, renter):
    pay(house, lease, 30_000, "FK-1001", paid_on=date(2026, 3, 8))
    line = act(house, statements.read_book_line, renter, statements.ReadBookLine(lease.ref, "late_fee-1"))
    assert line.bill.label == "第 1 期逾期违约金"
    assert line.clause_text
    assert line.working[0] == "计费 11 天：2026-03-05 起，算到 2026-03-15（付款前一天止，争议部分不计）"
    assert "合同：逾期租金逐日合计 3,100.00 × 0.0002 = 0.62" in line.working
    assert sum(entry.amount_fen for entry in line.bill.entries) == -62  # grown by ten entries, then corrected


def test_read_book_line_of_a_stranger_or_unknown_line_looks_absent(house, lease, renter):
    stranger = add_renter(house, 7)
    with pytest.raises(Absent):
        act(house, statements.read_book_line, stranger, statements.ReadBookLine(lease.ref, "rent-1"))
    with pytest.raises(Absent):
        act(house, statements.read_book_line, renter, statements.ReadBookLine(lease.ref, "rent-99"))


def test_export_statement_adds_up_and_holds_no_formula(house, lease, renter):
    file = act(house, statements.export_statement, renter, statements.ExportStatement(lease.ref))
    rows = [row.split(",") for row in file.text.removeprefix("\ufeff").splitlines()]
    lines = rows[2:-1]
    assert len(lines) == 13
    assert rows[-1][8] == f"{sum(round(float(row[8]) * 100) for row in lines) / 100:.2f}"
    statement = act(house, leases.read_bills, renter, leases.ReadBills(lease.ref)).statement
    risky = msgspec.structs.replace(statement.lines[0], label="=1+1")
    assert "'=1+1" in statement_csv(msgspec.structs.replace(statement, lines=(risky,)), lease.ref)
    with pytest.raises(Absent):
        act(house, statements.export_statement, add_renter(house, 7), statements.ExportStatement(lease.ref))


def test_write_statement_as_a_letter_names_every_line_and_entry_and_prints(house, lease, renter):
    pay(house, lease, 30_000, "FK-1001", paid_on=date(2026, 3, 8))
    written = act(house, letters.write_statement, renter, letters.WriteStatement(lease.ref))
    paper = act(house, papers.read_paper, renter, papers.ReadNamedPaper(written.paper_ref))
    assert paper.text.amount_fen == written.outstanding_fen == 11 * 50_000 + 20_000 + 62
    clause = bill(house, lease, "rent", 1).clause
    lines, entries = paper.text.sections[0].lines, paper.text.sections[1].small
    assert f"第 1 期租金（2026-03-01 到期，第 {clause} 条）：500.00 − 300.00 = 200.00" in lines
    assert any("2026-03-08 第 1 期租金：收到付款" in one and "2026-03-16 入账" in one for one in entries)
    assert print_paper(paper, "样例租赁").startswith(b"%PDF")
    with pytest.raises(Absent):
        act(house, letters.write_statement, add_renter(house, 7), letters.WriteStatement(lease.ref))
