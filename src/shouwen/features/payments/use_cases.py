"""The system's own acts on orders: each step towards the provider, and everything heard from there.

A step is: look what comes next, write `sent` (an act), call (outside any transaction), write what was heard (an act).
"""

from datetime import datetime, timedelta

from msgspec import Struct

from shouwen.features.money.public import book_day
from shouwen.features.payments import attempting, store
from shouwen.features.payments.asking import place_move
from shouwen.features.payments.hearing import Told, call_of, hear, locked, standing_of, withdraw_locked
from shouwen.features.payments.rules.attempt import Next, State
from shouwen.features.payments.types import KIND_ZH, OrderKind, OrderRow, OrderState
from shouwen.kernel.days import beijing_on
from shouwen.kernel.errors import Absent, Refusal
from shouwen.kernel.fen import format_fen
from shouwen.platform.door import Ctx
from shouwen.platform.events import Done, Event
from shouwen.platform.payment.port import Answer, Capture, Deduction, Freeze, Notice, Refund, Release
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case

_LATE = timedelta(minutes=15)  # a step that old has lost its job


class LookStep(Struct, frozen=True, forbid_unknown_fields=True):
    """One order."""

    order_ref: str


class StepDue(Struct, frozen=True):
    """The call that is due now, `nothing` if none (`later`: when one will be); what the provider is told, by kind."""

    number: str
    step: Next
    try_no: int
    later: datetime | None = None
    deduct: Deduction | None = None
    capture: Capture | None = None
    refund: Refund | None = None
    freeze: Freeze | None = None
    release: Release | None = None


@use_case(LookStep, StepDue, permission=Permission.SYSTEM, method="GET", path="/system/payment-orders/{order_ref}")
async def look_step(ctx: Ctx, command: LookStep) -> StepDue:
    """这笔付款单下一步要向支付渠道做什么
    What is to be done next at the provider for this order."""
    order = await store.find_order(ctx.conn, command.order_ref)
    if order is None:
        raise Absent("付款单", "payment order")
    standing = standing_of(order, await store.facts_of(ctx.conn, order.id))
    step = standing.next
    due = standing.next_at is not None and standing.next_at <= ctx.now
    by_renter = step is Next.SEND and order.kind is OrderKind.FREEZE  # sent by their own app
    later = None if due or by_renter else standing.next_at
    if not due or step is Next.PERSON or by_renter:
        step = Next.NOTHING
    call = call_of(order)
    return StepDue(
        order.number,
        step,
        standing.try_no,
        later,
        deduct=call if isinstance(call, Deduction) else None,
        capture=call if isinstance(call, Capture) else None,
        refund=call if isinstance(call, Refund) else None,
        freeze=call if isinstance(call, Freeze) else None,
        release=call if isinstance(call, Release) else None,
    )


class BeginSend(Struct, frozen=True, forbid_unknown_fields=True):
    """Write down, before it is done, that an order goes out."""

    order_ref: str
    try_no: int


class SendBegun(Struct, frozen=True):
    """Whether to call now; false where another worker was faster, or it is no longer wanted."""

    goes: bool


@use_case(BeginSend, SendBegun, permission=Permission.SYSTEM, method="POST", path="/system/payment-orders/sends")
async def begin_send(ctx: Ctx, command: BeginSend) -> Done[SendBegun]:
    """记下即将向支付渠道发出；账单已付清或有争议的，撤回不发
    Write down that an order is about to go out; one for bills that were paid or contested meanwhile is withdrawn."""
    on, lease, order, facts = await locked(ctx, command.order_ref)
    standing = standing_of(order, facts)
    if standing.state is not State.OPEN or standing.next is not Next.SEND or standing.try_no != command.try_no:
        raise Refusal("step_taken", "这一步已由别的进程在做", "another worker takes this step")
    if order.kind is OrderKind.DEDUCT and order.covers:
        owed_fen = await store.still_owed_fen(
            ctx.conn, lease.id, order.covers, beijing_on(ctx.now), ctx.now, by_name=order.by_name
        )
        if owed_fen < order.amount_fen:
            text = (
                f"扣款 {format_fen(order.amount_fen)} 没有发出：所对应的账单已付或有争议，现欠 {format_fen(owed_fen)}"
            )
            event = _told(order, "payment.withdrawn", text)
            return Done(SendBegun(False), event, *await withdraw_locked(ctx, on, lease, order, facts))
    await store.insert_fact(ctx.conn, order.id, attempting.sent(command.try_no, ctx.now), None)
    text = f"向支付渠道发出{KIND_ZH[order.kind]} {format_fen(order.amount_fen)}（第 {command.try_no} 次）"
    return Done(SendBegun(True), _told(order, "payment.sent", text))


class HearAnswer(Struct, frozen=True, forbid_unknown_fields=True):
    """What a step's call brought; `at` is when a question was put."""

    order_ref: str
    step: Next
    try_no: int
    at: datetime
    answer: Answer


class OrderHeard(Struct, frozen=True):
    """How the order stands after it."""

    state: OrderState


@use_case(HearAnswer, OrderHeard, permission=Permission.SYSTEM, method="POST", path="/system/payment-orders/answers")
async def hear_answer(ctx: Ctx, command: HearAnswer) -> Done[OrderHeard]:
    """记下支付渠道的回答；钱动了就入账，没有结论就继续问
    Keep the provider's answer: money that moved is booked, what is undecided is asked about."""
    at = ctx.now if command.step is Next.SEND else command.at
    fact = attempting.heard(command.step, command.answer, at, command.try_no)
    state, events = await hear(ctx, command.order_ref, Told(fact=fact, moved_at=command.answer.moved_at))
    said = command.answer.code or command.answer.outcome
    heard = Event(kind="payment.heard", text=f"支付渠道回答：{said}", subject=command.order_ref)
    return Done(OrderHeard(state), heard, *events)


class TakeNotice(Struct, frozen=True, forbid_unknown_fields=True):
    """A notification whose signature and addressee were checked at the edge."""

    notice: Notice


class NoticeTaken(Struct, frozen=True):
    """What became of it: applied, repeated, unknown_order."""

    outcome: str


@use_case(TakeNotice, NoticeTaken, permission=Permission.SYSTEM, method="POST", path="/system/payment-notices")
async def take_notice(ctx: Ctx, command: TakeNotice) -> Done[NoticeTaken]:
    """记下支付渠道的异步通知；重复的不再处理，找不到付款单的留给专员
    Keep a notification of the provider: a repeated one changes nothing, one of no order of ours goes to a person."""
    notice = command.notice
    await book_day(ctx.conn, ctx.now)  # locked before everything else of the book
    ref = await store.find_ref(ctx.conn, notice.number)
    outcome = "applied" if ref else "unknown_order"
    answer = notice.answer
    if not await store.insert_notice(
        ctx.conn, notice.notify_id, notice.number, answer.outcome, answer.amount_fen, answer.provider_no, outcome,
        ctx.now,
    ):  # fmt: skip
        return Done(NoticeTaken("repeated"), Event(kind="payment.notice", text="支付渠道的通知再次到达，内容已记过"))
    if ref is None:
        text = f"支付渠道的通知提到我们没有的单号 {notice.number[:64]}，请专员核对"
        event = Event(kind="payment.unknown", text=text, subject=notice.number[:64], sealed=True, topics=("desk",))
        return Done(NoticeTaken(outcome), event)
    told = Told(fact=attempting.noticed(notice, ctx.now), moved_at=notice.answer.moved_at, payer_id=notice.payer_id)
    _, events = await hear(ctx, ref, told)
    heard = Event(kind="payment.notice", text=f"支付渠道通知：{answer.outcome}", subject=ref)
    return Done(NoticeTaken(outcome), heard, *events)


class FindPaymentWork(Struct, frozen=True, forbid_unknown_fields=True):
    """Nothing to say."""


class PaymentWork(Struct, frozen=True):
    """Changes of holds without an order, and orders whose step is overdue."""

    moves: tuple[str, ...]
    stuck: tuple[tuple[str, str], ...]


@use_case(FindPaymentWork, PaymentWork, permission=Permission.SYSTEM, method="GET", path="/system/payment-work")
async def find_payment_work(ctx: Ctx, command: FindPaymentWork) -> PaymentWork:
    """还没有交给支付渠道的押金变动，和没有人跟进的付款单
    Changes of holds not yet given to the provider, and orders that nobody follows."""
    return PaymentWork(
        tuple(await store.waiting_moves(ctx.conn, ctx.now)),
        tuple(await store.stuck_orders(ctx.conn, ctx.now - _LATE)),
    )


class PlaceHoldOrder(Struct, frozen=True, forbid_unknown_fields=True):
    """A change of a hold by the key of its entry."""

    entry_key: str


@use_case(PlaceHoldOrder, SendBegun, permission=Permission.SYSTEM, method="POST", path="/system/hold-orders")
async def place_hold_order(ctx: Ctx, command: PlaceHoldOrder) -> Done[SendBegun]:
    """把账上的押金变动交给支付渠道
    Give a change of a hold in the book to the provider."""
    lease_id = await store.lease_of_move(ctx.conn, command.entry_key)
    lease = None if lease_id is None else await store.lock_lease(ctx.conn, lease_id)
    move = await store.hold_move(ctx.conn, command.entry_key)
    if move is None or lease is None or move.order_id is not None:
        raise Refusal("step_taken", "这一步已由别的进程在做", "another worker takes this step")
    ref = await place_move(ctx.conn, lease, move, ctx.now)
    text = f"{KIND_ZH[OrderKind(move.kind)]} {format_fen(move.amount_fen)} 交支付渠道办理"
    event = Event(
        kind="payment.asked", text=text, lease_id=lease.id, renter_id=lease.renter_id, subject=ref or move.entry_key
    )
    return Done(SendBegun(ref is not None), event)


class AskStuck(Struct, frozen=True, forbid_unknown_fields=True):
    """Orders that nobody follows, by reference and number; `at` None: now."""

    orders: tuple[tuple[str, str], ...]
    at: datetime | None = None


@use_case(AskStuck, PaymentWork, permission=Permission.SYSTEM, method="POST", path="/system/payment-work")
async def ask_stuck(ctx: Ctx, command: AskStuck) -> Done[PaymentWork]:
    """让没有人跟进的付款单重新有人跟进
    Have orders followed again that nobody follows."""
    mark = f"again-{ctx.now:%Y%m%d%H}"
    for ref, number in command.orders:
        await store.ask_step(ctx.conn, ref, number, command.at or ctx.now, "" if command.at else mark)
    text = f"重新跟进付款单 {len(command.orders)} 笔"
    return Done(PaymentWork((), command.orders), Event(kind="payment.resumed", text=text))


def _told(order: OrderRow, kind: str, text: str) -> Event:
    data: dict[str, object] = {"order_ref": order.ref, "order_kind": order.kind, "amount_fen": order.amount_fen}
    return Event(kind=kind, text=text, lease_id=order.lease_id, renter_id=order.renter_id, subject=order.ref, data=data)
