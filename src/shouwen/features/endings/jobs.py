"""Background work of endings: look after a lease on its day, and as soon as it is paid or on its way back."""

from datetime import datetime
from typing import Any

from shouwen.features.endings.public import leases_to_tend
from shouwen.features.endings.use_cases.tending import LookIntoCapture, TendLease, look_into_capture, tend_lease
from shouwen.kernel.actor import SYSTEM
from shouwen.kernel.days import beijing_on
from shouwen.kernel.errors import Refusal
from shouwen.platform import clock
from shouwen.platform.door import Door
from shouwen.platform.jobs import job

_MOST_LEASES = 50


async def tick(door: Door, at: datetime | None = None) -> int:
    """Carry out, or let lapse, the agreements that have come to their end; how many leases.

    `at` overrides the clock in tests.
    """
    async with door.reads.acquire() as conn:
        lease_ids = await leases_to_tend(conn, beijing_on(at or clock.now()), _MOST_LEASES)
    return sum([await _tend(door, lease_id, at) for lease_id in lease_ids])


@job("tend_lease")
async def tend(door: Door, payload: dict[str, Any]) -> None:
    """Carry out what is due for one lease; a second run finds nothing to do."""
    await _tend(door, int(payload["lease_id"]))


@job("after_payment")
async def after_payment(door: Door, payload: dict[str, Any]) -> None:
    """A payment was booked: what it completes is carried out."""
    await _tend(door, int(payload["lease_id"]))


@job("capture_failed")
async def capture_failed(door: Door, payload: dict[str, Any]) -> None:
    """The provider will not capture from a deposit: a person is told, at once."""
    command = LookIntoCapture(int(payload["lease_id"]), str(payload["text"]))
    await door.run(look_into_capture, SYSTEM, command, key=f"capture_failed:{payload['order_ref']}", channel="job")


async def _tend(door: Door, lease_id: int, at: datetime | None = None) -> int:
    try:
        await door.run(tend_lease, SYSTEM, TendLease(lease_id), channel="job", at=at)
    except Refusal as refusal:
        if refusal.code != "nothing_due":  # somebody was faster
            raise
        return 0
    return 1
