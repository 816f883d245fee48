"""Rent taken off for days without a working phone (ABATE-1), within the actor's powers (AUTH-1)."""

from datetime import date
from typing import Annotated

from msgspec import Meta, Struct

from shouwen.features.leases.abating import book_abatement, plan_abatement, price_days
from shouwen.features.leases.powers import needs_others
from shouwen.features.leases.public import access_lease
from shouwen.features.leases.rules.abatement import days_without_phone
from shouwen.features.leases.types import LeaseRow
from shouwen.features.money.public import used_12_months_fen
from shouwen.features.people.public import PowerAct
from shouwen.features.stock.public import swap_by_ref
from shouwen.features.stock.types import SwapRow
from shouwen.kernel.days import add_months, beijing_on
from shouwen.kernel.errors import Absent, BadInput, Refusal
from shouwen.kernel.fen import format_fen
from shouwen.platform.door import Ctx
from shouwen.platform.events import Done, Event, NeedsApproval
from shouwen.platform.fields import Ref
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case

Reason = Annotated[str, Meta(min_length=2, max_length=500)]


class QuoteAbatement(Struct, frozen=True, forbid_unknown_fields=True):
    """What the rent of some days without a working phone comes to; both days are included."""

    lease_ref: Ref
    from_on: date
    to_on: date


class AbatementQuote(Struct, frozen=True):
    """The rent of these days by the contract; what of it was waived before is found out when it is taken off."""

    lease_ref: str
    from_on: date
    to_on: date
    amount_fen: int
    working: tuple[str, ...]
    clauses: tuple[str, ...]
    rules: tuple[str, ...] = ("ABATE-1", "PRO-1")


@use_case(
    QuoteAbatement, AbatementQuote, permission=Permission.BILLS_READ, method="GET",
    path="/leases/{lease_ref}/abatement-quote",
)  # fmt: skip
async def quote_abatement(ctx: Ctx, command: QuoteAbatement) -> AbatementQuote:
    """没有可用手机的几天可以减多少租金，按合同折算（ABATE-1）
    What the rent of some days without a working phone comes to by the contract (ABATE-1)."""
    lease = await access_lease(ctx.conn, ctx.actor, command.lease_ref)
    priced = await price_days(ctx, lease, command.from_on, command.to_on)
    sources = priced.decision.reasons[0].sources
    return AbatementQuote(
        lease.ref, command.from_on, command.to_on, priced.decision.outcome, priced.decision.working, tuple(sources)
    )


class AbateRent(Struct, frozen=True, forbid_unknown_fields=True):
    """Days without a working phone, both included: named, or those of a swap whose new phone has come."""

    lease_ref: Ref
    why: Reason
    swap_ref: Ref | None = None
    from_on: date | None = None
    to_on: date | None = None


class RentAbated(Struct, frozen=True):
    """What was taken off: `waived_fen` of open bills, `credited_fen` as the renter's credit."""

    abatement_ref: str
    lease_ref: str
    from_on: date
    to_on: date
    amount_fen: int
    waived_fen: int
    credited_fen: int
    working: tuple[str, ...]


@use_case(
    AbateRent, RentAbated, permission=Permission.CASE_ANSWER, method="POST", path="/leases/{lease_ref}/abatements"
)
async def abate_rent(ctx: Ctx, command: AbateRent) -> Done[RentAbated] | NeedsApproval:
    """没有可用手机的日子减租：未付的直接减，已付的转为余额（ABATE-1）
    Take rent off for days without a working phone: open bills shrink, what was paid becomes credit (ABATE-1)."""
    lease = await access_lease(ctx.conn, ctx.actor, command.lease_ref, lock=True)
    swap, from_on, to_on = await _days(ctx, lease, command)
    plan = await plan_abatement(ctx, lease, from_on, to_on)
    since = add_months(beijing_on(ctx.now), -12)
    used_fen = await used_12_months_fen(ctx.conn, lease.id, ["ABATE-1"], since)
    summary = f"订单 {lease.ref} {from_on} 到 {to_on} 减租 {format_fen(plan.amount_fen)}：{command.why}"
    need = needs_others(
        PowerAct.RENT_ABATEMENT, plan.amount_fen, used_fen, ctx.actor.role, ctx.now, summary,
        None if swap is None else swap.case_id,
    )  # fmt: skip
    if need is not None and not ctx.covers(need, at_most=True):
        return need
    ref = await book_abatement(ctx, lease, plan, None if swap is None else swap.id, command.why)
    waived_fen = sum(part.waived_fen for part in plan.parts)
    result = RentAbated(
        ref, lease.ref, from_on, to_on, plan.amount_fen, waived_fen, plan.amount_fen - waived_fen, plan.working
    )
    text = f"{from_on} 到 {to_on} 没有可用手机，减租 {format_fen(plan.amount_fen)}"
    if result.credited_fen:
        text += f"（其中 {format_fen(result.credited_fen)} 已付，转为余额）"
    event = Event(
        kind="rent.abated", text=text, rule="ABATE-1", lease_id=lease.id, renter_id=lease.renter_id,
        case_id=None if swap is None else swap.case_id, subject=f"lease:{lease.ref}", sealed=True,
        data={"amount_fen": plan.amount_fen, "working": list(plan.working), "why": command.why},
        topics=(f"renter:{lease.renter_id}", "desk"),
    )  # fmt: skip
    return Done(result, event)


async def _days(ctx: Ctx, lease: LeaseRow, command: AbateRent) -> tuple[SwapRow | None, date, date]:
    """The days asked for: those named, else those of the swap."""
    swap = None if command.swap_ref is None else await swap_by_ref(ctx.conn, command.swap_ref)
    if command.swap_ref is not None and (swap is None or swap.lease_id != lease.id):
        raise Absent("换机", "swap")
    if command.from_on is not None and command.to_on is not None:
        return swap, command.from_on, command.to_on
    if swap is None or swap.handed_over_on is None:
        raise BadInput(
            "from_on", "请填写从哪天到哪天", "give the days",
            remedy_zh="或填写已收到新手机的换机编号", remedy_en="or name a swap whose new phone has come",
        )  # fmt: skip
    days = days_without_phone(swap.without_phone_from, swap.handed_over_on)
    if days is None:
        raise Refusal(
            "nothing_to_abate", "新手机当天就收到了，没有可减的日子", "the new phone came the same day",
            rule="ABATE-1", remedy_zh="不需要减租", remedy_en="nothing is to be taken off",
        )  # fmt: skip
    return swap, *days
