"""REM-1: who is reminded of what and when; polite, at allowed hours, never of what is contested or in a person's hands.

A reminder belongs to its day: one that was missed is not sent later.
"""

from datetime import date, datetime, time, timedelta

from shouwen.features.arrears.types import ArrearsPolicy, NoticeKind, Planned, ReminderFacts, ReminderPlan, ReminderStep
from shouwen.kernel.days import BEIJING, beijing_at
from shouwen.kernel.decision import Decision, Reason
from shouwen.kernel.fen import format_fen


def next_allowed(at: datetime, opens: time, closes: time) -> datetime:
    """`at` where messages may go out then (Beijing time, `closes` excluded), else the next opening."""
    local = beijing_at(at)
    if opens <= local.time() < closes:
        return at
    day = local.date() if local.time() < opens else local.date() + timedelta(days=1)
    return datetime.combine(day, opens, BEIJING)


def is_allowed(at: datetime, opens: time, closes: time) -> bool:
    """Whether a message may go out at that instant."""
    return next_allowed(at, opens, closes) == at


def plan_of(due_on: date, plan: ReminderPlan, policy: ArrearsPolicy) -> tuple[Planned, ...]:
    """Every reminder of an instalment with its instant, moved into the allowed hours."""
    return tuple(
        Planned(step, next_allowed(_at(due_on + timedelta(days=step.days), plan.at), policy.opens, policy.closes))
        for step in plan.steps
    )


def send_at(on: date, plan: ReminderPlan, policy: ArrearsPolicy, now: datetime) -> datetime | None:
    """When today's reminder goes out: at the plan's time, later in the day where that has passed, else not at all."""
    wanted = next_allowed(_at(on, plan.at), policy.opens, policy.closes)
    possible = next_allowed(max(wanted, now), policy.opens, policy.closes)
    return possible if beijing_at(possible).date() == on else None


def decide_reminder(facts: ReminderFacts, plan: ReminderPlan, on: date) -> Decision[ReminderStep | None]:
    """The reminder of this day, or None with the reason why nobody is reminded."""
    step = next((one for one in plan.steps if facts.due_on + timedelta(days=one.days) == on), None)
    if step is None:
        return Decision(None, (Reason("REM-1", "今天没有安排提醒", "no reminder is planned for this day"),))
    why = why_silent(facts, step.kind)
    if why:
        return Decision(None, (Reason("REM-1", why, "nobody is reminded of this"),))
    return Decision(step, (Reason("REM-1", f"按提醒计划“{plan.name}”", f"by the plan {plan.name}"),))


def why_silent(facts: ReminderFacts, kind: NoticeKind) -> str:
    """Why nobody is reminded of an instalment now; empty where they are."""
    if facts.outstanding_fen <= 0:
        return "已付清"
    if facts.contested_fen >= facts.outstanding_fen:
        return "争议中的金额暂停催收"
    if kind is not NoticeKind.OVERDUE:
        return ""
    if facts.undone:
        return "这次晚到不算逾期"
    if facts.asked_relief:
        return "租客已就逾期联系我们，由专人答复"
    return "已有书面催告在处理" if facts.demanded else ""


def reminder_text(step: ReminderStep, facts: ReminderFacts, on: date) -> str:
    """The words of a reminder, about the uncontested part."""
    return step.text.format(
        no=facts.no,
        model=facts.model,
        amount=format_fen(facts.outstanding_fen - facts.contested_fen),
        due_on=f"{facts.due_on.month} 月 {facts.due_on.day} 日",
        days=(on - facts.due_on).days,
    )


def _at(on: date, at: time) -> datetime:
    return datetime.combine(on, at, BEIJING)
