"""docs/rules/turns.md says whose turn a case is on: every line of its table is run."""

from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path

import pytest

from shouwen.features.cases.rules.turn import TurnFacts, decide_turn, earliest
from shouwen.features.cases.types import CaseState, Turn

PAGE = Path(__file__).resolve().parents[2] / "docs/rules/turns.md"
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
SOON, LATER = NOW + timedelta(minutes=30), NOW + timedelta(days=5)
CLAIMS = [None, Turn.SPECIALIST, Turn.APPRAISER, Turn.RENTER, Turn.NOBODY]
TALKS = [Turn.DESK, Turn.RENTER, Turn.SPECIALIST, Turn.NOBODY]
LINES = [
    tuple(cell.strip() for cell in line.strip("|").split("|"))
    for line in PAGE.read_text("utf-8").splitlines()
    if line.startswith("| ") and not line.startswith("| conversation")
]


def cases(talk, claim, asked):
    """Every case a line speaks of, with the conversation's end before the claim's and after it."""
    talks = TALKS if talk == "any" else [Turn(talk)]
    claims = CLAIMS if claim == "any" else [None if claim == "–" else Turn(claim)]
    asked_in = {"any": [False, True], "yes": [True], "no": [False]}[asked]
    ends = [(SOON, LATER), (LATER, SOON)]
    for talk_turn, claim_turn, asked_one, (talk_until, claim_until) in product(talks, claims, asked_in, ends):
        yield TurnFacts(
            state=CaseState.OPEN, talk_turn=talk_turn,
            talk_until=talk_until if talk_turn in (Turn.DESK, Turn.SPECIALIST) else None,
            claim_turn=claim_turn, claim_until=None if claim_turn in (None, Turn.NOBODY) else claim_until,
            asked_in=asked_one,
        )  # fmt: skip


@pytest.mark.parametrize("line", LINES, ids=" ".join)
def test_line_of_the_page_is_what_the_rule_answers(line):
    talk, claim, asked, turn, until = line
    for case in cases(talk, claim, asked):
        expected = {
            "–": None, "the conversation's": case.talk_until, "the claim's": case.claim_until,
            "the earlier": earliest(case.talk_until, case.claim_until),
        }[until]  # fmt: skip
        shown = decide_turn(case)
        assert (shown.turn, shown.until) == (Turn(turn), expected), case


def test_page_speaks_of_every_open_case_that_can_be():
    told = {(case.talk_turn, case.claim_turn, case.asked_in) for line in LINES for case in cases(*line[:3])}
    possible = {
        (talk, claim, asked)
        for talk, claim, asked in product(TALKS, CLAIMS, [False, True])
        if asked or talk is not Turn.SPECIALIST  # a conversation waits for a specialist once one has been asked in
    }
    assert possible <= told
