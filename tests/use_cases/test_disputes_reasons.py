"""What a decision says to the renter: page, letter, in the order of their own words."""

import pytest
from claim_ground import open_claims

from shouwen.features.disputes.use_cases import reading


@pytest.fixture
def claims(house):
    return open_claims(house)


def decided(claims, ref):
    return claims.act(claims.renter, reading.read_decision, reading.ReadDecision(ref))


def test_decision_that_charges_answers_the_renters_statement_and_names_every_rule_in_page_and_letter(claims):
    ref = claims.contested()
    claims.decide(ref, claims.verdict(seen_at_handover=False))
    found = decided(claims, ref)
    [line] = found.detail.findings
    assert (line.reasons[0].rule, line.reasons[0].zh) == ("DMG-2", "出库与签收影像中没有见到这处痕迹")
    assert {look.rule for look in line.reasons} == {f"DMG-{no}" for no in range(1, 9)}
    assert [look.rule for look in line.rules] == ["DMG-8"]  # what it rests on stays by itself
    [why] = [section for section in found.letter.sections if section.title == "理由"]
    assert why.lines[1].startswith("出库与签收影像中没有见到这处痕迹")
    assert any("[DMG-6]" in text for text in why.lines)


def test_decision_about_a_mark_that_was_there_says_so_although_the_report_lacks_proof(claims):
    ref = claims.file(unboxing_continuous=False).claim_ref
    claims.ask_in(claims.answer(ref, "contest").case_ref)
    claims.decide(ref, claims.verdict(seen_at_handover=True))
    found = decided(claims, ref)
    [line] = found.detail.findings
    assert line.outcome_zh == "不收取：原有痕迹"
    assert [look.rule for look in line.reasons] == ["DMG-2", "DMG-1"]
    assert line.reasons[1].zh == "验机报告没有连续不间断的开箱视频，不足以证明这处痕迹是您造成的"
    [why] = [section for section in found.letter.sections if section.title == "理由"]
    assert why.lines[0] == "第 1 处 不收取：原有痕迹"


def test_settled_claim_of_nothing_tells_the_renter_in_their_words_and_keeps_the_bookkeeping_aside(claims):
    ref = claims.contested()
    claims.decide(ref, claims.verdict(seen_at_handover=True))
    claims.accept(ref)
    [line] = claims.house.sql("SELECT body, extra FROM messages WHERE body LIKE '%这份定损已办完%'")
    assert line["body"] == "您接受裁定，这份定损已办完：您不用付款。"
    assert line["extra"]["working"]
