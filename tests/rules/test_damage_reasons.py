"""Which reasons a decision gives, and in which order."""

import pytest

from shouwen.features.disputes.rules.reasons import give_reasons
from shouwen.features.disputes.types import Look, RuleLook

SPOKE, PASSED, ALSO = Look.SPOKE, Look.DID_NOT_APPLY, Look.WOULD_ALSO
CHARGED = tuple(RuleLook(f"DMG-{no}", SPOKE if no == 8 else PASSED, f"规则 {no}") for no in range(1, 9))


def rules(looked, said, *, charged):
    return [look.rule for look in give_reasons(looked, said, charged=charged)]


@pytest.mark.parametrize(
    ("said", "first"),
    [
        ("我于 2025-12-03 签收的手机，痕迹签收时就有。", "DMG-2"),
        ("痕迹归还寄出前没有。", "DMG-4"),
        ("使用期间未跌落。", "DMG-5"),
        ("是正常使用的磨损", "DMG-6"),
        ("我不清楚是什么时候有的", "DMG-8"),
    ],
)
def test_charge_gives_every_rule_that_was_passed_and_answers_the_renters_words_first(said, first):
    given = rules(CHARGED, said, charged=True)
    assert given[0] == first
    assert sorted(given) == [f"DMG-{no}" for no in range(1, 9)]
    assert given.index("DMG-8") <= 1  # how much stands right after


def test_mark_that_was_there_is_the_first_reason_before_a_report_that_lacks_something():
    looked = (
        RuleLook("INSP-1", PASSED, "按时"), RuleLook("DMG-1", SPOKE, "没有核对上 IMEI"),
        RuleLook("DMG-2", ALSO, "同一位置已有这处痕迹"), RuleLook("DMG-3", PASSED, "平台有影像"),
        RuleLook("DMG-8", Look.NOT_NEEDED, "不再计价"),
    )  # fmt: skip
    assert rules(looked, "", charged=False) == ["DMG-2", "DMG-1"]
