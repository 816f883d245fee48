"""Originals and previews of evidence: access is checked for every byte range, opening an original is on record."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import FileResponse, Response, StreamingResponse
from starlette.routing import Route

from shouwen.features.evidence import use_cases as evidence
from shouwen.features.evidence.types import MediaRow
from shouwen.kernel.errors import Absent
from shouwen.mount.web.page import page, run
from shouwen.platform.decode import decode
from shouwen.platform.door import Door
from shouwen.platform.storage import CHUNK_BYTES, Storage

SANDBOX = "sandbox; default-src 'none'"
_DEFAULT_WIDTH = 480
_RANGE_HEADERS = {"accept-ranges": "bytes", "content-security-policy": SANDBOX}


def routes() -> list[Route]:
    """The two media edges."""
    return [page("GET", "/media/{media_ref}", original), page("GET", "/media/{media_ref}/preview", preview)]


async def original(request: Request) -> Response:
    """The original, byte for byte, as a download; one range at a time, each of them on record (EVI-6)."""
    media = await run(request, evidence.read_media, _asked(request))
    storage = _storage(request)
    if not storage.path(media.sha256).is_file():
        raise Absent("证据", "evidence")
    headers = {**_RANGE_HEADERS, "content-disposition": _attachment(media.file_name)}
    span = byte_range(request.headers.get("range", ""), media.size_bytes)
    if span is None:
        return Response(status_code=416, headers={**headers, "content-range": f"bytes */{media.size_bytes}"})
    start, end = span
    headers["content-length"] = str(end - start)
    whole = (start, end) == (0, media.size_bytes)
    if not whole:
        headers["content-range"] = f"bytes {start}-{end - 1}/{media.size_bytes}"
    pieces = _pieces(storage, media, start, end)
    return StreamingResponse(pieces, 200 if whole else 206, headers, media_type=media.mime)


def byte_range(header: str, size: int) -> tuple[int, int] | None:
    """`bytes=10-19` → (10, 20), the end exclusive; all of it without a range we understand, None past the end."""
    unit, _, wanted = header.partition("=")
    first, dash, last = wanted.strip().partition("-")
    plain = all(not part or (part.isascii() and part.isdigit() and len(part) < 19) for part in (first, last))
    if unit.strip().lower() != "bytes" or not dash or not plain or not (first or last):
        return 0, size
    if not first:
        return (max(0, size - int(last)), size) if int(last) else None
    start, end = int(first), min(size, int(last) + 1) if last else size
    return (start, end) if start < end else None


async def preview(request: Request) -> Response:
    """A re-encoded picture of the evidence; the browser may keep it a few minutes, nobody in between may."""
    media = await run(request, evidence.read_preview, _asked(request))
    text = request.query_params.get("w", "")
    width = int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else _DEFAULT_WIDTH
    found: Path | None = await asyncio.to_thread(_storage(request).preview, media.sha256, width)
    if found is None:
        raise Absent("预览", "preview")
    headers = {"cache-control": "private, max-age=300", "content-security-policy": SANDBOX}
    return FileResponse(found, headers=headers, media_type="image/jpeg")


def _asked(request: Request) -> evidence.ReadMedia:
    return decode(evidence.ReadMedia, request.path_params, (), b"")


def _storage(request: Request) -> Storage:
    door: Door = request.app.state.door
    return door.services.storage


def _attachment(name: str) -> str:
    return f"attachment; filename*=UTF-8''{quote(name, safe='')}"


async def _pieces(storage: Storage, media: MediaRow, start: int, end: int) -> AsyncIterator[bytes]:
    """One thread hop a piece: a slow reader holds neither a thread nor a connection to the database."""
    for at in range(start, end, CHUNK_BYTES):
        pieces = storage.chunks(media.sha256, at, min(at + CHUNK_BYTES, end))
        yield await asyncio.to_thread(next, pieces, b"")
