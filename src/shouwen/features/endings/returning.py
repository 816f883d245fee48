"""RET-1 as it is lived: agreed with a day, carried out when the phone is on its way back by then, else it lapses."""

from datetime import date

from msgspec.structs import replace

from shouwen.features.contracts.public import (
    contract_in_force,
    quote_early_return,
    refundable_fen,
    rent_until_fen,
)
from shouwen.features.contracts.types import Contract, Quote
from shouwen.features.endings import store
from shouwen.features.endings.buyout import bring_up_to_date, refuse_moved, refuse_open
from shouwen.features.endings.events import lease_event
from shouwen.features.endings.types import Acceptance, AcceptanceKind, AcceptanceState
from shouwen.features.leases.types import LeaseFile, LeaseRow, LeaseState
from shouwen.features.money.public import (
    ChargeKind,
    NewCharge,
    apply_credit,
    book_charges,
    book_day,
    book_due,
    credit_of,
    lock_charges,
    put_fee_terms,
    refresh_late_fees,
    reschedule_rents,
)
from shouwen.kernel.errors import Refusal
from shouwen.kernel.fen import format_fen
from shouwen.platform.clock import random_ref
from shouwen.platform.door import Ctx
from shouwen.platform.events import Event


def price_early_return(file: LeaseFile, contract: Contract, back_on: date, on: date) -> Quote:
    """What returning the phone on `back_on` costs, from where the lease stands. A waiver never becomes money."""
    if file.lease.state is not LeaseState.RENTING:
        raise Refusal(
            "not_renting", "手机在租用中才能办理提前归还", "an early return is agreed while renting",
            remedy_zh="已经寄回的手机会按合同结算；有疑问请转人工", remedy_en="ask a person", rule="RET-1",
        )  # fmt: skip
    fees_fen = sum(one.outstanding_fen for one in file.open_charges if one.kind == "late_fee")
    fees_fen += sum(one.amount_fen for one in file.late_fees)
    after_fen = refundable_fen(contract, ((i.no, i.paid_fen, i.waived_fen) for i in file.instalments), back_on)
    return quote_early_return(
        contract, file.settled, file.partly_paid_fen, fees_fen, back_on, on, refundable_fen=after_fen
    )


async def agree_return(
    ctx: Ctx, lease: LeaseRow, back_on: date, amount_fen: int, valid_until: date
) -> tuple[Acceptance, Quote, Event]:
    """Agree on a day at the quote shown; nothing is booked until the phone is on its way back."""
    await refuse_open(ctx, lease)
    on, file, contract = await bring_up_to_date(ctx, lease)
    quote = price_early_return(file, contract, back_on, on)
    refuse_moved(quote, amount_fen, valid_until)
    acceptance = await store.insert_acceptance(
        ctx.conn, random_ref("MD"), lease.id, lease.renter_id, AcceptanceKind.EARLY_RETURN, quote, ctx.now, back_on,
        back_on=back_on,
    )  # fmt: skip
    if acceptance is None:
        raise LookupError("an agreement of a locked lease came from nowhere")
    text = (
        f"已约定 {back_on} 前（含当天）寄回手机，提前归还费用合计 {format_fen(quote.amount_fen)}；"
        "寄出后才会入账，没有寄出则约定失效"
    )
    data: dict[str, object] = {"acceptance": acceptance.ref, "back_on": str(back_on), "amount_fen": quote.amount_fen}
    return acceptance, quote, lease_event(lease, "early_return.agreed", text, rule="RET-1", data=data)


async def finish_return(ctx: Ctx, lease: LeaseRow, acceptance: Acceptance, quote: Quote) -> list[Event]:
    """The phone was sent in time: rents after the day end, the running one as the contract says, the fee is due.

    What was paid beyond becomes the renter's credit.
    """
    on = await book_day(ctx.conn, ctx.now)
    back_on = acceptance.back_on or on
    _, contract = await contract_in_force(ctx.conn, lease.id)
    await book_due(ctx.conn, ctx.act_id, lease, on)
    rents = [rent_until_fen(contract, no, back_on) for no in range(1, contract.terms.periods + 1)]
    count = max((no for no, rent_fen in enumerate(rents, start=1) if rent_fen), default=0)
    # amendments end with shipping, so the next version's number is free for the entries of this change
    after = replace(
        contract, version=contract.version + 1, rents_fen=tuple(rents[:count]), due_on=contract.due_on[:count]
    )
    await reschedule_rents(ctx.conn, ctx.act_id, lease, contract, after, on)
    await put_fee_terms(ctx.conn, lease.id, contract)
    charges = await lock_charges(ctx.conn, lease.id)
    ids = [one.id for one in charges if one.outstanding_fen]
    fee = next((line for line in quote.lines if line.kind == "early_return_fee"), None)
    if fee is not None:
        no = 1 + max((one.no for one in charges if one.kind is ChargeKind.FEE), default=0)
        clause = fee.clauses[0] if fee.clauses else fee.rule
        new = NewCharge(
            lease_id=lease.id, renter_id=lease.renter_id, kind=ChargeKind.FEE, no=no, clause=clause, due_on=on,
            amount_fen=fee.amount_fen,
        )  # fmt: skip
        ids += await book_charges(ctx.conn, ctx.act_id, [new], on)
    await apply_credit(ctx.conn, ctx.act_id, lease, on)
    await refresh_late_fees(ctx.conn, ctx.act_id, lease, on)
    await store.put_quote(ctx.conn, acceptance.id, ids)
    await store.end_acceptance(ctx.conn, acceptance.id, AcceptanceState.PAID, on)
    credit_fen = await credit_of(ctx.conn, lease.id)
    text = f"手机已按约定寄出，提前归还入账：{format_fen(quote.amount_fen)}，之后的租金不再收取" + (
        f"；多付的 {format_fen(credit_fen)} 会退还" if credit_fen else ""
    )
    data: dict[str, object] = {"acceptance": acceptance.ref, "credit_fen": credit_fen}
    return [lease_event(lease, "early_return.booked", text, rule="RET-1", data=data)]


async def lapse_return(ctx: Ctx, lease: LeaseRow, acceptance: Acceptance) -> list[Event]:
    """The phone was not sent by the day: the lease goes on as before, nothing was booked."""
    on = await book_day(ctx.conn, ctx.now)
    await store.end_acceptance(ctx.conn, acceptance.id, AcceptanceState.LAPSED, on)
    text = f"约定 {acceptance.back_on} 前（含当天）寄回手机，到期没有寄出，约定失效；租约照原来的安排继续，可以重新约定"
    data: dict[str, object] = {"acceptance": acceptance.ref}
    return [lease_event(lease, "early_return.lapsed", text, rule="RET-1", data=data)]
