"""Find every amount and rate in Chinese text. Linear in its length; positions are those of the text as given.

¥2,400 · 2400元 · 两千四百块 · 2.4k · 三百二 · 2千4 · 2.4万 · １２３ · 0.05% · 万分之五.
Dates, times, phone numbers, order numbers, IMEIs, model names and quantities (3天, 12期, 256G) are no amounts.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from decimal import ROUND_CEILING, Decimal, InvalidOperation
from functools import lru_cache

import cn2an
from msgspec import Struct

_LONGEST = 24  # characters of one number; longer runs are identifiers, not amounts

# One character becomes one character, so that positions stay true.
_WIDTH = {ord("０") + digit: ord("0") + digit for digit in range(10)}
_WIDTH |= {ord(wide): ord(narrow) for wide, narrow in zip("．￥％：－＋＝　", ".¥%:-+= ", strict=True)}

_CN = "零〇一二两三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟"
_CN_DIGIT = "零〇一二三四五六七八九"
_ARABIC = r"(?:\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?)"
_NUMBER = (
    rf"(?:(?<![\d.]){_ARABIC}(?:\s?[kKwW](?![A-Za-z])|[十百千万亿][{_CN}0-9]*)?"
    rf"|[{_CN}]+(?:点[{_CN_DIGIT}]+)?)"
)
_TOKEN = re.compile(
    rf"(?P<base>[百千万])分之(?P<part>{_NUMBER})"
    rf"|(?P<mark>(?:¥|[Rr][Mm][Bb]|[Cc][Nn][Yy]|人民币)\s?)?(?P<number>{_NUMBER})(?P<about>[多来])?"
    r"(?P<unit>\s?(?:%|‰|个百分点|元|块钱|块|圆|[Rr][Mm][Bb]|[Cc][Nn][Yy]))?"
)
_TAIL = re.compile(r"([0-9一二三四五六七八九])([毛角])|([0-9一二三四五六七八九])(?=[\s。，,、；;！!？?）)]|$)")
_NO_AMOUNT = re.compile(
    r"(?=[\dA-Za-z])(?:"  # one look instead of eleven where a Chinese character stands
    r"(?<!\d)\d{4}\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}(?!\d)日?"
    r"|(?<!\d)\d{4}\s?年"
    r"|(?<!\d)\d{1,2}\s?月\s?\d{1,2}(?!\d)\s?[日号]?"
    r"|(?<!\d)\d{1,2}:\d{2}(?::\d{2})?(?!\d)"
    r"|(?<![\d-])\d{1,2}-\d{1,2}(?![\d.-])(?!\s?[元块圆])"
    r"|(?<!\d)1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)(?!\s?[元块圆])"
    r"|(?<!\d)\d{3,4}-\d{3,4}-?\d{3,4}(?!\d)"
    r"|(?<!\d)0\d{2,3}-\d{7,8}(?!\d)"
    r"|(?<!\d)\d{4} \d{4} \d{4}(?: \d{1,4}){0,3}(?!\d)"
    r"|(?<![\d.])\d{1,6}(?:\.\d{1,6}){2,6}(?![\d.])"
    r"|(?<![A-Za-z0-9_-])(?!(?:RMB|rmb|CNY|cny)\s?\d)[A-Za-z][A-Za-z0-9_-]*)"
)
_QUANTITY = re.compile(
    r"\s?(?:[A-Za-z]|个|天|日|号|期|月|年|周|星期|礼拜|次|台|部|岁|点|时|小时|分|秒|工作日|条|款|章|项|楼|层|栋|室|位|人"
    r"|折|成|新|件|张|份|处|代|版|系|度|米|厘米|毫米|公里|寸|英寸|克|斤|倍|种|遍|步|页|行|段|档|级|名|公分|毫安|像素|路|弄|%|‰"
    r"|[-~－至到]\s?\d)"
)
_PIECES = re.compile(r"屏|电池|主板|玻璃|钢化|内存|芯片|手机|膜|表|儿|地|砖|去|来|处理|办|看|说|走")
_SEPARATED = re.compile(r"\d,\d{3}|\.\d\d$")
_LATIN_BEFORE = re.compile(r"[A-Za-z]\s?$|第\s?$|合同\s?$|[-_#.]$|\d\s?[-~至到、]\s?$")
_MULTIPLES = {"k": 1_000, "w": 10_000}
_BASES = {"百": 100, "千": 1_000, "万": 10_000}
_JIAO = {character: value for value, character in enumerate("一二三四五六七八九", start=1)}


class SaidAmount(Struct, frozen=True):
    """An amount at `start`..`end`. `bare` numbers carry no currency: they count only beside a word of money.

    `fen` is rounded up when the text is finer than a fen, so that it matches no figure by accident.
    """

    start: int
    end: int
    said: str
    fen: int
    bare: bool


class SaidRate(Struct, frozen=True):
    """A rate at `start`..`end` as an exact fraction (`0.05%` → 0.0005)."""

    start: int
    end: int
    said: str
    rate: Decimal


def narrow(text: str) -> str:
    """Full-width digits and signs as plain ones, character by character."""
    return text.translate(_WIDTH)


@lru_cache(4096)
def number_value(written: str) -> Decimal | None:
    """`2,400`, `2.4k`, `两千四百`, `三百二`, `2千4` → their value; None where the characters are no number."""
    plain = written.replace(",", "").replace(" ", "")
    if not plain or len(plain) > _LONGEST:
        return None
    last = plain[-1].lower()
    try:
        if last in _MULTIPLES:
            return Decimal(plain[:-1]) * _MULTIPLES[last]
        if plain.isascii():
            return Decimal(plain)
        if plain[0] in "百千万亿佰仟":  # 万一, 千万: words, not numbers
            return None
        return Decimal(str(cn2an.cn2an(plain, "smart")))
    except (ValueError, InvalidOperation, LookupError):  # cn2an knows 十百 and 壹٣ only by a KeyError
        return None


def _excluded(text: str) -> tuple[list[int], list[int]]:
    spans = [match.span() for match in _NO_AMOUNT.finditer(text)]
    return [start for start, _ in spans], [end for _, end in spans]


def _to_fen(yuan: Decimal) -> int:
    return int((yuan * 100).to_integral_value(rounding=ROUND_CEILING))


def _is_quantity(text: str, match: re.Match[str], value: Decimal) -> bool:
    """A bare number that counts something, belongs to a name, or is too small or too long to be money."""
    written = match["number"]
    start, end = match.span("number")
    if _QUANTITY.match(text, end) or _LATIN_BEFORE.search(text[max(0, start - 4) : start]):
        return True
    if value < 10 or (written.isdigit() and len(written) >= 8):
        return True
    chinese_only = not any(character.isascii() for character in written)
    return chinese_only and not any(character in "百千万佰仟" for character in written)


def _read_amount(text: str, match: re.Match[str]) -> SaidAmount | None:
    value = number_value(match["number"])
    if value is None:
        return None
    unit = (match["unit"] or "").strip()
    start, end = match.span()
    if not match["mark"] and not unit:
        end = match.end("number")
        if _is_quantity(text, match, value):
            return None
        bare = not _SEPARATED.search(match["number"])
        return SaidAmount(start, end, text[start:end], _to_fen(value), bare)
    if unit == "块" and not match["mark"] and _PIECES.match(text, end):
        return None  # 两块屏幕, 一块处理
    if unit in {"块", "元"}:
        tail = _TAIL.match(text, end)
        if tail and (tail[1] or unit == "块"):
            character = tail[1] or tail[3]
            value += Decimal(int(_JIAO.get(character, 0) or int(character))) / 10
            end = tail.end()
    return SaidAmount(start, end, text[start:end], _to_fen(value), False)


def _read_rate(text: str, match: re.Match[str]) -> SaidRate | None:
    start, end = match.span()
    if match["base"]:
        part = number_value(match["part"])
        return None if part is None else SaidRate(start, end, text[start:end], part / _BASES[match["base"]])
    value = number_value(match["number"])
    if value is None:
        return None
    divisor = 1_000 if match["unit"].strip() == "‰" else 100
    return SaidRate(start, end, text[start:end], value / divisor)


def find_said(text: str) -> Iterator[SaidAmount | SaidRate]:
    """Amounts and rates in their order; give it text of any length and content."""
    plain = narrow(text)
    starts, ends = _excluded(plain)
    for match in _TOKEN.finditer(plain):
        before = bisect_right(starts, match.start("number") if match["number"] else match.start()) - 1
        if before >= 0 and ends[before] > match.start():
            continue
        is_rate = match["base"] is not None or (match["unit"] or "").strip() in {"%", "‰", "个百分点"}
        said = _read_rate(plain, match) if is_rate else _read_amount(plain, match)
        if said is not None:
            yield said
