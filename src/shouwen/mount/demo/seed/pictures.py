"""Draw the plan's pictures on two processors and put each use into the media store as an upload would be."""

import asyncio
import ctypes
import hashlib
import os
import signal
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from datetime import datetime
from functools import cache
from importlib.resources import files
from multiprocessing import get_context
from pathlib import Path

import msgspec
from msgspec import Struct

from shouwen.features.evidence.jobs import take_in
from shouwen.features.evidence.types import Measured
from shouwen.mount.demo.seed.plan import MediaPlan
from shouwen.mount.demo.structs import Film, Shot
from shouwen.platform.storage import Storage

WORKERS = 2
FILM_FPS, FILM_SIZE_PX = 10, (800, 600)
SHORT_SECONDS, LONG_SECONDS = 2.0, 4.0  # of a parcel being opened, of a full turn
_PR_SET_PDEATHSIG = 1


class Kept(Struct, frozen=True):
    """One picture in the store."""

    sha256: bytes
    size_bytes: int
    measured: Measured


class Pictures:
    """The pool at work: `await kept(key, taken_at)` gives a picture as soon as it is drawn."""

    def __init__(self, plan: MediaPlan, media_dir: Path, drawn_dir: Path, on_drawn: Callable[[int, int], None]) -> None:
        drawn_dir.mkdir(parents=True, exist_ok=True)
        times: dict[str, list[datetime]] = {}
        for use in plan.uses:
            times.setdefault(use.key, []).append(use.taken_at)
        # spawned, not forked: a child of ours must hold neither the folder's lock nor the port when we are killed
        self._pool = ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn"), initializer=_die_with_parent)
        self._times = times
        self._done = 0
        self._on_drawn = on_drawn
        self._futures: dict[str, Future[list[Kept]]] = {}
        first = {use.key: index for index, use in reversed(list(enumerate(plan.uses)))}
        wanted: list[Shot | Film] = sorted((*plan.shots, *plan.films), key=lambda each: first[each.key])
        self._count = len(wanted)
        for each in wanted:
            future = self._pool.submit(make, each, tuple(times[each.key]), media_dir, drawn_dir)
            future.add_done_callback(self._drawn)
            self._futures[each.key] = future

    def _drawn(self, _future: "Future[list[Kept]]") -> None:
        self._done += 1
        self._on_drawn(self._done, self._count)

    async def kept(self, key: str, taken_at: datetime) -> Kept:
        """The picture of one use; raises what drawing raised."""
        found = await asyncio.wrap_future(self._futures[key])
        return found[self._times[key].index(taken_at)]

    def close(self) -> None:
        """End the pool, also in the middle of its work."""
        self._pool.shutdown(wait=True, cancel_futures=True)


def _die_with_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    import cv2

    cv2.setNumThreads(1)


def make(wanted: Shot | Film, taken: Sequence[datetime], media_dir: Path, drawn_dir: Path) -> list[Kept]:
    """Draw one picture unless it was drawn before, then take it in once for each time it is said to be taken."""
    storage = Storage(media_dir)
    plain = _plain(wanted, drawn_dir)
    return [_take_in(storage, plain if isinstance(wanted, Film) else _stamped(plain, at)) for at in taken]


def _take_in(storage: Storage, data: bytes) -> Kept:
    path = storage.incoming(f"demo-{os.getpid()}")
    path.write_bytes(data)
    try:
        sha256, measured = take_in(storage, path, len(data), None)
    finally:
        path.unlink()
    return Kept(sha256, len(data), measured)


def _stamped(plain: bytes, at: datetime) -> bytes:
    from shouwen.mount.demo.draw import stamp_jpeg

    return stamp_jpeg(plain, at)


def _plain(wanted: Shot | Film, drawn_dir: Path) -> bytes:
    suffix = "mp4" if isinstance(wanted, Film) else "jpg"
    what = hashlib.sha256(_drawing_version() + msgspec.json.encode(wanted)).hexdigest()[:32]
    path = drawn_dir / f"{what}.{suffix}"
    if path.exists():
        return path.read_bytes()
    data = _draw(wanted)
    part = path.with_suffix(f".{os.getpid()}.part")
    part.write_bytes(data)
    os.replace(part, path)
    return data


def _draw(wanted: Shot | Film) -> bytes:
    import cv2

    from shouwen.mount.demo.draw import draw_phone, draw_video

    if isinstance(wanted, Film):
        seconds = SHORT_SECONDS if wanted.key.endswith(".opened") else LONG_SECONDS
        return draw_video(wanted.look, wanted.marks, wanted.camera, seconds=seconds, fps=FILM_FPS, size_px=FILM_SIZE_PX)
    picture = draw_phone(wanted.view, wanted.look, wanted.marks, wanted.camera, wanted.size_px, wanted.imei)
    return cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 88])[1].tobytes()


@cache
def _drawing_version() -> bytes:
    """Changed drawing code draws anew."""
    whole = hashlib.sha256()
    for entry in sorted(files("shouwen.mount.demo.draw").iterdir(), key=lambda each: each.name):
        if entry.name.endswith(".py"):
            whole.update(entry.read_bytes())
    return whole.digest()
