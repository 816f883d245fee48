"""Structured logs, one JSON object a line, with personal numbers and secrets taken out at the logger."""

import json
import logging
import re
import sys
from datetime import UTC, datetime

import msgspec

_LONG_NUMBER = re.compile(r"(?<![0-9])[0-9]{11,18}[0-9Xx]?(?![0-9])")  # phones, identity numbers, IMEIs
_SECRET = re.compile(
    r"(?i)(authorization|cookie|password|token|csrf|code)([\"']?\s*[:=]\s*[\"']?)(?:bearer\s+|basic\s+)?[^\s\"',;&]+"
)


def redact(text: str) -> str:
    """Long numbers and anything that follows the name of a secret become stars."""
    return _SECRET.sub(r"\1\2***", _LONG_NUMBER.sub("***", text))


class JsonLines(logging.Formatter):
    """time, level, logger, message, and the traceback where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": redact(record.getMessage()),
        }
        for name in ("method", "path", "status", "ms"):
            if hasattr(record, name):
                value = getattr(record, name)
                entry[name] = redact(value) if isinstance(value, str) else value
        if record.exc_info:
            entry["error"] = redact(self.formatException(record.exc_info))
        try:
            return msgspec.json.encode(entry).decode()
        except UnicodeEncodeError:  # half a character, as a stranger's path may hold
            return json.dumps(entry)


def set_up_logs(level: int = logging.INFO) -> None:
    """Everything to standard error; uvicorn's own access log is off (ours has no query strings)."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.getLogger("uvicorn.access").disabled = True
