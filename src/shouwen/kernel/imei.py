"""The check digit of an IMEI (3GPP TS 23.003, annex B): 15 digits by the Luhn formula."""

_LENGTH = 15


def is_imei(digits: str) -> bool:
    """Whether 15 ASCII digits carry the right check digit; every second one counts double, its digits added."""
    if len(digits) != _LENGTH or not (digits.isascii() and digits.isdigit()):
        return False
    total = 0
    for at, digit in enumerate(digits):
        value = int(digit) * (2 if at % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
