"""Run business days through the door: missed ones first, in order; a killed run goes on where it stopped."""

import asyncio
from collections.abc import Callable
from datetime import date, datetime

import asyncpg
from msgspec import Struct

from shouwen.features.business_day.rules.calendar import days_to_run
from shouwen.features.business_day.types import DayReport, StepReport
from shouwen.features.business_day.use_cases import (
    FindLastDay,
    FinishDay,
    ReadBusinessDay,
    RunDayPart,
    StartDay,
    find_last_day,
    finish_day,
    read_business_day,
    run_day_part,
    start_day,
)
from shouwen.kernel.actor import SYSTEM
from shouwen.kernel.days import beijing_on
from shouwen.platform import clock
from shouwen.platform.door import Door

LANES = 2  # parts of a step at a time; they share no lease
TRIES = 5  # of a part that met another writer


class Progress(Struct, frozen=True, kw_only=True):
    """A part is done: `done` of `parts` of its step."""

    on_day: date
    step: str
    name_zh: str
    done: int
    parts: int
    made: int
    spared: int


Tell = Callable[[Progress], None]


def _silent(progress: Progress) -> None:
    return None


async def run_days(
    door: Door, on: date | None = None, *, tell: Tell = _silent, at: datetime | None = None, lanes: int = LANES
) -> tuple[DayReport, ...]:
    """Run every day that is missing up to `on` (None: today in Beijing), oldest first; a report of each that was run.

    Empty where nothing was to be done. Refuses a day to come. Any number may run at once: each part happens once.
    `at` overrides the clock in tests.
    """
    today = beijing_on(at or clock.now())
    so_far = await door.run(find_last_day, SYSTEM, FindLastDay(), channel="day")
    days = days_to_run(so_far.last, today if on is None else on, today)
    return tuple([await _run_day(door, day, tell, at, lanes) for day in days])


async def _run_day(door: Door, on: date, tell: Tell, at: datetime | None, lanes: int) -> DayReport:
    await door.run(start_day, SYSTEM, StartDay(on), key=f"day:{on}:start", channel="day", at=at)
    report = await door.run(read_business_day, SYSTEM, ReadBusinessDay(on), channel="day")
    for step in report.steps:
        if step.parts_done < step.parts:
            await _run_step(door, on, step, tell, at, lanes)
    return await door.run(finish_day, SYSTEM, FinishDay(on), key=f"day:{on}:finish", channel="day", at=at)


async def _run_step(door: Door, on: date, step: StepReport, tell: Tell, at: datetime | None, lanes: int) -> None:
    waiting = iter(range(step.parts))
    done = 0

    async def lane() -> None:
        nonlocal done
        for part in waiting:
            made, spared = await _run_part(door, RunDayPart(on, step.step, part), at)
            done += 1
            tell(
                Progress(
                    on_day=on, step=step.step, name_zh=step.name_zh, done=done, parts=step.parts, made=made,
                    spared=spared,
                )
            )  # fmt: skip

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(min(lanes, step.parts)):
                group.create_task(lane())
    except ExceptionGroup as failed:  # the first says why; the other lanes were told to stop
        raise failed.exceptions[0] from failed


async def _run_part(door: Door, command: RunDayPart, at: datetime | None) -> tuple[int, int]:
    """A part that was done before, by us or another, answers as it did then."""
    key = f"day:{command.on_day}:{command.step}:{command.part}"
    for tried in range(1, TRIES + 1):
        try:
            done = await door.run(run_day_part, SYSTEM, command, key=key, channel="day", at=at)
        except asyncpg.TransactionRollbackError:
            if tried == TRIES:
                raise
            await asyncio.sleep(0.1 * tried)
        else:
            return done.made, done.spared
    raise AssertionError("a part is done or raises")
