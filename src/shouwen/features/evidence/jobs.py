"""The worker's part of an upload: hash, check, make previews, put on record."""

import asyncio
import hashlib
from datetime import date
from pathlib import Path
from typing import Any

from shouwen.features.evidence.inspect_bytes import measure, refuse
from shouwen.features.evidence.sweeping import Sweep, drop_files, sweep, sweep_key
from shouwen.features.evidence.types import Measured
from shouwen.features.evidence.use_cases import AcceptUpload, RefuseUpload, accept_upload, refuse_upload
from shouwen.kernel.actor import SYSTEM
from shouwen.kernel.errors import Refusal
from shouwen.platform import clock
from shouwen.platform.door import Door
from shouwen.platform.jobs import GIVEN_UP, job
from shouwen.platform.storage import CHUNK_BYTES, Storage


@job("check_upload")
async def check_upload(door: Door, payload: dict[str, Any]) -> None:
    """Check one finished upload. Safe to run again after a crash: the bytes are adopted before they are recorded."""
    upload_id = int(payload["upload_id"])
    row = await door.reads.fetchrow("SELECT ref, state, sha256, size_bytes FROM uploads WHERE id = $1", upload_id)
    if row is None or row["state"] != "checking":
        return
    storage = door.services.storage
    try:
        digest, measured = await asyncio.to_thread(
            take_in, storage, storage.incoming(row["ref"]), row["size_bytes"], row["sha256"]
        )
    except Refusal as refusal:
        texts = {name: getattr(refusal, name) for name in ("zh", "en", "remedy_zh", "remedy_en")}
        await door.run(refuse_upload, SYSTEM, RefuseUpload(upload_id, refusal.code, texts), channel="job")
        storage.incoming(row["ref"]).unlink(missing_ok=True)
        return
    await door.run(accept_upload, SYSTEM, AcceptUpload(upload_id, digest, measured), channel="job")
    storage.incoming(row["ref"]).unlink(missing_ok=True)


async def give_up(door: Door, payload: dict[str, Any]) -> None:
    """No try to check the file came to an end: its sender is told instead of waiting for ever."""
    upload_id = int(payload["upload_id"])
    row = await door.reads.fetchrow("SELECT ref, state FROM uploads WHERE id = $1", upload_id)
    if row is None or row["state"] != "checking":
        return
    texts = {
        "zh": "这个文件无法检查", "en": "this file could not be checked", "remedy_zh": "请重新拍摄或换一种格式上传",
        "remedy_en": "take it again, or send it in another format",
    }  # fmt: skip
    await door.run(refuse_upload, SYSTEM, RefuseUpload(upload_id, "unchecked", texts), channel="job")
    door.services.storage.incoming(row["ref"]).unlink(missing_ok=True)


GIVEN_UP["check_upload"] = give_up


@job("sweep")
async def sweep_day(door: Door, payload: dict[str, Any]) -> None:
    """The sweep of one day: rows through the door, once, then the files nobody waits for."""
    on = date.fromisoformat(payload["on"])
    await door.run(sweep, SYSTEM, Sweep(), key=sweep_key(on), channel="job")
    async with door.reads.acquire() as conn:
        await drop_files(conn, door.services.storage, clock.now())


def take_in(storage: Storage, path: Path, size_bytes: int, expected: bytes | None) -> tuple[bytes, Measured]:
    """Hash, check and keep one file with its previews; raises Refusal where it is no evidence.

    The incoming file is linked, not moved, into its final place, so that a crash before the record loses nothing.
    """
    if path.stat().st_size != size_bytes:
        raise refuse("broken_media", "文件不完整", "the file is incomplete")
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
    sha256 = digest.digest()
    if expected is not None and expected != sha256:
        raise refuse(
            "hash_mismatch", "上传途中内容有变化", "the bytes changed on the way", "请重新上传", "upload it again"
        )
    measured, previews = measure(path)
    storage.keep(path, sha256)
    for width, jpeg in previews.items():
        storage.put_preview(sha256, width, jpeg)
    return sha256, measured
