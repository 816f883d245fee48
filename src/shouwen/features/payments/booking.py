"""What an order's outcome does to the book and whom it tells: once each, keyed by the order. Amounts are whole fen."""

from datetime import date, datetime

import asyncpg
from msgspec import Struct

from shouwen.features.money.public import (
    Booking,
    OfLease,
    book,
    capture_again,
    capture_undone,
    credit_of,
    lock_charges,
    take_payment,
    undo,
)
from shouwen.features.money.types import Account, Entry, EntryKind, Transfer
from shouwen.features.payments import store
from shouwen.features.payments.rules.attempt import Standing, State
from shouwen.features.payments.types import FAULT_ZH, KIND_ZH, OrderKind, OrderRow, OrderState
from shouwen.kernel.days import beijing_on
from shouwen.kernel.errors import Refusal
from shouwen.kernel.fen import format_fen
from shouwen.platform.door import Ctx
from shouwen.platform.events import Event, Job
from shouwen.platform.jobs import HANDLERS

# Told {"lease_id", "order_ref", "text"} once for each capture that will not be carried out.
CAPTURE_FAILED = "capture_failed"
_FOR_GOOD = ("hold",)  # what is frozen there does not carry it, and asking again changes nothing
AFTER_PAYMENT = "after_payment"  # told {"lease_id", "order_ref"} once for each payment that was booked


class Booked(Struct, frozen=True):
    """The day and key of what was booked for an order, and what to tell. `state`: where a person must decide."""

    paid_on: date | None
    entry_key: str
    events: tuple[Event, ...] = ()
    state: OrderState | None = None


async def book_done(
    ctx: Ctx, on: date, lease: OfLease, order: OrderRow, standing: Standing, moved_at: datetime, payer_id: str
) -> Booked:
    """Money moved as meant. The day it moved counts for late fees, the book's open day `on` for the book."""
    paid_on = min(on, beijing_on(moved_at))
    match order.kind:
        case OrderKind.DEDUCT:
            return await _deducted(ctx, on, lease, order, standing.moved_fen, paid_on)
        case OrderKind.REFUND:
            return await _refunded(ctx, on, lease, order, paid_on)
        case OrderKind.FREEZE:
            order_no = str(order.call["out_order_no"])
            await store.insert_hold(
                ctx.conn, lease.id, order_no, standing.provider_no, payer_id, order.amount_fen, ctx.now
            )
        case OrderKind.CAPTURE | OrderKind.RELEASE:
            if order.kind is OrderKind.CAPTURE and await capture_undone(ctx.conn, _move_key(order)):
                late = await _captured_late(ctx, on, lease, order, paid_on)
                if late is not None:
                    return late
            await store.move_frozen(ctx.conn, lease.id, order.amount_fen, ctx.now)
    text = f"{KIND_ZH[order.kind]} {format_fen(order.amount_fen)} 已由支付渠道完成"
    return Booked(paid_on, _move_key(order), (_event("payment.succeeded", text, order),))


async def book_not_done(ctx: Ctx, on: date, lease: OfLease, order: OrderRow, standing: Standing) -> Booked:
    """Nothing moved and nothing will, or something else moved than was meant (then a person decides)."""
    if standing.state is State.DISPUTED:
        text = (
            f"{KIND_ZH[order.kind]} {order.ref}：支付渠道说动了 {format_fen(standing.moved_fen)}，"
            f"我们要的是 {format_fen(order.amount_fen)}，请专员核对，账上先不记"
        )
        return Booked(order.paid_on, order.entry_key, (_event("payment.disputed", text, order, standing, sealed=True),))
    if standing.state is State.OPEN:
        return Booked(order.paid_on, order.entry_key)
    why = FAULT_ZH.get(standing.fault, "")
    if order.kind is OrderKind.REFUND:
        await _credit_back(ctx, on, lease, order)
    text = f"{KIND_ZH[order.kind]} {format_fen(order.amount_fen)} 没有成功" + (f"：{why}" if why else "")
    if order.kind is OrderKind.CAPTURE and standing.fault in _FOR_GOOD:
        return Booked(None, "", (await undo_capture(ctx, on, lease, order, why),))
    if order.kind is OrderKind.REFUND:
        text += "，金额已回到余额"
    return Booked(None, "", (_event("payment.failed", text, order, standing),))


async def undo_capture(ctx: Ctx, on: date, lease: OfLease, order: OrderRow, why: str) -> Event:
    """The provider will not capture: the book takes its capture back by a new entry, so that both say the same.

    What it had paid is owed again, and somebody is told; where the money has gone on since, the book stays and a person
    decides. The lease is locked.
    """
    text = f"押金转付 {format_fen(order.amount_fen)} 没有办成" + (f"：{why}" if why else "")
    undone = False
    try:
        async with ctx.conn.transaction():
            undone = (await undo(ctx.conn, ctx.act_id, lease, _move_key(order), text, "REVERSAL", on)).booked
    except (Refusal, asyncpg.CheckViolationError):
        text += "；其中有款项已退还或另作使用，账上没有撤销，请专员处理"
    else:
        text += "，账上已撤销，欠款恢复" if undone else "，账上先前已撤销"
    payload: dict[str, object] = {"lease_id": order.lease_id, "order_ref": order.ref, "text": text}
    told = Job(kind=CAPTURE_FAILED, key=f"{CAPTURE_FAILED}:{order.ref}", payload=payload)
    return _event("payment.failed", text, order, sealed=True, jobs=(told,) if CAPTURE_FAILED in HANDLERS else ())


async def _captured_late(ctx: Ctx, on: date, lease: OfLease, order: OrderRow, paid_on: date) -> Booked | None:
    """A capture that was taken back in the book moved money after all; None where it is booked again."""
    if await capture_again(ctx.conn, ctx.act_id, lease, _move_key(order), on):
        return None
    text = f"押金转付 {format_fen(order.amount_fen)} 晚到成功，但账上的押金已另作处理，请专员核对"
    return Booked(paid_on, "", (_event("payment.disputed", text, order, sealed=True),), OrderState.DISPUTED)


async def _deducted(ctx: Ctx, on: date, lease: OfLease, order: OrderRow, moved_fen: int, paid_on: date) -> Booked:
    named: list[int] = []
    if order.by_name:  # what was settled or taken back meanwhile is not there to be named any more
        charges = {charge.id: charge for charge in await lock_charges(ctx.conn, lease.id)}
        named = [one for one in order.covers if one in charges and charges[one].outstanding_fen]
    try:
        await take_payment(ctx.conn, ctx.act_id, lease, moved_fen, order.ref, paid_on, on, named=named)
    except Refusal as refused:  # asked before anything is written
        if refused.code != "payment_differs":
            raise
        text = f"收到扣款 {format_fen(moved_fen)}，但单号 {order.ref} 已记过另一笔金额，请专员核对，账上先不记"
        return Booked(paid_on, "", (_event("payment.disputed", text, order, sealed=True),), OrderState.DISPUTED)
    jobs = (
        (Job(kind=AFTER_PAYMENT, key=f"{AFTER_PAYMENT}:{order.ref}", payload=_after(order)),)
        if AFTER_PAYMENT in HANDLERS
        else ()
    )
    event = _event("payment.succeeded", f"收到扣款 {format_fen(moved_fen)}", order, sealed=True, jobs=jobs)
    return Booked(paid_on, f"payment:{order.ref}", (event,))


def _after(order: OrderRow) -> dict[str, object]:
    return {"lease_id": order.lease_id, "order_ref": order.ref}


async def _refunded(ctx: Ctx, on: date, lease: OfLease, order: OrderRow, paid_on: date) -> Booked:
    """The credit was taken off when the refund was asked for; where it had been given back, it goes once more."""
    refund = await store.lock_refund(ctx.conn, order.id)
    if refund is None:
        raise LookupError(f"no refund for order {order.ref}")
    key = f"refund:{refund['ref']}"
    if refund["failed_at"] is not None:
        if await credit_of(ctx.conn, lease.id) < order.amount_fen:
            text = f"退款 {format_fen(order.amount_fen)} 晚到成功，但余额已另作使用，请专员处理"
            event = _event("payment.disputed", text, order, sealed=True)
            return Booked(paid_on, "", (event,), OrderState.DISPUTED)
        key += "/2"
        transfer = Transfer(Account.RENTER_CREDIT, Account.CASH, order.amount_fen)
        entry = Entry(key, EntryKind.REFUND, (transfer,), "余额退款", "REFUND")
        await book(ctx.conn, ctx.act_id, [Booking(lease.id, lease.renter_id, on, entry)])
    await store.set_refund(ctx.conn, order.id, paid_on, None)
    text = f"余额退款 {format_fen(order.amount_fen)} 已原路退回"
    return Booked(paid_on, key, (_event("payment.succeeded", text, order, sealed=True),))


async def _credit_back(ctx: Ctx, on: date, lease: OfLease, order: OrderRow) -> None:
    refund = await store.lock_refund(ctx.conn, order.id)
    if refund is None:
        raise LookupError(f"no refund for order {order.ref}")
    key, transfer = f"refund:{refund['ref']}", Transfer(Account.CASH, Account.RENTER_CREDIT, order.amount_fen)
    entry = Entry(f"reversal:{key}", EntryKind.REVERSAL, (transfer,), "退款未成功，回到余额", "REFUND", key)
    await book(ctx.conn, ctx.act_id, [Booking(lease.id, lease.renter_id, on, entry)])
    await store.set_refund(ctx.conn, order.id, None, ctx.now)


def _move_key(order: OrderRow) -> str:
    """`hold:capture:DS-1/2` → `capture:DS-1`: the entry of the book that this order carried out."""
    return order.purpose.removeprefix("hold:").partition("/")[0]


def _event(
    kind: str, text: str, order: OrderRow, standing: Standing | None = None, *, sealed: bool = False,
    jobs: tuple[Job, ...] = (),
) -> Event:  # fmt: skip
    data: dict[str, object] = {"order_ref": order.ref, "order_kind": order.kind, "amount_fen": order.amount_fen}
    if standing is not None:
        data |= {"code": standing.code, "fault": standing.fault}
    return Event(
        kind=kind,
        text=text,
        rule="DEDUCT-1" if order.kind is OrderKind.DEDUCT else "",
        lease_id=order.lease_id,
        renter_id=order.renter_id,
        subject=order.ref,
        data=data,
        sealed=sealed,
        topics=("desk", f"renter:{order.renter_id}"),
        jobs=jobs,
    )
