"""Patterns over people's words end, whatever the words: one that backtracks would not come back from these."""

import pytest

from shouwen.features.cases.greeting import is_greeting
from shouwen.features.cases.rules.amounts import find_said
from shouwen.features.cases.rules.guard import check_message, read_text
from shouwen.features.cases.rules.vague import ask_back
from shouwen.features.cases.types import CaseType, ContractFigures
from shouwen.platform.logs import redact

LONG = 20_000
UNITS = [
    "1", "1,111", "1.1", "十", "2026-", "1 月 ", "征信不会向您的", "不能不能", "a-", "A1_", "万分之", "万分之十", "¥ ",
    "押金1", "1234 1234 1234 ", "12:34:", "138-1234-5678", "坏了", "手机", "您好", " ", "password=", "authorization: ",
]  # fmt: skip
# what the converter of Chinese numbers itself stumbles over
STUMBLING = ["1,111十", "十1,111", "2026-1十百", "1十百12:34:", "壹٣元", "٣٣٣元", "1²元", "万万万元", "零零元", "点元"]


@pytest.mark.parametrize("unit", UNITS)
def test_long_repetition_read_to_its_end(unit):
    text = (unit * LONG)[:LONG]
    check_message(read_text(text), ContractFigures())
    ask_back(text, CaseType.FAULT)
    is_greeting(text)
    assert len(redact(text)) > 0


@pytest.mark.parametrize("words", STUMBLING)
def test_number_nobody_can_read_is_no_error(words):
    for text in (words, f"押金 {words}", words * 40):
        assert all(said.start < said.end for said in find_said(text))
        check_message(read_text(text), ContractFigures())
