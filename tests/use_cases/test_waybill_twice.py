"""A waybill that two renters name: neither is turned away, no courier's line counts for either, a person is asked."""

import pytest
from lease_ground import INSPECTOR, NOW, run
from stock_ground import DONE, IMEIS, WAYBILL, lease_state, line, push, rented_lease

from shouwen.features.deliveries.use_cases import LookAfterParcels, look_after_parcels
from shouwen.features.leases.use_cases.moving import ReceiveBack, SendBack, receive_back, send_back
from shouwen.features.leases.use_cases.parcels import RecordTracking, record_tracking
from shouwen.kernel.actor import SYSTEM
from shouwen.kernel.errors import BadInput, Refusal
from shouwen.platform.courier.port import CourierReport

BACK = "SF199000029999"


@pytest.fixture
def two(house):
    """Two renters with their phones."""
    return [rented_lease(house, no=no, waybill=f"{WAYBILL}{no}", imei=IMEIS[no - 1]) for no in (1, 2)]


def back(house, renter, lease, waybill=BACK):
    return run(house, send_back, renter, SendBack(lease.ref, "sf", waybill, DONE)).shipment_ref


def pickup(house, lease):
    return house.sql("SELECT return_picked_up_at AS at FROM leases WHERE id = $1", lease.id)[0]["at"]


def test_sender_is_not_turned_away_by_whoever_named_the_waybill_first(house, two):
    (first, lease_1), (second, lease_2) = two
    refs = [back(house, first, lease_1), back(house, second, lease_2)]
    assert [lease_state(house, lease) for lease in (lease_1, lease_2)] == ["returning", "returning"]
    asked = house.sql("SELECT payload FROM jobs WHERE kind = 'look_after_parcels' ORDER BY id")
    assert [row["payload"] for row in asked] == [{"lease_id": lease_1.id}, {"lease_id": lease_2.id}]
    for ref, lease in zip(refs, (lease_1, lease_2), strict=True):
        looked = run(house, look_after_parcels, SYSTEM, LookAfterParcels(lease.id))
        assert looked.found == (f"parcel:{ref}:claimed_twice",)
        with pytest.raises(Refusal, match="nothing_wrong"):
            run(house, look_after_parcels, SYSTEM, LookAfterParcels(lease.id))
    assert [row["type"] for row in house.sql("SELECT type FROM cases")] == ["return_tracking"] * 2


def test_lines_of_a_waybill_two_renters_claim_count_for_neither(house, two):
    (first, lease_1), (second, lease_2) = two
    back(house, first, lease_1)
    ref = back(house, second, lease_2)
    lines = (line("picked_up", 0), line("signed", 0))
    assert push(house, *lines, waybill=BACK).outcome == "doubted"
    with pytest.raises(Refusal, match="waybill_doubted"):
        run(house, record_tracking, SYSTEM, RecordTracking(ref, CourierReport("sf", BACK, lines)))
    assert [pickup(house, lease) for lease in (lease_1, lease_2)] == [None, None]
    assert {row["state"] for row in house.sql("SELECT state FROM shipments WHERE waybill = $1", BACK)} == {"booked"}
    run(house, receive_back, INSPECTOR, ReceiveBack(lease_2.ref))  # the phone that came says whose it was
    assert [lease_state(house, lease) for lease in (lease_1, lease_2)] == ["returning", "inspecting"]


def test_waybill_of_ones_own_or_of_a_parcel_of_ours_is_still_refused(house, two):
    first, lease_1 = two[0]
    for taken in (f"{WAYBILL}1", f"{WAYBILL}2"):
        with pytest.raises(BadInput):
            back(house, first, lease_1, taken)
    assert lease_state(house, lease_1) == "renting"
    assert back(house, first, lease_1)
    assert push(house, line("picked_up", 0), waybill=BACK).outcome == "moved"
    assert pickup(house, lease_1) == NOW
