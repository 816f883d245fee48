"""Take rent off a lease for a span of days (ABATE-1), by one entry an instalment."""

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from shouwen.features.contracts.public import contract_in_force, prorate_span, span_parts
from shouwen.features.contracts.types import Contract
from shouwen.features.leases.rules.abatement import RentBill, RentShare, split_abatement
from shouwen.features.leases.store.swaps import (
    EarlierAbatement,
    NewAbatement,
    earlier_abatements,
    entry_key,
    insert_abatement,
)
from shouwen.features.leases.types import AbatedPart, LeaseRow
from shouwen.features.money.public import Booking, Charge, book, book_day, book_due, lock_charges, refresh_late_fees
from shouwen.features.money.types import Account, ChargeKind, Entry, EntryKind, Transfer
from shouwen.kernel.days import beijing_on
from shouwen.kernel.decision import Decision
from shouwen.kernel.errors import BadInput, Refusal
from shouwen.platform.clock import random_ref
from shouwen.platform.door import Ctx


class Abatement(Struct, frozen=True):
    """What a span of days takes off, by instalment, and how it was worked out."""

    from_on: date
    to_on: date
    parts: tuple[AbatedPart, ...]
    working: tuple[str, ...]
    clause: str

    @property
    def amount_fen(self) -> int:
        """The whole of it, in fen."""
        return sum(part.amount_fen for part in self.parts)


class DaysPriced(Struct, frozen=True):
    """The rent of a span of days by the contract, and what was abated of the lease before."""

    contract: Contract
    decision: Decision[int]
    earlier: tuple[EarlierAbatement, ...]


async def price_days(ctx: Ctx, lease: LeaseRow, from_on: date, to_on: date) -> DaysPriced:
    """The rent of these days (both included); it locks nothing.

    BadInput for days outside the renting, Refusal `abated_already` where they share one with an earlier abatement.
    """
    today = beijing_on(ctx.now)
    first_on = lease.handed_over_on or lease.signed_on or today
    if not first_on <= from_on <= to_on <= today:
        raise BadInput(
            "from_on", f"减租的日子应在 {first_on} 到 {today} 之间", f"the days lie between {first_on} and {today}",
            remedy_zh="从报修那天算到拿到新手机的前一天", remedy_en="from the report to the day before the new phone",
        )  # fmt: skip
    earlier = await earlier_abatements(ctx.conn, lease.id)
    before = next(((one.from_on, one.to_on) for one in earlier if one.from_on <= to_on and one.to_on >= from_on), None)
    if before is not None:
        raise Refusal(
            "abated_already", f"{before[0]} 到 {before[1]} 已经减过租", f"{before[0]} to {before[1]} is abated already",
            rule="ABATE-1", remedy_zh="请只填还没有减过的日子", remedy_en="give the other days only",
        )  # fmt: skip
    _, contract = await contract_in_force(ctx.conn, lease.id)
    return DaysPriced(contract, prorate_span(contract, from_on, to_on), tuple(earlier))


async def plan_abatement(ctx: Ctx, lease: LeaseRow, from_on: date, to_on: date) -> Abatement:
    """What these days (both included) would take off a locked lease.

    Refuses what `price_days` refuses, and `nothing_to_abate` where no rent is left for them.
    """
    priced = await price_days(ctx, lease, from_on, to_on)
    decision = priced.decision
    shares = [RentShare(part.no, part.days, part.amount_fen) for part in span_parts(priced.contract, from_on, to_on)]
    rents = await _rents(ctx, lease, [share.no for share in shares], priced.earlier)
    parts = split_abatement(shares, rents)
    if not parts:
        raise Refusal(
            "nothing_to_abate", "这几天的租金已经减免完，没有可减的", "no rent is left for these days",
            rule="ABATE-1", remedy_zh="请核对日期和账单", remedy_en="check the days and the bill",
        )  # fmt: skip
    clause = next(iter(decision.reasons[0].sources), "")
    return Abatement(from_on, to_on, parts, decision.working, clause)


async def _rents(
    ctx: Ctx, lease: LeaseRow, nos: Sequence[int], earlier: Sequence[EarlierAbatement]
) -> dict[int, RentBill]:
    """The rents of these instalments, booked where they were only scheduled, with what was abated of each before."""
    charges = await lock_charges(ctx.conn, lease.id)
    scheduled = [charge.id for charge in charges if _is_rent(charge, nos) and charge.booked_on is None]
    if scheduled:
        await book_due(ctx.conn, ctx.act_id, lease, await book_day(ctx.conn, ctx.now), scheduled)
        charges = await lock_charges(ctx.conn, lease.id)
    before = [part for one in earlier for part in one.parts]
    return {
        charge.no: RentBill(
            charge_id=charge.id,
            no=charge.no,
            amount_fen=charge.amount_fen,
            paid_fen=charge.paid_fen,
            outstanding_fen=charge.outstanding_fen,
            abated_fen=sum(part.amount_fen for part in before if part.no == charge.no),
            credited_fen=sum(part.credited_fen for part in before if part.no == charge.no),
        )
        for charge in charges
        if _is_rent(charge, nos)
    }


def _is_rent(charge: Charge, nos: Sequence[int]) -> bool:
    return charge.kind is ChargeKind.RENT and charge.no in nos


async def book_abatement(ctx: Ctx, lease: LeaseRow, plan: Abatement, swap_id: int | None, why: str) -> str:
    """Book a plan made in this transaction; its reference. What is open is waived, what was paid becomes credit.

    A rent that was paid stays paid, so the ladder stands where it stood (BUY-1).
    """
    on = await book_day(ctx.conn, ctx.now)
    ref = random_ref("JZ")
    entries = [_entry(ref, part) for part in plan.parts]
    await book(ctx.conn, ctx.act_id, [Booking(lease.id, lease.renter_id, on, entry) for entry in entries])
    await refresh_late_fees(ctx.conn, ctx.act_id, lease, on)
    await insert_abatement(
        ctx.conn,
        NewAbatement(
            ref=ref,
            lease_id=lease.id,
            renter_id=lease.renter_id,
            from_on=plan.from_on,
            to_on=plan.to_on,
            parts=plan.parts,
            swap_id=swap_id,
            why=why,
            working=plan.working,
            booked_on=on,
        ),
    )
    return ref


def _entry(ref: str, part: AbatedPart) -> Entry:
    transfers = []
    if part.waived_fen:
        transfers.append(Transfer(Account.WAIVERS, Account.RENT_RECEIVABLE, part.waived_fen, part.charge_id))
    if part.credited_fen:
        transfers.append(Transfer(Account.WAIVERS, Account.RENTER_CREDIT, part.credited_fen, part.charge_id))
    memo = f"第 {part.no} 期减租 {part.days} 天（没有可用手机）"
    return Entry(entry_key(ref, part.no), EntryKind.WAIVER, tuple(transfers), memo, "ABATE-1")
