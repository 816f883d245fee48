"""DEP-1: what the release clock decides."""

from datetime import date

import pytest

from shouwen.features.endings.rules.release_clock import decide_release
from shouwen.features.endings.types import Release, ReleaseFacts

DUE_ON = date(2026, 11, 20)


def facts(**more):
    return ReleaseFacts(**({"due_on": DUE_ON, "open_fen": 300_000, "owed_fen": 0, "claim_open": False} | more))


@pytest.mark.parametrize("day", [19, 20])
def test_until_the_last_day_nothing_is_late(day):
    assert decide_release(facts(), date(2026, 11, day)).outcome == Release(False, 0, "released")


@pytest.mark.parametrize(
    ("more", "outcome"),
    [
        ({}, Release(True, 300_000, "released")),
        ({"owed_fen": 120}, Release(True, 299_880, "owed")),
        ({"owed_fen": 400_000}, Release(True, 0, "owed")),
        ({"claim_open": True}, Release(True, 0, "claim")),
        ({"inspect_by_on": date(2026, 11, 21)}, Release(True, 0, "inspection")),
        ({"inspect_by_on": date(2026, 11, 20)}, Release(True, 300_000, "released")),
        ({"open_fen": 0}, Release(False, 0, "released")),
    ],
)
def test_a_day_late_what_nothing_rests_on_goes_free(more, outcome):
    assert decide_release(facts(**more), date(2026, 11, 21)).outcome == outcome


def test_the_reason_names_both_days_and_the_working_can_be_followed():
    decision = decide_release(facts(owed_fen=50_000), date(2026, 11, 21))
    assert decision.rules == ("DEP-1",)
    assert "2026-11-20" in decision.reasons[0].zh
    assert decision.working == ("冻结 3,000.00 − 未付 500.00 = 解冻 2,500.00",)
