"""PAUSE-1: collection and late fees rest on what is contested, and on rent of a phone that is not there yet."""

from collections.abc import Sequence
from datetime import date

from shouwen.features.money.types import Pause


def resting_fen_on(pauses: Sequence[Pause], on: date) -> int:
    """How much rests on that day; overlapping pauses of one charge count once, the larger."""
    return max(
        (
            pause.contested_fen
            for pause in pauses
            if pause.from_on <= on and (pause.until_on is None or on <= pause.until_on)
        ),
        default=0,
    )


def contested_fen_on(pauses: Sequence[Pause], on: date) -> int:
    """How much of it money leaves alone that names no bill: not what is only not asked for."""
    return resting_fen_on([pause for pause in pauses if not pause.payable], on)
