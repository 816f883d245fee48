"""Money is whole fen (¥0.01) as int; there is no float and no decimal amount anywhere."""

from collections.abc import Sequence
from typing import Literal

Rounding = Literal["first", "last"]


def format_fen(amount_fen: int) -> str:
    """`123456` → `¥1,234.56`; negative amounts carry the sign before the yuan mark."""
    sign = "−" if amount_fen < 0 else ""
    yuan, cents = divmod(abs(amount_fen), 100)
    return f"{sign}¥{yuan:,}.{cents:02d}"


def plain_fen(amount_fen: int) -> str:
    """`123456` → `1,234.56`, for working lines where the yuan mark would repeat."""
    return format_fen(amount_fen).replace("¥", "")


def split_rent_fen(total_fen: int, periods: int, rounding: Rounding) -> tuple[int, ...]:
    """Split `total_fen` into `periods` rents that sum to it; the odd fen go to the first or the last."""
    if periods < 1 or total_fen < 0:
        raise ValueError(f"cannot split {total_fen} fen into {periods} periods")
    even_fen, odd_fen = divmod(total_fen, periods)
    rents_fen = [even_fen] * periods
    rents_fen[0 if rounding == "first" else -1] += odd_fen
    return tuple(rents_fen)


def settled_fen(rents_fen: Sequence[int], settled: int) -> int:
    """Rent covered by the first `settled` instalments (BUY-1: instalments settle in order)."""
    return sum(rents_fen[:settled])


def typed_fen(typed: str) -> int | None:
    """`320`, `¥1,320.5` as fen; None for anything else."""
    yuan, _, rest = typed.strip().replace(",", "").removeprefix("¥").partition(".")
    digits = f"{yuan}{rest}"
    plain = yuan != "" and digits.isascii() and digits.isdigit() and len(yuan) < 9 and len(rest) <= 2
    return int(yuan) * 100 + int(rest.ljust(2, "0")) if plain else None
