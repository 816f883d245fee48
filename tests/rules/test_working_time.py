"""Working time: hours, weekends, holidays and make-up workdays."""

import tomllib
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shouwen.features.cases.policy import calendar_from
from shouwen.kernel.days import BEIJING
from shouwen.kernel.working_time import (
    WorkCalendar,
    WorkWindow,
    add_working_seconds,
    end_of_working_days,
    next_working_days,
    working_seconds_between,
)

HOLIDAYS = Path(__file__).parents[2] / "policies" / "holidays.toml"
CALENDAR = calendar_from(tomllib.loads(HOLIDAYS.read_text("utf-8")))
SPLIT = WorkCalendar(windows=(WorkWindow(time(9), time(12)), WorkWindow(time(14), time(18))))


def beijing(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


@pytest.mark.parametrize(
    ("start", "seconds", "ends"),
    [
        ("2026-03-02 10:00:00", 30, "2026-03-02 10:00:30"),
        ("2026-03-02 08:59:00", 30, "2026-03-02 09:00:30"),
        ("2026-03-02 20:59:50", 30, "2026-03-03 09:00:20"),
        ("2026-03-06 20:59:50", 30, "2026-03-09 09:00:20"),  # Friday night to Monday
        ("2026-02-14 20:59:50", 30, "2026-02-24 09:00:20"),  # make-up Saturday, then Spring Festival
        ("2026-10-09 20:59:50", 30, "2026-10-10 09:00:20"),  # the Saturday after National Day works
        ("2026-03-02 23:00:00", 0, "2026-03-02 23:00:00"),
        ("2026-03-02 09:00:00", 12 * 3600, "2026-03-02 21:00:00"),
    ],
)
def test_add_seconds_across_rest_ends_in_working_time(start, seconds, ends):
    assert add_working_seconds(beijing(start), seconds, CALENDAR) == beijing(ends)


def test_add_seconds_in_split_shift_skips_the_pause():
    assert add_working_seconds(beijing("2026-03-02 11:59:00"), 120, SPLIT) == beijing("2026-03-02 14:01:00")


def test_seconds_between_over_a_holiday_counts_only_working_time():
    worked = working_seconds_between(beijing("2026-02-13 20:00"), beijing("2026-02-24 10:00"), CALENDAR)
    assert worked == 3600 + 12 * 3600 + 3600


def test_seconds_between_backwards_are_none():
    assert working_seconds_between(beijing("2026-03-03 10:00"), beijing("2026-03-02 10:00"), CALENDAR) == 0


@pytest.mark.parametrize(
    ("start", "days", "on"),
    [
        (date(2026, 3, 2), 3, date(2026, 3, 5)),
        (date(2026, 3, 6), 1, date(2026, 3, 9)),
        (date(2026, 4, 30), 1, date(2026, 5, 6)),
        (date(2026, 5, 7), 2, date(2026, 5, 9)),
        (date(2025, 1, 25), 1, date(2025, 1, 26)),
        (date(2025, 9, 30), 1, date(2025, 10, 9)),
        (date(2026, 3, 7), 0, date(2026, 3, 7)),
    ],
)
def test_next_working_days_around_rest_lands_on_a_working_day(start, days, on):
    assert next_working_days(start, days, CALENDAR) == on


def test_end_of_working_days_is_closing_time():
    assert end_of_working_days(beijing("2026-03-06 22:30"), 1, CALENDAR) == beijing("2026-03-09 21:00")


def test_published_years_are_named_and_others_have_only_weekends():
    assert CALENDAR.published_years == {2025, 2026}
    assert CALENDAR.is_working_day(date(2027, 10, 1))
    assert not CALENDAR.is_working_day(date(2027, 10, 2))


def test_every_makeup_day_is_a_weekend_and_every_long_holiday_touches_one():
    assert all(day.weekday() >= 5 for day in CALENDAR.makeup_days)
    assert len(CALENDAR.makeup_days) == 11
    assert len(CALENDAR.holidays) == 28 + 33


def test_working_at_uses_the_beijing_clock():
    assert CALENDAR.is_working_at(datetime(2026, 3, 2, 1, 0, tzinfo=UTC))
    assert not CALENDAR.is_working_at(datetime(2026, 3, 2, 0, 59, tzinfo=UTC))
    assert not CALENDAR.is_working_at(datetime(2026, 3, 2, 13, 0, tzinfo=UTC))


@pytest.mark.parametrize(
    "broken", [{"windows": ()}, {"rest_weekdays": frozenset(range(7))}], ids=["no hours", "no days"]
)
def test_calendar_without_working_time_is_refused(broken):
    with pytest.raises(ValueError, match="without working time"):
        WorkCalendar(**broken)


def test_naive_start_is_refused():
    with pytest.raises(ValueError, match="naive"):
        add_working_seconds(datetime.fromisoformat("2026-03-02T10:00:00"), 30, CALENDAR)


@pytest.mark.parametrize("seconds", [-1, 10**12])
def test_clock_out_of_range_is_refused(seconds):
    with pytest.raises(ValueError, match="out of range"):
        add_working_seconds(beijing("2026-03-02 10:00"), seconds, CALENDAR)


@given(minutes=st.integers(0, 60 * 24 * 700), seconds=st.integers(1, 400_000), more=st.integers(0, 400_000))
def test_adding_and_measuring_agree(minutes, seconds, more):
    start = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    ends = add_working_seconds(start, seconds, CALENDAR)
    assert working_seconds_between(start, ends, CALENDAR) == seconds
    assert add_working_seconds(start, seconds + more, CALENDAR) >= ends
