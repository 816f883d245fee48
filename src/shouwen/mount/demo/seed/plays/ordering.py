"""From the application to the parcel: leases that are made at the door."""

from datetime import datetime, timedelta

from shouwen.features.leases.use_cases.amending import (
    AgreeAmendment,
    ProposeAmendment,
    agree_amendment,
    propose_amendment,
)
from shouwen.features.leases.use_cases.contracts import (
    ApplyLease,
    DecideApplication,
    ReadDraft,
    SignLease,
    apply_lease,
    decide_application,
    read_draft,
    sign_lease,
)
from shouwen.features.leases.use_cases.moving import (
    AssignUnit,
    PrepareLease,
    ShipLease,
    assign_unit,
    prepare_lease,
    ship_lease,
)
from shouwen.features.leases.use_cases.parcels import DisputeDelivery, dispute_delivery
from shouwen.features.stock.types import TrackingCode as Code
from shouwen.kernel.days import start_of
from shouwen.mount.demo.seed.phones import COURIER
from shouwen.mount.demo.seed.plays.stage import Stage
from shouwen.mount.demo.seed.warehouse import ORDER_COLOUR, order_imei

TEMPLATE = "buyout-12"
ADDRESS = "杭州市滨江区江陵路 88 号 2 幢 1203 室"
FIRST_RENT_AFTER = timedelta(days=3)
PICKED_UP = (Code.PICKED_UP, "杭州市萧山区", "已揽收")
ON_THE_WAY = (Code.IN_TRANSIT, "杭州中转场", "快件已发往下一站")


def add_orders(stage: Stage) -> None:
    """Every story of an order, where the company tells it."""
    if not stage.has("applied"):
        return
    _apply(stage, "applied", 0)
    _apply(stage, "approved", 1)
    _decide(stage, "approved", 1)
    for key, days_ago in (
        ("amending", 1), ("amended", 2), ("late_shipping", 5), ("shipped", 3), ("not_received", 6), ("parcel_lost", 7),
    ):  # fmt: skip
        _sign(stage, key, days_ago)
    # a proposal holds through its day, so that it is made today
    proposed_at = max(stage.now - timedelta(minutes=50), start_of(stage.today) + timedelta(minutes=1))
    stage.add_at(proposed_at, lambda at: _propose(stage, at, "amending", 3))
    stage.add(1, 10, 10, lambda at: _amend(stage, at, "amended", 6))
    for nth, (key, days_ago) in enumerate(
        (("amended", 1), ("late_shipping", 4), ("shipped", 2), ("not_received", 5), ("parcel_lost", 6)), start=1
    ):
        _prepare(stage, key, days_ago, nth)
    stage.add(1, 9, 10, lambda at: stage.look(at, "late_shipping"))
    stage.add(1, 9, 14, lambda at: stage.answer(
        at, "late_shipping", "您好，我是周敏。约定的发货日已经过了，是我们晚了，抱歉。我今天就催仓库；"
        "您也可以随时取消，已付的全部退回。",
    ))  # fmt: skip
    _ship(stage, "shipped", 1)
    _ship(stage, "not_received", 4)
    _ship(stage, "parcel_lost", 5)


def _apply(stage: Stage, key: str, days_ago: int) -> None:
    async def apply(at: datetime) -> None:
        done = await stage.history.run(at, apply_lease, stage.renter(key), ApplyLease(TEMPLATE, ADDRESS, ORDER_COLOUR))
        stage.refs[key] = done.lease_ref

    if days_ago:
        stage.add(days_ago, 9, 30, apply)
    else:
        stage.add_at(stage.now - timedelta(minutes=40), apply)


def _decide(stage: Stage, key: str, days_ago: int) -> None:
    async def decide(at: datetime) -> None:
        command = DecideApplication(stage.refs[key], approve=True, why="资料齐全，信用良好")
        await stage.history.run(at, decide_application, stage.staff("lintao"), command)

    stage.add(days_ago, 9, 45, decide)


def _sign(stage: Stage, key: str, days_ago: int) -> None:
    _apply(stage, key, days_ago)
    _decide(stage, key, days_ago)

    async def sign(at: datetime) -> None:
        renter, ref = stage.renter(key), stage.refs[key]
        first_due_on = stage.on(days_ago) + FIRST_RENT_AFTER
        draft = await stage.history.run(at, read_draft, renter, ReadDraft(ref, first_due_on))
        command = SignLease(ref, draft.template_ref, draft.template_version, first_due_on, draft.sha256)
        await stage.history.run(at, sign_lease, renter, command)

    stage.add(days_ago, 10, 0, sign)


async def _propose(stage: Stage, at: datetime, key: str, periods: int) -> str:
    command = ProposeAmendment(stage.refs[key], "plan", f"租客来电，想把 12 期改成 {periods} 期", periods=periods)
    view = await stage.history.run(at, propose_amendment, stage.staff("zhoumin"), command)
    stage.refs[f"{key}:amendment"] = view.ref
    return view.agreed_sha256


async def _amend(stage: Stage, at: datetime, key: str, periods: int) -> None:
    sha256 = await _propose(stage, at, key, periods)
    command = AgreeAmendment(stage.refs[f"{key}:amendment"], sha256)
    await stage.history.run(at, agree_amendment, stage.renter(key), command)


def _prepare(stage: Stage, key: str, days_ago: int, nth: int) -> None:
    async def prepare(at: datetime) -> None:
        await stage.history.run(at, assign_unit, stage.staff("zhoumin"), AssignUnit(stage.refs[key], order_imei(nth)))
        await stage.history.run(at, prepare_lease, stage.staff("zhoumin"), PrepareLease(stage.refs[key]))

    stage.add(days_ago, 14, 0, prepare)


def _ship(stage: Stage, key: str, days_ago: int) -> None:
    waybill = f"SF19900029{days_ago:04d}"

    async def ship(at: datetime) -> None:
        promised_on = stage.on(days_ago) + timedelta(days=2)
        command = ShipLease(stage.refs[key], COURIER, waybill, promised_on)
        moved = await stage.history.run(at, ship_lease, stage.staff("zhoumin"), command)
        stage.refs[f"{key}:shipment"] = moved.shipment_ref

    async def under_way(at: datetime) -> None:
        await stage.track(at, stage.refs[f"{key}:shipment"], waybill, (PICKED_UP, ON_THE_WAY))

    async def signed(at: datetime) -> None:
        lines = ((Code.OUT_FOR_DELIVERY, "滨江营业部", "正在派送"), (Code.SIGNED, "滨江营业部", "已签收，签收人：门卫"))
        await stage.track(at, stage.refs[f"{key}:shipment"], waybill, lines)

    async def disputed(at: datetime) -> None:
        command = DisputeDelivery(stage.refs[f"{key}:shipment"], "门卫说没有代收，我也没有收到电话")
        await stage.history.run(at, dispute_delivery, stage.renter(key), command)
        await stage.look(at, key)

    async def lost(at: datetime) -> None:
        lines = ((Code.LOST, "杭州中转场", "包裹遗失，寄件方可申请理赔"),)
        await stage.track(at, stage.refs[f"{key}:shipment"], waybill, lines)
        await stage.look(at, key)

    stage.add(days_ago, 16, 30, ship)
    stage.add(days_ago, 21, 0, under_way)
    if key == "not_received":
        stage.add(days_ago - 2, 15, 20, signed)
        stage.add(days_ago - 2, 19, 40, disputed)
        stage.add(days_ago - 2, 19, 43, lambda at: stage.answer(
            at, key, "您好，我是周敏。已向快递调取签收记录，核实期间不算收货，也不计租金。",
        ))  # fmt: skip
    if key == "parcel_lost":
        stage.add(days_ago - 3, 11, 0, lost)
        stage.add(days_ago - 3, 11, 3, lambda at: stage.answer(
            at, key, "您好，我是周敏。包裹被快递弄丢了，费用不由您承担。您要重新发一台，还是取消并全部退回？",
        ))  # fmt: skip
