"""A lost phone: reported at any hour, the police receipt, the settlement, found again; the maker's lock."""

from datetime import date, timedelta
from typing import Annotated, Literal

from msgspec import Meta, Struct

from shouwen.features.contracts.types import Quote
from shouwen.features.endings import losing, store
from shouwen.features.endings.buyout import agreed_contract
from shouwen.features.endings.events import lease_event
from shouwen.features.endings.types import AcceptanceState
from shouwen.features.endings.use_cases.buying import Agreed
from shouwen.features.leases.public import access_lease, access_lease_file, state_after
from shouwen.features.leases.types import LeaseAct
from shouwen.kernel.days import beijing_on
from shouwen.kernel.errors import Absent, BadInput
from shouwen.platform.door import Ctx
from shouwen.platform.events import Done
from shouwen.platform.fields import Fen, Line, Ref
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case

MOST_DAYS_AGO = 60


class ReportLost(Struct, frozen=True, forbid_unknown_fields=True):
    """The phone is lost: since when, and where."""

    lease_ref: Ref
    lost_on: date
    place: Line = ""


class LossState(Struct, frozen=True):
    """Collection rests through `paused_until`, or until the police receipt; `case_ref` is where it goes on."""

    lease_ref: str
    lost_on: date
    paused_until: date
    police_ref: str = ""


@use_case(ReportLost, LossState, permission=Permission.LOSS, method="POST", path="/leases/{lease_ref}/loss")
async def report_lost(ctx: Ctx, command: ReportLost) -> Done[LossState]:
    """报失：马上申请锁定手机，扣款和违约金暂停
    Report a loss: the phone's lock is asked for and collection rests at once."""
    lease = await access_lease(ctx.conn, ctx.actor, command.lease_ref, lock=True)
    state_after(lease.state, LeaseAct.REPORT_LOST)
    today = beijing_on(ctx.now)
    if not today - timedelta(days=MOST_DAYS_AGO) <= command.lost_on <= today:
        raise BadInput(
            "lost_on", f"遗失日期应在最近 {MOST_DAYS_AGO} 天内，不晚于今天",
            f"the phone was lost within the last {MOST_DAYS_AGO} days", remedy_zh="不确定时填发现的那天",
            remedy_en="if unsure, the day it was noticed",
        )  # fmt: skip
    loss, events = await losing.report(ctx, lease, command.lost_on, command.place.strip())
    return Done(LossState(lease.ref, loss.lost_on, loss.paused_until), *events)


class RecordPolice(Struct, frozen=True, forbid_unknown_fields=True):
    """The number of the police receipt."""

    lease_ref: Ref
    police_ref: Annotated[str, Meta(min_length=4, max_length=60)]


@use_case(
    RecordPolice, LossState, permission=Permission.LOSS, method="PUT", path="/leases/{lease_ref}/loss/police-receipt"
)
async def record_police(ctx: Ctx, command: RecordPolice) -> Done[LossState]:
    """登记报警回执编号，暂停到今天为止
    Record the police receipt: collection rests until today."""
    lease = await access_lease(ctx.conn, ctx.actor, command.lease_ref, lock=True)
    loss = await losing.open_loss(ctx, lease)
    on = beijing_on(ctx.now)
    await store.put_police_ref(ctx.conn, loss.id, command.police_ref)
    last_on = min(on, loss.paused_until)
    events = await losing.end_rest(ctx, lease, loss, last_on)
    said = lease_event(
        lease, "loss.police", "已收到报警回执", rule="LOSS-1", case_id=loss.case_id, data={"on": str(on)}
    )
    return Done(LossState(lease.ref, loss.lost_on, last_on, command.police_ref), said, *events)


class QuoteLoss(Struct, frozen=True, forbid_unknown_fields=True):
    """What a lost phone comes to today."""

    lease_ref: Ref


@use_case(QuoteLoss, Quote, permission=Permission.QUOTE, method="GET", path="/leases/{lease_ref}/loss-quote")
async def quote_loss(ctx: Ctx, command: QuoteLoss) -> Quote:
    """按合同遗失要赔多少
    What a lost phone comes to by the contract."""
    on = beijing_on(ctx.now)
    opened = await access_lease_file(ctx.conn, ctx.actor, command.lease_ref, on)
    agreed = await store.open_acceptance(ctx.conn, opened.file.lease.id)
    return losing.price_loss_beside(opened.file, agreed_contract(opened), on, agreed)


class SettleLoss(Struct, frozen=True, forbid_unknown_fields=True):
    """The desk settles the loss at the quote as it was shown."""

    lease_ref: Ref
    amount_fen: Fen
    valid_until: date


@use_case(
    SettleLoss, Agreed, permission=Permission.LOSS_SETTLE, method="POST", path="/leases/{lease_ref}/loss/settlement"
)
async def settle_loss(ctx: Ctx, command: SettleLoss) -> Done[Agreed]:
    """按合同结算遗失的手机，租客会收到结算函；找回后全部冲销
    Settle a lost phone by the contract; the renter gets the letter; finding it undoes all of it."""
    lease = await access_lease(ctx.conn, ctx.actor, command.lease_ref, lock=True)
    loss = await losing.open_loss(ctx, lease)
    acceptance, events = await losing.settle_loss(ctx, lease, loss, command.amount_fen, command.valid_until)
    agreed = Agreed(
        acceptance.ref, lease.ref, AcceptanceState.ACCEPTED, acceptance.amount_fen, acceptance.amount_fen,
        acceptance.pay_by,
    )  # fmt: skip
    return Done(agreed, *events)


class ReportFound(Struct, frozen=True, forbid_unknown_fields=True):
    """The phone is there again."""

    lease_ref: Ref


@use_case(ReportFound, LossState, permission=Permission.LOSS, method="POST", path="/leases/{lease_ref}/loss/end")
async def report_found(ctx: Ctx, command: ReportFound) -> Done[LossState]:
    """找回：遗失结算全部冲销，已付的钱成为余额，租约继续
    Found again: the settlement is undone by new entries, what was paid is credit, the lease goes on."""
    lease = await access_lease(ctx.conn, ctx.actor, command.lease_ref, lock=True)
    state_after(lease.state, LeaseAct.FIND)
    loss = await losing.open_loss(ctx, lease)
    events = await losing.find(ctx, lease, loss)
    return Done(LossState(lease.ref, loss.lost_on, beijing_on(ctx.now), loss.police_ref), *events)


class AnswerDevice(Struct, frozen=True, forbid_unknown_fields=True):
    """What came of the waiting request to lock or unlock the phone."""

    lease_ref: Ref
    kind: Literal["lock", "unlock"]
    outcome: Literal["done", "failed"]
    said: Line = ""


class DeviceAnswered(Struct, frozen=True):
    """The request as it is now on record."""

    lease_ref: str
    kind: Literal["lock", "unlock"]
    outcome: Literal["", "done", "failed"]


@use_case(
    AnswerDevice, DeviceAnswered, permission=Permission.STOCK, method="PUT", path="/leases/{lease_ref}/device-lock"
)
async def answer_device(ctx: Ctx, command: AnswerDevice) -> Done[DeviceAnswered]:
    """登记锁定或解锁手机的结果
    Record what came of locking or unlocking the phone."""
    lease = await access_lease(ctx.conn, ctx.actor, command.lease_ref, lock=True)
    request = await store.answer_request(
        ctx.conn, lease.id, command.kind, ctx.now, command.outcome, command.said.strip()
    )
    if request is None:
        raise Absent("设备锁申请", "device request")
    what = {"lock": "锁定手机", "unlock": "解除设备锁"}[command.kind]
    text = f"{what}已完成" if command.outcome == "done" else f"{what}没有成功，我们会再试"
    event = lease_event(lease, f"device.{command.kind}", text, rule="", data={"outcome": command.outcome})
    return Done(DeviceAnswered(lease.ref, command.kind, request.outcome), event)
