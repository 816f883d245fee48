"""PAUSE-1: when contesting pauses collection, and when the same charge does not pause again."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Literal

from shouwen.features.disputes.types import EarlierPause
from shouwen.kernel.decision import Decision, Reason


class PauseStep(StrEnum):
    """What contesting does to collection."""

    STARTS = "starts"
    RUNS = "runs"
    NOT_AGAIN = "not_again"


def decide_pause(
    reason: Literal["dispute", "appeal"], amount_fen: int, earlier: Sequence[EarlierPause], *, new_evidence: bool
) -> Decision[PauseStep]:
    """Whether collection of `amount_fen` rests from now on because of this dispute or appeal.

    A first dispute pauses; so does what was never paused before, and a dispute that brings new evidence. One appeal
    pauses again, whatever it brings. The same charge without new evidence does not. `amount_fen` is positive.
    """
    if amount_fen <= 0:
        raise ValueError("nothing is contested, nothing rests")
    if reason == "appeal":
        if any(one.reason == "appeal" for one in earlier):
            return _decided(PauseStep.NOT_AGAIN, "申诉只暂停一次", "one appeal pauses, once")
        return _decided(PauseStep.STARTS, "申诉期间再次暂停催收", "an appeal pauses again")
    if amount_fen > max((one.amount_fen for one in earlier), default=0):
        return _decided(PauseStep.STARTS, "提出异议，暂停催收", "opening a dispute pauses collection")
    if any(one.ends_on is None for one in earlier):
        return _decided(PauseStep.RUNS, "已在暂停中", "it rests already")
    if new_evidence:
        return _decided(PauseStep.STARTS, "带来新的证据，再次暂停催收", "new evidence pauses again")
    zh = "同一笔费用没有新的证据，不再暂停催收"
    return _decided(PauseStep.NOT_AGAIN, zh, "the same charge without new evidence does not pause again")


def _decided(step: PauseStep, zh: str, en: str) -> Decision[PauseStep]:
    return Decision(step, (Reason("PAUSE-1", zh, en),))
