"""SIL-1 silence, QUAR-1 quarantine: what happens when nobody answers, and how long the phone is kept as it is."""

from datetime import datetime, timedelta

from shouwen.features.disputes.rules.claim import until_when, whose_turn
from shouwen.features.disputes.types import (
    ENDED,
    ClaimClocks,
    ClaimFacts,
    ClaimState,
    ClaimTurn,
    Quarantine,
    SilenceStep,
)
from shouwen.kernel.days import beijing_on
from shouwen.kernel.decision import Decision, Reason
from shouwen.kernel.working_time import WorkCalendar, end_of_working_days

REMINDERS = 2


def decide_silence(
    claim: ClaimFacts, now: datetime, clocks: ClaimClocks, calendar: WorkCalendar
) -> Decision[SilenceStep]:
    """What the passing of time means now.

    The renter's silence: two reminders `reminder_days` apart, then a decision on the file, never acceptance.
    The lessor's or the inspector's: not charged; a specialist's lateness escalates first (ESC-1), an
    inspection's never does.
    """
    due_at = until_when(claim, clocks, calendar)
    turn = whose_turn(claim)
    if due_at is None or now < due_at or claim.state in ENDED or claim.state is ClaimState.DECIDED:
        return Decision(SilenceStep.WAIT)
    if turn is ClaimTurn.RENTER:
        sent = claim.reminders_sent
        if now < due_at + timedelta(days=clocks.reminder_days * min(sent, REMINDERS)):
            return Decision(SilenceStep.WAIT)
        if sent < REMINDERS:
            zh = f"租客未在期限内答复，发送第 {sent + 1} 次提醒"
            return Decision(SilenceStep.REMIND, (Reason("SIL-1", zh, "the renter is reminded"),))
        zh = "两次提醒后仍未答复，按现有材料裁定；沉默不视为认可"
        return Decision(SilenceStep.REVIEW_ON_FILE, (Reason("SIL-1", zh, "decided on the file"),))
    if turn is ClaimTurn.APPRAISER:
        zh = "第三方检测未按期出具报告，按现有材料裁定"
        return Decision(SilenceStep.REVIEW_ON_FILE, (Reason("SIL-1", zh, "no appraisal in time"),))
    if turn is ClaimTurn.INSPECTOR:
        zh = "平台未在约定天数内完成验机，不收取"
        return Decision(SilenceStep.NOT_CHARGED, (Reason("SIL-1", zh, "the inspector was silent"),))
    last_at = end_of_working_days(due_at, clocks.lessor_grace_working_days, calendar)
    if now < last_at:
        zh = f"裁定已超时，升级给主管；{beijing_on(last_at)} 前仍未裁定的不收取"
        return Decision(SilenceStep.ESCALATE, (Reason("ESC-1", zh, "a breached clock escalates"),))
    zh = "平台逾期未裁定，不收取"
    return Decision(SilenceStep.NOT_CHARGED, (Reason("SIL-1", zh, "the lessor was silent"),))


def decide_quarantine(claim: ClaimFacts, now: datetime, clocks: ClaimClocks) -> Quarantine:
    """QUAR-1: the phone stays untouched until the decision, or 15 days after evidence was last asked for.

    An appeal quarantines again. Without a decision it is released only when the renter has been told some days
    before (`quarantine_notice_days`), and only on record: untold, or not yet released, it stays held.
    """
    if claim.state in {ClaimState.DRAFTED, ClaimState.ACCEPTED, ClaimState.WITHDRAWN}:
        return Quarantine(False, None, False, "没有争议，不需要保留原状")
    if claim.state in {ClaimState.DECIDED, ClaimState.SETTLED}:
        return Quarantine(False, claim.decided_at, False, "已裁定并告知租客，手机可以处理")
    if claim.last_asked_at is None:
        return Quarantine(True, None, False, "争议期间手机保持原状，直到裁定")
    if claim.phone_released_at is not None and claim.phone_released_at >= claim.last_asked_at:
        on = beijing_on(claim.phone_released_at)
        return Quarantine(False, claim.phone_released_at, False, f"已提前告知租客，保留期于 {on} 结束")
    days, notice = clocks.quarantine_days, timedelta(days=clocks.quarantine_notice_days)
    until = claim.last_asked_at + timedelta(days=days)
    told_at = claim.release_told_at
    if told_at is None or told_at < claim.last_asked_at:
        tell = now >= until - notice
        until = max(until, now + notice) if tell else until
        zh = f"手机保持原状，至裁定或 {beijing_on(until)}（最后一次要材料后 {days} 天，并提前告知租客）"
        return Quarantine(True, until, tell, zh)
    until = max(until, told_at + notice)
    zh = f"手机保持原状，至裁定或 {beijing_on(until)}；{beijing_on(told_at)} 已告知租客"
    return Quarantine(True, until, False, zh)
