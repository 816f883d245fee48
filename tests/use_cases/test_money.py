"""The money book: every charge adds up, every key books once, holds meet decided claims."""

import asyncio
import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lease_ground import RENT_FEN, TODAY, add_lease, add_renter, in_act

from shouwen.features.money.public import (
    Booking,
    NewPayment,
    balances,
    book,
    book_damage,
    lock_charges,
    lock_hold,
    read_statement,
    receive_payment,
    receive_payments,
    revise_settlement,
    settle_deposit,
    waive_charge,
    write_off_charge,
)
from shouwen.features.money.types import Account, ChargeKind, Entry, EntryKind, Transfer
from shouwen.kernel.errors import BadInput, Refusal


@pytest.fixture
def lease(house):
    return add_lease(house, add_renter(house))


def do(house, lease, verb, *args, **more):
    return in_act(house, lambda ctx: verb(ctx.conn, ctx.act_id, lease, *args, **more))


def charges_of(house, lease):
    return in_act(house, lambda ctx: lock_charges(ctx.conn, lease.id))


def balances_of(house, lease):
    return in_act(house, lambda ctx: balances(ctx.conn, lease.id))


def entry_count(house):
    return tuple(house.sql(f"SELECT count(*) FROM {t}")[0][0] for t in ("money_entries", "money_transfers", "charges"))


def assert_adds_up(house, lease):
    for c in charges_of(house, lease):
        assert c.amount_fen == c.paid_fen + c.waived_fen + c.written_off_fen + c.outstanding_fen
        assert (c.settled_on is not None) == (c.outstanding_fen == 0)
    found = balances_of(house, lease)
    assert sum(found.values()) == 0
    rents = [c for c in charges_of(house, lease) if c.kind is ChargeKind.RENT]
    assert found[Account.RENT_RECEIVABLE] == sum(c.outstanding_fen for c in rents)


def test_charge_rents_six_paid_book_and_charges_agree(house, lease):
    assert_adds_up(house, lease)
    assert balances_of(house, lease)[Account.CASH] == 6 * RENT_FEN
    assert [c.settled_on is not None for c in charges_of(house, lease)] == [True] * 6 + [False] * 6


def test_book_same_key_twice_changes_nothing(house, lease):
    charge = charges_of(house, lease)[6]
    entry = Entry(
        "once", EntryKind.WAIVER,
        (Transfer(Account.WAIVERS, Account.RENT_RECEIVABLE, 100, charge.id),), "减免", "LATE-5",
    )  # fmt: skip
    booking = Booking(lease.id, lease.renter_id, TODAY, entry)
    assert in_act(house, lambda ctx: book(ctx.conn, ctx.act_id, [booking])) == {"once"}
    before = (entry_count(house), charges_of(house, lease))
    assert in_act(house, lambda ctx: book(ctx.conn, ctx.act_id, [booking])) == set()
    assert (entry_count(house), charges_of(house, lease)) == before


def test_receive_payment_unnamed_settles_oldest_due_rent_and_keeps_credit(house, lease):
    received = do(house, lease, receive_payment, RENT_FEN + 700, "P-1", TODAY)
    assert [(p.kind, p.amount_fen) for p in received.allocation.parts] == [(ChargeKind.RENT, RENT_FEN)]
    assert received.allocation.surplus_fen == 700
    assert balances_of(house, lease)[Account.RENTER_CREDIT] == -700
    assert_adds_up(house, lease)


def test_receive_payment_same_reference_twice_pays_once_and_answers_the_same(house, lease):
    first = do(house, lease, receive_payment, 12_345, "P-1", TODAY)
    counted = entry_count(house)
    again = do(house, lease, receive_payment, 12_345, "P-1", TODAY)
    assert (again.allocation, again.booked) == (first.allocation, False)
    assert entry_count(house) == counted


def test_receive_payment_same_reference_other_amount_refused(house, lease):
    do(house, lease, receive_payment, 12_345, "P-1", TODAY)
    with pytest.raises(Refusal) as refused:
        do(house, lease, receive_payment, 12_346, "P-1", TODAY)
    assert refused.value.code == "payment_differs"


@pytest.mark.parametrize(("amount_fen", "named"), [(0, ()), (-5, ()), (100, (987_654,))])
def test_receive_payment_of_nothing_or_for_foreign_charge_refused(house, lease, amount_fen, named):
    counted = entry_count(house)
    with pytest.raises(BadInput):
        do(house, lease, receive_payment, amount_fen, "P-1", TODAY, named=named)
    assert entry_count(house) == counted


@pytest.mark.parametrize("amount_fen", [0, RENT_FEN + 1])
@pytest.mark.parametrize(("verb", "more"), [(waive_charge, ("LATE-4",)), (write_off_charge, ())])
def test_reduce_charge_by_nothing_or_more_than_outstanding_refused(house, lease, verb, more, amount_fen):
    charge = charges_of(house, lease)[6]
    with pytest.raises(Refusal) as refused:
        do(house, lease, verb, charge, amount_fen, "K-1", TODAY, *more)
    assert refused.value.code == "more_than_outstanding"


fresh = itertools.count(1)
steps = st.lists(
    st.tuples(st.sampled_from(["pay", "waive", "write_off", "again"]), st.integers(1, 2 * RENT_FEN)), max_size=6
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps)
def test_any_order_of_bookings_charges_add_up_and_book_balances(house, lease, steps):
    last = (1, "none")
    for what, amount_fen in steps:
        key = f"K-{next(fresh)}"  # the examples share one database
        charge = next((c for c in charges_of(house, lease) if c.outstanding_fen), None)
        if what == "pay":
            last = (amount_fen, key)
            do(house, lease, receive_payment, amount_fen, key, TODAY)
        elif what == "again" and last[1] != "none":
            counted = entry_count(house)
            do(house, lease, receive_payment, last[0], last[1], TODAY)
            assert entry_count(house) == counted
        elif charge is not None and what == "waive":
            do(house, lease, waive_charge, charge, min(amount_fen, charge.outstanding_fen), key, TODAY, "LATE-5")
        elif charge is not None and what == "write_off":
            do(house, lease, write_off_charge, charge, min(amount_fen, charge.outstanding_fen), key, TODAY)
    assert_adds_up(house, lease)


@pytest.mark.parametrize(
    ("decided_fen", "captured_fen", "released_fen", "owed_fen"),
    [(0, 0, 300_000, 0), (12_000, 12_000, 288_000, 0), (300_000, 300_000, 0, 0), (350_000, 300_000, 0, 50_000)],
)
def test_settle_deposit_decided_amount_captured_rest_released(
    house, lease, decided_fen, captured_fen, released_fen, owed_fen
):
    settled = do(house, lease, settle_deposit, decided_fen, "DS-1", TODAY, "9.1")
    assert (settled.captured_fen, settled.released_fen, settled.owed_fen) == (captured_fen, released_fen, owed_fen)
    hold = in_act(house, lambda ctx: lock_hold(ctx.conn, lease.id))
    assert (hold.captured_fen, hold.released_fen, hold.open_fen) == (captured_fen, released_fen, 0)
    damage = [c for c in charges_of(house, lease) if c.kind is ChargeKind.DAMAGE]
    assert [(c.amount_fen, c.outstanding_fen, c.clause) for c in damage] == (
        [(decided_fen, owed_fen, "9.1")] if decided_fen else []
    )
    found = balances_of(house, lease)
    assert found[Account.HOLD_LIABILITY] == found[Account.HOLD_CONTROL] == 0  # a hold is never revenue
    assert_adds_up(house, lease)


def test_settle_deposit_twice_changes_nothing_and_answers_the_same(house, lease):
    first = do(house, lease, settle_deposit, 12_000, "DS-1", TODAY)
    counted = entry_count(house)
    assert do(house, lease, settle_deposit, 12_000, "DS-1", TODAY) == first
    assert entry_count(house) == counted


@pytest.mark.parametrize(("first_fen", "second_fen"), [(0, 5_000), (5_000, 0), (5_000, 6_000)])
def test_settle_deposit_again_with_another_amount_refused_and_unchanged(house, lease, first_fen, second_fen):
    do(house, lease, settle_deposit, first_fen, "DS-1", TODAY)
    counted = entry_count(house)
    with pytest.raises(Refusal) as refused:
        do(house, lease, settle_deposit, second_fen, "DS-1", TODAY)
    assert refused.value.code == "settled_otherwise"
    assert entry_count(house) == counted


def test_settle_deposit_without_hold_whole_charge_is_owed(house):
    lease = add_lease(house, add_renter(house), deposit_fen=0)
    settled = do(house, lease, settle_deposit, 12_000, "DS-1", TODAY)
    assert (settled.captured_fen, settled.released_fen, settled.owed_fen) == (0, 0, 12_000)


def test_revise_settlement_lowered_on_appeal_refunds_what_was_captured(house, lease):
    do(house, lease, settle_deposit, 12_000, "DS-1", TODAY)
    revised = do(house, lease, revise_settlement, 5_000, "DS-1", TODAY)
    assert (revised.refunded_fen, revised.owed_fen) == (7_000, 0)
    assert balances_of(house, lease)[Account.RENTER_CREDIT] == -7_000  # theirs until it has gone back
    [damage] = [c for c in charges_of(house, lease) if c.kind is ChargeKind.DAMAGE]
    assert (damage.paid_fen, damage.waived_fen, damage.outstanding_fen) == (5_000, 7_000, 0)
    assert balances_of(house, lease)[Account.DAMAGE_INCOME] == -5_000
    assert house.sql("SELECT count(*) FROM money_entries WHERE reverses_entry_id IS NOT NULL")[0][0] == 1
    assert do(house, lease, revise_settlement, 5_000, "DS-1", TODAY) == revised
    assert_adds_up(house, lease)


def test_revise_settlement_lowered_while_partly_owed_takes_off_the_debt_first(house, lease):
    do(house, lease, settle_deposit, 350_000, "DS-1", TODAY)
    revised = do(house, lease, revise_settlement, 280_000, "DS-1", TODAY)
    assert (revised.refunded_fen, revised.owed_fen) == (20_000, 0)
    assert_adds_up(house, lease)


def test_revise_settlement_raised_charges_the_difference(house, lease):
    do(house, lease, settle_deposit, 0, "DS-1", TODAY)
    assert do(house, lease, revise_settlement, 4_000, "DS-1", TODAY).owed_fen == 4_000
    assert [c.amount_fen for c in charges_of(house, lease) if c.kind is ChargeKind.DAMAGE] == [4_000]


def test_book_damage_two_claims_of_one_lease_stand_apart(house, lease):
    first = do(house, lease, book_damage, 1_000, "DS-1", TODAY, "9.1")
    assert do(house, lease, book_damage, 1_000, "DS-1", TODAY, "9.1") == first
    assert do(house, lease, book_damage, 2_000, "DS-2", TODAY, "9.1") != first


def test_read_statement_every_line_with_clause_working_and_entries(house, lease):
    do(house, lease, receive_payment, 20_000, "P-1", TODAY)
    statement = in_act(house, lambda ctx: read_statement(ctx.conn, lease.id, TODAY))
    seventh = statement.lines[6]
    assert (seventh.state, seventh.days_overdue, seventh.outstanding_fen) == ("overdue", 8, 30_000)
    assert seventh.clause
    assert seventh.working == ("应付 500.00", "2026-11-23 已付 − 200.00", "未付 300.00")
    assert [e.amount_fen for e in seventh.entries] == [20_000]
    assert statement.overdue_fen == statement.due_fen == 30_000
    assert statement.outstanding_fen == 30_000 + 5 * RENT_FEN
    assert statement.deposit.open_fen == 300_000


def test_receive_payments_history_twice_books_once(house, lease):
    history = [
        NewPayment(
            lease_id=lease.id,
            renter_id=lease.renter_id,
            charge_id=c.id,
            kind=c.kind,
            amount_fen=c.amount_fen,
            on=c.due_on,
            ref=f"H-{c.id}",
        )
        for c in charges_of(house, lease)[6:]
    ]
    assert in_act(house, lambda ctx: receive_payments(ctx.conn, ctx.act_id, history)) == 6
    assert in_act(house, lambda ctx: receive_payments(ctx.conn, ctx.act_id, history)) == 0
    assert all(c.settled_on == c.due_on for c in charges_of(house, lease))
    assert_adds_up(house, lease)


@pytest.mark.parametrize("refs", [("P-1", "P-1"), ("P-1", "P-2")])
def test_receive_payment_two_at_once_never_settle_more_than_is_owed(house, lease, refs):
    async def pay(ref):
        async with house.door.writes.acquire() as conn, conn.transaction():
            await conn.execute("SELECT set_config('shouwen.act', '1', true)")
            return await receive_payment(conn, 1, lease, RENT_FEN, ref, TODAY)

    async def both():
        return await asyncio.gather(*(pay(ref) for ref in refs))

    received = house.run(both())
    assert sorted(r.booked for r in received) == ([False, True] if len(set(refs)) == 1 else [True, True])
    credit_fen = 0 if len(set(refs)) == 1 else RENT_FEN  # the second payment finds nothing due
    assert balances_of(house, lease).get(Account.RENTER_CREDIT, 0) == -credit_fen
    assert charges_of(house, lease)[6].paid_fen == RENT_FEN
    assert_adds_up(house, lease)
