"""`python -m bench.day_child DSN`: one business day in a process of its own; prints what it took as JSON."""

import asyncio
import json
import resource
import sys
from datetime import timedelta
from time import perf_counter, process_time

import uvloop

from bench.day_fill import DAY
from bench.ground import FOLDER
from shouwen.features.business_day.running import Progress, run_days
from shouwen.kernel.days import start_of
from shouwen.mount.runtime import open_door, open_services
from shouwen.platform.settings import Settings


async def _run(dsn: str) -> dict[str, object]:
    steps: dict[str, float] = {}
    made: dict[str, int] = {}
    at = 0.0

    def tell(progress: Progress) -> None:
        nonlocal at
        now = perf_counter()
        steps[progress.step] = steps.get(progress.step, 0.0) + now - at
        made[progress.step] = made.get(progress.step, 0) + progress.made
        at = now

    settings = Settings(data_dir=FOLDER / "data", demo=True)
    async with open_door(dsn, open_services(settings)) as door:
        started = at = perf_counter()
        before = process_time()
        await run_days(door, DAY, tell=tell, at=start_of(DAY) + timedelta(minutes=5))
        seconds, processor_s = perf_counter() - started, process_time() - before
    return {
        "seconds": seconds, "steps": steps, "made": made, "processor_s": processor_s,
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }  # fmt: skip


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps(runner.run(_run(sys.argv[1]))))
