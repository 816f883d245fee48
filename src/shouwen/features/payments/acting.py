"""Acts of people on the money that goes through the provider; the caller has checked access and locked the lease."""

from datetime import date, timedelta

from msgspec import Struct
from msgspec.structs import replace

from shouwen.features.money.public import OfLease, capture_undone, take_payment
from shouwen.features.payments import attempting, store
from shouwen.features.payments.asking import ask_deduction, no_agreement, place_move, under_way
from shouwen.features.payments.booking import undo_capture
from shouwen.features.payments.foreseeing import next_attempt
from shouwen.features.payments.hearing import Told, hear
from shouwen.features.payments.types import (
    FAULT_ZH,
    AgreementRow,
    FailedDeduction,
    Heard,
    LeasePayments,
    OrderKind,
    OrderRow,
    OrderState,
    OrderView,
)
from shouwen.kernel.days import beijing_on, end_of
from shouwen.kernel.errors import Absent, Refusal
from shouwen.kernel.fen import format_fen
from shouwen.platform.db import Conn
from shouwen.platform.door import Ctx
from shouwen.platform.events import Event
from shouwen.platform.payment.port import Freeze

_LONG = timedelta(days=1)  # undecided for that long, an order is a person's business


class Handed(Struct, frozen=True):
    """A freeze for the renter's own app to confirm."""

    order_ref: str
    amount_fen: int
    app_order: str


async def sign_agreement(ctx: Ctx, lease: OfLease, agreement_no: str, payer_id: str) -> None:
    """The agreement in force from now on; an earlier one ends. Refusal `agreement_of_another`."""
    if await store.is_of_another(ctx.conn, agreement_no, lease.renter_id):
        raise Refusal(
            "agreement_of_another", "这个代扣协议号属于另一位租客", "this agreement is another renter's",
            remedy_zh="请核对支付渠道上的协议号", remedy_en="check the number at the provider",
            rule="DEDUCT-1", field="agreement_no",
        )  # fmt: skip
    await store.end_agreement(ctx.conn, lease.id, ctx.now)
    await store.insert_agreement(ctx.conn, lease.id, lease.renter_id, agreement_no, payer_id, ctx.now)


async def end_agreement(ctx: Ctx, lease: OfLease) -> None:
    """No more deductions from now on. Refusal `no_agreement`."""
    if not await store.end_agreement(ctx.conn, lease.id, ctx.now):
        raise no_agreement()


async def agreement_of(conn: Conn, lease_id: int) -> AgreementRow | None:
    """The agreement in force for a lease."""
    return await store.agreement_of(conn, lease_id)


async def deduct_due(ctx: Ctx, lease: OfLease, on: date) -> str:
    """Deduct now what is booked, due and not contested, in one sum; the order's reference.

    Refusals `no_agreement`, `payment_under_way`, `nothing_due`.
    """
    if await store.agreement_of(ctx.conn, lease.id) is None:
        raise no_agreement()
    if await store.open_deductions(ctx.conn, lease.id):
        raise under_way()
    debts = await store.due_debts(ctx.conn, lease.id, lease.id + 1, on, end_of(on), by_hand=True)
    total_fen = sum(debt.amount_fen for debt in debts)
    covers = [debt.charge_id for debt in debts]
    ref = None
    if total_fen:
        ref = await ask_deduction(ctx.conn, lease, total_fen, covers, f"now:{ctx.act_id}", ctx.now)
    if ref is None:
        raise Refusal(
            "nothing_due",
            "没有到期未付、又没有争议的账单",
            "nothing is due that is not contested",
            remedy_zh="有争议的账单等裁定后再扣；要提前付款，请在账单里选择",
            remedy_en="contested bills wait for their decision; choose a bill to pay it early",
            rule="PAUSE-1",
        )
    return ref


async def hand_over_freeze(ctx: Ctx, lease: OfLease) -> tuple[Handed, tuple[Event, ...]]:
    """The deposit's freeze, signed for the renter's app; the same order again while it is undecided.

    Written down as sent first: from now on it may be confirmed. Refusals `no_provider`, `nothing_to_freeze`.
    """
    payments = ctx.services.payments
    if payments is None:
        raise Refusal(
            "no_provider", "目前没有接通支付渠道", "no payment provider is set up", status=503,
            remedy_zh="请联系客服", remedy_en="ask the desk",
        )  # fmt: skip
    order = await _freeze_of(ctx, lease)
    sends = [fact.try_no for fact in await store.facts_of(ctx.conn, order.id) if fact.heard is Heard.SENT]
    fact = attempting.sent(max(sends, default=0) + 1, ctx.now)
    _, events = await hear(ctx, order.ref, Told(fact=fact))
    call = Freeze(
        out_order_no=str(order.call["out_order_no"]),
        out_request_no=order.number,
        amount_fen=order.amount_fen,
        title=str(order.call["title"]),
    )
    text = f"押金 {format_fen(order.amount_fen)} 的冻结单已交给租客确认"
    event = Event(
        kind="payment.sent", text=text, lease_id=lease.id, renter_id=lease.renter_id, subject=order.ref,
        data={"order_ref": order.ref},
    )  # fmt: skip
    return Handed(order.ref, order.amount_fen, payments.freeze_order(call)), (event, *events)


async def _freeze_of(ctx: Ctx, lease: OfLease) -> OrderRow:
    move = await store.open_freeze(ctx.conn, lease.id)
    if move is None or await store.frozen_of(ctx.conn, lease.id) is not None:
        raise Refusal(
            "nothing_to_freeze", "这份租约没有要冻结的押金", "no deposit of this lease is to be frozen",
            remedy_zh="押金已冻结，或合同免押，不用再操作", remedy_en="it is frozen already, or there is none",
        )  # fmt: skip
    order = None
    if move.order_id is not None:
        order = await store.find_order_by_id(ctx.conn, move.order_id)
    if order is None or order.state is not OrderState.OPEN:
        ref = await place_move(ctx.conn, lease, move, ctx.now)
        order = None if ref is None else await store.find_order(ctx.conn, ref)
    if order is None:
        raise LookupError("a freeze without an order")
    return order


async def retry_move(ctx: Ctx, order: OrderRow, lease: OfLease) -> str:
    """Another order for a capture or release that came to nothing; its reference. Refusal `not_to_repeat`."""
    key = order.purpose.removeprefix("hold:").partition("/")[0]
    move = await store.hold_move(ctx.conn, key) if order.purpose.startswith("hold:") else None
    again = move is not None and move.kind != "freeze" and move.order_id == order.id
    ref = None
    undone = order.kind is OrderKind.CAPTURE and await capture_undone(ctx.conn, key)
    if move is not None and again and order.state is OrderState.NOT_DONE and not undone:
        ref = await place_move(ctx.conn, lease, move, ctx.now)
    if ref is None:
        raise Refusal(
            "not_to_repeat",
            "这笔付款单不能重试：已完成、还在处理，或已另有一笔",
            "this order is done, under way, or has been followed by another",
            remedy_zh="退款请重新发起；扣款会按扣款日自动再试",
            remedy_en="ask for a refund anew; deductions are tried again by themselves",
        )
    return ref


async def settle_trouble(
    ctx: Ctx, lease: OfLease, order: OrderRow, on: date, why: str, *, books: bool
) -> tuple[int, tuple[Event, ...]]:
    """A person has looked into an order in trouble; the fen booked now, and what else there is to tell.

    `books`: what the provider took, though not as meant, is the renter's payment. A capture that is given up is taken
    back in the book. Refusal `nothing_to_settle`.
    """
    in_trouble = order.state in (OrderState.DISPUTED, OrderState.NOT_DONE) and not order.care
    bookable = order.state is OrderState.DISPUTED and order.kind is OrderKind.DEDUCT and not order.entry_key
    if not in_trouble or (books and not (bookable and order.moved_fen)):
        raise Refusal(
            "nothing_to_settle",
            "这笔付款单没有要人处理的问题，或没有可以入账的款项",
            "this order is not in trouble, or there is nothing to book for it",
            remedy_zh="请刷新列表；退款和押金请另行办理",
            remedy_en="reload the list; refunds and deposits are dealt with by their own acts",
        )
    if not books:
        await store.set_care(ctx.conn, order.id, why, order.paid_on, order.entry_key)
        return 0, await _given_up(ctx, lease, order, on, why)
    booked_as, moved_at = order.ref, await store.moved_at_of(ctx.conn, order.id)
    paid_on = on if moved_at is None else min(on, beijing_on(moved_at))  # our looking into it costs the renter no fee
    try:
        await take_payment(ctx.conn, ctx.act_id, lease, order.moved_fen, booked_as, paid_on, on)
    except Refusal as refused:  # another sum stands under this reference
        if refused.code != "payment_differs":
            raise
        booked_as = f"{order.ref}-2"
        await take_payment(ctx.conn, ctx.act_id, lease, order.moved_fen, booked_as, paid_on, on)
    await store.set_care(ctx.conn, order.id, why, paid_on, f"payment:{booked_as}")
    return order.moved_fen, ()


async def _given_up(ctx: Ctx, lease: OfLease, order: OrderRow, on: date, why: str) -> tuple[Event, ...]:
    key = order.purpose.removeprefix("hold:").partition("/")[0]
    if order.kind is not OrderKind.CAPTURE or order.state is not OrderState.NOT_DONE:
        return ()
    move = await store.hold_move(ctx.conn, key)
    if move is None or move.order_id != order.id or await capture_undone(ctx.conn, key):
        return ()  # another order carries it out, or it was taken back
    return (await undo_capture(ctx, on, lease, order, why),)


async def order_by_ref(conn: Conn, order_ref: str) -> OrderRow:
    """An order; access to its lease is the caller's. Absent."""
    order = await store.find_order(conn, order_ref)
    if order is None:
        raise Absent("付款单", "payment order")
    return order


async def payments_of(ctx: Ctx, lease_id: int) -> LeasePayments:
    """Everything with the provider about a lease: orders, refunds, agreement, what is frozen, what is tried next."""
    conn = ctx.conn
    agreement = await store.agreement_of(conn, lease_id)
    tried = agreement is not None and ctx.services.payments is not None
    hold = await store.frozen_of(conn, lease_id)
    return LeasePayments(
        tuple(map(_worded, await store.lease_orders(conn, lease_id))),
        tuple(await store.lease_refunds(conn, lease_id)),
        None if agreement is None else agreement.signed_at,
        None if hold is None else hold.frozen_fen,
        await next_attempt(conn, lease_id, ctx.now) if tried else None,
    )


async def payment_trouble(ctx: Ctx) -> tuple[tuple[OrderView, ...], dict[str, str]]:
    """Orders a person should look at, and the lease of each by its order's reference."""
    orders = tuple(map(_worded, await store.list_trouble(ctx.conn, ctx.now - _LONG)))
    return orders, await store.leases_of_orders(ctx.conn, [order.order_ref for order in orders])


def _worded(view: OrderView) -> OrderView:
    if view.state is OrderState.OPEN or view.state is OrderState.DONE:
        return view
    said = FAULT_ZH.get(view.fault, "") if view.state is OrderState.NOT_DONE else "金额与支付渠道不一致，专员核对中"
    return replace(view, said=said)


async def last_failure(conn: Conn, charge_id: int) -> FailedDeduction | None:
    """The last deduction for a charge that came to nothing, for LATE-5; None where none failed."""
    return await store.last_failure(conn, charge_id)
