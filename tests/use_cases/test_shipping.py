"""A lease on its way: guards, couriers that say it twice and in any order, a delivery that never came, the return."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

import pytest
from lease_ground import AGENT, INSPECTOR, NOW, SIGNED_ON, TODAY, add_lease, add_renter, in_act, run
from stock_ground import (
    DONE,
    IMEIS,
    WAYBILL,
    SilentCourier,
    lease_state,
    line,
    push,
    rented_lease,
    shipped_lease,
    signed_lease,
    stock_up,
    unit_states,
)

from shouwen.features.leases import parcel_jobs
from shouwen.features.leases.public import hold_phone
from shouwen.features.leases.types import LeaseAct, LeaseState
from shouwen.features.leases.use_cases.moving import (
    AssignUnit,
    CancelLease,
    CloseLease,
    HandOver,
    PrepareLease,
    ReadReturnList,
    ReceiveBack,
    SendBack,
    ShipLease,
    assign_unit,
    cancel_lease,
    close_lease,
    hand_over,
    prepare_lease,
    read_return_list,
    receive_back,
    send_back,
    ship_lease,
)
from shouwen.features.leases.use_cases.parcels import (
    DisputeDelivery,
    ReadShipments,
    SettleDelivery,
    dispute_delivery,
    read_shipments,
    settle_delivery,
)
from shouwen.features.leases.use_cases.reading import ReadLease, read_lease
from shouwen.features.money.public import book_day, take_payment
from shouwen.kernel.actor import Actor, Role
from shouwen.kernel.errors import Absent, BadInput, Refusal
from shouwen.platform import clock
from shouwen.platform.courier.port import CourierReport

SPECIALIST = Actor(Role.SPECIALIST, 3, "林专员")
USUAL = ("picked_up", "in_transit", "out_for_delivery", "signed")


@dataclass
class Expected:
    code: str

    def __enter__(self):
        self._raises = pytest.raises(Refusal)
        self.info = self._raises.__enter__()
        return self.info

    def __exit__(self, *error):
        done = self._raises.__exit__(*error)
        assert self.info.value.code == self.code, self.info.value
        assert self.info.value.remedy_zh
        return done


def parcel(house, actor, lease, at=NOW):
    return run(house, read_shipments, actor, ReadShipments(lease.ref), at=at).parcels[-1]


def jobs(house, kind):
    return house.sql("SELECT key, payload, run_at FROM jobs WHERE kind = $1 ORDER BY id", kind)


def promised_jobs(house, kind):
    """Jobs that acts have asked for, still in the outbox."""
    found = [job for row in house.sql("SELECT jobs FROM outbox WHERE jobs IS NOT NULL") for job in row["jobs"] or ()]
    return [job for job in found if job["kind"] == kind]


def test_way_to_the_renter_moves_lease_and_phone_together(house):
    renter, lease, moved = shipped_lease(house)
    assert (lease_state(house, lease), unit_states(house)[IMEIS[0]]) == ("shipped", "reserved")
    assert moved.shipment_ref.startswith("FH-")
    run(house, hand_over, renter, HandOver(lease.ref))
    assert (lease_state(house, lease), unit_states(house)[IMEIS[0]]) == ("renting", "rented")
    held = house.sql("SELECT from_on, until_on FROM device_assignments WHERE lease_id = $1", lease.id)
    assert [(row["from_on"], row["until_on"]) for row in held] == [(TODAY, None)]


def test_ship_without_phone_deposit_or_preparation_is_refused_with_what_to_do(house):
    _, lease = signed_lease(house, deposit_fen=0)
    ship = ShipLease(lease.ref, "sf", WAYBILL)
    with Expected("act_not_possible"):
        run(house, ship_lease, AGENT, ship)
    run(house, prepare_lease, AGENT, PrepareLease(lease.ref))
    with Expected("unit_assigned") as refused:
        run(house, ship_lease, AGENT, ship)
    assert refused.value.data["blocked_by"] == ["unit_assigned", "deposit_held"]
    blocked = {act.act: act.blocked_zh for act in run(house, read_lease, AGENT, ReadLease(lease.ref)).next_acts}
    assert "还没有给这笔订单配手机" in blocked[LeaseAct.SHIP]
    assert blocked[LeaseAct.CANCEL] == ""


def test_ship_while_an_amendment_waits_is_refused(house):
    _, lease = signed_lease(house)
    stock_up(house)
    run(house, assign_unit, AGENT, AssignUnit(lease.ref, IMEIS[0]))
    run(house, prepare_lease, AGENT, PrepareLease(lease.ref))

    async def propose(ctx):
        await ctx.conn.execute(
            "INSERT INTO amendments (ref, lease_id, renter_id, base_version, kind, quote, reason, proposed_by_role,"
            " proposed_by, proposed_at, valid_until)"
            " VALUES ('HT-1', $1, $2, 1, 'plan', '{}', '改期数', 'agent', 1, $3, $4)",
            lease.id, lease.renter_id, NOW, TODAY,
        )  # fmt: skip

    in_act(house, propose)
    with Expected("no_open_amendment"):
        run(house, ship_lease, AGENT, ShipLease(lease.ref, "sf", WAYBILL))
    assert lease_state(house, lease) == "preparing"


def test_ship_a_phone_that_is_contested_is_refused(house):
    _, lease = signed_lease(house)
    stock_up(house)
    run(house, assign_unit, AGENT, AssignUnit(lease.ref, IMEIS[0]))
    run(house, prepare_lease, AGENT, PrepareLease(lease.ref))

    async def hold(ctx):
        await hold_phone(ctx.conn, lease.id, "DS-aaaaaaaaaa", NOW)

    in_act(house, hold)
    with Expected("phone_held") as refused:
        run(house, ship_lease, AGENT, ShipLease(lease.ref, "sf", WAYBILL))
    assert refused.value.rule == "QUAR-1"


@pytest.mark.parametrize(
    ("courier", "waybill", "days"), [("nobody", WAYBILL, 1), ("sf", "SF199000010416", 61), ("sf", "SF199000010416", -1)]
)
def test_ship_with_unknown_courier_or_impossible_day_is_refused(house, courier, waybill, days):
    _, lease = signed_lease(house)
    stock_up(house)
    run(house, assign_unit, AGENT, AssignUnit(lease.ref, IMEIS[0]))
    run(house, prepare_lease, AGENT, PrepareLease(lease.ref))
    with pytest.raises(BadInput):
        run(house, ship_lease, AGENT, ShipLease(lease.ref, courier, waybill, TODAY + timedelta(days=days)))
    assert lease_state(house, lease) == "preparing"


def test_ship_twice_at_once_books_one_parcel(house):
    _, lease = signed_lease(house)
    stock_up(house)
    run(house, assign_unit, AGENT, AssignUnit(lease.ref, IMEIS[0]))
    run(house, prepare_lease, AGENT, PrepareLease(lease.ref))

    async def both():
        acts = (
            house.door.run(ship_lease, AGENT, ShipLease(lease.ref, "sf", waybill), at=NOW)
            for waybill in ("SF199000010411", "SF199000010412")
        )
        return await asyncio.gather(*acts, return_exceptions=True)

    outcomes = house.run(both())
    assert sorted(type(one).__name__ for one in outcomes) == ["LeaseMoved", "Refusal"]
    assert len(house.sql("SELECT 1 FROM shipments")) == 1


def test_ship_sent_again_under_its_key_is_the_same_shipment(house):
    _, lease = signed_lease(house)
    stock_up(house)
    run(house, assign_unit, AGENT, AssignUnit(lease.ref, IMEIS[0]))
    run(house, prepare_lease, AGENT, PrepareLease(lease.ref))
    ship = ShipLease(lease.ref, "sf", WAYBILL)
    first = run(house, ship_lease, AGENT, ship, key="ship-once-0001")
    assert run(house, ship_lease, AGENT, ship, key="ship-once-0001") == first


def test_acts_of_others_are_refused_with_who_may_and_strangers_find_nothing(house):
    renter, lease = signed_lease(house)
    with Expected("act_not_yours") as refused:
        run(house, prepare_lease, renter, PrepareLease(lease.ref))
    assert "一线客服" in refused.value.zh
    with pytest.raises(Absent):
        run(house, prepare_lease, add_renter(house, 7), PrepareLease(lease.ref))
    with pytest.raises(Absent):
        run(house, prepare_lease, INSPECTOR, PrepareLease(lease.ref))


def test_pushes_in_any_order_and_repeated_lead_to_the_same_place(house):
    renter, lease, _ = shipped_lease(house)
    early, late = line("picked_up", -30), line("out_for_delivery", -2)
    assert push(house, late).outcome == "moved"
    assert push(house, early, late).outcome == "moved"
    assert push(house, early, late).outcome == "repeated"
    assert parcel(house, renter, lease).state == "out_for_delivery"
    assert [event.event_id for event in parcel(house, renter, lease).events] == [early.id, late.id]
    assert push(house, line("in_transit", -20)).outcome == "moved"
    assert parcel(house, renter, lease).state == "out_for_delivery"


def test_push_not_signed_by_the_courier_changes_nothing(house):
    renter, lease, _ = shipped_lease(house)
    with pytest.raises(Refusal) as refused:
        push(house, line("signed"), sign="0" * 64)
    assert (refused.value.code, refused.value.status) == ("bad_signature", 403)
    assert parcel(house, renter, lease).state == "booked"
    assert not house.sql("SELECT 1 FROM tracking_events")


def test_push_for_a_waybill_that_is_not_ours_is_answered_and_keeps_nothing(house):
    shipped_lease(house)
    assert push(house, line("signed"), waybill="SF000000000000").outcome == "unknown"
    assert not house.sql("SELECT 1 FROM tracking_events")


def test_push_from_the_future_is_refused(house):
    renter, lease, _ = shipped_lease(house)
    with pytest.raises(BadInput):
        push(house, line("signed", 48))
    assert parcel(house, renter, lease).state == "booked"


def test_push_without_a_courier_service_finds_no_endpoint(house):
    shipped_lease(house)
    house.door.services.courier = None
    with pytest.raises(Absent):
        push(house, line("signed"))


def test_courier_words_carry_no_phone_number(house):
    renter, lease, _ = shipped_lease(house)
    push(house, line("out_for_delivery", -1, said="快递员 13812342210 正在派送"))
    assert parcel(house, renter, lease).events[0].said == "快递员 138****2210 正在派送"


def test_signature_becomes_a_hand_over_after_its_hours_unless_contested(house, monkeypatch):
    _renter, lease, _ = shipped_lease(house)
    with Expected("parcel_arrived"):
        run(house, hand_over, AGENT, HandOver(lease.ref))
    push(house, *(line(code, no - 30) for no, code in enumerate(USUAL)))
    promised = promised_jobs(house, "confirm_handover")
    assert len(promised) == 1
    later = NOW + timedelta(hours=25)
    monkeypatch.setattr(clock, "now", lambda: later)
    house.run(parcel_jobs.confirm_handover(house.door, promised[0]["payload"]))
    house.run(parcel_jobs.confirm_handover(house.door, promised[0]["payload"]))
    row = house.sql("SELECT state, handed_over_on FROM leases WHERE id = $1", lease.id)[0]
    assert (row["state"], row["handed_over_on"]) == ("renting", TODAY - timedelta(days=1))  # the day it came


def test_signed_for_without_delivery_is_looked_into_and_may_be_sent_anew(house, monkeypatch):
    renter, lease, moved = shipped_lease(house)
    with Expected("nothing_to_dispute"):
        run(house, dispute_delivery, renter, DisputeDelivery(moved.shipment_ref))
    push(house, line("signed", -3))
    assert parcel(house, renter, lease).may_dispute
    run(house, dispute_delivery, renter, DisputeDelivery(moved.shipment_ref, "门卫也没有收到"))
    with Expected("disputed_already"):
        run(house, dispute_delivery, renter, DisputeDelivery(moved.shipment_ref))
    assert "核实" in parcel(house, renter, lease).words.title
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(hours=25))
    house.run(parcel_jobs.confirm_handover(house.door, promised_jobs(house, "confirm_handover")[0]["payload"]))
    assert lease_state(house, lease) == "shipped"
    with Expected("parcel_failed"):
        run(house, prepare_lease, AGENT, PrepareLease(lease.ref))
    run(house, settle_delivery, AGENT, SettleDelivery(moved.shipment_ref, False, "快递承认错投"))
    assert parcel(house, renter, lease).state == "lost"
    push(house, line("in_transit", -1))
    assert parcel(house, renter, lease).state == "lost"
    run(house, prepare_lease, AGENT, PrepareLease(lease.ref))
    assert unit_states(house)[IMEIS[0]] == "lost"
    run(house, assign_unit, AGENT, AssignUnit(lease.ref, IMEIS[1]))
    run(house, ship_lease, AGENT, ShipLease(lease.ref, "jd", "JD0012345678"))
    run(house, hand_over, renter, HandOver(lease.ref))
    assert unit_states(house)[IMEIS[1]] == "rented"


def test_delivery_that_did_come_is_confirmed_by_the_desk(house):
    renter, lease, moved = shipped_lease(house)
    push(house, line("signed", -3))
    run(house, dispute_delivery, renter, DisputeDelivery(moved.shipment_ref))
    with Expected("parcel_arrived"):
        run(house, hand_over, AGENT, HandOver(lease.ref))
    run(house, settle_delivery, AGENT, SettleDelivery(moved.shipment_ref, True, "家人代收"))
    with Expected("not_disputed"):
        run(house, settle_delivery, AGENT, SettleDelivery(moved.shipment_ref, True, "家人代收"))
    run(house, hand_over, AGENT, HandOver(lease.ref))
    assert lease_state(house, lease) == "renting"


def test_parcel_of_another_renter_is_absent(house):
    _, lease, moved = shipped_lease(house)
    stranger = add_renter(house, 7)
    with pytest.raises(Absent):
        run(house, read_shipments, stranger, ReadShipments(lease.ref))
    with pytest.raises(Absent):
        run(house, dispute_delivery, stranger, DisputeDelivery(moved.shipment_ref))
    with pytest.raises(Absent):
        run(house, dispute_delivery, stranger, DisputeDelivery("FH-nowhere000"))


def test_parcel_without_news_is_said_to_be_delayed(house):
    renter, lease, _ = shipped_lease(house)
    push(house, line("picked_up", -1))
    assert parcel(house, renter, lease, NOW + timedelta(days=1)).state == "picked_up"
    assert parcel(house, renter, lease, NOW + timedelta(days=3)).state == "stuck"


def test_asking_the_courier_moves_the_parcel_and_asks_again_until_it_came(house, monkeypatch):
    renter, lease, _ = shipped_lease(house)
    monkeypatch.setattr(clock, "now", lambda: NOW)
    payload = promised_jobs(house, "ask_courier")[0]["payload"]
    house.run(parcel_jobs.ask_courier(house.door, payload))  # no answer: asked again, nothing moved
    assert parcel(house, renter, lease).state == "booked"
    courier = house.door.services.courier
    courier.answers[WAYBILL] = CourierReport("sf", WAYBILL, (line("picked_up", -4), line("in_transit", -2)))
    house.run(parcel_jobs.ask_courier(house.door, jobs(house, "ask_courier")[-1]["payload"]))
    house.run(parcel_jobs.ask_courier(house.door, jobs(house, "ask_courier")[-1]["payload"]))
    assert parcel(house, renter, lease).state == "moving"
    courier.answers[WAYBILL] = CourierReport("sf", WAYBILL, (line("signed", -1),))
    house.run(parcel_jobs.ask_courier(house.door, jobs(house, "ask_courier")[-1]["payload"]))
    asked = len(jobs(house, "ask_courier"))
    house.run(parcel_jobs.ask_courier(house.door, jobs(house, "ask_courier")[-1]["payload"]))
    assert parcel(house, renter, lease).state == "signed"
    assert len(jobs(house, "ask_courier")) == asked
    assert isinstance(courier, SilentCourier)


def test_return_needs_its_preparation_list(house):
    renter, lease = rented_lease(house)
    steps = run(house, read_return_list, renter, ReadReturnList(lease.ref))
    assert {step.id for step in steps.steps if step.needed} == set(DONE)
    with Expected("return_not_prepared") as refused:
        run(house, send_back, renter, SendBack(lease.ref, "sf", "SF19900001999", DONE[:3]))
    assert refused.value.data["missing"] == list(DONE[3:])
    assert lease_state(house, lease) == "renting"


def test_return_is_picked_up_received_and_inspected_by_the_parcels_days(house):
    renter, lease = rented_lease(house)
    run(house, send_back, renter, SendBack(lease.ref, "sf", "SF19900001999", DONE))
    assert unit_states(house)[IMEIS[0]] == "returning"
    two_later = NOW + timedelta(days=2)
    push(house, line("picked_up", 3), line("signed", 26), waybill="SF19900001999", at=two_later)
    picked_up_at = house.sql("SELECT return_picked_up_at FROM leases WHERE id = $1", lease.id)[0][0]
    assert picked_up_at == NOW + timedelta(hours=3)
    run(house, receive_back, INSPECTOR, ReceiveBack(lease.ref), at=two_later)
    row = house.sql("SELECT state, returned_on FROM leases WHERE id = $1", lease.id)[0]
    assert (row["state"], row["returned_on"]) == ("inspecting", TODAY + timedelta(days=1))
    assert unit_states(house)[IMEIS[0]] == "inspecting"
    ended = house.sql("SELECT until_on FROM device_assignments WHERE lease_id = $1", lease.id)
    assert [row["until_on"] for row in ended] == [TODAY + timedelta(days=1)]


def test_receipt_by_the_desk_or_a_renter_is_refused(house):
    renter, lease = rented_lease(house)
    run(house, send_back, renter, SendBack(lease.ref, "sf", "SF19900001999", DONE))
    for actor in (AGENT, renter):
        with Expected("act_not_yours"):
            run(house, receive_back, actor, ReceiveBack(lease.ref))


def test_cancel_gives_back_what_was_paid_the_deposit_and_the_phone(house):
    renter, lease = signed_lease(house)
    stock_up(house)
    run(house, assign_unit, AGENT, AssignUnit(lease.ref, IMEIS[0]))

    async def pay(ctx):
        await take_payment(ctx.conn, ctx.act_id, lease, 60_000, "WX-1", SIGNED_ON, await book_day(ctx.conn, ctx.now))

    in_act(house, pay)
    run(house, cancel_lease, renter, CancelLease(lease.ref, "不想租了"))
    assert (lease_state(house, lease), unit_states(house)[IMEIS[0]]) == ("cancelled", "in_stock")
    owed = house.sql("SELECT coalesce(sum(outstanding_fen), 0) AS owed FROM charges WHERE lease_id = $1", lease.id)
    assert owed[0]["owed"] == 0
    credit = house.sql("SELECT credit_fen FROM lease_credits WHERE lease_id = $1", lease.id)
    assert credit[0]["credit_fen"] == 60_000
    hold = house.sql("SELECT amount_fen - captured_fen - released_fen AS open_fen FROM holds")[0]
    assert hold["open_fen"] == 0


def test_cancel_while_the_parcel_is_on_its_way_is_refused_and_after_it_failed_is_not(house):
    renter, lease, _ = shipped_lease(house)
    with Expected("parcel_failed"):
        run(house, cancel_lease, renter, CancelLease(lease.ref, "不想租了"))
    push(house, line("refused", -1))
    run(house, cancel_lease, renter, CancelLease(lease.ref, "不想租了"))
    assert (lease_state(house, lease), unit_states(house)[IMEIS[0]]) == ("cancelled", "returning")


def test_cancel_after_the_hand_over_is_refused_with_what_is_possible(house):
    renter, lease = rented_lease(house)
    with Expected("act_not_possible") as refused:
        run(house, cancel_lease, renter, CancelLease(lease.ref, "不想租了"))
    assert "寄回" in refused.value.remedy_zh


def test_lease_is_closed_by_a_specialist_once_everything_is_settled(house):
    renter = add_renter(house)
    owing = add_lease(house, renter, state=LeaseState.SETTLING, paid=11)
    with Expected("nothing_owed") as refused:
        run(house, close_lease, SPECIALIST, CloseLease(owing.ref))
    assert refused.value.data["blocked_by"] == ["nothing_owed", "deposit_settled"]
    with Expected("act_not_yours"):
        run(house, close_lease, renter, CloseLease(owing.ref))
    settled = add_lease(house, renter, no=2, state=LeaseState.SETTLING, paid=12, deposit_fen=0)
    run(house, close_lease, SPECIALIST, CloseLease(settled.ref))
    assert lease_state(house, settled) == "closed"
    with Expected("act_not_possible"):
        run(house, close_lease, SPECIALIST, CloseLease(settled.ref))


def test_lease_without_a_unit_of_the_stock_moves_as_before(house):
    renter = add_renter(house)
    lease = add_lease(house, renter, state=LeaseState.SHIPPED)
    run(house, hand_over, renter, HandOver(lease.ref))
    assert lease_state(house, lease) == "renting"
    assert run(house, read_shipments, AGENT, ReadShipments(lease.ref)).parcels == ()
