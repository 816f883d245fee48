"""The book as the desk reads it: who did what and why, what may be done, what is left of one's power."""

from datetime import date

import pytest
from lease_ground import add_renter, in_act
from money_ground import FIRST_DUE_ON, add_scheduled, at, contract_of, run_days

from shouwen.features.leases.use_cases import book as books
from shouwen.features.leases.use_cases import money
from shouwen.features.people.public import PowerAct
from shouwen.kernel.actor import Actor, Role
from shouwen.kernel.errors import Absent, Refusal

TODAY = date(2026, 3, 16)


@pytest.fixture
def staff(house):
    """Who works here, by name of role."""

    async def hire(ctx):
        found = {}
        for login, role in (("zhou", "agent"), ("lin", "specialist"), ("gu", "supervisor")):
            found[role] = await ctx.conn.fetchval(
                "INSERT INTO staff (login, name, role, password_hash, created_at) VALUES ($1, $1, $2, 'x', $3)"
                " RETURNING id", login, role, ctx.now,
            )  # fmt: skip
        return found

    return {role: Actor(Role(role), no, role) for role, no in in_act(house, hire).items()}


@pytest.fixture
def lease(house, staff):
    """Rent 1 of 500.00 overdue since 1 March; on the 16th its late fee is 1.10."""
    lease = add_scheduled(house, renter=add_renter(house, 1))
    run_days(house, FIRST_DUE_ON, TODAY)
    return lease


def act(house, use_case, actor, command):
    return house.run(house.door.run(use_case, actor, command, at=at(TODAY)))


def book(house, lease, actor):
    return act(house, books.read_desk_book, actor, books.ReadDeskBook(lease.ref))


def line(found, name):
    return next(one for one in found.acts if one.line == name)


def power(found, which):
    return next(one for one in found.powers if one.act is which)


def test_book_says_who_waived_what_and_why_and_that_it_can_be_taken_back(house, lease, staff):
    done = act(house, money.waive, staff["agent"], money.Waive(lease.ref, "late_fee-1", 60, "银行系统故障"))
    found = book(house, lease, staff["agent"])
    [waived] = [one for one in found.booked if one.kind == "waiver"]
    assert (waived.name, waived.role, waived.amount_fen) == ("zhou", "agent", 60)
    assert "银行系统故障" in waived.said
    assert found.undoable == (done.entry_key,)
    assert (line(found, "late_fee-1").waive_fen, line(found, "late_fee-1").write_off_fen) == (50, 50)
    act(house, money.undo_entry, staff["specialist"], money.UndoEntry(lease.ref, done.entry_key, "登记有误"))
    after = book(house, lease, staff["agent"])
    assert after.undoable == ()
    assert [one.reversed for one in after.booked if one.kind == "waiver"] == [True]


def test_book_shows_what_is_left_of_the_readers_own_power(house, lease, staff):
    act(house, money.waive, staff["agent"], money.Waive(lease.ref, "late_fee-1", 60, "首次逾期"))
    mine = power(book(house, lease, staff["agent"]), PowerAct.LATE_FEE_WAIVER)
    assert (mine.limit_fen, mine.used_fen, mine.left_fen) == (3_000, 60, 2_940)
    assert (mine.beyond_role, mine.beyond_people) == (Role.SPECIALIST, 1)
    theirs = power(book(house, lease, staff["supervisor"]), PowerAct.LATE_FEE_WAIVER)
    assert (theirs.limit_fen, theirs.beyond_people) == (500_000, 2)
    none = power(book(house, lease, staff["agent"]), PowerAct.WRITE_OFF)
    assert (none.limit_fen, none.left_fen, none.beyond_role) == (0, 0, Role.SUPERVISOR)


def test_book_lists_what_waits_for_a_second_person(house, lease, staff):
    with pytest.raises(Refusal) as asked:
        act(house, money.write_off, staff["specialist"], money.WriteOff(lease.ref, "rent-1", 50_000, "失联"))
    assert asked.value.status == 202
    [waiting] = book(house, lease, staff["agent"]).waiting
    assert (waiting.use_case, waiting.requested_name, waiting.approver_role) == (
        "write_off",
        "specialist",
        "supervisor",
    )
    assert (waiting.people, waiting.agreed, waiting.amount_fen) == (1, 0, 50_000)


def test_book_of_a_charge_by_hand_names_its_clause_and_key_and_counts_to_the_power(house, lease, staff):
    command = money.BookCharge(lease.ref, "fee", 900, "4.2", TODAY, "补办配件")
    done = act(house, money.book_charge, staff["specialist"], command)
    found = book(house, lease, staff["specialist"])
    assert line(found, "fee-1").undo_key == done.entry_key
    assert line(found, "rent-1").undo_key == ""
    assert "4.2" in [clause.no for clause in found.chargeable]
    assert {one.no for one in found.clauses} >= {"4.2", found.statement.lines[0].clause}
    assert power(found, PowerAct.HAND_CHARGE).used_fen == 900


def test_book_shows_how_a_late_fee_came_about(house, lease, staff):
    working = line(book(house, lease, staff["agent"]), "late_fee-1").working
    assert working[0].startswith("计费 11 天")
    assert any("LPR" in one for one in working)


def test_book_is_the_desks_and_of_leases_that_are_there(house, lease, staff):
    for actor in (Actor(Role.RENTER, lease.renter_id, "王*"), Actor(Role.INSPECTOR, 9, "何检")):
        with pytest.raises(Absent):
            book(house, lease, actor)
    with pytest.raises(Absent):
        act(house, books.read_desk_book, staff["agent"], books.ReadDeskBook("ZL-20260220-9999"))


def test_book_of_a_lease_with_nothing_booked_offers_no_waiver(house, staff):
    lease = add_scheduled(house, no=2, contract=contract_of(), renter=add_renter(house, 2))
    found = book(house, lease, staff["agent"])
    assert {one.waive_fen for one in found.acts} <= {0}
    assert found.booked == ()


def test_book_says_what_a_recovery_brought_in_once(house, lease, staff):
    boss, agent = staff["supervisor"], staff["agent"]
    act(house, money.write_off, boss, money.WriteOff(lease.ref, "rent-1", 50_000, "失联"))
    act(house, money.recover, boss, money.Recover(lease.ref, "rent-1", 20_000, "HD-9"))
    amounts = {one.kind: one.amount_fen for one in book(house, lease, agent).booked if one.kind != "accrual"}
    assert (amounts["write_off"], amounts["recovery"]) == (50_000, 20_000)
    act(house, money.undo_entry, boss, money.UndoEntry(lease.ref, "recovery:HD-9", "记错了"))
    amounts = {one.kind: one.amount_fen for one in book(house, lease, agent).booked}
    assert amounts["reversal"] == 20_000
    assert line(book(house, lease, agent), "rent-1").recover_fen == 50_000
