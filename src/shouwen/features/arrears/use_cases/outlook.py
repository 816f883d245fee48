"""What the renter of an overdue lease reads: what it costs, what follows when, what still helps. No pressure."""

from datetime import date, datetime, timedelta

from msgspec import Struct

from shouwen.features.arrears.policy import arrears_policy_on
from shouwen.features.arrears.rules.default import decide_default
from shouwen.features.arrears.rules.relief import decide_late5
from shouwen.features.arrears.rules.reminders import plan_of
from shouwen.features.arrears.standing import DEMANDED_IN, Ground, ground_of
from shouwen.features.arrears.store import debts as debts_store
from shouwen.features.arrears.store import looks, marks
from shouwen.features.arrears.store.debts import Debt
from shouwen.features.arrears.store.looks import AskingCase
from shouwen.features.arrears.types import DefaultStep, FailureFacts
from shouwen.features.contracts.public import contract_in_force
from shouwen.features.leases.public import access_lease, open_lease_file
from shouwen.features.leases.types import AccruedLateFee, LeaseRow
from shouwen.features.money.public import fee_figures, first_lateness_conditions, last_day_to_pay
from shouwen.features.money.types import ChargeKind, FeeFigures, LatenessFacts
from shouwen.kernel.days import beijing_on, start_of
from shouwen.platform.db import Conn
from shouwen.platform.door import Ctx
from shouwen.platform.fields import Ref
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case

_MOST = 24


class ReadOutlook(Struct, frozen=True, forbid_unknown_fields=True):
    """One lease."""

    lease_ref: Ref


class WayOut(Struct, frozen=True, kw_only=True):
    """A late instalment whose fee need not stay. LATE-4: pay the rent by `pay_by` (None: it is paid), then ask.

    LATE-5: our own result code shows a deduction that failed on the platform's side; asking is enough.
    """

    rule: str
    no: int
    due_on: date
    pay_by: date | None
    fee_fen: int
    why_zh: str


class Outlook(Struct, frozen=True, kw_only=True):
    """Where an overdue lease stands for its renter. Days are Beijing days, amounts fen; all as if nothing were paid.

    `grows_fen` is what late fees add until tomorrow; `fee_from_on` the first day that bears one where none has yet.
    `step` and `until_on` are DEF-1's, `demand_days` what a demand gives at least. A report to a credit bureau is spoken
    of only where the firm really makes one (`reports_to_bureau`, CRE-4).
    """

    lease_ref: str
    on: date
    overdue_fen: int
    contested_fen: int
    grows_fen: int
    fee_from_on: date | None
    fee_clause: str
    fees: tuple[FeeFigures, ...]
    unbooked: tuple[AccruedLateFee, ...]
    next_reminder_at: datetime | None
    demandable: bool
    step: DefaultStep
    until_on: date | None
    demand_days: int
    reports_to_bureau: bool
    report_wait_days: int
    ways_out: tuple[WayOut, ...]
    cases: tuple[AskingCase, ...]
    policy: str


@use_case(
    ReadOutlook, Outlook, permission=Permission.BILLS_READ, method="GET", path="/leases/{lease_ref}/outlook",
    snapshot=True,
)  # fmt: skip
async def read_outlook(ctx: Ctx, command: ReadOutlook) -> Outlook:
    """逾期会怎样：每天多少、什么时候会发生什么、还能怎么办
    What being late costs a day, what follows when by the policies, and what still helps."""
    lease = await access_lease(ctx.conn, ctx.actor, command.lease_ref)
    _, contract = await contract_in_force(ctx.conn, lease.id)
    on = beijing_on(ctx.now)
    ground = await ground_of(ctx, lease, contract)
    policy = arrears_policy_on(on)
    now = decide_default(ground.facts, on).outcome
    today = await open_lease_file(ctx.conn, lease.id, on)
    tomorrow = await open_lease_file(ctx.conn, lease.id, on + timedelta(days=1))
    grows_fen = sum(fee.amount_fen for fee in tomorrow.file.late_fees)
    grows_fen -= sum(fee.amount_fen for fee in today.file.late_fees)
    clauses = contract.clauses_for("late_fee_daily_rate", "late_fee_daily_fen")
    late = [debt for debt in ground.owed if debt.kind is ChargeKind.RENT]
    bears = [debt.due_on + timedelta(days=contract.terms.grace_days + 1) for debt in late if not debt.undone]
    return Outlook(
        lease_ref=lease.ref,
        on=on,
        overdue_fen=ground.facts.overdue_fen,
        contested_fen=sum(debt.contested_fen for debt in ground.debts),
        grows_fen=grows_fen,
        fee_from_on=min(bears) if clauses and bears and min(bears) > on else None,
        fee_clause=clauses[0] if clauses else "",
        fees=await fee_figures(ctx.conn, lease.id),
        unbooked=today.file.late_fees,
        next_reminder_at=_next_reminder(ctx.now, ground, late),
        demandable=lease.state in DEMANDED_IN,
        step=now.step,
        until_on=now.until_on,
        demand_days=policy.demand_days,
        reports_to_bureau=ctx.services.settings.reports_to_bureau,
        report_wait_days=policy.report_wait_days,
        ways_out=await _ways_out(ctx.conn, lease, ground, today.file.late_fees, on),
        cases=tuple(await looks.open_cases(ctx.conn, lease.id)),
        policy=policy.id,
    )


def _next_reminder(now: datetime, ground: Ground, late: list[Debt]) -> datetime | None:
    policy = arrears_policy_on(beijing_on(now))
    plan = policy.plan(ground.contract.terms.reminder_plan)
    coming = [one.send_at for debt in late for one in plan_of(debt.due_on, plan, policy) if one.send_at > now]
    return min(coming, default=None)


async def _ways_out(
    conn: Conn, lease: LeaseRow, ground: Ground, unbooked: tuple[AccruedLateFee, ...], on: date
) -> tuple[WayOut, ...]:
    """The late instalments whose fee the rules give back, the oldest first."""
    fees_fen = {one.no: one.outstanding_fen + one.paid_fen for one in ground.debts if one.kind is ChargeKind.LATE_FEE}
    for fee in unbooked:
        fees_fen[fee.no] = fees_fen.get(fee.no, 0) + fee.amount_fen
    relieved = {one.no for one in await marks.reliefs_of(conn, lease.id)}
    late = [
        one
        for one in ground.debts
        if one.kind is ChargeKind.RENT and one.booked_on is not None and (one.settled_on or on) > one.due_on
        and not one.undone and one.no not in relieved
    ]  # fmt: skip
    found = []
    for rent in late[-_MOST:]:
        way = await _way_out(conn, lease, rent, fees_fen.get(rent.no, 0), on)
        if way is not None:
            found.append(way)
    return tuple(found)


async def _way_out(conn: Conn, lease: LeaseRow, rent: Debt, fee_fen: int, on: date) -> WayOut | None:
    failed = await debts_store.failed_deduction(conn, lease.id, rent.id, start_of(rent.due_on))
    if failed is not None:
        facts = FailureFacts(
            due_on=rent.due_on, failed_on=failed.failed_on, code=failed.code, fault=failed.fault
        )  # fmt: skip
        decided = decide_late5(facts)
        if decided.outcome is not None:
            return WayOut(
                rule="LATE-5", no=rent.no, due_on=rent.due_on, pay_by=None, fee_fen=fee_fen,
                why_zh=decided.reasons[0].zh,
            )  # fmt: skip
    if not fee_fen:
        return None
    lateness = await debts_store.lateness_of(conn, rent.id, lease.renter_id, rent.due_on)
    notice_on = None if lateness.notice_at is None else beijing_on(lateness.notice_at)
    conditions = first_lateness_conditions(
        LatenessFacts(
            due_on=rent.due_on,
            paid_on=rent.settled_on or on,
            notice_on=notice_on,
            earlier_late_due_on=lateness.earlier_late_due_on,
        )
    )
    if not all(one.holds for one in conditions):
        return None
    pay_by = None if rent.settled_on is not None else last_day_to_pay(rent.due_on, notice_on)
    return WayOut(rule="LATE-4", no=rent.no, due_on=rent.due_on, pay_by=pay_by, fee_fen=fee_fen, why_zh="")
