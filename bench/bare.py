"""The yardstick of `http_reply`: a bare handler of the same framework, server and pool settings, which does
BEGIN · lock · write · COMMIT and nothing else. `python -m bench.bare FD`.
"""

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import asyncpg
import msgspec
import uvicorn
from msgspec import Struct
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from shouwen.platform.db import open_pool

# the same rows a reply touches, without triggers, journal, outbox or counters
TABLES = """
CREATE TABLE bare_cases AS SELECT id, ref, seq, last_at, preview FROM cases;
ALTER TABLE bare_cases ADD PRIMARY KEY (id), ADD UNIQUE (ref);
CREATE TABLE bare_messages (case_id bigint, seq bigint, at timestamptz NOT NULL, author_id bigint NOT NULL,
                            body text NOT NULL, PRIMARY KEY (case_id, seq));
GRANT SELECT, INSERT, UPDATE ON bare_cases, bare_messages TO shouwen_app;
"""
LOCK = "SELECT id, seq FROM bare_cases WHERE ref = $1 FOR UPDATE"
WRITE = """
WITH said AS (INSERT INTO bare_messages (case_id, seq, at, author_id, body) VALUES ($1, $2, $3, $4, $5))
UPDATE bare_cases SET seq = $2, last_at = $3, preview = left($5, 80) WHERE id = $1
"""


class Said(Struct, frozen=True):
    """The body of a reply."""

    text: str


async def reply(request: Request) -> Response:
    """Lock the case, write the message, answer its number."""
    said = msgspec.json.decode(await request.body(), type=Said)
    pool: asyncpg.Pool = request.app.state.pool
    async with pool.acquire() as conn, conn.transaction():
        row = await conn.fetchrow(LOCK, request.path_params["case_ref"])
        seq = row["seq"] + 1
        await conn.execute(WRITE, row["id"], seq, datetime.now(UTC), 1, said.text)
    return Response(msgspec.json.encode({"seq": seq}), media_type="application/json")


async def healthz(request: Request) -> Response:
    """The process runs."""
    return PlainTextResponse("ok")


def application(dsn: str) -> Starlette:
    """The application on a pool as ours."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        app.state.pool = await open_pool(dsn, min_size=1, max_size=8)
        yield
        await app.state.pool.close()

    routes = [
        Route("/healthz", healthz),
        Route("/api/v1/cases/{case_ref}/replies", reply, methods=["POST"]),
    ]
    return Starlette(lifespan=lifespan, routes=routes)


if __name__ == "__main__":
    config = uvicorn.Config(
        application(os.environ["SHOUWEN_DSN"]), fd=int(sys.argv[1]), loop="uvloop", http="httptools",
        access_log=False, log_config=None, server_header=False,
    )  # fmt: skip
    uvicorn.Server(config).run()
