"""PAUSE-1: collection and late fees rest on what is contested."""

from collections.abc import Sequence
from datetime import date, timedelta

from shouwen.features.money.types import DisputeDates, Pause


def pauses_of(disputes: Sequence[DisputeDates], after_decision_days: int = 3) -> tuple[Pause, ...]:
    """The pauses of one charge, from its disputes in order of opening.

    From the opening until three days after the decision; one appeal pauses again; a second dispute about the
    same charge without new evidence does not. Days are included at both ends.
    """
    after = timedelta(days=after_decision_days)
    pauses: list[Pause] = []
    for index, dispute in enumerate(disputes):
        if index and not dispute.new_evidence:
            continue
        until_on = None if dispute.decided_on is None else dispute.decided_on + after
        pauses.append(Pause(dispute.opened_on, until_on, dispute.contested_fen, "争议处理中"))
        if dispute.appealed_on is not None:
            again_on = None if dispute.appeal_decided_on is None else dispute.appeal_decided_on + after
            pauses.append(Pause(dispute.appealed_on, again_on, dispute.contested_fen, "申诉处理中"))
    return tuple(pauses)


def contested_fen_on(pauses: Sequence[Pause], on: date) -> int:
    """How much rests on that day; overlapping pauses of one charge count once, the larger."""
    return max(
        (
            pause.contested_fen
            for pause in pauses
            if pause.from_on <= on and (pause.until_on is None or on <= pause.until_on)
        ),
        default=0,
    )
