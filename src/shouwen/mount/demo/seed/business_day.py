"""Yesterday as a business day of the record: its book was run in time, so that the running desk goes on with today."""

from datetime import date, datetime, timedelta

from shouwen.features.business_day.steps import BY_NAME
from shouwen.features.business_day.types import DayReport
from shouwen.features.business_day.use_cases import (
    FinishDay,
    ReadBusinessDay,
    RunDayPart,
    StartDay,
    finish_day,
    read_business_day,
    run_day_part,
    start_day,
)
from shouwen.kernel.actor import SYSTEM
from shouwen.mount.demo.seed.agenda import CHANNEL, Agenda, Step
from shouwen.mount.demo.seed.plan import clock
from shouwen.platform.door import Door

_DAY = timedelta(days=1)


def add_business_day(agenda: Agenda, door: Door, today: date) -> None:
    """Begin yesterday's day when it begins, and finish it after midnight.

    What speaks to renters and banks belongs to the day itself; the plays say what was said, so these steps come when
    their day is over and make nothing.
    """
    on = today - _DAY
    agenda.add(clock(on, 0, 5), _begin(door, on))
    agenda.add(clock(today, 0, 0, 5), _finish(door, on))


def _begin(door: Door, on: date) -> Step:
    async def step(at: datetime) -> None:
        await door.run(start_day, SYSTEM, StartDay(on), key=f"day:{on}:start", channel=CHANNEL, at=at)
        report = await door.run(read_business_day, SYSTEM, ReadBusinessDay(on), channel=CHANNEL)
        await _run(door, report, at, today_only=False)

    return step


def _finish(door: Door, on: date) -> Step:
    async def step(at: datetime) -> None:
        report = await door.run(read_business_day, SYSTEM, ReadBusinessDay(on), channel=CHANNEL)
        await _run(door, report, at, today_only=True)
        await door.run(finish_day, SYSTEM, FinishDay(on), key=f"day:{on}:finish", channel=CHANNEL, at=at)

    return step


async def _run(door: Door, report: DayReport, at: datetime, *, today_only: bool) -> None:
    on = report.on_day
    for step in report.steps:
        if BY_NAME[step.step].today_only is today_only:
            for part in range(step.parts):
                key = f"day:{on}:{step.step}:{part}"
                await door.run(run_day_part, SYSTEM, RunDayPart(on, step.step, part), key=key, channel=CHANNEL, at=at)
