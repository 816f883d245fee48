"""The published service clocks and the working calendar in force (SLA-1), read once from the dated data."""

from datetime import date, datetime
from functools import lru_cache

from shouwen.features.cases.policy import calendar_from, service_clocks_from
from shouwen.features.cases.types import Channel, ServiceClocks
from shouwen.kernel.days import beijing_on
from shouwen.kernel.working_time import WorkCalendar, add_working_seconds
from shouwen.platform.policies import load_policy


@lru_cache(maxsize=1)
def calendar() -> WorkCalendar:
    """When the desk works: hours, holidays, make-up days."""
    return calendar_from(load_policy("holidays").document)


@lru_cache(maxsize=64)
def _clocks_on(on: date) -> ServiceClocks:
    return service_clocks_from(load_policy("service_clocks").document, on)


def service_clocks(now: datetime) -> ServiceClocks:
    """The version in force on that Beijing day."""
    return _clocks_on(beijing_on(now))


def answer_until(channel: Channel, now: datetime) -> datetime:
    """Until when something the renter has just said should have a substantive answer."""
    return add_working_seconds(now, service_clocks(now).substantive_answer_seconds[channel], calendar())
