"""Rates and shares are decimal strings (`"0.0003"`, `"0.03%"`), kept exact."""

import re
from fractions import Fraction

from shouwen.kernel.errors import BadInput

_RATE = re.compile(r"([0-9]{1,6})(?:\.([0-9]{1,12}))?([%％]?)")


def parse_rate(text: str, field: str = "rate") -> Fraction:
    """`"0.0003"` or `"0.03%"` as an exact fraction; anything else, negative numbers too, is BadInput."""
    found = _RATE.fullmatch(text.strip())
    if found is None:
        raise BadInput(
            field,
            f"{field} 不是比例：{text[:40]}",
            f"{field} is not a rate",
            remedy_zh='请写成小数或百分数的字符串，例如 "0.0003" 或 "0.03%"',
            remedy_en='write a decimal string, such as "0.0003" or "0.03%"',
        )
    whole, decimals, percent = found.groups()
    value = Fraction(f"{whole}.{decimals or '0'}")
    return value / 100 if percent else value


def format_percent(rate: Fraction, digits: int = 4) -> str:
    """`Fraction(3, 10000)` → `0.03%`; cut, not rounded, after `digits` decimals."""
    cut = rate * 100 * 10**digits // 1
    whole, decimals = divmod(int(cut), 10**digits)
    shown = f"{whole}.{decimals:0{digits}d}".rstrip("0").rstrip(".")
    return f"{shown}%"
