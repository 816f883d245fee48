"""Background work of endings: look after a lease on its day, and as soon as a payment came."""

from typing import Any

from shouwen.features.endings.use_cases.tending import TendLease, tend_lease
from shouwen.kernel.actor import SYSTEM
from shouwen.kernel.errors import Refusal
from shouwen.platform.door import Door
from shouwen.platform.jobs import job


@job("tend_lease")
async def tend(door: Door, payload: dict[str, Any]) -> None:
    """Carry out what is due for one lease; a second run finds nothing to do."""
    try:
        await door.run(tend_lease, SYSTEM, TendLease(int(payload["lease_id"])), channel="job")
    except Refusal as refusal:
        if refusal.code != "nothing_due":
            raise
