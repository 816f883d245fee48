"""A lost phone: collection rests, the maker's lock is asked for, a settlement by contract, and found again."""

from datetime import date

from shouwen.features.cases.public import CaseRow, NewCase, case_by_id, end_pause, open_case, start_pause
from shouwen.features.cases.types import CaseType, Statement
from shouwen.features.contracts.types import Contract, Quote
from shouwen.features.endings import store
from shouwen.features.endings.buyout import (
    agree,
    agreed_already,
    bring_up_to_date,
    open_fen,
    paid_up,
    refuse_moved,
    refuse_open,
    take_back,
)
from shouwen.features.endings.events import lease_event
from shouwen.features.endings.letters import loss_letter
from shouwen.features.endings.policy import ending_policy_on
from shouwen.features.endings.rules.loss import YEAR, pause_until, quote_loss
from shouwen.features.endings.types import Acceptance, AcceptanceKind, AcceptanceState, Loss
from shouwen.features.leases.public import close_settled, move_lease
from shouwen.features.leases.types import LeaseAct, LeaseFile, LeaseRow, LeaseState
from shouwen.features.money.public import (
    ChargeKind,
    book_day,
    capture_deposit,
    credit_of,
    lock_charges,
    mark_fees_stale,
    release_deposit,
)
from shouwen.features.papers.public import write_paper
from shouwen.features.papers.types import PaperKind
from shouwen.kernel.days import beijing_on
from shouwen.kernel.errors import Absent, Refusal
from shouwen.kernel.fen import format_fen
from shouwen.platform.door import Ctx
from shouwen.platform.events import Event

_SETTLED = (AcceptanceState.PAID, AcceptanceState.WRITTEN_OFF)


async def report(ctx: Ctx, lease: LeaseRow, lost_on: date, place: str) -> tuple[Loss, list[Event]]:
    """Record the loss of a locked lease's phone at any hour: case, lock request, and collection rests at once.

    The rest is given once a year, not once a report: lost and found over and over suspends no collection.
    """
    _, moved = await move_lease(ctx, lease, LeaseAct.REPORT_LOST)
    said = f"{lost_on.isoformat()} 手机遗失" + (f"，地点：{place}" if place else "") + "。"
    asked = "请锁定手机并暂停扣款。"
    case, _, opened = await open_case(
        ctx,
        NewCase(
            type=CaseType.DEVICE_LOST,
            renter_id=lease.renter_id,
            renter_name_masked=lease.renter_name_masked,
            statement=Statement(said, "", asked, said + asked),
            says=ctx.actor,
            lease_id=lease.id,
            lease_title=lease.model,
        ),
    )
    today = beijing_on(ctx.now)
    rested = await store.rested(ctx.conn, lease.id, today - YEAR)
    until = pause_until(today, ending_policy_on(today).loss_pause_days, rested=rested)
    loss = await store.insert_loss(ctx.conn, lease.id, lease.renter_id, case.id, ctx.now, lost_on, place, until)
    if until < today:
        await store.end_loss_pause(ctx.conn, loss.id, until)
        said_rest = "一年内报失已暂停满约定的天数，这次扣款与违约金照常"
        resting = []
    else:
        said_rest = f"扣款与违约金暂停到 {until}，或到提交报警回执那天"
        resting = await _rest(ctx, case, lease, until)
    await store.ask_device(ctx.conn, lease.id, lease.renter_id, lease.imei, "lock", ctx.now)
    event = lease_event(
        lease,
        "loss.reported",
        f"已登记手机遗失，已申请锁定手机；请联系运营商停用 SIM 卡。{said_rest}",
        rule="LOSS-1",
        data={"lost_on": str(lost_on), "paused_until": str(until), "paused_charges": len(resting)},
        case_id=case.id,
    )
    return loss, [moved, *opened, event, *resting]


async def _rest(ctx: Ctx, case: CaseRow, lease: LeaseRow, until: date) -> list[Event]:
    """PAUSE-1 for everything open now and whatever falls due while collection rests."""
    resting = await store.pausable_charges(ctx.conn, lease.id, until)
    events = [
        await start_pause(ctx, case, amount_fen=one.outstanding_fen, reason="loss", charge_id=one.id) for one in resting
    ]
    await mark_fees_stale(ctx.conn, [one.id for one in resting])
    return events


async def end_rest(ctx: Ctx, lease: LeaseRow, loss: Loss, last_on: date) -> list[Event]:
    """Collection goes on after `last_on`; nothing is charged for the days it rested."""
    if loss.pause_ended_on is not None:
        return []
    await store.end_loss_pause(ctx.conn, loss.id, last_on)
    case = await case_by_id(ctx.conn, loss.case_id)
    event = await end_pause(ctx, case, last_on)
    await mark_fees_stale(ctx.conn, [one.id for one in await lock_charges(ctx.conn, lease.id)])
    return [event]


async def open_loss(ctx: Ctx, lease: LeaseRow) -> Loss:
    """The running loss of a locked lease; Absent where none is reported."""
    loss = await store.find_loss(ctx.conn, lease.id)
    if loss is None:
        raise Absent("报失登记", "loss")
    return loss


def price_loss(file: LeaseFile, contract: Contract, on: date) -> Quote:
    """The settlement a lost phone comes to on a day."""
    fees_fen = sum(one.outstanding_fen for one in file.open_charges if one.kind == "late_fee")
    fees_fen += sum(one.amount_fen for one in file.late_fees)
    return quote_loss(contract, file.buyout, fees_fen, on)


def price_loss_beside(file: LeaseFile, contract: Contract, on: date, agreed: Acceptance | None) -> Quote:
    """The same to be shown; where an open agreement leaves no price, that is the reason (`agreed_already`)."""
    try:
        return price_loss(file, contract, on)
    except Refusal as refusal:
        if refusal.code == "loss_not_agreed" and agreed is not None:
            raise agreed_already(agreed) from None
        raise


async def settle_loss(
    ctx: Ctx, lease: LeaseRow, loss: Loss, amount_fen: int, valid_until: date
) -> tuple[Acceptance, list[Event]]:
    """Book the settlement of a locked lease at the quote shown; its letter goes to the renter.

    Refusal `loss_resting` while collection rests, `quote_moved`, `agreed_already`.
    """
    today = beijing_on(ctx.now)
    if loss.pause_ended_on is None and today <= loss.paused_until:
        raise Refusal(
            "loss_resting",
            f"报失后暂停到 {loss.paused_until}，或到提交报警回执那天，在此之前不结算",
            "collection rests until then",
            remedy_zh="等暂停结束，或收到报警回执后再结算",
            remedy_en="wait, or record the police receipt first",
            rule="LOSS-1",
            data={"paused_until": str(loss.paused_until)},
        )
    await refuse_open(ctx, lease)
    on, file, contract = await bring_up_to_date(ctx, lease)
    quote = price_loss(file, contract, on)
    refuse_moved(quote, amount_fen, valid_until)
    fixed = "loss_price_fen" in quote.inputs
    acceptance = await agree(ctx, lease, AcceptanceKind.LOSS, quote, on, keep_due=fixed)
    _, letter = await write_paper(
        ctx, lease, PaperKind.SETTLEMENT, loss_letter(lease, acceptance, quote, loss.lost_on), rule="LOSS-1",
        case_id=loss.case_id,
    )  # fmt: skip
    text = (
        f"遗失结算 {acceptance.ref}：{format_fen(quote.amount_fen)}，请在 {acceptance.pay_by} 前（含当天）付清；"
        "找回手机会全部冲销"
    )
    data: dict[str, object] = {"acceptance": acceptance.ref, "amount_fen": quote.amount_fen}
    return acceptance, [
        lease_event(lease, "loss.settled", text, rule="LOSS-1", data=data, case_id=loss.case_id), letter,
    ]  # fmt: skip


async def follow_settlement(ctx: Ctx, lease: LeaseRow, acceptance: Acceptance) -> list[Event]:
    """What has become of the open settlement of a locked lease: paid or given up, or not paid in time.

    Not paid in time, what is owed of it is taken out of the deposit as far as that goes, as damage is; what is
    contested rests (PAUSE-1).
    """
    on = await book_day(ctx.conn, ctx.now)
    if not await open_fen(ctx, acceptance):
        return await finish_loss(ctx, lease, acceptance, on)
    late = beijing_on(ctx.now) > acceptance.pay_by and not await store.deducting(ctx.conn, lease.id)
    captured = await _take_from_deposit(ctx, lease, acceptance, on) if late else []
    if captured and not await open_fen(ctx, acceptance):
        return [*captured, *await finish_loss(ctx, lease, acceptance, on)]
    return captured


async def _take_from_deposit(ctx: Ctx, lease: LeaseRow, acceptance: Acceptance, on: date) -> list[Event]:
    owed = [one for one in await lock_charges(ctx.conn, lease.id) if one.id in acceptance.charge_ids]
    loss = next((one for one in owed if one.kind is ChargeKind.DAMAGE), None)
    if loss is None or await store.is_paused(ctx.conn, lease.id, loss.id, on):
        return []
    taken_fen = await capture_deposit(ctx.conn, ctx.act_id, lease, loss, acceptance.ref, "LOSS-1", on)
    if not taken_fen:
        return []
    rest_fen = await open_fen(ctx, acceptance)
    text = (
        f"遗失结算 {acceptance.ref} 到 {acceptance.pay_by} 没有付清，按合同从押金转付 {format_fen(taken_fen)}"
        + (f"，尚欠 {format_fen(rest_fen)}" if rest_fen else "，已结清")
        + "；对金额有异议可以提出，找回手机会全部冲销"
    )
    data: dict[str, object] = {"acceptance": acceptance.ref, "captured_fen": taken_fen, "rest_fen": rest_fen}
    return [lease_event(lease, "loss.captured", text, rule="LOSS-1", data=data)]


async def finish_loss(ctx: Ctx, lease: LeaseRow, acceptance: Acceptance, on: date) -> list[Event]:
    """A settlement paid in full, or given up: the deposit is free beyond what else is owed."""
    paid = await paid_up(ctx, acceptance)
    state = AcceptanceState.PAID if paid else AcceptanceState.WRITTEN_OFF
    await store.end_acceptance(ctx.conn, acceptance.id, state, on)
    released_fen = await _free_rest(ctx, lease, on)
    text = f"遗失结算 {acceptance.ref} 已{'付清' if paid else '核销，不用再付'}" + (
        f"，押金 {format_fen(released_fen)} 解冻" if released_fen else ""
    )
    data: dict[str, object] = {"acceptance": acceptance.ref, "released_fen": released_fen}
    return [lease_event(lease, "loss.paid" if paid else "loss.given_up", text, rule="LOSS-1", data=data)]


async def _free_rest(ctx: Ctx, lease: LeaseRow, on: date) -> int:
    owed_fen = sum(one.outstanding_fen for one in await lock_charges(ctx.conn, lease.id))
    return await release_deposit(ctx.conn, ctx.act_id, lease, owed_fen, f"loss:{lease.ref}:{on}", on)


async def close_lost(ctx: Ctx, lease: LeaseRow) -> list[Event]:
    """A locked lease whose loss is settled ends by itself once nothing is owed; what was kept for that goes free."""
    if lease.state is not LeaseState.LOST:
        return []
    newest = next(
        (one for one in await store.acceptances_of(ctx.conn, lease.id) if one.kind is AcceptanceKind.LOSS), None
    )
    if newest is None or newest.state not in _SETTLED:
        return []
    if any(one.outstanding_fen for one in await lock_charges(ctx.conn, lease.id)):
        return []
    on = await book_day(ctx.conn, ctx.now)
    released_fen = await _free_rest(ctx, lease, on)
    events = await close_settled(ctx, lease, LeaseState.LOST)
    if released_fen:
        said = f"押金 {format_fen(released_fen)} 解冻"
        events.append(lease_event(lease, "loss.freed", said, rule="LOSS-1", data={"released_fen": released_fen}))
    return events


async def find(ctx: Ctx, lease: LeaseRow, loss: Loss) -> list[Event]:
    """The phone of a locked lease is there again: settlement undone by new entries, what was paid of it is credit."""
    _, moved = await move_lease(ctx, lease, LeaseAct.FIND)
    on = beijing_on(ctx.now)
    events = [moved, *await end_rest(ctx, lease, loss, min(on, loss.paused_until))]
    back: Acceptance | None = None
    for one in await store.acceptances_of(ctx.conn, lease.id):
        done = one.state is AcceptanceState.ACCEPTED or one.state in _SETTLED
        if one.kind is AcceptanceKind.LOSS and done and one.accepted_at >= loss.reported_at:
            back = one
    if back is not None:
        on = await take_back(ctx, lease, back, AcceptanceState.REVERSED, f"手机已找回，冲销遗失结算 {back.ref}")
    await store.mark_found(ctx.conn, loss.id, on)
    await store.ask_device(ctx.conn, lease.id, lease.renter_id, lease.imei, "unlock", ctx.now)
    credit_fen = await credit_of(ctx.conn, lease.id)
    said = ["手机已找回，租约照原来的安排继续，已申请解除锁定"]
    if back is not None:
        said.append(f"遗失结算 {back.ref} 已全部冲销")
    if credit_fen:
        said.append(f"余额 {format_fen(credit_fen)} 可以退还，也可以抵付以后的账单")
    data: dict[str, object] = {"reversed": back.ref if back else "", "credit_fen": credit_fen}
    events.append(lease_event(lease, "loss.found", "；".join(said), rule="LOSS-1", data=data, case_id=loss.case_id))
    return events
