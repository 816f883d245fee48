"""Handlers of background jobs that belong to no single feature."""

import logging
from typing import Any

from shouwen.kernel.actor import SYSTEM
from shouwen.kernel.errors import Refusal
from shouwen.platform import approvals
from shouwen.platform.door import Door
from shouwen.platform.jobs import job

log = logging.getLogger("shouwen.approvals")


@job("hand_on_approval")
async def hand_on_approval(door: Door, payload: dict[str, Any]) -> None:
    """A request that found no second person in its hours goes on (AUTH-1); a decided one needs nothing."""
    try:
        command = approvals.HandOnApproval(payload["approval_ref"])
        await door.run(approvals.hand_on_approval, SYSTEM, command, channel="job")
    except Refusal as refusal:
        log.info("request %s needs nothing now: %s", payload["approval_ref"], refusal.code)


@job("send_code")
async def send_code(door: Door, payload: dict[str, Any]) -> None:
    """Send a one-time log-in code by text message."""
    cipher = door.services.cipher
    phone = cipher.decrypt(bytes.fromhex(payload["phone_cipher"]), "phone")
    code = cipher.decrypt(bytes.fromhex(payload["code_cipher"]), "code")
    await door.services.sms.send(phone, f"验证码 {code}，5 分钟内有效。我们不会向您索要验证码。")
