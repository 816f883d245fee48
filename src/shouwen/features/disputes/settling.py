"""Money of a decided claim: book the charge, give back what nobody disputes, settle at the end."""

from msgspec import Struct

from shouwen.features.cases.public import Changing, case_by_id
from shouwen.features.disputes.facts import damage_terms
from shouwen.features.disputes.moving import Next, OpenClaim, claim_event, in_case, move, moved
from shouwen.features.disputes.rows import ClaimMoved
from shouwen.features.leases.public import lease_by_id, move_lease
from shouwen.features.leases.types import LeaseAct, LeaseRow, LeaseState
from shouwen.features.money.public import (
    Settled,
    book_damage,
    book_day,
    close_deposit,
    kept_for_debts_fen,
    lock_charges,
    lock_hold,
    release_deposit,
    revise_settlement,
)
from shouwen.features.payments.public import ask_refund, refundable_fen
from shouwen.kernel.fen import format_fen
from shouwen.platform.door import Ctx
from shouwen.platform.events import Done, Event


class Booked(Struct, frozen=True):
    """What a decision did to the money at once."""

    charge_id: int | None
    released_fen: int
    refunded_fen: int = 0


def damage_clause(claim: OpenClaim) -> str:
    """The number of the clause a damage charge is booked under."""
    return damage_terms(claim.contract).clauses.get("damage", "")


async def open_hold_fen(ctx: Ctx, lease_id: int) -> int:
    """What is still frozen of the deposit, under its lock."""
    hold = await lock_hold(ctx.conn, lease_id)
    return 0 if hold is None else hold.open_fen


async def book_decision(ctx: Ctx, claim: OpenClaim, lease: LeaseRow, decided_fen: int, round_no: int) -> Booked:
    """Book the charge or its absence, and release what the decision leaves of the deposit.

    The decided part stays frozen, not captured: collection rests until the appeal is over (PAUSE-1). On appeal the
    first booking is corrected by new entries.
    """
    on = await book_day(ctx.conn, ctx.now)
    clause, charge_id, refunded_fen = damage_clause(claim), None, 0
    if round_no == 2:
        revised = await revise_settlement(ctx.conn, ctx.act_id, lease, decided_fen, claim.row.ref, on, clause)
        charge_id, refunded_fen = revised.charge_id, revised.refunded_fen
        # what came through the provider goes back there; the rest is credit until the desk has transferred it
        going_fen = min(refunded_fen, await refundable_fen(ctx.conn, lease.id))
        if going_fen:
            await ask_refund(ctx, lease, going_fen, f"{claim.row.ref} 改判", on)
    elif decided_fen:
        charge_id = await book_damage(ctx.conn, ctx.act_id, lease, decided_fen, claim.row.ref, on, clause)
    keep_fen = await kept_for_debts_fen(ctx.conn, lease.id, on)  # the charge just booked is among them
    release_ref = f"{claim.row.ref}:{round_no}"
    released_fen = await release_deposit(ctx.conn, ctx.act_id, lease, keep_fen, release_ref, on)
    return Booked(charge_id, released_fen, refunded_fen)


async def settle_claim(ctx: Ctx, claim: OpenClaim, to: Next, why: str) -> Done[ClaimMoved]:
    """The end: capture the decided part from the deposit, release the rest, close the lease where nothing is owed.

    What the renter has paid of the charge meanwhile is not captured again.
    """
    row, on = claim.row, await book_day(ctx.conn, ctx.now)
    lease = await lease_by_id(ctx.conn, row.lease_id, lock=True)
    settled = await close_deposit(ctx.conn, ctx.act_id, lease, row.ref, on)
    await move(ctx, claim, to)
    seq = None
    if row.case_id is not None:
        case = await case_by_id(ctx.conn, row.case_id)
        changing = Changing(case, ctx.actor, ctx.now)
        seq = changing.system_line(_told(why, settled), rule="DMG-8", working=list(settled.working))
        changing.claim(*in_case(to))
        await changing.write(ctx.conn)
    events = await close_lease(ctx, lease, settled.owed_fen)
    text = f"{why}，定损结算：转支付 {format_fen(settled.captured_fen)}，解冻 {format_fen(settled.released_fen)}"
    data: dict[str, object] = {
        "captured_fen": settled.captured_fen, "released_fen": settled.released_fen, "owed_fen": settled.owed_fen,
    }  # fmt: skip
    event = claim_event(row, "claim.settled", text, rule="DMG-8", data=data, seq=seq)
    return Done(moved(claim, to, decided_fen=row.decided_fen), event, *events)


def _told(why: str, settled: Settled) -> str:
    """The end of a claim as its renter reads it; the bookkeeping stays beside it."""
    who = f"您{why.removeprefix('租客')}" if why.startswith("租客") else why
    parts = []
    if settled.captured_fen:
        parts.append(f"从押金支付 {format_fen(settled.captured_fen)}")
    if settled.owed_fen:
        parts.append(f"还需支付 {format_fen(settled.owed_fen)}")
    if settled.released_fen:
        parts.append(f"退回押金 {format_fen(settled.released_fen)}")
    if settled.kept_fen:
        parts.append(f"还有 {format_fen(settled.kept_fen)} 押金等本租约的未付款项付清后退回")
    paid = "，".join(parts) if settled.captured_fen or settled.owed_fen else "，".join(["您不用付款", *parts])
    return f"{who}，这份定损已办完：{paid}。"


async def close_lease(ctx: Ctx, lease: LeaseRow, owed_fen: int) -> list[Event]:
    """§4: settling → closed once no charge of the lease is open."""
    if lease.state is not LeaseState.SETTLING or owed_fen:
        return []
    if any(charge.outstanding_fen for charge in await lock_charges(ctx.conn, lease.id)):
        return []
    _, event = await move_lease(ctx, lease, LeaseAct.CLOSE, why="结清")
    return [event]
