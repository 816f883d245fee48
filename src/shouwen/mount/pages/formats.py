"""How dates, clocks, sizes and spans read. Pure; `now` is an argument, instants become Beijing time."""

from datetime import date, datetime, timedelta

from ...kernel.days import beijing_at, last_on
from .i18n import Words


def day_text(on: date | datetime, now: datetime, t: Words) -> str:
    """今天 / 明天 / 昨天, `11-25` within this year, `2027-01-03` outside it."""
    day = beijing_at(on).date() if isinstance(on, datetime) else on
    return _day_seen_from(beijing_at(now).date(), day, t)


def _day_seen_from(today: date, day: date, t: Words) -> str:
    away = (day - today).days
    if away == 0:
        return t("今天")
    if away == 1:
        return t("明天")
    return t("昨天") if away == -1 else plain_day(day, today)


def plain_day(on: date, today: date) -> str:
    """`11-25` within the year, else with it."""
    return f"{on.month:02}-{on.day:02}" if on.year == today.year else on.isoformat()


def moment_text(at: datetime, now: datetime, t: Words) -> str:
    """`14:02` today, else the day and the time."""
    here, today = beijing_at(at), beijing_at(now).date()
    clock, day = hour_minute(here), here.date()
    return clock if day == today else f"{_day_seen_from(today, day, t)} {clock}"


def hour_minute(here: datetime) -> str:
    """`14:02` of an instant that stands on Beijing's clock; strftime takes five times as long."""
    return f"{here.hour:02}:{here.minute:02}"


def to_the_second(here: datetime) -> str:
    """`2026-11-23 14:02:07` of an instant that stands on Beijing's clock."""
    return f"{here.year}-{here.month:02}-{here.day:02} {here.hour:02}:{here.minute:02}:{here.second:02}"


def left_text(until: datetime, now: datetime, t: Words) -> str:
    """The time left: `2 天 6 小时`, `5 小时 9 分`, `0:42` under an hour; past it `已超 12 分钟`, then
    whole hours and whole days, since by then nothing hangs on the minute and rows are narrow.

    The same as `left()` in frontend/src/clock.ts, so that the first tick changes nothing.
    """
    seconds = int((until - now).total_seconds())
    if seconds < 0:
        return t("已超 {span}", span=_over_text(-seconds, t))
    if seconds >= 86_400:
        return span_text(seconds, t)
    hours, rest = divmod(seconds, 3600)
    if hours:
        return t("{h} 小时 {m} 分", h=hours, m=rest // 60)
    return f"{rest // 60}:{rest % 60:02d}"


def _over_text(seconds: int, t: Words) -> str:
    if seconds < 3600:
        return span_text(seconds, t)
    return t("{n} 小时", n=seconds // 3600) if seconds < 86_400 else t("{n} 天", n=seconds // 86_400)


def by_text(until: datetime, now: datetime, t: Words) -> str:
    """A deadline as a day that can be written down: `11-30 前`; within today the hour, `14:02 前`."""
    here, day = beijing_at(until), last_on(until)
    if here.date() == beijing_at(now).date():
        return t("{day} 前", day=here.strftime("%H:%M"))
    return t("{day} 前", day=_day_seen_from(beijing_at(now).date(), day, t))


def span_text(seconds: int, t: Words) -> str:
    """A length of time in at most two units."""
    if seconds < 60:
        return t("{n} 秒", n=seconds)
    if seconds < 3600:
        return t("{n} 分钟", n=seconds // 60)
    if seconds < 86_400:
        return t("{h} 小时 {m} 分", h=seconds // 3600, m=seconds % 3600 // 60)
    days, rest = divmod(seconds, 86_400)
    hours = rest // 3600
    return t("{d} 天 {h} 小时", d=days, h=hours) if hours else t("{n} 天", n=days)


def clock_tone(until: datetime, now: datetime, amber_below_s: int) -> str:
    """plain, then amber below `amber_below_s`, red once past."""
    left = until - now
    if left < timedelta(0):
        return "red"
    return "amber" if left < timedelta(seconds=amber_below_s) else "plain"


def size_text(size_bytes: int) -> str:
    """`3.4 MB`, `812 KB`."""
    if size_bytes >= 1_000_000:
        return f"{size_bytes / 1_000_000:.1f} MB"
    return f"{max(1, size_bytes // 1000)} KB"
