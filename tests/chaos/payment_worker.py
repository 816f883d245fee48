"""A worker to be killed: takes due jobs until none is left. Its clock says the instant it was given, and goes on."""

import asyncio
import os
import sys
from datetime import datetime

from shouwen.mount.runtime import open_door, open_services
from shouwen.platform import clock
from shouwen.platform.jobs import run_next
from shouwen.platform.settings import load_settings

_real = clock.now
_ahead = datetime.fromisoformat(sys.argv[1]) - _real()
clock.now = lambda: _real() + _ahead


async def _work() -> None:
    async with open_door(os.environ["SHOUWEN_DSN"], open_services(load_settings())) as door:
        print("ready", flush=True)
        while await run_next(door, door.writes):
            pass


asyncio.run(_work())
