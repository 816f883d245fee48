"""GUARD-1 while a claim is undecided: what may not be said as if it were."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shouwen.features.cases.rules.guard import check_message, read_text
from shouwen.features.cases.types import ContractFigures, Figure, GuardKind, GuardTopic

FIGURES = ContractFigures(
    figures=(
        Figure(GuardTopic.DEPOSIT, 300_000, "合同 4.1 条"),
        Figure(GuardTopic.DAMAGE, 32_000, "合同 8.2 条"),
        Figure(GuardTopic.RENT, 50_000, "合同 3.1 条"),
    )
)


def found(text, undecided=True):
    known = check_message(read_text(text), FIGURES, undecided=undecided)
    return [one for one in known if one.kind is GuardKind.NOT_DECIDED]


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("您要赔三百二十元", GuardTopic.DAMAGE),
        ("这个划痕您需要承担 320 元。", GuardTopic.DAMAGE),
        ("一共 ¥320", GuardTopic.DAMAGE),
        ("定损赔偿 ¥320，今天处理。", GuardTopic.DAMAGE),
        ("划痕得由您赔", GuardTopic.DAMAGE),
        ("这笔会从押金里扣", GuardTopic.DAMAGE),
        ("最多打八折", GuardTopic.DAMAGE),
        ("可以给您减半", GuardTopic.DAMAGE),
        ("押金3000元明天就退给您", GuardTopic.DEPOSIT),
        ("押金明天全部退给您", GuardTopic.DEPOSIT),
        ("您的押金，全额解冻。", GuardTopic.DEPOSIT),
    ],
)
def test_sentence_that_says_as_decided_what_is_not_needs_a_reason(text, topic):
    [finding] = found(text)
    assert (finding.topic, finding.blocks, finding.rule) == (topic, False, "GUARD-1")
    assert text[finding.start : finding.end].strip() == finding.said
    assert found(text, undecided=False) == []


@pytest.mark.parametrize(
    "text",
    [
        "平台主张 ¥320，专员 11-26 前裁定，裁定前不收取。",
        "如果裁定由您承担，您要付 320 元以内。",
        "裁定前您不用付款。",
        "您不需要赔 320 元。",
        "押金其余部分明天退给您。",
        "没有争议的 ¥2,680 先解冻，争议部分等裁定。",
        "您要付 3200 元吗？",
        "请在 11-30 前付第 7 期租金 500 元。",
        "您要付本期租金 500 元。",
        "请您补一张后盖的照片。",
        "我正在核对合同和材料，今天内给您答复。",
        "您好，我是周敏，这件事由我负责到底。",
    ],
)
def test_sentence_that_explains_or_speaks_of_something_else_passes(text):
    assert found(text) == []


@given(st.text(max_size=200))
def test_any_text_is_read_without_failing_and_spans_lie_in_it(text):
    for finding in found(text):
        assert 0 <= finding.start < finding.end <= len(text)
