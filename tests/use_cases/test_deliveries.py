"""What goes wrong on the way becomes one case the renter can answer, and nothing is charged by itself."""

from datetime import date, timedelta

import pytest
from lease_ground import AGENT, NOW, SIGNED_ON, TODAY, add_renter, in_act, run
from stock_ground import DONE, IMEIS, WAYBILL, line, push, rented_lease, shipped_lease, signed_lease

from shouwen.features.cases.use_cases import ListCases, list_cases
from shouwen.features.deliveries import jobs
from shouwen.features.deliveries.public import day_courier
from shouwen.features.deliveries.use_cases import (
    ListParcelCases,
    LookAfterParcels,
    list_parcel_cases,
    look_after_parcels,
)
from shouwen.features.leases.types import LeaseState
from shouwen.features.leases.use_cases.moving import CancelLease, SendBack, cancel_lease, send_back
from shouwen.features.leases.use_cases.parcels import DisputeDelivery, dispute_delivery
from shouwen.features.leases.use_cases.swap import AskSwap, FinishSwap, SendSwap, ask_swap, finish_swap, send_swap
from shouwen.kernel.actor import SYSTEM
from shouwen.kernel.errors import Absent, Refusal


def day(house, on=TODAY, at=NOW):
    return in_act(house, lambda ctx: day_courier(ctx, on, 0, 1_000), at=at)


def look(house, lease, at=NOW):
    return run(house, look_after_parcels, SYSTEM, LookAfterParcels(lease.id), at=at)


def cases(house):
    return [(row["type"], row["urgent"]) for row in house.sql("SELECT type, urgent FROM cases ORDER BY id")]


def test_lease_past_its_ship_by_day_gets_one_urgent_case_and_may_be_cancelled(house):
    renter, lease = signed_lease(house, state=LeaseState.PREPARING)
    assert day(house, on=SIGNED_ON) == 0
    assert day(house) == 1
    assert day(house) == 0  # the same day asks once
    asked = house.sql("SELECT payload FROM jobs WHERE kind = 'look_after_parcels'")
    assert [row["payload"] for row in asked] == [{"lease_id": lease.id}]
    look(house, lease)
    assert cases(house) == [("shipping_late", True)]
    with pytest.raises(Refusal) as refused:
        look(house, lease)
    assert refused.value.code == "nothing_wrong"
    house.run(jobs.look(house.door, {"lease_id": lease.id}))
    assert day(house, on=TODAY + timedelta(days=1)) == 0
    own = run(house, list_cases, renter, ListCases())
    assert "发货" in str(own)
    run(house, cancel_lease, renter, CancelLease(lease.ref, "等不及了"))


@pytest.mark.parametrize("code", ["lost", "refused", "problem"])
def test_parcel_in_trouble_opens_its_case_at_once(house, code):
    _, lease, _ = shipped_lease(house)
    push(house, line(code, -1))
    asked = [job for row in house.sql("SELECT jobs FROM outbox WHERE jobs IS NOT NULL") for job in row["jobs"]]
    assert [job["payload"] for job in asked if job["kind"] == "look_after_parcels"] == [{"lease_id": lease.id}]
    look(house, lease)
    assert cases(house) == [("shipping_late", True)]


def test_delivery_that_never_came_opens_a_case_and_the_same_one_is_joined_when_it_is_lost(house):
    renter, lease, moved = shipped_lease(house)
    push(house, line("signed", -3))
    run(house, dispute_delivery, renter, DisputeDelivery(moved.shipment_ref))
    assert look(house, lease).found == (f"parcel:{moved.shipment_ref}:not_received",)
    assert len(cases(house)) == 1


def test_renter_reads_which_case_deals_with_their_parcel_and_a_stranger_does_not(house):
    renter, lease, moved = shipped_lease(house)
    asked = ListParcelCases(lease.ref)
    assert run(house, list_parcel_cases, renter, asked) == []
    push(house, line("lost", -1))
    look(house, lease)
    [found] = run(house, list_parcel_cases, renter, asked)
    assert (found.subject, found.state) == (f"parcel:{moved.shipment_ref}:lost", "open")
    assert [found.case_ref] == [row["ref"] for row in house.sql("SELECT ref FROM cases")]
    with pytest.raises(Absent):
        run(house, list_parcel_cases, add_renter(house, 2), asked)


def test_parcel_without_news_is_looked_into_on_its_day(house):
    _, lease, _ = shipped_lease(house)
    push(house, line("picked_up", -1))
    on, at = TODAY + timedelta(days=3), NOW + timedelta(days=3)
    assert day(house, on=TODAY + timedelta(days=1), at=NOW + timedelta(days=1)) == 1  # the courier is asked anew
    assert house.sql("SELECT count(*) FROM jobs WHERE kind = 'look_after_parcels'")[0][0] == 0
    day(house, on=on, at=at)
    assert house.sql("SELECT count(*) FROM jobs WHERE kind = 'look_after_parcels'")[0][0] == 1
    look(house, lease, at=at)
    assert cases(house) == [("shipping_late", True)]


def test_return_that_is_lost_is_a_case_of_its_own_and_says_who_bears_it(house):
    renter, lease = rented_lease(house)
    run(house, send_back, renter, SendBack(lease.ref, "sf", f"{WAYBILL}9", DONE))
    push(house, line("picked_up", -3), line("lost", -1), waybill=f"{WAYBILL}9")
    look(house, lease)
    assert cases(house) == [("return_tracking", False)]
    said = house.sql("SELECT string_agg(body, ' ') AS body FROM messages")[0]["body"]
    assert "不由租客承担" in str(said)


def test_old_phone_of_a_swap_not_back_in_time_is_a_case_and_no_charge(house):
    renter, lease = rented_lease(house)
    ref = run(house, ask_swap, AGENT, AskSwap(lease.ref, "屏幕不显示", TODAY)).swap_ref
    run(house, send_swap, AGENT, SendSwap(ref, IMEIS[1], "sf", "SF199000020001"))
    run(house, finish_swap, renter, FinishSwap(ref))
    charges = house.sql("SELECT count(*) FROM charges")[0][0]
    later = NOW + timedelta(days=8)
    assert look(house, lease, at=later).found == (f"swap:{ref}",)
    assert cases(house) == [("return_tracking", False)]
    assert house.sql("SELECT count(*) FROM charges")[0][0] == charges


def test_parcel_the_renter_has_confirmed_is_no_trouble_however_silent_its_courier(house):
    _, lease = rented_lease(house)
    with pytest.raises(Refusal):
        look(house, lease, at=NOW + timedelta(days=30))
    state = house.sql("SELECT state, delivered_on FROM shipments")[0]
    assert (state["state"], state["delivered_on"]) == ("signed", TODAY)


def test_parcels_that_came_and_leases_in_time_need_nobody(house):
    shipped_lease(house)
    push(house, line("picked_up", -5), line("signed", -1))
    signed_lease(house, no=2)
    in_time = date(2026, 5, 10)
    assert day(house, on=in_time) == 0
