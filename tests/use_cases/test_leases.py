"""The lease file, who may see it, and the life of a lease."""

from datetime import date, timedelta

import msgspec
import pytest
from lease_ground import (
    AGENT,
    INSPECTOR,
    NOW,
    RENT_FEN,
    TODAY,
    add_lease,
    add_renter,
    in_act,
    run,
    sample_contract,
)

from shouwen.features.leases.public import (
    access_lease,
    access_lease_file,
    figures_for,
    insert_leases,
    lease_by_id,
    move_lease,
)
from shouwen.features.leases.rules.life import ACT_ZH, LIFE, STATE_ZH, WHO, state_after
from shouwen.features.leases.rules.standing import standing_of
from shouwen.features.leases.types import LeaseAct, LeaseState, NewLease
from shouwen.features.leases.use_cases import reading as leases
from shouwen.features.money.public import lock_charges, receive_payment, settle_deposit, take_payment, waive_charge
from shouwen.kernel.actor import Actor, Role
from shouwen.kernel.errors import Absent, BadInput, Refusal

REF = "ZL-20260510-0001"


@pytest.fixture
def renter(house):
    return add_renter(house)


@pytest.fixture
def lease(house, renter):
    return add_lease(house, renter)


def read(house, actor=AGENT, ref=REF, **more):
    return run(house, leases.read_lease, actor, leases.ReadLease(ref), **more)


def listed(house, actor=AGENT, **more):
    return run(house, leases.list_leases, actor, leases.ListLeases(**more))


def do(house, lease, verb, *args, **more):
    return in_act(house, lambda ctx: verb(ctx.conn, ctx.act_id, lease, *args, **more))


# Reading


def test_read_lease_file_says_where_it_stands_on_the_business_day(house, lease, renter):
    file = read(house)
    assert [i.state for i in file.instalments] == ["paid"] * 6 + ["overdue"] + ["open"] * 5
    assert file.instalments[6].days_overdue == 8
    assert (file.settled, file.partly_paid_fen) == (6, 0)
    assert (file.ladder[0].price_fen, file.ladder[6].price_fen) == (804_600, 504_600)
    assert file.contract.clauses
    assert (file.renter.leases, file.renter.overdue, file.renter.late, file.renter.disputes) == (1, 1, 1, 0)
    assert (file.hold.amount_fen, file.hold.open_fen) == (300_000, 300_000)


def test_read_lease_buyout_today_has_late_fee_as_its_own_line_with_working(house, lease):
    quote = read(house).buyout
    fee = 60  # 500.00 × 0.0003 × 4 days: 8 days late, 3 of grace, today not counted
    assert [(line.kind, line.amount_fen) for line in quote.lines] == [("buyout_price", 504_600), ("late_fee", fee)]
    assert quote.amount_fen == 504_600 + fee
    assert quote.clauses
    assert quote.valid_until == TODAY
    [accrued] = read(house).late_fees
    assert (accrued.no, accrued.amount_fen, accrued.days) == (7, fee, 4)
    assert accrued.working


def test_read_lease_contested_rent_runs_up_no_late_fee(house, lease, renter):
    async def pause(ctx):
        charge = (await lock_charges(ctx.conn, lease.id))[6]
        case_id = await ctx.conn.fetchval(
            "INSERT INTO cases (ref, type, title, renter_id, renter_name_masked, opened_at, last_at)"
            " VALUES ('SW-1', 'billing_dispute', 't', $1, 'x', $2, $2) RETURNING id", renter.id, NOW,
        )  # fmt: skip
        await ctx.conn.execute(
            "INSERT INTO collection_pauses (case_id, lease_id, charge_id, amount_fen, reason, started_at)"
            " VALUES ($1, $2, $3, $4, 'dispute', $5)",
            case_id, lease.id, charge.id, RENT_FEN, NOW - timedelta(days=30),
        )  # fmt: skip

    in_act(house, pause)
    assert read(house).late_fees == ()


def test_read_lease_partly_paid_and_waived_rent_count_for_the_price(house, lease):
    do(house, lease, receive_payment, 20_000, "P-1", TODAY)
    charge = in_act(house, lambda ctx: lock_charges(ctx.conn, lease.id))[6]
    do(house, lease, waive_charge, charge, 5_000, "W-1", TODAY, "LATE-5")
    file = read(house)
    assert (file.settled, file.partly_paid_fen) == (6, 25_000)
    assert file.buyout.lines[0].amount_fen == 504_600 - 25_000


def test_read_lease_before_beijing_midnight_still_the_day_before(house, lease):
    at = NOW.replace(day=14, hour=15, minute=59)  # 23:59 in Beijing
    assert read(house, at=at).instalments[6].state == "open"
    assert read(house, at=at + timedelta(days=1, minutes=1)).instalments[6].state == "overdue"


def test_read_lease_at_most_two_statements_whatever_its_size(house, lease):
    counted = []

    async def go():
        async with house.door.reads.acquire() as conn:
            await access_lease_file(conn, AGENT, REF, TODAY)  # the driver asks for types once a connection
            conn.add_query_logger(lambda record: counted.append(record.query))
            await access_lease_file(conn, AGENT, REF, TODAY)

    house.run(go())
    assert len(counted) == 2


def test_read_lease_unsigned_has_no_contract_and_says_why_no_price(house, renter):
    async def work(ctx):
        new = NewLease(
            ref=REF, renter_id=renter.id, state=LeaseState.APPLIED, model="P", imei="1", applied_on=TODAY,
            created_at=NOW,
        )  # fmt: skip
        await insert_leases(ctx.conn, [new])

    in_act(house, work)
    file = read(house)
    assert (file.contract, file.buyout, file.ladder) == (None, None, ())
    assert file.buyout_refused
    assert {a.act for a in file.next_acts} == {LeaseAct.APPROVE, LeaseAct.REFUSE, LeaseAct.CANCEL}
    with pytest.raises(Absent):
        run(house, leases.read_contract, AGENT, leases.ReadContract(REF))


def test_read_contract_whole_with_ladder_and_place_on_it(house, lease, renter):
    found = run(house, leases.read_contract, renter, leases.ReadContract(REF))
    assert found.contract == sample_contract()
    assert (found.settled, len(found.ladder)) == (6, 13)
    assert len(found.sha256) == 64


def test_read_bills_every_line_adds_up(house, lease, renter):
    bills = run(house, leases.read_bills, renter, leases.ReadBills(REF)).statement
    assert len(bills.lines) == 12
    assert all(
        line.amount_fen == line.paid_fen + line.waived_fen + line.written_off_fen + line.outstanding_fen
        for line in bills.lines
    )
    assert all(line.clause and line.working for line in bills.lines)


def test_quote_buyout_return_only_contract_refused_with_clause(house, renter):
    add_lease(house, renter, contract=sample_contract("return_only_6"), paid=2)
    with pytest.raises(Refusal) as refused:
        run(house, leases.quote_buyout, renter, leases.QuoteBuyout(REF))
    assert refused.value.code == "buyout_not_offered"
    assert refused.value.clause
    assert refused.value.remedy_zh


def test_quote_buyout_ended_lease_refused(house, renter):
    add_lease(house, renter, state=LeaseState.BOUGHT_OUT)
    with pytest.raises(Refusal) as refused:
        run(house, leases.quote_buyout, AGENT, leases.QuoteBuyout(REF))
    assert "已买断" in refused.value.zh


def test_take_payment_settles_overdue_instalment_after_booking_the_late_fee_run_up(house, lease):
    taken = do(house, lease, take_payment, RENT_FEN, "P-1", TODAY, TODAY)
    assert [(fee.no, fee.after_fen) for fee in taken.fee_changes] == [(7, 60)]
    later = read(house, at=NOW + timedelta(days=15))
    assert later.late_fees == ()  # settled rent runs up no more
    assert [(c.kind, c.no, c.outstanding_fen) for c in later.open_charges] == [("late_fee", 7, 60)]
    assert do(house, lease, take_payment, RENT_FEN, "P-1", TODAY, TODAY).booked is False
    assert len(read(house).open_charges) == 1


def test_take_payment_of_part_fee_goes_on_running_on_the_rest_beside_what_is_booked(house, lease):
    do(house, lease, take_payment, 20_000, "P-1", TODAY, TODAY)
    later = read(house, at=NOW + timedelta(days=1))
    assert [(c.kind, c.outstanding_fen) for c in later.open_charges] == [("late_fee", 60)]
    assert later.late_fees[0].amount_fen == (4 * 50_000 + 30_000) * 3 // 10_000 - 60


def test_read_lease_returned_phone_says_by_when_the_deposit_goes_back(house, renter):
    add_lease(house, renter, state=LeaseState.SETTLING, returned_on=TODAY)
    file = read(house)
    assert file.hold.release_due_on == TODAY + timedelta(days=3)
    assert file.hold.clause
    assert [(a.act, a.until_on) for a in file.next_acts] == [(LeaseAct.CLOSE, TODAY + timedelta(days=3))]


# Who may see


@pytest.mark.parametrize("read_it", [
    (leases.read_lease, leases.ReadLease), (leases.read_contract, leases.ReadContract),
    (leases.read_bills, leases.ReadBills), (leases.quote_buyout, leases.QuoteBuyout),
])  # fmt: skip
def test_read_by_stranger_renter_or_wrong_role_looks_absent(house, lease, read_it):
    use_case, command = read_it
    stranger = add_renter(house, 2, "王*")
    for actor in (stranger, Actor(Role.ADMIN, 9), Actor(Role.APPRAISER, 9), Actor(Role.ASSISTANT, 9)):
        with pytest.raises(Absent):
            run(house, use_case, actor, command(REF))
    with pytest.raises(Absent):
        run(house, use_case, AGENT, command("ZL-20260510-9999"))


BACK = "ZL-20260510-0002"


def phone_of(house, ref, actor=INSPECTOR):
    return run(house, leases.read_phone, actor, leases.ReadPhone(ref))


def test_read_phone_by_inspector_only_while_it_is_coming_back(house, renter):
    add_lease(house, renter, no=1, state=LeaseState.RENTING)
    add_lease(house, renter, no=2, state=LeaseState.INSPECTING, returned_on=TODAY)
    with pytest.raises(Absent):
        phone_of(house, REF)
    phone = phone_of(house, BACK)
    assert (phone.state, phone.returned_on, phone.on) == (LeaseState.INSPECTING, TODAY, TODAY)
    assert phone.inspect_by_on is not None
    assert {line.part for line in phone.damage_prices}
    assert phone_of(house, REF, AGENT).state is LeaseState.RENTING


def test_read_phone_holds_nothing_of_renter_rent_deposit_or_buyout(house, renter):
    add_lease(house, renter, no=2, state=LeaseState.INSPECTING, returned_on=TODAY)
    told = msgspec.to_builtins(phone_of(house, BACK))
    prices = told.pop("damage_prices")
    assert all(set(line) == {"part", "kind", "severity", "price_fen"} for line in prices)
    assert "_fen" not in str(told)
    assert "王*" not in str(told)
    assert "陈*" not in str(told)


@pytest.mark.parametrize("read_it", [
    (leases.read_lease, leases.ReadLease), (leases.read_contract, leases.ReadContract),
    (leases.read_bills, leases.ReadBills), (leases.quote_buyout, leases.QuoteBuyout),
])  # fmt: skip
def test_read_of_money_by_inspector_looks_absent(house, renter, read_it):
    use_case, command = read_it
    add_lease(house, renter, no=2, state=LeaseState.INSPECTING, returned_on=TODAY)
    with pytest.raises(Absent):
        run(house, use_case, INSPECTOR, command(BACK))


def test_read_phone_by_renter_or_wrong_role_looks_absent(house, renter):
    add_lease(house, renter, no=2, state=LeaseState.INSPECTING, returned_on=TODAY)
    for actor in (renter, Actor(Role.ADMIN, 9), Actor(Role.APPRAISER, 9)):
        with pytest.raises(Absent):
            phone_of(house, BACK, actor)
    with pytest.raises(Absent):
        phone_of(house, "ZL-20260510-9999")


def test_list_leases_renter_sees_own_staff_all_inspector_returning(house, renter):
    other = add_renter(house, 2, "王*")
    add_lease(house, renter, no=1)
    add_lease(house, other, no=2, state=LeaseState.RETURNING)
    assert [row.ref[-1] for row in listed(house).rows] == ["2", "1"]
    assert [row.ref[-1] for row in listed(house, renter).rows] == ["1"]
    assert [row.ref[-1] for row in listed(house, INSPECTOR).rows] == ["2"]
    assert listed(house, INSPECTOR, state=LeaseState.RENTING).rows == ()
    [seen] = listed(house, INSPECTOR).rows
    assert (seen.settled, seen.overdue, seen.next_due_on, seen.next_due_fen) == (0, 0, None, None)
    assert [row.ref[-1] for row in listed(house, state=LeaseState.RENTING).rows] == ["1"]
    row = listed(house, renter).rows[0]
    assert (row.periods, row.settled, row.overdue, row.next_due_fen) == (12, 6, 1, RENT_FEN)
    assert row.next_due_on == date(2026, 11, 15)


@pytest.mark.parametrize("q", ["ZL-20260510-0417", "zl-20260510-04", "0417", "990000000000417"])
def test_list_leases_found_by_reference_or_last_digits(house, renter, q):
    add_lease(house, renter, no=516)
    add_lease(house, renter, no=417)
    assert [row.ref for row in listed(house, q=q).rows] == ["ZL-20260510-0417"]


def test_list_leases_too_few_digits_asks_for_four(house):
    with pytest.raises(BadInput) as refused:
        listed(house, q="417")
    assert refused.value.field == "q"


def test_list_leases_pages_by_key_without_gap_or_double(house, renter):
    async def work(ctx):
        return await insert_leases(
            ctx.conn,
            [
                NewLease(
                    ref=f"ZL-20260101-{no:05d}", renter_id=renter.id, state=LeaseState.CLOSED, model="P",
                    imei=f"{no:015d}", applied_on=TODAY, created_at=NOW,
                )
                for no in range(12_345)
            ],
        )  # fmt: skip

    ids = in_act(house, work)
    assert ids == sorted(ids)
    assert len(ids) == 12_345
    first = listed(house)
    second = listed(house, after=first.next_after)
    refs = [row.ref for row in (*first.rows, *second.rows)]
    assert refs == [f"ZL-20260101-{no:05d}" for no in range(12_344, 12_244, -1)]
    assert listed(house, q="ZL-20260101-0000").next_after is None


# Life


def test_life_every_state_and_act_is_handled():
    assert set(LIFE) == set(STATE_ZH) == set(LeaseState)
    assert set(ACT_ZH) == set(WHO) == set(LeaseAct)
    assert {act for acts in LIFE.values() for act in acts} == set(LeaseAct)
    reached = {after for acts in LIFE.values() for after in acts.values()}
    assert reached == set(LeaseState) - {LeaseState.APPLIED}


@pytest.mark.parametrize("state", list(LeaseState))
@pytest.mark.parametrize("act", list(LeaseAct))
def test_state_after_impossible_act_says_what_is_possible(state, act):
    if act in LIFE[state]:
        assert state_after(state, act) is LIFE[state][act]
        return
    with pytest.raises(Refusal) as refused:
        state_after(state, act)
    assert STATE_ZH[state] in refused.value.zh
    possible = () if state is LeaseState.CLOSED else LIFE[state]  # found again, where it was lost
    assert all(ACT_ZH[other] in refused.value.remedy_zh for other in possible)
    assert refused.value.remedy_zh


def test_move_lease_returned_phone_received_sets_day_and_tells(house, renter):
    lease = add_lease(house, renter, state=LeaseState.RETURNING)
    state, event = in_act(house, lambda ctx: move_lease(ctx, lease, LeaseAct.RECEIVE))
    moved = in_act(house, lambda ctx: lease_by_id(ctx.conn, lease.id))
    assert (state, moved.state, moved.returned_on) == (LeaseState.INSPECTING, LeaseState.INSPECTING, TODAY)
    assert (event.kind, event.lease_id, event.renter_id) == ("lease.receive", lease.id, renter.id)
    [inspect] = read(house).next_acts
    assert (inspect.act, inspect.until_on, inspect.rule) == (LeaseAct.INSPECT, TODAY + timedelta(days=3), "INSP-1")
    assert inspect.clause


def test_move_lease_on_stale_state_refused_and_unchanged(house, renter):
    lease = add_lease(house, renter, state=LeaseState.RETURNING)
    in_act(house, lambda ctx: move_lease(ctx, lease, LeaseAct.RECEIVE))
    with pytest.raises(Refusal) as refused:
        in_act(house, lambda ctx: move_lease(ctx, lease, LeaseAct.RECEIVE))
    assert refused.value.code == "lease_moved"


def test_access_lease_locked_second_act_waits_and_sees_the_change(house, lease, renter):
    async def work(ctx):
        held = await access_lease(ctx.conn, AGENT, REF, lock=True)
        await move_lease(ctx, held, LeaseAct.SEND_BACK)
        return (await access_lease(ctx.conn, renter, REF, lock=True)).state

    assert in_act(house, work) is LeaseState.RETURNING


@pytest.mark.parametrize(
    ("covered_fen", "standing"), [(0, (0, 0)), (99, (0, 99)), (100, (1, 0)), (299, (2, 99)), (300, (3, 0))]
)
def test_standing_rent_settles_in_order(covered_fen, standing):
    assert standing_of((100, 100, 100), covered_fen) == standing


# Figures


def test_figures_for_lease_hold_every_figure_with_its_clause(house, lease):
    do(house, lease, settle_deposit, 310_000, "DS-1", TODAY, "9.1")
    figures = in_act(house, lambda ctx: figures_for(ctx.conn, lease.id, TODAY))
    by_label = {figure.label: figure for figure in figures.figures}
    assert by_label["今天的买断价"].amount_fen == 504_600
    assert by_label["今天的买断价"].working
    assert by_label["买断尾款"].amount_fen == 204_600
    assert by_label["签约价"].amount_fen == 804_600
    assert (by_label["未付定损费"].amount_fen, by_label["未付定损费"].clause) == (10_000, "9.1")
    assert by_label["第 7 期逾期违约金（至今）"].amount_fen == 60
    assert all(figure.clause for figure in figures.figures)
    assert ("0.0003", "day") in [(rate.rate, rate.per) for rate in figures.rates]
    assert [f.label for f in figures.figures if f.topic == "buyout" and f.current] == ["今天的买断价"]
