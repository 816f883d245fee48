"""A buyout agreed, paid, or not paid in time. Everything is undone by new entries, never by taking one away."""

from datetime import date, timedelta

from shouwen.features.contracts.types import Contract, Quote
from shouwen.features.endings import store
from shouwen.features.endings.events import lease_event
from shouwen.features.endings.letters import title_letter
from shouwen.features.endings.policy import ending_policy_on
from shouwen.features.endings.types import ACCEPTANCE_ZH, Acceptance, AcceptanceKind, AcceptanceState
from shouwen.features.leases.public import STATE_ZH, Opened, move_lease, open_lease_file
from shouwen.features.leases.types import LeaseAct, LeaseFile, LeaseRow, LeaseState
from shouwen.features.money.public import (
    ChargeKind,
    NewCharge,
    apply_credit,
    book_charges,
    book_day,
    book_due,
    close_into,
    lock_charges,
    refresh_late_fees,
    release_deposit,
    undo,
)
from shouwen.features.papers.public import write_paper
from shouwen.features.papers.types import PaperKind
from shouwen.kernel.errors import Absent, Refusal
from shouwen.kernel.fen import format_fen
from shouwen.platform.clock import random_ref
from shouwen.platform.door import Ctx
from shouwen.platform.events import Event

_CHARGE_OF = {
    "buyout_price": ChargeKind.BUYOUT,
    "early_buyout_fee": ChargeKind.FEE,
    "loss": ChargeKind.DAMAGE,
    "early_return_fee": ChargeKind.FEE,
}


async def bring_up_to_date(ctx: Ctx, lease: LeaseRow) -> tuple[date, LeaseFile, Contract]:
    """Book what has fallen due and late fees to yesterday on a locked lease; the day of the book, file, contract."""
    on = await book_day(ctx.conn, ctx.now)
    await book_due(ctx.conn, ctx.act_id, lease, on)
    await refresh_late_fees(ctx.conn, ctx.act_id, lease, on)
    opened = await open_lease_file(ctx.conn, lease.id, on)
    return on, opened.file, agreed_contract(opened)


def agreed_contract(opened: Opened) -> Contract:
    """The contract in force; Absent before signing."""
    if opened.contract is None:
        raise Absent("合同", "contract")
    return opened.contract


async def refuse_open(ctx: Ctx, lease: LeaseRow) -> None:
    """Refusal `agreed_already` where something is agreed and not carried out yet."""
    found = await store.lock_open_acceptance(ctx.conn, lease.id)
    if found is not None:
        raise agreed_already(found)


def agreed_already(found: Acceptance) -> Refusal:
    what = ACCEPTANCE_ZH[found.kind]
    return Refusal(
        "agreed_already",
        f"这笔订单的{what}已经在办理（{found.ref}，{format_fen(found.amount_fen)}，{found.pay_by} 前完成）",
        "an agreement for this lease is open already",
        remedy_zh="按它办理即可；想改，等它到期失效后重新办理，或转人工",
        remedy_en="carry that one out, or wait until it lapses",
        rule="BUY-5",
        data={"acceptance": found.ref, "amount_fen": found.amount_fen, "pay_by": str(found.pay_by)},
    )


def refuse_moved(quote: Quote, amount_fen: int, valid_until: date) -> None:
    """Refusal `quote_moved` with the new figure, where what the renter agreed to is not today's quote."""
    if quote.amount_fen == amount_fen and quote.valid_until == valid_until:
        return
    raise Refusal(
        "quote_moved",
        f"报价已更新：现在是 {format_fen(quote.amount_fen)}，有效至 {quote.valid_until}（您同意的是 "
        f"{format_fen(amount_fen)}，有效至 {valid_until}）",
        "the quote has changed since it was shown",
        remedy_zh="请看过新的报价再确认，之前没有任何扣款",
        remedy_en="look at the new quote and agree to it; nothing was charged",
        rule=quote.rules[0] if quote.rules else "",
        clause=quote.clauses[0] if quote.clauses else "",
        data={"amount_fen": quote.amount_fen, "valid_until": str(quote.valid_until)},
    )


async def agree(
    ctx: Ctx, lease: LeaseRow, kind: AcceptanceKind, quote: Quote, on: date, *, keep_due: bool = False
) -> Acceptance:
    """Close the open rents of a locked lease into a quote (BUY-5) and book its lines; late fees stay as they are.

    `keep_due` leaves rents that are due open. Credit there is pays at once. The acceptance names what is to be paid.
    """
    ref, what = random_ref("MD"), ACCEPTANCE_ZH[kind]
    charges = await lock_charges(ctx.conn, lease.id)
    rents = [one for one in charges if one.kind is ChargeKind.RENT and one.outstanding_fen]
    if keep_due:
        rents = [one for one in rents if one.due_on > on]
    rule = quote.lines[0].rule
    await close_into(ctx.conn, ctx.act_id, lease, rents, ref, f"并入{what} {ref}", "BUY-5", on)
    new = [
        NewCharge(
            lease_id=lease.id,
            renter_id=lease.renter_id,
            kind=_CHARGE_OF[line.kind],
            no=1 + max((one.no for one in charges if one.kind is _CHARGE_OF[line.kind]), default=0),
            clause=line.clauses[0] if line.clauses else rule,
            due_on=on,
            amount_fen=line.amount_fen,
        )
        for line in quote.lines
        if line.kind in _CHARGE_OF and line.amount_fen
    ]
    ids = await book_charges(ctx.conn, ctx.act_id, new, on) if new else []
    ids += [one.id for one in charges if one.kind is ChargeKind.LATE_FEE and one.outstanding_fen]
    pay_by = on + timedelta(days=ending_policy_on(on).buyout_pay_days)
    closed = [f"closed:{rent.id}:{ref}" for rent in rents]
    acceptance = await store.insert_acceptance(
        ctx.conn, ref, lease.id, lease.renter_id, kind, quote, ctx.now, pay_by, ids, closed
    )
    if acceptance is None:
        found = await store.open_acceptance(ctx.conn, lease.id)
        if found is None:
            raise LookupError("an agreement stood in the way and is gone")
        raise agreed_already(found)
    await apply_credit(ctx.conn, ctx.act_id, lease, on)
    return acceptance


def purpose_of(acceptance: Acceptance) -> str:
    """What the deduction of an agreement is for; one order at the provider for each."""
    return f"buyout:{acceptance.ref}"


async def open_fen(ctx: Ctx, acceptance: Acceptance) -> int:
    """What is still to be paid of an agreement."""
    charges = await lock_charges(ctx.conn, acceptance.lease_id)
    return sum(one.outstanding_fen for one in charges if one.id in acceptance.charge_ids)


async def paid_up(ctx: Ctx, acceptance: Acceptance) -> bool:
    """Whether an agreement is paid: its price in full, nothing of it given up; fees are paid or waived."""
    charges = [one for one in await lock_charges(ctx.conn, acceptance.lease_id) if one.id in acceptance.charge_ids]
    fees = (ChargeKind.FEE, ChargeKind.LATE_FEE)
    return all(not one.outstanding_fen and (one.kind in fees or one.paid_fen == one.amount_fen) for one in charges)


async def finish_buyout(ctx: Ctx, lease: LeaseRow, acceptance: Acceptance, on: date) -> list[Event]:
    """A buyout paid in full: the phone is the renter's. Deposit free beyond what else is owed, letter, unlocking."""
    await store.end_acceptance(ctx.conn, acceptance.id, AcceptanceState.PAID, on)
    _, moved = await move_lease(ctx, lease, LeaseAct.BUY_OUT, on=on)
    charges = await lock_charges(ctx.conn, lease.id)
    owed_fen = sum(one.outstanding_fen for one in charges)
    released_fen = await release_deposit(ctx.conn, ctx.act_id, lease, owed_fen, f"buyout:{acceptance.ref}", on)
    await store.ask_device(ctx.conn, lease.id, lease.renter_id, lease.imei, "unlock", ctx.now)
    _, letter = await write_paper(
        ctx, lease, PaperKind.TITLE, title_letter(lease, acceptance, on, released_fen), rule="BUY-7"
    )
    done = lease_event(
        lease,
        "buyout.paid",
        f"买断 {acceptance.ref} 已付清，手机归您所有；已申请解除设备锁"
        + (f"，押金 {format_fen(released_fen)} 解冻" if released_fen else ""),
        rule="BUY-7",
        data={"acceptance": acceptance.ref, "amount_fen": acceptance.amount_fen, "released_fen": released_fen},
    )
    return [moved, done, letter]


async def take_back(ctx: Ctx, lease: LeaseRow, acceptance: Acceptance, state: AcceptanceState, why: str) -> date:
    """Undo an agreement by new entries: rents open again where they stood, its own charges gone, money moves on.

    The day of the book.
    """
    on = await book_day(ctx.conn, ctx.now)
    charges = {one.id: one for one in await lock_charges(ctx.conn, lease.id)}
    for key in acceptance.closed_keys:
        await undo(ctx.conn, ctx.act_id, lease, key, why, "BUY-5", on)
    for charge_id in acceptance.charge_ids:
        if charges[charge_id].kind is not ChargeKind.LATE_FEE:
            await undo(ctx.conn, ctx.act_id, lease, f"charge:{charge_id}", why, "BUY-5", on)
    await book_due(ctx.conn, ctx.act_id, lease, on)
    await apply_credit(ctx.conn, ctx.act_id, lease, on)
    await refresh_late_fees(ctx.conn, ctx.act_id, lease, on)
    await store.end_acceptance(ctx.conn, acceptance.id, state, on)
    return on


async def lapse_buyout(ctx: Ctx, lease: LeaseRow, acceptance: Acceptance) -> list[Event]:
    """An accepted buyout was not paid in time, or its phone is not in use any more: as if it had not been."""
    if lease.state is LeaseState.RENTING:
        why = f"买断 {acceptance.ref} 到 {acceptance.pay_by} 没有付清，自动失效"
        after = "可以随时重新买断"
    else:
        why = f"订单现在是“{STATE_ZH[lease.state]}”，买断 {acceptance.ref} 失效"
        after = "多出的成为余额，可以退还"
    await take_back(ctx, lease, acceptance, AcceptanceState.LAPSED, why)
    text = f"{why}；租金恢复为原来的安排，已付的钱按账单顺序抵付，{after}"
    data: dict[str, object] = {"acceptance": acceptance.ref, "pay_by": str(acceptance.pay_by)}
    return [lease_event(lease, "buyout.lapsed", text, rule="BUY-5", data=data)]
