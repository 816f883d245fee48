"""The provider over HTTP: one POST a call, one deadline over all of it, and the answer's signature checked."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import httpx

from shouwen.platform.payment.alipay import Silence
from shouwen.platform.payment.wire import Account, Body, Unreadable, open_answer, request_form

_MAX_ANSWER_BYTES = 256 * 1024
_NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)


class HttpGateway:
    """A Gateway at `url` (https, or http on this machine). Connections are kept; redirects are not followed.

    ValueError for an address that would send payment orders in the clear.
    """

    def __init__(
        self, url: str, account: Account, now: Callable[[], datetime], *, timeout_s: float = 15.0, connections: int = 20
    ) -> None:
        parts = urlsplit(url)
        at_home = parts.hostname in ("127.0.0.1", "::1", "localhost")
        if parts.username is not None or not (parts.scheme == "https" or (parts.scheme == "http" and at_home)):
            raise ValueError("the payment provider is an https address without a user name")
        self._url, self._account, self._now, self._timeout_s = url, account, now, timeout_s
        limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
        timeout = httpx.Timeout(timeout_s, connect=timeout_s / 3)
        self._client = httpx.AsyncClient(timeout=timeout, follow_redirects=False, trust_env=False, limits=limits)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the kept connections."""
        await self._client.aclose()

    async def call(self, method: str, biz: Body) -> Body | Silence:
        """See Gateway."""
        form = request_form(self._account, method, biz, self._now())
        try:
            async with asyncio.timeout(self._timeout_s):
                status, raw = await self._post(form)
        except _NEVER_LEFT as error:
            return Silence(False, "connect", str(error))
        except (TimeoutError, httpx.TimeoutException) as error:
            return Silence(True, "timeout", str(error))
        except httpx.HTTPError as error:
            return Silence(True, "line", str(error))
        if status != httpx.codes.OK:
            return Silence(True, f"http_{status}")
        if len(raw) > _MAX_ANSWER_BYTES:
            return Silence(True, "too_large")
        try:
            return open_answer(raw, method, self._account.provider_key)
        except Unreadable as error:
            # an error of the gateway itself comes unsigned: it decides nothing, but an operator wants to read it
            said = raw[:200].decode("utf-8", "replace") if raw.startswith(b'{"error_response"') else ""
            return Silence(True, str(error), said)

    async def _post(self, form: dict[str, str]) -> tuple[int, bytes]:
        async with self._client.stream("POST", self._url, data=form) as response:
            raw = bytearray()
            async for piece in response.aiter_bytes():
                raw += piece
                if len(raw) > _MAX_ANSWER_BYTES:
                    break
            return response.status_code, bytes(raw)
