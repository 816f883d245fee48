"""A small HTTP/1.1 client with kept-alive connections, so that the asking costs little beside the answering."""

import asyncio
from collections.abc import Callable, Iterable
from time import perf_counter
from typing import cast

from msgspec import Struct


class Answer(Struct, frozen=True):
    """Status and body of a response."""

    status: int
    body: bytes


class Connection(asyncio.Protocol):
    """One connection; one request at a time."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._held = bytearray()
        self._waiting: asyncio.Future[Answer] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """asyncio."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is no subclass

    def connection_lost(self, exc: Exception | None) -> None:
        """asyncio."""
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(ConnectionError("the server closed the connection"))

    def data_received(self, data: bytes) -> None:
        """asyncio. Understands responses with a content-length only, which is all our servers send here."""
        self._held += data
        end = self._held.find(b"\r\n\r\n")
        if end < 0:
            return
        head = bytes(self._held[:end]).lower()
        start = head.find(b"\r\ncontent-length:")
        length = int(head[start + 17 :].split(b"\r\n", 1)[0]) if start >= 0 else 0
        if len(self._held) < end + 4 + length:
            return
        answer = Answer(int(head[9:12]), bytes(self._held[end + 4 : end + 4 + length]))
        self._held.clear()
        if self._waiting is not None:
            self._waiting.set_result(answer)

    async def send(self, request: bytes) -> Answer:
        """Send one request and wait for its answer."""
        assert self._transport is not None
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._waiting

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.close()


async def connect(port: int) -> Connection:
    """A connection to a server on this machine."""
    _, protocol = await asyncio.get_running_loop().create_connection(Connection, "127.0.0.1", port)
    return protocol


def request(method: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """The bytes of a request."""
    lines = [f"{method} {path} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if body or method != "GET":
        lines.append(f"content-length: {len(body)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


async def hammer(port: int, connections: int, works: Iterable[Iterable[bytes]]) -> float:
    """Send the requests of each work over its own connection, one after the other; seconds taken.

    Raises RuntimeError with the answer where one is not 200.
    """

    async def one(connection: Connection, requests: Iterable[bytes]) -> None:
        for sent in requests:
            answer = await connection.send(sent)
            if answer.status != 200:
                raise RuntimeError(f"{sent[:80]!r} was answered {answer.status}: {answer.body[:600].decode()}")

    open_connections = [await connect(port) for _ in range(connections)]
    try:
        started = perf_counter()
        await asyncio.gather(*(one(c, w) for c, w in zip(open_connections, works, strict=True)))
        return perf_counter() - started
    finally:
        for connection in open_connections:
            connection.close()


def deal(total: int, hands: int, make: Callable[[int, int], bytes]) -> list[list[bytes]]:
    """`total` requests dealt to so many connections: `make(connection, number)`."""
    return [[make(hand, number) for number in range(total // hands)] for hand in range(hands)]
