"""Money of a lease through the payment provider: agreement, deduction, paying now, refund, freezing the deposit."""

from datetime import datetime, timedelta
from typing import Annotated

from msgspec import Meta, Struct
from msgspec.structs import replace

from shouwen.features.leases.powers import needs_a_second, needs_others
from shouwen.features.leases.public import access_lease, lease_by_id
from shouwen.features.leases.types import LeaseRow
from shouwen.features.money.public import (
    book_day,
    book_due,
    charge_of,
    lock_charges,
    payments_by_word_of,
    refresh_late_fees,
    refunded_since_fen,
)
from shouwen.features.money.types import BillNo
from shouwen.features.payments.public import (
    ask_payment,
    ask_refund,
    deduct_due,
    end_agreement,
    hand_over_freeze,
    order_by_ref,
    payment_trouble,
    payments_of,
    retry_move,
    settle_trouble,
    sign_agreement,
    withdraw,
)
from shouwen.features.payments.types import LeasePayments, OrderView
from shouwen.features.people.public import PowerAct
from shouwen.kernel.actor import Actor, Role
from shouwen.kernel.days import add_months
from shouwen.kernel.errors import BadInput, Refusal
from shouwen.kernel.fen import format_fen
from shouwen.platform.door import Ctx
from shouwen.platform.events import Done, Event, NeedsApproval
from shouwen.platform.fields import MAX_FEN, Ref
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case

Amount = Annotated[int, Meta(ge=1, le=MAX_FEN)]
ProviderNo = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+\Z")]
Why = Annotated[str, Meta(min_length=2, max_length=200)]
_OWN_WORD = timedelta(days=30)  # so long nobody pays out alone what they alone said had come in


class PaymentAsked(Struct, frozen=True):
    """An order to the provider; its result shows on the bills."""

    order_ref: str
    lease_ref: str
    amount_fen: int


class RecordAgreement(Struct, frozen=True, forbid_unknown_fields=True):
    """The agreement to deductions that the renter signed at the provider; `payer_id` is their number there."""

    lease_ref: Ref
    agreement_no: ProviderNo
    payer_id: ProviderNo


class AgreementStands(Struct, frozen=True):
    """Whether deductions are agreed to, and since when."""

    lease_ref: str
    signed_at: datetime | None


@use_case(
    RecordAgreement, AgreementStands, permission=Permission.DEDUCT, method="POST", path="/leases/{lease_ref}/agreement"
)
async def record_agreement(ctx: Ctx, command: RecordAgreement) -> Done[AgreementStands]:
    """登记租客在支付渠道签署的代扣协议
    Record the agreement to deductions that the renter signed at the provider."""
    lease = await access_lease(ctx.conn, ctx.actor, command.lease_ref, lock=True)
    await sign_agreement(ctx, lease, command.agreement_no, command.payer_id)
    event = _event(lease, "agreement.signed", "租客签署了代扣协议", ctx.actor)
    return Done(AgreementStands(lease.ref, ctx.now), event)


class EndAgreement(Struct, frozen=True, forbid_unknown_fields=True):
    """No more deductions for this lease."""

    lease_ref: Ref


@use_case(
    EndAgreement, AgreementStands, permission=Permission.AGREEMENT_END, method="POST",
    path="/leases/{lease_ref}/agreement/end",
)  # fmt: skip
async def end_lease_agreement(ctx: Ctx, command: EndAgreement) -> Done[AgreementStands]:
    """终止代扣协议：以后不再自动扣款，账单改为自己付
    End the agreement: nothing is deducted any more, bills are paid by hand; what is under way is withdrawn."""
    lease = await access_lease(ctx.conn, ctx.actor, command.lease_ref, lock=True)
    await end_agreement(ctx, lease)
    withdrawn = await withdraw(ctx, lease.id)
    return Done(
        AgreementStands(lease.ref, None), _event(lease, "agreement.ended", "代扣协议已终止", ctx.actor), *withdrawn
    )


class AttemptDeduction(Struct, frozen=True, forbid_unknown_fields=True):
    """Deduct what is due of a lease."""

    lease_ref: Ref


@use_case(
    AttemptDeduction, PaymentAsked, permission=Permission.DEDUCT, method="POST", path="/leases/{lease_ref}/deductions"
)
async def attempt_deduction(ctx: Ctx, command: AttemptDeduction) -> Done[PaymentAsked]:
    """按代扣协议扣一次到期的款；有争议的部分不扣（PAUSE-1）
    Deduct once what is due under the agreement; what is contested rests (PAUSE-1)."""
    on = await book_day(ctx.conn, ctx.now)
    lease = await access_lease(ctx.conn, ctx.actor, command.lease_ref, lock=True)
    await book_due(ctx.conn, ctx.act_id, lease, on)
    await refresh_late_fees(ctx.conn, ctx.act_id, lease, on)
    order = await order_by_ref(ctx.conn, await deduct_due(ctx, lease, on))
    text = f"发起扣款 {format_fen(order.amount_fen)}"
    event = _event(lease, "payment.asked", text, ctx.actor, order.ref)
    return Done(PaymentAsked(order.ref, lease.ref, order.amount_fen), event)


class PayBills(Struct, frozen=True, forbid_unknown_fields=True):
    """Bills to pay now. `amount_fen` is what the renter was shown of them all; `part_fen`: pay only so much of it.

    A part settles the bills in the order in which they are named (民法典 560).
    """

    lease_ref: Ref
    amount_fen: Amount
    lines: Annotated[tuple[BillNo, ...], Meta(min_length=1, max_length=60)]
    part_fen: Amount | None = None


@use_case(PayBills, PaymentAsked, permission=Permission.PAY, method="POST", path="/leases/{lease_ref}/payments/now")
async def pay_bills(ctx: Ctx, command: PayBills) -> Done[PaymentAsked]:
    """租客现在付款：付选中的账单，可以只付一部分；没到期的、有争议的也可以选
    The renter pays the bills they choose now, whole or in part; not yet due and contested ones may be chosen too."""
    on = await book_day(ctx.conn, ctx.now)
    lease = await access_lease(ctx.conn, ctx.actor, command.lease_ref, lock=True)
    await book_due(ctx.conn, ctx.act_id, lease, on)
    await refresh_late_fees(ctx.conn, ctx.act_id, lease, on)
    charges = await lock_charges(ctx.conn, lease.id)
    if len(set(command.lines)) != len(command.lines):
        raise BadInput("lines", "同一行账单选了两次", "a bill line is named twice")
    named = [charge_of(charges, line) for line in command.lines]
    amount_fen = sum(charge.outstanding_fen for charge in named)
    if amount_fen != command.amount_fen:
        raise Refusal(
            "amount_moved",
            f"应付金额现在是 {format_fen(amount_fen)}，与您看到的 {format_fen(command.amount_fen)} 不同",
            "the amount is not what was shown",
            remedy_zh="请刷新账单后再付，这次没有扣款",
            remedy_en="reload the bills; nothing was deducted",
            field="amount_fen",
            data={"amount_fen": amount_fen},
        )
    pay_fen = amount_fen if command.part_fen is None else command.part_fen
    if pay_fen > amount_fen:
        raise more_than_chosen(pay_fen, amount_fen)
    covers = [charge.id for charge in named]
    ref = await ask_payment(ctx.conn, lease, pay_fen, covers, f"pay:{ctx.act_id}", ctx.now)
    event = _event(lease, "payment.asked", f"租客付款 {format_fen(pay_fen)}", ctx.actor, ref)
    return Done(PaymentAsked(ref, lease.ref, pay_fen), event)


def more_than_chosen(pay_fen: int, amount_fen: int) -> Refusal:
    """Nobody pays more than the bills they chose."""
    return Refusal(
        "more_than_chosen",
        f"选中的账单合计 {format_fen(amount_fen)}，不能付 {format_fen(pay_fen)}",
        "more than the chosen bills come to",
        remedy_zh="请把金额改小，或多选几笔账单",
        remedy_en="enter less, or choose more bills",
        field="part_fen",
    )


class AskRefund(Struct, frozen=True, forbid_unknown_fields=True):
    """Credit back to the renter: where it was paid from, or by the bank transfer `bank_ref`, already made."""

    lease_ref: Ref
    amount_fen: Amount
    why: Why
    bank_ref: Annotated[str, Meta(max_length=64, pattern=r"^[A-Za-z0-9_-]*\Z")] = ""


class RefundAsked(Struct, frozen=True):
    """Refunds under way (or done, by bank), and the credit that is left."""

    refund_refs: tuple[str, ...]
    lease_ref: str
    amount_fen: int


@use_case(AskRefund, RefundAsked, permission=Permission.REFUND, method="POST", path="/leases/{lease_ref}/refunds")
async def refund_credit(ctx: Ctx, command: AskRefund) -> Done[RefundAsked] | NeedsApproval:
    """把租客的余额退回去：原路退回，或登记已转出的银行转账
    Give a renter's credit back: where it was paid from, or recorded as a bank transfer that was made."""
    on = await book_day(ctx.conn, ctx.now)
    lease = await access_lease(ctx.conn, ctx.actor, command.lease_ref, lock=True)
    summary = f"订单 {lease.ref} 退款 {format_fen(command.amount_fen)}：{command.why}"
    used_fen = await refunded_since_fen(ctx.conn, lease.id, add_months(on, -12))
    need = needs_others(PowerAct.CREDIT_REFUND, command.amount_fen, used_fen, ctx.actor.role, ctx.now, summary)
    said_so = await payments_by_word_of(ctx.conn, lease.id, on - _OWN_WORD)
    if need is None and ctx.actor.id in said_so and ctx.actor.is_staff:
        need = needs_a_second(command.amount_fen, ctx.now, summary, "30 天内的收款由本人手工登记，需另一人复核")
    if need is not None and not ctx.covers(need):
        return replace(need, barred=(*need.barred, *said_so))  # who said the money came does not let it go out
    refs = await ask_refund(ctx, lease, command.amount_fen, command.why, on, command.bank_ref)
    text = f"余额退款 {format_fen(command.amount_fen)}" + (
        "，已由银行转账退还" if command.bank_ref else "，正在原路退回"
    )
    event = _event(lease, "refund.asked", text, ctx.actor, refs[0], sealed=True)
    return Done(RefundAsked(tuple(refs), lease.ref, command.amount_fen), event)


class OrderFreeze(Struct, frozen=True, forbid_unknown_fields=True):
    """The deposit of one lease."""

    lease_ref: Ref


class FreezeOrder(Struct, frozen=True):
    """What the renter's payment app is given to confirm, within 15 minutes."""

    order_ref: str
    lease_ref: str
    amount_fen: int
    app_order: str


@use_case(
    OrderFreeze, FreezeOrder, permission=Permission.PAY, method="POST", path="/leases/{lease_ref}/deposit-order",
    secret_result=True,
)  # fmt: skip
async def order_freeze(ctx: Ctx, command: OrderFreeze) -> Done[FreezeOrder]:
    """取得押金冻结单，在支付应用里确认；冻结不是付款
    The deposit's freeze, to confirm in the payment app; freezing is not paying."""
    lease = await access_lease(ctx.conn, ctx.actor, command.lease_ref, lock=True)
    handed, events = await hand_over_freeze(ctx, lease)
    return Done(FreezeOrder(handed.order_ref, lease.ref, handed.amount_fen, handed.app_order), *events)


class ReadPayments(Struct, frozen=True, forbid_unknown_fields=True):
    """One lease."""

    lease_ref: Ref


@use_case(
    ReadPayments, LeasePayments, permission=Permission.BILLS_READ, method="GET", path="/leases/{lease_ref}/payments"
)
async def read_payments(ctx: Ctx, command: ReadPayments) -> LeasePayments:
    """这份租约经支付渠道的扣款、退款、押金冻结和代扣协议
    Deductions, refunds, frozen deposit and agreement of a lease at the payment provider."""
    lease = await access_lease(ctx.conn, ctx.actor, command.lease_ref)
    return await payments_of(ctx, lease.id)


class ListPaymentTrouble(Struct, frozen=True, forbid_unknown_fields=True):
    """Nothing to say."""


class PaymentTrouble(Struct, frozen=True):
    """Orders a person should look at, and the lease of each by its order's reference."""

    orders: tuple[OrderView, ...]
    lease_refs: dict[str, str]


@use_case(
    ListPaymentTrouble, PaymentTrouble, permission=Permission.PAYMENT_CARE, method="GET", path="/payment-troubles"
)
async def list_payment_trouble(ctx: Ctx, command: ListPaymentTrouble) -> PaymentTrouble:
    """要人处理的付款单：金额不符、押金或退款没有办成、一天还没有结论
    Orders for a person: other money than meant, deposits and refunds that failed, undecided for a day."""
    return PaymentTrouble(*await payment_trouble(ctx))


class RetryOrder(Struct, frozen=True, forbid_unknown_fields=True):
    """A capture or release that came to nothing."""

    order_ref: Ref


@use_case(
    RetryOrder, PaymentAsked, permission=Permission.PAYMENT_CARE, method="POST",
    path="/payment-orders/{order_ref}/retry",
)  # fmt: skip
async def retry_order(ctx: Ctx, command: RetryOrder) -> Done[PaymentAsked]:
    """没有办成的押金转支付或解冻，换一个单号再办一次
    Try a capture or release that came to nothing again, under a new number."""
    order = await order_by_ref(ctx.conn, command.order_ref)
    lease = await lease_by_id(ctx.conn, order.lease_id, lock=True)
    again = await retry_move(ctx, await order_by_ref(ctx.conn, command.order_ref), lease)
    event = _event(lease, "payment.asked", f"重新办理 {format_fen(order.amount_fen)}", ctx.actor, again)
    return Done(PaymentAsked(again, lease.ref, order.amount_fen), event)


class SettleOrder(Struct, frozen=True, forbid_unknown_fields=True):
    """What a person found out of an order in trouble. `books`: what the provider took is the renter's payment."""

    order_ref: Ref
    books: bool
    why: Why


class OrderSettled(Struct, frozen=True):
    """What was booked for it."""

    order_ref: str
    lease_ref: str
    booked_fen: int


@use_case(
    SettleOrder, OrderSettled, permission=Permission.PAYMENT_CARE, method="POST",
    path="/payment-orders/{order_ref}/settlement",
)  # fmt: skip
async def settle_order(ctx: Ctx, command: SettleOrder) -> Done[OrderSettled]:
    """核对过的付款单：把渠道实际收到的款入账，或说明为什么不用入账
    An order a person has looked into: book what the provider really took, or say why nothing is to be booked."""
    on = await book_day(ctx.conn, ctx.now)
    order = await order_by_ref(ctx.conn, command.order_ref)
    lease = await lease_by_id(ctx.conn, order.lease_id, lock=True)
    order = await order_by_ref(ctx.conn, command.order_ref)
    booked_fen, more = await settle_trouble(ctx, lease, order, on, command.why, books=command.books)
    text = f"付款单 {order.ref} 已核对：" + (f"入账 {format_fen(booked_fen)}" if booked_fen else "不入账")
    event = _event(lease, "payment.settled", f"{text}，{command.why}", ctx.actor, order.ref, sealed=True)
    return Done(OrderSettled(order.ref, lease.ref, booked_fen), event, *more)


def _event(
    lease: LeaseRow, kind: str, text: str, actor: Actor, ref: str = "", *, sealed: bool = False
) -> Event:  # fmt: skip
    by_renter = actor.role is Role.RENTER
    return Event(
        kind=kind,
        text=text,
        rule="DEDUCT-1",
        lease_id=lease.id,
        renter_id=lease.renter_id,
        subject=ref or f"lease:{lease.ref}",
        data={"order_ref": ref} if ref else {},
        sealed=sealed or by_renter,
        topics=("desk", f"renter:{lease.renter_id}"),
    )
