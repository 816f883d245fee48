"""SAY-1 and SAY-2: the statement builder and the question back; the evidence checklist; OWN-5."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shouwen.features.cases.rules.catalogue import CATALOGUE
from shouwen.features.cases.rules.checklist import already_on_file, checklist_for
from shouwen.features.cases.rules.statement import build_statement
from shouwen.features.cases.rules.vague import ask_back
from shouwen.features.cases.types import (
    EVIDENCE_ZH,
    CaseType,
    ChecklistState,
    Choice,
    EvidenceKind,
    LeaseFacts,
)
from shouwen.kernel.actor import Role
from shouwen.kernel.errors import BadInput

FACTS = LeaseFacts(
    lease_ref="ZL-20251130-0417",
    model="iPhone 15 Pro Max",
    received_on=date(2025, 12, 3),
    returned_on=date(2026, 11, 18),
    part="左上边框",
    clauses=(("damage", ("8.2",)), ("evidence", ("8.5",)), ("buyout", ("9.1",))),
)
CHOICES = [
    Choice("since", ("at_handover",)),
    Choice("use", ("cased", "no_drop", "no_liquid")),
    Choice("request", ("compare",)),
]


def test_build_damage_statement_reads_like_the_drawing():
    said = build_statement(CaseType.DAMAGE_DISPUTE, CHOICES, FACTS)
    assert said.text == (
        "我于 2025-12-03 签收、2026-11-18 寄回的 iPhone 15 Pro Max，左上边框的痕迹签收时就有。"
        "使用期间带壳，未跌落，未接触液体。"
        "依合同 8.2、8.5 条，请按签收影像核对，不计入赔偿，并保留本次记录。"
    )
    assert said.text == said.situation + said.background + said.request
    assert [said.text[span.start : span.end] for span in said.fact_spans] == [
        "2025-12-03",
        "2026-11-18",
        "iPhone 15 Pro Max",
        "左上边框",
        "合同 8.2、8.5 条",
    ]
    assert said.missing == ()


def test_build_with_own_words_adds_them_without_control_characters():
    said = build_statement(CaseType.DAMAGE_DISPUTE, [*CHOICES, Choice("more", text="开箱视频 0:41\x00\n可见。")], FACTS)
    assert "未接触液体。开箱视频 0:41 可见。" in said.background


@pytest.mark.parametrize("case_type", CaseType)
def test_build_without_choices_is_never_blocked_and_names_what_is_open(case_type):
    said = build_statement(case_type, [], LeaseFacts())
    questions = [ask.question for ask in CATALOGUE[case_type].asks if ask.key != "more"]
    assert list(said.missing) == questions
    assert said.situation.startswith("我租用的 手机")
    assert said.request.endswith("并保留本次记录。")


@pytest.mark.parametrize("case_type", CaseType)
def test_every_option_of_every_type_appears_in_the_statement(case_type):
    for ask in CATALOGUE[case_type].asks:
        for option in ask.options:
            said = build_statement(case_type, [Choice(ask.key, (option.key,))], FACTS)
            assert option.text in getattr(said, ask.part)


@pytest.mark.parametrize(
    "choices",
    [
        [Choice("nothing")],
        [Choice("since", ("never",))],
        [Choice("since", ("at_handover", "in_use"))],
        [Choice("more", text="长" * 2_001)],
    ],
    ids=["unknown question", "unknown option", "two where one", "too long"],
)
def test_build_with_choices_that_do_not_belong_is_refused(choices):
    with pytest.raises(BadInput) as refused:
        build_statement(CaseType.DAMAGE_DISPUTE, choices, FACTS)
    assert refused.value.field


def test_build_names_bill_waybill_and_promise_where_they_matter():
    facts = LeaseFacts(
        model="小米 15",
        charge_name="第 8 期租金",
        amount_fen=54_187,
        waybill="SF1234",
        promised_on=date(2026, 3, 1),
    )
    assert "“第 8 期租金” ¥541.87" in build_statement(CaseType.BILLING_DISPUTE, [], facts).situation
    assert "物流单号 SF1234" in build_statement(CaseType.RETURN_TRACKING, [], facts).situation
    assert "承诺 2026-03-01 前发货" in build_statement(CaseType.SHIPPING_LATE, [], facts).situation


@given(st.text(max_size=200), st.text(max_size=50), st.sampled_from(list(CaseType)))
def test_fact_spans_always_point_at_the_facts(words, model, case_type):
    choices = [Choice(CATALOGUE[case_type].asks[0].key, text=words)]
    said = build_statement(case_type, choices, LeaseFacts(model=model, lease_ref="ZL-1"))
    by_fact = {span.fact: said.text[span.start : span.end] for span in said.fact_spans}
    assert by_fact["model"] == (model or "手机")


@pytest.mark.parametrize(
    ("text", "case_type", "vague"),
    [
        ("手机坏了", CaseType.FAULT, "手机坏了"),
        ("扣费不对", CaseType.BILLING_DISPUTE, "扣费不对"),
        ("你好，有问题", CaseType.FAULT, "有问题"),
        ("那里有点问题吧我觉得", CaseType.DAMAGE_DISPUTE, "有点问题"),
        ("帮我看看", CaseType.COMPLAINT, "帮我看看"),
        ("乱扣费", CaseType.BILLING_DISPUTE, "乱扣费"),
        ("手机丢了", CaseType.DEVICE_LOST, "手机丢了"),
    ],
)
def test_vague_words_get_one_question_back_with_their_place(text, case_type, vague):
    question = ask_back(text, case_type)
    assert question is not None
    assert text[question.start : question.end] == question.vague == vague
    assert question.zh
    assert ask_back(text, case_type, asked_before=True) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "11 月 18 日起听筒没有声音",
        "手机坏了，昨天开始充不进电",
        "第 8 期租金扣款不对，多扣了 50 元",
        "左上边框的划痕签收时就有",
        "我想了解一下归还之后押金的处理流程和时间",
    ],
)
def test_specific_words_get_no_question(text):
    assert ask_back(text, CaseType.DAMAGE_DISPUTE) is None


@pytest.mark.parametrize("case_type", CaseType)
def test_every_type_has_a_question_for_vague_words(case_type):
    question = ask_back("有问题", case_type)
    assert question is not None
    assert len(question.zh) > 8


@given(st.text(max_size=500), st.sampled_from(list(CaseType)))
def test_question_back_never_fails_and_points_into_the_text(text, case_type):
    question = ask_back(text, case_type)
    assert question is None or text[question.start : question.end] == question.vague


def test_table_has_every_type_with_the_resolvers_of_the_contract():
    assert set(CATALOGUE) == set(CaseType)
    assert {kind for kind, row in CATALOGUE.items() if row.urgent} == {
        CaseType.SHIPPING_LATE,
        CaseType.DEVICE_LOST,
    }
    assert CATALOGUE[CaseType.DAMAGE_DISPUTE].resolver is Role.SPECIALIST
    assert CATALOGUE[CaseType.COMPLAINT].official
    assert len({row.name_zh for row in CATALOGUE.values()}) == len(CaseType)


@pytest.mark.parametrize("case_type", CaseType)
def test_every_question_has_options_or_room_for_words(case_type):
    for ask in CATALOGUE[case_type].asks:
        assert ask.part in {"situation", "background", "request"}
        assert ask.options or ask.free_text_hint


def test_checklist_attaches_what_is_held_and_asks_for_the_rest():
    items = checklist_for(
        CaseType.DAMAGE_DISPUTE,
        held={EvidenceKind.CHARGE, EvidenceKind.CLAUSE, EvidenceKind.HANDOVER_MEDIA},
        received={EvidenceKind.RETURN_360_VIDEO},
    )
    states = {item.kind: item.state for item in items}
    assert states == {
        EvidenceKind.CHARGE: ChecklistState.ATTACHED,
        EvidenceKind.CLAUSE: ChecklistState.ATTACHED,
        EvidenceKind.HANDOVER_MEDIA: ChecklistState.ATTACHED,
        EvidenceKind.RETURN_MEDIA: ChecklistState.ASKED,
        EvidenceKind.RETURN_360_VIDEO: ChecklistState.RECEIVED,
        EvidenceKind.APPRAISAL: ChecklistState.HELPFUL,
    }


@pytest.mark.parametrize("case_type", CaseType)
def test_checklist_never_asks_for_what_the_desk_holds(case_type):
    items = checklist_for(case_type, held=set(EvidenceKind))
    assert all(item.state is ChecklistState.ATTACHED for item in items)
    assert all(item.name_zh for item in items)


@pytest.mark.parametrize(
    ("text", "held", "found"),
    [
        ("请您再上传一下开箱视频", {EvidenceKind.HANDOVER_MEDIA}, (EvidenceKind.HANDOVER_MEDIA,)),
        ("您的快递单号是多少？", {EvidenceKind.WAYBILL}, (EvidenceKind.WAYBILL,)),
        ("请提供银行流水", {EvidenceKind.WAYBILL}, ()),
        ("开箱视频已收到，谢谢", {EvidenceKind.HANDOVER_MEDIA}, ()),
        ("您的银行流水收到了。请稍等", {EvidenceKind.BANK_STATEMENT}, ()),
    ],
)
def test_asking_for_what_is_on_file_is_noticed(text, held, found):
    assert already_on_file(text, held) == found


@pytest.mark.parametrize("kind", EvidenceKind)
def test_every_evidence_kind_has_a_name_and_can_be_asked_twice(kind):
    asked = {EvidenceKind.INCOME_PROOF: "收入证明", EvidenceKind.HANDOVER_MEDIA: "签收影像"}
    asked |= {EvidenceKind.CHARGE: "账单", EvidenceKind.CLAUSE: "合同", EvidenceKind.IDENTITY_CHECK: "身份证"}
    asked |= {EvidenceKind.APPRAISAL: "检测报告", EvidenceKind.COURIER_PAGE: "物流页面"}
    assert already_on_file(f"请提供{asked.get(kind, EVIDENCE_ZH[kind])}", {kind}) == (kind,)


def test_free_words_stand_by_themselves_with_their_own_mark_and_not_inside_the_chips_sentence():
    said = build_statement(
        CaseType.DAMAGE_DISPUTE,
        [Choice("use", ("no_drop",)), Choice("more", (), "包装盒完好！你们再看看！")],
        LeaseFacts(model="iPhone 13"),
    )
    assert said.background == "使用期间未跌落。包装盒完好！你们再看看！"


def test_opposite_options_are_refused_by_name():
    with pytest.raises(BadInput) as refused:
        build_statement(CaseType.DAMAGE_DISPUTE, [Choice("use", ("no_drop", "dropped"))], LeaseFacts())
    assert "“没摔过”和“摔过”只能选一个" in refused.value.zh
