"""What a renter reads of an order: the plans offered, where it stands, what cancelling gives back, abatements."""

from datetime import date, timedelta
from typing import Literal

from msgspec import Struct

from shouwen.features.contracts.public import FoundTemplate, contract_in_force, offered_templates, prorate_span
from shouwen.features.contracts.types import Contract, EndOfTerm
from shouwen.features.leases.amending import MOST_ADDRESS_CHANGES
from shouwen.features.leases.moving import refuse_act
from shouwen.features.leases.public import access_lease, access_lease_file
from shouwen.features.leases.rules.abatement import days_without_phone
from shouwen.features.leases.store import orders as order_rows
from shouwen.features.leases.store.swaps import earlier_abatements
from shouwen.features.leases.types import LeaseAct, LeaseState
from shouwen.features.money.public import balances
from shouwen.features.money.types import Account
from shouwen.features.payments.public import refundable_fen
from shouwen.features.stock.public import swaps_of
from shouwen.features.stock.types import SwapRow, SwapState
from shouwen.kernel.days import beijing_on
from shouwen.kernel.errors import BadInput
from shouwen.kernel.fen import plain_fen, split_rent_fen
from shouwen.platform.door import Ctx
from shouwen.platform.fields import Ref
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case


class ListOffers(Struct, frozen=True, forbid_unknown_fields=True):
    """The plans a phone can be rented under now, or one of them."""

    template_ref: Ref | None = None


class Offer(Struct, frozen=True, kw_only=True):
    """A plan. `colours` are those free now, all of `model` and `storage`; `colour` where the plan fixes it.

    `clauses` govern the rents, `deposit_clauses` the deposit; the working adds the rents up.
    """

    template_ref: str
    version: int
    title: str
    model: str
    storage: str
    colour: str
    condition_grade: str
    periods: int
    first_rent_fen: int
    last_rent_fen: int
    total_rent_fen: int
    residual_price_fen: int | None
    signed_value_fen: int
    deposit_fen: int
    end_of_term: tuple[EndOfTerm, ...]
    ship_by_days: int | None
    colours: tuple[str, ...]
    in_stock: bool
    clauses: tuple[str, ...]
    deposit_clauses: tuple[str, ...]
    working: tuple[str, ...]


@use_case(ListOffers, list[Offer], permission=Permission.LEASE_APPLY, method="GET", path="/offers")
async def list_offers(ctx: Ctx, command: ListOffers) -> list[Offer]:
    """现在可以租的机型和方案，有没有现货
    The phones and plans offered now, and which are in stock."""
    found = await offered_templates(ctx.conn, command.template_ref)
    phones = [(one.template.terms.sku, one.template.terms.storage) for one in found]
    free = await order_rows.free_colours(ctx.conn, phones) if phones else []
    offers = [_offer(one, free) for one in found]
    return sorted(offers, key=lambda one: (one.model, one.storage, one.periods, one.template_ref))


def _offer(found: FoundTemplate, free: list[order_rows.FreePhone]) -> Offer:
    terms, template = found.template.terms, found.template
    rents = terms.rents_fen or split_rent_fen(terms.total_rent_fen, terms.periods, terms.rounding)
    colours = [one.colour for one in free if (one.model, one.storage) == (terms.sku, terms.storage)]
    if terms.colour:
        colours = [colour for colour in colours if colour == terms.colour]
    adds_up = " + ".join(f"{plain_fen(fen)} × {rents.count(fen)} 期" for fen in dict.fromkeys(rents))
    return Offer(
        template_ref=found.ref, version=found.version, title=template.title, model=terms.sku or template.title,
        storage=terms.storage, colour=terms.colour, condition_grade=terms.condition_grade, periods=terms.periods,
        first_rent_fen=rents[0], last_rent_fen=rents[-1], total_rent_fen=terms.total_rent_fen,
        residual_price_fen=terms.residual_price_fen, signed_value_fen=terms.signed_value_fen,
        deposit_fen=terms.deposit_fen or 0, end_of_term=terms.end_of_term, ship_by_days=terms.ship_by_days,
        colours=tuple(colour for colour in colours if colour), in_stock=bool(colours),
        clauses=_governing(found, "total_rent_fen", "rents_fen", "periods"),
        deposit_clauses=_governing(found, "deposit_fen"),
        working=(f"{adds_up} = {plain_fen(sum(rents))}",),
    )  # fmt: skip


def _governing(found: FoundTemplate, *keys: str) -> tuple[str, ...]:
    clauses = found.template.clauses
    return tuple(dict.fromkeys(clause.no for key in keys for clause in clauses if key in clause.terms))


class ReadOrder(Struct, frozen=True, forbid_unknown_fields=True):
    """An order from its application to its parcel."""

    lease_ref: Ref


class Order(Struct, frozen=True, kw_only=True):
    """What was asked for and answered. `why` is the answer's reason; `template_ref` empty for leases from elsewhere.

    `address_masked` is where the phone goes; `address_changes_left` of the two allowed (AMD-1). `versions` of the
    contract are signed, `printed` says that at least one paper is ready. `to_freeze_fen` of the deposit waits for the
    renter's word at the payment provider; nothing is shipped before.
    """

    lease_ref: str
    state: LeaseState
    applied_on: date
    template_ref: str
    decided_on: date | None
    why: str
    address_masked: str
    address_changes_left: int
    versions: int
    printed: bool
    to_freeze_fen: int


@use_case(ReadOrder, Order, permission=Permission.BILLS_READ, method="GET", path="/leases/{lease_ref}/order")
async def read_order(ctx: Ctx, command: ReadOrder) -> Order:
    """申请的结果和原因、收货地址、还能改几次
    The answer to an application and why, where the phone goes, how often that may still change."""
    lease = await access_lease(ctx.conn, ctx.actor, command.lease_ref)
    facts = await order_rows.order_facts(ctx.conn, lease.id)
    return Order(
        lease_ref=lease.ref, state=lease.state, applied_on=lease.applied_on, template_ref=facts.template_ref,
        decided_on=None if facts.decided_at is None else beijing_on(facts.decided_at), why=facts.why,
        address_masked=facts.address_masked, address_changes_left=MOST_ADDRESS_CHANGES - facts.address_changes,
        versions=facts.versions, printed=facts.printed,
        to_freeze_fen=0 if ctx.services.payments is None else facts.to_freeze_fen,
    )  # fmt: skip


class QuoteCancellation(Struct, frozen=True, forbid_unknown_fields=True):
    """What cancelling today gives back."""

    lease_ref: Ref


class CancellationQuote(Struct, frozen=True, kw_only=True):
    """`credit_fen` is all that goes back: `by_provider_fen` the way it came, `by_transfer_fen` by bank transfer.

    `released_fen` of the deposit is let go of besides; it was held, never taken.
    """

    lease_ref: str
    state: LeaseState
    on: date
    credit_fen: int
    by_provider_fen: int
    by_transfer_fen: int
    released_fen: int
    deposit_clauses: tuple[str, ...]
    working: tuple[str, ...]
    rules: tuple[str, ...] = ("CANCEL",)


@use_case(
    QuoteCancellation, CancellationQuote, permission=Permission.BILLS_READ, method="GET",
    path="/leases/{lease_ref}/cancellation-quote",
)  # fmt: skip
async def quote_cancellation(ctx: Ctx, command: QuoteCancellation) -> CancellationQuote:
    """现在取消会退回多少：已付的全部退还，押金解冻；不能取消时说明原因
    What cancelling now gives back: all that was paid, and the hold; a refusal says why it is not possible."""
    lease = await access_lease(ctx.conn, ctx.actor, command.lease_ref)
    await refuse_act(ctx, lease, LeaseAct.CANCEL)
    opened = await access_lease_file(ctx.conn, ctx.actor, command.lease_ref, beijing_on(ctx.now))
    paid_fen = await order_rows.paid_fen(ctx.conn, lease.id)
    kept_fen = -(await balances(ctx.conn, lease.id)).get(Account.RENTER_CREDIT, 0)
    credit_fen = paid_fen + kept_fen
    going_fen = min(credit_fen, await refundable_fen(ctx.conn, lease.id))
    hold = opened.file.hold
    working = [f"已付账单 {plain_fen(paid_fen)} + 余额 {plain_fen(kept_fen)} = {plain_fen(credit_fen)}"]
    if credit_fen:
        transfer = plain_fen(credit_fen - going_fen)
        working.append(f"其中原路退回 {plain_fen(going_fen)}，银行转账 {transfer}")
    return CancellationQuote(
        lease_ref=lease.ref, state=lease.state, on=beijing_on(ctx.now), credit_fen=credit_fen,
        by_provider_fen=going_fen, by_transfer_fen=credit_fen - going_fen,
        released_fen=0 if hold is None else hold.open_fen,
        deposit_clauses=() if opened.contract is None else opened.contract.clauses_for("deposit_fen"),
        working=tuple(working),
    )  # fmt: skip


class ReadAbatements(Struct, frozen=True, forbid_unknown_fields=True):
    """Rent of days without a working phone."""

    lease_ref: Ref


class AbatedRent(Struct, frozen=True, kw_only=True):
    """Days without a working phone (both included) and their rent (ABATE-1).

    `taken`: off already, `waived_fen` of open bills and `credited_fen` as credit. `possible`: the desk may take it off.
    `running`: the new phone is not here yet, this is so far. `swap_ref` empty where it was no swap.
    """

    kind: Literal["taken", "possible", "running"]
    from_on: date
    to_on: date
    amount_fen: int
    waived_fen: int
    credited_fen: int
    working: tuple[str, ...]
    clauses: tuple[str, ...]
    why: str
    swap_ref: str
    booked_on: date | None


@use_case(
    ReadAbatements, list[AbatedRent], permission=Permission.BILLS_READ, method="GET",
    path="/leases/{lease_ref}/abatements",
)  # fmt: skip
async def read_abatements(ctx: Ctx, command: ReadAbatements) -> list[AbatedRent]:
    """没有可用手机的日子：已减的租金和算式，换机期间可以减的
    Rent of days without a working phone: what was taken off, and what a swap's days come to, with working."""
    lease = await access_lease(ctx.conn, ctx.actor, command.lease_ref)
    if lease.signed_on is None:
        return []
    _, contract = await contract_in_force(ctx.conn, lease.id)
    clauses = contract.clauses_for("proration", "rents_fen", "total_rent_fen")
    standing = {one.ref: one for one in await earlier_abatements(ctx.conn, lease.id)}
    found: list[AbatedRent] = []
    for row in await order_rows.abatements_of(ctx.conn, lease.id):
        if row.ref in standing:
            parts = standing[row.ref].parts
            credited_fen = sum(part.credited_fen for part in parts)
            amount_fen = sum(part.amount_fen for part in parts)
            found.append(
                AbatedRent(
                    kind="taken", from_on=row.from_on, to_on=row.to_on, amount_fen=amount_fen,
                    waived_fen=amount_fen - credited_fen, credited_fen=credited_fen, working=row.working,
                    clauses=clauses, why=row.why, swap_ref=row.swap_ref, booked_on=row.booked_on,
                )
            )  # fmt: skip
    for swap in await swaps_of(ctx.conn, lease.id):
        share = _of_swap(swap, contract, clauses, beijing_on(ctx.now))
        taken = share and any(one.from_on <= share.to_on and one.to_on >= share.from_on for one in standing.values())
        if share is not None and not taken:
            found.append(share)
    return found


def _of_swap(swap: SwapRow, contract: Contract, clauses: tuple[str, ...], today: date) -> AbatedRent | None:
    """What the days of a swap come to; None where there are none, or no rent is paid for them."""
    if swap.state is SwapState.WITHDRAWN:
        return None
    here = swap.handed_over_on is not None
    days = days_without_phone(swap.without_phone_from, swap.handed_over_on or today + timedelta(days=1))
    if days is None:
        return None
    try:
        decided = prorate_span(contract, *days)
    except BadInput:  # outside the term
        return None
    return AbatedRent(
        kind="possible" if here else "running", from_on=days[0], to_on=days[1], amount_fen=decided.outcome,
        waived_fen=0, credited_fen=0, working=decided.working, clauses=clauses, why=swap.reason, swap_ref=swap.ref,
        booked_on=None,
    )  # fmt: skip
