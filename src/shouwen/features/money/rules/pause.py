"""PAUSE-1: collection and late fees rest on what is contested."""

from collections.abc import Sequence
from datetime import date

from shouwen.features.money.types import Pause


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
