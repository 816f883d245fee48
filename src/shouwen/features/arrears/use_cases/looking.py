"""What the desk looks at before it acts on a lateness: fees with both figures, relief's conditions, the next steps."""

from collections.abc import Sequence
from datetime import date, datetime

from msgspec import Struct

from shouwen.features.arrears.ground import letter_ground, sum_fen
from shouwen.features.arrears.policy import arrears_policy_on
from shouwen.features.arrears.rules.default import decide_default
from shouwen.features.arrears.rules.relief import decide_late5
from shouwen.features.arrears.rules.reminders import plan_of, reminder_text, why_silent
from shouwen.features.arrears.standing import DEMANDED_IN, Ground, ground_of, kept_phone, loss_fen
from shouwen.features.arrears.store import debts as debts_store
from shouwen.features.arrears.store import looks, marks
from shouwen.features.arrears.store.debts import Debt
from shouwen.features.arrears.store.looks import AskingCase, DemandLine, KeptLine, PauseLine
from shouwen.features.arrears.types import DefaultStep, FailureFacts, OwedLine, ReminderFacts
from shouwen.features.cases.types import CaseType
from shouwen.features.contracts.public import contract_in_force
from shouwen.features.leases.public import access_lease
from shouwen.features.leases.types import LeaseRow, LeaseState
from shouwen.features.money.public import fee_figures, first_lateness_conditions, last_day_to_pay
from shouwen.features.money.types import ChargeKind, Condition, FeeFigures, LatenessFacts
from shouwen.kernel.days import beijing_on, start_of
from shouwen.platform.db import Conn
from shouwen.platform.door import Ctx
from shouwen.platform.fields import Ref
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case

_MOST = 24  # late instalments that are looked at one by one
_NEXT = 3
_REMINDED_IN = DEMANDED_IN | {LeaseState.SHIPPED}


class ReadLateness(Struct, frozen=True, forbid_unknown_fields=True):
    """The lateness of one lease, for the desk."""

    lease_ref: Ref


class ReliefCheck(Struct, frozen=True, kw_only=True):
    """Whether a lateness may be relieved, fact by fact, in fen and Beijing days.

    LATE-4: `conditions` are judged as if an unpaid rent were paid today; `holds` once it is paid and all of them hold;
    `pay_by` is the last day for that while it is unpaid. LATE-5: `failed_on` and what our own result code says.
    `relieved_by` names the rule that has relieved it already; `relievable_fen` is the fee not yet waived.
    """

    no: int
    due_on: date
    paid_on: date | None
    late_days: int
    relievable_fen: int
    relieved_by: str
    conditions: tuple[Condition, ...]
    notice_on: date | None
    earlier_late_due_on: date | None
    pay_by: date | None
    late4_holds: bool
    failed_on: date | None
    failed_code: str
    failed_fault: str
    late5_holds: bool
    late5_zh: str


class NextReminder(Struct, frozen=True):
    """A reminder that the plan has for an instalment, with its words as of now; `silent_zh`: why it will not go out."""

    no: int
    step: str
    send_at: datetime
    text: str
    silent_zh: str


class TerminationLooks(Struct, frozen=True, kw_only=True):
    """What ending the contract today would mean: what is unpaid, and what keeping the phone costs from which day."""

    unpaid_fen: int
    from_on: date
    daily_num: int
    daily_den: int
    cap_fen: int
    clause: str


class AccelerationLooks(Struct, frozen=True, kw_only=True):
    """What making the rest due today would mean; `working` compares with a fifth of the price (民法典 634)."""

    instalment_sale: bool
    may: bool
    later_fen: int
    later_count: int
    working: tuple[str, ...]


class Lateness(Struct, frozen=True, kw_only=True):
    """Everything the arrears page of a lease needs beside `read_ages`.

    `owed` is what a demand would ask for; `termination` and `acceleration` stand once they are the next step.
    `reports_to_bureau`: the firm really reports (CRE-4).
    """

    lease_ref: str
    on: date
    step: DefaultStep
    demandable: bool
    demand_days: int
    report_wait_days: int
    reports_to_bureau: bool
    owed: tuple[OwedLine, ...]
    owed_fen: int
    fees: tuple[FeeFigures, ...]
    fee_clause: str
    reliefs: tuple[ReliefCheck, ...]
    pauses: tuple[PauseLine, ...]
    demands: tuple[DemandLine, ...]
    kept: KeptLine | None
    termination: TerminationLooks | None
    acceleration: AccelerationLooks | None
    reminders: tuple[NextReminder, ...]
    cases: tuple[AskingCase, ...]


@use_case(
    ReadLateness, Lateness, permission=Permission.ARREARS_READ, method="GET", path="/leases/{lease_ref}/lateness",
    snapshot=True,
)  # fmt: skip
async def read_lateness(ctx: Ctx, command: ReadLateness) -> Lateness:
    """逾期怎么处理：违约金两个数字、免责条件逐条、催告与解除的后果、接下来的提醒
    A lateness before acting on it: both figures of each fee, relief condition by condition, what the steps mean."""
    lease = await access_lease(ctx.conn, ctx.actor, command.lease_ref)
    _, contract = await contract_in_force(ctx.conn, lease.id)
    on = beijing_on(ctx.now)
    ground = await ground_of(ctx, lease, contract)
    policy = arrears_policy_on(on)
    decided = decide_default(ground.facts, on)
    step = decided.outcome.step
    owed = letter_ground(lease, ground.owed, contract.signed_on)
    fee_clauses = contract.clauses_for("late_fee_daily_rate", "late_fee_daily_fen")
    acting = step is DefaultStep.MAY_ACT
    cases = await looks.open_cases(ctx.conn, lease.id)
    return Lateness(
        lease_ref=lease.ref,
        on=on,
        step=step,
        demandable=lease.state in DEMANDED_IN,
        demand_days=policy.demand_days,
        report_wait_days=policy.report_wait_days,
        reports_to_bureau=ctx.services.settings.reports_to_bureau,
        owed=owed.lines,
        owed_fen=owed.total_fen,
        fees=await fee_figures(ctx.conn, lease.id),
        fee_clause=fee_clauses[0] if fee_clauses else "",
        reliefs=await _reliefs(ctx.conn, lease, ground.debts, on),
        pauses=tuple(await looks.pauses_of(ctx.conn, lease.id)),
        demands=tuple(await looks.demand_lines(ctx.conn, lease.id)),
        kept=await looks.kept_line(ctx.conn, lease.id),
        termination=await _termination(ctx, ground, on) if acting else None,
        acceleration=_acceleration(ground, decided.outcome.may_accelerate, decided.working) if acting else None,
        reminders=_reminders(ctx.now, ground, any(one.type is CaseType.OVERDUE_RELIEF for one in cases)),
        cases=tuple(cases),
    )


async def _reliefs(conn: Conn, lease: LeaseRow, debts: Sequence[Debt], on: date) -> tuple[ReliefCheck, ...]:
    fees = {one.no: one for one in debts if one.kind is ChargeKind.LATE_FEE}
    given = {one.no: one.rule for one in await marks.reliefs_of(conn, lease.id)}
    late = [
        one
        for one in debts
        if one.kind is ChargeKind.RENT and one.booked_on is not None and (one.settled_on or on) > one.due_on
    ]
    return tuple([await _relief(conn, lease, one, fees.get(one.no), given, on) for one in late[-_MOST:]])


async def _relief(
    conn: Conn, lease: LeaseRow, rent: Debt, fee: Debt | None, given: dict[int, str], on: date
) -> ReliefCheck:
    lateness = await debts_store.lateness_of(conn, rent.id, lease.renter_id, rent.due_on)
    failed = await debts_store.failed_deduction(conn, lease.id, rent.id, start_of(rent.due_on))
    paid_on = rent.settled_on
    notice_on = None if lateness.notice_at is None else beijing_on(lateness.notice_at)
    facts = LatenessFacts(
        due_on=rent.due_on, paid_on=paid_on or on, notice_on=notice_on,
        earlier_late_due_on=lateness.earlier_late_due_on,
    )  # fmt: skip
    conditions = first_lateness_conditions(facts)
    relievable_fen = 0 if fee is None else fee.outstanding_fen + fee.paid_fen
    failure = FailureFacts(
        due_on=rent.due_on,
        failed_on=None if failed is None else failed.failed_on,
        code="" if failed is None else failed.code,
        fault="" if failed is None else failed.fault,
    )
    late5 = decide_late5(failure)
    return ReliefCheck(
        no=rent.no,
        due_on=rent.due_on,
        paid_on=paid_on,
        late_days=((paid_on or on) - rent.due_on).days,
        relievable_fen=relievable_fen,
        relieved_by=given.get(rent.no, "LATE-5" if rent.undone else ""),
        conditions=conditions,
        notice_on=notice_on,
        earlier_late_due_on=lateness.earlier_late_due_on,
        pay_by=None if paid_on is not None else last_day_to_pay(rent.due_on, notice_on),
        late4_holds=paid_on is not None and relievable_fen > 0 and all(one.holds for one in conditions),
        failed_on=failure.failed_on,
        failed_code=failure.code,
        failed_fault=failure.fault,
        late5_holds=late5.outcome is not None,
        late5_zh=late5.reasons[0].zh,
    )


async def _termination(ctx: Ctx, ground: Ground, on: date) -> TerminationLooks:
    from_on, daily = kept_phone(ground, on)
    clauses = ground.contract.clauses_for("hold_over_daily_fen", "rents_fen", "total_rent_fen")
    return TerminationLooks(
        unpaid_fen=ground.facts.overdue_fen,
        from_on=from_on,
        daily_num=daily.numerator,
        daily_den=daily.denominator,
        cap_fen=await loss_fen(ctx, ground, on),
        clause=clauses[0] if clauses else "",
    )


def _acceleration(ground: Ground, may: bool, working: tuple[str, ...]) -> AccelerationLooks:
    later = [one for one in ground.debts if one.booked_on is None]
    return AccelerationLooks(
        instalment_sale=ground.facts.instalment_sale, may=may, later_fen=sum_fen(later), later_count=len(later),
        working=working,
    )  # fmt: skip


def _reminders(now: datetime, ground: Ground, asked: bool) -> tuple[NextReminder, ...]:
    """What the contract's plan still has for open instalments, the nearest first."""
    if ground.lease.state not in _REMINDED_IN:
        return ()
    policy = arrears_policy_on(beijing_on(now))
    plan = policy.plan(ground.contract.terms.reminder_plan)
    planned = [
        (one, debt)
        for debt in ground.debts
        if debt.kind is ChargeKind.RENT and debt.outstanding_fen > 0
        for one in plan_of(debt.due_on, plan, policy)
        if one.send_at > now
    ]
    nearest = sorted(planned, key=lambda pair: pair[0].send_at)[:_NEXT]
    found = []
    for one, debt in nearest:
        facts = _facts(ground, debt, asked)
        text = reminder_text(one.step, facts, beijing_on(one.send_at))
        found.append(NextReminder(debt.no, one.step.step, one.send_at, text, why_silent(facts, one.step.kind)))
    return tuple(found)


def _facts(ground: Ground, debt: Debt, asked: bool) -> ReminderFacts:
    return ReminderFacts(
        no=debt.no, model=ground.lease.model, due_on=debt.due_on, outstanding_fen=debt.outstanding_fen,
        contested_fen=debt.contested_fen, undone=debt.undone, asked_relief=asked, demanded=ground.demand is not None,
    )  # fmt: skip
