"""Buying the phone: the price over the whole term, and saying yes to today's."""

from datetime import date, datetime, timedelta

from msgspec import Struct

from shouwen.features.contracts.types import Quote
from shouwen.features.endings import store
from shouwen.features.endings.buyout import (
    agree,
    bring_up_to_date,
    finish_buyout,
    open_fen,
    purpose_of,
    refuse_moved,
    refuse_open,
)
from shouwen.features.endings.events import lease_event
from shouwen.features.endings.policy import ending_policy_on
from shouwen.features.endings.rules.buyout_curve import curve_of
from shouwen.features.endings.types import Acceptance, AcceptanceKind, AcceptanceState, CurvePoint, DeviceRequest
from shouwen.features.leases.public import access_lease, access_lease_file, open_lease_file, state_after
from shouwen.features.leases.types import LeaseAct, LeaseFile, LeaseRow
from shouwen.features.money.public import ChargeKind, bill_no_of
from shouwen.features.papers.public import papers_of
from shouwen.features.papers.types import PaperKind, PaperLine
from shouwen.features.payments.public import ask_payment
from shouwen.kernel.days import beijing_on
from shouwen.kernel.errors import Refusal
from shouwen.kernel.fen import format_fen
from shouwen.platform.door import Ctx
from shouwen.platform.events import Done
from shouwen.platform.fields import Fen, Ref
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case


class ReadCurve(Struct, frozen=True, forbid_unknown_fields=True):
    """The buyout price over the term of one lease."""

    lease_ref: Ref


class BuyoutCurve(Struct, frozen=True):
    """One point for each number of settled instalments; `late_fees_fen` is owed whichever is chosen.

    `next` is the point after the coming instalment: what waiting a month changes. None at the end of the term. Agreed
    to today, the price is paid through `pay_by`.
    """

    lease_ref: str
    on: date
    settled: int
    points: tuple[CurvePoint, ...]
    late_fees_fen: int
    next: CurvePoint | None
    pay_by: date


@use_case(ReadCurve, BuyoutCurve, permission=Permission.QUOTE, method="GET", path="/leases/{lease_ref}/buyout-curve")
async def read_curve(ctx: Ctx, command: ReadCurve) -> BuyoutCurve:
    """各期买断价、现在在哪里、多等一个月差多少
    The buyout price by instalment, where the lease stands, what waiting changes."""
    opened = await access_lease_file(ctx.conn, ctx.actor, command.lease_ref, beijing_on(ctx.now))
    file = opened.file
    if file.buyout is None or opened.contract is None:
        raise _no_buyout(file)
    points = curve_of(opened.contract, file.buyout)
    late_fees_fen = sum(line.amount_fen for line in file.buyout.lines if line.kind == "late_fee")
    following = next((point for point in points if point.when == "future"), None)
    pay_by = file.on + timedelta(days=ending_policy_on(file.on).buyout_pay_days)
    return BuyoutCurve(file.lease.ref, file.on, file.settled, points, late_fees_fen, following, pay_by)


def _no_buyout(file: LeaseFile) -> Refusal:
    return Refusal(
        "buyout_not_offered", file.buyout_refused, "this lease cannot be bought out", rule="BUY-1",
        remedy_zh="想了解其他办法，请转人工", remedy_en="ask a person for other ways",
    )  # fmt: skip


class AcceptBuyout(Struct, frozen=True, forbid_unknown_fields=True):
    """The renter agrees to the quote as it was shown: its amount and the day it holds to.

    `deduct` False: the renter pays otherwise, by the bills.
    """

    lease_ref: Ref
    amount_fen: Fen
    valid_until: date
    deduct: bool = True


class Agreed(Struct, frozen=True):
    """What was agreed and what is to be paid by when; `order_ref` is the deduction that is under way, if one is."""

    acceptance_ref: str
    lease_ref: str
    state: AcceptanceState
    amount_fen: int
    to_pay_fen: int
    pay_by: date
    order_ref: str = ""


@use_case(AcceptBuyout, Agreed, permission=Permission.ENDING_AGREE, method="POST", path="/leases/{lease_ref}/buyout")
async def accept_buyout(ctx: Ctx, command: AcceptBuyout) -> Done[Agreed]:
    """按今天的报价买断：未付租金并入买断款，付清后手机归租客
    Buy the phone at today's quote: open rents end in the price; paid in full, the phone is the renter's."""
    lease = await access_lease(ctx.conn, ctx.actor, command.lease_ref, lock=True)
    state_after(lease.state, LeaseAct.BUY_OUT)
    await refuse_open(ctx, lease)
    on, file, _ = await bring_up_to_date(ctx, lease)
    if file.buyout is None:
        raise _no_buyout(file)
    refuse_moved(file.buyout, command.amount_fen, command.valid_until)
    acceptance = await agree(ctx, lease, AcceptanceKind.BUYOUT, file.buyout, on)
    to_pay_fen = await open_fen(ctx, acceptance)
    text = f"买断 {acceptance.ref}：{format_fen(acceptance.amount_fen)}，未付租金并入买断款"
    data: dict[str, object] = {
        "acceptance": acceptance.ref, "amount_fen": acceptance.amount_fen, "pay_by": str(acceptance.pay_by),
        "contract_version": file.buyout.contract_version,
    }  # fmt: skip
    if not to_pay_fen:
        said = lease_event(lease, "buyout.accepted", text, rule="BUY-5", data=data)
        done = await finish_buyout(ctx, lease, acceptance, on)
        agreed = Agreed(acceptance.ref, lease.ref, AcceptanceState.PAID, acceptance.amount_fen, 0, acceptance.pay_by)
        return Done(agreed, said, *done)
    order_ref = ""
    if command.deduct and ctx.services.payments is not None:
        order_ref = await _deduct(ctx, lease, acceptance, to_pay_fen)
    said = lease_event(
        lease, "buyout.accepted", f"{text}，请在 {acceptance.pay_by} 前（含当天）付清", rule="BUY-5", data=data
    )
    return Done(
        Agreed(
            acceptance.ref, lease.ref, AcceptanceState.ACCEPTED, acceptance.amount_fen, to_pay_fen, acceptance.pay_by,
            order_ref,
        ),
        said,
    )  # fmt: skip


async def _deduct(ctx: Ctx, lease: LeaseRow, acceptance: Acceptance, to_pay_fen: int) -> str:
    """The deduction of an agreement, by name; none where nothing can be deducted now."""
    named, purpose = list(acceptance.charge_ids), purpose_of(acceptance)
    try:
        return await ask_payment(ctx.conn, lease, to_pay_fen, named, purpose, ctx.now, subject=f"{lease.ref} 买断")
    except Refusal as refusal:
        if refusal.code not in ("no_agreement", "payment_under_way"):
            raise
        return ""


class ReadAgreements(Struct, frozen=True, forbid_unknown_fields=True):
    """What was agreed about the end of one lease."""

    lease_ref: Ref


class AgreementLine(Struct, frozen=True):
    """One agreement at `quote`; `open_fen` is still to be paid of it while it is open, by the bills `pay`."""

    ref: str
    kind: AcceptanceKind
    state: AcceptanceState
    amount_fen: int
    open_fen: int
    pay_by: date
    back_on: date | None
    ended_on: date | None
    accepted_at: datetime
    quote: Quote
    pay: tuple[str, ...] = ()


class LeaseAgreements(Struct, frozen=True):
    """Newest first, with the requests to lock or unlock the phone, and the letters of title and settlement."""

    lease_ref: str
    agreements: tuple[AgreementLine, ...]
    devices: tuple[DeviceRequest, ...]
    letters: tuple[PaperLine, ...] = ()


@use_case(
    ReadAgreements, LeaseAgreements, permission=Permission.BILLS_READ, method="GET",
    path="/leases/{lease_ref}/agreements",
)  # fmt: skip
async def read_agreements(ctx: Ctx, command: ReadAgreements) -> LeaseAgreements:
    """买断、提前归还、遗失结算各到哪一步
    Where a buyout, an early return or a loss settlement stands."""
    lease = await access_lease(ctx.conn, ctx.actor, command.lease_ref)
    file = (await open_lease_file(ctx.conn, lease.id, beijing_on(ctx.now))).file
    open_charges = {one.id: one for one in file.open_charges if one.outstanding_fen}
    quotes = await store.quotes_of(ctx.conn, lease.id)
    lines = []
    for one in await store.acceptances_of(ctx.conn, lease.id):
        owed = [open_charges[each] for each in one.charge_ids if each in open_charges and one.ended_on is None]
        lines.append(
            AgreementLine(
                one.ref, one.kind, one.state, one.amount_fen, sum(charge.outstanding_fen for charge in owed),
                one.pay_by, one.back_on, one.ended_on, one.accepted_at, quotes[one.id],
                tuple(bill_no_of(ChargeKind(charge.kind), charge.no) for charge in owed),
            )
        )  # fmt: skip
    letters = [
        one for one in await papers_of(ctx.conn, lease.id) if one.kind in (PaperKind.TITLE, PaperKind.SETTLEMENT)
    ]
    return LeaseAgreements(lease.ref, tuple(lines), tuple(await store.requests_of(ctx.conn, lease.id)), tuple(letters))
