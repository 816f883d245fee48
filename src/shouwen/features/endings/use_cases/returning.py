"""Giving the phone back before the end of the term (RET-1): what it costs, and agreeing on a day."""

from datetime import date

from msgspec import Struct

from shouwen.features.contracts.types import Quote
from shouwen.features.endings.buyout import agreed_contract
from shouwen.features.endings.returning import agree_return, price_early_return
from shouwen.features.endings.types import AcceptanceState
from shouwen.features.endings.use_cases.buying import Agreed
from shouwen.features.leases.public import access_lease, access_lease_file, state_after
from shouwen.features.leases.types import LeaseAct
from shouwen.kernel.days import beijing_on
from shouwen.platform.door import Ctx
from shouwen.platform.events import Done
from shouwen.platform.fields import Fen, Ref
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case


class QuoteEarlyReturn(Struct, frozen=True, forbid_unknown_fields=True):
    """What sending the phone back by a day costs."""

    lease_ref: Ref
    back_on: date


@use_case(
    QuoteEarlyReturn, Quote, permission=Permission.QUOTE, method="GET", path="/leases/{lease_ref}/early-return-quote"
)
async def quote_early_return(ctx: Ctx, command: QuoteEarlyReturn) -> Quote:
    """在某一天前寄回要付多少，逐行列出依据
    What an early return by a day costs, line by line, with clauses and working."""
    on = beijing_on(ctx.now)
    opened = await access_lease_file(ctx.conn, ctx.actor, command.lease_ref, on)
    return price_early_return(opened.file, agreed_contract(opened), command.back_on, on)


class AcceptEarlyReturn(Struct, frozen=True, forbid_unknown_fields=True):
    """The renter agrees to send the phone back by a day, at the quote as it was shown."""

    lease_ref: Ref
    back_on: date
    amount_fen: Fen
    valid_until: date


@use_case(
    AcceptEarlyReturn, Agreed, permission=Permission.ENDING_AGREE, method="POST",
    path="/leases/{lease_ref}/early-return",
)  # fmt: skip
async def accept_early_return(ctx: Ctx, command: AcceptEarlyReturn) -> Done[Agreed]:
    """约定提前归还的日期：寄出后入账，到期没有寄出则失效
    Agree on a day for an early return: booked once the phone is sent, lapses if it is not."""
    lease = await access_lease(ctx.conn, ctx.actor, command.lease_ref, lock=True)
    state_after(lease.state, LeaseAct.SEND_BACK)
    acceptance, quote, event = await agree_return(ctx, lease, command.back_on, command.amount_fen, command.valid_until)
    agreed = Agreed(
        acceptance.ref, lease.ref, AcceptanceState.ACCEPTED, quote.amount_fen, quote.amount_fen, acceptance.pay_by
    )
    return Done(agreed, event)
