"""The claim's states, silence, quarantine, settlement and letter."""

import re
import tomllib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from shouwen.features.disputes.policy import claim_clocks_from, damage_policy_from, five_routes
from shouwen.features.disputes.rules.claim import (
    STEPS,
    decide_transition,
    next_acts,
    steps_from,
    until_when,
    whose_turn,
)
from shouwen.features.disputes.rules.letter import letter
from shouwen.features.disputes.rules.settlement import appraisal_share_fen, settle
from shouwen.features.disputes.rules.silence import decide_quarantine, decide_silence
from shouwen.features.disputes.types import (
    CLAIM_ACT_ZH,
    CLAIM_STATE_ZH,
    CLAIM_TURN_ZH,
    ENDED,
    ClaimAct,
    ClaimFacts,
    ClaimState,
    ClaimTurn,
    DecidedFinding,
    FindingOutcome,
    LetterFacts,
    Look,
    RuleLook,
    SilenceStep,
)
from shouwen.kernel.actor import SYSTEM, Actor, Role
from shouwen.kernel.days import BEIJING
from shouwen.kernel.errors import Refusal
from shouwen.kernel.working_time import WorkCalendar

POLICIES = Path(__file__).parents[2] / "policies"
LAW = tomllib.loads((POLICIES / "law.toml").read_text("utf-8"))
CLOCKS = claim_clocks_from(
    tomllib.loads((POLICIES / "service_clocks.toml").read_text("utf-8")), date(2026, 11, 20), 3, 5
)
CALENDAR = WorkCalendar()
MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # 10:00 in Beijing
RENTER = Actor(Role.RENTER, 7, "陈思宇")
SPECIALIST = Actor(Role.SPECIALIST, 3, "林专员")


def claim(state, **more):
    return ClaimFacts(state, MONDAY, **more)


def act(facts, what, actor, now=MONDAY):
    return decide_transition(facts, what, actor, now, CLOCKS, CALENDAR).outcome


def test_story_from_draft_to_settled_passes_every_step():
    state = ClaimState.DRAFTED
    for what, actor, then in [
        (ClaimAct.SEND_TO_RENTER, Actor(Role.INSPECTOR, 9), ClaimState.AWAITING_RENTER),
        (ClaimAct.CONTEST, RENTER, ClaimState.CONTESTED),
        (ClaimAct.START_REVIEW, SPECIALIST, ClaimState.UNDER_REVIEW),
        (ClaimAct.REQUEST_APPRAISAL, RENTER, ClaimState.APPRAISAL),
        (ClaimAct.FILE_APPRAISAL, Actor(Role.APPRAISER, 5), ClaimState.UNDER_REVIEW),
        (ClaimAct.DECIDE, SPECIALIST, ClaimState.DECIDED),
        (ClaimAct.APPEAL, RENTER, ClaimState.APPEALED),
    ]:
        state = act(claim(state), what, actor)
        assert state is then
    other = Actor(Role.SPECIALIST, 4)
    again = claim(state, appeals_used=1, decided_by=3)
    assert act(again, ClaimAct.DECIDE_APPEAL, other) is ClaimState.DECIDED
    assert act(claim(ClaimState.DECIDED, appeals_used=1), ClaimAct.SETTLE, SYSTEM) is ClaimState.SETTLED


@pytest.mark.parametrize("state", ClaimState)
@pytest.mark.parametrize("what", ClaimAct)
@pytest.mark.parametrize("role", Role)
def test_every_act_by_every_role_in_every_state_is_in_the_table_or_refused(state, what, role):
    allowed = [step for step in steps_from(state, role) if step.act is what]
    later = MONDAY + timedelta(days=30)
    if allowed:
        now = later if what is ClaimAct.SETTLE else MONDAY
        assert act(claim(state), what, Actor(role, 77), now) is allowed[0].then
    else:
        with pytest.raises(Refusal) as refused:
            act(claim(state), what, Actor(role, 77))
        assert refused.value.zh
        assert refused.value.remedy_zh


def test_every_act_is_used_and_no_step_is_written_twice():
    assert {step.act for step in STEPS} == set(ClaimAct)
    keys = [(step.state, step.act, role) for step in STEPS for role in step.roles]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("state", ClaimState)
def test_whose_turn_it_is_can_act_and_ended_claims_are_nobodys(state):
    turn = whose_turn(claim(state))
    assert (turn is ClaimTurn.NOBODY) is (state in ENDED)
    acting = next_acts(claim(state), Role(turn.value)) if turn is not ClaimTurn.NOBODY else ()
    assert bool(acting) is (turn is not ClaimTurn.NOBODY)


def test_second_appeal_is_refused_and_points_to_the_five_routes():
    facts = claim(ClaimState.DECIDED, appeals_used=1)
    with pytest.raises(Refusal, match="appeal_used") as refused:
        act(facts, ClaimAct.APPEAL, RENTER)
    assert "五种途径" in refused.value.remedy_zh
    assert ClaimAct.APPEAL not in {one.act for one in next_acts(facts, Role.RENTER)}
    assert whose_turn(facts) is ClaimTurn.SYSTEM


def test_appeal_is_open_through_its_last_beijing_day():
    last = datetime(2026, 11, 30, 23, 59, 59, tzinfo=BEIJING)
    assert act(claim(ClaimState.DECIDED), ClaimAct.APPEAL, RENTER, last) is ClaimState.APPEALED
    with pytest.raises(Refusal, match="appeal_too_late"):
        act(claim(ClaimState.DECIDED), ClaimAct.APPEAL, RENTER, last + timedelta(seconds=1))


def test_settling_before_the_appeal_days_are_over_needs_the_renter():
    with pytest.raises(Refusal, match="appeal_still_open"):
        act(claim(ClaimState.DECIDED), ClaimAct.SETTLE, SYSTEM)
    assert act(claim(ClaimState.DECIDED), ClaimAct.SETTLE, RENTER) is ClaimState.SETTLED


@pytest.mark.parametrize(
    ("facts", "what"),
    [
        (claim(ClaimState.APPEALED, decided_by=3, appeals_used=1), ClaimAct.DECIDE_APPEAL),
        (claim(ClaimState.UNDER_REVIEW, drafted_by=3), ClaimAct.DECIDE),
    ],
    ids=["own decision", "own report"],
)
def test_nobody_decides_on_their_own_work(facts, what):
    with pytest.raises(Refusal, match="not_your_own"):
        act(facts, what, SPECIALIST)


@pytest.mark.parametrize(
    ("facts", "until"),
    [
        (claim(ClaimState.DRAFTED, delivered_on=date(2026, 11, 18)), "2026-11-22T00:00"),
        (claim(ClaimState.AWAITING_RENTER), "2026-11-29T00:00"),
        (claim(ClaimState.CONTESTED), "2026-11-26T21:00"),
        (claim(ClaimState.CONTESTED, complete_at=MONDAY + timedelta(days=3)), "2026-12-01T21:00"),
        (claim(ClaimState.APPRAISAL), "2026-12-04T00:00"),
        (claim(ClaimState.DECIDED), "2026-12-01T00:00"),
        (claim(ClaimState.DECIDED, appeals_used=1), None),
        (claim(ClaimState.SETTLED), None),
    ],
)
def test_until_when_follows_contract_days_and_working_days(facts, until):
    due_at = until_when(facts, CLOCKS, CALENDAR)
    assert due_at == (datetime.fromisoformat(until).replace(tzinfo=BEIJING) if until else None)


def silence(facts, day, hour=12):
    now = datetime(2026, 11, 1, hour, tzinfo=BEIJING) + timedelta(days=day - 1)
    return decide_silence(facts, now, CLOCKS, CALENDAR)


def test_silent_renter_gets_two_reminders_then_a_decision_on_the_file():
    waiting = ClaimState.AWAITING_RENTER
    assert silence(claim(waiting), 28).outcome is SilenceStep.WAIT
    assert silence(claim(waiting), 29).outcome is SilenceStep.REMIND
    assert silence(claim(waiting, reminders_sent=1), 30).outcome is SilenceStep.WAIT
    assert silence(claim(waiting, reminders_sent=1), 31).outcome is SilenceStep.REMIND
    assert silence(claim(waiting, reminders_sent=2), 32).outcome is SilenceStep.WAIT
    last = silence(claim(waiting, reminders_sent=2), 33)
    assert last.outcome is SilenceStep.REVIEW_ON_FILE
    assert "不视为认可" in last.reasons[0].zh


def test_silent_lessor_escalates_then_charges_nothing():
    assert silence(claim(ClaimState.CONTESTED), 27).outcome is SilenceStep.ESCALATE
    assert silence(claim(ClaimState.CONTESTED), 30).outcome is SilenceStep.ESCALATE
    assert silence(claim(ClaimState.CONTESTED), 33).outcome is SilenceStep.NOT_CHARGED


def test_silent_inspector_charges_nothing_and_silent_appraiser_leaves_the_file():
    drafted = claim(ClaimState.DRAFTED, delivered_on=date(2026, 11, 18))
    assert silence(drafted, 22).outcome is SilenceStep.NOT_CHARGED
    assert silence(claim(ClaimState.APPRAISAL), 38).outcome is SilenceStep.REVIEW_ON_FILE


@pytest.mark.parametrize("state", ClaimState)
def test_silence_is_decided_in_every_state(state):
    assert silence(claim(state, reminders_sent=2), 90).outcome in SilenceStep


def test_every_silence_step_occurs():
    seen = {
        silence(claim(state, reminders_sent=sent), day).outcome
        for state in ClaimState
        for sent in (0, 1, 2)
        for day in range(20, 60)
    }
    assert seen == set(SilenceStep)


@pytest.mark.parametrize("state", ClaimState)
def test_quarantine_holds_exactly_while_contested(state):
    contested = {
        ClaimState.AWAITING_RENTER,
        ClaimState.CONTESTED,
        ClaimState.UNDER_REVIEW,
        ClaimState.APPRAISAL,
        ClaimState.APPEALED,
    }
    assert decide_quarantine(claim(state), MONDAY, CLOCKS).held is (state in contested)


def test_quarantine_ends_fifteen_days_after_evidence_was_asked_for_once_the_renter_was_told():
    facts = claim(ClaimState.CONTESTED, last_asked_at=MONDAY)
    day = timedelta(days=1)
    held = decide_quarantine(facts, MONDAY + 11 * day, CLOCKS)
    soon = decide_quarantine(facts, MONDAY + 12 * day, CLOCKS)
    told = decide_quarantine(replace(facts, release_told_at=MONDAY + 12 * day), MONDAY + 14 * day, CLOCKS)
    assert (held.held, held.tell_renter, held.until) == (True, False, MONDAY + 15 * day)
    assert (soon.held, soon.tell_renter, soon.until) == (True, True, MONDAY + 15 * day)
    assert (told.held, told.tell_renter, told.until) == (True, False, MONDAY + 15 * day)


def test_quarantine_told_late_lasts_the_days_of_notice_and_untold_it_never_ends():
    facts = claim(ClaimState.APPRAISAL, last_asked_at=MONDAY)
    day = timedelta(days=1)
    untold = decide_quarantine(facts, MONDAY + 40 * day, CLOCKS)
    late = decide_quarantine(replace(facts, release_told_at=MONDAY + 14 * day), MONDAY + 16 * day, CLOCKS)
    assert (untold.held, untold.tell_renter) == (True, True)
    assert (late.held, late.until) == (True, MONDAY + 17 * day)


def test_quarantine_begins_again_when_evidence_is_asked_for_after_it_was_told_or_released():
    told = claim(ClaimState.CONTESTED, last_asked_at=MONDAY, release_told_at=MONDAY - timedelta(days=2))
    assert decide_quarantine(told, MONDAY, CLOCKS).until == MONDAY + timedelta(days=15)
    freed = replace(told, phone_released_at=MONDAY - timedelta(days=1))
    assert decide_quarantine(freed, MONDAY, CLOCKS).held
    assert not decide_quarantine(replace(freed, phone_released_at=MONDAY), MONDAY, CLOCKS).held


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_settlement_balances(hold_fen, decided_fen):
    split = settle(hold_fen, decided_fen)
    assert split.capture_fen + split.release_fen == hold_fen
    assert split.capture_fen + split.owed_fen == decided_fen
    assert min(split.capture_fen, split.release_fen, split.owed_fen) >= 0
    assert 0 in (split.release_fen, split.owed_fen)


@pytest.mark.parametrize(("hold_fen", "decided_fen"), [(-1, 0), (0, -1)])
def test_settlement_of_negative_amounts_is_a_bug(hold_fen, decided_fen):
    with pytest.raises(ValueError, match="negative"):
        settle(hold_fen, decided_fen)


def test_renter_pays_at_most_the_smaller_of_appraisal_fee_and_charge():
    assert appraisal_share_fen(20_000, 9_000, True) == 9_000
    assert appraisal_share_fen(5_000, 9_000, True) == 5_000
    assert appraisal_share_fen(5_000, 9_000, False) == 0


FACTS = LetterFacts(
    claim_ref="DS-1",
    lease_ref="ZL-20251130-0417",
    case_ref="SW-ABCDEFGHJK",
    renter_name="陈思宇",
    model="iPhone 15 Pro Max",
    received_on=date(2025, 12, 3),
    returned_on=date(2026, 11, 18),
    decided_on=date(2026, 11, 24),
    decided_by=("林专员",),
    appeal_until=date(2026, 12, 1),
    hold_fen=300_000,
    contract_version="v1",
    policy="law:civil-code-710@2021-01-01",
)
SPOKE = RuleLook("DMG-2", Look.SPOKE, "出库影像同处可见", "visible", ("ZJ-OUT-1",))
KEPT = DecidedFinding(
    2, "后盖 · 裂纹", 50_000, 26_000, FindingOutcome.CHARGED, (SPOKE,), ("取最低 = 260.00",),
    ("交机时拍的正面照（2025-12-03）",), ("ZJ-1",),
)  # fmt: skip
DROPPED = DecidedFinding(1, "左上边框 · 划痕", 32_000, 0, FindingOutcome.PRE_EXISTING, (SPOKE,))


def test_letter_names_facts_evidence_rules_amount_appeal_and_five_routes():
    written = letter(FACTS, [DROPPED, KEPT], five_routes(LAW, date(2026, 11, 24)))
    text = "\n".join(line for section in written.sections for line in section.lines)
    small = "\n".join(line for section in written.sections for line in section.small)
    assert re.findall(r"\b[A-Z]{2}-[0-9A-Z]", text + written.greeting + written.summary + written.signature) == []
    assert "依据《民法典》第 710 条" in written.signature
    for part in ("ZJ-1", "ZJ-OUT-1", "ZL-20251130-0417"):
        assert part in small
    for part in ("交机时拍的正面照（2025-12-03）", "出库影像同处可见", "[DMG-2]", "260.00", "2026-12-01", "12315"):
        assert part in text
    assert written.decided_fen == 26_000
    assert written.settlement.release_fen == 274_000
    assert written.summary == "2 处痕迹中 1 处需要支付，合计 ¥260.00（验机主张 ¥820.00）。"
    assert len(written.routes) == 5


def test_letter_on_nothing_to_pay_says_so_and_after_appeal_names_no_second_one():
    routes = five_routes(LAW, date(2026, 11, 24))
    written = letter(replace(FACTS, appeal_until=None, on_appeal=True), [DROPPED], routes)
    assert written.summary == "1 处痕迹均不收取费用。"
    assert written.title == "定损复核裁定书"
    assert "已用完" in "".join(line for section in written.sections for line in section.lines)


@pytest.mark.parametrize(("findings", "routes"), [([], ("",) * 5), ([KEPT], ())])
def test_letter_without_findings_or_routes_is_refused(findings, routes):
    with pytest.raises(ValueError, match="five routes"):
        letter(FACTS, findings, routes)


@pytest.mark.parametrize("outcome", FindingOutcome)
def test_letter_has_words_for_every_outcome(outcome):
    one = replace(DROPPED, outcome=outcome)
    assert letter(FACTS, [one], ("",) * 5).sections[2].lines[0]


@pytest.mark.parametrize(
    ("enum", "words"),
    [(ClaimState, CLAIM_STATE_ZH), (ClaimAct, CLAIM_ACT_ZH), (ClaimTurn, CLAIM_TURN_ZH)],
)
def test_every_value_has_its_word(enum, words):
    assert set(words) == set(enum)


def test_law_outside_its_dates_is_not_cited():
    assert damage_policy_from(LAW, date(2026, 1, 1)).wear_article == "民法典 710"
    with pytest.raises(LookupError):
        damage_policy_from(LAW, date(2020, 1, 1))
