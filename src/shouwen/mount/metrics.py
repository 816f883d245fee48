"""Prometheus metrics: requests by route and status, seconds, and the sizes of what waits."""

from functools import lru_cache

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


def exposition() -> bytes:
    """The text Prometheus reads."""
    return generate_latest(REGISTRY)
