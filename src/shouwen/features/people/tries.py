"""How often somebody may try: fixed windows, counted by a keyed hash of name, number or place."""

from datetime import timedelta
from ipaddress import IPv6Address, ip_address

from shouwen.features.people import store
from shouwen.kernel.errors import Refusal
from shouwen.platform.door import Ctx
from shouwen.platform.events import Event

NETWORK_BITS = 64  # one subscriber of IPv6 has at least this many addresses to come from


def place_of(address: str) -> str:
    """What counts as one place: an IPv4 address, or the /64 network of an IPv6 one. Anything else stays as it is."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    network = int(found) >> (128 - NETWORK_BITS) << (128 - NETWORK_BITS)
    return f"{IPv6Address(network)}/{NETWORK_BITS}"


async def count_try(ctx: Ctx, what: str, value: str, window: timedelta) -> int:
    """Count one try and answer how many there were in this window; what has no value is not counted."""
    if not value:
        return 0
    key = f"{what}:{ctx.services.cipher.lookup(value, what).hex()[:32]}"
    return await store.count_try(ctx.conn, key, window, ctx.now)


async def count_place(ctx: Ctx, what: str, address: str, window: timedelta) -> int:
    """`count_try` of the place a request came from."""
    return await count_try(ctx, what, place_of(address), window)


def failed(text: str, reason: str) -> Event:
    """A log-in that failed, for the record."""
    return Event(kind="login.failed", text=text, data={"reason": reason})


def wrong_login(zh: str, en: str) -> Refusal:
    """The same answer for whatever part was wrong."""
    return Refusal(
        "wrong_login",
        zh,
        en,
        status=401,
        remedy_zh="请核对后重试，或重新获取验证码",
        remedy_en="check and try again",
    )


def too_many(seconds: int) -> Refusal:
    """To be raised, not returned: the tries up to the limit are on record, and those beyond it write nothing."""
    return Refusal(
        "too_many_tries",
        "尝试次数过多，请稍后再试",
        "too many tries, please come back later",
        status=429,
        remedy_zh=f"{seconds // 60} 分钟后可以重试；急事请拨打客服电话",
        remedy_en=f"try again in {seconds // 60} minutes",
        data={"retry_after_seconds": seconds},
    )
