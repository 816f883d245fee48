"""AUTH-1: limits, cumulative sums, approvals, firms without a second person."""

import tomllib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shouwen.features.people.rules.authority import (
    Allowed,
    AloneOutcome,
    ApprovalNeeded,
    PowerAct,
    authority_from,
    decide_authority,
    decide_without_second_person,
    others_needed,
)
from shouwen.kernel.actor import Role, reaches

FILE = tomllib.loads((Path(__file__).parents[2] / "policies" / "authority.toml").read_text("utf-8"))
POLICY = authority_from(FILE, date(2026, 3, 2))
NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


def decide(act, amount_fen, role, used_fen=0):
    return decide_authority(act, amount_fen, used_fen, role, POLICY).outcome


@pytest.mark.parametrize(
    ("amount_fen", "role", "then"),
    [
        (3_000, Role.AGENT, Allowed()),
        (3_001, Role.AGENT, ApprovalNeeded(Role.SPECIALIST, 1)),
        (3_001, Role.SPECIALIST, Allowed()),
        (50_001, Role.AGENT, ApprovalNeeded(Role.SUPERVISOR, 1)),
        (50_001, Role.SPECIALIST, ApprovalNeeded(Role.SUPERVISOR, 1)),
        (500_000, Role.SUPERVISOR, Allowed()),
        (500_001, Role.SUPERVISOR, ApprovalNeeded(Role.SUPERVISOR, 2)),
        (100, Role.INSPECTOR, ApprovalNeeded(Role.AGENT, 1)),
        (100, Role.ASSISTANT, ApprovalNeeded(Role.AGENT, 1)),
    ],
)
def test_waiver_by_role_up_to_its_limit(amount_fen, role, then):
    assert decide(PowerAct.LATE_FEE_WAIVER, amount_fen, role) == then


def test_limit_counts_what_the_lease_had_in_twelve_months():
    assert decide(PowerAct.LATE_FEE_WAIVER, 1_000, Role.AGENT, 2_000) == Allowed()
    assert decide(PowerAct.LATE_FEE_WAIVER, 1_000, Role.AGENT, 2_001) == ApprovalNeeded(Role.SPECIALIST, 1)


@pytest.mark.parametrize(
    ("needed", "role", "then"),
    [
        (ApprovalNeeded(Role.SPECIALIST, 2), Role.SPECIALIST, 1),
        (ApprovalNeeded(Role.SUPERVISOR, 2), Role.SUPERVISOR, 1),
        (ApprovalNeeded(Role.SUPERVISOR, 2), Role.SPECIALIST, 2),
        (ApprovalNeeded(Role.SUPERVISOR, 2), Role.AGENT, 2),
        (ApprovalNeeded(Role.SUPERVISOR, 1), Role.AGENT, 1),
    ],
)
def test_author_counts_among_the_people_only_with_the_role_asked_for(needed, role, then):
    assert others_needed(needed, role) == then


@pytest.mark.parametrize(("larger_fen", "then"), [(99_999, Allowed()), (100_000, ApprovalNeeded(Role.SPECIALIST, 2))])
def test_claim_from_a_thousand_needs_two_persons(larger_fen, then):
    assert decide(PowerAct.DAMAGE_DECISION, larger_fen, Role.SPECIALIST) == then


def test_decision_records_rule_source_and_version():
    decision = decide_authority(PowerAct.WRITE_OFF, 100, 0, Role.AGENT, POLICY)
    assert decision.rules == ("AUTH-1",)
    assert decision.policy == "authority-1"
    assert "主管" in decision.reasons[0].zh


def test_role_reaches_those_below_it_and_others_reach_nobody():
    assert reaches(Role.SPECIALIST, Role.SPECIALIST)
    assert reaches(Role.SUPERVISOR, Role.SPECIALIST)
    assert not reaches(Role.AGENT, Role.SPECIALIST)
    assert not any(reaches(role, Role.AGENT) for role in (Role.RENTER, Role.INSPECTOR, Role.ADMIN, Role.SYSTEM))


def test_without_second_person_favours_pass_and_others_wait_a_day():
    passes = decide_without_second_person(PowerAct.LATE_FEE_WAIVER, NOW, NOW, POLICY)
    waits = decide_without_second_person(PowerAct.DAMAGE_DECISION, NOW, NOW + timedelta(hours=23), POLICY)
    leaves = decide_without_second_person(PowerAct.DAMAGE_DECISION, NOW, NOW + timedelta(hours=24), POLICY)
    assert [one.outcome for one in (passes, waits, leaves)] == list(AloneOutcome)


@pytest.mark.parametrize("act", PowerAct)
@pytest.mark.parametrize("role", Role)
def test_every_act_by_every_role_is_decided(act, role):
    assert isinstance(decide(act, 12_345, role), Allowed | ApprovalNeeded)


@given(st.sampled_from(list(PowerAct)), st.integers(0, 10**9), st.integers(0, 10**9))
def test_higher_role_may_whatever_a_lower_one_may(act, amount_fen, used_fen):
    allowed = [
        isinstance(decide(act, amount_fen, role, used_fen), Allowed)
        for role in (Role.AGENT, Role.SPECIALIST, Role.SUPERVISOR)
    ]
    assert allowed == sorted(allowed)


def test_negative_amount_is_a_bug_and_no_policy_no_power():
    with pytest.raises(ValueError, match="never negative"):
        decide(PowerAct.WRITE_OFF, -1, Role.SUPERVISOR)
    with pytest.raises(LookupError):
        authority_from(FILE, date(2020, 1, 1))
