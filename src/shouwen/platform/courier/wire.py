"""The wire: a JSON text and its HMAC-SHA256 in hex, both ways. What cannot be read, or is not signed, is refused."""

import hashlib
import hmac
from datetime import UTC, datetime
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from shouwen.platform.courier.port import CourierLine, CourierReport, PushRefused

MAX_PARAM = 200_000
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)

_Id = Annotated[str, Meta(min_length=1, max_length=100)]
_Said = Annotated[str, Meta(max_length=500)]


class WireLine(Struct, frozen=True):
    """A line as it is sent; unknown fields are left alone, couriers add them."""

    id: _Id
    at: Annotated[datetime, Meta(tz=True)]
    code: Annotated[str, Meta(max_length=40)]
    place: _Said = ""
    said: _Said = ""


class WireReport(Struct, frozen=True):
    """A report as it is sent."""

    courier: Annotated[str, Meta(min_length=1, max_length=20)]
    waybill: Annotated[str, Meta(min_length=1, max_length=40)]
    lines: Annotated[tuple[WireLine, ...], Meta(max_length=500)] = ()


class Question(Struct, frozen=True):
    """What we ask: one parcel."""

    courier: str
    waybill: str


class Envelope(Struct, frozen=True):
    """A text with its signature."""

    param: str
    sign: str


def sign_text(key: str, param: str) -> str:
    """The signature of a text under the shared key."""
    return hmac.new(key.encode(), param.encode(), hashlib.sha256).hexdigest()


def seal(key: str, value: Struct) -> Envelope:
    """A struct as signed text."""
    param = msgspec.json.encode(value).decode()
    return Envelope(param, sign_text(key, param))


def is_signed(key: str, param: str, sign: str) -> bool:
    """Whether the signature is that of the text, compared in constant time."""
    return hmac.compare_digest(sign_text(key, param).encode(), sign.encode("utf-8", "replace"))


def open_report(key: str, param: str, sign: str) -> CourierReport:
    """The report in a signed text; PushRefused `signature` or `form`."""
    if not key or not is_signed(key, param, sign):
        raise PushRefused("signature")
    try:
        report = msgspec.json.decode(param, type=WireReport)
    except (msgspec.MsgspecError, RecursionError):
        raise PushRefused("form") from None
    if "\0" in param or any(line.at < _EARLIEST for line in report.lines):
        raise PushRefused("form")
    lines = tuple(CourierLine(line.id, line.at, line.code, line.place, line.said) for line in report.lines)
    return CourierReport(report.courier, report.waybill, lines)
