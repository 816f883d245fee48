"""`upload`: a 12-megapixel photo through edge and worker. `sealing.receipt`: from its last byte to its receipt."""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import count
from statistics import median
from time import perf_counter
from typing import TypeVar

import uvloop

from bench import fill
from bench.client import Answer, Connection, connect, request
from bench.ground import Ground, Server
from bench.row import Row, at_most, percentile, ratio, spread
from bench.sessions import browser, log_in
from shouwen.kernel.actor import Actor, Role
from shouwen.mount.demo.draw import LOOKS, View, draw_phone, encode_jpeg

SIZE_PX = (4000, 3000)
QUALITY = 97  # a drawing has less detail than the world: this gives the size of a phone's file
CHUNK_BYTES = 1024 * 1024  # what `start_upload` asks for
OTHERS = 8
OTHERS_PAUSE_SECONDS = 1.0  # a chunk a second: a phone's uplink of about 8 Mbit/s
T = TypeVar("T")
_NUMBERS = count()
_TAKEN_AT = datetime(2026, 11, 18, 6, 2, 11, tzinfo=UTC)


class Photos:
    """The same drawn picture with another capture time each, so that no two files are the same bytes."""

    def __init__(self) -> None:
        self._picture = draw_phone(View.BACK, next(iter(LOOKS.values())), size_px=SIZE_PX)

    def next(self) -> bytes:
        """A JPEG as a phone would hand it over."""
        return encode_jpeg(self._picture, _TAKEN_AT + timedelta(seconds=next(_NUMBERS)), quality=QUALITY)


class Phone:
    """A renter who uploads: one connection, one lease."""

    def __init__(self, server: Server, headers: dict[str, str], lease_ref: str) -> None:
        self._headers = {**browser(server.port), **headers}
        self._port, self._lease_ref = server.port, lease_ref
        self._connection: Connection | None = None

    async def send(self, data: bytes, pause_seconds: float = 0) -> tuple[str, float, float]:
        """Upload a file; its reference, when its first byte left, when its last."""
        begun = perf_counter()
        body = {
            "subject": self._lease_ref, "purpose": "statement", "file_name": "IMG_0001.jpg", "size": len(data),
            "part": "back", "sha256": sha256(data).hexdigest(),
        }  # fmt: skip
        started = await self._ask("POST", "/api/v1/uploads", json.dumps(body).encode(), "application/json")
        ref = str(json.loads(started.body)["upload_ref"])
        last = begun
        for offset in range(0, len(data), CHUNK_BYTES):
            last = perf_counter()
            chunk = data[offset : offset + CHUNK_BYTES]
            await self._ask("PATCH", f"/api/v1/uploads/{ref}", chunk, "application/octet-stream", offset)
            await asyncio.sleep(pause_seconds)
        return ref, begun, last

    async def until(self, ref: str, done: Callable[[dict[str, object]], bool], pause_seconds: float) -> float:
        """Ask for the upload again and again until `done`; when that was."""
        while True:
            found = json.loads((await self._ask("GET", f"/api/v1/uploads/{ref}")).body)
            assert found["state"] != "refused", found
            if done(found):
                return perf_counter()
            await asyncio.sleep(pause_seconds)

    async def _ask(
        self, method: str, path: str, body: bytes = b"", kind: str = "", offset: int | None = None
    ) -> Answer:
        if self._connection is None:
            self._connection = await connect(self._port)
        headers = {**self._headers, **({"content-type": kind} if kind else {})}
        if offset is not None:
            headers["upload-offset"] = str(offset)
        answer = await self._connection.send(request(method, path, headers, body))
        if answer.status != 200:
            raise RuntimeError(f"{method} {path} was answered {answer.status}: {answer.body[:400].decode()}")
        return answer

    def hang_up(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()


def measure_upload(ground: Ground) -> list[Row]:
    """From the first byte to "accepted", beside hashing the same bytes and writing them to the same disk."""
    times = 5 if ground.small else 20
    photos = Photos()

    async def run(phones: list[Phone]) -> tuple[list[float], list[float], list[float], int]:
        accepted, received, plain, size = [], [], [], 0
        for number in range(times + 1):
            data = photos.next()
            size = len(data)
            plain_seconds = await asyncio.to_thread(_hash_and_write, ground, data)
            ref, begun, _ = await phones[0].send(data)
            arrived = perf_counter()
            ended = await phones[0].until(ref, lambda found: found["state"] == "accepted", 0.005)
            if number:
                plain.append(plain_seconds)
                received.append(arrived - begun)
                accepted.append(ended - begun)
        return accepted, received, plain, size

    accepted, received, plain, size = _with_phones(ground, 1, run)
    yardstick = median(plain)
    what = f"12 MP, {size / 1e6:.1f} MB, in chunks of 1 MiB; yardstick: SHA-256 + write + fsync of the same bytes"
    return [
        Row(
            name="upload", measured=median(accepted), unit="s", yardstick=yardstick,
            ratio=ratio(median(accepted), yardstick),
            note=f"until checked, with previews, and on record: {spread(accepted, ' s')}; {what}",
        ),
        Row(
            name="upload.received", measured=median(received), unit="s", yardstick=yardstick,
            ratio=ratio(median(received), yardstick),
            note=f"until the last chunk is on disk (fsync each) and counted: {spread(received, ' s')}",
        ),
    ]  # fmt: skip


def _hash_and_write(ground: Ground, data: bytes) -> float:
    path = ground.settings.media_dir / "plain"
    started = perf_counter()
    sha256(data).digest()
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    seconds = perf_counter() - started
    path.unlink()
    return seconds


def measure_receipt(ground: Ground) -> list[Row]:
    """From the last byte to the receipt, alone and while eight others upload."""
    times = 10 if ground.small else 40
    photos = Photos()

    async def receipts(phone: Phone) -> list[float]:
        found = []
        for _ in range(times):
            ref, _, last = await phone.send(photos.next())
            found.append(await phone.until(ref, lambda one: one["receipt_no"] is not None, 0.02) - last)
        return found

    async def others(phone: Phone) -> None:
        data = photos.next()
        while True:
            await phone.send(data[: -1 - next(_NUMBERS) % 100] + b"\xff\xd9", OTHERS_PAUSE_SECONDS)

    async def run(phones: list[Phone]) -> tuple[list[float], list[float]]:
        alone = await receipts(phones[0])
        busy = [asyncio.create_task(others(phone)) for phone in phones[1:]]
        await asyncio.sleep(2)
        under_load = await receipts(phones[0])
        for task in busy:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        return alone, under_load

    alone, busy = _with_phones(ground, 1 + OTHERS, run)
    note = (
        f"p95 of {times} receipts of 12-MP photos while {OTHERS} others upload 12-MP photos at a phone's 8 Mbit/s;"
        f" p50 {percentile(busy, 0.5):.2f} s; yardstick: p95 with nobody else"
    )
    return [at_most("sealing.receipt", percentile(busy, 0.95), "s", 2.0, percentile(alone, 0.95), note)]


def _with_phones(ground: Ground, number: int, run: Callable[[list[Phone]], Awaitable[T]]) -> T:
    """Web and worker processes as in production, and renters with phones."""
    dsn = ground.database("company_1000", fill.company(1_000), fill.VERSION)
    actors = [Actor(Role.RENTER, renter, "陈*宇") for renter in range(1, number + 1)]
    headers = log_in(ground.owner_of(dsn), actors)
    ground.settings.media_dir.mkdir(parents=True, exist_ok=True)

    async def go(server: Server) -> T:
        phones = [
            Phone(server, own, f"ZL-20260510-{actor.id * 2 - 1:06d}")
            for actor, own in zip(actors, headers, strict=True)
        ]
        try:
            return await run(phones)
        finally:
            for phone in phones:
                phone.hang_up()

    with (
        ground.web(dsn) as (server,),
        ground.worker(dsn),
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        return runner.run(go(server))
