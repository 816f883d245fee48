"""Originals in a folder, named by their SHA-256; written once, never changed."""

import contextlib
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

CHUNK_BYTES = 1024 * 1024


class Storage:
    """A folder of immutable blobs (`ab/abcdef…`) and of uploads under way (`incoming/<ref>`)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "incoming").mkdir(parents=True, exist_ok=True)

    def incoming(self, ref: str) -> Path:
        """Where the bytes of an unfinished upload collect."""
        return self.folder / "incoming" / ref

    def path(self, sha256: bytes) -> Path:
        """Where a blob lies, whether or not it is there."""
        name = sha256.hex()
        return self.folder / name[:2] / name

    def keep(self, incoming: Path, sha256: bytes) -> Path:
        """Give a finished upload its final place too; the same bytes twice are kept once."""
        target = self.path(sha256)
        target.parent.mkdir(exist_ok=True)
        with contextlib.suppress(FileExistsError):
            os.link(incoming, target)
        return target

    def put_preview(self, sha256: bytes, width: int, jpeg: bytes) -> None:
        """A re-encoded preview beside its original: `ab/abcdef….320.jpg`."""
        target = self.path(sha256).with_suffix(f".{width}.jpg")
        target.parent.mkdir(exist_ok=True)
        part = target.with_suffix(f".{os.getpid()}.part")
        part.write_bytes(jpeg)
        os.replace(part, target)

    def preview(self, sha256: bytes, width: int) -> Path | None:
        """The smallest preview at least `width` wide, else the largest there is."""
        found = sorted(
            (int(path.suffixes[0][1:]), path) for path in self.path(sha256).parent.glob(f"{sha256.hex()}.*.jpg")
        )
        if not found:
            return None
        return next((path for size, path in found if size >= width), found[-1][1])

    def put(self, data: bytes) -> bytes:
        """Store bytes the system made itself; returns their SHA-256."""
        sha256 = hashlib.sha256(data).digest()
        target = self.path(sha256)
        if not target.exists():
            target.parent.mkdir(exist_ok=True)
            part = target.with_suffix(".part")
            part.write_bytes(data)
            os.replace(part, target)
        return sha256

    def read(self, sha256: bytes) -> bytes:
        """The blob; raises FileNotFoundError where it was erased."""
        return self.path(sha256).read_bytes()

    def chunks(self, sha256: bytes, start: int, end: int) -> Iterator[bytes]:
        """Bytes `start` up to `end` (exclusive) in pieces, for range requests."""
        with self.path(sha256).open("rb") as file:
            file.seek(start)
            left = end - start
            while left > 0 and (piece := file.read(min(CHUNK_BYTES, left))):
                left -= len(piece)
                yield piece
