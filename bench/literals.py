"""Python values as SQL text, for tools that take no parameters."""

from datetime import date, datetime

import msgspec


def literal(value: object) -> str:
    """A typed literal; dicts, tuples and structs are jsonb."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, bytes):
        return f"'\\x{value.hex()}'::bytea"
    if isinstance(value, datetime):
        return f"'{value.isoformat()}'::timestamptz"
    if isinstance(value, date):
        return f"'{value.isoformat()}'::date"
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, list) and not any(isinstance(item, dict | tuple) for item in value):
        return f"ARRAY[{', '.join(map(literal, value))}]" if value else "'{}'"
    if isinstance(value, list):
        return f"ARRAY[{', '.join(_quoted(msgspec.json.encode(item).decode()) for item in value)}]::jsonb[]"
    return f"{_quoted(msgspec.json.encode(value).decode())}::jsonb"


def _quoted(text: str) -> str:
    # a colon before a letter would be a variable of pgbench's
    escaped = text.replace("\\", "\\\\").replace("'", "''").replace(":", "\\x3a")
    return f"E'{escaped}'"
