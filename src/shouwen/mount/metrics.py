"""Prometheus metrics: requests by route and status, seconds, and the sizes of what waits."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Protocol

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.types import Scope

REGISTRY = CollectorRegistry()
REQUESTS = Counter("shouwen_requests_total", "Requests.", ("method", "route", "status"), registry=REGISTRY)
SECONDS = Histogram("shouwen_request_seconds", "Seconds a request took.", ("route",), registry=REGISTRY)
STREAMS = Gauge("shouwen_live_streams", "Open live streams.", registry=REGISTRY)
WAITING = Gauge("shouwen_waiting", "Rows that wait.", ("what",), registry=REGISTRY)


def observe(scope: Scope, status: int, seconds: float) -> None:
    """Count one request under its route's pattern, never under a raw path."""
    route = getattr(scope.get("route"), "path", "other")
    requests, spans = _series(scope["method"], route, status)
    requests.inc()
    spans.observe(seconds)


@lru_cache(maxsize=4096)
def _series(method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    return REQUESTS.labels(method, route, str(status)), SECONDS.labels(route)


class Reads(Protocol):
    """What is asked of the database."""

    async def fetch(self, query: str) -> list[Mapping[str, int]]: ...


_WAITING = """
SELECT 'outbox' AS what, count(*) AS rows FROM (SELECT FROM outbox LIMIT 100000) o
UNION ALL SELECT 'jobs_due', count(*) FROM (SELECT FROM jobs WHERE failed_at IS NULL AND run_at <= now() LIMIT 100000) d
UNION ALL SELECT 'jobs_given_up', count(*) FROM (SELECT FROM jobs WHERE failed_at IS NOT NULL LIMIT 100000) g
"""


async def exposition(reads: Reads) -> bytes:
    """The text Prometheus reads; how much waits is counted when it is asked for."""
    for row in await reads.fetch(_WAITING):
        WAITING.labels(row["what"]).set(row["rows"])
    return generate_latest(REGISTRY)
