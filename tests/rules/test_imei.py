"""The check digit of an IMEI."""

import pytest

from shouwen.kernel.imei import is_imei


def test_published_example_is_an_imei():
    assert is_imei("490154203237518")


@pytest.mark.parametrize("at", range(15))
def test_any_one_digit_misread_is_noticed(at):
    digits = list("490154203237518")
    digits[at] = str((int(digits[at]) + 1) % 10)
    assert not is_imei("".join(digits))


@pytest.mark.parametrize("text", ["", "49015420323751", "4901542032375180", "49015420323751８", "49015420323751x"])
def test_other_than_fifteen_ascii_digits_is_none(text):
    assert not is_imei(text)
