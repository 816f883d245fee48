"""What a renter reads of an order: offers with stock, the answer, what cancelling gives back, rent of days without."""

from datetime import date, timedelta

import pytest
from contract_ground import ADDRESS, YEAR, apply, approved, publish, signed
from lease_ground import AGENT, INSPECTOR, NOW, TODAY, add_renter, in_act, run
from stock_ground import IMEIS, rented_lease, shipped_lease, stock_up

from shouwen.features.leases.public import lease_by_id
from shouwen.features.leases.types import LeaseState
from shouwen.features.leases.use_cases import amending
from shouwen.features.leases.use_cases import order as orders
from shouwen.features.leases.use_cases.abating import AbateRent, abate_rent
from shouwen.features.leases.use_cases.contracts import DecideApplication, decide_application
from shouwen.features.leases.use_cases.moving import CancelLease, cancel_lease
from shouwen.features.leases.use_cases.swap import AskSwap, FinishSwap, SendSwap, ask_swap, finish_swap, send_swap
from shouwen.features.money.public import take_payment
from shouwen.kernel.actor import Actor, Role
from shouwen.kernel.errors import Absent, Refusal

SPECIALIST = Actor(Role.SPECIALIST, 3, "专员")


@pytest.fixture
def offered(house):
    publish(house)
    return house


def read(house, use_case, command, actor, **more):
    return run(house, use_case, actor, command, **more)


def offers(house, actor, ref=None):
    return read(house, orders.list_offers, orders.ListOffers(ref), actor)


def test_offers_show_each_plan_as_published_last_with_its_rents_and_the_colours_that_are_free(offered):
    renter = add_renter(offered)
    publish(offered, YEAR.replace("total_rent_fen = 600_000", "total_rent_fen = 600_001").replace(
        "signed_value_fen = 804_600", "signed_value_fen = 804_601"))  # fmt: skip
    stock_up(offered, IMEIS[0], storage="256 GB", colour="原色钛")
    stock_up(offered, IMEIS[1], storage="256 GB", colour="蓝色钛")
    stock_up(offered, IMEIS[2], storage="512 GB", colour="黑色钛")
    [offer] = offers(offered, renter)
    assert (offer.version, offer.model, offer.periods, offer.total_rent_fen) == (2, "iPhone 15 Pro Max", 12, 600_001)
    assert (offer.first_rent_fen, offer.last_rent_fen, offer.deposit_fen) == (50_000, 50_001, 300_000)
    assert offer.working == ("500.00 × 11 期 + 500.01 × 1 期 = 6,000.01",)
    assert offer.colours == ("原色钛", "蓝色钛")
    assert offer.in_stock
    assert offer.clauses
    assert offers(offered, renter, "MB-none") == []


def test_offer_of_a_phone_kept_for_a_claim_is_not_in_stock(offered):
    renter, ref = signed(offered)
    stock_up(offered, IMEIS[0], storage="256 GB", colour="原色钛")
    assert offers(offered, renter)[0].in_stock

    async def hold(ctx):
        await ctx.conn.execute(
            "INSERT INTO phone_holds (imei, lease_id, subject, held_at) SELECT $1, id, 'claim', $3 FROM leases"
            " WHERE ref = $2",
            IMEIS[0], ref, ctx.now,
        )  # fmt: skip

    in_act(offered, hold)
    assert not offers(offered, renter)[0].in_stock


def test_order_says_the_answer_its_reason_and_how_often_the_address_may_change(offered):
    renter = add_renter(offered)
    ref = apply(offered, renter)
    order = read(offered, orders.read_order, orders.ReadOrder(ref), renter)
    assert (order.state, order.decided_on, order.address_changes_left) == (LeaseState.APPLIED, None, 2)
    assert order.address_masked
    assert ADDRESS not in order.address_masked
    run(offered, decide_application, SPECIALIST, DecideApplication(ref, False, "收入证明看不清，可以补一份"))
    new = amending.ProposeAmendment(ref, "address", "搬家", address="上海市徐汇区肇嘉浜路 1 号")
    with pytest.raises(Refusal) as late:
        run(offered, amending.propose_amendment, renter, new)
    assert late.value.code == "amendment_too_late"
    order = read(offered, orders.read_order, orders.ReadOrder(ref), renter)
    assert (order.state, order.decided_on, order.why) == (LeaseState.REFUSED, TODAY, "收入证明看不清，可以补一份")


def test_order_counts_the_changes_of_the_address_down(offered):
    renter, ref = approved(offered)
    new = amending.ProposeAmendment(ref, "address", "搬家", address="上海市徐汇区肇嘉浜路 1 号")
    run(offered, amending.propose_amendment, renter, new)
    order = read(offered, orders.read_order, orders.ReadOrder(ref), renter)
    assert (order.address_changes_left, order.versions, order.printed) == (1, 0, False)


def test_cancellation_gives_back_exactly_what_was_quoted(offered):
    renter, ref = signed(offered)

    async def pay(ctx):
        lease_id = await ctx.conn.fetchval("SELECT id FROM leases WHERE ref = $1", ref)
        lease = await lease_by_id(ctx.conn, lease_id)
        return await take_payment(ctx.conn, ctx.act_id, lease, 70_000, "pay-1", TODAY, TODAY)

    in_act(offered, pay)
    quote = read(offered, orders.quote_cancellation, orders.QuoteCancellation(ref), renter)
    assert (quote.credit_fen, quote.by_provider_fen, quote.by_transfer_fen) == (70_000, 0, 70_000)
    assert quote.released_fen == 300_000
    assert quote.working[0] == "已付账单 500.00 + 余额 200.00 = 700.00"
    run(offered, cancel_lease, renter, CancelLease(ref, "不想租了"))
    [event] = offered.sql("SELECT data FROM journal WHERE kind = 'lease.given_back'")
    assert (event["data"]["credit_fen"], event["data"]["released_fen"]) == (quote.credit_fen, quote.released_fen)


def test_cancellation_of_a_parcel_on_its_way_is_not_quoted_but_refused_with_what_is_possible(house):
    renter, lease, _ = shipped_lease(house)
    with pytest.raises(Refusal) as refused:
        read(house, orders.quote_cancellation, orders.QuoteCancellation(lease.ref), renter)
    assert refused.value.code == "parcel_failed"
    assert "归还" in refused.value.remedy_zh


def test_days_of_a_swap_run_until_the_new_phone_then_may_be_taken_off_then_are(house):
    renter, lease = rented_lease(house)

    def shown(**more):
        return read(house, orders.read_abatements, orders.ReadAbatements(lease.ref), renter, **more)

    assert shown() == []
    swap = run(house, ask_swap, AGENT, AskSwap(lease.ref, "屏幕不显示", TODAY)).swap_ref
    [running] = shown()
    assert (running.kind, running.from_on, running.to_on) == ("running", TODAY, TODAY)
    run(house, send_swap, AGENT, SendSwap(swap, IMEIS[1], "sf", "SF199000020001"))
    run(house, finish_swap, renter, FinishSwap(swap), at=NOW + timedelta(days=2))
    later = NOW + timedelta(days=3)
    [possible] = shown(at=later)
    assert (possible.kind, possible.to_on, possible.swap_ref) == ("possible", date(2026, 11, 24), swap)
    run(house, abate_rent, SPECIALIST, AbateRent(lease.ref, "换机期间", swap), at=later)
    [taken] = shown(at=later)
    assert (taken.kind, taken.amount_fen) == ("taken", possible.amount_fen)
    assert taken.working == possible.working
    assert taken.waived_fen + taken.credited_fen == taken.amount_fen


@pytest.mark.parametrize(("use_case", "command"), [
    (orders.read_order, orders.ReadOrder), (orders.quote_cancellation, orders.QuoteCancellation),
    (orders.read_abatements, orders.ReadAbatements),
])  # fmt: skip
def test_order_of_another_renter_is_absent_and_an_inspector_has_no_part_in_it(offered, use_case, command):
    _, ref = signed(offered)
    for actor in (add_renter(offered, 2), INSPECTOR):
        with pytest.raises((Absent, Refusal)) as hidden:
            read(offered, use_case, command(ref), actor)
        assert hidden.value.status in (403, 404)
