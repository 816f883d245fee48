"""A damage claim from inspection to settlement: answers, proposal, decision, appeal, money."""

import asyncio
from datetime import date, timedelta

import pytest
from claim_ground import NOW, open_claims
from lease_ground import in_act

from shouwen.features.cases import use_cases as cases
from shouwen.features.disputes.types import ClaimState, FindingOutcome
from shouwen.features.disputes.use_cases import answering, deciding, inspecting, reading
from shouwen.features.money.public import receive_payment
from shouwen.kernel.errors import Absent, BadInput, Refusal
from shouwen.platform import approvals

AFTER_APPEAL_DAYS = NOW + timedelta(days=8)


@pytest.fixture
def claims(house):
    return open_claims(house)


# The whole story


def test_story_contested_decided_and_accepted_books_charge_and_releases_the_rest(claims):
    filed = claims.file()
    assert (filed.claimed_fen, claims.lease_state()) == (18_000, "settling")
    statement_photo = claims.media("statement", "back", role="renter")
    moved = claims.answer(filed.claim_ref, "contest", media=(statement_photo,))
    assert (moved.state, moved.turn) == (ClaimState.CONTESTED, "specialist")

    case = claims.desk.case(moved.case_ref)
    assert (case["type"], case["claim_turn"], case["lease_id"]) == ("damage_dispute", "specialist", claims.lease.id)
    page = claims.desk.read(moved.case_ref)
    assert page.messages[0].kind == "statement"
    assert "后盖 划痕 12 mm" in page.messages[0].body
    assert page.messages[0].extra["media"] == [statement_photo]
    assert [(one.amount_fen, one.ends_on) for one in page.pauses] == [(18_000, None)]
    assert "decision" in {str(one.kind) for one in page.clocks}
    assert {"handover_media", "inspection_report"} <= {str(item.kind) for item in page.checklist}

    claims.ask_in(moved.case_ref)
    proposal = claims.proposal(filed.claim_ref)
    assert (proposal.findings[0].outcome, proposal.charge_fen) == (FindingOutcome.CHARGED, 15_000)
    assert proposal.findings[0].to_mark == ("seen_at_handover",)
    assert [one.label for one in proposal.findings[0].inputs if one.least] == ["市场维修价"]

    decided = claims.decide(filed.claim_ref, words="我们逐张比对了影像。")
    assert (decided.state, decided.decided_fen, decided.turn) == (ClaimState.DECIDED, 15_000, "renter")
    assert claims.damage() == [(15_000, 0, 0, 15_000)]
    assert claims.hold() == (300_000, 0, 285_000)  # what nobody disputes goes back at once, the rest is not taken yet
    page = claims.desk.read(moved.case_ref)
    assert (page.case.turn, page.messages[-1].kind) == ("renter", "decision")
    assert page.messages[-1].body.startswith("我们逐张比对了影像。")
    assert [one.ends_on for one in page.pauses] == [date(2026, 11, 26)]
    assert [one.stopped_at for one in page.clocks if one.kind == "decision"] == [NOW]
    with pytest.raises(Refusal):
        claims.act(claims.renter, cases.close_case, cases.CloseCase(moved.case_ref))

    view = claims.decision(filed.claim_ref)
    assert view.can_appeal
    assert view.can_close
    assert len(view.letter.routes) == 5
    assert view.detail.findings[0].rules[0].rule == "DMG-8"
    assert (view.letter.settlement.capture_fen, view.letter.settlement.release_fen) == (15_000, 285_000)

    settled = claims.accept(filed.claim_ref)
    assert settled.state == ClaimState.SETTLED
    assert claims.damage() == [(15_000, 15_000, 0, 0)]
    assert claims.hold() == (300_000, 15_000, 285_000)
    assert claims.lease_state() == "closed"
    claims.act(claims.renter, cases.close_case, cases.CloseCase(moved.case_ref))
    for kind in ("inspection.filed", "claim.contested", "pause.started", "claim.decided", "claim.settled"):
        assert kind in claims.kinds()
    unsealed = claims.house.sql(
        "SELECT j.kind FROM journal j JOIN outbox o ON o.journal_id = j.id WHERE j.kind LIKE 'claim.%' AND NOT o.sealed"
    )
    assert unsealed == []


def test_reply_and_quote_while_the_decision_is_ours_leave_the_turn_with_us(claims):
    filed = claims.file()
    moved = claims.answer(filed.claim_ref, "contest")
    claims.desk.take(moved.case_ref)
    due_at = claims.desk.one("SELECT due_at FROM case_clocks WHERE kind = 'decision' AND stopped_at IS NULL")
    claims.desk.reply(moved.case_ref, "已收到您的照片，我们正在逐处比对出库影像。")
    case = claims.desk.case(moved.case_ref)
    assert (case["turn"], case["turn_until"]) == ("desk", due_at)
    claims.act(claims.agent, cases.insert_quote, cases.InsertQuote(moved.case_ref))
    assert claims.desk.case(moved.case_ref)["turn"] == "desk"


def test_story_mark_seen_at_handover_proposes_and_books_nothing(claims):
    ref = claims.contested()
    marks = (deciding.FindingMarks(1, seen_at_handover=True),)
    proposal = claims.act(claims.specialist, deciding.mark_facts, deciding.MarkFacts(ref, marks))
    assert proposal.findings[0].outcome == FindingOutcome.PRE_EXISTING
    decided = claims.decide(ref, claims.verdict())
    assert decided.decided_fen == 0
    assert claims.damage() == []
    assert claims.hold() == (300_000, 0, 300_000)
    assert claims.decision(ref).letter.summary == "1 处痕迹均不收取费用。"


def test_file_inspection_without_findings_releases_the_whole_deposit(claims):
    filed = claims.act(claims.inspector, *_file(claims))
    assert (filed.claim_ref, claims.lease_state(), claims.hold()) == ("", "settling", (300_000, 0, 300_000))
    assert claims.desk.one("SELECT count(*) FROM claims") == 0


def _file(claims, *findings, **more):
    return inspecting.file_inspection, claims.command(*findings, **more)


# Answers


def test_answer_claim_all_accepted_charges_the_proposal_and_settles(claims):
    ref = claims.file().claim_ref
    moved = claims.answer(ref, "accept")
    assert (moved.state, moved.case_ref) == (ClaimState.SETTLED, "")
    assert claims.damage() == [(15_000, 15_000, 0, 0)]  # the market price, below the 180.00 that were claimed
    assert claims.hold() == (300_000, 15_000, 285_000)
    assert claims.lease_state() == "closed"
    view = claims.decision(ref)
    assert view.decided_by_name == "系统（租客认可）"
    assert (view.can_appeal, view.can_close, view.detail.appeal_until) == (False, False, None)
    assert "申诉" not in str(view.letter.sections)  # the letter promises nothing that is not there


def test_answer_claim_accepted_without_market_price_waits_for_a_person(claims):
    ref = claims.file(claims.finding(market_repair_price_fen=None)).claim_ref
    moved = claims.answer(ref, "accept")
    assert (moved.state, moved.turn) == (ClaimState.ACCEPTED, "specialist")
    assert claims.damage() == []
    assert claims.desk.read(moved.case_ref).pauses == ()  # nothing is contested
    claims.ask_in(moved.case_ref)
    listed = claims.act(claims.specialist, *_list())
    assert [row.claim_ref for row in listed.rows] == [ref]
    marks = (deciding.FindingMarks(1, market_repair_price_fen=12_000, market_repair_source="官方售后"),)
    claims.act(claims.specialist, deciding.mark_facts, deciding.MarkFacts(ref, marks))
    assert claims.decide(ref, claims.verdict()).decided_fen == 12_000


def _list(**more):
    return reading.list_claims, reading.ListClaims(**more)


def test_answer_claim_one_of_two_contested_pauses_only_that_amount(claims):
    ref = claims.file(claims.finding(), claims.finding(price="frame_left.scratch.medium")).claim_ref
    moved = claims.answer(ref, "accept", "contest")
    assert [one.amount_fen for one in claims.desk.read(moved.case_ref).pauses] == [32_000]
    view = claims.read(ref)
    assert [finding.answer for finding in view.findings] == ["accepted", "contested"]


def test_answer_claim_double_click_opens_one_case(claims):
    ref = claims.file().claim_ref
    first = claims.answer(ref, "contest", key="answer-once")
    assert claims.answer(ref, "contest", key="answer-once") == first
    assert claims.desk.one("SELECT count(*) FROM cases") == 1
    with pytest.raises(Refusal) as refused:
        claims.answer(ref, "accept")
    assert refused.value.code == "claim_act_not_possible"


@pytest.mark.parametrize("answers", [(), ("accept", "accept")])
def test_answer_claim_not_every_finding_once_refused(claims, answers):
    ref = claims.file().claim_ref
    with pytest.raises(BadInput):
        claims.answer(ref, *answers)
    assert claims.read(ref).state == ClaimState.AWAITING_RENTER


def test_answer_claim_unknown_choice_refused_and_nothing_opened(claims):
    ref = claims.file().claim_ref
    with pytest.raises(BadInput):
        claims.answer(ref, "contest", choices=(answering.StatementChoice("since", ("never",)),))
    assert claims.desk.one("SELECT count(*) FROM cases") == 0


def test_answer_claim_after_the_days_still_counts_and_is_marked_late(claims):
    ref = claims.file().claim_ref
    claims.answer(ref, "contest", at=NOW + timedelta(days=9))
    entry = claims.house.sql("SELECT rule, data FROM journal WHERE kind = 'claim.contested'")[0]
    assert (entry["rule"], entry["data"]["late"]) == ("SIL-1", True)


# Silence


def test_advance_claim_silent_renter_reminded_twice_then_reviewed_never_accepted(claims):
    ref = claims.file().claim_ref
    for days, kind in ((8, "claim.reminded"), (11, "claim.reminded"), (14, "claim.review_on_file")):
        claims.advance(ref, NOW + timedelta(days=days))
        assert claims.kinds()[-1] == kind or kind in claims.kinds()[-3:]
    view = claims.read(ref, claims.specialist)
    assert (view.state, view.findings[0].answer) == (ClaimState.UNDER_REVIEW, "")
    assert claims.damage() == []
    late = claims.answer(ref, "contest", at=NOW + timedelta(days=14))
    assert (late.state, late.case_ref) == (ClaimState.UNDER_REVIEW, view.case_ref)
    assert [one.amount_fen for one in claims.desk.read(view.case_ref).pauses] == [18_000]
    with pytest.raises(Refusal) as again:
        claims.answer(ref, "contest", at=NOW + timedelta(days=14))
    assert again.value.code == "claim_act_not_possible"


def test_answer_claim_accepted_late_under_review_settles_as_proposed(claims):
    ref = claims.file().claim_ref
    for days in (8, 11, 14):
        claims.advance(ref, NOW + timedelta(days=days))
    moved = claims.answer(ref, "accept", at=NOW + timedelta(days=14))
    assert moved.state == ClaimState.SETTLED
    case = claims.desk.case(moved.case_ref)
    assert (case["turn"], case["claim_turn"]) == ("nobody", None)
    assert claims.hold() == (300_000, 15_000, 285_000)


def test_advance_claim_silent_lessor_escalates_then_charges_nothing(claims):
    ref = claims.contested()
    claims.advance(ref, NOW + timedelta(days=4))
    assert claims.kinds()[-1] == "claim.escalated"
    claims.advance(ref, NOW + timedelta(days=10))
    assert claims.decision(ref).decided_fen == 0
    assert claims.hold() == (300_000, 0, 300_000)


def test_advance_claim_before_its_day_refused_and_changes_nothing(claims):
    ref = claims.contested()
    with pytest.raises(Refusal) as refused:
        claims.advance(ref, NOW + timedelta(hours=1))
    assert refused.value.code == "not_due"


def test_advance_claim_decided_settles_only_after_the_days_to_appeal(claims):
    ref = claims.contested()
    claims.decide(ref)
    with pytest.raises(Refusal) as refused:
        claims.advance(ref, NOW + timedelta(days=6))
    assert refused.value.code == "appeal_still_open"
    assert claims.hold() == (300_000, 0, 285_000)
    assert claims.advance(ref, AFTER_APPEAL_DAYS).state == ClaimState.SETTLED
    assert claims.hold() == (300_000, 15_000, 285_000)


def test_accept_decision_after_paying_otherwise_releases_the_whole_deposit(claims):
    ref = claims.contested()
    claims.decide(ref)
    charge_id = claims.desk.one("SELECT id FROM charges WHERE kind = 'damage'")
    in_act(
        claims.house,
        lambda ctx: receive_payment(
            ctx.conn, ctx.act_id, claims.lease, 15_000, "P-damage", NOW.date(), named=[charge_id]
        ),
    )
    claims.accept(ref)
    assert claims.hold() == (300_000, 0, 300_000)
    assert claims.damage() == [(15_000, 15_000, 0, 0)]


def test_accept_decision_with_rent_still_open_leaves_the_lease_settling(claims):
    claims.lease = claims.returned(claims.house, 3, claims.renter, paid=11)
    ref = claims.contested()
    claims.decide(ref)
    claims.accept(ref)
    assert claims.lease_state() == "settling"


# Appeal


def test_appeal_claim_lowered_by_another_person_corrects_the_book(claims):
    ref = claims.contested()
    case_ref = claims.decide(ref).case_ref
    moved = claims.appeal(ref)
    assert (moved.state, moved.turn) == (ClaimState.APPEALED, "specialist")
    page = claims.desk.read(case_ref)
    assert [one.reason for one in page.pauses] == ["dispute", "appeal"]
    assert (page.case.turn, page.case.turn_until) == ("desk", moved.turn_until)  # the owner asks another person in
    assert not claims.proposal(ref).may_decide
    assert claims.proposal(ref, claims.supervisor).may_decide
    with pytest.raises(Refusal) as refused:
        claims.decide(ref)
    assert refused.value.code in ("not_your_own", "not_asked_in")
    verdict = claims.verdict(1, "charge", amount_fen=5_000, reason="按部分责任核减")
    decided = claims.decide(ref, verdict, actor=claims.supervisor)
    assert (decided.decided_fen, decided.turn) == (5_000, "system")
    assert claims.damage() == [(15_000, 0, 10_000, 5_000)]
    assert claims.hold() == (300_000, 0, 295_000)
    assert not claims.decision(ref).can_appeal
    with pytest.raises(Refusal) as twice:
        claims.appeal(ref)
    assert twice.value.code in ("appeal_used", "claim_act_not_possible")
    with pytest.raises(Refusal) as early:
        claims.advance(ref, NOW + timedelta(days=1))  # collection rests three days more (PAUSE-1)
    assert early.value.code == "not_due"
    claims.advance(ref, NOW + timedelta(days=4))
    assert claims.hold() == (300_000, 5_000, 295_000)


def test_appeal_claim_never_ends_heavier_than_the_first_decision(claims):
    ref = claims.contested()
    claims.decide(ref, claims.verdict(1, "charge", amount_fen=6_000, reason="核减", seen_at_handover=False))
    claims.appeal(ref)
    heavier = claims.verdict(1, "charge", amount_fen=6_001, reason="重新认定")
    with pytest.raises(BadInput):
        claims.decide(ref, heavier, actor=claims.supervisor)
    assert claims.decide(ref, claims.verdict(), actor=claims.supervisor).decided_fen == 6_000


def test_appeal_claim_too_late_or_before_decision_refused(claims):
    ref = claims.contested()
    with pytest.raises(Refusal):
        claims.appeal(ref)
    claims.decide(ref)
    with pytest.raises(Refusal) as refused:
        claims.appeal(ref, at=AFTER_APPEAL_DAYS)
    assert refused.value.code == "appeal_too_late"


def test_appeal_claim_without_words_refused(claims):
    ref = claims.contested()
    claims.decide(ref)
    with pytest.raises(BadInput):
        claims.appeal(ref, "  ")


# Who may


def test_every_act_on_strangers_claim_absent_and_unchanged(claims):
    ref = claims.contested()
    claims.decide(ref)
    for attempt in (claims.read, claims.decision, claims.accept, claims.appeal):
        with pytest.raises(Absent):
            attempt(ref, actor=claims.stranger)
    with pytest.raises(Absent):
        claims.answer(ref, "accept", actor=claims.stranger)
    assert claims.read(ref).state == ClaimState.DECIDED


@pytest.mark.parametrize("who", ["renter", "agent", "inspector"])
def test_decide_claim_by_role_without_the_power_refused(claims, who):
    ref = claims.contested()
    with pytest.raises(Refusal) as refused:
        claims.decide(ref, actor=getattr(claims, who))
    assert refused.value.status == 404
    assert claims.read(ref).state == ClaimState.CONTESTED


def test_decide_claim_by_specialist_not_asked_in_refused_supervisor_decides(claims):
    ref = claims.file().claim_ref
    claims.answer(ref, "contest")
    with pytest.raises(Refusal) as refused:
        claims.decide(ref)
    assert (refused.value.code, refused.value.rule) == ("not_asked_in", "OWN-3")
    assert "请专员" in refused.value.remedy_zh
    claims.ask_in(claims.read(ref).case_ref, "gu")
    with pytest.raises(Refusal) as another:
        claims.decide(ref)
    assert "已请顾主管裁定" in another.value.remedy_zh
    assert claims.decide(ref, actor=claims.supervisor).state == ClaimState.DECIDED


def test_read_claim_by_inspector_shows_no_case_answer_or_amount(claims):
    ref = claims.contested()
    claims.decide(ref)
    view = claims.read(ref, claims.inspector)
    assert (view.case_ref, view.decided_fen, view.findings[0].answer, view.statement_media) == ("", None, "", ())
    assert view.next_acts == ()
    with pytest.raises(Absent):
        claims.decision(ref, claims.inspector)


def test_read_claim_by_renter_says_what_can_be_done_until_when(claims):
    ref = claims.file().claim_ref
    view = claims.read(ref)
    assert {str(one.act) for one in view.next_acts} == {"accept", "contest"}
    assert view.turn_until == view.next_acts[0].until
    assert [media.part for media in view.findings[0].handover] == ["back"]
    assert view.clauses
    assert view.findings[0].region is not None


# Decisions


def test_decide_claim_twice_second_told_what_is_possible(claims):
    ref = claims.contested()
    claims.decide(ref)
    with pytest.raises(Refusal) as refused:
        claims.decide(ref)
    assert refused.value.code == "claim_act_not_possible"
    assert len(claims.damage()) == 1


def test_decide_claim_double_click_books_once(claims):
    ref = claims.contested()
    first = claims.decide(ref, key="decide-once")
    assert claims.decide(ref, key="decide-once") == first
    assert claims.desk.one("SELECT count(*) FROM claim_decisions") == 1


def test_decide_claim_two_people_at_once_one_decision(claims):
    ref = claims.contested()
    command = deciding.DecideClaim(ref, (claims.verdict(seen_at_handover=False),))

    async def both():
        door = claims.house.door
        return await asyncio.gather(
            door.run(deciding.decide_claim, claims.specialist, command, at=NOW),
            door.run(deciding.decide_claim, claims.supervisor, command, at=NOW),
            return_exceptions=True,
        )

    outcomes = claims.house.run(both())
    assert sorted(type(one).__name__ for one in outcomes) == ["ClaimMoved", "Refusal"]
    assert len(claims.damage()) == 1


def test_decide_claim_unmarked_facts_charge_refused_with_what_to_mark(claims):
    ref = claims.contested()
    with pytest.raises(Refusal) as refused:
        claims.decide(ref, claims.verdict())
    assert (refused.value.code, refused.value.data) == ("facts_not_marked", {"to_mark": ["seen_at_handover"]})
    assert (refused.value.status, refused.value.field) == (409, "findings[0].seen_at_handover")
    assert claims.damage() == []


def unpriced(claims):
    return claims.contested(claims.finding(market_repair_price_fen=None, market_repair_source=""))


def test_decide_claim_unmarked_facts_refused_even_where_the_proposal_is_nothing(claims):
    ref = unpriced(claims)
    with pytest.raises(Refusal) as refused:
        claims.decide(ref, claims.verdict())
    assert refused.value.code == "facts_not_marked"
    with pytest.raises(BadInput) as unsaid:
        claims.decide(ref, claims.verdict(outcome="not_charged"))
    assert "reason" in unsaid.value.field
    assert claims.read(ref).state == ClaimState.CONTESTED
    moved = claims.decide(ref, claims.verdict(outcome="not_charged", reason="平台不再主张这一处"))
    assert (moved.state, moved.decided_fen) == (ClaimState.DECIDED, 0)


def test_decide_claim_with_a_missing_price_says_not_charged_for_good(claims):
    ref = unpriced(claims)
    claims.decide(ref)
    decided = claims.decision(ref)
    printed = str((decided.detail, decided.letter))
    assert "缺少市场维修价，不收取" in printed
    assert decided.detail.findings[0].outcome_zh == "不收取：缺少计价材料"
    assert "暂不收取" not in printed
    assert "补齐前" not in printed
    assert claims.hold() == (300_000, 0, 300_000)


@pytest.mark.parametrize(
    ("verdict", "field"),
    [
        ({"outcome": "charge", "amount_fen": 15_001, "reason": "x"}, "amount_fen"),
        ({"outcome": "charge", "reason": "x"}, "amount_fen"),
        ({"outcome": "charge", "amount_fen": 9_000}, "reason"),
        ({"outcome": "not_charged"}, "reason"),
        ({"no": 2}, "findings"),
    ],
)
def test_decide_claim_above_the_rules_or_without_reason_refused(claims, verdict, field):
    ref = claims.contested()
    with pytest.raises(BadInput) as refused:
        claims.decide(ref, claims.verdict(**({"seen_at_handover": False} | verdict)))
    assert field in refused.value.field
    assert claims.read(ref).state == ClaimState.CONTESTED
    assert claims.read(ref, claims.specialist).findings[0].seen_at_handover is None


def test_decide_claim_of_a_thousand_yuan_waits_for_a_second_person(claims):
    claims.media("handover", "front", role="agent")
    ref = claims.contested(claims.finding(price="screen.crack.severe"))
    with pytest.raises(Refusal) as waiting:
        claims.decide(ref)
    assert (waiting.value.status, waiting.value.rule) == (202, "AUTH-1")
    assert claims.read(ref).state == ClaimState.CONTESTED
    approval_ref = waiting.value.data["approval_ref"]
    marks = (deciding.FindingMarks(1, seen_at_handover=True),)
    for again in (
        lambda: claims.decide(ref),
        lambda: claims.act(claims.specialist, deciding.mark_facts, deciding.MarkFacts(ref, marks)),
    ):
        with pytest.raises(Refusal) as asked_again:
            again()
        assert asked_again.value.data == {"approval_ref": approval_ref}
    with pytest.raises(Refusal) as own:
        claims.act(claims.specialist, approvals.decide_approval, approvals.DecideApproval(approval_ref, True, "同意"))
    assert own.value.code == "own_request"
    done = claims.act(
        claims.supervisor, approvals.decide_approval, approvals.DecideApproval(approval_ref, True, "同意")
    )
    assert done.performed
    view = claims.decision(ref)
    assert view.detail.second_person_name == "顾主管"
    assert view.decided_by_name == "林专员"
    assert view.decided_fen == 15_000


def grant(claims, ref, decider, second):
    """`decider` decides a claim of more than ¥1,000 and `second` agrees."""
    with pytest.raises(Refusal) as waiting:
        claims.decide(ref, actor=decider)
    command = approvals.DecideApproval(waiting.value.data["approval_ref"], True, "同意")
    return claims.act(second, approvals.decide_approval, command)


def test_decide_claim_on_appeal_first_decider_cannot_be_the_second_person(claims):
    claims.media("handover", "front", role="agent")
    ref = claims.contested(claims.finding(price="screen.crack.severe"))
    grant(claims, ref, claims.specialist, claims.supervisor)
    claims.appeal(ref)
    with pytest.raises(Refusal) as refused:
        grant(claims, ref, claims.supervisor, claims.specialist)
    assert (refused.value.code, refused.value.rule) == ("not_your_own", "AUTH-1")
    assert claims.read(ref).state == ClaimState.APPEALED


def test_every_step_of_a_claim_stands_in_the_journal_with_its_rule(claims):
    ref = claims.contested()
    claims.decide(ref)
    claims.appeal(ref)
    claims.decide(ref, actor=claims.supervisor)
    claims.advance(ref, NOW + timedelta(days=4))
    rows = claims.house.sql("SELECT kind, text, rule, case_id, seq FROM journal WHERE subject = $1 ORDER BY id", ref)
    assert [row["kind"] for row in rows] == [
        "inspection.filed", "claim.contested", "claim.decided", "case.decision_posted", "claim.appealed",
        "claim.decided", "case.decision_posted", "claim.settled",
    ]  # fmt: skip
    assert all(row["text"] and row["rule"] for row in rows)
    assert all(row["case_id"] and row["seq"] for row in rows[1:])
    on_the_timeline = [row.kind for row in claims.desk.read(claims.read(ref).case_ref).timeline]
    assert {"claim.contested", "claim.decided", "claim.appealed", "claim.settled"} <= set(on_the_timeline)
