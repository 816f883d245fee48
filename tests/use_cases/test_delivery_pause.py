"""PAUSE-1: whoever does not have the phone yet is not in arrears; nothing is asked for afterwards either."""

from datetime import date, timedelta

import pytest
from arrears_ground import Arrears
from lease_ground import in_act, run
from money_ground import add_scheduled, assert_book_holds, at, bill, contract_of, credit, fee, pay, run_days

from shouwen.features.arrears.store.debts import arrears
from shouwen.features.leases.public import lease_by_id
from shouwen.features.leases.use_cases.moving import HandOver, hand_over
from shouwen.features.leases.use_cases.paying import ReadPayable, read_payable
from shouwen.features.leases.use_cases.reading import ListLeases, ReadLease, list_leases, read_lease
from shouwen.features.money.public import pauses_of, read_statement
from shouwen.features.payments.store.debts import due_debts
from shouwen.kernel.actor import Actor, Role
from shouwen.kernel.days import end_of

DUE_ON = date(2026, 3, 1)  # of the first instalment, 500.00
HANDED_ON = date(2026, 3, 12)
RESTS_THROUGH = date(2026, 3, 15)
AGENT = Actor(Role.AGENT, 2, "客服")


def be(house, lease, state):
    async def work(ctx):
        await ctx.conn.execute("UPDATE leases SET state = $2 WHERE id = $1", lease.id, state)

    in_act(house, work, at=at(date(2026, 2, 20)))


def renter_of(lease):
    return Actor(Role.RENTER, lease.renter_id, "王*")


def rests(house, lease):
    rows = in_act(house, lambda ctx: pauses_of(ctx.conn, lease.id))
    return [(row.pause.from_on, row.pause.until_on, row.amount_fen) for row in rows]


def listed(house, on):
    return in_act(
        house, lambda ctx: arrears(ctx.conn, on, date(2000, 1, 1), on - timedelta(days=1), (date(2000, 1, 1), 0), 9)
    )


def deductible(house, lease, on):
    async def work(ctx):
        await ctx.conn.execute(
            "INSERT INTO agreements (lease_id, renter_id, agreement_no, payer_id, signed_at)"
            " VALUES ($1, $2, 'XY-1', 'P-1', $3)"
            " ON CONFLICT DO NOTHING",
            lease.id, lease.renter_id, ctx.now,
        )  # fmt: skip
        return [debt.amount_fen for debt in await due_debts(ctx.conn, 0, 1 << 60, on, end_of(on))]

    return in_act(house, work, at=at(on))


def late_lines(house, lease, on):
    """Days overdue as the file, the list, the statement and what can be paid say them."""
    who, when = renter_of(lease), at(on)
    file = run(house, read_lease, who, ReadLease(lease.ref), at=when)
    [row] = run(house, list_leases, who, ListLeases(), at=when).rows
    bills = in_act(house, lambda ctx: read_statement(ctx.conn, lease.id, on), at=when).lines
    payable = run(house, read_payable, who, ReadPayable(lease.ref), at=when).lines
    return (
        sum(one.days_overdue for one in file.instalments), row.overdue,
        sum(one.days_overdue for one in bills if one.kind == "rent"),
        sum(one.days_overdue for one in payable if one.kind == "rent"),
    )  # fmt: skip


@pytest.fixture
def lease(house):
    found = add_scheduled(house)
    be(house, found, "shipped")
    return found


@pytest.mark.parametrize("state", ["signed", "preparing", "shipped"])
@pytest.mark.parametrize("fast", [True, False])
def test_day_over_a_lease_without_its_phone_asks_for_nothing(house, state, fast):
    lease = add_scheduled(house)
    be(house, lease, state)
    run_days(house, DUE_ON, HANDED_ON, fast=fast)
    assert rests(house, lease) == [(DUE_ON, None, 50_000)]
    assert bill(house, lease, "rent", 1).outstanding_fen == 50_000
    assert fee(house, lease, 1) == (0, 0, 0, 0)
    assert listed(house, HANDED_ON) == []
    assert deductible(house, lease, HANDED_ON) == []
    assert late_lines(house, lease, HANDED_ON) == (0, 0, 0, 0)
    assert_book_holds(house, lease)


@pytest.mark.parametrize("fast", [True, False])
def test_hand_over_lets_rest_three_days_more_and_nothing_is_asked_for_afterwards(house, lease, fast):
    run_days(house, DUE_ON, HANDED_ON, fast=fast)
    run(house, hand_over, renter_of(lease), HandOver(lease.ref), at=at(HANDED_ON))
    assert rests(house, lease) == [(DUE_ON, RESTS_THROUGH, 50_000)]
    run_days(house, HANDED_ON + timedelta(days=1), RESTS_THROUGH + timedelta(days=1), fast=fast)
    assert fee(house, lease, 1) == (0, 0, 0, 0)
    assert late_lines(house, lease, RESTS_THROUGH) == (0, 0, 0, 0)
    assert listed(house, RESTS_THROUGH) == []
    run_days(house, date(2026, 3, 17), date(2026, 3, 17))  # a late fee begins in the fast path, and goes on in either
    run_days(house, date(2026, 3, 18), date(2026, 3, 21), fast=fast)
    assert fee(house, lease, 1)[0] == 5 * 50_000 * 2 // 10_000  # 16 to 20 March, as any late rent
    assert late_lines(house, lease, date(2026, 3, 21)) == (6, 1, 6, 6)
    [line] = listed(house, date(2026, 3, 21))
    assert line.overdue_fen == 50_050
    assert deductible(house, lease, date(2026, 3, 21)) == [50_000, 50]
    assert_book_holds(house, lease)


def test_days_that_were_missed_lead_to_the_same(house, lease):
    run(house, hand_over, renter_of(lease), HandOver(lease.ref), at=at(HANDED_ON))
    assert rests(house, lease) == [(DUE_ON, RESTS_THROUGH, 50_000)]
    run_days(house, HANDED_ON, date(2026, 3, 21))
    assert fee(house, lease, 1)[0] == 50


def test_rent_due_after_hand_over_does_not_rest(house, lease):
    run(house, hand_over, renter_of(lease), HandOver(lease.ref), at=at(date(2026, 2, 25)))
    run_days(house, DUE_ON, date(2026, 3, 10))
    assert rests(house, lease) == []
    assert fee(house, lease, 1)[0] == 5 * 10


def test_renter_without_the_phone_who_pays_all_the_same_has_paid(house, lease):
    run_days(house, DUE_ON, DUE_ON)
    pay(house, lease, 50_000, "p1", DUE_ON)
    assert (bill(house, lease, "rent", 1).settled_on, credit(house, lease)) == (DUE_ON, 0)
    run(house, hand_over, renter_of(lease), HandOver(lease.ref), at=at(HANDED_ON))
    run_days(house, date(2026, 3, 2), date(2026, 3, 25))
    assert (bill(house, lease, "rent", 1).paid_fen, fee(house, lease, 1)) == (50_000, (0, 0, 0, 0))
    assert_book_holds(house, lease)


def test_fee_that_ran_before_it_was_known_is_taken_back(house):
    lease = add_scheduled(house)
    run_days(house, DUE_ON, HANDED_ON)
    assert fee(house, lease, 1)[0] == 7 * 10
    be(house, lease, "shipped")
    run_days(house, HANDED_ON + timedelta(days=1), date(2026, 3, 14))
    assert fee(house, lease, 1)[0] == 0
    assert_book_holds(house, lease)


def test_reminders_keep_silent_until_the_phone_has_been_there_three_days(house):
    ground = Arrears(house)
    be(house, ground.lease, "shipped")
    ground.live(date(2026, 3, 5))
    assert ground.phones.sent == []
    ground.act(renter_of(ground.lease), hand_over, HandOver(ground.lease.ref))
    ground.live(date(2026, 3, 8))
    assert ground.phones.sent == []
    [age] = ground.ages(on=date(2026, 3, 18)).ages
    assert age.days_past_due == 10


def test_who_has_the_phone_reads_when_the_pause_began_and_ended(house, lease):
    run_days(house, DUE_ON, HANDED_ON)
    run(house, hand_over, renter_of(lease), HandOver(lease.ref), at=at(HANDED_ON))
    [row] = house.sql("SELECT data FROM journal WHERE kind = 'lease.hand_over'")
    assert row["data"]["rests_through"] == str(RESTS_THROUGH)
    assert in_act(house, lambda ctx: lease_by_id(ctx.conn, lease.id)).state == "renting"
    assert contract_of().due_on[0] == DUE_ON
