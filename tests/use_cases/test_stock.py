"""The stock: phones taken in by IMEI, set aside for leases, kept as they are while contested (QUAR-1)."""

import asyncio

import pytest
from lease_ground import AGENT, INSPECTOR, NOW, add_renter, in_act, run
from stock_ground import IMEIS, rented_lease, returned_lease, signed_lease, stock_up, unit_states

from shouwen.features.leases.public import hold_phone, lease_by_id, move_lease, release_phone
from shouwen.features.leases.types import LeaseAct
from shouwen.features.leases.use_cases.moving import AssignUnit, assign_unit
from shouwen.features.stock.types import UnitAct, UnitState
from shouwen.features.stock.use_cases import ListUnits, MoveUnit, list_units, move_unit
from shouwen.kernel.actor import Actor, Role
from shouwen.kernel.errors import Absent, BadInput, Refusal

ADMIN = Actor(Role.ADMIN, 9, "管理员")


def ref_of(house, imei):
    return house.sql("SELECT ref FROM device_units WHERE imei = $1", imei)[0]["ref"]


def test_register_phones_takes_new_ones_in_and_names_those_known(house):
    assert stock_up(house, *IMEIS[:2]).registered == 2
    again = stock_up(house)
    assert (again.registered, again.known) == (1, IMEIS[:2])
    rows = run(house, list_units, AGENT, ListUnits()).rows
    assert {(row.imei, row.state, row.held_for) for row in rows} == {(i, UnitState.IN_STOCK, "") for i in IMEIS}


def test_register_number_with_wrong_check_digit_is_refused_and_nothing_is_kept(house):
    with pytest.raises(BadInput) as refused:
        stock_up(house, IMEIS[0], "490154203237519")
    assert "第 2 台" in refused.value.zh
    assert unit_states(house) == {}


def test_register_the_same_number_twice_in_one_delivery_is_refused(house):
    with pytest.raises(BadInput):
        stock_up(house, IMEIS[0], IMEIS[0])


def test_renter_and_admin_see_no_stock(house):
    renter = add_renter(house)
    for actor in (renter, ADMIN):
        with pytest.raises(Absent):
            run(house, list_units, actor, ListUnits())


def test_list_is_found_by_last_digits_and_by_state(house):
    stock_up(house)
    assert [r.imei for r in run(house, list_units, AGENT, ListUnits(q="7518")).rows] == [IMEIS[0]]
    assert run(house, list_units, INSPECTOR, ListUnits(state=UnitState.RENTED)).rows == ()
    with pytest.raises(BadInput):
        run(house, list_units, AGENT, ListUnits(q="518"))


def test_assign_sets_a_phone_aside_and_names_it_on_the_lease(house):
    _, lease = signed_lease(house)
    stock_up(house)
    assert run(house, assign_unit, AGENT, AssignUnit(lease.ref, IMEIS[0])).imei == IMEIS[0]
    assert unit_states(house)[IMEIS[0]] == "reserved"
    assert house.sql("SELECT imei FROM leases WHERE id = $1", lease.id)[0]["imei"] == IMEIS[0]


def test_assign_another_phone_returns_the_first_to_stock(house):
    _, lease = signed_lease(house)
    stock_up(house)
    for imei in IMEIS[:2]:
        run(house, assign_unit, AGENT, AssignUnit(lease.ref, imei))
    assert unit_states(house) == {IMEIS[0]: "in_stock", IMEIS[1]: "reserved", IMEIS[2]: "in_stock"}
    with pytest.raises(BadInput):
        run(house, assign_unit, AGENT, AssignUnit(lease.ref, IMEIS[1]))


def test_assign_phone_of_another_lease_another_model_or_none_is_refused(house):
    _, lease = signed_lease(house)
    _, other = signed_lease(house, no=2)
    stock_up(house, IMEIS[0])
    stock_up(house, IMEIS[1], model="iPhone 15")
    run(house, assign_unit, AGENT, AssignUnit(lease.ref, IMEIS[0]))
    for imei, code in ((IMEIS[0], "unit_act_not_possible"), (IMEIS[1], "unit_differs"), (IMEIS[2], "bad_input")):
        with pytest.raises(Refusal) as refused:
            run(house, assign_unit, AGENT, AssignUnit(other.ref, imei))
        assert refused.value.code == code


def test_two_assign_one_phone_at_once_and_one_wins(house):
    leases = [signed_lease(house, no=no)[1] for no in (1, 2)]
    stock_up(house, IMEIS[0])

    async def both():
        acts = (house.door.run(assign_unit, AGENT, AssignUnit(one.ref, IMEIS[0]), at=NOW) for one in leases)
        return await asyncio.gather(*acts, return_exceptions=True)

    outcomes = house.run(both())
    assert sorted(type(one).__name__ for one in outcomes) == ["Refusal", "UnitAssigned"]
    assert len(house.sql("SELECT 1 FROM leases WHERE imei = $1", IMEIS[0])) == 1


def test_assign_after_shipping_and_by_a_renter_is_refused(house):
    renter, lease = returned_lease(house)
    with pytest.raises(Refusal) as refused:
        run(house, assign_unit, AGENT, AssignUnit(lease.ref, IMEIS[1]))
    assert refused.value.code == "too_late_for_unit"
    with pytest.raises(Absent):
        run(house, assign_unit, renter, AssignUnit(lease.ref, IMEIS[1]))


def test_inspected_phone_goes_to_repair_and_back_into_stock(house):
    returned_lease(house)
    ref = ref_of(house, IMEIS[0])
    assert run(house, move_unit, INSPECTOR, MoveUnit(ref, UnitAct.TO_REPAIR)).state is UnitState.REPAIR
    assert run(house, move_unit, INSPECTOR, MoveUnit(ref, UnitAct.RESTOCK)).state is UnitState.IN_STOCK
    assert house.sql("SELECT lease_id FROM device_units WHERE ref = $1", ref)[0]["lease_id"] is None


def test_contested_phone_is_not_stocked_repaired_or_rented_until_released(house):
    _, lease = returned_lease(house)
    _, next_lease = signed_lease(house, no=2)
    ref = ref_of(house, IMEIS[0])

    async def hold(ctx):
        await hold_phone(ctx.conn, lease.id, "DS-aaaaaaaaaa", NOW)

    in_act(house, hold)
    assert run(house, list_units, AGENT, ListUnits(q="7518")).rows[0].held_for == "DS-aaaaaaaaaa"
    for act in (UnitAct.TO_REPAIR, UnitAct.RESTOCK, UnitAct.RETIRE):
        with pytest.raises(Refusal) as refused:
            run(house, move_unit, INSPECTOR, MoveUnit(ref, act))
        assert (refused.value.code, refused.value.rule) == ("phone_held", "QUAR-1")

    async def release(ctx):
        await release_phone(ctx.conn, "DS-aaaaaaaaaa", NOW, "decided")

    in_act(house, release)
    run(house, move_unit, INSPECTOR, MoveUnit(ref, UnitAct.RESTOCK))
    in_act(house, hold)
    with pytest.raises(Refusal) as refused:
        run(house, assign_unit, AGENT, AssignUnit(next_lease.ref, IMEIS[0]))
    assert refused.value.code == "phone_held"


def moved(house, lease, *acts):
    """Acts of other features on the lease, one after the other."""

    async def work(ctx):
        for act in acts:
            row = await lease_by_id(ctx.conn, lease.id, lock=True)
            await move_lease(ctx, row, act)

    in_act(house, work)


def test_phone_goes_along_when_its_lease_is_bought_out_lost_or_found(house):
    _, bought = rented_lease(house)
    _, lost = rented_lease(house, no=2, imei=IMEIS[1], waybill="SF199000010499")
    moved(house, bought, LeaseAct.BUY_OUT)
    moved(house, lost, LeaseAct.REPORT_LOST)
    assert unit_states(house) == {IMEIS[0]: "sold", IMEIS[1]: "lost", IMEIS[2]: "in_stock"}
    moved(house, lost, LeaseAct.FIND)
    assert unit_states(house)[IMEIS[1]] == "rented"
    open_days = house.sql("SELECT lease_id FROM device_assignments WHERE until_on IS NULL")
    assert [row["lease_id"] for row in open_days] == [lost.id]


def test_lost_phone_that_turns_up_after_its_lease_closed_is_received_by_the_warehouse(house):
    _, lease = rented_lease(house)
    moved(house, lease, LeaseAct.REPORT_LOST)
    with pytest.raises(BadInput):
        run(house, move_unit, INSPECTOR, MoveUnit(ref_of(house, IMEIS[0]), UnitAct.RECEIVE))
    moved(house, lease, LeaseAct.CLOSE)
    run(house, move_unit, INSPECTOR, MoveUnit(ref_of(house, IMEIS[0]), UnitAct.RECEIVE))
    assert unit_states(house)[IMEIS[0]] == "inspecting"


def test_phone_of_a_lease_is_not_moved_by_the_warehouse_alone(house):
    _, lease = signed_lease(house)
    stock_up(house)
    run(house, assign_unit, AGENT, AssignUnit(lease.ref, IMEIS[0]))
    for act in (UnitAct.RECEIVE, UnitAct.RENT):
        with pytest.raises(BadInput):
            run(house, move_unit, AGENT, MoveUnit(ref_of(house, IMEIS[0]), act))
    with pytest.raises(Absent):
        run(house, move_unit, AGENT, MoveUnit("SB-nowhere000", UnitAct.RETIRE))
    assert unit_states(house)[IMEIS[0]] == "reserved"
