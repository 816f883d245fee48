"""The only place that reads the wall clock and random numbers; everything else gets them as arguments."""

import secrets
from datetime import UTC, datetime

_BASE32 = "abcdefghjkmnpqrstuvwxyz23456789"  # no i, l, o, 0, 1: these are read aloud on the phone


def now() -> datetime:
    """The current instant, aware, UTC."""
    return datetime.now(UTC)


def random_ref(prefix: str, length: int = 10) -> str:
    """A public reference nobody can guess: `SW-` + about 50 random bits."""
    drawn, signs = secrets.randbelow(len(_BASE32) ** length), []
    for _ in range(length):
        drawn, at = divmod(drawn, len(_BASE32))
        signs.append(_BASE32[at])
    return f"{prefix}-{''.join(signs)}"


def random_token() -> str:
    """256 random bits for sessions and links; stored only as a hash."""
    return secrets.token_urlsafe(32)


def random_digits(length: int) -> str:
    """Random digits, for numbers that people read aloud."""
    return f"{secrets.randbelow(10**length):0{length}d}"
