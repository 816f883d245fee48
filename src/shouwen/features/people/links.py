"""Signed log-in links made by the rental company's own app: `nonce.expires.phone` under a shared key, single use."""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta

from shouwen.kernel.errors import Refusal

MAX_LIFE = timedelta(minutes=10)


def sign_link(key: str, phone: str, nonce: str, expires_at: datetime) -> str:
    """The token the company's app puts into `/login/link?token=…`."""
    body = f"{nonce}.{int(expires_at.timestamp())}.{phone}".encode()
    mac = hmac.digest(key.encode(), b"shouwen link v1\0" + body, hashlib.sha256)
    return f"{urlsafe_b64encode(body).decode().rstrip('=')}.{urlsafe_b64encode(mac).decode().rstrip('=')}"


def open_link(key: str, token: str, now: datetime) -> tuple[str, str, datetime]:
    """(phone, nonce, expires_at) of a valid link; raises Refusal for anything else, always the same one."""
    try:
        body64, mac64 = token.split(".")
        body = urlsafe_b64decode(body64 + "=" * (-len(body64) % 4))
        mac = urlsafe_b64decode(mac64 + "=" * (-len(mac64) % 4))
        nonce, seconds, phone = body.decode().split(".")
        expires_at = datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError):
        raise bad_link() from None
    expected = hmac.digest(key.encode(), b"shouwen link v1\0" + body, hashlib.sha256)
    if not key or not hmac.compare_digest(mac, expected) or not now < expires_at <= now + MAX_LIFE:
        raise bad_link()
    return phone, nonce, expires_at


def bad_link() -> Refusal:
    """One answer for forged, expired and spent links."""
    return Refusal(
        "bad_link",
        "这个登录链接已失效",
        "this log-in link is no longer valid",
        status=401,
        remedy_zh="请从租赁 App 重新进入，或用手机号登录",
        remedy_en="open it again from the app, or log in with your phone number",
    )
