"""Working time on Beijing's clock: service hours, rest days, holidays and make-up workdays (调休). SLA-1."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from msgspec import Struct

from shouwen.kernel.days import BEIJING, beijing_at, beijing_on

_DAY = timedelta(days=1)
_LONGEST_SECONDS = 3660 * 86_400  # ten years of clock: anything longer is a bug in the caller


class WorkWindow(Struct, frozen=True):
    """One stretch of a working day, Beijing time; `closes` is not part of it and may be 24:00 as 00:00."""

    opens: time
    closes: time

    def bounds(self, on: date) -> tuple[datetime, datetime]:
        """The window's first instant on that day and the first instant after it, in UTC."""
        opens_at = datetime.combine(on, self.opens, BEIJING)
        closes_at = datetime.combine(on, self.closes, BEIJING)
        if closes_at <= opens_at:
            closes_at += _DAY
        return opens_at.astimezone(UTC), closes_at.astimezone(UTC)


class WorkCalendar(Struct, frozen=True):
    """When the desk works. `rest_weekdays` count from Monday = 0; holidays rest, make-up days work.

    `published_years` are those whose official schedule is in the data; outside them only the week decides.
    """

    windows: tuple[WorkWindow, ...] = (WorkWindow(time(9), time(21)),)
    rest_weekdays: frozenset[int] = frozenset({5, 6})
    holidays: frozenset[date] = frozenset()
    makeup_days: frozenset[date] = frozenset()
    published_years: frozenset[int] = frozenset()
    version: str = ""

    def __post_init__(self) -> None:
        if not self.windows or self.rest_weekdays >= frozenset(range(7)):
            raise ValueError("a calendar without working time never ends a clock")
        if self.holidays & self.makeup_days:
            raise ValueError("a day is either a holiday or a make-up workday")

    def is_working_day(self, on: date) -> bool:
        """Make-up days work although they fall on a weekend; holidays rest although they fall in the week."""
        if on in self.makeup_days:
            return True
        return on not in self.holidays and on.weekday() not in self.rest_weekdays

    def is_working_at(self, at: datetime) -> bool:
        """Is somebody at the desk at this instant?"""
        on = beijing_on(at)
        return self.is_working_day(on) and any(opens_at <= at < closes_at for opens_at, closes_at in _bounds(on, self))


def _bounds(on: date, calendar: WorkCalendar) -> list[tuple[datetime, datetime]]:
    return [window.bounds(on) for window in calendar.windows]


def _stretches(start_at: datetime, calendar: WorkCalendar) -> Iterator[tuple[datetime, datetime]]:
    """Working stretches from `start_at` on, the first one cut at it."""
    on = beijing_on(start_at)
    while True:
        if calendar.is_working_day(on):
            for opens_at, closes_at in _bounds(on, calendar):
                if closes_at > start_at:
                    yield max(opens_at, start_at), closes_at
        on += _DAY


def add_working_seconds(start_at: datetime, seconds: int, calendar: WorkCalendar) -> datetime:
    """The UTC instant at which `seconds` of working time have passed since `start_at`.

    A clock started outside working hours begins when the desk opens; 0 seconds end at once, where they began.
    """
    if not 0 <= seconds <= _LONGEST_SECONDS:
        raise ValueError(f"a clock of {seconds} s is out of range")
    if seconds == 0:
        return start_at.astimezone(UTC)
    left = timedelta(seconds=seconds)
    for begins_at, ends_at in _stretches(start_at, calendar):
        if left <= ends_at - begins_at:
            return (begins_at + left).astimezone(UTC)
        left -= ends_at - begins_at
    raise AssertionError("stretches never end")


def working_seconds_between(start_at: datetime, end_at: datetime, calendar: WorkCalendar) -> int:
    """Whole working seconds from `start_at` to `end_at`; 0 when the end is not after the start."""
    if end_at <= start_at:
        return 0
    if (end_at - start_at).total_seconds() > _LONGEST_SECONDS:
        raise ValueError("the span is longer than ten years")
    worked = timedelta()
    for begins_at, ends_at in _stretches(start_at, calendar):
        if begins_at >= end_at:
            return int(worked.total_seconds())
        worked += min(ends_at, end_at) - begins_at
    raise AssertionError("stretches never end")


def next_working_days(start_on: date, days: int, calendar: WorkCalendar) -> date:
    """The `days`-th working day after `start_on`; the first day itself is not counted (民法典 201)."""
    if not 0 <= days <= 3660:
        raise ValueError(f"{days} working days are out of range")
    on = start_on
    for _ in range(days):
        on += _DAY
        while not calendar.is_working_day(on):
            on += _DAY
    return on


def end_of_working_days(start_at: datetime, days: int, calendar: WorkCalendar) -> datetime:
    """The instant (UTC) at which the desk closes on the `days`-th working day after `start_at`'s Beijing day."""
    on = next_working_days(beijing_at(start_at).date(), days, calendar)
    return max(closes_at for _, closes_at in _bounds(on, calendar))
