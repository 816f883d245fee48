"""One middleware for every request: who asks, cross-site checks, limits, security headers, one log line, metrics."""

import hmac
import logging
import time
from urllib.parse import parse_qsl

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shouwen.features.people.public import find_session
from shouwen.features.people.types import Session
from shouwen.kernel.actor import ANONYMOUS
from shouwen.kernel.errors import Refusal
from shouwen.mount import metrics
from shouwen.platform import clock
from shouwen.platform.decode import MAX_BODY_BYTES
from shouwen.platform.door import Door
from shouwen.platform.problem import problem_response
from shouwen.platform.secrets import token_hash

COOKIE = "shouwen_session"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
MAX_CHUNK_BYTES = 8 * 1024 * 1024
log = logging.getLogger("shouwen.web")

HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self' blob:; "
        "connect-src 'self'; font-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(self), microphone=(), geolocation=(), payment=()",
}
_SENT = [(name.encode(), value.encode()) for name, value in (HEADERS | {"cache-control": "no-store"}).items()]


class Guard:
    """Wraps the application. `scope["state"]` gets `actor` and `session` (None where nobody is logged in)."""

    def __init__(self, app: ASGIApp, door: Door) -> None:
        self.app, self.door = app, door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        status = 500

        async def send_guarded(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                own = {name for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(pair for pair in _SENT if pair[0] not in own)]
            await send(message)

        try:
            receive = await self._admit(scope, receive)
            await self.app(scope, receive, send_guarded)
        except Refusal as refusal:
            await problem_response(refusal)(scope, receive, send_guarded)
        finally:
            seconds = time.perf_counter() - started
            metrics.observe(scope, status, seconds)
            if not scope["path"].startswith("/static/"):
                log.info(
                    "request",
                    extra={
                        "method": scope["method"], "path": scope["path"], "status": status,
                        "ms": round(seconds * 1000, 1),
                    },
                )  # fmt: skip

    async def _admit(self, scope: Scope, receive: Receive) -> Receive:
        headers = Headers(scope=scope)
        state = scope.setdefault("state", {})
        state["session"], state["actor"] = None, ANONYMOUS
        if scope["path"].startswith("/static/"):
            return receive
        session, by_cookie = await self._session(headers)
        if session is not None:
            state["session"], state["actor"] = session, session.actor()
        if scope["method"] in SAFE:
            return receive
        _check_origin(headers)
        limit = MAX_CHUNK_BYTES if scope["method"] == "PATCH" else MAX_BODY_BYTES
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > limit:
            raise Refusal("too_large", "内容太大", "the request body is too large", status=413)
        if session is None or not by_cookie:
            return receive
        if hmac.compare_digest(headers.get("x-csrf-token", "").encode(), session.csrf.encode()):
            return receive
        if headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            body = await read_body(receive, limit)
            sent = dict(parse_qsl(body.decode("utf-8", "replace"))).get("csrf", "")
            if hmac.compare_digest(sent.encode(), session.csrf.encode()):
                return _again(body)
        raise Refusal(
            "cross_site",
            "页面已过期，请刷新后再试",
            "this request does not carry the session's token",
            status=403,
            remedy_zh="刷新页面，您填写的内容会保留",
            remedy_en="reload the page; what you typed is kept",
        )

    async def _session(self, headers: Headers) -> tuple[Session | None, bool]:
        bearer = headers.get("authorization", "")
        if bearer[:7].lower() == "bearer ":
            token, by_cookie = bearer[7:], False
        else:
            token, by_cookie = cookie(headers, COOKIE), True
        if not token:
            return None, by_cookie
        async with self.door.reads.acquire() as conn:
            return await find_session(conn, token_hash(token), clock.now()), by_cookie


def cookie(headers: Headers, name: str) -> str:
    """One cookie's value, or nothing; ours are plain words, and what others' look like is no error."""
    for pair in headers.get("cookie", "").split(";"):
        key, _, value = pair.partition("=")
        if key.strip() == name:
            return value.strip()
    return ""


def _check_origin(headers: Headers) -> None:
    origin = headers.get("origin", "")
    if origin and origin.partition("://")[2] == headers.get("host", ""):  # an origin is scheme, host and port only
        return
    if not origin and headers.get("sec-fetch-site", "none") in ("none", "same-origin"):
        return
    raise Refusal("cross_site", "请求来自别的网站", "this request comes from another site", status=403)


async def read_body(receive: Receive, limit: int) -> bytes:
    """The whole body; raises Refusal 413 above `limit` bytes."""
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > limit:
            raise Refusal("too_large", "内容太大", "the request body is too large", status=413)
        if not message.get("more_body", False):
            return bytes(body)


def _again(body: bytes) -> Receive:
    sent = False

    async def receive() -> Message:
        nonlocal sent
        if sent:
            return {"type": "http.disconnect"}
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive
