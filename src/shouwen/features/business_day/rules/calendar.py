"""Which days are to be run, and which leases a part of one takes."""

from datetime import date, timedelta

from shouwen.features.business_day.types import LastDay
from shouwen.kernel.errors import Refusal

SPAN = 20_000  # leases a part takes: a commit for each, a second or two to do again after a crash


def days_to_run(last: LastDay | None, on: date, today: date) -> tuple[date, ...]:
    """The days still to be run so that `on` is done, oldest first; none where it is done already.

    The first day of all may be any. Refuses a day that has not come yet in Beijing.
    """
    if on > today:
        raise Refusal(
            "future_day",
            f"{on} 还没有到，北京时间今天是 {today}",
            f"{on} has not come yet: it is {today} in Beijing",
            status=422,
            remedy_zh="业务日只能运行到今天",
            remedy_en="run it on its day",
            field="date",
        )
    if last is None:
        return (on,)
    first = last.on_day if last.finished_at is None else last.on_day + timedelta(days=1)
    return tuple(first + timedelta(days=n) for n in range((on - first).days + 1))


def parts_for(leases_through: int) -> int:
    """How many parts a step has that goes through the leases with ids up to this one; at least 1."""
    return max(1, -(-leases_through // SPAN))


def leases_of(part: int) -> tuple[int, int]:
    """The half-open range of lease ids of a part, counted from 0."""
    return part * SPAN + 1, (part + 1) * SPAN + 1
