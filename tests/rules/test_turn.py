"""Whose turn a case is on, made of its conversation and its claim."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shouwen.features.cases.rules.turn import TurnFacts, decide_turn, earliest
from shouwen.features.cases.types import CaseState, Turn

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
SOON, DAY, WEEK = NOW + timedelta(minutes=30), NOW + timedelta(days=1), NOW + timedelta(days=7)

OPEN = CaseState.OPEN
DESK, RENTER, SPECIALIST, APPRAISER, NOBODY = Turn.DESK, Turn.RENTER, Turn.SPECIALIST, Turn.APPRAISER, Turn.NOBODY


def case(talk, talk_until=None, claim=None, claim_until=None, *, asked_in=False, state=OPEN, unanswered=False):
    return TurnFacts(
        state=state, talk_turn=talk, talk_until=talk_until, claim_turn=claim, claim_until=claim_until,
        asked_in=asked_in, unanswered=unanswered,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "turn", "until"),
    [
        # without a claim: the conversation
        (case(DESK, SOON), DESK, SOON),
        (case(RENTER), RENTER, None),
        (case(SPECIALIST, DAY, asked_in=True), SPECIALIST, DAY),
        (case(NOBODY), NOBODY, None),
        # ended
        (case(DESK, SOON, state=CaseState.RESOLVED), RENTER, None),
        (case(DESK, SOON, state=CaseState.CLOSED), NOBODY, None),
        # the decision is ours, nobody asked in yet: an answer may be due earlier
        (case(DESK, SOON, SPECIALIST, WEEK), DESK, SOON),
        (case(DESK, WEEK, SPECIALIST, DAY), DESK, DAY),
        (case(DESK, None, SPECIALIST, WEEK), DESK, WEEK),
        (case(RENTER, None, SPECIALIST, WEEK), DESK, WEEK),
        # a renter who waits for an answer comes first, whoever else decides
        (case(DESK, SOON, SPECIALIST, WEEK, asked_in=True), DESK, SOON),
        (case(DESK, WEEK, SPECIALIST, DAY, asked_in=True), DESK, DAY),
        (case(DESK, SOON, APPRAISER, WEEK), DESK, SOON),
        (case(SPECIALIST, SOON, SPECIALIST, WEEK, asked_in=True, unanswered=True), DESK, SOON),
        (case(SPECIALIST, SOON, asked_in=True, unanswered=True), DESK, SOON),
        # answered: a specialist or an appraiser has it
        (case(DESK, None, SPECIALIST, WEEK, asked_in=True), SPECIALIST, WEEK),
        (case(SPECIALIST, SOON, SPECIALIST, WEEK, asked_in=True), SPECIALIST, WEEK),
        (case(RENTER, None, SPECIALIST, WEEK, asked_in=True), SPECIALIST, WEEK),
        (case(RENTER, None, APPRAISER, WEEK), APPRAISER, WEEK),
        # the renter may answer or appeal: the day stays, an open question comes first
        (case(NOBODY, None, RENTER, WEEK, asked_in=True), RENTER, WEEK),
        (case(RENTER, None, RENTER, WEEK), RENTER, WEEK),
        (case(DESK, SOON, RENTER, WEEK), DESK, SOON),
        (case(DESK, None, RENTER, WEEK), DESK, WEEK),
        (case(SPECIALIST, None, RENTER, WEEK, asked_in=True), SPECIALIST, WEEK),
        # the claim waits for its day only: the conversation
        (case(NOBODY, None, NOBODY), NOBODY, None),
        (case(DESK, SOON, NOBODY), DESK, SOON),
    ],
)
def test_turn_of_a_case_follows_its_conversation_and_its_claim(facts, turn, until):
    shown = decide_turn(facts)
    assert (shown.turn, shown.until) == (turn, until)
    assert shown.reason.rule
    assert shown.reason.zh


ENDS = st.none() | st.sampled_from([SOON, DAY, WEEK])
TALKS = st.sampled_from([DESK, RENTER, SPECIALIST, NOBODY])
FACTS = st.builds(
    case, TALKS, ENDS, st.none() | st.sampled_from(list(Turn)), ENDS, asked_in=st.booleans(),
    state=st.sampled_from(list(CaseState)), unanswered=st.booleans(),
)  # fmt: skip


@given(FACTS)
def test_a_claims_day_is_never_lost_nor_passed_while_somebody_is_awaited(facts):
    shown = decide_turn(facts)
    if facts.state is OPEN and facts.claim_turn not in (None, NOBODY) and facts.claim_until is not None:
        assert shown.until is not None
        assert shown.until <= facts.claim_until


@given(FACTS)
def test_a_renter_who_waits_for_an_answer_is_ours_whoever_else_decides(facts):
    if facts.state is OPEN and facts.talk_turn is DESK and facts.talk_until is not None:
        shown = decide_turn(facts)
        assert (shown.turn, shown.until <= facts.talk_until) == (DESK, True)


@given(FACTS)
def test_once_answered_a_specialist_or_an_appraiser_keeps_what_they_decide(facts):
    answered = not facts.unanswered and (facts.talk_turn is not DESK or facts.talk_until is None)
    if facts.state is OPEN and answered and facts.claim_turn is APPRAISER:
        assert decide_turn(facts).turn is APPRAISER
    if facts.state is OPEN and answered and facts.claim_turn is SPECIALIST and facts.asked_in:
        assert decide_turn(facts).turn is SPECIALIST


@given(FACTS)
def test_an_ended_case_waits_for_nobody_of_ours(facts):
    if facts.state is not OPEN:
        shown = decide_turn(facts)
        assert (shown.turn in (RENTER, NOBODY), shown.until) == (True, None)


def test_earliest_of_no_end_is_none():
    assert earliest(None, None) is None
    assert earliest(None, WEEK, SOON) == SOON
