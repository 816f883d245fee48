"""A lease on its way: a phone assigned, prepared, shipped, handed over, sent back, received; or cancelled."""

from datetime import date
from typing import Annotated

from msgspec import Meta, Struct
from msgspec.structs import replace

from shouwen.features.contracts.public import contract_in_force
from shouwen.features.leases.cancelling import give_everything_back
from shouwen.features.leases.moving import LeaseMoved, perform, refuse_act
from shouwen.features.leases.public import access_lease, move_lease
from shouwen.features.leases.rules.life import STATE_ZH
from shouwen.features.leases.rules.return_list import RETURN_STEPS, ReturnStep, refuse_unprepared
from shouwen.features.leases.store import leases as store
from shouwen.features.leases.types import LeaseAct, LeaseRow, LeaseState
from shouwen.features.money.public import rests_until_had
from shouwen.features.stock.public import (
    book_parcel,
    newest_parcel,
    parcels_of,
    reserve,
    unit_does,
    unit_of,
)
from shouwen.features.stock.types import ARRIVED, Direction, ShipmentState, UnitAct
from shouwen.kernel.days import beijing_on
from shouwen.kernel.errors import BadInput, Refusal
from shouwen.platform.door import Ctx
from shouwen.platform.events import Done, Event
from shouwen.platform.fields import Ref
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case

CourierCode = Annotated[str, Meta(min_length=1, max_length=20, pattern=r"^[a-z0-9]+\Z")]
Waybill = Annotated[str, Meta(min_length=6, max_length=40, pattern=r"^[A-Za-z0-9-]+\Z")]
Imei = Annotated[str, Meta(pattern=r"^[0-9]{15}\Z")]
Why = Annotated[str, Meta(max_length=200)]
_BEFORE_SHIPPING = (LeaseState.SIGNED, LeaseState.PREPARING)


class AssignUnit(Struct, frozen=True, forbid_unknown_fields=True):
    """The phone of the stock that this lease gets; another one set aside for it goes back to stock."""

    lease_ref: Ref
    imei: Imei


class UnitAssigned(Struct, frozen=True):
    """The phone now set aside for the lease."""

    lease_ref: str
    unit_ref: str
    imei: str


@use_case(AssignUnit, UnitAssigned, permission=Permission.STOCK, method="POST", path="/leases/{lease_ref}/unit")
async def assign_unit(ctx: Ctx, command: AssignUnit) -> Done[UnitAssigned]:
    """从库存给订单配一台手机，型号要和订单一致
    Set a phone of the stock aside for a lease before it is shipped; it must be as agreed."""
    lease = await access_lease(ctx.conn, ctx.actor, command.lease_ref, lock=True)
    if lease.state not in _BEFORE_SHIPPING:
        raise Refusal(
            "too_late_for_unit", f"订单现在是“{STATE_ZH[lease.state]}”，发货前才能配机",
            "a phone is assigned after signing and before shipping",
            remedy_zh="租用中的手机有问题，请办理换机", remedy_en="while renting, swap the phone",
        )  # fmt: skip
    before = await unit_of(ctx.conn, lease.id)
    if before is not None and before.imei == command.imei:
        raise BadInput("imei", "这台手机已经配给这笔订单", "this phone is assigned already")
    if before is not None:
        await unit_does(ctx.conn, before, UnitAct.RELEASE, ctx.now, None)
    unit = await reserve(ctx.conn, command.imei, lease.model, lease.storage, lease.colour, lease.id, ctx.now)
    await store.write_phone(ctx.conn, lease.id, unit.imei, unit.serial_no)
    event = _event(lease, "lease.unit_assigned", f"订单 {lease.ref} 配好手机（IMEI 尾号 {unit.imei[-4:]}）")
    return Done(UnitAssigned(lease.ref, unit.ref, unit.imei), event)


class PrepareLease(Struct, frozen=True, forbid_unknown_fields=True):
    """Begin to prepare the phone; again after a parcel that was refused, stuck or lost."""

    lease_ref: Ref
    why: Why = ""


@use_case(
    PrepareLease, LeaseMoved, permission=Permission.LEASE_MOVE, method="POST", path="/leases/{lease_ref}/preparation"
)
async def prepare_lease(ctx: Ctx, command: PrepareLease) -> Done[LeaseMoved]:
    """开始备货；包裹退回、停滞或丢失后可以重新备货
    Begin to prepare the phone, also anew after a parcel that failed."""
    lease = await access_lease(ctx.conn, ctx.actor, command.lease_ref, lock=True)
    facts = await refuse_act(ctx, lease, LeaseAct.PREPARE)
    if lease.state is LeaseState.SHIPPED:
        await _parcel_failed(ctx, lease, facts.parcel)
    state, event = await move_lease(ctx, lease, LeaseAct.PREPARE, why=command.why)
    return Done(LeaseMoved(lease.ref, state), event)


class ShipLease(Struct, frozen=True, forbid_unknown_fields=True):
    """The parcel that brings the renter the phone; `promised_on` is the day the courier promises."""

    lease_ref: Ref
    courier: CourierCode
    waybill: Waybill
    promised_on: date | None = None


@use_case(ShipLease, LeaseMoved, permission=Permission.LEASE_MOVE, method="POST", path="/leases/{lease_ref}/shipment")
async def ship_lease(ctx: Ctx, command: ShipLease) -> Done[LeaseMoved]:
    """发货：手机已配好、押金已冻结、没有等待答复的变更
    Ship the phone: assigned, deposit held, no amendment waiting."""
    lease = await access_lease(ctx.conn, ctx.actor, command.lease_ref, lock=True)
    today = beijing_on(ctx.now)
    if command.promised_on is not None and not 0 <= (command.promised_on - today).days <= 60:
        raise BadInput("promised_on", "预计送达日应在今天到 60 天之内", "the promised day is within 60 days from today")
    state, event = await perform(ctx, lease, LeaseAct.SHIP)
    unit = await unit_of(ctx.conn, lease.id)
    shipment, job = await book_parcel(
        ctx.conn, Direction.OUT, lease.id, lease.renter_id, command.courier, command.waybill,
        None if unit is None else unit.id, ctx.now, command.promised_on,
    )  # fmt: skip
    event = replace(event, data={**event.data, "shipment": shipment.ref}, jobs=(job,))
    return Done(LeaseMoved(lease.ref, state, shipment.ref), event)


class HandOver(Struct, frozen=True, forbid_unknown_fields=True):
    """The renter has the phone."""

    lease_ref: Ref


@use_case(HandOver, LeaseMoved, permission=Permission.LEASE_MOVE, method="POST", path="/leases/{lease_ref}/handover")
async def hand_over(ctx: Ctx, command: HandOver) -> Done[LeaseMoved]:
    """确认收货：租客本人随时可以确认；其他人要等快递显示送达
    The renter has the phone: by their own word at any time, by others' once the courier says so."""
    lease = await access_lease(ctx.conn, ctx.actor, command.lease_ref, lock=True)
    parcel, on = await newest_parcel(ctx.conn, lease.id, Direction.OUT), beijing_on(ctx.now)
    if parcel is not None and parcel.state in ARRIVED and not parcel.is_contested and parcel.delivered_on is not None:
        on = min(parcel.delivered_on, on)
    rests = None
    if lease.state is LeaseState.SHIPPED:  # what fell due on the way bears no fee, also not afterwards (PAUSE-1)
        rests = await rests_until_had(ctx.conn, lease.id, beijing_on(ctx.now))
    state, event = await perform(ctx, lease, LeaseAct.HAND_OVER, on=on)
    if rests is not None:
        event = replace(event, data={**event.data, "rests_through": str(rests)})
    return Done(LeaseMoved(lease.ref, state), event)


class ReadReturnList(Struct, frozen=True, forbid_unknown_fields=True):
    """What to do before the phone goes back."""

    lease_ref: Ref


class ReturnList(Struct, frozen=True):
    """The steps, and the last day of the term with its clause."""

    lease_ref: str
    steps: tuple[ReturnStep, ...]
    until_on: date
    clause: str


@use_case(
    ReadReturnList, ReturnList, permission=Permission.LEASE_READ, method="GET", path="/leases/{lease_ref}/return-list"
)
async def read_return_list(ctx: Ctx, command: ReadReturnList) -> ReturnList:
    """归还准备清单：备份、退出账号、取卡、拍照、抹除
    The preparation list of a return: back up, sign out, cards out, pictures, wipe."""
    lease = await access_lease(ctx.conn, ctx.actor, command.lease_ref)
    _, contract = await contract_in_force(ctx.conn, lease.id)
    clauses = contract.clauses_for("end_of_term")
    return ReturnList(lease.ref, RETURN_STEPS, contract.due_on[-1], clauses[0] if clauses else "")


class SendBack(Struct, frozen=True, forbid_unknown_fields=True):
    """The renter's parcel back to us, and the steps of the preparation list that are done."""

    lease_ref: Ref
    courier: CourierCode
    waybill: Waybill
    done: Annotated[tuple[Annotated[str, Meta(max_length=40)], ...], Meta(max_length=20)] = ()


@use_case(SendBack, LeaseMoved, permission=Permission.LEASE_MOVE, method="POST", path="/leases/{lease_ref}/return")
async def send_back(ctx: Ctx, command: SendBack) -> Done[LeaseMoved]:
    """登记寄回：先完成准备清单，再填快递和运单号
    Send the phone back: the preparation list first, then courier and waybill."""
    lease = await access_lease(ctx.conn, ctx.actor, command.lease_ref, lock=True)
    await refuse_act(ctx, lease, LeaseAct.SEND_BACK)
    refuse_unprepared(frozenset(command.done))
    unit = await unit_of(ctx.conn, lease.id)
    state, event = await move_lease(ctx, lease, LeaseAct.SEND_BACK)
    shipment, job = await book_parcel(
        ctx.conn, Direction.BACK, lease.id, lease.renter_id, command.courier, command.waybill,
        None if unit is None else unit.id, ctx.now,
    )  # fmt: skip
    done = [step.id for step in RETURN_STEPS if step.id in command.done]
    event = replace(event, data={**event.data, "shipment": shipment.ref, "prepared": done}, jobs=(job,))
    return Done(LeaseMoved(lease.ref, state, shipment.ref), event)


class ReceiveBack(Struct, frozen=True, forbid_unknown_fields=True):
    """The warehouse has the returned phone."""

    lease_ref: Ref


@use_case(ReceiveBack, LeaseMoved, permission=Permission.LEASE_MOVE, method="POST", path="/leases/{lease_ref}/receipt")
async def receive_back(ctx: Ctx, command: ReceiveBack) -> Done[LeaseMoved]:
    """收到归还的手机，检测期限从包裹到仓那天算起（INSP-1）
    The returned phone is here; the days to inspect it count from the parcel's arrival (INSP-1)."""
    lease = await access_lease(ctx.conn, ctx.actor, command.lease_ref, lock=True)
    on = beijing_on(ctx.now)
    for parcel in await parcels_of(ctx.conn, lease.id, ctx.now):
        if parcel.direction is Direction.BACK and parcel.delivered_on is not None:
            on = min(beijing_on(ctx.now), max(parcel.delivered_on, lease.return_sent_on or parcel.delivered_on))
    state, event = await perform(ctx, lease, LeaseAct.RECEIVE, on=on)
    return Done(LeaseMoved(lease.ref, state), event)


class CancelLease(Struct, frozen=True, forbid_unknown_fields=True):
    """End a lease whose phone has not reached the renter."""

    lease_ref: Ref
    why: Annotated[str, Meta(min_length=2, max_length=200)]


@use_case(
    CancelLease, LeaseMoved, permission=Permission.LEASE_MOVE, method="POST", path="/leases/{lease_ref}/cancellation"
)
async def cancel_lease(ctx: Ctx, command: CancelLease) -> Done[LeaseMoved]:
    """取消订单：账单冲销，已付的钱全部退还，押金解冻，手机放回库存
    Cancel: bills reversed, everything paid given back, the hold released, the phone back in stock."""
    lease = await access_lease(ctx.conn, ctx.actor, command.lease_ref, lock=True)
    facts = await refuse_act(ctx, lease, LeaseAct.CANCEL)
    if lease.state is LeaseState.SHIPPED:
        await _parcel_failed(ctx, lease, facts.parcel)
    events = await give_everything_back(ctx, lease, command.why)
    state, event = await move_lease(ctx, lease, LeaseAct.CANCEL, why=command.why)
    await store.write_phone(ctx.conn, lease.id, "", "")
    return Done(LeaseMoved(lease.ref, state), event, *events)


class CloseLease(Struct, frozen=True, forbid_unknown_fields=True):
    """End a lease with which everything is settled."""

    lease_ref: Ref


@use_case(CloseLease, LeaseMoved, permission=Permission.LEASE_MOVE, method="POST", path="/leases/{lease_ref}/closure")
async def close_lease(ctx: Ctx, command: CloseLease) -> Done[LeaseMoved]:
    """结束订单：账单结清、押金解冻、没有争议中的手机
    End a lease: nothing is owed, nothing is held, and its phone is in no contested claim."""
    lease = await access_lease(ctx.conn, ctx.actor, command.lease_ref, lock=True)
    state, event = await perform(ctx, lease, LeaseAct.CLOSE)
    return Done(LeaseMoved(lease.ref, state), event)


async def _parcel_failed(ctx: Ctx, lease: LeaseRow, parcel: ShipmentState | None) -> None:
    """The phone in a parcel that did not arrive: lost, or on its way home; the lease has none any more."""
    unit = await unit_of(ctx.conn, lease.id)
    if unit is not None:
        act = UnitAct.LOSE if parcel is ShipmentState.LOST else UnitAct.SEND_BACK
        await unit_does(ctx.conn, unit, act, ctx.now, lease.id)
    await store.write_phone(ctx.conn, lease.id, "", "")


def _event(lease: LeaseRow, kind: str, text: str) -> Event:
    return Event(
        kind=kind,
        text=text,
        lease_id=lease.id,
        renter_id=lease.renter_id,
        subject=f"lease:{lease.ref}",
        sealed=True,
        topics=(f"renter:{lease.renter_id}", "desk"),
    )
