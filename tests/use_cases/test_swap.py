"""A swap brings a working phone and takes the old one back; the days between cost no rent (ABATE-1)."""

import asyncio
from datetime import date, timedelta

import pytest
from lease_ground import AGENT, INSPECTOR, NOW, TODAY, add_lease, add_renter, in_act, run
from stock_ground import DONE, IMEIS, add_staff, lease_state, line, push, rented_lease, unit_states

from shouwen.features.leases.types import LeaseState
from shouwen.features.leases.use_cases.abating import AbateRent, abate_rent
from shouwen.features.leases.use_cases.moving import SendBack, send_back
from shouwen.features.leases.use_cases.reading import QuoteBuyout, quote_buyout
from shouwen.features.leases.use_cases.swap import (
    AskSwap,
    FinishSwap,
    ReadSwaps,
    ReceiveSwapped,
    ReturnSwapped,
    SendSwap,
    WithdrawSwap,
    ask_swap,
    finish_swap,
    read_swaps,
    receive_swapped,
    return_swapped,
    send_swap,
    withdraw_swap,
)
from shouwen.features.money.public import balances, book_day, undo
from shouwen.features.stock.public import late_swaps
from shouwen.features.stock.types import SwapState
from shouwen.kernel.actor import Actor, Role
from shouwen.kernel.errors import Absent, BadInput, Refusal
from shouwen.platform.approvals import DecideApproval, decide_approval

SPECIALIST = Actor(Role.SPECIALIST, 3, "林专员")
SUPERVISOR = Actor(Role.SUPERVISOR, 4, "赵主管")
OUT = "SF199000020001"


def asked(house, lease, since=TODAY):
    return run(house, ask_swap, AGENT, AskSwap(lease.ref, "屏幕不显示", since)).swap_ref


def sent(house, lease, **more):
    ref = asked(house, lease, **more)
    run(house, send_swap, AGENT, SendSwap(ref, IMEIS[1], "sf", OUT))
    return ref


def code_of(house, act, actor, command, **more):
    with pytest.raises(Refusal) as refused:
        run(house, act, actor, command, **more)
    return refused.value.code


def bills(house, lease, no):
    row = house.sql(
        "SELECT amount_fen, paid_fen, waived_fen, outstanding_fen, settled_on FROM charges"
        " WHERE lease_id = $1 AND kind = 'rent' AND no = $2", lease.id, no,
    )[0]  # fmt: skip
    return dict(row)


def credit(house, lease):
    rows = house.sql("SELECT credit_fen FROM lease_credits WHERE lease_id = $1", lease.id)
    return rows[0]["credit_fen"] if rows else 0


def test_swap_from_report_to_the_old_phones_return(house):
    renter, lease = rented_lease(house)
    ref = sent(house, lease)
    assert unit_states(house) == {IMEIS[0]: "rented", IMEIS[1]: "reserved", IMEIS[2]: "in_stock"}
    later = NOW + timedelta(days=3)
    moved = run(house, finish_swap, renter, FinishSwap(ref), at=later)
    assert (moved.state, moved.back_by) == (SwapState.RECEIVED, TODAY + timedelta(days=10))
    assert unit_states(house) == {IMEIS[0]: "returning", IMEIS[1]: "rented", IMEIS[2]: "in_stock"}
    assert house.sql("SELECT imei FROM leases WHERE id = $1", lease.id)[0]["imei"] == IMEIS[1]
    days = house.sql("SELECT why, from_on, until_on FROM device_assignments WHERE lease_id = $1 ORDER BY id", lease.id)
    assert [tuple(row) for row in days] == [
        ("first", TODAY, TODAY + timedelta(days=3)), ("swap", TODAY + timedelta(days=3), None),
    ]  # fmt: skip
    assert code_of(house, return_swapped, renter, ReturnSwapped(ref, "sf", "SF199000020002")) == "return_not_prepared"
    run(house, return_swapped, renter, ReturnSwapped(ref, "sf", "SF199000020002", DONE))
    run(house, receive_swapped, INSPECTOR, ReceiveSwapped(ref), at=later)
    assert (unit_states(house)[IMEIS[0]], lease_state(house, lease)) == ("inspecting", "renting")
    lines = run(house, read_swaps, renter, ReadSwaps(lease.ref)).swaps
    assert [(one.state, one.state_zh) for one in lines] == [(SwapState.DONE, "换机完成")]


def test_swap_twice_at_once_asks_once(house):
    _, lease = rented_lease(house)

    async def both():
        acts = (house.door.run(ask_swap, AGENT, AskSwap(lease.ref, "屏幕不显示", TODAY), at=NOW) for _ in range(2))
        return await asyncio.gather(*acts, return_exceptions=True)

    assert sorted(type(one).__name__ for one in house.run(both())) == ["Refusal", "SwapMoved"]
    assert code_of(house, ask_swap, AGENT, AskSwap(lease.ref, "屏幕不显示", TODAY)) == "swap_open"


def test_swap_out_of_turn_is_refused(house):
    renter, lease = rented_lease(house)
    ref = asked(house, lease)
    assert code_of(house, finish_swap, renter, FinishSwap(ref)) == "swap_moved"
    assert code_of(house, receive_swapped, AGENT, ReceiveSwapped(ref)) == "swap_moved"
    run(house, send_swap, AGENT, SendSwap(ref, IMEIS[1], "sf", OUT))
    assert code_of(house, send_swap, AGENT, SendSwap(ref, IMEIS[2], "sf", "SF199000020003")) == "swap_moved"
    assert code_of(house, finish_swap, AGENT, FinishSwap(ref)) == "parcel_arrived"
    assert code_of(house, withdraw_swap, AGENT, WithdrawSwap(ref, "修好了")) == "parcel_failed"
    assert code_of(house, send_back, renter, SendBack(lease.ref, "sf", "SF199000020009", DONE)) == "no_open_swap"
    push(house, line("signed", -2), waybill=OUT)
    assert run(house, finish_swap, AGENT, FinishSwap(ref)).state is SwapState.RECEIVED


def test_swap_withdrawn_after_its_parcel_failed_keeps_the_old_phone(house):
    _, lease = rented_lease(house)
    ref = sent(house, lease)
    push(house, line("lost", -1), waybill=OUT)
    run(house, withdraw_swap, AGENT, WithdrawSwap(ref, "包裹丢失，改为维修"))
    assert unit_states(house) == {IMEIS[0]: "rented", IMEIS[1]: "lost", IMEIS[2]: "in_stock"}
    assert asked(house, lease)


@pytest.mark.parametrize("since", [TODAY + timedelta(days=1), date(2026, 1, 1)])
def test_swap_since_an_impossible_day_is_refused(house, since):
    _, lease = rented_lease(house)
    with pytest.raises(BadInput):
        asked(house, lease, since=since)


def test_swap_of_strangers_other_states_and_other_cases_is_refused(house):
    renter, lease = rented_lease(house)
    stranger = add_renter(house, 8)
    with pytest.raises(Absent):
        run(house, ask_swap, renter, AskSwap(lease.ref, "屏幕不显示", TODAY))
    with pytest.raises(Absent):
        run(house, ask_swap, AGENT, AskSwap(lease.ref, "屏幕不显示", TODAY, "SW-aaaaaaaaaa"))
    ref = sent(house, lease)
    for act, command in ((finish_swap, FinishSwap(ref)), (return_swapped, ReturnSwapped(ref, "sf", "SF199000020002"))):
        with pytest.raises(Absent):
            run(house, act, stranger, command)
    with pytest.raises(Absent):
        run(house, receive_swapped, INSPECTOR, ReceiveSwapped(ref))  # not on its way back yet
    closed = add_lease(house, add_renter(house, 9), no=9, state=LeaseState.CLOSED)
    assert code_of(house, ask_swap, AGENT, AskSwap(closed.ref, "屏幕不显示", TODAY)) == "not_renting"


def test_old_phone_that_does_not_come_back_is_reported_and_never_charged(house):
    renter, lease = rented_lease(house)
    ref = sent(house, lease)
    run(house, finish_swap, renter, FinishSwap(ref))
    before = house.sql("SELECT count(*) FROM charges")[0][0]

    async def late(on):
        async with house.door.reads.acquire() as conn:
            return [one.ref for one in await late_swaps(conn, on, 0, lease.id + 1)]

    assert house.run(late(TODAY + timedelta(days=7))) == []
    assert house.run(late(TODAY + timedelta(days=8))) == [ref]
    assert house.sql("SELECT count(*) FROM charges")[0][0] == before


EIGHT = (date(2026, 11, 15), date(2026, 11, 22))


# ---- rent off (ABATE-1): the sample rents 500.00 a month, due on the 15th and paid in advance


def old_lease(house, paid=6):
    renter = add_renter(house)
    lease = add_lease(house, renter, paid=paid, handed_over_on=date(2026, 5, 15))
    return renter, lease


def test_abate_open_rent_waives_it_and_the_bill_adds_up(house):
    _, lease = old_lease(house, paid=6)
    # instalment 7 pays 15 Nov to 14 Dec, 30 days, and is open: 8 days of 500.00
    done = run(house, abate_rent, SPECIALIST, AbateRent(lease.ref, "等换机", None, *EIGHT))
    assert (done.amount_fen, done.waived_fen, done.credited_fen) == (13_333, 13_333, 0)
    bill = bills(house, lease, 7)
    assert bill["amount_fen"] == bill["paid_fen"] + bill["waived_fen"] + bill["outstanding_fen"]
    assert (bill["waived_fen"], bill["outstanding_fen"]) == (13_333, 36_667)
    assert done.working
    assert sum(in_act(house, lambda ctx: balances(ctx.conn, lease.id)).values()) == 0


def test_abate_paid_rent_gives_credit_and_the_ladder_stands_where_it_stood(house):
    _, lease = old_lease(house, paid=7)
    before = run(house, quote_buyout, AGENT, QuoteBuyout(lease.ref)).amount_fen
    settled_on = bills(house, lease, 7)["settled_on"]
    done = run(house, abate_rent, SPECIALIST, AbateRent(lease.ref, "等换机", None, *EIGHT))
    assert (done.waived_fen, done.credited_fen, credit(house, lease)) == (0, 13_333, 13_333)
    bill = bills(house, lease, 7)
    assert (bill["paid_fen"], bill["outstanding_fen"], bill["settled_on"]) == (50_000, 0, settled_on)
    assert run(house, quote_buyout, AGENT, QuoteBuyout(lease.ref)).amount_fen == before


def test_abate_over_two_instalments_takes_each_its_days_and_rounds_once(house):
    _, lease = old_lease(house, paid=6)
    done = run(
        house, abate_rent, SPECIALIST, AbateRent(lease.ref, "等换机", None, date(2026, 11, 10), date(2026, 11, 19))
    )
    # 5 of 31 days of the paid 6th, 5 of 30 of the open 7th: 8,064.51… + 8,333.33… = 16,397.84…
    assert (done.amount_fen, done.credited_fen, done.waived_fen) == (16_397, 8_064, 8_333)


def test_abate_the_same_day_twice_is_refused(house):
    _, lease = old_lease(house)
    days = AbateRent(lease.ref, "等换机", None, date(2026, 11, 15), date(2026, 11, 16))
    run(house, abate_rent, SPECIALIST, days)
    assert code_of(house, abate_rent, SPECIALIST, days) == "abated_already"
    overlap = AbateRent(lease.ref, "等换机", None, date(2026, 11, 16), date(2026, 11, 18))
    assert code_of(house, abate_rent, SPECIALIST, overlap) == "abated_already"
    assert len(house.sql("SELECT 1 FROM abatements")) == 1


@pytest.mark.parametrize("paid", [6, 7])
def test_abatement_undone_restores_the_bill_and_may_be_made_anew(house, paid):
    _, lease = old_lease(house, paid=paid)
    before, credit_before = bills(house, lease, 7), credit(house, lease)
    first = run(house, abate_rent, SPECIALIST, AbateRent(lease.ref, "等换机", None, *EIGHT))
    key = house.sql("SELECT key FROM money_entries WHERE rule = 'ABATE-1'")[0]["key"]

    async def take_back(ctx):
        on = await book_day(ctx.conn, ctx.now)
        return await undo(ctx.conn, ctx.act_id, lease, key, "天数填错", "ABATE-1", on)

    assert in_act(house, take_back).booked
    assert (bills(house, lease, 7), credit(house, lease)) == (before, credit_before)
    again = run(house, abate_rent, SPECIALIST, AbateRent(lease.ref, "等换机", None, *EIGHT))
    assert (again.amount_fen, again.credited_fen) == (first.amount_fen, first.credited_fen)
    assert again.abatement_ref != first.abatement_ref


def test_abate_sent_twice_under_one_key_takes_off_once(house):
    _, lease = old_lease(house)
    days = AbateRent(lease.ref, "等换机", None, date(2026, 11, 15), date(2026, 11, 16))
    first = run(house, abate_rent, SPECIALIST, days, key="abate-once-01")
    assert run(house, abate_rent, SPECIALIST, days, key="abate-once-01") == first
    assert bills(house, lease, 7)["waived_fen"] == first.waived_fen


@pytest.mark.parametrize(
    ("from_on", "to_on"),
    [
        (date(2026, 11, 20), date(2026, 11, 19)),
        (date(2026, 5, 1), date(2026, 5, 16)),
        (TODAY, TODAY + timedelta(days=1)),
    ],
)
def test_abate_impossible_days_is_refused(house, from_on, to_on):
    _, lease = old_lease(house)
    with pytest.raises(BadInput):
        run(house, abate_rent, SPECIALIST, AbateRent(lease.ref, "等换机", None, from_on, to_on))
    with pytest.raises(BadInput):
        run(house, abate_rent, SPECIALIST, AbateRent(lease.ref, "等换机"))


def test_abate_above_an_agents_power_asks_whoever_may_and_then_happens(house):
    _, lease = old_lease(house)
    add_staff(house, AGENT, SPECIALIST, SUPERVISOR)
    days = AbateRent(lease.ref, "等换机", None, *EIGHT)
    assert code_of(house, abate_rent, AGENT, days) == "approval_requested"
    assert not house.sql("SELECT 1 FROM abatements")
    [request] = house.sql("SELECT ref, summary FROM approvals")
    assert f"{EIGHT[0]} 到 {EIGHT[1]} 减租 ¥133.33" in request["summary"]
    ref = request["ref"]
    run(house, decide_approval, SPECIALIST, DecideApproval(ref, True, "核对过报修记录"))
    assert house.sql("SELECT amount_fen FROM abatements")[0]["amount_fen"] == 13_333


def test_abatements_of_twelve_months_count_together_against_the_power(house):
    _, lease = old_lease(house)
    add_staff(house, AGENT, SPECIALIST, SUPERVISOR)
    run(house, abate_rent, AGENT, AbateRent(lease.ref, "等换机", None, date(2026, 11, 15), date(2026, 11, 15)))
    again = AbateRent(lease.ref, "等换机", None, date(2026, 11, 16), date(2026, 11, 16))
    assert code_of(house, abate_rent, AGENT, again) == "approval_requested"  # 16.66 and 16.67 are more than 30.00


def test_abate_the_days_of_a_swap(house):
    renter, lease = rented_lease(house)
    assert lease.handed_over_on is None
    ref = sent(house, lease)
    assert code_of(house, abate_rent, SPECIALIST, AbateRent(lease.ref, "换机", ref)) == "bad_input"
    later = NOW + timedelta(days=3)
    moved = run(house, finish_swap, renter, FinishSwap(ref), at=later)
    done = run(house, abate_rent, SPECIALIST, AbateRent(lease.ref, "换机", ref), at=later)
    assert (done.from_on, done.to_on) == (TODAY, TODAY + timedelta(days=2))
    assert done.amount_fen == moved.abatable_fen == 5_000  # 3 of 30 days of 500.00
    with pytest.raises(Absent):
        run(house, abate_rent, SPECIALIST, AbateRent(lease.ref, "换机", "HJ-nowhere000"), at=later)
    with pytest.raises(Absent):
        run(house, abate_rent, renter, AbateRent(lease.ref, "换机", ref), at=later)
