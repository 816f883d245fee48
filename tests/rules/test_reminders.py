"""REM-1: who is reminded when, in which words."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from shouwen.features.arrears.policy import arrears_policy_on
from shouwen.features.arrears.rules.reminders import (
    decide_reminder,
    is_allowed,
    next_allowed,
    plan_of,
    reminder_text,
    send_at,
)
from shouwen.features.arrears.types import REMINDERS, NoticeKind, ReminderFacts
from shouwen.features.cases.rules.credit_threats import find_credit_threats
from shouwen.kernel.days import beijing_at

DUE_ON = date(2026, 11, 15)
POLICY = arrears_policy_on(DUE_ON)
USUAL = POLICY.plan("")
STEPS = [step for plan in POLICY.plans for step in plan.steps]


def facts(**more):
    values = {"no": 7, "model": "iPhone 15", "due_on": DUE_ON, "outstanding_fen": 50_000, **more}
    return ReminderFacts(**values)


def step_on(days, **more):
    return decide_reminder(facts(**more), USUAL, DUE_ON + timedelta(days=days)).outcome


def beijing(day, hour, minute=0):
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


def test_plan_reminds_before_on_and_after_the_due_day_once_each():
    found = [step.days for day in range(-5, 12) if (step := step_on(day))]
    assert found == [-3, 0, 1, 3, 7]


@pytest.mark.parametrize(
    "silent",
    [
        {"outstanding_fen": 0},
        {"contested_fen": 50_000},
        {"undone": True},
        {"asked_relief": True},
        {"demanded": True},
    ],
)
def test_paid_contested_undone_and_answered_instalments_are_left_alone(silent):
    decided = decide_reminder(facts(**silent), USUAL, DUE_ON + timedelta(days=3))
    assert decided.outcome is None
    assert decided.reasons[0].zh


def test_reminder_of_a_partly_contested_instalment_names_the_rest_only():
    one = facts(contested_fen=20_000)
    step = decide_reminder(one, USUAL, DUE_ON + timedelta(days=1)).outcome
    assert "¥300.00" in reminder_text(step, one, DUE_ON + timedelta(days=1))


def test_contract_naming_another_plan_follows_it_and_an_unknown_name_the_first():
    assert [step.days for step in POLICY.plan("gentle").steps] == [-5, 2, 10]
    assert POLICY.plan("no longer there") is USUAL


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (beijing(15, 9), beijing(15, 9)),
        (beijing(15, 19, 59), beijing(15, 19, 59)),
        (beijing(15, 8, 59), beijing(15, 9)),
        (beijing(15, 20), beijing(16, 9)),
        (beijing(15, 23, 30), beijing(16, 9)),
    ],
)
def test_message_outside_the_hours_waits_for_the_next_opening(at, expected):
    assert next_allowed(at, time(9), time(20)) == expected
    assert is_allowed(at, time(9), time(20)) == (at == expected)


def test_every_reminder_of_every_plan_is_sent_within_the_hours():
    for plan in POLICY.plans:
        for planned in plan_of(DUE_ON, plan, POLICY):
            assert POLICY.opens <= beijing_at(planned.send_at).time() < POLICY.closes


def test_reminder_goes_out_later_the_same_day_and_never_the_next():
    assert send_at(DUE_ON, USUAL, POLICY, beijing(15, 0, 5)) == beijing(15, 10)
    assert send_at(DUE_ON, USUAL, POLICY, beijing(15, 13)) == beijing(15, 13)
    assert send_at(DUE_ON, USUAL, POLICY, beijing(15, 20, 1)) is None
    assert send_at(DUE_ON, USUAL, POLICY, beijing(16, 9)) is None


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.step)
def test_words_of_every_reminder_are_whole_polite_and_without_threat(step):
    text = reminder_text(step, facts(), DUE_ON + timedelta(days=max(0, step.days)))
    assert "{" not in text
    assert "¥500.00" in text
    assert "您" in text
    assert not list(find_credit_threats(text, False, False))
    for word in ("征信", "芝麻", "起诉", "律师", "上门", "联系人", "后果", "否则", "必须", "立即"):
        assert word not in text
    assert step.kind in REMINDERS
    assert (step.days < 0, step.days == 0) == (step.kind is NoticeKind.BEFORE_DUE, step.kind is NoticeKind.DUE_TODAY)


def test_step_names_are_unique_over_all_plans():
    assert len({step.step for step in STEPS}) == len(STEPS)
