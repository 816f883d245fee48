"""RFC 8785 canonical JSON: one byte form a value, so that a hash of it means the same everywhere."""

import json
from typing import Any, cast

import msgspec
import rfc8785

from shouwen.features.evidence.seals.errors import SealInvalid


def canonical(value: object) -> bytes:
    """The canonical bytes of a JSON value (dict, list, str, int within ±(2^53 − 1), finite float, bool,
    None)."""
    try:
        if _is_plain(value):
            return _PLAIN.encode(value)
        return rfc8785.dumps(cast(Any, value))
    except (rfc8785.CanonicalizationError, UnicodeError, RecursionError) as error:
        raise _not_canonical(str(error)) from error


# Without floats, large numbers and keys beyond ASCII (which sort by UTF-16), msgspec writes the same bytes in far less
# time (a test compares); the sequencer needs it.
_PLAIN = msgspec.json.Encoder(order="sorted")
_LARGEST_INT = 2**53 - 1


def _is_plain(value: object) -> bool:
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return True
    if kind is int:
        return -_LARGEST_INT <= cast(int, value) <= _LARGEST_INT
    if kind is dict:
        for key, held in cast(dict[object, object], value).items():
            if not (type(key) is str and key.isascii() and (type(held) is str or _is_plain(held))):
                return False
        return True
    return kind is list and all(map(_is_plain, cast(list[object], value)))


def parse_canonical(data: bytes) -> object:
    """The value of bytes that are already canonical; SealInvalid for any other spelling of the same value."""
    try:
        value = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise _not_canonical("not JSON") from error
    if canonical(value) != data:
        raise _not_canonical("a different spelling of the same JSON")
    return cast(object, value)


def _not_canonical(why: str) -> SealInvalid:
    return SealInvalid("not_canonical", "不是规范的 JSON（RFC 8785）", f"not canonical JSON (RFC 8785): {why}")
