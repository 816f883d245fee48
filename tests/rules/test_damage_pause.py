"""PAUSE-1: what pauses, what goes on resting, what does not pause again."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from msgspec.structs import replace

from shouwen.features.disputes.rules.pause import PauseStep, decide_pause
from shouwen.features.disputes.types import EarlierPause
from shouwen.features.money.rules.late_fee import late_fee
from shouwen.features.money.types import LateFeeFacts, LateFeeTerms, Pause

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


def test_days_of_a_pause_are_never_charged_afterwards():
    due_on, day = date(2026, 3, 1), timedelta(days=1)
    terms = LateFeeTerms(3, "合同 6.2 条", daily_rate="0.0001", lpr_one_year="0.03")
    rest = Pause(due_on + 10 * day, due_on + 20 * day, 500_000)
    charged = []
    for days in range(5, 60):
        facts = LateFeeFacts(1, due_on, 500_000, due_on + days * day)
        plain, paused = late_fee(facts, terms).outcome, late_fee(replace(facts, pauses=(rest,)), terms).outcome
        charged.append(paused.charge_fen)
        assert plain.charge_fen - paused.charge_fen == 50 * min(max(0, days - 10), 11)
    assert max(after - before for before, after in pairwise(charged)) == 50  # no day ever catches up
