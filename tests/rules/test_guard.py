"""GUARD-1 and GUARD-2: amounts, rates and threats in messages."""

import time
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shouwen.features.cases.rules.amounts import SaidAmount, SaidRate, find_said, number_value
from shouwen.features.cases.rules.guard import (
    check_message,
    compare_heard,
    read_text,
)
from shouwen.features.cases.types import (
    TOPIC_ZH,
    ContractFigures,
    Figure,
    GuardKind,
    GuardTopic,
    RateFigure,
)

WORKING = ("签约价 8,046.00 − 已付租金 6,000.00 = 2,046.00",)
FIGURES = ContractFigures(
    figures=(
        Figure(GuardTopic.BUYOUT, 204_600, "合同 9.1 条", WORKING),
        Figure(GuardTopic.BUYOUT, 254_600, "合同 9.1 条", current=False),
        Figure(GuardTopic.DEPOSIT, 300_000, "合同 4.1 条"),
        Figure(GuardTopic.RENT, 50_000, "合同 3.1 条"),
        Figure(GuardTopic.RENT_PAID, 600_000, "合同 3.1 条"),
        Figure(GuardTopic.UNPAID_RENT, 250_000, "合同 3.1 条"),
        Figure(GuardTopic.RESIDUAL_PRICE, 204_600, "合同 9.1 条"),
        Figure(GuardTopic.OTHER, 899_900, "合同 2.1 条"),
        Figure(GuardTopic.TOTAL_RENT, 600_000, "合同 3.1 条"),
        Figure(GuardTopic.SIGNED_VALUE, 804_600, "合同 2.1 条"),
        Figure(GuardTopic.DAMAGE, 32_000, "合同 8.2 条"),
    ),
    rates=(RateFigure(GuardTopic.LATE_FEE, "0.0005", "day", "合同 6.2 条"),),
)


def said(text):
    return [one.fen / 100 for one in find_said(text) if isinstance(one, SaidAmount)]


def check(text, *known, **more):
    return check_message(read_text(text), *known, **more)


def kinds(text, **more):
    return [finding.kind for finding in check(text, FIGURES, **more)]


@pytest.mark.parametrize(
    ("text", "yuan"),
    [
        ("¥2,400", 2400),
        ("￥2400", 2400),
        ("2400元", 2400),
        ("2,400.50 元", 2400.5),
        ("２４００元", 2400),
        ("２，４００元", 400),
        ("两千四百块", 2400),
        ("两千四百块钱", 2400),
        ("三百二块", 320),
        ("2千4块", 2400),
        ("2.4k块", 2400),
        ("2.4万元", 24000),
        ("一万二元", 12000),
        ("壹仟贰佰元", 1200),
        ("5块5", 5.5),
        ("两块五", 2.5),
        ("9块9毛", 9.9),
        ("RMB 2400", 2400),
        ("rmb2400", 2400),
        ("人民币2400", 2400),
        ("541.83", 541.83),
        ("12,798.10", 12798.1),
        ("0.01元", 0.01),
        ("一千多块", 1000),
        ("每天5块", 5),
        ("10-20元", 20),
    ],
)
def test_find_amount_in_its_many_forms_reads_the_value(text, yuan):
    assert said(f"需要{text}")[-1] == yuan


@pytest.mark.parametrize(
    "text",
    [
        "买断后 3 天内解除",
        "租金共 12 期",
        "押金在 5 个工作日内退",
        "押金 7-15 个工作日退回",
        "买断 iPhone 15 Pro Max 256G",
        "iPhone15 买断",
        "买断 Mate 60",
        "押金 2026-11-24 解冻",
        "押金 2026年11月24日解冻",
        "押金 11月24日解冻",
        "押金 11-24 解冻",
        "押金今天 18:00 前解冻",
        "租金问题请打 13812342210",
        "租金问题请打 138 1234 2210",
        "租金问题请打 400-820-8820",
        "租金问题请打 010-12345678",
        "押金单号 ZL-20251130-0417",
        "押金 SF1234567890123",
        "押金 IMEI 356789012345678",
        "押金 356789012345678",
        "押金 3567 8901 2345 678",
        "买断按合同 9.1 条",
        "赔偿按合同 8.2、8.5 条",
        "租金第 8 期",
        "买断 95 新的手机",
        "赔偿 12 mm 的划痕",
        "押金下周一退",
        "万一买断不了",
        "买断千万别急",
        "赔偿两块屏幕",
        "押金问题我们一块处理",
        "租金从 iOS 17.4.1 看",
        "逾期 2 次",
        "买断一下",
        "首次租金百分百",
        "",
    ],
)
def test_quantities_dates_names_and_numbers_are_not_amounts(text):
    assert check(text, FIGURES) == ()


@pytest.mark.parametrize(
    ("text", "span", "right_fen"),
    [
        ("如果现在买断，需要支付 ¥2,400，付款后手机归您所有", "¥2,400", 204_600),
        ("买断2400", "2400", 204_600),
        ("买断价是两千四", "两千四", 204_600),
        ("买断三百二", "三百二", 204_600),
        ("买断价大约2.4k", "2.4k", 204_600),
        ("买断 2千4", "2千4", 204_600),
        ("2400块买断", "2400块", 204_600),
        ("押金是2000元", "2000元", 300_000),
        ("会退您 ２０００元 的押金", "２０００元", 300_000),
        ("月租金 499", "499", 50_000),
        ("每期541.83", "541.83", 50_000),
        ("总租金 5000 元", "5000 元", 600_000),
        ("定损 800", "800", 32_000),
        ("签约价 8,000.00", "8,000.00", 804_600),
        ("已付租金 ¥3,000.00", "¥3,000.00", 600_000),
        ("剩余未付租金还有 3,500 元", "3,500 元", 250_000),
        ("到期的买断尾款 ¥2,546.00", "¥2,546.00", 204_600),
        ("一次性付清2000即可买断", "2000", 204_600),
        ("您要是买断的话就两千四吧", "两千四", 204_600),
        ("屏幕维修800左右", "800", 32_000),
        ("买断价就是 500 元", "500 元", 204_600),
    ],
)
def test_check_wrong_amount_shows_the_right_one(text, span, right_fen):
    (finding,) = check(text, FIGURES)
    assert finding.kind is GuardKind.WRONG_AMOUNT
    assert text[finding.start : finding.end] == finding.said == span
    assert finding.right_fen == right_fen
    assert finding.clause.startswith("合同")
    assert finding.replacement in finding.zh
    assert not finding.blocks


@pytest.mark.parametrize(
    "text",
    [
        "买断价 ¥2,046.00",
        "已付租金 ¥6,000.00",
        "第 1 期已付租金 ¥500.00",
        "剩余未付租金 ¥2,500.00",
        "租金还剩 ¥2,500.00",
        "尾款 ¥2,046.00",
        "官方价 ¥8,999.00",
        "合计 ¥2,046.00",
        "买断两千零四十六元",
        "买断2046",
        "签约价 8,046.00 − 已付租金 6,000.00 = 2,046.00",
        "付款后当场解除押金授权 ¥3,000.00",
        "每月 500 块",
        "买断要先付清 500 元的租金",
        "8 个月后买断价 2546 元",
        "违约金每日 0.05%",
        "违约金日万分之五",
        "违约金每天千分之零点五",
        "违约金 0.5‰",
        "电池健康 95%",
        "定损金额 320 元",
        "手续费不收，0 元",
        "请您打 95588 核对流水",
        "就按 3 天算",
        "退 2 件",
        "每期租金500元，共12期，合计6000元",
    ],
)
def test_check_right_figures_pass(text):
    assert check(text, FIGURES) == ()


def test_check_the_story_message_offers_figure_clause_and_working():
    text = "如果现在买断，需要支付 ¥2,400，付款后手机归您所有，押金授权同时解除。"
    findings = check(text, FIGURES)
    assert findings[0].zh == "买断价与合同不符。按合同 9.1 条，应为 ¥2,046.00。"
    assert findings[0].working == WORKING
    assert text[findings[0].start : findings[0].end] == "¥2,400"
    assert findings[0].replacement == "¥2,046.00"


def test_open_quote_comes_before_the_contracts_figure():
    quote = Figure(GuardTopic.BUYOUT, 199_900, "报价 BJ-1")
    assert check("买断 1999 元", FIGURES, (quote,)) == ()
    (finding,) = check("买断 2400 元", FIGURES, (quote,))
    assert finding.right_fen == 199_900


@pytest.mark.parametrize(
    "text", ["补偿您 88 元", "一共 7,777.00", "运费 23 元", "手续费 50 元", "就按2400给您", "再付 1500"]
)
def test_amount_without_any_figure_needs_a_reason(text):
    (finding,) = check(text, FIGURES)
    assert finding.kind is GuardKind.UNKNOWN_AMOUNT
    assert (finding.replacement, finding.right_fen, finding.blocks) == ("", None, False)


@pytest.mark.parametrize("text", ["违约金每天 0.1%", "逾期费用按日万分之八", "滞纳金千分之一"])
def test_wrong_rate_shows_the_contracts(text):
    (finding,) = check(text, FIGURES)
    assert (finding.kind, finding.replacement) == (GuardKind.WRONG_RATE, "0.05%")


def test_rate_without_a_clause_needs_a_reason():
    assert kinds("手续费 3%") == [GuardKind.UNKNOWN_RATE]


def test_several_amounts_are_each_checked():
    text = "买断 2400 元，押金 3000 元会退，月租 600。"
    assert [finding.said for finding in check(text, FIGURES)] == ["2400 元", "600"]
    assert read_text(text).amounts == 3


@pytest.mark.parametrize(
    "text",
    [
        "再不还就上征信了",
        "会影响征信",
        "会影响您的个人征信",
        "我们会拉黑征信",
        "征信会有污点",
        "不还款我们会上报央行征信",
        "不报警也会影响征信",
        "您会变成老赖",
        "会把您列入失信名单",
        "影响您的个人信用",
        "逾期会影响芝麻分",
        "小心信用黑名单",
    ],
)
def test_threat_with_credit_records_is_blocked(text):
    (finding,) = check(f"您好，{text}。", FIGURES)
    assert (finding.kind, finding.blocks, finding.said) == (GuardKind.CREDIT_THREAT, True, text)


@pytest.mark.parametrize(
    "text",
    [
        "不会影响征信",
        "这不影响您的征信",
        "我们没有上报征信",
        "我们不会向征信机构上报",
        "我们没有接入征信",
        "征信报告可以在人民银行网上查询",
        "您的芝麻分达到了免押要求",
        "屏幕有污点",
        "晚上征信报告可以查",
        "不还款我们就上门取件",
        "不会影响您的芝麻分",
    ],
)
def test_reassurance_about_credit_passes(text):
    assert check(f"{text}。", FIGURES) == ()


def test_firm_that_really_reports_may_say_so_but_zhima_stays_no_bureau():
    assert kinds("逾期会上报征信", reports_to_bureau=True) == []
    assert kinds("逾期会影响芝麻征信", reports_to_bureau=True) == [GuardKind.CREDIT_THREAT]
    assert kinds("逾期会影响芝麻分", reports_to_bureau=True) == [GuardKind.CREDIT_THREAT]
    assert kinds("逾期会影响芝麻分", reports_to_bureau=True, reports_to_score=True) == []


@pytest.mark.parametrize(
    ("written", "value"),
    [("千万", None), ("万一", None), ("", None), ("9" * 30, None), ("2.4w", "24000"), ("一二三千", None)],
)
def test_number_value_of_words_is_none(written, value):
    assert number_value(written) == (None if value is None else Decimal(value))


WILD = st.text(
    alphabet=st.one_of(
        st.sampled_from("0123456789０１２,.，。¥￥元块毛角%‰kKwW万千百十亿两一三点分之"),
        st.sampled_from("买断押金租违约征信上不 -:\n\u200b\x00😀ZL"),
        st.characters(),
    ),
    max_size=300,
)


@given(WILD)
@example("¥" + "9" * 400)
@example("一" * 400)
@example("9" * 20 + "万" * 20 + "元")
@example("万分之" + "九" * 300)
@example("²元")
@example("买断٣٤٥元")
def test_check_never_fails_and_its_spans_are_in_the_text(text):
    end = 0
    for one in find_said(text):
        assert isinstance(one, SaidAmount | SaidRate)
        assert end <= one.start < one.end <= len(text)
        end = one.end
    findings = check(text, FIGURES)
    for finding in findings:
        assert text[finding.start : finding.end] == finding.said


PIECES = [*"9a一不￥😀百 ", "\x00", "买断2400元，", "9,", "9.", "9-", "A-", "征信不上", "买断", "1 "]


@pytest.mark.parametrize("piece", PIECES)
def test_check_takes_linear_time_on_100_000_characters(piece):
    def seconds(length):
        text = (piece * length)[:length]
        begun = time.process_time()
        check(text, FIGURES)
        return time.process_time() - begun

    assert seconds(100_000) < 0.05 + 40 * max(seconds(10_000), 0.002)


def test_compare_heard_shows_difference_clause_and_working():
    heard = compare_heard(GuardTopic.BUYOUT, 240_000, FIGURES)
    assert (heard.right_fen, heard.difference_fen, heard.matches) == (204_600, 35_400, False)
    assert heard.working == WORKING
    assert "多了 ¥354.00" in heard.zh
    assert "少了" in compare_heard(GuardTopic.BUYOUT, 1, FIGURES).zh
    assert compare_heard(GuardTopic.BUYOUT, 204_600, FIGURES).matches


def test_compare_heard_without_such_a_figure_says_so():
    heard = compare_heard(GuardTopic.BUYOUT_FEE, 5_000, FIGURES)
    assert (heard.right_fen, heard.matches) == (None, False)


@pytest.mark.parametrize("topic", GuardTopic)
def test_every_topic_has_its_word_and_compares(topic):
    assert TOPIC_ZH[topic] in compare_heard(topic, 1, FIGURES).zh
