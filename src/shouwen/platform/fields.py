"""Bounded field types for commands: nothing unbounded gets past the edge."""

from datetime import UTC, datetime
from typing import Annotated

from msgspec import Meta

MAX_ID = 2**63 - 1
MAX_FEN = 1_000_000_000  # ¥10,000,000: above that a figure is a mistake
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)

Instant = Annotated[datetime, Meta(tz=True)]  # `decode` keeps it from EARLIEST up to LATEST
Ref = Annotated[str, Meta(min_length=3, max_length=40, pattern=r"^[A-Za-z0-9][A-Za-z0-9-]*\Z")]
Key = Annotated[str, Meta(min_length=1, max_length=40, pattern=r"^[a-z][a-z0-9_]*\Z")]
Name = Annotated[str, Meta(min_length=1, max_length=80, pattern=r"^[^\n\r\t]*\Z")]
Line = Annotated[str, Meta(max_length=200)]
Text = Annotated[str, Meta(max_length=5_000)]
Fen = Annotated[int, Meta(ge=0, le=MAX_FEN)]
Count = Annotated[int, Meta(ge=0, le=10_000)]
Seq = Annotated[int, Meta(ge=0, le=MAX_ID)]
