"""A courier service over HTTP: signed questions out, signed answers back, one deadline over each."""

import asyncio
from urllib.parse import urlsplit

import httpx
import msgspec

from shouwen.platform.courier.port import CourierReport, PushRefused
from shouwen.platform.courier.wire import MAX_PARAM, Envelope, Question, open_report, seal


class HttpCourier:
    """The port over a service at `url` (https, or http on this machine) that shares `key` with us.

    ValueError for an address that would send renters' parcels in the clear, or without a key.
    """

    def __init__(self, url: str, key: str, *, timeout_s: float = 10.0) -> None:
        parts = urlsplit(url)
        at_home = parts.hostname in ("127.0.0.1", "::1", "localhost")
        if parts.username is not None or not (parts.scheme == "https" or (parts.scheme == "http" and at_home)):
            raise ValueError("the courier service is an https address without a user name")
        if not key:
            raise ValueError("the courier service needs a shared key")
        self._url, self._key, self._timeout_s = url, key, timeout_s

    async def track(self, courier: str, waybill: str) -> CourierReport | None:
        """See Courier."""
        try:
            async with asyncio.timeout(self._timeout_s):
                raw = await self._ask(seal(self._key, Question(courier, waybill)))
            if raw is None:
                return None
            envelope = msgspec.json.decode(raw, type=Envelope)
            report = open_report(self._key, envelope.param, envelope.sign)
        except (httpx.HTTPError, OSError, TimeoutError, msgspec.MsgspecError, RecursionError, PushRefused):
            return None
        return report if (report.courier, report.waybill) == (courier, waybill) else None

    def read_push(self, param: str, sign: str) -> CourierReport:
        """See Courier."""
        return open_report(self._key, param, sign)

    async def _ask(self, question: Envelope) -> bytes | None:
        timeout = httpx.Timeout(self._timeout_s)
        async with (
            httpx.AsyncClient(timeout=timeout, follow_redirects=False, trust_env=False) as client,
            client.stream("POST", self._url, content=msgspec.json.encode(question)) as response,
        ):
            if response.status_code != httpx.codes.OK:
                return None
            raw = bytearray()
            async for piece in response.aiter_bytes():
                raw += piece
                if len(raw) > 2 * MAX_PARAM:
                    return None
            return bytes(raw)
