"""Background work of arrears: the worker calls `tick` every few seconds."""

import logging
from datetime import datetime

from shouwen.features.arrears.due import any_due, leases_to_follow
from shouwen.features.arrears.use_cases.sending import (
    FollowLease,
    RecordNotices,
    TakeNotices,
    follow_lease,
    record_notices,
    take_due_notices,
)
from shouwen.features.people.public import read_renter_secret
from shouwen.kernel.actor import SYSTEM
from shouwen.kernel.days import beijing_on
from shouwen.kernel.errors import Refusal
from shouwen.platform import clock
from shouwen.platform.door import Door

log = logging.getLogger("shouwen.arrears")
_MOST_BATCHES = 50
_MOST_LEASES = 200


async def tick(door: Door, at: datetime | None = None) -> int:
    """Follow what has changed and send what is due; how many leases and messages. Two workers never send the same.

    `at` overrides the clock in tests.
    """
    done = 0
    async with door.reads.acquire() as conn:
        lease_ids = await leases_to_follow(conn, beijing_on(at or clock.now()), _MOST_LEASES)
    for lease_id in lease_ids:
        try:
            await door.run(follow_lease, SYSTEM, FollowLease(lease_id), channel="worker", at=at)
        except Refusal as refusal:  # another worker was faster
            log.info("lease %s needs nothing now: %s", lease_id, refusal.code)
        else:
            done += 1
    for _ in range(_MOST_BATCHES):
        sent = await _send_batch(door, at)
        if sent is None:
            break
        done += sent
    return done


async def _send_batch(door: Door, at: datetime | None) -> int | None:
    """Send one batch; None where nothing is due or it is not the hour."""
    async with door.reads.acquire() as conn:
        if not await any_due(conn, at or clock.now()):
            return None
    try:
        taken = await door.run(take_due_notices, SYSTEM, TakeNotices(), channel="worker", at=at)
    except Refusal:
        return None
    if not taken.notices:
        return 0
    company = door.services.settings.company_name
    sent, failed = [], []
    for notice in taken.notices:
        async with door.reads.acquire() as conn:
            secret = await read_renter_secret(conn, notice.renter_id)
        try:
            phone = door.services.cipher.decrypt(secret["phone_cipher"], "phone")
            await door.services.sms.send(phone, f"【{company}】{notice.text}")
        except (OSError, ValueError):
            log.warning("notice %s could not be sent", notice.id)
            failed.append(notice.id)
        else:
            sent.append(notice.id)
    command = RecordNotices(tuple(sent), tuple(failed))
    await door.run(record_notices, SYSTEM, command, channel="worker", at=at)
    return len(sent)
