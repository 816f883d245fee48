"""Going on after the term (REN-1): what it costs, and agreeing to the next version of the contract."""

from datetime import date
from typing import Annotated

from msgspec import Meta, Struct

from shouwen.features.contracts.public import contract_in_force, ends_on
from shouwen.features.contracts.types import Quote
from shouwen.features.endings.buyout import bring_up_to_date, refuse_moved, refuse_open
from shouwen.features.endings.renewing import agree_renewal, price_renewal, refuse_overdue
from shouwen.features.leases.public import access_lease
from shouwen.kernel.days import beijing_on
from shouwen.kernel.errors import Refusal
from shouwen.platform.door import Ctx
from shouwen.platform.events import Done
from shouwen.platform.fields import Fen, Ref
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case

Periods = Annotated[int, Meta(ge=1, le=60)]


class QuoteRenewal(Struct, frozen=True, forbid_unknown_fields=True):
    """What so many more instalments cost."""

    lease_ref: Ref
    periods: Periods


@use_case(QuoteRenewal, Quote, permission=Permission.QUOTE, method="GET", path="/leases/{lease_ref}/renewal-quote")
async def quote_renewal(ctx: Ctx, command: QuoteRenewal) -> Quote:
    """到期后续租几期要付多少
    What going on after the term costs."""
    lease = await access_lease(ctx.conn, ctx.actor, command.lease_ref)
    _, contract = await contract_in_force(ctx.conn, lease.id)
    return price_renewal(lease, contract, command.periods, beijing_on(ctx.now))


class AcceptRenewal(Struct, frozen=True, forbid_unknown_fields=True):
    """The renter agrees to go on, at the quote as it was shown, from the version of the contract it was made for."""

    lease_ref: Ref
    periods: Periods
    amount_fen: Fen
    valid_until: date
    contract_version: Annotated[int, Meta(ge=1, le=10_000)]


class Renewed(Struct, frozen=True):
    """The version now in force and the last day of the term."""

    acceptance_ref: str
    lease_ref: str
    contract_version: int
    ends_on: date
    amount_fen: int


@use_case(AcceptRenewal, Renewed, permission=Permission.ENDING_AGREE, method="POST", path="/leases/{lease_ref}/renewal")
async def accept_renewal(ctx: Ctx, command: AcceptRenewal) -> Done[Renewed]:
    """续租：合同出新的一版，租金按期继续，其余不变
    Renew: a new version of the contract, rents go on month by month, all else stays."""
    lease = await access_lease(ctx.conn, ctx.actor, command.lease_ref, lock=True)
    await refuse_open(ctx, lease)
    on, file, contract = await bring_up_to_date(ctx, lease)
    quote = price_renewal(lease, contract, command.periods, on)
    refuse_overdue(file)
    _refuse_renewed(contract.version, command.contract_version, ends_on(contract))
    refuse_moved(quote, command.amount_fen, command.valid_until)
    acceptance, after, event = await agree_renewal(ctx, lease, contract, quote, on)
    return Done(Renewed(acceptance.ref, lease.ref, after.version, ends_on(after), quote.amount_fen), event)


def _refuse_renewed(version: int, shown: int, last_on: date) -> None:
    """A page opened before another renewal is not agreed to again: one month more was shown, not two."""
    if version != shown:
        raise Refusal(
            "quote_moved", f"合同已经是第 {version} 版，租期到 {last_on}，这份报价是按之前的合同算的",
            "the contract has changed since this quote was shown", rule="REN-1",
            remedy_zh="请看过现在的租期，需要的话再续", remedy_en="look at the term as it is now",
        )  # fmt: skip
