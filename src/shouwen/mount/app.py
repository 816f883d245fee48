"""The web application: pages, API, live streams, health."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress

import asyncpg
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from shouwen.features.evidence.public import log_key
from shouwen.kernel.errors import Refusal
from shouwen.mount import metrics
from shouwen.mount.api import api_routes, openapi
from shouwen.mount.by_start import ByStart
from shouwen.mount.guard import Guard
from shouwen.mount.pages.env import STATIC
from shouwen.mount.payments import notice_routes
from shouwen.mount.runtime import open_door, open_services
from shouwen.mount.web import page_routes
from shouwen.mount.web.errors import page_or_problem
from shouwen.mount.web.uploads import raw_routes
from shouwen.platform.door import Door
from shouwen.platform.live import Hub
from shouwen.platform.settings import Settings


class Application:
    """ASGI application of one web process; opens pools on start-up, closes them on shutdown."""

    def __init__(self, settings: Settings, dsn: str) -> None:
        self.settings, self.dsn = settings, dsn
        self._guarded: ASGIApp | None = None
        self._inner = Starlette(
            lifespan=self._lifespan,
            exception_handlers={
                Refusal: page_or_problem,
                404: page_or_problem,
                405: page_or_problem,
                500: page_or_problem,
            },
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        await (self._guarded or self._inner)(scope, receive, send)

    def routes(self) -> list[BaseRoute]:
        """Every route, once opened: tests walk them."""
        return [route for found in self._inner.router.routes if isinstance(found, ByStart) for route in found.routes]

    def lifespan(self) -> AbstractAsyncContextManager[object]:
        """Open and close without a server (tests, benchmarks)."""
        return self._inner.router.lifespan_context(self._inner)

    @asynccontextmanager
    async def _lifespan(self, app: Starlette) -> AsyncIterator[None]:
        services = open_services(self.settings)
        hub = Hub(self.dsn)
        async with open_door(self.dsn, services) as door:
            app.state.door, app.state.hub, app.state.settings = door, hub, self.settings
            app.router.routes.append(ByStart(_routes(door)))
            self._guarded = Guard(app, door)
            listening = asyncio.create_task(hub.run())
            try:
                yield
            finally:
                listening.cancel()
                with suppress(asyncio.CancelledError):
                    await listening


def _routes(door: Door) -> list[BaseRoute]:
    STATIC.mkdir(parents=True, exist_ok=True)
    return [
        Route("/healthz", healthz),
        Route("/readyz", readyz),
        Route("/log-key", published_key),
        Route("/metrics", prometheus),
        Route("/api/v1/openapi.json", openapi_document),
        *raw_routes(),
        *notice_routes(),
        *api_routes(door),
        *page_routes(door.services.settings),
        Mount("/static", _Immutable(directory=STATIC)),
    ]


class _Immutable(StaticFiles):
    """Built files carry a hash in their name: browsers may keep them for ever."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """A file, cacheable for a year."""
        response = await super().get_response(path, scope)
        response.headers["cache-control"] = "public, max-age=31536000, immutable"
        return response


async def healthz(request: Request) -> Response:
    """The process runs."""
    return PlainTextResponse("ok")


async def published_key(request: Request) -> Response:
    """The log's public key and its fingerprint, for whoever checks a receipt or a dossier (EVI-1): no log-in."""
    key = log_key(request.app.state.door.services.settings).verifier()
    text = (
        f"存证日志公钥 · public key of the evidence log\n{key.text()}\n\n"
        f"公钥指纹 · fingerprint (SHA-256)\n{key.fingerprint()}\n\n"
        "证据包和回执里的公钥指纹应与这里一致。 The fingerprint in a dossier or receipt should equal this one.\n"
    )
    return PlainTextResponse(text)


async def readyz(request: Request) -> Response:
    """The process can serve: the database answers and live updates are heard."""
    try:
        async with asyncio.timeout(2):
            await request.app.state.door.reads.fetchval("SELECT 1")
    except (OSError, asyncpg.PostgresError, TimeoutError):
        return PlainTextResponse("database away", status_code=503)
    if not request.app.state.hub.connected.is_set():
        return PlainTextResponse("live updates not connected", status_code=503)
    return PlainTextResponse("ready")


async def prometheus(request: Request) -> Response:
    """Metrics, for this machine only: they name routes and counts, nothing personal."""
    if request.client is not None and request.client.host not in ("127.0.0.1", "::1"):
        return PlainTextResponse("not found", status_code=404)
    text = await metrics.exposition(request.app.state.door.reads)
    return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")


async def openapi_document(request: Request) -> Response:
    """The OpenAPI document."""
    return JSONResponse(openapi())
