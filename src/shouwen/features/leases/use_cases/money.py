"""Money acts of the desk on one lease: charge, record a payment, waive, take back, write off, recover."""

import re
from datetime import date, timedelta
from typing import Annotated, Literal

from msgspec import Meta, Struct
from msgspec.structs import replace

from shouwen.features.contracts.public import contract_in_force
from shouwen.features.leases.backdating import PROVEN_ZH, AboveThePower, fees_borne_fen, need_to_backdate
from shouwen.features.leases.by_hand import WAIVABLE, first_key, is_at_provider, is_ours_to_undo, may_charge_under
from shouwen.features.leases.powers import needs_others
from shouwen.features.leases.public import access_lease
from shouwen.features.leases.types import LeaseRow
from shouwen.features.money.public import (
    Charge,
    NewCharge,
    agreed_charges,
    bill_no_of,
    book_day,
    charge_by_hand,
    charge_of,
    credit_of,
    fees_forgone_since_fen,
    given_up,
    lock_charges,
    note_backdated,
    refresh_late_fees,
    take_payment,
    undo,
    waive_charge,
    write_off_charge,
    written_off_since_fen,
)
from shouwen.features.money.public import (
    recover as recover_charge,
)
from shouwen.features.money.types import CHARGE_ZH, BillNo, ChargeKind, EntryKind
from shouwen.features.people.public import PowerAct
from shouwen.kernel.days import add_months, beijing_on
from shouwen.kernel.errors import Absent, BadInput, Refusal
from shouwen.kernel.fen import format_fen
from shouwen.platform.door import Ctx
from shouwen.platform.events import Done, Event, NeedsApproval
from shouwen.platform.fields import MAX_FEN, Ref
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case

SomeFen = Annotated[int, Meta(ge=1, le=MAX_FEN)]
Why = Annotated[str, Meta(min_length=2, max_length=500)]
Clause = Annotated[str, Meta(min_length=1, max_length=20)]
PaymentRef = Annotated[str, Meta(min_length=4, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*\Z")]
EntryKey = Annotated[str, Meta(min_length=3, max_length=100, pattern=r"^[a-z_]+:[A-Za-z0-9_:.-]+\Z")]
_WAIVER_RULE = "AUTH-1"
_LAST_CHARGE_DAYS = 366
_PROVIDER_REF = re.compile(r"(ZF|TK)[-_]", re.IGNORECASE)


class MoneyBooked(Struct, frozen=True):
    """What was booked under which key, and how the bill line (if the act is about one) and the credit stand now."""

    lease_ref: str
    entry_key: str
    amount_fen: int
    credit_fen: int
    line: str = ""
    outstanding_fen: int | None = None


class BookCharge(Struct, frozen=True, forbid_unknown_fields=True):
    """Something the contract lets be charged beside rent, with the clause that says so.

    `again`: it is meant although the same was charged today.
    """

    lease_ref: Ref
    kind: Literal["addon", "fee"]
    amount_fen: SomeFen
    clause: Clause
    due_on: date
    why: Why
    again: bool = False


@use_case(BookCharge, MoneyBooked, permission=Permission.MONEY_BOOK, method="POST", path="/leases/{lease_ref}/charges")
async def book_charge(ctx: Ctx, command: BookCharge) -> Done[MoneyBooked] | NeedsApproval:
    """按合同条款登记一笔增值服务费或手续费；超过权限的转审批（AUTH-1）
    Charge an add-on or a fee under a clause of the contract; above one's power it becomes a request (AUTH-1)."""
    lease = await access_lease(ctx.conn, ctx.actor, command.lease_ref, lock=True)
    on = await book_day(ctx.conn, ctx.now)
    _, contract = await contract_in_force(ctx.conn, lease.id)
    clause = next((one for one in contract.clauses if one.no == command.clause), None)
    if clause is None:
        raise BadInput(
            "clause", f"合同里没有第 {command.clause} 条", "the contract has no such clause",
            remedy_zh="收费必须写明合同条款", remedy_en="a charge names its clause",
        )  # fmt: skip
    if not may_charge_under(clause):
        raise BadInput(
            "clause", f"第 {clause.no} 条（{clause.title}）不能手工收费", "nothing is charged by hand here",
            remedy_zh="租金、违约金、定损和买断按各自的规则入账", remedy_en="each of these has its own rule",
        )  # fmt: skip
    if not on <= command.due_on <= on + timedelta(days=_LAST_CHARGE_DAYS):
        raise BadInput(
            "due_on", f"到期日应在 {on} 之后的一年内", "due within a year from today",
            remedy_zh="费用不能倒填到期日", remedy_en="a charge is not due before it is made",
        )  # fmt: skip
    kind = ChargeKind(command.kind)
    charges = await lock_charges(ctx.conn, lease.id)
    before = [charge for charge in charges if charge.kind is kind]
    if not command.again and any(_same(charge, command, on) for charge in before):
        raise Refusal(
            "charged_already", f"今天已经登记过同样的一笔{CHARGE_ZH[kind]}", "the same was charged today",
            rule="CHARGE", clause=command.clause,
            remedy_zh="确实要再收一笔的，请勾选再次登记", remedy_en="say `again` where another one is meant",
        )  # fmt: skip
    agreed = await agreed_charges(ctx.conn, lease.id)
    used_fen = sum(c.amount_fen for c in charges if c.id not in agreed and _by_hand_since(c, add_months(on, -12)))
    summary = f"订单 {lease.ref} 收取{CHARGE_ZH[kind]} {format_fen(command.amount_fen)}：{command.why}"
    need = needs_others(PowerAct.HAND_CHARGE, command.amount_fen, used_fen, ctx.actor.role, ctx.now, summary)
    if need is not None and not ctx.covers(need):
        return need
    no = 1 + max((charge.no for charge in before), default=0)
    new = NewCharge(
        lease_id=lease.id, renter_id=lease.renter_id, kind=kind, no=no, clause=command.clause, due_on=command.due_on,
        amount_fen=command.amount_fen,
    )  # fmt: skip
    charge = await charge_by_hand(ctx.conn, ctx.act_id, lease, new, on)
    text = f"新增{CHARGE_ZH[kind]} {format_fen(command.amount_fen)}（第 {command.clause} 条）：{command.why}"
    event = _event(lease, "money.charged", text, "CHARGE", charge, command.amount_fen)
    return Done(await _booked(ctx, lease, f"charge:{charge.id}", command.amount_fen, charge), event)


class RecordPayment(Struct, frozen=True, forbid_unknown_fields=True):
    """Money that came in by another way, worth its day; `named` are the bill lines the renter named (民法典 560).

    `why`: what proves a day before today, where late fees fall by it.
    """

    lease_ref: Ref
    amount_fen: SomeFen
    payment_ref: PaymentRef
    paid_on: date
    named: Annotated[tuple[BillNo, ...], Meta(max_length=50)] = ()
    currency: Literal["CNY"] = "CNY"
    why: Annotated[str, Meta(max_length=500)] = ""


class PaidPart(Struct, frozen=True):
    """How much of a payment a bill line got."""

    line: str
    amount_fen: int


class PaymentRecorded(Struct, frozen=True):
    """Where the money went. `booked` false: this reference was on the book already.

    `reallocated` payments were moved to other lines because this one is worth an earlier day; `fees_fell_fen` is what
    the renter owes less in late fees than had it been worth today.
    """

    lease_ref: str
    entry_key: str
    parts: tuple[PaidPart, ...]
    surplus_fen: int
    credit_fen: int
    booked: bool
    reallocated: tuple[str, ...]
    fees_fell_fen: int = 0


@use_case(
    RecordPayment, PaymentRecorded, permission=Permission.PAYMENT_RECORD, method="POST",
    path="/leases/{lease_ref}/payments",
)  # fmt: skip
async def record_payment(ctx: Ctx, command: RecordPayment) -> Done[PaymentRecorded] | NeedsApproval:
    """登记一笔收款：按付款日生效，先结清租客指定的账单；付款日更早、违约金因此减少的，按减免违约金的权限办（AUTH-1）
    Record money received, worth its day; where late fees fall by an earlier day, that is a waiver's power (AUTH-1)."""
    lease = await access_lease(ctx.conn, ctx.actor, command.lease_ref, lock=True)
    on = await book_day(ctx.conn, ctx.now)
    _refuse_provider_ref(command.payment_ref)
    first_on = lease.signed_on or lease.applied_on
    if not first_on <= command.paid_on <= beijing_on(ctx.now):
        raise BadInput(
            "paid_on", f"付款日应在 {first_on} 到今天之间", "paid between the signing and today",
            remedy_zh="请按付款凭证上的日期填写", remedy_en="as the proof of payment says",
        )  # fmt: skip
    if command.paid_on < on:
        await refresh_late_fees(ctx.conn, ctx.act_id, lease, on)  # what falls is measured from today's fees
    before = await lock_charges(ctx.conn, lease.id)
    named = [charge_of(before, line).id for line in command.named]
    summary = f"订单 {lease.ref} 收款 {format_fen(command.amount_fen)} 按 {command.paid_on} 入账"
    try:
        async with ctx.conn.transaction():  # by how much fees fall is known once all is gone through anew
            taken = await take_payment(
                ctx.conn, ctx.act_id, lease, command.amount_fen, command.payment_ref, command.paid_on, on, named=named
            )
            after = await lock_charges(ctx.conn, lease.id)
            fell_fen = max(0, fees_borne_fen(before) - fees_borne_fen(after)) if taken.booked else 0
            need = await need_to_backdate(ctx, lease.id, command.paid_on, fell_fen, command.why, on, summary)
            if need is not None and not ctx.covers(need, at_most=True):
                raise AboveThePower(need)
    except AboveThePower as asked:
        return asked.need
    why = command.why.strip() or PROVEN_ZH
    if fell_fen:
        await note_backdated(
            ctx.conn, ctx.act_id, lease.id, command.payment_ref, command.paid_on, on, fell_fen, why
        )  # fmt: skip
    by_id = {charge.id: charge for charge in after}
    parts = tuple(
        PaidPart(bill_no_of(part.kind, by_id[part.charge_id].no), part.amount_fen) for part in taken.allocation.parts
    )
    result = PaymentRecorded(
        lease.ref, f"payment:{command.payment_ref}", parts, taken.allocation.surplus_fen,
        await credit_of(ctx.conn, lease.id), taken.booked, taken.reallocated, fell_fen,
    )  # fmt: skip
    text = f"收到付款 {format_fen(command.amount_fen)}（流水 {command.payment_ref}，{command.paid_on} 付）"
    if not taken.booked:
        text = f"付款流水 {command.payment_ref} 已经记过，没有重复入账"
    elif taken.reallocated:
        text += f"，按付款日重新分配 {len(taken.reallocated)} 笔"
    if fell_fen:
        text += f"，违约金减少 {format_fen(fell_fen)}：{why}"
    return Done(result, _event(lease, "money.paid", text, "CIVIL-560", None, command.amount_fen))


class Waive(Struct, frozen=True, forbid_unknown_fields=True):
    """A part of a bill line that the renter need not pay."""

    lease_ref: Ref
    line: BillNo
    amount_fen: SomeFen
    why: Why


@use_case(Waive, MoneyBooked, permission=Permission.WAIVE, method="POST", path="/leases/{lease_ref}/waivers")
async def waive(ctx: Ctx, command: Waive) -> Done[MoneyBooked] | NeedsApproval:
    """减免违约金或费用；超过权限的转审批（AUTH-1）
    Waive a late fee or a fee; above one's power it becomes a request (AUTH-1)."""
    lease = await access_lease(ctx.conn, ctx.actor, command.lease_ref, lock=True)
    on, charge = await _line(ctx, lease, command.line)
    if charge.kind not in WAIVABLE:
        raise Refusal(
            "not_waived_here", f"{CHARGE_ZH[charge.kind]}不在这里减免", "this kind of charge is not waived here",
            rule="AUTH-1", clause=charge.clause,
            remedy_zh="租金按无机天数减租，定损走裁定或申诉", remedy_en="abate rent by days; decide damage again",
        )  # fmt: skip
    used_fen = await fees_forgone_since_fen(ctx.conn, lease.id, add_months(on, -12))
    return await _give_up(ctx, lease, on, charge, command, EntryKind.WAIVER, used_fen)


class UndoEntry(Struct, frozen=True, forbid_unknown_fields=True):
    """An entry that should not be: a payment, waiver, write-off, recovery, or a charge made by hand."""

    lease_ref: Ref
    entry_key: EntryKey
    why: Why


@use_case(
    UndoEntry, MoneyBooked, permission=Permission.MONEY_REVERSE, method="POST", path="/leases/{lease_ref}/reversals"
)
async def undo_entry(ctx: Ctx, command: UndoEntry) -> Done[MoneyBooked] | NeedsApproval:
    """用一笔新的入账撤销登记有误的一笔，账单恢复原状；撤销减免和核销的权限与作出时相同（AUTH-1）
    Take a wrong entry back by a new one; for a waiver or write-off that asks for the power that gives it (AUTH-1)."""
    lease = await access_lease(ctx.conn, ctx.actor, command.lease_ref, lock=True)
    on = await book_day(ctx.conn, ctx.now)
    key = first_key(command.entry_key)
    if not is_ours_to_undo(key) or await _made_elsewhere(ctx, lease, key):
        raise Refusal(
            "not_undoable", "这笔入账不能在这里撤销", "this entry is corrected otherwise", rule="REVERSAL",
            remedy_zh="租金随合同变更，违约金随付款和减免重算，定损走申诉", remedy_en="amend, decide again, or appeal",
        )  # fmt: skip
    if is_at_provider(key):
        raise Refusal(
            "paid_at_provider", "这笔钱是通过支付渠道收到的，不能只在账上撤销", "this money came through the provider",
            rule="REVERSAL", remedy_zh="需要退回时，请发起退款", remedy_en="refund it instead",
        )  # fmt: skip
    need = await _need_to_undo(ctx, lease, key, on, command.why)
    if need is not None and not ctx.covers(need):
        return need
    undone = await undo(ctx.conn, ctx.act_id, lease, key, command.why, "REVERSAL", on)
    if not undone.booked:
        raise Refusal(
            "undone_already", "这笔入账已经撤销过", "this entry was taken back before", rule="REVERSAL",
            remedy_zh="不需要再撤销", remedy_en="there is nothing left to do",
        )  # fmt: skip
    text = f"撤销 {key}（{format_fen(undone.amount_fen)}）：{command.why}"
    event = _event(lease, "money.reversed", text, "REVERSAL", None, undone.amount_fen)
    return Done(await _booked(ctx, lease, undone.key, undone.amount_fen, None), event)


class WriteOff(Struct, frozen=True, forbid_unknown_fields=True):
    """A part of a bill line that the firm gives up; it can still be recovered."""

    lease_ref: Ref
    line: BillNo
    amount_fen: SomeFen
    why: Why


@use_case(WriteOff, MoneyBooked, permission=Permission.WRITE_OFF, method="POST", path="/leases/{lease_ref}/write-offs")
async def write_off(ctx: Ctx, command: WriteOff) -> Done[MoneyBooked] | NeedsApproval:
    """核销收不回的欠款；超过权限的转审批（AUTH-1）
    Write off what will not come in; above one's power it becomes a request (AUTH-1)."""
    lease = await access_lease(ctx.conn, ctx.actor, command.lease_ref, lock=True)
    on, charge = await _line(ctx, lease, command.line)
    if (await agreed_charges(ctx.conn, lease.id)).get(charge.id):
        raise _agreed_open(charge)
    used_fen = await written_off_since_fen(ctx.conn, lease.id, add_months(on, -12))
    return await _give_up(ctx, lease, on, charge, command, EntryKind.WRITE_OFF, used_fen)


async def _give_up(
    ctx: Ctx, lease: LeaseRow, on: date, charge: Charge, command: Waive | WriteOff, kind: EntryKind, used_fen: int
) -> Done[MoneyBooked] | NeedsApproval:
    """Waive or write off a part of a line of a locked lease, which had `used_fen` of it in the last twelve months."""
    waives, amount_fen = kind is EntryKind.WAIVER, command.amount_fen
    text = f"{'减免' if waives else '核销'}{_line_zh(charge)} {format_fen(amount_fen)}：{command.why}"
    power = PowerAct.LATE_FEE_WAIVER if waives else PowerAct.WRITE_OFF
    need = needs_others(power, amount_fen, used_fen, ctx.actor.role, ctx.now, f"订单 {lease.ref} {text}")
    if need is not None and not ctx.covers(need):
        _refuse_more(charge, amount_fen)
        return need
    key = str(ctx.act_id)
    if waives:
        await waive_charge(ctx.conn, ctx.act_id, lease, charge, amount_fen, key, on, _WAIVER_RULE)
    else:
        await write_off_charge(ctx.conn, ctx.act_id, lease, charge, amount_fen, key, on)
    event = _event(lease, "money.waived" if waives else "money.written_off", text, "AUTH-1", charge, amount_fen)
    return Done(await _booked(ctx, lease, f"{kind}:{key}", amount_fen, charge), event)


class Recover(Struct, frozen=True, forbid_unknown_fields=True):
    """Money that came in for what had been written off."""

    lease_ref: Ref
    line: BillNo
    amount_fen: SomeFen
    payment_ref: PaymentRef


@use_case(Recover, MoneyBooked, permission=Permission.WRITE_OFF, method="POST", path="/leases/{lease_ref}/recoveries")
async def recover(ctx: Ctx, command: Recover) -> Done[MoneyBooked]:
    """登记收回的已核销欠款
    Record money that came in for what had been written off."""
    lease = await access_lease(ctx.conn, ctx.actor, command.lease_ref, lock=True)
    _refuse_provider_ref(command.payment_ref)
    on, charge = await _line(ctx, lease, command.line)
    if not await recover_charge(ctx.conn, ctx.act_id, lease, charge, command.amount_fen, command.payment_ref, on):
        raise Refusal(
            "payment_known", "这个付款流水号已经记过", "this payment reference was booked before",
            remedy_zh="请核对流水号", remedy_en="check the payment reference",
        )  # fmt: skip
    text = f"收回已核销{_line_zh(charge)} {format_fen(command.amount_fen)}（流水 {command.payment_ref}）"
    event = _event(lease, "money.recovered", text, "AUTH-1", charge, command.amount_fen)
    key = f"recovery:{command.payment_ref}"
    return Done(await _booked(ctx, lease, key, command.amount_fen, charge), event)


async def _line(ctx: Ctx, lease: LeaseRow, line: str) -> tuple[date, Charge]:
    """The day of the book and the charge of a line, late fees brought to that day."""
    on = await book_day(ctx.conn, ctx.now)
    await refresh_late_fees(ctx.conn, ctx.act_id, lease, on)
    charge = charge_of(await lock_charges(ctx.conn, lease.id), line)
    if charge.booked_on is None:
        raise Absent("账单", "bill line")
    return on, charge


async def _need_to_undo(ctx: Ctx, lease: LeaseRow, key: str, on: date, why: str) -> NeedsApproval | None:
    """Whom taking a waiver or a write-off back needs beside the actor: as many as giving it; None for what is free."""
    given = await given_up(ctx.conn, lease.id, key)
    if given is None:
        return None
    since = add_months(on, -12)
    if given.kind is EntryKind.WAIVER:
        act, used_fen = PowerAct.LATE_FEE_WAIVER, await fees_forgone_since_fen(ctx.conn, lease.id, since)
    else:
        act, used_fen = PowerAct.WRITE_OFF, await written_off_since_fen(ctx.conn, lease.id, since)
    if given.on >= since:
        used_fen = max(0, used_fen - given.amount_fen)  # itself is among them
    summary = f"订单 {lease.ref} 撤销 {key}（{format_fen(given.amount_fen)}）：{why}"
    need = needs_others(act, given.amount_fen, used_fen, ctx.actor.role, ctx.now, summary)
    return None if need is None else replace(need, passes_alone=False)  # it is not in the renter's favour


async def _made_elsewhere(ctx: Ctx, lease: LeaseRow, key: str) -> bool:
    """Whether the key is of a charge that the desk did not book by hand: rent, damage, what an agreement made."""
    charges = {f"charge:{charge.id}": charge for charge in await lock_charges(ctx.conn, lease.id)}
    if key not in charges:
        return False
    by_hand = charges[key].kind in (ChargeKind.ADDON, ChargeKind.FEE)
    return not by_hand or charges[key].id in await agreed_charges(ctx.conn, lease.id)


def _refuse_more(charge: Charge, amount_fen: int) -> None:
    """Nobody is asked to agree to what cannot be."""
    if amount_fen > charge.outstanding_fen:
        raise Refusal(
            "more_than_outstanding",
            f"{_line_zh(charge)}未付 {format_fen(charge.outstanding_fen)}，不能减 {format_fen(amount_fen)}",
            "more than is outstanding on this charge", clause=charge.clause,
            remedy_zh="请按未付金额重新填写", remedy_en="enter at most the outstanding amount",
        )  # fmt: skip


def _refuse_provider_ref(payment_ref: str) -> None:
    """A reference of the provider's order or refund is booked when the provider says so, never by hand."""
    if _PROVIDER_REF.match(payment_ref):
        raise BadInput(
            "payment_ref", "支付渠道的付款单号不能手工登记，到账后自动入账", "a provider order books itself",
            remedy_zh="请填写银行或其他凭证上的流水号", remedy_en="give the reference on the bank's or other proof",
        )  # fmt: skip


def _agreed_open(charge: Charge) -> Refusal:
    """What a buyout comes to is paid, or the agreement lapses; it is not given up on the way."""
    return Refusal(
        "agreed_open", f"{_line_zh(charge)}属于正在办理的买断，不能核销", "part of an agreement that is open",
        rule="BUY-5", clause=charge.clause,
        remedy_zh="请等它付清或到期失效", remedy_en="wait until it is paid or has lapsed",
    )  # fmt: skip


def _by_hand_since(charge: Charge, since: date) -> bool:
    """Whether it is a fee or an add-on charged since a day and not taken back."""
    by_hand = charge.kind in (ChargeKind.ADDON, ChargeKind.FEE) and charge.waived_fen < charge.amount_fen
    return by_hand and charge.booked_on is not None and charge.booked_on >= since


def _same(charge: Charge, command: BookCharge, on: date) -> bool:
    """Whether this charge, made today and not taken back, is what the command asks for."""
    asked = (command.clause, command.amount_fen, command.due_on, on)
    stands = charge.waived_fen < charge.amount_fen
    return stands and (charge.clause, charge.amount_fen, charge.due_on, charge.booked_on) == asked


def _line_zh(charge: Charge) -> str:
    of = f"第 {charge.no} 期" if charge.kind in (ChargeKind.RENT, ChargeKind.LATE_FEE) else ""
    return f"{of}{CHARGE_ZH[charge.kind]}"


async def _booked(ctx: Ctx, lease: LeaseRow, key: str, amount_fen: int, charge: Charge | None) -> MoneyBooked:
    credit_fen = await credit_of(ctx.conn, lease.id)
    if charge is None:
        return MoneyBooked(lease.ref, key, amount_fen, credit_fen)
    now = next(one for one in await lock_charges(ctx.conn, lease.id) if one.id == charge.id)
    return MoneyBooked(lease.ref, key, amount_fen, credit_fen, bill_no_of(now.kind, now.no), now.outstanding_fen)


def _event(lease: LeaseRow, kind: str, text: str, rule: str, charge: Charge | None, amount_fen: int) -> Event:
    line = {} if charge is None else {"line": bill_no_of(charge.kind, charge.no)}
    return Event(
        kind=kind, text=text, rule=rule, lease_id=lease.id, renter_id=lease.renter_id, subject=f"lease:{lease.ref}",
        data={"amount_fen": amount_fen, **line}, sealed=True, topics=(f"renter:{lease.renter_id}", "desk"),
    )  # fmt: skip
