"""People who are logged in: sessions without the log-in page, and the headers a browser sends."""

import asyncio
from datetime import UTC, datetime, timedelta

from bench.ground import acting
from shouwen.kernel.actor import Actor
from shouwen.mount.guard import COOKIE
from shouwen.platform.db import connect
from shouwen.platform.secrets import token_hash

CSRF = "csrf-of-the-benchmark"


def log_in(owner_dsn: str, actors: list[Actor]) -> list[dict[str, str]]:
    """A live session for each; the request headers that carry it."""
    return asyncio.run(_log_in(owner_dsn, actors))


async def _log_in(owner_dsn: str, actors: list[Actor]) -> list[dict[str, str]]:
    now, headers = datetime.now(UTC), []
    conn = await connect(owner_dsn)
    try:
        async with acting(conn):
            for actor in actors:
                token = f"{'t' * 40}-{actor.role}-{actor.id}"
                await conn.execute(
                    "INSERT INTO sessions (token_hash, csrf, role, actor_id, actor_name, method, user_agent,"
                    " created_at, expires_at) VALUES ($1, $2, $3, $4, $5, 'bench', '', $6, $7) ON CONFLICT DO NOTHING",
                    token_hash(token), CSRF, actor.role, actor.id, actor.name, now, now + timedelta(days=1),
                )  # fmt: skip
                headers.append({"cookie": f"{COOKIE}={token}; theme=light; lang=zh", "x-csrf-token": CSRF})
    finally:
        await conn.close()
    return headers


def browser(port: int) -> dict[str, str]:
    """What a browser adds to every request to us."""
    return {
        "origin": f"http://127.0.0.1:{port}",
        "host": f"127.0.0.1:{port}",
        "user-agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari",
        "accept": "*/*",
        "accept-language": "zh-CN,zh;q=0.9",
        "sec-fetch-site": "same-origin",
    }
