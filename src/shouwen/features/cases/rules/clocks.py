"""SLA-1: which clocks run on a case, and when each is due."""

from datetime import datetime, timedelta

from shouwen.features.cases.rules.catalogue import CATALOGUE
from shouwen.features.cases.types import CaseType, Channel, Clock, ClockKind, ServiceClocks
from shouwen.kernel.days import beijing_on, start_of
from shouwen.kernel.working_time import WorkCalendar, add_working_seconds, end_of_working_days


def decision_due_at(
    case_type: CaseType, begins_at: datetime, policy: ServiceClocks, calendar: WorkCalendar
) -> datetime:
    """When the decision is due if its clock begins at `begins_at` (for damage: when the evidence is complete)."""
    kind = CATALOGUE[case_type].decision
    if kind == "objection":
        days = policy.objection_calendar_days
        return start_of(beijing_on(begins_at) + timedelta(days=days + 1))
    working_days = {
        "damage": policy.damage_working_days,
        "credit_review": policy.credit_review_working_days,
        "ordinary": policy.ordinary_working_days,
    }[kind]
    return end_of_working_days(begins_at, working_days, calendar)


def specialist_due_at(asked_at: datetime, policy: ServiceClocks, calendar: WorkCalendar) -> datetime:
    """When the specialist whom a renter asked for has answered (ESC-1): as an ordinary decision."""
    return end_of_working_days(asked_at, policy.ordinary_working_days, calendar)


def clocks_for(
    channel: Channel,
    case_type: CaseType,
    opened_at: datetime,
    policy: ServiceClocks,
    calendar: WorkCalendar,
) -> tuple[Clock, ...]:
    """First human answer, first substantive answer, decision. Urgent: 15 s in hours, the on-call time outside
    them.
    """
    seconds = policy.first_answer_seconds[channel]
    due_at = add_working_seconds(opened_at, seconds, calendar)
    if CATALOGUE[case_type].urgent:
        if calendar.is_working_at(opened_at):
            seconds = policy.urgent_in_hours_seconds
            due_at = add_working_seconds(opened_at, seconds, calendar)
        else:
            seconds = policy.urgent_on_call_seconds
            due_at = opened_at + timedelta(seconds=seconds)
    substantive = policy.substantive_answer_seconds[channel]
    return (
        Clock(ClockKind.FIRST_ANSWER, due_at, seconds),
        Clock(
            ClockKind.SUBSTANTIVE_ANSWER,
            max(due_at, add_working_seconds(opened_at, substantive, calendar)),
            substantive,
        ),
        Clock(ClockKind.DECISION, decision_due_at(case_type, opened_at, policy, calendar), 0),
    )
