"""A small warehouse for tests: phones in stock, a signed lease that waits for one, and a courier in this process."""

from datetime import timedelta

import msgspec
from lease_ground import AGENT, INSPECTOR, NOW, TODAY, add_lease, add_renter, in_act, run

from shouwen.features.leases.types import LeaseState
from shouwen.features.leases.use_cases.moving import (
    AssignUnit,
    HandOver,
    PrepareLease,
    ReceiveBack,
    SendBack,
    ShipLease,
    assign_unit,
    hand_over,
    prepare_lease,
    receive_back,
    send_back,
    ship_lease,
)
from shouwen.features.leases.use_cases.parcels import TakeTracking, take_tracking
from shouwen.features.stock.public import book_parcel, insert_swap
from shouwen.features.stock.types import Direction
from shouwen.features.stock.use_cases import RegisterUnits, UnitToRegister, register_units
from shouwen.kernel.actor import ANONYMOUS
from shouwen.platform.courier.port import CourierLine, CourierReport
from shouwen.platform.courier.wire import open_report, sign_text

MODEL = "iPhone 15 Pro Max"
IMEIS = ("490154203237518", "356938035643809", "353879234252633")
KEY = "a shared key of the courier"
WAYBILL = "SF199000010417"
DONE = ("backup", "signed_out", "sim_out", "photographed", "wiped")


class SilentCourier:
    """A courier whose pushes are signed and which, asked, says what `answers` holds."""

    def __init__(self):
        self.answers: dict[str, CourierReport] = {}

    async def track(self, courier, waybill):
        return self.answers.get(waybill)

    def read_push(self, param, sign):
        return open_report(KEY, param, sign)


def stock_up(house, *imeis, model=MODEL, actor=AGENT, **more):
    units = tuple(UnitToRegister(imei, model, **more) for imei in imeis or IMEIS)
    return run(house, register_units, actor, RegisterUnits(units))


def signed_lease(house, *, no=1, state=LeaseState.SIGNED, paid=0, **more):
    """A renter and their signed lease without a phone; the stock holds some."""
    renter = add_renter(house, no)
    lease = add_lease(house, renter, no=no, state=state, paid=paid, **more)
    house.run(_without_phone(house, lease.id))
    return renter, lease


async def _without_phone(house, lease_id):
    async with house.door.writes.acquire() as conn, conn.transaction():
        await conn.execute("SELECT set_config('shouwen.act', '1', true)")
        await conn.execute("UPDATE leases SET imei = '' WHERE id = $1", lease_id)


def shipped_lease(house, *, no=1, waybill=WAYBILL, imei=IMEIS[0], **more):
    """A lease whose phone is on its way; the shipment's reference is `moved.shipment_ref`."""
    house.door.services.courier = house.door.services.courier or SilentCourier()
    renter, lease = signed_lease(house, no=no, **more)
    if not house.sql("SELECT 1 FROM device_units WHERE imei = $1", imei):
        stock_up(house)
    run(house, assign_unit, AGENT, AssignUnit(lease.ref, imei))
    run(house, prepare_lease, AGENT, PrepareLease(lease.ref))
    moved = run(house, ship_lease, AGENT, ShipLease(lease.ref, "sf", waybill))
    return renter, lease, moved


def rented_lease(house, **more):
    """A lease whose renter has confirmed the phone."""
    renter, lease, _ = shipped_lease(house, **more)
    run(house, hand_over, renter, HandOver(lease.ref))
    return renter, lease


def returned_lease(house, **more):
    """A lease whose phone the warehouse has received back."""
    renter, lease = rented_lease(house, **more)
    run(house, send_back, renter, SendBack(lease.ref, "sf", f"{WAYBILL}9", DONE))
    run(house, receive_back, INSPECTOR, ReceiveBack(lease.ref))
    return renter, lease


def add_staff(house, *people):
    """Rows for colleagues whose name is kept with what they do."""

    async def add(ctx):
        for who in people:
            await ctx.conn.execute(
                "INSERT INTO staff (id, login, name, role, password_hash, created_at) OVERRIDING SYSTEM VALUE"
                " VALUES ($1, $2, $3, $4, 'x', $5)",
                who.id, f"s{who.id}", who.name, who.role, NOW,
            )  # fmt: skip

    in_act(house, add)


def add_parcel(house, lease, direction="back", waybill="SF199000010400"):
    """A parcel of a lease that has had none; its reference."""

    async def book(ctx):
        shipment, _ = await book_parcel(
            ctx.conn, Direction(direction), lease.id, lease.renter_id, "sf", waybill, None, ctx.now
        )
        return shipment.ref

    return in_act(house, book)


def add_swap(house, lease):
    """A swap asked for on a lease; its reference."""

    async def ask(ctx):
        swap = await insert_swap(
            ctx.conn, "HJ-aaaaaaaaaa", lease.id, lease.renter_id, None, "屏幕不显示", None, ctx.now, TODAY
        )
        return swap.ref

    return in_act(house, ask)


def line(code, hours=0, no=None, at=NOW, **more):
    return CourierLine(no or f"{code}-{hours}", at + timedelta(hours=hours), code, **more)


def push(house, *lines, waybill=WAYBILL, courier="sf", sign=None, at=NOW):
    """What the courier pushes, signed."""
    param = msgspec.json.encode(CourierReport(courier, waybill, lines)).decode()
    return run(house, take_tracking, ANONYMOUS, TakeTracking(param, sign or sign_text(KEY, param)), at=at)


def unit_states(house):
    return {row["imei"]: row["state"] for row in house.sql("SELECT imei, state FROM device_units")}


def lease_state(house, lease):
    return house.sql("SELECT state FROM leases WHERE id = $1", lease.id)[0]["state"]
