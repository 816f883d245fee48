"""Whose turn a case is on: the one place where its conversation and its claim become what queues and pages show."""

from datetime import datetime

from msgspec import Struct

from shouwen.features.cases.types import CaseState, Turn
from shouwen.kernel.decision import Reason


class TurnFacts(Struct, frozen=True, kw_only=True):
    """Two records, each kept by its own acts. `talk_*`: for whom the conversation waits. `claim_*`: for whom the claim
    waits; `claim_turn` None without an open claim. `asked_in`: a specialist has been asked in (OWN-3). `unanswered`:
    the renter waits for a person, whoever else was asked: what they wrote last has no answer, or nobody has come yet.
    """

    state: CaseState
    talk_turn: Turn
    talk_until: datetime | None = None
    claim_turn: Turn | None = None
    claim_until: datetime | None = None
    asked_in: bool = False
    unanswered: bool = False


class ShownTurn(Struct, frozen=True):
    """Whose turn, the first instant (UTC) at which it is late (None: no end), and why."""

    turn: Turn
    until: datetime | None
    reason: Reason


_ENDED = Reason("OWN-1", "案件已结束", "the case is closed")
_CONFIRM = Reason("OWN-1", "已告知处理结果，请租客确认", "the renter confirms the result")
_APPRAISAL = Reason("DMG", "等第三方检测报告", "the appraisal is awaited")
_DECIDES = Reason("OWN-3", "由请来的专员裁定", "the specialist who was asked in decides")
_OURS = Reason("DMG", "由我们裁定，负责人请专员", "the decision is ours; the owner asks a specialist in")
_RENTERS = Reason("DMG", "租客可以答复或申诉", "the renter may answer or appeal")
_TALK = {
    Turn.RENTER: Reason("SLA-1", "我们已答复", "we have answered"),
    Turn.DESK: Reason("SLA-1", "租客在等答复", "the renter waits for an answer"),
    Turn.SPECIALIST: Reason("OWN-3", "已请专员", "a specialist was asked"),
    Turn.APPRAISER: Reason("DMG", "等第三方检测报告", "the appraisal is awaited"),
    Turn.NOBODY: Reason("OWN-1", "没有要办的", "nothing is to be done"),
}


def decide_turn(case: TurnFacts) -> ShownTurn:
    """The turn of a case from its conversation and its claim.

    A renter who waits for an answer comes first, whatever else goes on: the case is ours, until the answer is due or
    the claim's day, whichever is earlier; whom else it waits for stays on record (`CaseRow.asked`). Then a decision is
    a specialist's or an appraiser's; before one is asked in it is the owner's to arrange. A decision that only waits
    to be settled leaves the turn to the conversation.
    """
    if case.state is CaseState.CLOSED:
        return ShownTurn(Turn.NOBODY, None, _ENDED)
    if case.state is CaseState.RESOLVED:
        return ShownTurn(Turn.RENTER, None, _CONFIRM)
    until = case.claim_until
    if _waits(case):
        return ShownTurn(Turn.DESK, earliest(case.talk_until, until), _TALK[Turn.DESK])
    match case.claim_turn:
        case None | Turn.NOBODY:
            return ShownTurn(case.talk_turn, case.talk_until, _TALK[case.talk_turn])
        case Turn.APPRAISER:
            return ShownTurn(Turn.APPRAISER, until, _APPRAISAL)
        case Turn.SPECIALIST if case.asked_in:
            return ShownTurn(Turn.SPECIALIST, until, _DECIDES)
        case Turn.RENTER if case.talk_turn in (Turn.DESK, Turn.SPECIALIST):
            return ShownTurn(case.talk_turn, earliest(case.talk_until, until), _TALK[case.talk_turn])
        case Turn.RENTER:
            return ShownTurn(Turn.RENTER, until, _RENTERS)
    return ShownTurn(Turn.DESK, until, _OURS)


def _waits(case: TurnFacts) -> bool:
    """Whether the renter waits for words of ours: an answer is due, or a specialist's question hides that none came."""
    if case.talk_turn is Turn.SPECIALIST:
        return case.unanswered
    return case.talk_turn is Turn.DESK and case.talk_until is not None


def earliest(*until: datetime | None) -> datetime | None:
    """The first of several ends; None where none has one."""
    return min((one for one in until if one is not None), default=None)
