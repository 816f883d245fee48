"""Parcels: what couriers say of them, what the renter reads, and a signature where nothing came."""

import re
from datetime import datetime, timedelta
from typing import Annotated

from msgspec import Meta, Struct

from shouwen.features.leases.public import access_lease, lease_by_id
from shouwen.features.leases.store import leases as store
from shouwen.features.leases.types import LeaseRow, LeaseState
from shouwen.features.stock.public import (
    Tracked,
    courier_policy_on,
    end_dispute,
    lock_shipment,
    mark_disputed,
    parcels_of,
    shipment_by_ref,
    shipments_by_waybill,
    take_events,
)
from shouwen.features.stock.types import (
    Direction,
    Parcel,
    ShipmentRow,
    ShipmentState,
    TrackingCode,
    TrackingEvent,
)
from shouwen.kernel.days import beijing_on
from shouwen.kernel.errors import Absent, BadInput, Refusal
from shouwen.kernel.masking import mask_phone
from shouwen.platform.courier.port import CourierReport, PushRefused
from shouwen.platform.door import Ctx
from shouwen.platform.events import Done, Event, Job
from shouwen.platform.fields import Ref
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case

_PHONE = re.compile(r"(?<!\d)1\d{10}(?!\d)")
_CODES = {code.value: code for code in TrackingCode}
_CLOCKS_APART = timedelta(hours=1)  # a line may carry the courier's own clock, never another day's


class ReadShipments(Struct, frozen=True, forbid_unknown_fields=True):
    """The parcels of one lease."""

    lease_ref: Ref


class LeaseParcels(Struct, frozen=True):
    """Every parcel, oldest first, each with its words for the renter."""

    lease_ref: str
    parcels: tuple[Parcel, ...]


@use_case(
    ReadShipments, LeaseParcels, permission=Permission.LEASE_READ, method="GET", path="/leases/{lease_ref}/shipments"
)
async def read_shipments(ctx: Ctx, command: ReadShipments) -> LeaseParcels:
    """包裹走到哪里、接下来怎么办
    Where each parcel is, in words, and what comes next."""
    lease = await access_lease(ctx.conn, ctx.actor, command.lease_ref)
    return LeaseParcels(lease.ref, await parcels_of(ctx.conn, lease.id, ctx.now))


class DisputeDelivery(Struct, frozen=True, forbid_unknown_fields=True):
    """A parcel that is said to have come has not."""

    shipment_ref: Ref
    text: Annotated[str, Meta(max_length=500)] = ""


class DeliveryDisputed(Struct, frozen=True):
    """Since when it is looked into."""

    shipment_ref: str
    disputed_at: datetime


@use_case(
    DisputeDelivery, DeliveryDisputed, permission=Permission.CASE_OPEN, method="POST",
    path="/shipments/{shipment_ref}/dispute",
)  # fmt: skip
async def dispute_delivery(ctx: Ctx, command: DisputeDelivery) -> Done[DeliveryDisputed]:
    """显示签收但没有收到：登记核实，核实期间不算收货
    Signed for without delivery: it is looked into, and does not count as received meanwhile."""
    lease, shipment = await _access(ctx, command.shipment_ref)
    if lease.state is not LeaseState.SHIPPED and shipment.direction is Direction.OUT:
        raise Refusal(
            "received_already", "这台手机已经确认收货", "this phone was confirmed as received",
            remedy_zh="如果确认有误，请转人工", remedy_en="if that was a mistake, ask a person",
        )  # fmt: skip
    if shipment.state not in (ShipmentState.SIGNED, ShipmentState.DELIVERED) or shipment.direction in (
        Direction.BACK,
        Direction.SWAP_BACK,
    ):
        raise Refusal(
            "nothing_to_dispute", "快递还没有显示送达，包裹可能还在路上", "the courier does not say that it has come",
            remedy_zh="有延误请转人工，我们向快递查询", remedy_en="if it is late, ask a person",
        )  # fmt: skip
    if not await mark_disputed(ctx.conn, shipment.id, ctx.now):
        raise Refusal(
            "disputed_already", "已经在核实这个包裹", "this delivery is being looked into already",
            remedy_zh="有结果会告诉您", remedy_en="you will hear of the result",
        )  # fmt: skip
    event = _event(
        lease, "parcel.disputed", f"包裹 {shipment.ref} 显示签收，租客说没有收到，开始核实",
        {"shipment": shipment.ref, **({"text": command.text} if command.text else {})},
        (_look(lease, f"{shipment.ref}:disputed"),),
    )  # fmt: skip
    return Done(DeliveryDisputed(shipment.ref, ctx.now), event)


class SettleDelivery(Struct, frozen=True, forbid_unknown_fields=True):
    """What the courier's record shows of a contested delivery: `came` false makes the parcel lost."""

    shipment_ref: Ref
    came: bool
    why: Annotated[str, Meta(min_length=2, max_length=500)]


class DeliverySettled(Struct, frozen=True):
    """What the parcel counts as now."""

    shipment_ref: str
    state: ShipmentState


@use_case(
    SettleDelivery, DeliverySettled, permission=Permission.CASE_ANSWER, method="POST",
    path="/shipments/{shipment_ref}/finding",
)  # fmt: skip
async def settle_delivery(ctx: Ctx, command: SettleDelivery) -> Done[DeliverySettled]:
    """核实签收的结果：确实送到，或没有送到（按丢失处理，租客不承担）
    The result of looking into a delivery: it came, or it did not and counts as lost at nobody's cost but ours."""
    lease, shipment = await _access(ctx, command.shipment_ref)
    outcome, state = ("came", ShipmentState.SIGNED) if command.came else ("not_came", ShipmentState.LOST)
    if not await end_dispute(ctx.conn, shipment.id, outcome, state):
        raise Refusal(
            "not_disputed", "这个包裹没有待核实的签收", "no delivery of this parcel is in doubt",
            remedy_zh="请刷新后查看", remedy_en="reload",
        )  # fmt: skip
    found = "确实送达" if command.came else "没有送达，按丢失处理，租客不承担费用"
    event = _event(
        lease, "parcel.settled", f"包裹 {shipment.ref} 核实结果：{found}",
        {"shipment": shipment.ref, "outcome": outcome, "why": command.why},
    )  # fmt: skip
    return Done(DeliverySettled(shipment.ref, state), event)


async def _access(ctx: Ctx, shipment_ref: str) -> tuple[LeaseRow, ShipmentRow]:
    """The parcel and its lease, both locked, if the actor may see the lease; else Absent."""
    found = await shipment_by_ref(ctx.conn, shipment_ref)
    if found is None:
        raise Absent("包裹", "parcel")
    ref = (await lease_by_id(ctx.conn, found.lease_id)).ref
    lease = await access_lease(ctx.conn, ctx.actor, ref, lock=True)
    return lease, await lock_shipment(ctx.conn, found.id)


class TakeTracking(Struct, frozen=True, forbid_unknown_fields=True):
    """What a courier pushes: a JSON text and its HMAC-SHA256 in hex under the shared key."""

    param: Annotated[str, Meta(min_length=2, max_length=200_000)]
    sign: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]


class TrackingTaken(Struct, frozen=True):
    """`moved`, `repeated` (every line was known), `unknown` (not a parcel of ours), or `doubted` (two renters claim it:
    nothing is kept)."""

    outcome: str


@use_case(TakeTracking, TrackingTaken, permission=Permission.PUBLIC, method="POST", path="/courier/events")
async def take_tracking(ctx: Ctx, command: TakeTracking) -> Done[TrackingTaken]:
    """快递推送的轨迹：先验签名，重复和乱序都不影响结果
    What a courier pushes: the signature first; repeated or out of order, the result is the same."""
    courier = ctx.services.courier
    if courier is None:
        raise Absent("接口", "endpoint")
    try:
        report = courier.read_push(command.param, command.sign)
    except PushRefused as refused:
        if refused.why == "signature":
            raise Refusal("bad_signature", "签名不对", "the signature is not the courier's", status=403) from None
        raise BadInput("param", "内容无法读取", "the report cannot be read", status=400) from None
    found = await shipments_by_waybill(ctx.conn, report.courier, report.waybill)
    if not found:
        event = Event(
            kind="parcel.unknown", subject="courier",
            text=f"快递推送了一个没有登记的运单（尾号 {report.waybill[-4:]}）",
            data={"courier": report.courier, "lines": len(report.lines)},
        )  # fmt: skip
        return Done(TrackingTaken("unknown"), event)
    if len(found) > 1:
        event = Event(
            kind="parcel.doubted", subject="courier",
            text=f"快递推送的运单（尾号 {report.waybill[-4:]}）有两位租客登记，核实之前不采用",
            data={"courier": report.courier, "shipments": [one.ref for one in found]},
        )  # fmt: skip
        return Done(TrackingTaken("doubted"), event)
    tracked, events = await _apply(ctx, found[0], report)
    return Done(TrackingTaken("moved" if tracked.new else "repeated"), *events)


class RecordTracking(Struct, frozen=True, forbid_unknown_fields=True):
    """What a courier answered when asked; built by our own worker."""

    shipment_ref: Ref
    report: CourierReport


@use_case(
    RecordTracking, TrackingTaken, permission=Permission.SYSTEM, method="POST",
    path="/system/shipments/{shipment_ref}/tracking",
)  # fmt: skip
async def record_tracking(ctx: Ctx, command: RecordTracking) -> Done[TrackingTaken]:
    """向快递查询到的轨迹
    What a courier answered when asked about a parcel."""
    found = await shipment_by_ref(ctx.conn, command.shipment_ref)
    if found is None:
        raise Absent("包裹", "parcel")
    if len(await shipments_by_waybill(ctx.conn, found.courier, found.waybill)) > 1:
        raise Refusal(
            "waybill_doubted", "这个运单有两位租客登记，核实之前不采用轨迹", "two renters claim this waybill",
            remedy_zh="在为此开的案件里核实包裹是谁的", remedy_en="find out whose it is in the case about it",
        )  # fmt: skip
    tracked, events = await _apply(ctx, found, command.report)
    return Done(TrackingTaken("moved" if tracked.new else "repeated"), *events)


async def _apply(ctx: Ctx, found: ShipmentRow, report: CourierReport) -> tuple[Tracked, list[Event]]:
    """Keep the lines, move the parcel, and do what follows for the lease: lease row first, then the parcel's."""
    late = [line.id for line in report.lines if line.at > ctx.now + _CLOCKS_APART]
    if late:
        raise BadInput("param", "轨迹时间在将来", "a line lies in the future", status=400)
    lease = await lease_by_id(ctx.conn, found.lease_id, lock=True)
    shipment = await lock_shipment(ctx.conn, found.id)
    lines = [
        TrackingEvent(line.id, line.at, _CODES.get(line.code, TrackingCode.OTHER), line.place, _masked(line.said))
        for line in report.lines
    ]
    tracked = await take_events(ctx.conn, shipment, lines, ctx.now)
    if not tracked.new:
        return tracked, [_event(lease, "parcel.heard", f"快递再次告知包裹 {shipment.ref} 的轨迹，没有新内容", {})]
    if shipment.direction is Direction.BACK and tracked.picked_up_at is not None and _counts(lease, tracked):
        await store.write_pickup(ctx.conn, lease.id, tracked.picked_up_at)
    text = f"包裹 {shipment.ref}：{_STATE_ZH[tracked.state]}"
    data: dict[str, object] = {"shipment": shipment.ref, "state": tracked.state, "new": tracked.new}
    return tracked, [_event(lease, f"parcel.{tracked.state}", text, data, _jobs(ctx, lease, shipment, tracked))]


_STATE_ZH = {
    ShipmentState.BOOKED: "等待揽收",
    ShipmentState.PICKED_UP: "快递已揽收",
    ShipmentState.MOVING: "运输中",
    ShipmentState.OUT_FOR_DELIVERY: "派送中",
    ShipmentState.DELIVERED: "已放到代收点",
    ShipmentState.SIGNED: "已签收",
    ShipmentState.REFUSED: "没有交付，正在退回",
    ShipmentState.STUCK: "运输有延误",
    ShipmentState.LOST: "包裹丢失",
}


def _counts(lease: LeaseRow, tracked: Tracked) -> bool:
    """Whether the pick-up can be that of the renter's return: not before it was sent."""
    at = tracked.picked_up_at
    return at is not None and lease.return_sent_on is not None and beijing_on(at) >= lease.return_sent_on


def _jobs(ctx: Ctx, lease: LeaseRow, shipment: ShipmentRow, tracked: Tracked) -> tuple[Job, ...]:
    """A signature becomes a hand-over by itself, unless the renter says within the hours that nothing came.

    What goes wrong is looked into at once.
    """
    if tracked.state in _TROUBLE and shipment.state is not tracked.state:
        return (_look(lease, f"{shipment.ref}:{tracked.state}"),)
    if shipment.direction is not Direction.OUT or tracked.state is not ShipmentState.SIGNED:
        return ()
    if shipment.state is ShipmentState.SIGNED or lease.state is not LeaseState.SHIPPED:
        return ()
    hours = courier_policy_on(beijing_on(ctx.now)).confirm_after_hours
    payload: dict[str, object] = {"lease_ref": lease.ref, "shipment_ref": shipment.ref}
    run_at = ctx.now + timedelta(hours=hours)
    return (Job(kind="confirm_handover", key=f"confirm_handover:{shipment.ref}", payload=payload, run_at=run_at),)


_TROUBLE = frozenset({ShipmentState.STUCK, ShipmentState.LOST, ShipmentState.REFUSED})


def _look(lease: LeaseRow, what: str) -> Job:
    """Somebody looks into it: a case opens."""
    return Job(kind="look_after_parcels", key=f"look_after_parcels:{what}", payload={"lease_id": lease.id})


def _masked(said: str) -> str:
    return _PHONE.sub(lambda found: mask_phone(found[0]), said)


def _event(lease: LeaseRow, kind: str, text: str, data: dict[str, object], jobs: tuple[Job, ...] = ()) -> Event:
    return Event(
        kind=kind,
        text=text,
        lease_id=lease.id,
        renter_id=lease.renter_id,
        subject=f"lease:{lease.ref}",
        data=data,
        sealed=kind != "parcel.heard",
        topics=(f"renter:{lease.renter_id}", "desk") if kind != "parcel.heard" else (),
        jobs=jobs,
    )
