"""A swap: another phone for one that does not work, and the old one back."""

from datetime import date, timedelta
from typing import Annotated

from msgspec import Meta, Struct

from shouwen.features.contracts.public import contract_in_force, prorate_span
from shouwen.features.leases.public import access_lease, lease_by_id
from shouwen.features.leases.rules.abatement import days_without_phone
from shouwen.features.leases.rules.return_list import refuse_unprepared
from shouwen.features.leases.store import leases as store
from shouwen.features.leases.store.swaps import case_of_lease
from shouwen.features.leases.types import LeaseRow, LeaseState
from shouwen.features.leases.use_cases.moving import CourierCode, Imei, Waybill
from shouwen.features.stock.public import (
    assign,
    book_parcel,
    courier_policy_on,
    insert_swap,
    mark_received,
    move_swap,
    newest_parcel,
    reserve,
    swap_by_ref,
    swaps_of,
    unit_by_id,
    unit_does,
    unit_of,
)
from shouwen.features.stock.types import ARRIVED, Direction, ShipmentState, SwapRow, SwapState, UnitAct
from shouwen.kernel.actor import Role
from shouwen.kernel.days import beijing_on
from shouwen.kernel.errors import Absent, BadInput, Refusal
from shouwen.kernel.fen import format_fen
from shouwen.platform.clock import random_ref
from shouwen.platform.door import Ctx
from shouwen.platform.events import Done, Event, Job
from shouwen.platform.fields import Ref
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case

Reason = Annotated[str, Meta(min_length=2, max_length=500)]
_FAILED = (ShipmentState.REFUSED, ShipmentState.STUCK, ShipmentState.LOST)
SWAP_ZH = {
    SwapState.ASKED: "等待寄出新手机",
    SwapState.SENT: "新手机已寄出",
    SwapState.RECEIVED: "新手机已收到，等待旧手机寄回",
    SwapState.DONE: "换机完成",
    SwapState.WITHDRAWN: "已撤回",
}


class AskSwap(Struct, frozen=True, forbid_unknown_fields=True):
    """Why the phone is swapped, and since which day it has not worked; with the case it was reported in."""

    lease_ref: Ref
    reason: Reason
    without_phone_from: date
    case_ref: Ref | None = None


class SwapMoved(Struct, frozen=True):
    """Where the swap is. `back_by`: the day by which the old phone is sent back."""

    swap_ref: str
    lease_ref: str
    state: SwapState
    shipment_ref: str = ""
    back_by: date | None = None
    abatable_fen: int = 0


@use_case(AskSwap, SwapMoved, permission=Permission.SWAP, method="POST", path="/leases/{lease_ref}/swaps")
async def ask_swap(ctx: Ctx, command: AskSwap) -> Done[SwapMoved]:
    """登记换机：原因，以及从哪天起没有可用的手机
    Ask for a swap: why, and since which day there is no working phone."""
    lease = await access_lease(ctx.conn, ctx.actor, command.lease_ref, lock=True)
    if lease.state is not LeaseState.RENTING:
        raise Refusal(
            "not_renting", "租用中的手机才能换机", "only a phone in use is swapped",
            remedy_zh="发货前请直接更换配机", remedy_en="before shipping assign another phone",
        )  # fmt: skip
    first_on, today = lease.handed_over_on or lease.applied_on, beijing_on(ctx.now)
    if not first_on <= command.without_phone_from <= today:
        raise BadInput(
            "without_phone_from", f"日期应在 {first_on} 到 {today} 之间", f"between {first_on} and {today}",
            remedy_zh="填写报修那天", remedy_en="the day of the report",
        )  # fmt: skip
    case_id = None
    if command.case_ref is not None:
        case_id = await case_of_lease(ctx.conn, command.case_ref, lease.id, ctx.actor)
        if case_id is None:
            raise Absent("事项", "case")
    unit = await unit_of(ctx.conn, lease.id)
    swap = await insert_swap(
        ctx.conn, random_ref("HJ"), lease.id, lease.renter_id, case_id, command.reason,
        None if unit is None else unit.id, ctx.now, command.without_phone_from,
    )  # fmt: skip
    if swap is None:
        raise Refusal(
            "swap_open", "这笔订单已有一次换机在办", "a swap of this lease is under way",
            remedy_zh="请先办完或撤回", remedy_en="finish or withdraw it first",
        )  # fmt: skip
    return Done(_moved(swap, lease, SwapState.ASKED), _event(lease, swap, "asked", f"登记换机：{command.reason}"))


class SendSwap(Struct, frozen=True, forbid_unknown_fields=True):
    """The phone that goes out for the old one, and its parcel."""

    swap_ref: Ref
    imei: Imei
    courier: CourierCode
    waybill: Waybill


@use_case(SendSwap, SwapMoved, permission=Permission.SWAP, method="POST", path="/swaps/{swap_ref}/shipment")
async def send_swap(ctx: Ctx, command: SendSwap) -> Done[SwapMoved]:
    """寄出换的手机，型号和订单一致
    Send the other phone; it is of the agreed model."""
    swap, lease = await _access(ctx, command.swap_ref)
    _refuse_unless(swap, SwapState.ASKED)
    unit = await reserve(ctx.conn, command.imei, lease.model, lease.storage, lease.colour, lease.id, ctx.now)
    shipment, job = await book_parcel(
        ctx.conn, Direction.SWAP_OUT, lease.id, lease.renter_id, command.courier, command.waybill, unit.id, ctx.now
    )
    await move_swap(ctx.conn, swap.id, SwapState.SENT, ctx.now, new_unit_id=unit.id)
    event = _event(
        lease, swap, "sent", f"换机寄出新手机（IMEI 尾号 {unit.imei[-4:]}）", {"shipment": shipment.ref}, (job,)
    )
    return Done(_moved(swap, lease, SwapState.SENT, shipment_ref=shipment.ref), event)


class FinishSwap(Struct, frozen=True, forbid_unknown_fields=True):
    """The renter has the new phone."""

    swap_ref: Ref


@use_case(FinishSwap, SwapMoved, permission=Permission.LEASE_MOVE, method="POST", path="/swaps/{swap_ref}/handover")
async def finish_swap(ctx: Ctx, command: FinishSwap) -> Done[SwapMoved]:
    """收到换的手机：从这天起订单换成新手机，旧手机在约定天数内寄回
    The new phone is here: it is the lease's from that day, the old one goes back within the agreed days."""
    swap, lease = await _access(ctx, command.swap_ref)
    _refuse_unless(swap, SwapState.SENT)
    on, today = beijing_on(ctx.now), beijing_on(ctx.now)
    parcel = await newest_parcel(ctx.conn, lease.id, Direction.SWAP_OUT)
    arrived = parcel is not None and parcel.state in ARRIVED and not parcel.is_contested
    if ctx.actor.role is not Role.RENTER and not arrived:
        raise Refusal(
            "parcel_arrived", "快递还没有显示送达", "the courier does not say that it has come",
            remedy_zh="等快递送达，或由租客本人确认收到", remedy_en="wait for it, or for the renter to confirm",
        )  # fmt: skip
    if arrived and parcel is not None and parcel.delivered_on is not None:
        on = max(swap.without_phone_from, min(parcel.delivered_on, today))
    old = None if swap.old_unit_id is None else await unit_by_id(ctx.conn, swap.old_unit_id)
    if old is not None:
        await unit_does(ctx.conn, old, UnitAct.SEND_BACK, ctx.now, lease.id)
    new = None if swap.new_unit_id is None else await unit_by_id(ctx.conn, swap.new_unit_id)
    if new is None:
        raise Absent("手机", "phone")
    await unit_does(ctx.conn, new, UnitAct.RENT, ctx.now, lease.id)
    await assign(ctx.conn, lease.id, new.id, on, "swap")
    await store.write_phone(ctx.conn, lease.id, new.imei, new.serial_no)
    back_by = today + timedelta(days=courier_policy_on(today).swap_back_days)
    await move_swap(ctx.conn, swap.id, SwapState.RECEIVED, ctx.now, handed_over_on=on, back_by=back_by)
    await mark_received(ctx.conn, lease.id, Direction.SWAP_OUT, on)
    abatable_fen = await _abatable_fen(ctx, lease, swap, on)
    text = f"换机收到新手机，旧手机请在 {back_by} 前寄回"
    if abatable_fen:
        text += f"；没有手机可用的日子可减租 {format_fen(abatable_fen)}（ABATE-1）"
    event = _event(lease, swap, "received", text, {"abatable_fen": abatable_fen, "back_by": back_by.isoformat()})
    return Done(_moved(swap, lease, SwapState.RECEIVED, back_by=back_by, abatable_fen=abatable_fen), event)


async def _abatable_fen(ctx: Ctx, lease: LeaseRow, swap: SwapRow, on: date) -> int:
    days = days_without_phone(swap.without_phone_from, on)
    if days is None:
        return 0
    _, contract = await contract_in_force(ctx.conn, lease.id)
    try:
        return prorate_span(contract, *days).outcome
    except BadInput:  # the days lie outside the term: no rent is paid for them
        return 0


class ReturnSwapped(Struct, frozen=True, forbid_unknown_fields=True):
    """The old phone's parcel, and the steps of the preparation list that are done."""

    swap_ref: Ref
    courier: CourierCode
    waybill: Waybill
    done: Annotated[tuple[Annotated[str, Meta(max_length=40)], ...], Meta(max_length=20)] = ()


@use_case(ReturnSwapped, SwapMoved, permission=Permission.LEASE_MOVE, method="POST", path="/swaps/{swap_ref}/return")
async def return_swapped(ctx: Ctx, command: ReturnSwapped) -> Done[SwapMoved]:
    """寄回换下的旧手机
    Send the old phone back."""
    swap, lease = await _access(ctx, command.swap_ref)
    _refuse_unless(swap, SwapState.RECEIVED)
    refuse_unprepared(frozenset(command.done))
    shipment, job = await book_parcel(
        ctx.conn, Direction.SWAP_BACK, lease.id, lease.renter_id, command.courier, command.waybill, swap.old_unit_id,
        ctx.now,
    )  # fmt: skip
    event = _event(lease, swap, "old_sent", "换下的旧手机已寄回", {"shipment": shipment.ref}, (job,))
    return Done(_moved(swap, lease, SwapState.RECEIVED, shipment_ref=shipment.ref, back_by=swap.back_by), event)


class ReceiveSwapped(Struct, frozen=True, forbid_unknown_fields=True):
    """The warehouse has the old phone."""

    swap_ref: Ref


@use_case(ReceiveSwapped, SwapMoved, permission=Permission.SWAP, method="POST", path="/swaps/{swap_ref}/receipt")
async def receive_swapped(ctx: Ctx, command: ReceiveSwapped) -> Done[SwapMoved]:
    """收到换下的旧手机，换机完成
    The old phone is back: the swap is done."""
    swap, lease = await _access(ctx, command.swap_ref)
    _refuse_unless(swap, SwapState.RECEIVED)
    old = None if swap.old_unit_id is None else await unit_by_id(ctx.conn, swap.old_unit_id)
    if old is not None:
        await unit_does(ctx.conn, old, UnitAct.RECEIVE, ctx.now, lease.id)
    await move_swap(ctx.conn, swap.id, SwapState.DONE, ctx.now)
    await mark_received(ctx.conn, lease.id, Direction.SWAP_BACK, beijing_on(ctx.now))
    return Done(_moved(swap, lease, SwapState.DONE), _event(lease, swap, "done", "换下的旧手机已收到，换机完成"))


class WithdrawSwap(Struct, frozen=True, forbid_unknown_fields=True):
    """Why the swap is given up: before the phone is sent, or after its parcel failed."""

    swap_ref: Ref
    why: Reason


@use_case(WithdrawSwap, SwapMoved, permission=Permission.SWAP, method="POST", path="/swaps/{swap_ref}/withdrawal")
async def withdraw_swap(ctx: Ctx, command: WithdrawSwap) -> Done[SwapMoved]:
    """撤回换机：新手机寄出之前，或包裹退回、停滞、丢失之后
    Give a swap up: before the phone is sent, or after its parcel failed."""
    swap, lease = await _access(ctx, command.swap_ref)
    if swap.state is SwapState.SENT:
        parcel = await newest_parcel(ctx.conn, lease.id, Direction.SWAP_OUT)
        state = None if parcel is None else parcel.state
        if state not in _FAILED:
            raise Refusal(
                "parcel_failed", "新手机还在路上，不能撤回", "the new phone is on its way",
                remedy_zh="等它送达，或在包裹退回、停滞、丢失后撤回", remedy_en="wait for it",
            )  # fmt: skip
        new = None if swap.new_unit_id is None else await unit_by_id(ctx.conn, swap.new_unit_id)
        if new is not None:
            act = UnitAct.LOSE if state is ShipmentState.LOST else UnitAct.SEND_BACK
            await unit_does(ctx.conn, new, act, ctx.now, lease.id)
    else:
        _refuse_unless(swap, SwapState.ASKED)
    await move_swap(ctx.conn, swap.id, SwapState.WITHDRAWN, ctx.now)
    return Done(_moved(swap, lease, SwapState.WITHDRAWN), _event(lease, swap, "withdrawn", f"撤回换机：{command.why}"))


class ReadSwaps(Struct, frozen=True, forbid_unknown_fields=True):
    """The swaps of one lease."""

    lease_ref: Ref


class SwapLine(Struct, frozen=True):
    """One swap, in words where it stands."""

    ref: str
    state: SwapState
    state_zh: str
    reason: str
    without_phone_from: date
    handed_over_on: date | None
    back_by: date | None


class LeaseSwaps(Struct, frozen=True):
    """Every swap, oldest first."""

    lease_ref: str
    swaps: tuple[SwapLine, ...]


@use_case(ReadSwaps, LeaseSwaps, permission=Permission.LEASE_READ, method="GET", path="/leases/{lease_ref}/swaps")
async def read_swaps(ctx: Ctx, command: ReadSwaps) -> LeaseSwaps:
    """换机记录
    The swaps of a lease."""
    lease = await access_lease(ctx.conn, ctx.actor, command.lease_ref)
    lines = [
        SwapLine(s.ref, s.state, SWAP_ZH[s.state], s.reason, s.without_phone_from, s.handed_over_on, s.back_by)
        for s in await swaps_of(ctx.conn, lease.id)
    ]
    return LeaseSwaps(lease.ref, tuple(lines))


async def _access(ctx: Ctx, swap_ref: str) -> tuple[SwapRow, LeaseRow]:
    """The swap and its lease, locked, if the actor may see it; an inspector sees swaps whose phone is due back."""
    found = await swap_by_ref(ctx.conn, swap_ref)
    if found is None:
        raise Absent("换机", "swap")
    if ctx.actor.role is Role.INSPECTOR and found.state is SwapState.RECEIVED:
        lease = await lease_by_id(ctx.conn, found.lease_id, lock=True)
    else:
        ref = (await lease_by_id(ctx.conn, found.lease_id)).ref
        lease = await access_lease(ctx.conn, ctx.actor, ref, lock=True)
    swap = await swap_by_ref(ctx.conn, swap_ref)  # again: the lease's lock may have waited for another act
    return (found if swap is None else swap), lease


def _refuse_unless(swap: SwapRow, state: SwapState) -> None:
    if swap.state is not state:
        raise Refusal(
            "swap_moved", f"这次换机现在是“{SWAP_ZH[swap.state]}”", f"this swap is {swap.state}",
            remedy_zh="请刷新后查看现在可以做什么", remedy_en="reload to see what is possible now",
            data={"state": swap.state},
        )  # fmt: skip


def _moved(
    swap: SwapRow, lease: LeaseRow, state: SwapState, *, shipment_ref: str = "", back_by: date | None = None,
    abatable_fen: int = 0,
) -> SwapMoved:  # fmt: skip
    return SwapMoved(swap.ref, lease.ref, state, shipment_ref, back_by, abatable_fen)


def _event(
    lease: LeaseRow, swap: SwapRow, what: str, text: str, data: dict[str, object] | None = None,
    jobs: tuple[Job, ...] = (),
) -> Event:  # fmt: skip
    return Event(
        kind=f"swap.{what}",
        text=text,
        case_id=swap.case_id,
        lease_id=lease.id,
        renter_id=lease.renter_id,
        subject=f"lease:{lease.ref}",
        data={"swap": swap.ref, **(data or {})},
        sealed=True,
        topics=(f"renter:{lease.renter_id}", "desk", *((f"case:{swap.case_id}",) if swap.case_id else ())),
        jobs=jobs,
    )
