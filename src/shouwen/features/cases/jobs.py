"""Deadlines of cases: the worker calls `tick` every second; each due row is one act of the system."""

from datetime import datetime
from typing import Any

from shouwen.features.cases.use_cases.system import (
    BreachClock,
    FindDue,
    RemindPromise,
    breach_clock,
    find_due,
    remind_promise,
)
from shouwen.kernel.actor import SYSTEM
from shouwen.kernel.errors import Refusal
from shouwen.platform import clock
from shouwen.platform.door import Door
from shouwen.platform.registry import UseCase


async def tick(door: Door, at: datetime | None = None) -> int:
    """Escalate clocks and remind of promises that are due; how many were. Two workers at once do each row once.

    `at` overrides the clock in tests.
    """
    now = at or clock.now()
    due = await door.run(find_due, SYSTEM, FindDue(), channel="worker", at=now)
    done = 0
    for clock_id in due.clocks:
        done += await _perform(door, breach_clock, BreachClock(clock_id), now)
    for promise_id in due.promises:
        done += await _perform(door, remind_promise, RemindPromise(promise_id), now)
    return done


async def _perform(door: Door, use_case: UseCase[Any, Any], command: BreachClock | RemindPromise, now: datetime) -> int:
    try:
        await door.run(use_case, SYSTEM, command, channel="worker", at=now)
    except Refusal:  # another worker was faster, or somebody works on the case: due again next second
        return 0
    return 1
