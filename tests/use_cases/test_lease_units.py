"""The phones with a lease and those in stock that fit it, as the desk reads them."""

import pytest
from lease_ground import AGENT, INSPECTOR, TODAY, in_act, run
from stock_ground import IMEIS, rented_lease, returned_lease, shipped_lease, signed_lease, stock_up

from shouwen.features.leases.use_cases.moving import AssignUnit, assign_unit
from shouwen.features.leases.use_cases.phone import ReadUnits, read_units
from shouwen.features.leases.use_cases.swap import AskSwap, SendSwap, ask_swap, send_swap
from shouwen.features.stock.types import UnitState
from shouwen.kernel.actor import Actor, Role
from shouwen.kernel.errors import Absent


def units(house, lease, actor=AGENT):
    return run(house, read_units, actor, ReadUnits(lease.ref))


def hold(house, imei, lease, subject="DS-20261118-0032"):
    async def place(ctx):
        await ctx.conn.execute(
            "INSERT INTO phone_holds (imei, lease_id, subject, held_at) VALUES ($1, $2, $3, $4)",
            imei, lease.id, subject, ctx.now,
        )  # fmt: skip

    in_act(house, place)


def test_phone_set_aside_is_the_leases_and_fits_nobody_else(house):
    stock_up(house)
    _, lease = signed_lease(house)
    assert [one.imei for one in units(house, lease).fitting] == list(IMEIS)
    assert units(house, lease).phones == ()
    run(house, assign_unit, AGENT, AssignUnit(lease.ref, IMEIS[1]))
    found = units(house, lease)
    assert [(one.imei, one.state, one.current) for one in found.phones] == [(IMEIS[1], UnitState.RESERVED, True)]
    assert [one.imei for one in found.fitting] == [IMEIS[0], IMEIS[2]]


def test_phone_of_another_model_or_kept_for_a_claim_does_not_fit(house):
    stock_up(house, IMEIS[0])
    stock_up(house, IMEIS[1], model="iPhone 14")
    stock_up(house, IMEIS[2])
    _, lease = signed_lease(house)
    hold(house, IMEIS[2], lease)
    assert [one.imei for one in units(house, lease).fitting] == [IMEIS[0]]


def test_phone_kept_for_a_claim_names_it(house):
    _, lease = rented_lease(house)
    assert units(house, lease).phones[0].held_for == ""
    hold(house, IMEIS[0], lease)
    assert units(house, lease).phones[0].held_for == "DS-20261118-0032"


def test_new_phone_of_a_swap_is_not_the_leases_until_it_is_received(house):
    _, lease = rented_lease(house)
    swap = run(house, ask_swap, AGENT, AskSwap(lease.ref, "屏幕不显示", TODAY))
    run(house, send_swap, AGENT, SendSwap(swap.swap_ref, IMEIS[1], "sf", "SF199000010777"))
    found = {one.imei: one.current for one in units(house, lease).phones}
    assert found == {IMEIS[0]: True, IMEIS[1]: False}


def test_inspector_sees_the_phone_of_a_returned_lease_and_of_no_other(house):
    _, lease = returned_lease(house)
    assert units(house, lease, INSPECTOR).phones[0].state is UnitState.INSPECTING
    _, other, _ = shipped_lease(house, no=2, waybill="SF199000010555", imei=IMEIS[1])
    with pytest.raises(Absent):
        units(house, other, INSPECTOR)


@pytest.mark.parametrize("role", [Role.RENTER, Role.ADMIN, Role.APPRAISER])
def test_stock_is_not_there_for_others(house, role):
    _, lease = signed_lease(house)
    with pytest.raises(Absent):
        units(house, lease, Actor(role, 77, "别人"))
