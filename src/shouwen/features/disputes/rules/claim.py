"""The claim's state machine as a table, whose turn it is, and until when (domain.md §7, SLA-1, INSP-1)."""

from datetime import datetime, timedelta

from shouwen.features.disputes.rules.inspection import inspection_due_on
from shouwen.features.disputes.types import (
    CLAIM_ACT_ZH,
    CLAIM_STATE_ZH,
    ClaimAct,
    ClaimClocks,
    ClaimFacts,
    ClaimState,
    ClaimTurn,
    Deadline,
    PossibleAct,
    Step,
)
from shouwen.kernel.actor import ROLE_ZH, Actor, Role
from shouwen.kernel.days import beijing_on, start_of
from shouwen.kernel.decision import Decision, Reason
from shouwen.kernel.errors import Refusal
from shouwen.kernel.working_time import WorkCalendar, end_of_working_days

APPEALS_ALLOWED = 1

_RENTER = frozenset({Role.RENTER})
_SYSTEM = frozenset({Role.SYSTEM})
_LESSOR = frozenset({Role.SPECIALIST, Role.SUPERVISOR})
_INSPECTION = frozenset({Role.INSPECTOR})

STEPS: tuple[Step, ...] = tuple(
    Step(state, act, roles, then)
    for state, act, roles, then in (
        (ClaimState.DRAFTED, ClaimAct.SEND_TO_RENTER, _INSPECTION, ClaimState.AWAITING_RENTER),
        (ClaimState.DRAFTED, ClaimAct.WITHDRAW, _INSPECTION | _LESSOR, ClaimState.WITHDRAWN),
        (ClaimState.DRAFTED, ClaimAct.LAPSE, _SYSTEM, ClaimState.WITHDRAWN),
        (ClaimState.AWAITING_RENTER, ClaimAct.ACCEPT, _RENTER, ClaimState.ACCEPTED),
        (ClaimState.AWAITING_RENTER, ClaimAct.CONTEST, _RENTER, ClaimState.CONTESTED),
        (ClaimState.AWAITING_RENTER, ClaimAct.REVIEW_ON_FILE, _SYSTEM, ClaimState.UNDER_REVIEW),
        (ClaimState.AWAITING_RENTER, ClaimAct.WITHDRAW, _INSPECTION | _LESSOR, ClaimState.WITHDRAWN),
        (ClaimState.CONTESTED, ClaimAct.ADD_EVIDENCE, _RENTER, ClaimState.CONTESTED),
        (ClaimState.CONTESTED, ClaimAct.START_REVIEW, _LESSOR, ClaimState.UNDER_REVIEW),
        (ClaimState.CONTESTED, ClaimAct.ASK_RENTER, _LESSOR, ClaimState.AWAITING_RENTER),
        (ClaimState.CONTESTED, ClaimAct.REQUEST_APPRAISAL, _RENTER | _LESSOR, ClaimState.APPRAISAL),
        (ClaimState.CONTESTED, ClaimAct.DECIDE, _LESSOR, ClaimState.DECIDED),
        (ClaimState.CONTESTED, ClaimAct.WITHDRAW, _LESSOR, ClaimState.WITHDRAWN),
        (ClaimState.CONTESTED, ClaimAct.LAPSE, _SYSTEM, ClaimState.DECIDED),
        (ClaimState.ACCEPTED, ClaimAct.CONTEST, _RENTER, ClaimState.CONTESTED),
        (ClaimState.ACCEPTED, ClaimAct.DECIDE, _LESSOR, ClaimState.DECIDED),
        (ClaimState.ACCEPTED, ClaimAct.WITHDRAW, _LESSOR, ClaimState.WITHDRAWN),
        (ClaimState.ACCEPTED, ClaimAct.LAPSE, _SYSTEM, ClaimState.DECIDED),
        (ClaimState.UNDER_REVIEW, ClaimAct.ADD_EVIDENCE, _RENTER, ClaimState.UNDER_REVIEW),
        (ClaimState.UNDER_REVIEW, ClaimAct.ASK_RENTER, _LESSOR, ClaimState.AWAITING_RENTER),
        (ClaimState.UNDER_REVIEW, ClaimAct.REQUEST_APPRAISAL, _RENTER | _LESSOR, ClaimState.APPRAISAL),
        (ClaimState.UNDER_REVIEW, ClaimAct.DECIDE, _LESSOR, ClaimState.DECIDED),
        (ClaimState.UNDER_REVIEW, ClaimAct.WITHDRAW, _LESSOR, ClaimState.WITHDRAWN),
        (ClaimState.UNDER_REVIEW, ClaimAct.LAPSE, _SYSTEM, ClaimState.DECIDED),
        (ClaimState.APPRAISAL, ClaimAct.ADD_EVIDENCE, _RENTER, ClaimState.APPRAISAL),
        (
            ClaimState.APPRAISAL,
            ClaimAct.FILE_APPRAISAL,
            frozenset({Role.APPRAISER}),
            ClaimState.UNDER_REVIEW,
        ),
        (ClaimState.APPRAISAL, ClaimAct.REVIEW_ON_FILE, _SYSTEM | _LESSOR, ClaimState.UNDER_REVIEW),
        (ClaimState.APPRAISAL, ClaimAct.WITHDRAW, _LESSOR, ClaimState.WITHDRAWN),
        (ClaimState.DECIDED, ClaimAct.APPEAL, _RENTER, ClaimState.APPEALED),
        (ClaimState.DECIDED, ClaimAct.SETTLE, _SYSTEM | _RENTER, ClaimState.SETTLED),
        (ClaimState.APPEALED, ClaimAct.ADD_EVIDENCE, _RENTER, ClaimState.APPEALED),
        (ClaimState.APPEALED, ClaimAct.DECIDE_APPEAL, _LESSOR, ClaimState.DECIDED),
        (ClaimState.APPEALED, ClaimAct.LAPSE, _SYSTEM, ClaimState.DECIDED),
    )
)

_TURNS: dict[ClaimState, tuple[ClaimTurn, Deadline]] = {
    ClaimState.DRAFTED: (ClaimTurn.INSPECTOR, Deadline.INSPECTION),
    ClaimState.AWAITING_RENTER: (ClaimTurn.RENTER, Deadline.RENTER_ANSWER),
    ClaimState.CONTESTED: (ClaimTurn.SPECIALIST, Deadline.DECISION),
    ClaimState.ACCEPTED: (ClaimTurn.SPECIALIST, Deadline.DECISION),
    ClaimState.UNDER_REVIEW: (ClaimTurn.SPECIALIST, Deadline.DECISION),
    ClaimState.APPRAISAL: (ClaimTurn.APPRAISER, Deadline.APPRAISAL),
    ClaimState.DECIDED: (ClaimTurn.RENTER, Deadline.APPEAL),
    ClaimState.APPEALED: (ClaimTurn.SPECIALIST, Deadline.DECISION),
    ClaimState.SETTLED: (ClaimTurn.NOBODY, Deadline.NONE),
    ClaimState.WITHDRAWN: (ClaimTurn.NOBODY, Deadline.NONE),
}


def whose_turn(claim: ClaimFacts) -> ClaimTurn:
    """Who has to act next; once the appeal is used up a decision only waits to be settled."""
    if claim.state is ClaimState.DECIDED and claim.appeals_used >= APPEALS_ALLOWED:
        return ClaimTurn.SYSTEM
    return _TURNS[claim.state][0]


def _end_of_day(at: datetime, days: int) -> datetime:
    """The first instant after the `days`-th calendar day following `at`'s Beijing day."""
    return start_of(beijing_on(at) + timedelta(days=days + 1))


def until_when(claim: ClaimFacts, clocks: ClaimClocks, calendar: WorkCalendar) -> datetime | None:
    """The first instant (UTC) at which the present turn is late; None where nobody is awaited.

    Calendar-day deadlines include their whole last Beijing day.
    """
    deadline = _TURNS[claim.state][1]
    if deadline is Deadline.INSPECTION:
        delivered_on = claim.delivered_on or beijing_on(claim.entered_at)
        return start_of(inspection_due_on(delivered_on, clocks.inspection_days) + timedelta(days=1))
    if deadline is Deadline.RENTER_ANSWER:
        return _end_of_day(claim.entered_at, clocks.dispute_days)
    if deadline is Deadline.DECISION:
        begins_at = claim.complete_at or claim.entered_at
        return end_of_working_days(begins_at, clocks.damage_working_days, calendar)
    if deadline is Deadline.APPRAISAL:
        return _end_of_day(claim.entered_at, clocks.appraisal_days)
    if deadline is Deadline.APPEAL and claim.appeals_used < APPEALS_ALLOWED:
        return _end_of_day(claim.entered_at, clocks.appeal_days)
    return None


def steps_from(state: ClaimState, role: Role) -> tuple[Step, ...]:
    """The lines of the table open to a role in a state, before any guard."""
    return tuple(step for step in STEPS if step.state is state and role in step.roles)


def next_acts(claim: ClaimFacts, role: Role, until: datetime | None = None) -> tuple[PossibleAct, ...]:
    """What this role can do now, in words, each with its last instant; empty where it is not their turn to do
    anything.
    """
    return tuple(
        PossibleAct(step.act, CLAIM_ACT_ZH[step.act], until)
        for step in steps_from(claim.state, role)
        if not (step.act is ClaimAct.APPEAL and claim.appeals_used >= APPEALS_ALLOWED)
    )


def decide_transition(
    claim: ClaimFacts,
    act: ClaimAct,
    actor: Actor,
    now: datetime,
    clocks: ClaimClocks,
    calendar: WorkCalendar,
) -> Decision[ClaimState]:
    """The state after the act, or a Refusal that says why and what can be done instead.

    Guards beside the table: one appeal, within its days; nobody decides the appeal of their own decision;
    nobody decides a claim they inspected; settling before the appeal days are over needs the renter.
    """
    step = next((one for one in steps_from(claim.state, actor.role) if one.act is act), None)
    if step is None:
        possible = "、".join(one.zh for one in next_acts(claim, actor.role))
        raise Refusal(
            "claim_act_not_possible",
            f"这份定损现在是“{CLAIM_STATE_ZH[claim.state]}”，{ROLE_ZH[actor.role]}不能{CLAIM_ACT_ZH[act]}",
            f"in state {claim.state} a {actor.role} cannot {act}",
            remedy_zh=f"现在可以：{possible}" if possible else "现在不需要您操作",
            remedy_en="see next_acts",
            rule="DMG",
        )
    until = until_when(claim, clocks, calendar)
    if act is ClaimAct.APPEAL:
        _check_appeal(claim, now, until)
    if act is ClaimAct.SETTLE and actor.role is Role.SYSTEM:
        _check_settle(now, until)
    if act in {ClaimAct.DECIDE, ClaimAct.DECIDE_APPEAL}:
        _check_decider(claim, act, actor)
    if act is ClaimAct.WITHDRAW and actor.role is Role.INSPECTOR:
        _check_own_report(claim, actor)
    return Decision(step.then, (Reason("DMG", f"{CLAIM_ACT_ZH[act]} → {CLAIM_STATE_ZH[step.then]}", act),))


def _check_appeal(claim: ClaimFacts, now: datetime, until: datetime | None) -> None:
    if claim.appeals_used >= APPEALS_ALLOWED:
        raise Refusal(
            "appeal_used",
            "申诉只有一次，这份裁定已经复核过",
            "the one appeal has been used",
            remedy_zh="仍不认可的，可以通过消费者权益保护法第 39 条的五种途径解决，裁定书里有说明",
            remedy_en="the decision letter lists five further routes",
            rule="DMG",
        )
    if until is not None and now >= until:
        raise Refusal(
            "appeal_too_late",
            "申诉期已过",
            "the appeal period is over",
            remedy_zh="有新的证据可以联系您的客服；也可以走消费者权益保护法第 39 条的五种途径",
            remedy_en="bring new evidence to your agent, or use the five routes in the letter",
            rule="DMG",
        )


def _check_settle(now: datetime, until: datetime | None) -> None:
    if until is not None and now < until:
        raise Refusal(
            "appeal_still_open",
            "租客还可以申诉，申诉期结束后再结算",
            "the renter may still appeal",
            remedy_zh="租客确认接受裁定后可以马上结算",
            remedy_en="it settles at once when the renter agrees",
            rule="DMG",
        )


def _check_own_report(claim: ClaimFacts, actor: Actor) -> None:
    if claim.drafted_by and actor.id != claim.drafted_by:
        raise Refusal(
            "not_your_report",
            "检测员只能撤回自己出具的验机报告",
            "an inspector withdraws their own report only",
            remedy_zh="请出具报告的同事或专员撤回",
            remedy_en="ask its author or a specialist",
            rule="DMG",
        )


def _check_decider(claim: ClaimFacts, act: ClaimAct, actor: Actor) -> None:
    own_decision = act is ClaimAct.DECIDE_APPEAL and actor.id == claim.decided_by
    own_report = actor.id == claim.drafted_by
    if actor.id and (own_decision or own_report):
        raise Refusal(
            "not_your_own",
            "不能复核自己作出的裁定" if own_decision else "出具验机报告的人不能裁定同一份定损",
            "nobody reviews their own decision or report",
            remedy_zh="请转给另一位专员或主管",
            remedy_en="hand it to another specialist or a supervisor",
            rule="AUTH-1",
        )
