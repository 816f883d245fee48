"""Handlers of background jobs that belong to no single feature."""

from typing import Any

from shouwen.platform.door import Door
from shouwen.platform.jobs import job


@job("send_code")
async def send_code(door: Door, payload: dict[str, Any]) -> None:
    """Send a one-time log-in code by text message."""
    cipher = door.services.cipher
    phone = cipher.decrypt(bytes.fromhex(payload["phone_cipher"]), "phone")
    code = cipher.decrypt(bytes.fromhex(payload["code_cipher"]), "code")
    await door.services.sms.send(phone, f"验证码 {code}，5 分钟内有效。我们不会向您索要验证码。")
