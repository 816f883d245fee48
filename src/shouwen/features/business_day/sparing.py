"""One lease that cannot be done must not keep the day from a million others."""

import logging
from datetime import date

import asyncpg
from msgspec import Struct

from shouwen.features.business_day.steps import Step
from shouwen.platform.door import Ctx
from shouwen.platform.logs import redact

log = logging.getLogger("shouwen.day")
MOST = 20  # of a part; with more than that it is the step that is broken, not a lease


class StepBrokenError(RuntimeError):
    """A step fails for too many leases to be their fault."""


# the database's trouble, or two who wanted the same row: nothing a single lease is to blame for; the part starts anew
PASSING = (
    OSError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.TransactionRollbackError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    StepBrokenError,
)


class Outcome(Struct, frozen=True):
    """What was made, and the leases that stayed as they were."""

    made: int
    spared: tuple[int, ...] = ()


async def do_sparing(ctx: Ctx, step: Step, on: date, lease_from: int, lease_to: int) -> Outcome:
    """Do the step for a range of leases; where it fails, for each half, down to the lease it fails for.

    Raises StepBrokenError above `MOST` leases, and whatever is `PASSING`.
    """
    spared: list[int] = []
    made = await _do(ctx, step, on, lease_from, lease_to, spared)
    return Outcome(made, tuple(spared))


async def _do(ctx: Ctx, step: Step, on: date, lease_from: int, lease_to: int, spared: list[int]) -> int:
    try:
        async with ctx.conn.transaction():
            return await step.do(ctx, on, lease_from, lease_to)
    except PASSING:
        raise
    except Exception as error:
        if step.once:
            raise
        if lease_to - lease_from == 1:
            said = redact(f"{type(error).__name__}: {error}")[:500]
            log.error("day %s, step %s: lease %s stays as it is: %s", on, step.name, lease_from, said)
            spared.append(lease_from)
            if len(spared) > MOST:
                raise StepBrokenError(f"day {on}, step {step.name}: fails for {spared[:5]} and more") from error
            return 0
    middle = (lease_from + lease_to) // 2
    made = await _do(ctx, step, on, lease_from, middle, spared)
    return made + await _do(ctx, step, on, middle, lease_to, spared)
