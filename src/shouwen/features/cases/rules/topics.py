"""What an amount is about, from the words beside it."""

import re
from bisect import bisect_left

from msgspec import Struct

from shouwen.features.cases.types import GuardTopic

_WORDS: tuple[tuple[GuardTopic, str], ...] = (
    (GuardTopic.BUYOUT_FEE, "提前买断手续费|买断手续费|手续费"),
    (GuardTopic.TOTAL_RENT, "总租金|租金总额|租金合计|租金一共|总租"),
    (GuardTopic.RENT_PAID, "已付租金|已交租金"),
    (GuardTopic.UNPAID_RENT, "剩余未付租金|未付租金|剩余租金"),
    (GuardTopic.RESIDUAL_PRICE, "买断尾款|尾款|到期买断价"),
    (GuardTopic.OTHER, "合计|一共|总共|共计|差额|运费|检测费|官方价|官方售价|官网价|提前归还费"),
    (GuardTopic.SIGNED_VALUE, "签约价|签约价值|设备价值"),
    (GuardTopic.LATE_FEE, "逾期违约金|违约金|滞纳金|逾期费用|逾期费|逾期金|罚息|逾期"),
    (GuardTopic.BUYOUT, "买断价|买断款|买断|买下来|买下|留购价|留购"),
    (GuardTopic.DEPOSIT, "押金|预授权|授权冻结|保证金|冻结|解冻"),
    (GuardTopic.DAMAGE, "定损|赔偿|赔付|赔|维修费|维修|损坏费|划痕费|折损"),
    (GuardTopic.RENT, "月租金|每期租金|月租|租金|每期|每月"),
)
_ORDER = tuple(topic for topic, _ in _WORDS)
_WORD = re.compile("|".join(f"({words})" for _, words in _WORDS))
_STOP = re.compile(r"[。！？；!?;\n]")
_FAR = 16
_NEAR_BARE = 10
_PAYING = re.compile(r"(?:付清|付|交|收|退|扣|补|转|按|减到|降到|给您|给你|只要)\s?$")
_BETWEEN = re.compile(r"[^0-9A-Za-z。！？；!?;\n]*")


class TopicWord(Struct, frozen=True):
    """A word of money at `start`..`end`."""

    start: int
    end: int
    topic: GuardTopic


class Topic(Struct, frozen=True):
    """What an amount is about, and whether the word stands right beside it."""

    topic: GuardTopic
    beside: bool


def find_words(text: str) -> list[TopicWord]:
    """All words of money, in order, the longest reading first."""
    return [TopicWord(match.start(), match.end(), _ORDER[(match.lastindex or 1) - 1]) for match in _WORD.finditer(text)]


def topic_of(text: str, start: int, end: int, words: list[TopicWord], bare: bool) -> Topic | None:
    """The topic of what is said at `start`..`end`; None for a bare number without a word of money or paying beside it.

    A word right after it (`2400的押金`) wins over a farther one before; otherwise the nearest before, in the
    sentence.
    """
    index = bisect_left(words, start, key=lambda word: word.start)
    before = words[index - 1] if index > 0 else None
    after = words[index] if index < len(words) and words[index].start >= end else None
    gap_before = text[before.end : start] if before and start - before.end <= _FAR else None
    if gap_before is not None and _STOP.search(gap_before):
        gap_before = None
    gap_after = text[end : after.start] if after and after.start - end <= 4 else None
    if gap_after is not None and (_STOP.search(gap_after) or any(mark in gap_after for mark in "，,、")):
        gap_after = None
    close_after = (
        after is not None and gap_after is not None and gap_after.strip() in {"", "的", "来", "就能", "就可以", "即可"}
    )
    close_before = before is not None and gap_before is not None and len(gap_before) <= 3
    if bare:
        if before and gap_before is not None and len(gap_before) <= _NEAR_BARE and _BETWEEN.fullmatch(gap_before):
            return Topic(before.topic, len(gap_before) <= 6)
        if after and close_after:
            return Topic(after.topic, True)
        paying = _PAYING.search(text[max(0, start - 4) : start])
        return Topic(GuardTopic.OTHER, False) if paying else None
    if after and close_after and not close_before:
        return Topic(after.topic, True)
    if before and gap_before is not None:
        return Topic(before.topic, len(gap_before) <= 6)
    if after and gap_after is not None:
        return Topic(after.topic, False)
    return Topic(GuardTopic.OTHER, False)
