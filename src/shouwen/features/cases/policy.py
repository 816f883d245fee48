"""Dated data → the structs the rules take. Each function is given a decoded TOML file."""

from collections.abc import Mapping
from datetime import date, time, timedelta

import msgspec
from msgspec import Struct

from shouwen.features.cases.types import Channel, ServiceClocks
from shouwen.kernel.in_force import in_force
from shouwen.kernel.working_time import WorkCalendar, WorkWindow

_WEEKDAYS = {
    name: number
    for number, name in enumerate(("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"))
}


class _Window(Struct, frozen=True):
    opens: time
    closes: time


class _Week(Struct, frozen=True):
    id: str
    rest_weekdays: list[str]
    windows: list[_Window]


class _Holiday(Struct, frozen=True, rename={"from_on": "from", "to_on": "to"}):
    name: str
    from_on: date
    to_on: date


class _Year(Struct, frozen=True):
    year: int
    id: str
    source: str
    holidays: list[_Holiday]
    makeup_days: list[date]


class _HolidayFile(Struct, frozen=True):
    working_week: _Week
    years: list[_Year]


class _Decision(Struct, frozen=True):
    ordinary_working_days: int
    damage_working_days: int
    credit_review_working_days: int
    objection_calendar_days: int


class _Claim(Struct, frozen=True):
    pause_after_decision_days: int


class _ClockVersion(Struct, frozen=True):
    id: str
    effective_from: date
    urgent_in_hours_seconds: int
    urgent_on_call_seconds: int
    first_answer_seconds: dict[Channel, int]
    substantive_answer_seconds: dict[Channel, int]
    decision: _Decision
    claim: _Claim
    effective_to: date | None = None


class _ClockFile(Struct, frozen=True):
    versions: list[_ClockVersion]


def calendar_from(data: Mapping[str, object]) -> WorkCalendar:
    """policies/holidays.toml as a calendar; raises msgspec.ValidationError when the file does not fit."""
    file = msgspec.convert(data, _HolidayFile)
    holidays = frozenset(
        holiday.from_on + timedelta(days=offset)
        for year in file.years
        for holiday in year.holidays
        for offset in range((holiday.to_on - holiday.from_on).days + 1)
    )
    return WorkCalendar(
        windows=tuple(WorkWindow(window.opens, window.closes) for window in file.working_week.windows),
        rest_weekdays=frozenset(_WEEKDAYS[name] for name in file.working_week.rest_weekdays),
        holidays=holidays,
        makeup_days=frozenset(day for year in file.years for day in year.makeup_days),
        published_years=frozenset(year.year for year in file.years),
        version="+".join([file.working_week.id, *(year.id for year in file.years)]),
    )


def service_clocks_from(data: Mapping[str, object], on: date) -> ServiceClocks:
    """The version of policies/service_clocks.toml in force on that Beijing day; LookupError where there is none."""
    version = in_force(msgspec.convert(data, _ClockFile).versions, on)
    if version is None:
        raise LookupError(f"no service clocks in force on {on}")
    return ServiceClocks(
        id=version.id,
        first_answer_seconds=version.first_answer_seconds,
        substantive_answer_seconds=version.substantive_answer_seconds,
        urgent_in_hours_seconds=version.urgent_in_hours_seconds,
        urgent_on_call_seconds=version.urgent_on_call_seconds,
        ordinary_working_days=version.decision.ordinary_working_days,
        damage_working_days=version.decision.damage_working_days,
        credit_review_working_days=version.decision.credit_review_working_days,
        objection_calendar_days=version.decision.objection_calendar_days,
        pause_after_decision_days=version.claim.pause_after_decision_days,
    )
