"""A request becomes a command: path, query and body merged once, unknown and duplicate keys refused."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NoReturn, TypeVar, cast

import msgspec
from msgspec import Struct

from shouwen.kernel.errors import BadInput
from shouwen.platform.fields import EARLIEST, LATEST

C = TypeVar("C", bound=Struct)
MAX_BODY_BYTES = 1024 * 1024
MAX_DEPTH = 12
# What no keyboard types and no page should show: control characters but tab and line ends, the separators that only
# some programs break lines at, and marks that turn the direction of what follows (a name that reads as another).
HIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
_LENGTH = re.compile(r"length (>=|<=) (\d+)")


def decode(command: type[C], path: Mapping[str, str], query: Sequence[tuple[str, str]], body: bytes) -> C:
    """Build `command`; path and query texts are read by their field's type, the body keeps its JSON types.

    Raises BadInput: 400 where the request cannot be read at all, 422 where a field is wrong.
    """
    merged = _read_body(body)
    types = _field_types(command)
    for name, text in (*path.items(), *query):
        if name in merged:
            raise BadInput(name, f"“{name}”给了两次", f"{name!r} is given twice", status=400)
        _check(text, 0)
        merged[name] = _from_text(name, text, types.get(name))
    try:
        decoded = msgspec.convert(merged, command)
        msgspec.json.encode(decoded)  # lone surrogates cannot be stored: refuse them here
    except msgspec.ValidationError as error:
        _refuse(error)
    except UnicodeEncodeError:
        raise _unreadable("文本里有无法保存的字符", "the text holds half a character") from None
    for name in types:
        _refuse_far(name, getattr(decoded, name))
    return decoded


def _refuse_far(name: str, value: object) -> None:
    """An instant of another age: its day on another clock may be none at all."""
    if isinstance(value, datetime) and not EARLIEST <= value < LATEST:
        raise BadInput(
            name, "请填写 2000 年到 2099 年之间的时间", "an instant from 2000 to 2099",
            remedy_zh="例如 2026-11-23 10:30", remedy_en="such as 2026-11-23 10:30",
        )  # fmt: skip


def _read_body(body: bytes) -> dict[str, Any]:
    if not body:
        return {}
    if len(body) > MAX_BODY_BYTES:
        raise BadInput("body", "内容太大", "the request body is too large", status=413)
    try:
        value = json.loads(body.decode("utf-8"), object_pairs_hook=_no_duplicates, parse_constant=_no_constant)
    except UnicodeDecodeError:
        raise _unreadable("内容不是 UTF-8", "the body is not UTF-8") from None
    except ValueError as error:
        raise _unreadable("内容不是正确的 JSON", f"the body is not JSON: {str(error)[:80]}") from None
    except RecursionError:
        raise _unreadable("内容嵌套太深", "the body is nested too deeply") from None
    if not isinstance(value, dict):
        raise _unreadable("内容应是一个 JSON 对象", "the body should be a JSON object")
    _check(value, 0)
    return value


def _check(value: object, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise _unreadable("内容嵌套太深", "the body is nested too deeply")
    if isinstance(value, str):
        if HIDDEN.search(value):
            raise _unreadable("文本里有看不见的控制字符", "the text holds a control character or a change of direction")
    elif isinstance(value, dict):
        for key, item in value.items():
            _check(key, depth)
            _check(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            _check(item, depth + 1)


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _unreadable("同一个字段给了两次", "a key stands twice in one object")
    return found


def _no_constant(name: str) -> NoReturn:
    raise _unreadable(f"不能使用 {name}", f"{name} is no JSON number")


def _from_text(name: str, text: str, kind: object) -> object:
    if kind is None:
        return text  # unknown: the struct refuses it by name
    try:
        return msgspec.convert(text, cast(type, kind), strict=False)
    except msgspec.ValidationError as error:
        raise _field_error(name, str(error)) from None


@cache
def _field_types(command: type[Struct]) -> dict[str, Any]:
    return {field.name: field.type for field in msgspec.structs.fields(command)}


def _refuse(error: msgspec.ValidationError) -> NoReturn:
    text = str(error)
    message, _, where = text.partition(" - at `$")
    field = where.rstrip("`").lstrip(".")
    if not field and "`" in message:
        field = message.split("`")[-2]
    raise _field_error(field or "body", message) from None


def _field_error(field: str, message: str) -> BadInput:
    return BadInput(
        field,
        f"“{field}”填写有误",
        f"{field}: {message}",
        remedy_zh=f"请按说明修改这一项后重试{_length_zh(message)}",
        remedy_en="correct this field and try again",
    )


def _length_zh(message: str) -> str:
    """How long it has to be, where that is what is wrong."""
    found = _LENGTH.search(message)
    if found is None:
        return ""
    return f"：{'至少' if found[1] == '>=' else '最多'} {found[2]} 个字符"


def _unreadable(zh: str, en: str) -> BadInput:
    return BadInput("body", zh, en, status=400)
