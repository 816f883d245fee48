"""DEF-1 step by step: demand, then termination, or in an instalment sale the rest at once; each with its letter.

Every step is a case the renter can answer. Nothing of it happens by itself: a supervisor decides.
"""

from datetime import date
from typing import Annotated

from msgspec import Meta, Struct

from shouwen.features.arrears.ground import lease_event, letter_ground, sum_fen, tell
from shouwen.features.arrears.policy import arrears_policy_on
from shouwen.features.arrears.rules.default import LEAST_DAYS, refuse_acceleration, refuse_step
from shouwen.features.arrears.rules.letters import acceleration_letter, demand_letter, termination_letter
from shouwen.features.arrears.standing import DEMANDED_IN, Ground, ground_of, kept_phone, loss_fen
from shouwen.features.arrears.store import marks, notices
from shouwen.features.arrears.store.marks import Demand
from shouwen.features.arrears.types import DefaultStep, NoticeKind
from shouwen.features.arrears.use_cases.freezing import Why
from shouwen.features.cases.public import CaseRow, NewCase, append_item, append_system, case_by_id, open_case
from shouwen.features.cases.types import CaseType, Statement
from shouwen.features.contracts.public import contract_in_force, ends_on
from shouwen.features.leases.public import access_lease, move_lease
from shouwen.features.leases.types import LeaseAct
from shouwen.features.money.public import book_day, book_due, drop_scheduled_rents, refresh_late_fees
from shouwen.features.papers.public import write_paper
from shouwen.features.papers.types import PaperKind, PaperText
from shouwen.kernel.actor import SYSTEM
from shouwen.kernel.days import beijing_on
from shouwen.kernel.errors import Refusal
from shouwen.kernel.fen import format_fen
from shouwen.platform.door import Ctx
from shouwen.platform.events import Done, Event
from shouwen.platform.fields import Ref
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case


async def _load(ctx: Ctx, lease_ref: str) -> Ground:
    lease = await access_lease(ctx.conn, ctx.actor, lease_ref, lock=True)
    _, contract = await contract_in_force(ctx.conn, lease.id)
    await refresh_late_fees(ctx.conn, ctx.act_id, lease, await book_day(ctx.conn, ctx.now))
    return await ground_of(ctx, lease, contract)


class DemandPayment(Struct, frozen=True, forbid_unknown_fields=True):
    """Demand what is overdue in writing; `days` from the day after delivery, at least ten (None: the policy's)."""

    lease_ref: Ref
    days: Annotated[int, Meta(ge=LEAST_DAYS, le=90)] | None = None


class DefaultStepTaken(Struct, frozen=True):
    """The letter of the step, the case to answer in, the amount; `until_on` once the renter's days are known."""

    lease_ref: str
    case_ref: str
    paper_ref: str
    amount_fen: int
    until_on: date | None


@use_case(
    DemandPayment, DefaultStepTaken, permission=Permission.DEFAULT, method="POST", path="/leases/{lease_ref}/demand"
)
async def demand_payment(ctx: Ctx, command: DemandPayment) -> Done[DefaultStepTaken]:
    """书面催告：列明欠款和期限，租客可以在案件里答复
    Demand payment in writing, with days of at least ten; the renter can answer in a case."""
    ground = await _load(ctx, command.lease_ref)
    lease = ground.lease
    if lease.state not in DEMANDED_IN:
        raise Refusal(
            "not_in_use", "这笔租约不在租用或归还中，不能催告", "this lease is not in use", rule="DEF-1",
            remedy_zh="请先核对租约状态", remedy_en="check the state of the lease",
        )  # fmt: skip
    refuse_step(ground.facts, DefaultStep.MAY_DEMAND, beijing_on(ctx.now))
    days = max(command.days or arrears_policy_on(beijing_on(ctx.now)).demand_days, LEAST_DAYS)
    amount_fen = ground.facts.overdue_fen
    ended_on = ends_on(ground.contract) if ground.facts.unreturned else None
    letter = demand_letter(letter_ground(lease, ground.owed, ground.contract.signed_on), days, ended_on)
    what = f"逾期未付 {format_fen(amount_fen)}" if amount_fen > 0 else "租期已满，手机尚未归还"
    text = f"书面催告：{what}。{letter.summary}您可以在这里答复、提出异议或申请安排。"
    case, _, events = await open_case(
        ctx,
        NewCase(
            type=CaseType.OVERDUE_RELIEF, renter_id=lease.renter_id, renter_name_masked=lease.renter_name_masked,
            statement=Statement(text, "", "", text), says=SYSTEM, lease_id=lease.id, lease_title=lease.model,
        ),
    )  # fmt: skip
    paper_ref, written = await write_paper(ctx, lease, PaperKind.DEMAND, letter, rule="DEF-1", case_id=case.id)
    case = await append_item(
        ctx, case, "decision", f"{letter.summary}催告函 {paper_ref}", extra={"paper": paper_ref}, by=SYSTEM
    )
    demand_id = await marks.insert_demand(
        ctx.conn, lease.id, lease.renter_id, case.id, amount_fen, beijing_on(ctx.now), days, paper_ref,
        for_return=ended_on is not None,
    )  # fmt: skip
    if demand_id is None:
        raise LookupError("a demand is open although the rule saw none")
    said = (
        f"您租用的 {lease.model} {what}，我们出具了书面催告函 {paper_ref}，"
        f"请在收到次日起 {days} 天内办理。有异议或困难，请在租客中心的案件里答复。"
    )
    await tell(ctx, lease, NoticeKind.DEMAND, f"demand:{demand_id}", said)
    event = lease_event(
        lease, "default.demanded", f"书面催告：{what}，期限 {days} 天", "DEF-1",
        case_id=case.id, seq=case.seq, data={"demand": demand_id, "paper": paper_ref, "amount_fen": amount_fen},
    )  # fmt: skip
    return Done(DefaultStepTaken(lease.ref, case.ref, paper_ref, amount_fen, None), event, written, *events)


class WithdrawDemand(Struct, frozen=True, forbid_unknown_fields=True):
    """Take the demand back (an arrangement was made, or it was wrong); `why` is told to the renter."""

    lease_ref: Ref
    why: Why


class DemandWithdrawn(Struct, frozen=True):
    """No step follows from the demand any more."""

    lease_ref: str
    case_ref: str


@use_case(
    WithdrawDemand, DemandWithdrawn, permission=Permission.DEFAULT, method="POST",
    path="/leases/{lease_ref}/demand/withdrawal",
)  # fmt: skip
async def withdraw_demand(ctx: Ctx, command: WithdrawDemand) -> Done[DemandWithdrawn]:
    """撤回催告
    Take a demand back."""
    lease = await access_lease(ctx.conn, ctx.actor, command.lease_ref, lock=True)
    demand = next((one for one in await marks.demands_of(ctx.conn, lease.id) if one.state == "open"), None)
    if demand is None:
        raise Refusal(
            "no_demand", "这笔租约没有进行中的催告", "no demand of this lease is open", rule="DEF-1",
            remedy_zh="无需撤回", remedy_en="nothing to take back",
        )  # fmt: skip
    await marks.end_demand(ctx.conn, demand.id, "withdrawn", ctx.now)
    await notices.drop_unsent(ctx.conn, lease.id, f"demand:{demand.id}", "已撤回", ctx.now)
    text = f"催告函 {demand.paper_ref} 已撤回：{command.why}"
    case = await append_system(ctx, await case_by_id(ctx.conn, demand.case_id), text)
    event = lease_event(
        lease, "default.withdrawn", text, "DEF-1", case_id=case.id, seq=case.seq, data={"demand": demand.id}
    )
    return Done(DemandWithdrawn(lease.ref, case.ref), event)


class TerminateLease(Struct, frozen=True, forbid_unknown_fields=True):
    """End the contract after the demand's period; `why` goes on record."""

    lease_ref: Ref
    why: Why


@use_case(
    TerminateLease, DefaultStepTaken, permission=Permission.DEFAULT, method="POST",
    path="/leases/{lease_ref}/termination",
)  # fmt: skip
async def terminate_lease(ctx: Ctx, command: TerminateLease) -> Done[DefaultStepTaken]:
    """催告期满后解除合同，请租客归还手机
    Terminate after the demand's period; the phone goes back, keeping it costs the daily rent up to its loss."""
    ground = await _load(ctx, command.lease_ref)
    lease, contract, on = ground.lease, ground.contract, beijing_on(ctx.now)
    decided = refuse_step(ground.facts, DefaultStep.MAY_ACT, on)
    demand = _demand_of(ground)
    cap_fen = await loss_fen(ctx, ground, on)
    _, moved = await move_lease(ctx, lease, LeaseAct.TERMINATE, why=command.why)
    await drop_scheduled_rents(ctx.conn, lease.id)
    from_on, daily = kept_phone(ground, on)
    clauses = contract.clauses_for("hold_over_daily_fen", "rents_fen", "total_rent_fen")
    await marks.insert_hold_over(
        ctx.conn, lease.id, lease.renter_id, demand.case_id, from_on, daily.numerator, daily.denominator, cap_fen,
        clauses[0] if clauses else "",
    )  # fmt: skip
    letter = termination_letter(
        letter_ground(lease, ground.owed, contract.signed_on), demand.asked_on, decided.outcome.until_on or on, on,
        from_on, int(daily), cap_fen,
    )  # fmt: skip
    step = _Step("terminated", PaperKind.TERMINATION, NoticeKind.TERMINATION, "解除合同")
    done, *events = await _conclude(ctx, ground, demand, step, letter, ground.facts.overdue_fen, command.why)
    return Done(done, moved, *events)


class AccelerateLease(Struct, frozen=True, forbid_unknown_fields=True):
    """Make the rest of an instalment sale due (民法典 634); `why` goes on record."""

    lease_ref: Ref
    why: Why


@use_case(
    AccelerateLease, DefaultStepTaken, permission=Permission.DEFAULT, method="POST",
    path="/leases/{lease_ref}/acceleration",
)  # fmt: skip
async def accelerate_lease(ctx: Ctx, command: AccelerateLease) -> Done[DefaultStepTaken]:
    """分期付款买卖：催告期满、未付达五分之一，全部价款到期
    In an instalment sale, after the demand's period and from a fifth of the price on, make the rest due."""
    ground = await _load(ctx, command.lease_ref)
    lease, on = ground.lease, beijing_on(ctx.now)
    decided = refuse_acceleration(ground.facts, on)
    demand = _demand_of(ground)
    rest = [one.id for one in ground.debts if one.booked_on is None]
    await book_due(ctx.conn, ctx.act_id, lease, await book_day(ctx.conn, ctx.now), rest)
    after = await ground_of(ctx, lease, ground.contract)
    open_now = [one for one in after.debts if one.booked_on is not None and one.collectable_fen > 0]
    letter = acceleration_letter(
        letter_ground(lease, open_now, ground.contract.signed_on), demand.asked_on, decided.outcome.until_on or on,
        decided.working,
    )  # fmt: skip
    step = _Step("accelerated", PaperKind.ACCELERATION, NoticeKind.ACCELERATION, "全部价款到期")
    done, *events = await _conclude(ctx, ground, demand, step, letter, sum_fen(open_now), command.why)
    return Done(done, *events)


class _Step(Struct, frozen=True):
    """A step that ends a demand: its state, letter, message and name."""

    state: str
    paper: PaperKind
    notice: NoticeKind
    zh: str


def _demand_of(ground: Ground) -> Demand:
    if ground.demand is None:
        raise LookupError("the rule saw a demand that is not there")
    return ground.demand


async def _conclude(
    ctx: Ctx, ground: Ground, demand: Demand, step: _Step, letter: PaperText, amount_fen: int, why: str
) -> tuple[DefaultStepTaken, Event, Event]:
    """The letter, the line in the case, the message, the end of the demand."""
    lease = ground.lease
    case: CaseRow = await case_by_id(ctx.conn, demand.case_id)
    paper_ref, written = await write_paper(ctx, lease, step.paper, letter, rule="DEF-1", case_id=case.id)
    case = await append_item(ctx, case, "decision", f"{letter.summary}函件 {paper_ref}", extra={"paper": paper_ref})
    await marks.end_demand(ctx.conn, demand.id, step.state, ctx.now)
    said = f"{letter.summary}书面通知 {paper_ref} 在租客中心，请查看；有异议可在案件里答复。"
    await tell(ctx, lease, step.notice, f"{step.state}:{demand.id}", said)
    event = lease_event(
        lease, f"default.{step.state}", f"{step.zh}，未付 {format_fen(amount_fen)}：{why}", "DEF-1",
        case_id=case.id, seq=case.seq,
        data={"demand": demand.id, "paper": paper_ref, "amount_fen": amount_fen, "why": why, "by": ctx.actor.id},
    )  # fmt: skip
    return DefaultStepTaken(lease.ref, case.ref, paper_ref, amount_fen, demand.until_on), event, written
