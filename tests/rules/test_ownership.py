"""OWN-1…4, closing, rating, whose turn, and SLA-1 clocks."""

import tomllib
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from shouwen.features.cases.policy import calendar_from, service_clocks_from
from shouwen.features.cases.rules.clocks import clocks_for, decision_due_at
from shouwen.features.cases.rules.ownership import (
    decide_close,
    decide_invite,
    decide_merge,
    decide_rating,
    decide_take,
    decide_transfer,
    decide_wish,
)
from shouwen.features.cases.types import (
    CASE_STATE_ZH,
    CHANNEL_ZH,
    CLOCK_ZH,
    MOVE_REASON_ZH,
    WISH_REASON_ZH,
    CaseFacts,
    CaseState,
    CaseType,
    Channel,
    ClockKind,
    MoveReason,
    WishReason,
)
from shouwen.kernel.actor import SYSTEM, Actor, Role
from shouwen.kernel.days import BEIJING
from shouwen.kernel.errors import Refusal

POLICIES = Path(__file__).parents[2] / "policies"
CALENDAR = calendar_from(tomllib.loads((POLICIES / "holidays.toml").read_text("utf-8")))
CLOCK_FILE = tomllib.loads((POLICIES / "service_clocks.toml").read_text("utf-8"))
CLOCKS = service_clocks_from(CLOCK_FILE, date(2026, 3, 2))
RENTER = Actor(Role.RENTER, 7, "陈思宇")
ZHOU = Actor(Role.AGENT, 1, "周敏")
WU = Actor(Role.AGENT, 2, "吴迪")
LIN = Actor(Role.SPECIALIST, 3, "林专员")
BOSS = Actor(Role.SUPERVISOR, 4, "何主管")
FREE = CaseFacts(CaseType.DAMAGE_DISPUTE, CaseState.OPEN, renter_id=7)
OWNED = replace(FREE, owner_id=1, owner_name="周敏")


def refused(call, *args):
    with pytest.raises(Refusal) as caught:
        call(*args)
    assert caught.value.zh
    return caught.value


def test_take_by_the_first_agent_makes_the_owner():
    assert decide_take(FREE, ZHOU).outcome == 1
    assert decide_take(OWNED, ZHOU).outcome == 1


def test_take_of_an_owned_case_says_who_has_it():
    refusal = refused(decide_take, OWNED, WU)
    assert (refusal.code, refusal.rule) == ("already_owned", "OWN-1")
    assert "周敏" in refusal.zh


@pytest.mark.parametrize("role", Role)
def test_take_is_for_agents_specialists_and_supervisors(role):
    actor = Actor(role, 9, "某人")
    if role in {Role.AGENT, Role.SPECIALIST, Role.SUPERVISOR}:
        assert decide_take(FREE, actor).outcome == 9
    else:
        assert refused(decide_take, FREE, actor).code == "cannot_own"


def test_complaint_goes_to_the_supervisor_and_never_to_the_person_concerned():
    complaint = replace(FREE, type=CaseType.COMPLAINT, complaint_against_id=4)
    assert refused(decide_take, complaint, ZHOU).code == "complaint_is_the_supervisors"
    assert refused(decide_take, complaint, BOSS).code == "complained_about"
    assert decide_take(replace(complaint, complaint_against_id=1), BOSS).outcome == 4


def test_closed_case_is_not_taken():
    assert refused(decide_take, replace(FREE, state=CaseState.CLOSED), ZHOU).code == "closed"


@pytest.mark.parametrize("reason", MoveReason)
@pytest.mark.parametrize("actor", [RENTER, ZHOU, WU, LIN, BOSS, SYSTEM, Actor(Role.INSPECTOR, 8)])
def test_transfer_only_for_its_reasons_by_those_who_may(reason, actor):
    may = {
        MoveReason.SHIFT_END: {ZHOU, BOSS, SYSTEM},
        MoveReason.LEAVE: {ZHOU, BOSS, SYSTEM},
        MoveReason.TAKEOVER: {BOSS},
        MoveReason.COMPLAINT: {BOSS, SYSTEM},
        MoveReason.RENTER_WISH: {RENTER, ZHOU, BOSS},
    }[reason]
    to = Actor(Role.AGENT, 5, "郑爽")
    if actor in may:
        decision = decide_transfer(OWNED, actor, to, reason)
        assert decision.outcome == 5
        assert "郑爽" in decision.reasons[0].zh
    else:
        assert refused(decide_transfer, OWNED, actor, to, reason).rule == "OWN-2"


@pytest.mark.parametrize("to", [ZHOU, Actor(Role.INSPECTOR, 8, "验机员"), Actor(Role.AGENT, 6, "被投诉人")])
def test_transfer_to_somebody_who_cannot_take_it_is_refused(to):
    case = replace(OWNED, complaint_against_id=6)
    assert refused(decide_transfer, case, BOSS, to, MoveReason.TAKEOVER).code == "cannot_receive"


def test_invited_specialist_leaves_the_owner_the_contact():
    assert decide_invite(OWNED, LIN).outcome == 1
    assert refused(decide_invite, OWNED, WU).rule == "OWN-3"


def test_first_wish_moves_the_case_and_the_next_goes_to_a_supervisor():
    assert decide_wish(OWNED, 0).outcome is True
    assert decide_wish(replace(OWNED, escalated=True), 0).outcome is True
    assert decide_wish(OWNED, 1).outcome is False


@pytest.mark.parametrize(
    ("case", "wishes", "code"),
    [
        (FREE, 0, "not_owned"),
        (replace(OWNED, state=CaseState.CLOSED), 0, "case_closed"),
        (replace(OWNED, escalated=True), 1, "with_supervisor"),
    ],
)
def test_wish_with_nothing_to_move_is_refused(case, wishes, code):
    assert refused(decide_wish, case, wishes).code == code


def test_who_was_asked_away_neither_takes_nor_receives_nor_is_asked_in():
    barred = replace(FREE, barred_ids=(ZHOU.id,))
    assert refused(decide_take, barred, ZHOU).code == "asked_for_another"
    assert refused(decide_transfer, barred, BOSS, ZHOU, MoveReason.TAKEOVER).code == "cannot_receive"
    assert refused(decide_invite, replace(FREE, barred_ids=(BOSS.id,)), BOSS).code == "cannot_decide"


def test_merging_moves_no_owner():
    assert decide_merge(OWNED, replace(FREE, owner_id=2), BOSS).outcome == 1
    assert decide_merge(OWNED, FREE, ZHOU).outcome == 1


@pytest.mark.parametrize(
    ("kept", "merged", "actor", "code"),
    [
        (OWNED, replace(FREE, renter_id=8), BOSS, "other_matter"),
        (OWNED, replace(FREE, lease_id=3), BOSS, "other_matter"),
        (OWNED, replace(FREE, state=CaseState.CLOSED), BOSS, "case_closed"),
        (replace(OWNED, state=CaseState.CLOSED), FREE, BOSS, "case_closed"),
        (OWNED, replace(FREE, type=CaseType.COMPLAINT), BOSS, "complaint_stays"),
        (replace(OWNED, type=CaseType.COMPLAINT), FREE, BOSS, "complaint_stays"),
        (OWNED, replace(FREE, open_claim=True), BOSS, "claim_open"),
        (FREE, OWNED, WU, "not_your_case"),
        (OWNED, FREE, RENTER, "not_your_case"),
    ],
)
def test_merging_what_does_not_belong_together_is_refused(kept, merged, actor, code):
    said = refused(decide_merge, kept, merged, actor)
    assert (said.code, said.rule) == (code, "OWN-4")


@pytest.mark.parametrize("actor", [RENTER, ZHOU, BOSS, SYSTEM])
def test_close_by_renter_owner_supervisor_or_system(actor):
    assert decide_close(OWNED, actor).outcome is CaseState.CLOSED


@pytest.mark.parametrize(
    ("case", "actor", "code"),
    [
        (OWNED, WU, "not_your_case"),
        (OWNED, Actor(Role.RENTER, 8), "not_your_case"),
        (replace(OWNED, open_claim=True), RENTER, "claim_open"),
        (replace(OWNED, state=CaseState.CLOSED), RENTER, "closed"),
    ],
)
def test_close_by_others_or_too_early_is_refused(case, actor, code):
    assert refused(decide_close, case, actor).code == code


@pytest.mark.parametrize(("stars", "state"), [(1, CaseState.CLOSED), (5, CaseState.CLOSED), (5, CaseState.RESOLVED)])
def test_rating_once_by_the_renter_after_the_desk_is_done(stars, state):
    assert decide_rating(replace(OWNED, state=state), RENTER, stars).outcome == stars


@pytest.mark.parametrize(
    ("case", "actor", "stars", "code"),
    [
        (OWNED, RENTER, 5, "not_closed"),
        (replace(OWNED, state=CaseState.CLOSED), ZHOU, 5, "not_yours"),
        (replace(OWNED, state=CaseState.CLOSED, rated=True), RENTER, 5, "rated"),
        (replace(OWNED, state=CaseState.CLOSED), RENTER, 0, "stars"),
        (replace(OWNED, state=CaseState.CLOSED), RENTER, 6, "stars"),
    ],
)
def test_rating_otherwise_is_refused(case, actor, stars, code):
    assert refused(decide_rating, case, actor, stars).code == code


def beijing(text):
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


@pytest.mark.parametrize(
    ("channel", "seconds"),
    [
        (Channel.ONLINE, 30),
        (Channel.PHONE, 20),
        (Channel.WECHAT, 60),
        (Channel.SMS, 60),
        (Channel.COMPLAINT_BOX, 300),
        (Channel.PORTAL, 300),
        (Channel.EMAIL, 3_600),
    ],
)
def test_first_answer_clock_by_channel(channel, seconds):
    opened_at = beijing("2026-03-02T10:00")
    first, substantive, decision = clocks_for(channel, CaseType.FAULT, opened_at, CLOCKS, CALENDAR)
    assert (first.kind, first.due_at) == (ClockKind.FIRST_ANSWER, opened_at + timedelta(seconds=seconds))
    assert substantive.due_at > first.due_at
    assert decision.due_at == beijing("2026-03-03T21:00")


def test_clock_opened_at_night_runs_from_the_morning():
    first, *_ = clocks_for(Channel.ONLINE, CaseType.FAULT, beijing("2026-03-06T23:00"), CLOCKS, CALENDAR)
    assert first.due_at == beijing("2026-03-09T09:00:30")


@pytest.mark.parametrize(
    ("opened", "due"),
    [("2026-03-02T10:00:00", "2026-03-02T10:00:15"), ("2026-03-06T23:00:00", "2026-03-06T23:15:00")],
)
def test_urgent_case_has_fifteen_seconds_or_the_on_call_time(opened, due):
    first, *_ = clocks_for(Channel.PHONE, CaseType.DEVICE_LOST, beijing(opened), CLOCKS, CALENDAR)
    assert first.due_at == beijing(due)


@pytest.mark.parametrize(
    ("case_type", "due"),
    [
        (CaseType.DAMAGE_DISPUTE, "2026-03-05T21:00"),
        (CaseType.CREDIT_REVIEW, "2026-03-03T21:00"),
        (CaseType.CREDIT_RECORD_OBJECTION, "2026-03-23T00:00"),
    ],
)
def test_decision_clock_by_type(case_type, due):
    assert decision_due_at(case_type, beijing("2026-03-02T10:00"), CLOCKS, CALENDAR) == beijing(due)


@pytest.mark.parametrize("channel", Channel)
@pytest.mark.parametrize("case_type", CaseType)
def test_every_channel_and_type_has_its_three_clocks(channel, case_type):
    clocks = clocks_for(channel, case_type, beijing("2026-03-02T10:00"), CLOCKS, CALENDAR)
    assert [clock.kind for clock in clocks] == [
        ClockKind.FIRST_ANSWER, ClockKind.SUBSTANTIVE_ANSWER, ClockKind.DECISION
    ]  # fmt: skip


def test_clocks_before_the_policy_are_not_invented():
    with pytest.raises(LookupError):
        service_clocks_from(CLOCK_FILE, date(2020, 1, 1))


@pytest.mark.parametrize(
    ("enum", "words"),
    [
        (CaseState, CASE_STATE_ZH),
        (Channel, CHANNEL_ZH),
        (MoveReason, MOVE_REASON_ZH),
        (ClockKind, CLOCK_ZH),
        (WishReason, WISH_REASON_ZH),
    ],
)
def test_every_value_has_its_word(enum, words):
    assert set(words) == set(enum)
