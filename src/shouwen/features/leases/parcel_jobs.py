"""Background work about parcels: ask the courier, and take a signature for a hand-over where nobody objects."""

import logging
from datetime import timedelta
from typing import Any

from shouwen.features.leases.use_cases.moving import HandOver, hand_over
from shouwen.features.leases.use_cases.parcels import RecordTracking, record_tracking
from shouwen.features.stock.public import ask_again, courier_policy_on, shipment_by_ref
from shouwen.features.stock.types import ENDED
from shouwen.kernel.actor import SYSTEM
from shouwen.kernel.days import beijing_on
from shouwen.kernel.errors import Refusal
from shouwen.platform import clock
from shouwen.platform.door import Door
from shouwen.platform.jobs import job

log = logging.getLogger("shouwen.parcels")


@job("ask_courier")
async def ask_courier(door: Door, payload: dict[str, Any]) -> None:
    """Ask about one parcel, keep what is new, and ask again later until its way has ended.

    No answer changes nothing: it is asked again, as often as the policy says.
    """
    courier = door.services.courier
    async with door.reads.acquire() as conn:
        shipment = await shipment_by_ref(conn, payload["shipment_ref"])
    if courier is None or shipment is None or shipment.state in ENDED:
        return
    report = await courier.track(payload["courier"], payload["waybill"])
    if report is not None and report.lines:
        try:
            await door.run(record_tracking, SYSTEM, RecordTracking(shipment.ref, report), channel="job")
        except Refusal as refusal:
            log.warning("the courier's answer on %s is not taken: %s", shipment.ref, refusal.code)
    now = clock.now()
    policy = courier_policy_on(beijing_on(now))
    if payload["nth"] < policy.ask_at_most:
        at = now + timedelta(minutes=policy.ask_every_minutes)
        async with door.writes.acquire() as conn:
            await ask_again(conn, shipment, payload["nth"] + 1, at)


@job("confirm_handover")
async def confirm_handover(door: Door, payload: dict[str, Any]) -> None:
    """The hours after a signature are over: the lease has its phone, unless the renter has confirmed or objected."""
    try:
        await door.run(
            hand_over, SYSTEM, HandOver(payload["lease_ref"]), key=f"handover:{payload['shipment_ref']}", channel="job"
        )
    except Refusal as refusal:
        log.info("lease %s is not handed over by itself: %s", payload["lease_ref"], refusal.code)
