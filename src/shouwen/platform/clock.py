"""The only place that reads the wall clock and random numbers; everything else gets them as arguments."""

import secrets
from datetime import UTC, datetime

_BASE32 = "abcdefghjkmnpqrstuvwxyz23456789"  # no i, l, o, 0, 1: these are read aloud on the phone


def now() -> datetime:
    """The current instant, aware, UTC."""
    return datetime.now(UTC)


def random_ref(prefix: str, length: int = 10) -> str:
    """A public reference nobody can guess: `SW-` + about 50 random bits."""
    return f"{prefix}-{''.join(secrets.choice(_BASE32) for _ in range(length))}"


def random_token() -> str:
    """256 random bits for sessions and links; stored only as a hash."""
    return secrets.token_urlsafe(32)


def random_digits(length: int) -> str:
    """Random digits, for numbers that people read aloud."""
    return "".join(secrets.choice("0123456789") for _ in range(length))
