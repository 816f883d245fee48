"""One line of the result: what was measured, beside what, and whether the goal is met."""

import json
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import median

from msgspec import Struct
from msgspec.structs import asdict

RESULTS = Path(__file__).parent / "results.json"


class Row(Struct, frozen=True, kw_only=True):
    """`yardstick` has the unit of `measured`; `ratio` is measured ÷ yardstick. `met` None: there is no goal, or the
    row could not be measured, and `note` says why.
    """

    name: str
    measured: float | None
    unit: str
    yardstick: float | None = None
    ratio: float | None = None
    goal: str = ""
    met: bool | None = None
    command: str = ""
    note: str = ""


def at_most(name: str, measured: float, unit: str, limit: float, yardstick: float | None, note: str = "") -> Row:
    """A row whose measured value has an upper limit."""
    return Row(
        name=name, measured=measured, unit=unit, yardstick=yardstick, ratio=ratio(measured, yardstick),
        goal=f"≤ {limit:g} {unit}", met=measured <= limit, note=note,
    )  # fmt: skip


def ratio(measured: float, yardstick: float | None) -> float | None:
    """How many times the yardstick, None without one."""
    return measured / yardstick if yardstick else None


def skipped(name: str, unit: str, why: str) -> Row:
    """A row that could not be measured here."""
    return Row(name=name, measured=None, unit=unit, note=why)


def spread(values: Sequence[float], unit: str = "") -> str:
    """`median (lowest … highest)`, so that a reader sees how steady a figure is."""
    return f"{median(values):.3g} ({min(values):.3g} … {max(values):.3g}){unit}"


def percentile(values: Iterable[float], share: float) -> float:
    """The smallest value that at least `share` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, min(len(ordered) - 1, -int(-share * len(ordered) // 1) - 1))]


def table(rows: Sequence[Row]) -> str:
    """The rows as text, in columns; notes below."""
    head = ["name", "measured", "unit", "yardstick", "ratio", "goal", "met"]
    lines = [head] + [
        [
            row.name, _number(row.measured), row.unit, _number(row.yardstick), _number(row.ratio), row.goal,
            {True: "yes", False: "NO", None: "–"}[row.met],
        ]
        for row in rows
    ]  # fmt: skip
    widths = [max(_width(line[column]) for line in lines) for column in range(len(head))]
    text = "\n".join(
        "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )
    notes = "\n".join(f"  {row.name}: {row.note}" for row in rows if row.note)
    return f"{text}\n\n{notes}" if notes else text


def write(rows: Sequence[Row]) -> None:
    """results.json: a list of rows."""
    RESULTS.write_text(json.dumps([asdict(row) for row in rows], ensure_ascii=False, indent=2) + "\n", "utf-8")


def _number(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
