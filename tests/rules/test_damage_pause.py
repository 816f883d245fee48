"""PAUSE-1: what pauses, what goes on resting, what does not pause again."""

from datetime import UTC, date, datetime

import pytest

from shouwen.features.disputes.rules.pause import EarlierPause, PauseStep, decide_pause

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
RUNNING = EarlierPause("dispute", 18_000, AT)
ENDED = EarlierPause("dispute", 18_000, AT, date(2026, 11, 26))
APPEALED = EarlierPause("appeal", 15_000, AT)


@pytest.mark.parametrize(
    ("reason", "amount_fen", "earlier", "new_evidence", "then"),
    [
        ("dispute", 18_000, (), False, PauseStep.STARTS),
        ("dispute", 18_000, (RUNNING,), False, PauseStep.RUNS),
        ("dispute", 18_000, (RUNNING,), True, PauseStep.RUNS),
        ("dispute", 18_000, (ENDED,), False, PauseStep.NOT_AGAIN),
        ("dispute", 18_000, (ENDED,), True, PauseStep.STARTS),
        ("dispute", 18_001, (ENDED,), False, PauseStep.STARTS),
        ("appeal", 15_000, (ENDED,), False, PauseStep.STARTS),
        ("appeal", 15_000, (ENDED, APPEALED), True, PauseStep.NOT_AGAIN),
    ],
    ids=["first", "runs", "runs with evidence", "same again", "new evidence", "more than before", "appeal",
         "second appeal"],
)  # fmt: skip
def test_pause_starts_once_for_a_charge_unless_something_is_new(reason, amount_fen, earlier, new_evidence, then):
    decided = decide_pause(reason, amount_fen, earlier, new_evidence=new_evidence)
    assert decided.outcome is then
    assert (decided.rules, bool(decided.reasons[0].zh)) == (("PAUSE-1",), True)


def test_pause_of_nothing_is_a_bug():
    with pytest.raises(ValueError, match="nothing rests"):
        decide_pause("dispute", 0, (), new_evidence=False)
