"""Intents: an order is written with everything the provider will be told, in the act that wants the money moved.

Nothing is sent here. A job takes the first step once this act has committed. Amounts are whole fen.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import cache
from itertools import groupby

import msgspec

from shouwen.features.money.public import OfLease, book_refund
from shouwen.features.payments import store
from shouwen.features.payments.rules.deducting import decide_attempt
from shouwen.features.payments.store import DebtRow, MoveRow, NewOrder, NewRefund
from shouwen.features.payments.types import Attempt, AttemptPolicy, DueDebt, OrderKind
from shouwen.kernel.actor import Actor
from shouwen.kernel.days import end_of, start_of
from shouwen.kernel.errors import Refusal
from shouwen.kernel.fen import format_fen
from shouwen.platform.clock import random_ref
from shouwen.platform.db import Conn
from shouwen.platform.door import Ctx
from shouwen.platform.payment.port import Capture, Deduction, Freeze, Refund, Release
from shouwen.platform.policies import load_policy


def number_of(order_ref: str) -> str:
    """What the provider sees of an order: it takes no hyphen."""
    return order_ref.replace("-", "_").upper()


async def ask_deduction(
    conn: Conn,
    lease: OfLease,
    amount_fen: int,
    covers: Sequence[int],
    purpose: str,
    now: datetime,
    *,
    by_name: bool = False,
    not_before: datetime | None = None,
    subject: str = "",
) -> str | None:
    """Deduct under the lease's agreement, once for `purpose`; the order's reference.

    None where the purpose has an order or another deduction of the lease is under way. `covers` are the charges it is
    for: if less is owed of them when it is to be sent, it is withdrawn. `by_name`: the renter named them, the money
    goes there (else by the contract's order). Refusal `no_agreement`.
    """
    agreement = await store.agreement_of(conn, lease.id)
    if agreement is None:
        raise no_agreement()
    ref, at = random_ref("ZF"), max(now, not_before or now)
    call = Deduction(
        out_trade_no=number_of(ref),
        agreement_no=agreement.agreement_no,
        amount_fen=amount_fen,
        subject=subject or "租机账单",
    )
    new = NewOrder(
        ref=ref,
        number=number_of(ref),
        kind=OrderKind.DEDUCT,
        lease_id=lease.id,
        renter_id=lease.renter_id,
        amount_fen=amount_fen,
        purpose=purpose,
        call=call,
        planned_at=at,
        next_at=at,
        covers=covers,
        by_name=by_name,
    )
    if await store.insert_order(conn, new) is None:
        return None
    await store.ask_step(conn, ref, number_of(ref), at)
    return ref


async def ask_payment(
    conn: Conn, lease: OfLease, amount_fen: int, named: Sequence[int], purpose: str, now: datetime, *, subject: str = ""
) -> str:
    """The renter pays these charges now, under their agreement; the order's reference.

    Refusal `no_agreement`, or `payment_under_way` where an earlier payment of the lease is not decided yet.
    """
    ref = await ask_deduction(conn, lease, amount_fen, named, purpose, now, by_name=bool(named), subject=subject)
    if ref is None:
        raise under_way()
    return ref


async def ask_refund(ctx: Ctx, lease: OfLease, amount_fen: int, why: str, on: date, bank_ref: str = "") -> list[str]:
    """Credit of a locked lease goes back; the references of its refunds.

    Through the provider, out of the lease's latest payments there, each at most up to what is left of it; or by the
    bank transfer `bank_ref`, which has been made, once. The credit is less from now on. Refusals `more_than_credit`,
    `not_paid_there`, `refund_known`.
    """
    if bank_ref:
        ref = random_ref("TK")
        await book_refund(ctx.conn, ctx.act_id, lease, amount_fen, ref, on)
        new = _refund(ref, lease, amount_fen, why, ctx.actor, ctx.now, bank_ref=bank_ref, done_on=on)
        if not await store.insert_refund(ctx.conn, new):
            raise Refusal(
                "refund_known", "这个转账流水号已经登记过退款", "a refund by this bank transfer is on record already",
                remedy_zh="请核对转账凭证上的流水号", remedy_en="check the reference of the transfer",
                rule="REFUND", field="bank_ref",
            )  # fmt: skip
        return [ref]
    refs, rest_fen = [], amount_fen
    for paid in await store.refundable(ctx.conn, lease.id):
        part_fen = min(rest_fen, paid.rest_fen)
        if part_fen <= 0:
            break
        ref, order = random_ref("TK"), random_ref("ZF")
        await book_refund(ctx.conn, ctx.act_id, lease, part_fen, ref, on)
        call = Refund(
            out_trade_no=paid.number, out_request_no=number_of(order), amount_fen=part_fen, reason=why or "余额退款"
        )
        order_id = await _insert(ctx.conn, order, OrderKind.REFUND, lease, part_fen, f"refund:{ref}/1", call, ctx.now)
        await store.insert_refund(
            ctx.conn,
            _refund(ref, lease, part_fen, why, ctx.actor, ctx.now, paid_by=paid.id, order_id=order_id),
        )
        refs.append(ref)
        rest_fen -= part_fen
    if rest_fen:
        raise Refusal(
            "not_paid_there",
            f"经支付渠道付来的款里只有 {format_fen(amount_fen - rest_fen)} 可以原路退回",
            "less than that was paid through the provider",
            remedy_zh="其余部分请用银行转账退还，并填写转账流水号",
            remedy_en="transfer the rest by bank and give the transfer's reference",
            rule="REFUND",
            data={"refundable_fen": amount_fen - rest_fen},
        )
    return refs


async def refundable_fen(conn: Conn, lease_id: int) -> int:
    """What of a lease's payments can still go back through the provider."""
    return sum(paid.rest_fen for paid in await store.refundable(conn, lease_id))


async def place_move(conn: Conn, lease: OfLease, move: MoveRow, now: datetime) -> str | None:
    """An order for a locked change of a hold that has none under way; its reference.

    None where the provider has no hold of this lease. A freeze waits for the renter (`hand_over` sends it).
    """
    ref, purpose = random_ref("ZF"), f"hold:{move.entry_key}/{move.tries + 1}"
    if move.kind == "freeze":
        call = Freeze(
            out_order_no=f"{number_of(ref)}_H",
            out_request_no=number_of(ref),
            amount_fen=move.amount_fen,
            title="租机押金",
        )
        order_id = await _insert(conn, ref, OrderKind.FREEZE, lease, move.amount_fen, purpose, call, now, by_job=False)
    else:
        hold = await store.frozen_of(conn, lease.id)
        if hold is None:
            return None
        order_id = await _insert(
            conn, ref, OrderKind(move.kind), lease, move.amount_fen, purpose,
            await _of_hold(conn, ref, lease, move, hold), now,
        )  # fmt: skip
    await store.set_move_order(conn, move.entry_key, order_id)
    return ref


async def _of_hold(conn: Conn, ref: str, lease: OfLease, move: MoveRow, hold: store.ProviderHold) -> Capture | Release:
    if move.kind == "release":
        return Release(
            out_order_no=hold.order_no,
            auth_no=hold.auth_no,
            out_request_no=number_of(ref),
            amount_fen=move.amount_fen,
            remark="押金退还",
        )
    agreement = None if hold.payer_id else await store.agreement_of(conn, lease.id)
    return Capture(
        out_trade_no=number_of(ref),
        auth_no=hold.auth_no,
        payer_id=agreement.payer_id if agreement is not None else hold.payer_id,
        amount_fen=move.amount_fen,
        subject="押金转支付",
    )


async def _insert(
    conn: Conn, ref: str, kind: OrderKind, lease: OfLease, amount_fen: int, purpose: str, call: msgspec.Struct,
    now: datetime, *, by_job: bool = True,
) -> int:  # fmt: skip
    new = NewOrder(
        ref=ref,
        number=number_of(ref),
        kind=kind,
        lease_id=lease.id,
        renter_id=lease.renter_id,
        amount_fen=amount_fen,
        purpose=purpose,
        call=call,
        planned_at=now,
        next_at=now if by_job else None,
    )
    order_id = await store.insert_order(conn, new)
    if order_id is None:
        raise LookupError(f"{purpose} has an order")
    if by_job:
        await store.ask_step(conn, ref, number_of(ref), now)
    return order_id


def _refund(
    ref: str, lease: OfLease, amount_fen: int, why: str, actor: Actor, now: datetime, *, bank_ref: str = "",
    paid_by: int | None = None, order_id: int | None = None, done_on: date | None = None,
) -> NewRefund:  # fmt: skip
    return NewRefund(
        ref=ref,
        lease_id=lease.id,
        renter_id=lease.renter_id,
        amount_fen=amount_fen,
        why=why,
        by_role=actor.role,
        by=actor.id,
        now=now,
        bank_ref=bank_ref,
        paid_by=paid_by,
        order_id=order_id,
        done_on=done_on,
    )


class _PolicyFile(msgspec.Struct, frozen=True):
    versions: list[AttemptPolicy]


@cache
def _policies() -> tuple[AttemptPolicy, ...]:
    return tuple(msgspec.convert(load_policy("payments").document, _PolicyFile).versions)


def attempt_policy_on(on: date) -> AttemptPolicy:
    """The deduction rules in force on a Beijing day."""
    policy_id = load_policy("payments").in_force(on).id
    return next(policy for policy in _policies() if policy.id == policy_id)


async def day_attempts(ctx: Ctx, on: date, lease_from: int, lease_to: int) -> int:
    """Orders for what is due on `on` by the rules of attempts, leases of a half-open range of ids; how many.

    Without a provider none. One a lease and day, whoever runs the day how often. Two statements, however many leases.
    """
    if ctx.services.payments is None:
        return 0
    rows = await store.due_debts(ctx.conn, lease_from, lease_to, on, end_of(on))
    policy = attempt_policy_on(on)
    begins_at = max(ctx.now, start_of(on) + timedelta(hours=policy.from_hour))
    orders = []
    for _, of_lease in groupby(rows, key=lambda row: row.lease_id):
        debts = list(of_lease)
        owed = [DueDebt(debt.charge_id, debt.due_on, debt.amount_fen) for debt in debts]
        attempt = decide_attempt(owed, on, debts[0].last, policy).outcome
        if attempt is not None:
            orders.append(_attempt_order(debts[0], attempt, on, begins_at))
    return await store.insert_orders(ctx.conn, orders) if orders else 0


def _attempt_order(lease: DebtRow, attempt: Attempt, on: date, at: datetime) -> NewOrder:
    ref = random_ref("ZF")
    call = Deduction(
        out_trade_no=number_of(ref),
        agreement_no=lease.agreement_no,
        amount_fen=attempt.amount_fen,
        subject=f"{lease.lease_ref} 到期账单",
    )
    return NewOrder(
        ref=ref,
        number=number_of(ref),
        kind=OrderKind.DEDUCT,
        lease_id=lease.lease_id,
        renter_id=lease.renter_id,
        amount_fen=attempt.amount_fen,
        purpose=f"due:{lease.lease_id}:{on}",
        call=call,
        planned_at=at,
        next_at=at,
        covers=attempt.covers,
    )


def no_agreement() -> Refusal:
    """Nothing can be deducted without the renter's agreement."""
    return Refusal(
        "no_agreement",
        "这份租约还没有签署代扣协议，不能扣款",
        "this lease has no agreement to deduct under",
        remedy_zh="请在账户里签署代扣协议后再付，或用其他方式付款",
        remedy_en="sign the agreement first, or pay otherwise",
        rule="DEDUCT-1",
    )


def under_way() -> Refusal:
    """Two deductions of one lease at once might both pass."""
    return Refusal(
        "payment_under_way",
        "上一笔扣款还在处理中，请稍候，不会重复扣款",
        "an earlier payment of this lease is still under way",
        remedy_zh="通常几分钟内有结果，结果会显示在账单里",
        remedy_en="its result shows on the bills within minutes",
        rule="DEDUCT-1",
    )
