"""Live updates: one LISTEN connection a process fans hints out to server-sent-event streams.

A hint says "case 12 is at seq 40 now"; what it means is fetched by its reader, who asks for everything after the
seq it has. So a lost or doubled hint does no harm.
"""

import asyncio
from collections import defaultdict

import asyncpg
import msgspec
from msgspec import Struct

CHANNEL = "shouwen_live"


class Hint(Struct, frozen=True, array_like=True):
    """`topic` is `case:<id>`, `desk` or `renter:<id>`; `seq` the case's newest (0 where the topic has none)."""

    topic: str
    seq: int


class Hub:
    """Subscriptions of this process; `run` keeps the LISTEN connection alive."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._queues: dict[str, set[asyncio.Queue[Hint]]] = defaultdict(set)
        self.connected = asyncio.Event()

    async def run(self) -> None:
        """Listen for ever; after a lost connection every stream is told to look again."""
        while True:
            try:
                conn = await asyncpg.connect(self._dsn)
            except (OSError, asyncpg.PostgresError):
                await asyncio.sleep(0.5)
                continue
            try:
                gone = asyncio.Event()
                conn.add_termination_listener(lambda _conn, gone=gone: gone.set())
                await conn.add_listener(CHANNEL, self._heard)
                self.connected.set()
                for topic in list(self._queues):
                    self._tell(Hint(topic, 0))
                await gone.wait()
            finally:
                self.connected.clear()
                if not conn.is_closed():
                    await conn.close(timeout=1)

    def _heard(self, _conn: object, _pid: int, _channel: str, payload: str) -> None:
        for hint in msgspec.json.decode(payload, type=list[Hint]):
            self._tell(hint)

    def _tell(self, hint: Hint) -> None:
        for queue in self._queues.get(hint.topic, ()):
            if queue.full():
                queue.get_nowait()  # the newest seq replaces older hints
            queue.put_nowait(hint)

    def subscribe(self, *topics: str) -> "Subscription":
        """Hints of `topics` from this moment on; close it when done."""
        return Subscription(self._queues, topics)


class Subscription:
    """Registered as soon as it exists, so nothing falls between subscribing and looking."""

    def __init__(self, queues: dict[str, set[asyncio.Queue[Hint]]], topics: tuple[str, ...]) -> None:
        self._queues, self._topics = queues, topics
        self._queue: asyncio.Queue[Hint] = asyncio.Queue(maxsize=64)
        for topic in topics:
            queues[topic].add(self._queue)

    async def next(self) -> Hint | None:
        """The next hint; None after 15 quiet seconds, so that a dead connection is noticed."""
        try:
            return await asyncio.wait_for(self._queue.get(), 15)
        except TimeoutError:
            return None

    def close(self) -> None:
        """Stop listening."""
        for topic in self._topics:
            self._queues[topic].discard(self._queue)
            if not self._queues[topic]:
                del self._queues[topic]
