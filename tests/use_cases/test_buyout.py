"""Buying the phone: the curve, accepting once, paying, and a buyout that lapses without a trace on the balances."""

import asyncio
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lease_ground import AGENT, RENT_FEN, TODAY, add_lease, add_renter, in_act, run
from money_ground import assert_book_holds, at, charges_of, credit
from msgspec.structs import replace

from shouwen.features.contracts.public import contract_in_force
from shouwen.features.endings.jobs import tend, tick
from shouwen.features.endings.public import day_endings
from shouwen.features.endings.use_cases import (
    AcceptBuyout,
    AnswerDevice,
    ReadAgreements,
    ReadCurve,
    ReportLost,
    TendLease,
    accept_buyout,
    answer_device,
    read_agreements,
    read_curve,
    report_lost,
    tend_lease,
)
from shouwen.features.leases.types import LeaseState
from shouwen.features.leases.use_cases.reading import QuoteBuyout, ReadLease, quote_buyout, read_lease
from shouwen.features.money.public import book_day, put_fee_terms, take_payment
from shouwen.features.papers.public import papers_of
from shouwen.features.payments.public import sign_agreement
from shouwen.kernel.actor import SYSTEM
from shouwen.kernel.errors import Absent, Refusal
from shouwen.platform import clock

EVERY = 1 << 60
LATER = TODAY + timedelta(days=4)  # a day after an accepted buyout of today may be paid


@pytest.fixture
def ground(house):
    """A renter in their seventh month (two rents overdue on 23 November), with a deposit."""
    renter = add_renter(house)
    lease = add_lease(house, renter, paid=5)

    async def terms(ctx):
        _, contract = await contract_in_force(ctx.conn, lease.id)
        await put_fee_terms(ctx.conn, lease.id, contract)

    in_act(house, terms)
    return renter, lease


def quote(house, renter, lease, **more):
    return run(house, quote_buyout, renter, QuoteBuyout(lease.ref), **more)


def accept(house, renter, lease, *, quoted=None, **more):
    quoted = quoted or quote(house, renter, lease, **more)
    return run(house, accept_buyout, renter, AcceptBuyout(lease.ref, quoted.amount_fen, quoted.valid_until), **more)


def pay(house, lease, amount_fen, ref, on=TODAY):
    async def work(ctx):
        day = await book_day(ctx.conn, ctx.now)
        return await take_payment(ctx.conn, ctx.act_id, lease, amount_fen, ref, on, day)

    return in_act(house, work, at=at(on))


def tended(house, lease, on=TODAY):
    return run(house, tend_lease, SYSTEM, TendLease(lease.id), at=at(on))


def file_of(house, renter, lease, on=TODAY):
    return run(house, read_lease, renter, ReadLease(lease.ref), at=at(on))


def standing(house, renter, lease, on):
    """Everything an agreement must leave as it was: ladder place, price, bills, late fees, deposit, credit."""
    file = file_of(house, renter, lease, on)
    bills = {(c.kind, c.no): (c.amount_fen, c.paid_fen, c.waived_fen, c.outstanding_fen, c.settled_on)
             for c in charges_of(house, lease) if c.kind != "late_fee" and c.amount_fen - c.waived_fen}  # fmt: skip
    fees = sum(c.outstanding_fen for c in file.open_charges if c.kind == "late_fee")
    fees += sum(fee.amount_fen for fee in file.late_fees)
    return file.settled, file.partly_paid_fen, file.buyout, bills, fees, file.hold, credit(house, lease)


def refused(code):
    return pytest.raises(Refusal, match=f"^{code}:")


def test_curve_shows_where_the_lease_stands_and_what_waiting_a_month_changes(house, ground):
    renter, lease = ground
    curve = run(house, read_curve, renter, ReadCurve(lease.ref))
    quoted = quote(house, renter, lease)
    now = next(point for point in curve.points if point.when == "now")
    assert (curve.settled, now.settled, now.on) == (5, 5, TODAY)
    assert now.total_fen + curve.late_fees_fen == quoted.amount_fen
    assert [point.when for point in curve.points] == ["past"] * 5 + ["now"] + ["future"] * 7
    assert curve.next.settled == 6
    assert curve.next.rents_fen == RENT_FEN
    assert curve.next.more_than_now_fen == RENT_FEN + curve.next.total_fen - now.total_fen


def test_curve_of_another_renter_is_absent(house, ground):
    _, lease = ground
    with pytest.raises(Absent):
        run(house, read_curve, add_renter(house, 2), ReadCurve(lease.ref))


def test_accepting_closes_open_rents_into_the_price_and_owes_exactly_the_quote(house, ground):
    renter, lease = ground
    quoted = quote(house, renter, lease)
    agreed = accept(house, renter, lease)
    charges = charges_of(house, lease)
    assert agreed.amount_fen == agreed.to_pay_fen == quoted.amount_fen
    assert sum(c.outstanding_fen for c in charges) == quoted.amount_fen
    assert not any(c.outstanding_fen for c in charges if c.kind == "rent")
    assert [c.amount_fen for c in charges if c.kind == "buyout"] == [quoted.lines[0].amount_fen]
    assert agreed.pay_by == TODAY + timedelta(days=3)
    assert_book_holds(house, lease)
    sealed = house.sql("SELECT rule, data FROM journal WHERE kind = 'buyout.accepted'")[0]
    assert sealed["rule"] == "BUY-5"
    assert sealed["data"]["amount_fen"] == quoted.amount_fen


def test_an_open_buyout_leaves_the_ladder_place_and_offers_no_second_price(house, ground):
    renter, lease = ground
    agreed = accept(house, renter, lease)
    file = file_of(house, renter, lease)
    assert (file.settled, file.buyout) == (5, None)
    assert agreed.acceptance_ref in file.buyout_refused


@pytest.mark.parametrize("change", [{"amount_fen": 1}, {"valid_until": TODAY - timedelta(days=1)}])
def test_accepting_another_figure_or_day_is_refused_with_the_new_quote(house, ground, change):
    renter, lease = ground
    quoted = quote(house, renter, lease)
    command = {"lease_ref": lease.ref, "amount_fen": quoted.amount_fen, "valid_until": quoted.valid_until} | change
    with refused("quote_moved") as caught:
        run(house, accept_buyout, renter, AcceptBuyout(**command))
    assert caught.value.data == {"amount_fen": quoted.amount_fen, "valid_until": str(quoted.valid_until)}
    assert not house.sql("SELECT 1 FROM acceptances")
    assert not any(c.kind == "buyout" for c in charges_of(house, lease))


def test_a_payment_between_quote_and_yes_makes_the_quote_stale(house, ground):
    renter, lease = ground
    quoted = quote(house, renter, lease)
    pay(house, lease, 10_000, "zfb-1")
    with refused("quote_moved"):
        accept(house, renter, lease, quoted=quoted)


def test_two_at_once_one_wins_and_the_other_is_told_of_it(house, ground):
    renter, lease = ground
    quoted = quote(house, renter, lease)
    command = AcceptBuyout(lease.ref, quoted.amount_fen, quoted.valid_until)

    async def both():
        return await asyncio.gather(
            *(house.door.run(accept_buyout, renter, command, key=f"tab-{n:08d}", at=at(TODAY)) for n in (1, 2)),
            return_exceptions=True,
        )

    done = house.run(both())
    won = [one for one in done if not isinstance(one, Exception)]
    lost = [one for one in done if isinstance(one, Refusal)]
    assert (len(won), [one.code for one in lost]) == (1, ["agreed_already"])
    assert lost[0].data["acceptance"] == won[0].acceptance_ref
    assert len([c for c in charges_of(house, lease) if c.kind == "buyout"]) == 1
    assert_book_holds(house, lease)


def test_the_same_click_twice_is_one_buyout(house, ground):
    renter, lease = ground
    quoted = quote(house, renter, lease)
    first = accept(house, renter, lease, quoted=quoted, key="click-0001")
    assert accept(house, renter, lease, quoted=quoted, key="click-0001") == first
    assert len(house.sql("SELECT 1 FROM acceptances")) == 1


def test_others_cannot_buy_it_and_a_phone_not_in_use_cannot_be_bought(house, ground):
    renter, lease = ground
    with pytest.raises(Absent):
        run(house, accept_buyout, add_renter(house, 2), AcceptBuyout(lease.ref, 1, TODAY))
    with pytest.raises(Absent):
        run(house, accept_buyout, AGENT, AcceptBuyout(lease.ref, 1, TODAY))
    back = add_lease(house, renter, no=2, state=LeaseState.RETURNING)
    with refused("act_not_possible") as caught:
        run(house, accept_buyout, renter, AcceptBuyout(back.ref, 1, TODAY))
    assert caught.value.remedy_zh


def test_paid_in_full_the_phone_is_the_renters_with_letter_deposit_and_unlock(house, ground):
    renter, lease = ground
    agreed = accept(house, renter, lease)
    pay(house, lease, agreed.to_pay_fen, "zfb-9")
    assert tended(house, lease).did == ("lease.buy_out", "buyout.paid", "paper.written")
    file = file_of(house, renter, lease)
    assert file.lease.state is LeaseState.BOUGHT_OUT
    assert file.hold.open_fen == 0
    papers = in_act(house, lambda ctx: papers_of(ctx.conn, lease.id))
    assert [paper.kind for paper in papers] == ["title"]
    moves = house.sql("SELECT kind, amount_fen FROM hold_moves WHERE lease_id = $1", lease.id)
    assert [(row["kind"], row["amount_fen"]) for row in moves] == [("release", 300_000)]
    read = run(house, read_agreements, renter, ReadAgreements(lease.ref))
    assert [(one.state, one.open_fen) for one in read.agreements] == [("paid", 0)]
    assert [(one.kind, one.outcome) for one in read.devices] == [("unlock", "")]
    run(house, answer_device, AGENT, AnswerDevice(lease.ref, "unlock", "done"))
    assert run(house, read_agreements, renter, ReadAgreements(lease.ref)).devices[0].outcome == "done"
    assert_book_holds(house, lease)
    with refused("nothing_due"):
        tended(house, lease)


def test_a_part_payment_keeps_it_open_until_the_rest_comes(house, ground):
    renter, lease = ground
    agreed = accept(house, renter, lease)
    pay(house, lease, agreed.to_pay_fen - 1, "zfb-1")
    with refused("nothing_due"):
        tended(house, lease)
    assert run(house, read_agreements, renter, ReadAgreements(lease.ref)).agreements[0].open_fen == 1
    pay(house, lease, 1, "zfb-2")
    assert "buyout.paid" in tended(house, lease).did


@pytest.mark.parametrize("paid", [0, 5, 8])
def test_a_lapsed_buyout_restores_exactly_what_would_have_been_without_it(house, paid):
    renter = add_renter(house)
    bought, plain = (add_lease(house, renter, no=no, paid=paid) for no in (1, 2))
    agreed = accept(house, renter, bought)
    assert tended(house, bought, LATER).did == ("buyout.lapsed",)
    assert standing(house, renter, bought, LATER) == _renamed(standing(house, renter, plain, LATER), house, bought)
    assert_book_holds(house, bought)
    state = house.sql("SELECT state, ended_on FROM acceptances WHERE ref = $1", agreed.acceptance_ref)[0]
    assert tuple(state) == ("lapsed", LATER)
    again = accept(house, renter, bought, at=at(LATER))
    assert again.amount_fen == quote(house, renter, plain, at=at(LATER)).amount_fen


def _renamed(found, house, lease):
    """The same standing with the deposit's own reference of the other lease."""
    ref = house.sql("SELECT ref FROM holds WHERE lease_id = $1", lease.id)[0]["ref"]
    return (*found[:5], replace(found[5], ref=ref), *found[6:])


def test_what_was_paid_of_a_lapsed_buyout_goes_to_the_rents_in_their_order(house, ground):
    renter, lease = ground
    plain = add_lease(house, renter, no=2, paid=5)
    accept(house, renter, lease)
    for one in (lease, plain):
        pay(house, one, 70_000, f"zfb-{one.id}")
    tended(house, lease, LATER)
    ours, theirs = (file_of(house, renter, one, LATER) for one in (lease, plain))
    assert (ours.settled, ours.partly_paid_fen) == (theirs.settled, theirs.partly_paid_fen)
    assert [i.outstanding_fen for i in ours.instalments] == [i.outstanding_fen for i in theirs.instalments]
    assert_book_holds(house, lease)


def test_a_buyout_paid_on_its_last_day_does_not_lapse(house, ground):
    renter, lease = ground
    agreed = accept(house, renter, lease)
    pay(house, lease, agreed.to_pay_fen, "zfb-1", agreed.pay_by)
    assert "buyout.paid" in tended(house, lease, LATER).did


def test_with_an_agreement_the_sum_is_deducted_at_once_for_those_charges_by_name(house, ground):
    renter, lease = ground
    in_act(house, lambda ctx: sign_agreement(ctx, lease, "A-0417", "2088000000000417"))
    house.door.services.payments = object()  # orders are only written here; the worker talks to the provider
    agreed = accept(house, renter, lease)
    order = house.sql("SELECT ref, amount_fen, covers, by_name, purpose FROM payment_orders")[0]
    open_ids = sorted(c.id for c in charges_of(house, lease) if c.outstanding_fen)
    assert (order["ref"], order["amount_fen"]) == (agreed.order_ref, agreed.to_pay_fen)
    assert (sorted(order["covers"]), order["by_name"]) == (open_ids, True)
    assert order["purpose"] == f"buyout:{agreed.acceptance_ref}"
    assert house.run(tick(house.door, at(LATER))) == 0  # past its day, but nobody knows yet whether it was paid
    in_act(house, lambda ctx: ctx.conn.execute("UPDATE payment_orders SET state = 'not_done', decided_at = now()"))
    assert house.run(tick(house.door, at(LATER))) == 1


def test_credit_pays_first_and_may_pay_all_of_it(house):
    renter = add_renter(house)
    lease = add_lease(house, renter, paid=12)
    due_fen = quote(house, renter, lease).amount_fen
    pay(house, lease, due_fen, "zfb-1")  # nothing is due: it is credit
    agreed = accept(house, renter, lease)
    assert (agreed.state, agreed.to_pay_fen, credit(house, lease)) == ("paid", 0, 0)
    assert file_of(house, renter, lease).lease.state is LeaseState.BOUGHT_OUT


@pytest.mark.parametrize("paid", [False, True])
def test_a_phone_lost_before_its_buyout_is_carried_out_is_not_bought(house, ground, paid):
    renter, lease = ground
    agreed = accept(house, renter, lease)
    if paid:
        pay(house, lease, agreed.to_pay_fen, "zfb-1")
    run(house, report_lost, renter, ReportLost(lease.ref, TODAY))
    assert house.run(tick(house.door, at(TODAY))) == 1
    assert file_of(house, renter, lease).lease.state is LeaseState.LOST
    charges = charges_of(house, lease)
    assert not any(c.paid_fen or c.outstanding_fen for c in charges if c.kind == "buyout")
    assert sum(c.paid_fen for c in charges) + credit(house, lease) == 5 * RENT_FEN + paid * agreed.to_pay_fen
    assert_book_holds(house, lease)


@pytest.mark.parametrize("value_on", [date(2026, 10, 20), date(2026, 11, 22)])
def test_a_payment_of_an_earlier_day_recorded_meanwhile_leaves_a_lapsed_buyout_without_a_trace(house, value_on):
    renter = add_renter(house)
    bought, plain = (add_lease(house, renter, no=no, paid=5) for no in (1, 2))
    accept(house, renter, bought)
    tomorrow = TODAY + timedelta(days=1)
    for lease in (bought, plain):
        backdated(house, lease, 30_000, f"zfb-{lease.id}", value_on, tomorrow)
        assert_book_holds(house, lease)
    tended(house, bought, LATER)
    assert standing(house, renter, bought, LATER) == _renamed(standing(house, renter, plain, LATER), house, bought)
    assert_book_holds(house, bought)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    paid=st.integers(0, 11),
    payments=st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 60), st.integers(1, 120_000)), max_size=4,
    ),
)  # fmt: skip
def test_whatever_is_paid_meanwhile_a_lapsed_buyout_leaves_no_trace(house, paid, payments):
    """`payments`: recorded so many days after the yes, worth a day so many days earlier, this much."""
    no = 1 + house.sql("SELECT count(*) FROM leases")[0][0]
    renter = add_renter(house, no)
    bought, plain = (add_lease(house, renter, no=each, paid=paid) for each in (no, no + 1))
    accept(house, renter, bought)
    for nth, (days, earlier, amount_fen) in enumerate(sorted(payments)):
        on = TODAY + timedelta(days=days)
        for lease in (bought, plain):
            backdated(house, lease, amount_fen, f"zfb-{lease.id}-{nth}", on - timedelta(days=earlier), on)
    assert_book_holds(house, bought)
    if "buyout.paid" in tended(house, bought, LATER).did:
        return  # so much was paid that it was bought
    assert standing(house, renter, bought, LATER) == _renamed(standing(house, renter, plain, LATER), house, bought)
    assert_book_holds(house, bought)


def backdated(house, lease, amount_fen, ref, value_on, on):
    async def work(ctx):
        return await take_payment(ctx.conn, ctx.act_id, lease, amount_fen, ref, value_on, on)

    return in_act(house, work, at=at(on))


def test_the_worker_finishes_a_paid_buyout_by_itself_and_once(house, ground):
    renter, lease = ground
    agreed = accept(house, renter, lease)
    assert house.run(tick(house.door, at(TODAY))) == 0
    pay(house, lease, agreed.to_pay_fen, "zfb-1")
    assert [house.run(tick(house.door, at(TODAY))) for _ in range(2)] == [1, 0]
    assert file_of(house, renter, lease).lease.state is LeaseState.BOUGHT_OUT


def test_the_day_asks_once_for_each_lease_with_something_due(house, ground, monkeypatch):
    renter, lease = ground
    accept(house, renter, lease)
    for on, found in ((TODAY, 0), (LATER, 1), (LATER, 0)):
        assert in_act(house, lambda ctx, on=on: day_endings(ctx, on, 0, EVERY), at=at(on)) == found
    assert in_act(house, lambda ctx: day_endings(ctx, LATER, lease.id + 1, EVERY), at=at(LATER)) == 0
    payload = house.sql("SELECT payload FROM jobs WHERE kind = 'tend_lease'")[0]["payload"]
    monkeypatch.setattr(clock, "now", lambda: at(LATER))
    for _ in range(2):  # a job may run twice
        house.run(tend(house.door, payload))
    assert len(house.sql("SELECT 1 FROM journal WHERE kind = 'buyout.lapsed'")) == 1


def test_an_amount_that_cannot_be_is_refused_at_the_door(web, ground):
    renter, lease = ground
    web.log_in(renter)
    for wrong in (100.0, -1, "1000", 1_000_000_001):
        answer = web.post(f"/api/v1/leases/{lease.ref}/buyout", {"amount_fen": wrong, "valid_until": str(TODAY)})
        assert answer.status_code == 422, (wrong, answer.text)
