"""How the provider words an answer, and how it reads what it needs."""

import re
from collections.abc import Mapping
from datetime import timedelta

from shouwen.platform.payment.wire import Unreadable, fen, text_of

Body = Mapping[str, object]
_TIMEOUT = re.compile(r"(\d{1,5})([mhd])\Z", re.ASCII)
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


class Refused(Exception):
    """A business failure; nothing has changed."""

    def __init__(self, sub_code: str, said: str) -> None:
        super().__init__(sub_code)
        self.sub_code, self.said = sub_code, said

    def body(self) -> dict[str, object]:
        """As the provider answers it."""
        return {"code": "40004", "msg": "Business Failed", "sub_code": self.sub_code, "sub_msg": self.said}


def success(**fields: str) -> dict[str, object]:
    """An answer to a call that was carried out."""
    return {"code": "10000", "msg": "Success", **fields}


def waiting(**fields: str) -> dict[str, object]:
    """An answer to a call that waits for its buyer."""
    return {"code": "10003", "msg": "order success pay inprocess", **fields}


def needed(body: Body, name: str) -> str:
    """A field that must be there; raises Unreadable."""
    text = text_of(body, name)
    if not text:
        raise Unreadable(f"no {name}")
    return text


def amount(body: Body, name: str) -> int:
    """A positive amount in fen; raises Unreadable."""
    amount_fen = fen(needed(body, name))
    if amount_fen <= 0:
        raise Unreadable(f"{name} of nothing")
    return amount_fen


def pay_timeout(body: Body) -> timedelta:
    """How long an order may stay undecided: `15m`, `2h`, `1d`, else 15 days. Raises Unreadable."""
    text = text_of(body, "pay_timeout") or "15d"
    found = _TIMEOUT.match(text)
    if found is None:
        raise Unreadable("pay_timeout")
    return int(found[1]) * _UNITS[found[2]]
