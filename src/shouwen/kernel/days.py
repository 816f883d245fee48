"""Business dates are Asia/Shanghai calendar days; instants are aware UTC datetimes."""

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta, timezone

BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")  # no daylight saving since 1991


def beijing_on(at: datetime) -> date:
    """The Beijing calendar day of an instant; refuses naive datetimes."""
    return beijing_at(at).date()


def beijing_at(at: datetime) -> datetime:
    """The same instant on Beijing's clock."""
    if at.tzinfo is None:
        raise ValueError("a naive datetime has no business date")
    return at.astimezone(BEIJING)


def start_of(on: date) -> datetime:
    """The UTC instant at which the Beijing day begins."""
    return datetime(on.year, on.month, on.day, tzinfo=BEIJING).astimezone(UTC)


def end_of(on: date) -> datetime:
    """The UTC instant of the Beijing day's last second, for what holds through the whole day."""
    return start_of(on + timedelta(days=1)) - timedelta(seconds=1)


def last_on(until: datetime) -> date:
    """The last Beijing day that is in time where `until` is the first late instant; midnight ends the day before."""
    return beijing_on(until - timedelta(seconds=1))


def add_months(on: date, months: int) -> date:
    """Same day `months` later, or the month's last day where it has none (31 Jan → 28 Feb → 31 Mar from 31 Jan)."""
    month0 = on.year * 12 + on.month - 1 + months
    year, month = divmod(month0, 12)
    return date(year, month + 1, min(on.day, monthrange(year, month + 1)[1]))
