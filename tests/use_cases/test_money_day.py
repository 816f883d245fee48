"""Business days of the book: rents fall due, late fees run, payments find their place whenever they are recorded."""

import asyncio
from datetime import date, timedelta

import asyncpg
import pytest
from lease_ground import in_act
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
    pay,
    run_day,
    run_days,
)
from msgspec.structs import replace

from shouwen.features.cases.public import case_by_id, end_pause, start_pause
from shouwen.features.money.public import (
    book_day,
    book_refund,
    close_into,
    day_charges,
    day_fees_exact,
    day_fees_fast,
    lock_charges,
    refresh_late_fees,
    reschedule_rents,
    take_payment,
    undo,
    undo_lateness,
)
from shouwen.kernel.errors import Refusal


def march(day):
    return date(2026, 3, day)


@pytest.fixture
def lease(house):
    return add_scheduled(house)


def test_scheduled_rents_are_booked_on_their_day_and_once(house, lease):
    run_day(house, date(2026, 2, 28))
    assert [c.booked_on for c in charges_of(house, lease)] == [None] * 12
    assert run_day(house, FIRST_DUE_ON) == 1
    assert run_day(house, FIRST_DUE_ON) == 0
    assert bill(house, lease, "rent", 1).booked_on == FIRST_DUE_ON
    assert_book_holds(house, lease)


def test_late_fee_runs_by_the_day_and_equals_the_rule(house, lease):
    run_days(house, FIRST_DUE_ON, march(5))
    assert fee(house, lease, 1) == (0, 0, 0, 0)
    run_days(house, march(6), march(16))
    assert fee(house, lease, 1) == (110, 0, 0, 110)  # 11 days on 500.00 at 0.02 %
    assert_book_holds(house, lease)


def test_payment_of_an_earlier_day_lowers_the_fee_from_that_day(house, lease):
    run_days(house, FIRST_DUE_ON, march(16))
    taken = pay(house, lease, 30_000, "FK-1", march(16), value_on=march(8))
    assert [(c.before_fen, c.after_fen) for c in taken.fee_changes] == [(110, 62)]
    assert fee(house, lease, 1)[0] == 62
    assert_book_holds(house, lease)


def test_entry_on_a_closed_day_is_refused_by_the_book(house, lease):
    run_days(house, FIRST_DUE_ON, march(3))
    with pytest.raises(asyncpg.PostgresError, match="closed"):
        in_act(
            house,
            lambda ctx: ctx.conn.execute(
                "INSERT INTO money_entries (key, act_id, kind, lease_id, renter_id, booked_on, memo, rule)"
                " VALUES ('late', 1, 'payment', 1, 1, '2026-03-02', '', '')"
            ),
        )


def test_missed_days_run_later_leave_the_book_of_days_run_on_time(house, lease):
    late = add_scheduled(house, no=2)
    run_days(house, FIRST_DUE_ON, date(2026, 4, 8), lease_to=late.id, close=False)
    run_days(house, FIRST_DUE_ON, march(28), lease_from=late.id, close=False)
    run_days(house, march(29), date(2026, 4, 8), lease_from=late.id)  # all of them on 8 April

    def book(of):
        rows = house.sql(
            "SELECT e.kind, e.booked_on, e.value_on, e.memo, t.debit_account, t.credit_account, t.amount_fen"
            " FROM money_entries e JOIN money_transfers t ON t.entry_id = e.id WHERE e.lease_id = $1 ORDER BY e.id",
            of.id,
        )
        return [tuple(row) for row in rows]

    assert book(late) == book(lease)
    assert len(book(lease)) > 30


@pytest.mark.parametrize(
    "clause",
    [
        {"late_fee_daily_rate": "0.0005"},  # the gate binds
        {"late_fee_daily_rate": "0.0002", "late_fee_cap_share": "0.003"},
        {"late_fee_daily_rate": None, "late_fee_daily_fen": 7},
        {"late_fee_daily_rate": None},
    ],
    ids=["gate", "cap", "daily", "none"],
)
def test_fast_path_and_history_agree_on_every_day(house, clause):
    fast, exact = (add_scheduled(house, no=no, contract=contract_of(**clause)) for no in (11, 12))
    on = FIRST_DUE_ON
    while on <= date(2026, 4, 12):
        run_day(house, on, lease_from=fast.id, lease_to=fast.id + 1, close=False)
        run_day(house, on, lease_from=exact.id, lease_to=exact.id + 1, close=False, fast=False)
        do(house, exact, refresh_late_fees, on, on=on)
        if on.day in (5, 6, 7, 20, 11):
            assert [fee(house, fast, no) for no in (1, 2)] == [fee(house, exact, no) for no in (1, 2)], on
        on += timedelta(days=1)
    assert fee(house, fast, 1)[0] == {"0.0005": 624, "0.0002": 150}.get(
        clause["late_fee_daily_rate"] or "", 38 * clause.get("late_fee_daily_fen", 0)
    )
    assert_book_holds(house, fast)


def test_pause_that_begins_rests_the_fee_from_its_day_and_ends_by_itself(house, lease):
    run_days(house, FIRST_DUE_ON, march(10))
    before = fee(house, lease, 1)[0]

    async def pause(ctx):
        case_id = await ctx.conn.fetchval(
            "INSERT INTO cases (ref, type, title, renter_id, renter_name_masked, opened_at, last_at)"
            " VALUES ('SW-PAUSE', 'billing_dispute', '', $1, '', $2, $2) RETURNING id",
            lease.renter_id, ctx.now,
        )  # fmt: skip
        case = await case_by_id(ctx.conn, case_id)
        case = replace(case, lease_id=lease.id)
        charge = (await lock_charges(ctx.conn, lease.id))[0]
        await start_pause(ctx, case, amount_fen=50_000, charge_id=charge.id)
        await end_pause(ctx, case, march(14))

    in_act(house, pause, at=at(march(10)))
    run_days(house, march(11), march(15))
    assert fee(house, lease, 1)[0] == before  # the 10th to the 14th rest
    run_days(house, march(16), march(17))
    assert fee(house, lease, 1)[0] == before + 20


def test_credit_settles_what_falls_due_on_its_day(house, lease):
    run_days(house, FIRST_DUE_ON, march(1))
    pay(house, lease, 80_000, "FK-1", march(1))
    assert credit(house, lease) == 30_000
    run_days(house, march(2), date(2026, 4, 1))
    second = bill(house, lease, "rent", 2)
    assert (second.paid_fen, second.outstanding_fen, credit(house, lease)) == (30_000, 20_000, 0)
    assert_book_holds(house, lease)


def test_book_day_after_midnight_is_never_a_closed_one(house, lease):
    run_days(house, FIRST_DUE_ON, march(5))
    assert in_act(house, lambda ctx: book_day(ctx.conn, ctx.now), at=at(march(4), 23)) == march(5)
    assert in_act(house, lambda ctx: book_day(ctx.conn, ctx.now), at=at(march(7))) == march(7)


def test_lateness_undone_takes_the_fee_away_and_frees_what_was_paid_of_it(house, lease):
    run_days(house, FIRST_DUE_ON, march(10))
    pay(house, lease, 50_000 + fee(house, lease, 1)[3], "FK-1", march(10))
    charge = bill(house, lease, "rent", 1)
    do(house, lease, undo_lateness, charge, "LATE-5", "扣款系统故障", march(10), at(march(10)), on=march(10))
    assert fee(house, lease, 1) == (0, 0, 0, 0)
    assert credit(house, lease) == 50
    run_days(house, march(11), march(12))
    assert fee(house, lease, 1) == (0, 0, 0, 0)
    assert_book_holds(house, lease)


def test_amended_rents_take_the_place_of_those_before(house, lease):
    run_days(house, FIRST_DUE_ON, FIRST_DUE_ON)
    pay(house, lease, 50_000, "FK-1", FIRST_DUE_ON)
    before = contract_of()
    after = replace(before, version=2, rents_fen=(40_000, 40_000, 45_000), due_on=before.due_on[:3])
    do(house, lease, reschedule_rents, before, after, FIRST_DUE_ON, on=FIRST_DUE_ON)
    assert [(c.no, c.amount_fen, c.booked_on) for c in charges_of(house, lease)] == [
        (1, 40_000, FIRST_DUE_ON), (2, 40_000, None), (3, 45_000, None),
    ]  # fmt: skip
    assert credit(house, lease) == 10_000  # what was paid beyond
    assert_book_holds(house, lease)


def test_rents_closed_into_a_buyout_and_the_closing_undone_stand_as_before(house, lease):
    run_days(house, FIRST_DUE_ON, march(2))
    rents = charges_of(house, lease)
    do(house, lease, close_into, rents, "MD-1", "并入买断款", "BUY-5", march(2), on=march(2))
    assert sum(c.outstanding_fen for c in charges_of(house, lease)) == 0
    for rent in rents:
        do(house, lease, undo, f"closed:{rent.id}:MD-1", "买断未付", "BUY-5", march(2), on=march(2))
    assert [c.outstanding_fen for c in charges_of(house, lease)] == [50_000] * 12
    assert_book_holds(house, lease)


def test_refund_never_more_than_the_credit(house, lease):
    run_days(house, FIRST_DUE_ON, march(1))
    pay(house, lease, 50_500, "FK-1", march(1))
    with pytest.raises(Refusal) as refused:
        do(house, lease, book_refund, 501, "TK-1", march(1), on=march(1))
    assert refused.value.code == "more_than_credit"
    assert do(house, lease, book_refund, 500, "TK-1", march(1), on=march(1)) is True
    assert do(house, lease, book_refund, 500, "TK-1", march(1), on=march(1)) is False
    with pytest.raises(Refusal) as refused:  # the surplus has left: the payment stays
        do(house, lease, undo, "payment:FK-1", "有误", "REVERSAL", march(1), on=march(1))
    assert refused.value.code == "credit_spent"


def test_payment_while_the_day_is_run_neither_waits_for_ever_nor_loses_a_day(house, lease):
    other = add_scheduled(house, no=2)
    run_days(house, FIRST_DUE_ON, march(9))

    async def in_own_act(work):
        async with house.door.writes.acquire() as conn, conn.transaction():
            await conn.execute("SELECT set_config('shouwen.act', '1', true)")
            return await work(conn)

    def day(on):
        async def work(conn):
            await day_charges(conn, 1, on, 0, 1 << 40)
            await day_fees_fast(conn, 1, on, 0, 1 << 40)
            await asyncio.sleep(0.02)
            await day_fees_exact(conn, 1, on, 0, 1 << 40)

        return in_own_act(work)

    def payment(of, on):
        async def work(conn):
            return await take_payment(conn, 1, of, 5_000, f"FK-{of.id}-{on}", on, on)

        return in_own_act(work)

    async def together():
        for on in (march(10), march(11), march(12)):
            await asyncio.gather(day(on), payment(lease, on), payment(other, on))

    house.run(together())
    run_days(house, march(13), march(14))
    assert fee(house, lease, 1) == fee(house, other, 1)
    # 5 days on 500.00, then on 450.00, on 400.00, and two on 350.00: 9 × 0.02 % of what each bore
    assert fee(house, lease, 1)[0] == (5 * 50_000 + 45_000 + 40_000 + 2 * 35_000) * 2 // 10_000
    assert_book_holds(house, lease)
