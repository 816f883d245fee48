"""Changes before shipping: quoted anew, agreed by the renter, both versions readable; too late once it is shipped."""

import asyncio
from datetime import timedelta

import pytest
from contract_ground import ADDRESS, YEAR, apply, publish, signed
from lease_ground import AGENT, INSPECTOR, NOW, TODAY, add_renter, in_act, run
from stock_ground import IMEIS, stock_up

from shouwen.features.leases import jobs as lease_jobs
from shouwen.features.leases.public import lease_by_id
from shouwen.features.leases.use_cases import amending
from shouwen.features.leases.use_cases import reading as leases
from shouwen.features.leases.use_cases.moving import (
    AssignUnit,
    CancelLease,
    PrepareLease,
    ShipLease,
    assign_unit,
    cancel_lease,
    prepare_lease,
    ship_lease,
)
from shouwen.features.money.public import balances, take_payment
from shouwen.kernel.actor import SYSTEM
from shouwen.kernel.errors import Absent, BadInput, Refusal

PHONE = {"storage": "256 GB", "colour": "原色钛"}
QUARTER = (
    YEAR.replace("total_rent_fen = 600_000", "total_rent_fen = 210_000").replace("periods = 12", "periods = 3")
    .replace("signed_value_fen = 804_600", "signed_value_fen = 414_600")
    .replace("deposit_fen = 300_000", "deposit_fen = 200_000")
)  # fmt: skip


@pytest.fixture
def plan(house):
    publish(house)
    publish(house, QUARTER, "MB-3")
    return house


def propose(house, actor, ref, kind="plan", **more):
    at = more.pop("at", NOW)
    given = {"periods": 3} if kind == "plan" else {}
    command = amending.ProposeAmendment(ref, kind, "想短租", **(given | more))
    return run(house, amending.propose_amendment, actor, command, at=at)


def agree(house, renter, proposed, **more):
    command = amending.AgreeAmendment(proposed.ref, more.pop("sha256", proposed.agreed_sha256))
    return run(house, amending.agree_amendment, renter, command, **more)


def lease_file(house, actor, ref, **more):
    return run(house, leases.read_lease, actor, leases.ReadLease(ref), **more)


def pay(house, ref, amount_fen, named=()):
    async def work(ctx):
        lease_id = await ctx.conn.fetchval("SELECT id FROM leases WHERE ref = $1", ref)
        lease = await lease_by_id(ctx.conn, lease_id)
        return await take_payment(
            ctx.conn, ctx.act_id, lease, amount_fen, f"pay-{amount_fen}", TODAY, TODAY, named=named
        )

    return in_act(house, work)


def credit(house, ref):
    async def work(ctx):
        lease_id = await ctx.conn.fetchval("SELECT id FROM leases WHERE ref = $1", ref)
        return (await balances(ctx.conn, lease_id)).get("renter_credit", 0)

    return abs(in_act(house, work))


def shipped(house, ref, waybill="SF199000010418"):
    run(house, prepare_lease, AGENT, PrepareLease(ref))
    run(house, assign_unit, AGENT, AssignUnit(ref, IMEIS[0]))
    return ship_lease, ShipLease(ref, "sf", waybill)


def test_plan_change_agreed_by_the_renter_is_a_second_version_with_its_own_bills(plan):
    renter, ref = signed(plan)
    proposed = propose(plan, renter, ref)
    assert (proposed.state, proposed.quote.amount_fen, proposed.valid_until) == ("proposed", 70_000, TODAY)
    assert lease_file(plan, renter, ref).contract.version == 1
    done = agree(plan, renter, proposed)
    assert (done.state, done.version) == ("agreed", 2)
    file = lease_file(plan, renter, ref)
    assert (file.contract.version, file.contract.periods) == (2, 3)
    assert [(one.no, one.amount_fen) for one in file.instalments] == [(1, 70_000), (2, 70_000), (3, 70_000)]
    assert file.contract.sha256 == proposed.agreed_sha256
    assert (file.hold.amount_fen, file.hold.open_fen) == (300_000, 200_000)
    moves = plan.sql("SELECT kind, amount_fen FROM hold_moves ORDER BY asked_at, kind")
    assert [(move["kind"], move["amount_fen"]) for move in moves] == [("freeze", 300_000), ("release", 100_000)]
    assert plan.sql("SELECT contract_version FROM fee_terms")[0][0] == 2
    [event] = plan.sql("SELECT data FROM journal WHERE kind = 'lease.amended'")
    assert event["data"]["contract_sha256"] == proposed.agreed_sha256


def test_rent_paid_before_a_cheaper_plan_becomes_credit_and_a_dearer_first_rent_asks_for_the_rest(plan):
    renter, ref = signed(plan)
    pay(plan, ref, 50_000)
    proposed = propose(plan, renter, ref)
    assert proposed.quote.amount_fen == 20_000
    agree(plan, renter, proposed)
    first = lease_file(plan, renter, ref).instalments[0]
    assert (first.amount_fen, first.paid_fen, first.outstanding_fen) == (70_000, 50_000, 20_000)


def test_rent_paid_ahead_comes_back_as_credit_when_its_instalment_is_gone(plan):
    renter, ref = signed(plan)
    twelfth = plan.sql("SELECT id FROM charges WHERE no = 12")[0]["id"]
    pay(plan, ref, 50_000, named=[twelfth])
    proposed = propose(plan, renter, ref)
    assert proposed.quote.amount_fen == 20_000
    agree(plan, renter, proposed)
    assert credit(plan, ref) == 50_000
    assert [one.outstanding_fen for one in lease_file(plan, renter, ref).instalments] == [70_000] * 3


def test_both_versions_stay_readable_side_by_side_with_differences_marked(plan):
    renter, ref = signed(plan)
    proposed = propose(plan, AGENT, ref)
    shown = run(plan, amending.compare_versions, renter, amending.CompareVersions(ref, amendment_ref=proposed.ref))
    assert (shown.before.version, shown.after.version) == (1, 2)
    changed = {term.key: (term.before, term.after) for one in shown.differences for term in one.terms}
    assert changed["periods"] == ("12", "3")
    assert changed["deposit_fen"] == ("¥3,000.00", "¥2,000.00")
    assert shown.differences == proposed.differences
    agree(plan, renter, proposed)
    after = run(plan, amending.compare_versions, AGENT, amending.CompareVersions(ref))
    assert (after.before.contract.terms.periods, after.after.contract.terms.periods) == (12, 3)
    assert after.differences == shown.differences
    with pytest.raises(Absent):
        run(plan, amending.compare_versions, add_renter(plan, 2, "王五"), amending.CompareVersions(ref))
    with pytest.raises(Absent):
        run(plan, amending.compare_versions, renter, amending.CompareVersions(ref, before=1, after=9))


def test_only_the_renter_of_the_lease_agrees(plan):
    renter, ref = signed(plan)
    proposed = propose(plan, AGENT, ref)
    for other in (AGENT, INSPECTOR, add_renter(plan, 2, "王五")):
        with pytest.raises(Absent):
            agree(plan, other, proposed)
        with pytest.raises(Absent):
            propose(plan, INSPECTOR, ref)
    assert lease_file(plan, renter, ref).contract.version == 1


def test_agreeing_to_another_text_than_proposed_is_refused(plan):
    renter, ref = signed(plan)
    proposed = propose(plan, renter, ref)
    with pytest.raises(Refusal) as refused:
        agree(plan, renter, proposed, sha256="0" * 64)
    assert refused.value.code == "terms_changed"


def test_proposal_is_good_for_its_day_and_then_lapses(plan):
    renter, ref = signed(plan)
    proposed = propose(plan, AGENT, ref)
    tomorrow = NOW + timedelta(days=1)
    with pytest.raises(Refusal) as refused:
        agree(plan, renter, proposed, at=tomorrow)
    assert refused.value.code == "amendment_lapsed"
    lapse, notice = plan.sql("SELECT jobs FROM outbox ORDER BY journal_id DESC LIMIT 1")[0]["jobs"]
    assert (lapse["kind"], lapse["run_at"]) == ("lapse_amendment", "2026-11-23T16:00:00Z")
    assert notice["kind"] == "lease_notice"
    assert "今天内有效" in notice["payload"]["text"]
    command = amending.LapseAmendment(proposed.ref)
    with pytest.raises(Refusal):
        run(plan, amending.lapse_amendment, SYSTEM, command)
    assert run(plan, amending.lapse_amendment, SYSTEM, command, at=tomorrow).state == "lapsed"
    plan.run(lease_jobs.lapse(plan.door, {"amendment_ref": proposed.ref}))
    with pytest.raises(Refusal) as again:
        agree(plan, renter, proposed, at=tomorrow)
    assert again.value.code == "amendment_lapsed"


def test_renter_is_not_told_of_their_own_proposal_and_is_told_of_the_desks(plan):
    renter, ref = signed(plan)
    propose(plan, renter, ref)
    [alone] = plan.sql("SELECT jobs FROM outbox ORDER BY journal_id DESC LIMIT 1")[0]["jobs"]
    assert alone["kind"] == "lapse_amendment"
    cipher = plan.door.services.cipher.encrypt("19912342210", "phone")

    async def with_phone(ctx):
        await ctx.conn.execute("UPDATE renters SET phone_cipher = $1", cipher)

    in_act(plan, with_phone)
    sent = []

    class Sms:
        async def send(self, phone, text):
            sent.append((phone, text))

    plan.door.services.sms = Sms()
    plan.run(lease_jobs.lease_notice(plan.door, {"renter_id": renter.id, "text": "有一项变更等您确认"}))
    [(phone, text)] = sent
    assert phone == "19912342210"
    assert text.endswith("】有一项变更等您确认")


def test_declined_change_leaves_the_contract_and_cannot_be_agreed_to_later(plan):
    renter, ref = signed(plan)
    proposed = propose(plan, AGENT, ref)
    command = amending.DeclineAmendment(proposed.ref, "不用了")
    assert run(plan, amending.decline_amendment, renter, command).state == "declined"
    with pytest.raises(Refusal) as refused:
        agree(plan, renter, proposed)
    assert refused.value.code == "amendment_answered"
    [listed] = run(plan, amending.list_amendments, renter, amending.ListAmendments(ref))
    assert (listed.state, listed.kind) == ("declined", "plan")


def test_newer_proposal_takes_the_place_of_the_open_one(plan):
    renter, ref = signed(plan)
    first = propose(plan, AGENT, ref)
    second = propose(plan, renter, ref)
    with pytest.raises(Refusal):
        agree(plan, renter, first)
    assert agree(plan, renter, second).version == 2


def test_double_click_agrees_once(plan):
    renter, ref = signed(plan)
    proposed = propose(plan, renter, ref)
    one, two = (agree(plan, renter, proposed, key="agreement-1") for _ in range(2))
    assert one == two
    assert plan.sql("SELECT count(*) FROM contracts")[0][0] == 2


def test_plan_that_is_not_offered_is_refused_with_those_that_are(plan):
    renter, ref = signed(plan)
    with pytest.raises(Refusal) as refused:
        propose(plan, renter, ref, periods=24)
    assert refused.value.code == "plan_not_offered"
    assert "MB-3" in refused.value.remedy_zh
    with pytest.raises(BadInput):
        propose(plan, renter, ref, periods=None)


def test_two_plans_of_the_same_length_must_be_told_apart(plan):
    renter, ref = signed(plan)
    publish(plan, QUARTER.replace("grace_days = 3", "grace_days = 5"), "MB-3B")
    with pytest.raises(Refusal) as refused:
        propose(plan, renter, ref)
    assert refused.value.code == "plan_not_clear"
    assert propose(plan, renter, ref, template_ref="MB-3B").quote.amount_fen == 70_000


def test_plan_with_a_higher_deposit_is_refused_with_a_way_out(plan):
    renter, ref = signed(plan)
    publish(plan, QUARTER.replace("deposit_fen = 200_000", "deposit_fen = 400_000"), "MB-3")
    with pytest.raises(Refusal) as refused:
        propose(plan, renter, ref)
    assert refused.value.code == "deposit_rises"
    assert refused.value.clause
    assert "取消" in refused.value.remedy_zh


def test_renter_changes_the_address_twice_and_not_a_third_time(plan):
    renter, ref = signed(plan)
    for no in range(2):
        assert propose(plan, renter, ref, "address", address=f"杭州市西湖区文三路 {no} 号").state == "agreed"
    with pytest.raises(Refusal) as refused:
        propose(plan, renter, ref, "address", address="南京市玄武区中山路 1 号")
    assert refused.value.code == "address_changed_twice"
    kept = plan.sql("SELECT no, address_cipher FROM lease_addresses ORDER BY no")
    cipher = plan.door.services.cipher
    shown = [cipher.decrypt(row["address_cipher"], "address") for row in kept]
    assert shown == [ADDRESS, "杭州市西湖区文三路 0 号", "杭州市西湖区文三路 1 号"]


def test_address_proposed_by_the_desk_waits_for_the_renter(plan):
    renter, ref = signed(plan)
    proposed = propose(plan, AGENT, ref, "address", address="杭州市西湖区文三路 1 号")
    assert (proposed.state, proposed.quote.amount_fen) == ("proposed", 0)
    assert plan.sql("SELECT count(*) FROM lease_addresses")[0][0] == 1
    assert agree(plan, renter, proposed).state == "agreed"
    assert plan.sql("SELECT count(*) FROM lease_addresses")[0][0] == 2
    with pytest.raises(BadInput):
        propose(plan, renter, ref, "address")


def test_own_address_does_not_close_a_proposal_that_waits(plan):
    renter, ref = signed(plan)
    proposed = propose(plan, AGENT, ref)
    propose(plan, renter, ref, "address", address="杭州市西湖区文三路 1 号")
    assert agree(plan, renter, proposed).version == 2


def test_address_may_change_before_signing_and_a_plan_may_not(plan):
    renter = add_renter(plan)
    ref = apply(plan, renter)
    assert propose(plan, renter, ref, "address", address="杭州市西湖区文三路 1 号").state == "agreed"
    with pytest.raises(Refusal) as refused:
        propose(plan, renter, ref)
    assert refused.value.code == "amendment_too_late"
    assert "签约后" in refused.value.zh


def test_colour_changes_when_there_is_one_in_stock_and_the_phone_set_aside_goes_back(plan):
    renter, ref = signed(plan)
    stock_up(plan, IMEIS[0], **PHONE)
    with pytest.raises(Refusal) as refused:
        propose(plan, renter, ref, "colour", colour="白色钛")
    assert refused.value.code == "out_of_stock"
    stock_up(plan, IMEIS[1], storage="256 GB", colour="白色钛")
    run(plan, prepare_lease, AGENT, PrepareLease(ref))
    run(plan, assign_unit, AGENT, AssignUnit(ref, IMEIS[0]))
    agree(plan, renter, propose(plan, renter, ref, "colour", colour="白色钛"))
    lease = lease_file(plan, renter, ref).lease
    assert (lease.colour, lease.imei, lease.state) == ("白色钛", "", "preparing")
    assert {row["state"] for row in plan.sql("SELECT state FROM device_units")} == {"in_stock"}
    with pytest.raises(BadInput):
        propose(plan, renter, ref, "colour", colour="白色钛")


def test_model_changes_to_one_in_stock_under_its_own_plan(plan):
    renter, ref = signed(plan)
    publish(plan, YEAR.replace('sku = "iPhone 15 Pro Max"', 'sku = "Xiaomi 15"'), "MB-X")
    with pytest.raises(Refusal):
        propose(plan, renter, ref, "model", template_ref="MB-X", colour="黑色")
    stock_up(plan, IMEIS[2], model="Xiaomi 15", storage="256 GB", colour="黑色")
    proposed = propose(plan, renter, ref, "model", template_ref="MB-X", colour="黑色")
    agree(plan, renter, proposed)
    assert lease_file(plan, renter, ref).lease.model == "Xiaomi 15"
    with pytest.raises(BadInput):
        propose(plan, renter, ref, "model")


def test_change_after_shipping_is_refused_with_what_is_possible_instead(plan):
    renter, ref = signed(plan)
    stock_up(plan, IMEIS[0], **PHONE)
    use_case, command = shipped(plan, ref)
    run(plan, use_case, AGENT, command)
    for kind, more in (("plan", {}), ("colour", {"colour": "白"}), ("address", {"address": "杭州市西湖区 1 号"})):
        with pytest.raises(Refusal) as refused:
            propose(plan, renter, ref, kind, **more)
        assert refused.value.code == "amendment_too_late"


def test_change_of_a_cancelled_lease_is_refused_as_ended(plan):
    renter, ref = signed(plan)
    run(plan, cancel_lease, renter, CancelLease(ref, "不租了"))
    with pytest.raises(Refusal) as refused:
        propose(plan, renter, ref)
    assert refused.value.code == "amendment_too_late"
    assert "已经结束" in refused.value.remedy_zh


def test_proposal_that_waits_is_moot_once_the_lease_is_cancelled(plan):
    renter, ref = signed(plan)
    proposed = propose(plan, AGENT, ref)
    run(plan, cancel_lease, renter, CancelLease(ref, "不租了"))
    with pytest.raises(Refusal):
        agree(plan, renter, proposed)
    assert plan.sql("SELECT coalesce(sum(outstanding_fen), 0) FROM charges")[0][0] == 0


def test_open_proposal_holds_the_parcel_until_it_is_answered(plan):
    renter, ref = signed(plan)
    stock_up(plan, IMEIS[0], **PHONE)
    proposed = propose(plan, AGENT, ref)
    use_case, command = shipped(plan, ref)
    with pytest.raises(Refusal):
        run(plan, use_case, AGENT, command)
    run(plan, amending.decline_amendment, renter, amending.DeclineAmendment(proposed.ref))
    assert run(plan, use_case, AGENT, command).state == "shipped"


def test_amendment_racing_a_shipment_leaves_one_of_them_and_a_book_that_fits(plan):
    renter, ref = signed(plan)
    stock_up(plan, IMEIS[0], **PHONE)
    use_case, command = shipped(plan, ref)
    proposal = amending.ProposeAmendment(ref, "plan", "想短租", periods=3)

    async def both():
        return await asyncio.gather(
            plan.door.run(amending.propose_amendment, renter, proposal, at=NOW),
            plan.door.run(use_case, AGENT, command, at=NOW), return_exceptions=True,
        )  # fmt: skip

    proposed, parcel = plan.run(both())
    refused = [one for one in (proposed, parcel) if isinstance(one, Refusal)]
    assert len(refused) == 1
    assert lease_file(plan, renter, ref).contract.version == 1
    state = lease_file(plan, renter, ref).lease.state
    assert (state == "shipped") == (refused[0] is proposed)
