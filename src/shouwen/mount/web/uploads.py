"""The raw edge of an upload: bytes are written where they belong, then counted by a use case."""

import asyncio
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shouwen.features.evidence import use_cases as evidence
from shouwen.features.evidence.types import UploadRow
from shouwen.kernel.errors import BadInput, Refusal
from shouwen.mount.guard import MAX_CHUNK_BYTES, read_body
from shouwen.mount.web.limits import AtMost
from shouwen.mount.web.page import actor_of
from shouwen.platform.decode import decode
from shouwen.platform.door import Door
from shouwen.platform.problem import problem_response

PATH = "/api/v1/uploads/{upload_ref}"
OFFSET = "upload-offset"
CHUNKS = AtMost(8, "同时上传的内容太多", "too many chunks at once", "稍候会自动续传", "send them one after the other")


def raw_routes() -> list[Route]:
    """Served before the derived API: PATCH takes bytes instead of JSON, HEAD says where to go on."""
    return [Route(PATH, chunk, methods=["PATCH"]), _head_only()]


def _head_only() -> Route:
    route = Route(PATH, progress, methods=["HEAD"])
    route.methods = {"HEAD"}
    return route


async def progress(request: Request) -> Response:
    """How far the upload has come, in the header `Upload-Offset`."""
    try:
        upload = await _read(request)
    except Refusal as refusal:
        return problem_response(refusal)
    return Response(headers={OFFSET: str(upload.received_bytes), "upload-length": str(upload.size_bytes)})


async def chunk(request: Request) -> Response:
    """Take up to 8 MiB at `Upload-Offset`; a wrong offset is a 409 that says where the upload stands."""
    try:
        upload = await _read(request)
        offset = _offset(request)
        if offset != upload.received_bytes or upload.state != "receiving":
            raise _elsewhere(upload.received_bytes)
        with CHUNKS.held(request):
            data = await read_body(request.receive, MAX_CHUNK_BYTES)
        if not data:
            raise BadInput("body", "没有收到内容", "the chunk is empty", status=400)
        if offset + len(data) > upload.size_bytes:
            raise BadInput("body", "内容比文件还长", "the chunk goes past the end of the file", status=413)
        path = _door(request).services.storage.incoming(upload.ref)
        with _turn(path):
            recorded = await _write_and_record(request, upload, path, offset, data)
    except Refusal as refusal:
        return problem_response(refusal)
    headers = {OFFSET: str(recorded.received)}
    return Response(msgspec.json.encode(recorded), media_type="application/json", headers=headers)


async def _write_and_record(
    request: Request, upload: UploadRow, path: Path, offset: int, data: bytes
) -> evidence.ChunkRecorded:
    """Under the file's lock: look again, write, count. Bytes already counted are never written over."""
    now = await _read(request)
    if now.received_bytes != offset or now.state != "receiving":
        raise _elsewhere(now.received_bytes)
    await asyncio.to_thread(_write, path, offset, data)
    command = evidence.RecordChunk(upload.ref, offset, len(data))
    return await _door(request).run(evidence.record_chunk, actor_of(request), command, channel="api")


async def _read(request: Request) -> UploadRow:
    asked = decode(evidence.ReadUpload, request.path_params, (), b"")
    return await _door(request).run(evidence.read_upload, actor_of(request), asked, channel="api")


def _door(request: Request) -> Door:
    door: Door = request.app.state.door
    return door


def _offset(request: Request) -> int:
    text = request.headers.get(OFFSET, "")
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise BadInput("Upload-Offset", "缺少上传位置", "the header Upload-Offset names the first byte", status=400)
    return int(text)


@contextmanager
def _turn(path: Path) -> Iterator[None]:
    """One writer a file, across processes; whoever comes meanwhile is told to ask again, nobody waits."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _busy() from None
        yield
    finally:
        os.close(handle)


def _write(path: Path, offset: int, data: bytes) -> None:
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        view, at = memoryview(data), offset
        while view:
            written = os.pwrite(handle, view, at)
            view, at = view[written:], at + written
        os.fsync(handle)
    finally:
        os.close(handle)


def _busy() -> Refusal:
    return Refusal(
        "upload_busy", "这个文件正在另一处上传", "this file is being sent from elsewhere",
        remedy_zh="稍候会自动续传", remedy_en="ask where it stands and go on", data={"retry_after_seconds": 1},
    )  # fmt: skip


def _elsewhere(received: int) -> Refusal:
    return Refusal(
        "offset_mismatch",
        "上传位置不一致，将从已收到的位置继续",
        "the upload stands elsewhere; go on from what has arrived",
        remedy_zh="稍候会自动续传",
        remedy_en="ask for the upload and resume from `received_bytes`",
        field="Upload-Offset",
        data={"received_bytes": received},
    )
