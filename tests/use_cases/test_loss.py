"""A lost phone: reported at night, collection rests, settled by the contract, paid or not, and found again."""

from datetime import UTC, datetime, timedelta

import pytest
from lease_ground import AGENT, RENT_FEN, TODAY, add_lease, add_renter, in_act, run, sample_contract
from money_ground import assert_book_holds, at, charges_of, credit
from msgspec.structs import replace

from shouwen.features.contracts.public import contract_in_force
from shouwen.features.endings.jobs import tick
from shouwen.features.endings.public import day_endings
from shouwen.features.endings.use_cases import (
    QuoteLoss,
    ReadAgreements,
    RecordPolice,
    ReportFound,
    ReportLost,
    SettleLoss,
    TendLease,
    quote_loss,
    read_agreements,
    record_police,
    report_found,
    report_lost,
    settle_loss,
    tend_lease,
)
from shouwen.features.leases.types import LeaseState
from shouwen.features.leases.use_cases.money import WriteOff, write_off
from shouwen.features.leases.use_cases.reading import ReadLease, read_lease
from shouwen.features.money.public import book_day, put_fee_terms, take_payment
from shouwen.features.papers.public import papers_of
from shouwen.kernel.actor import SYSTEM, Actor, Role
from shouwen.kernel.errors import Absent, BadInput, Refusal

SPECIALIST = Actor(Role.SPECIALIST, 3, "专员")
SUPERVISOR = Actor(Role.SUPERVISOR, 4, "主管")
RESTS_UNTIL = TODAY + timedelta(days=15)
AFTER = RESTS_UNTIL + timedelta(days=1)
EVERY = 1 << 60


@pytest.fixture
def ground(house):
    """A renter with one overdue rent (the seventh, due 15 November) and its late fee running."""
    renter = add_renter(house)
    return renter, rented(house, renter)


def rented(house, renter, no=1, paid=6):
    lease = add_lease(house, renter, no=no, paid=paid)

    async def terms(ctx):
        _, contract = await contract_in_force(ctx.conn, lease.id)
        await put_fee_terms(ctx.conn, lease.id, contract)

    in_act(house, terms)
    return lease


def report(house, actor, lease, **more):
    return run(house, report_lost, actor, ReportLost(lease.ref, more.pop("lost_on", TODAY), "地铁 2 号线"), **more)


def settle(house, lease, on=AFTER):
    quoted = run(house, quote_loss, SPECIALIST, QuoteLoss(lease.ref), at=at(on))
    command = SettleLoss(lease.ref, quoted.amount_fen, quoted.valid_until)
    return run(house, settle_loss, SPECIALIST, command, at=at(on))


def pay(house, lease, amount_fen, ref, on):
    async def work(ctx):
        day = await book_day(ctx.conn, ctx.now)
        return await take_payment(ctx.conn, ctx.act_id, lease, amount_fen, ref, on, day)

    return in_act(house, work, at=at(on))


def file_of(house, actor, lease, on=TODAY):
    return run(house, read_lease, actor, ReadLease(lease.ref), at=at(on))


def fees(house, actor, lease, on):
    file = file_of(house, actor, lease, on)
    return sum(c.outstanding_fen for c in file.open_charges if c.kind == "late_fee") + sum(
        fee.amount_fen for fee in file.late_fees
    )


def refused(code):
    return pytest.raises(Refusal, match=f"^{code}:")


@pytest.mark.parametrize("hour", [3, 15, 23])
def test_reported_at_any_hour_locks_the_phone_and_rests_collection_at_once(house, ground, hour):
    renter, lease = ground
    night = datetime(2026, 11, 22, 16, tzinfo=UTC) + timedelta(hours=hour)  # an hour of 23 November in Beijing
    state = report(house, renter, lease, at=night)
    assert state.paused_until == RESTS_UNTIL
    assert file_of(house, renter, lease).lease.state is LeaseState.LOST
    asked = run(house, read_agreements, renter, ReadAgreements(lease.ref)).devices
    assert [(one.kind, one.outcome) for one in asked] == [("lock", "")]
    paused = house.sql("SELECT charge_id, reason FROM collection_pauses WHERE lease_id = $1", lease.id)
    assert {row["reason"] for row in paused} == {"loss"}
    due = {c.id for c in charges_of(house, lease) if c.outstanding_fen and c.due_on <= RESTS_UNTIL}
    assert {row["charge_id"] for row in paused} == due
    case = house.sql("SELECT type, urgent FROM cases WHERE lease_id = $1", lease.id)[0]
    assert tuple(case) == ("device_lost", True)


def test_no_late_fee_grows_while_it_rests_and_none_is_charged_for_those_days_later(house, ground):
    renter, lease = ground
    plain = rented(house, renter, 2)
    begun = fees(house, renter, lease, TODAY)
    report(house, renter, lease)
    assert fees(house, renter, lease, RESTS_UNTIL) == begun
    run(house, tend_lease, SYSTEM, TendLease(lease.id), at=at(AFTER))
    ten_more = AFTER + timedelta(days=10)
    rested = fees(house, renter, plain, ten_more) - fees(house, renter, lease, ten_more)
    assert rested > 0
    on_time = fees(house, renter, plain, TODAY + timedelta(days=10)) - begun
    assert fees(house, renter, lease, ten_more) - begun <= on_time + 1  # ten days, rounded once


def test_the_desk_may_report_it_for_the_renter_but_a_stranger_may_not(house, ground):
    renter, lease = ground
    with pytest.raises(Absent):
        report(house, add_renter(house, 2), lease)
    assert report(house, AGENT, lease).lease_ref == lease.ref
    with refused("act_not_possible") as caught:
        report(house, renter, lease)
    assert "找回" in caught.value.remedy_zh


@pytest.mark.parametrize("days", [-61, 1])
def test_a_day_of_loss_long_ago_or_to_come_is_refused(house, ground, days):
    renter, lease = ground
    with pytest.raises(BadInput):
        report(house, renter, lease, lost_on=TODAY + timedelta(days=days))


def test_the_police_receipt_ends_the_rest_that_day(house, ground):
    renter, lease = ground
    report(house, renter, lease)
    on = TODAY + timedelta(days=4)
    done = run(house, record_police, renter, RecordPolice(lease.ref, "京公浦受字2026-1123"), at=at(on))
    assert done.paused_until == on
    assert {row["ends_on"] for row in house.sql("SELECT ends_on FROM collection_pauses")} == {on}
    assert settle(house, lease, on).amount_fen > 0


def test_settling_while_collection_rests_is_refused(house, ground):
    renter, lease = ground
    report(house, renter, lease)
    with refused("loss_resting"):
        settle(house, lease, RESTS_UNTIL)


def test_settled_by_the_ladder_with_letter_and_nothing_else_owed(house, ground):
    renter, lease = ground
    price_fen = next(line.amount_fen for line in file_of(house, renter, lease).buyout.lines)
    report(house, renter, lease)
    agreed = settle(house, lease)
    charges = charges_of(house, lease)
    assert [c.amount_fen for c in charges if c.kind == "damage"] == [price_fen]
    assert sum(c.outstanding_fen for c in charges) == agreed.amount_fen
    assert [paper.kind for paper in in_act(house, lambda ctx: papers_of(ctx.conn, lease.id))] == ["settlement"]
    assert_book_holds(house, lease)


def test_only_a_specialist_settles_and_only_once(house, ground):
    renter, lease = ground
    report(house, renter, lease)
    with pytest.raises(Absent):
        run(house, settle_loss, AGENT, SettleLoss(lease.ref, 1, AFTER), at=at(AFTER))
    with refused("quote_moved"):
        run(house, settle_loss, SPECIALIST, SettleLoss(lease.ref, 1, AFTER), at=at(AFTER))
    settle(house, lease)
    with refused("agreed_already"):
        settle(house, lease)


def test_paid_the_deposit_is_free_and_the_lease_ends_by_itself(house, ground):
    renter, lease = ground
    report(house, renter, lease)
    agreed = settle(house, lease)
    pay(house, lease, agreed.to_pay_fen, "zfb-1", AFTER)
    assert house.run(tick(house.door, at(AFTER))) == 1
    file = file_of(house, renter, lease, AFTER)
    assert (file.lease.state, file.hold.open_fen) == (LeaseState.CLOSED, 0)
    assert file.lease.closed_on == AFTER
    assert house.run(tick(house.door, at(AFTER))) == 0


def test_not_paid_by_its_day_the_loss_is_taken_out_of_the_deposit_once(house, ground):
    renter, lease = ground
    report(house, renter, lease)
    agreed = settle(house, lease)
    assert house.run(tick(house.door, at(agreed.pay_by))) == 0
    late = agreed.pay_by + timedelta(days=1)
    assert house.run(tick(house.door, at(late))) == 1
    file = file_of(house, renter, lease, late)
    damage = next(c for c in charges_of(house, lease) if c.kind == "damage")
    assert (file.hold.captured_fen, file.hold.open_fen, damage.paid_fen) == (300_000, 0, 300_000)
    assert damage.outstanding_fen == damage.amount_fen - 300_000
    moves = house.sql("SELECT entry_key, kind, amount_fen FROM hold_moves WHERE kind = 'capture'")
    assert [tuple(row) for row in moves] == [(f"capture:{agreed.acceptance_ref}", "capture", 300_000)]
    assert file.lease.state is LeaseState.LOST
    assert house.run(tick(house.door, at(late))) == 0
    assert in_act(house, lambda ctx: day_endings(ctx, late, 0, EVERY), at=at(late)) == 0
    pay(house, lease, agreed.to_pay_fen - 300_000, "zfb-1", late)
    assert house.run(tick(house.door, at(late))) == 1
    assert file_of(house, renter, lease, late).lease.state is LeaseState.CLOSED


def test_deposit_larger_than_the_loss_settles_it_and_the_rest_goes_free(house, ground):
    renter, lease = ground
    report(house, renter, lease)
    agreed = settle(house, lease)
    pay(house, lease, agreed.to_pay_fen - 100_000, "zfb-1", AFTER)
    late = agreed.pay_by + timedelta(days=1)
    assert in_act(house, lambda ctx: day_endings(ctx, late, 0, EVERY), at=at(late)) == 1
    assert house.run(tick(house.door, at(late))) == 1
    file = file_of(house, renter, lease, late)
    assert (file.lease.state, file.hold.captured_fen, file.hold.released_fen) == (LeaseState.CLOSED, 100_000, 200_000)


def test_contested_loss_is_not_taken_out_of_the_deposit(house, ground):
    renter, lease = ground
    report(house, renter, lease)
    agreed = settle(house, lease)
    late = agreed.pay_by + timedelta(days=1)

    async def contest(ctx):
        await ctx.conn.execute(
            "INSERT INTO collection_pauses (case_id, lease_id, charge_id, amount_fen, reason, started_at)"
            " SELECT (SELECT max(id) FROM cases), lease_id, id, outstanding_fen, 'dispute', $2 FROM charges"
            " WHERE lease_id = $1 AND kind = 'damage'",
            lease.id, ctx.now,
        )  # fmt: skip

    run(house, tend_lease, SYSTEM, TendLease(lease.id), at=at(AFTER))  # the rest after the report is over
    in_act(house, contest, at=at(AFTER))
    assert house.run(tick(house.door, at(late))) == 0
    assert in_act(house, lambda ctx: day_endings(ctx, late, 0, EVERY), at=at(late)) == 0
    with refused("nothing_due"):
        run(house, tend_lease, SYSTEM, TendLease(lease.id), at=at(late))


def give_up(house, lease, on):
    """What is open of the settlement is written off line by line."""
    for one in charges_of(house, lease):
        if one.outstanding_fen:
            command = WriteOff(lease.ref, f"{one.kind}-{one.no}", one.outstanding_fen, "租客失联")
            run(house, write_off, SUPERVISOR, command, at=at(on))


def test_given_up_the_deposit_is_free_and_the_lease_ends(house, ground):
    renter, lease = ground
    report(house, renter, lease)
    settle(house, lease)
    give_up(house, lease, AFTER)
    assert house.run(tick(house.door, at(AFTER))) == 1
    file = file_of(house, renter, lease, AFTER)
    assert (file.lease.state, file.hold.released_fen) == (LeaseState.CLOSED, 300_000)
    [agreement] = run(house, read_agreements, renter, ReadAgreements(lease.ref)).agreements
    assert agreement.state == "written_off"
    assert "核销" in house.sql("SELECT text FROM journal WHERE kind = 'loss.given_up'")[0]["text"]
    assert_book_holds(house, lease)


def test_rent_that_stays_owed_keeps_its_part_of_the_deposit_until_it_is_paid(house):
    renter = add_renter(house)
    terms = {"loss_price": "fixed", "loss_price_fen": 280_000}
    contract = sample_contract()
    lease = add_lease(house, renter, contract=replace(contract, terms=replace(contract.terms, **terms)))
    report(house, renter, lease)
    agreed = settle(house, lease)
    settlement = [c for c in charges_of(house, lease) if c.kind in ("damage", "late_fee")]
    named(house, lease, settlement, agreed.to_pay_fen, AFTER)
    assert house.run(tick(house.door, at(AFTER))) == 1
    file = file_of(house, renter, lease, AFTER)
    owed_fen = sum(c.outstanding_fen for c in charges_of(house, lease))
    assert (file.lease.state, file.hold.open_fen) == (LeaseState.LOST, owed_fen)
    assert owed_fen >= RENT_FEN
    on = AFTER + timedelta(days=1)
    pay(house, lease, owed_fen + 1_000, "zfb-2", on)
    assert in_act(house, lambda ctx: day_endings(ctx, on, 0, EVERY), at=at(on)) == 1
    run(house, tend_lease, SYSTEM, TendLease(lease.id), at=at(on))
    file = file_of(house, renter, lease, on)
    assert (file.lease.state, file.hold.open_fen) == (LeaseState.CLOSED, 0)


def named(house, lease, charges, amount_fen, on):
    async def work(ctx):
        day = await book_day(ctx.conn, ctx.now)
        return await take_payment(
            ctx.conn, ctx.act_id, lease, amount_fen, "zfb-1", on, day, named=[one.id for one in charges]
        )  # fmt: skip

    return in_act(house, work, at=at(on))


@pytest.mark.parametrize("ended_by", ["paying", "the deposit", "giving up"])
def test_found_after_the_lease_ended_undoes_the_settlement_by_new_entries_and_goes_on(house, ground, ended_by):
    renter, lease = ground
    report(house, renter, lease)
    agreed = settle(house, lease)
    on, paid_fen, captured_fen = AFTER, 0, 0
    if ended_by == "giving up":
        give_up(house, lease, on)
    else:
        paid_fen = agreed.to_pay_fen - (0 if ended_by == "paying" else 250_000)
        pay(house, lease, paid_fen, "zfb-1", on)
    if ended_by == "the deposit":
        on, captured_fen = agreed.pay_by + timedelta(days=1), 250_000
    house.run(tick(house.door, at(on)))
    before = house.sql("SELECT id, key FROM money_entries ORDER BY id")
    assert file_of(house, renter, lease, on).lease.state is LeaseState.CLOSED
    found_on = on + timedelta(days=5)
    run(house, report_found, renter, ReportFound(lease.ref), at=at(found_on))
    file = file_of(house, renter, lease, found_on)
    assert (file.lease.state, file.lease.closed_on) == (LeaseState.RENTING, None)
    charges = charges_of(house, lease)
    assert not any(c.outstanding_fen or c.paid_fen or c.written_off_fen for c in charges if c.kind == "damage")
    came_in_fen = sum(c.paid_fen for c in charges) + credit(house, lease)
    assert came_in_fen == 6 * RENT_FEN + paid_fen + captured_fen
    assert house.sql("SELECT id, key FROM money_entries ORDER BY id")[: len(before)] == before
    assert_book_holds(house, lease)
    with refused("act_not_possible"):
        run(house, report_found, renter, ReportFound(lease.ref), at=at(found_on))


def test_found_of_a_lease_that_ended_otherwise_is_absent(house, ground):
    renter, lease = ground
    in_act(house, lambda ctx: ctx.conn.execute("UPDATE leases SET state = 'closed', closed_on = $1", TODAY))
    with pytest.raises(Absent):
        run(house, report_found, renter, ReportFound(lease.ref))
    assert file_of(house, renter, lease).next_acts == ()


@pytest.mark.parametrize("paid", ["nothing", "part", "all"])
def test_found_again_undoes_the_settlement_and_gives_back_what_was_paid(house, ground, paid):
    renter, lease = ground
    report(house, renter, lease)
    agreed = settle(house, lease)
    amount_fen = {"nothing": 0, "part": 100_000, "all": agreed.to_pay_fen}[paid]
    if amount_fen:
        pay(house, lease, amount_fen, "zfb-1", AFTER)
        house.run(tick(house.door, at(AFTER)))
    on = AFTER + timedelta(days=2)
    run(house, report_found, renter, ReportFound(lease.ref), at=at(on))
    file = file_of(house, renter, lease, on)
    assert file.lease.state is LeaseState.RENTING
    charges = charges_of(house, lease)
    assert not any(c.outstanding_fen or c.paid_fen for c in charges if c.kind == "damage")
    assert sum(c.paid_fen for c in charges) + credit(house, lease) == 6 * RENT_FEN + amount_fen
    assert_book_holds(house, lease)
    assert {one.state for one in run(house, read_agreements, renter, ReadAgreements(lease.ref)).agreements} == {
        "reversed"
    }


def test_found_before_any_settlement_just_goes_on_and_may_be_lost_again(house, ground):
    renter, lease = ground
    before = file_of(house, renter, lease)
    report(house, renter, lease)
    run(house, report_found, renter, ReportFound(lease.ref))
    after = file_of(house, renter, lease)
    assert (after.settled, after.buyout) == (before.settled, before.buyout)
    with refused("act_not_possible"):
        run(house, report_found, renter, ReportFound(lease.ref))
    assert report(house, renter, lease).paused_until == RESTS_UNTIL


def test_the_day_after_the_rest_ends_it_once(house, ground):
    renter, lease = ground
    report(house, renter, lease)
    for on, found in ((RESTS_UNTIL, 0), (AFTER, 1), (AFTER, 0)):
        assert in_act(house, lambda ctx, on=on: day_endings(ctx, on, 0, EVERY), at=at(on)) == found
    assert run(house, tend_lease, SYSTEM, TendLease(lease.id), at=at(AFTER)).did == ("pause.ended",)
    with refused("nothing_due"):
        run(house, tend_lease, SYSTEM, TendLease(lease.id), at=at(AFTER))
