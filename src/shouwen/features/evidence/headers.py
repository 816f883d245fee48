"""Read types, sizes and capture times from the first bytes of a file, without decoding it."""

import re
import struct
from datetime import UTC, datetime

from shouwen.kernel.days import BEIJING

_EXIF_DATE = re.compile(rb"(\d{4}):(\d\d):(\d\d) (\d\d):(\d\d):(\d\d)\x00")


def sniff(head: bytes) -> str | None:
    """The media type by content; None for everything that is no photo or video we take (SVG and HTML among it)."""
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return "video/webm"
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        if brand in (b"heic", b"heix", b"mif1", b"msf1", b"heim", b"hevc"):
            return "image/heic"
        return "video/quicktime" if brand == b"qt  " else "video/mp4"
    return None


def image_size(mime: str, head: bytes) -> tuple[int, int] | None:
    """(width, height) as the header says; None where it cannot be found."""
    try:
        if mime == "image/png":
            width, height = struct.unpack(">II", head[16:24])
            return (width, height) if head[12:16] == b"IHDR" else None
        if mime == "image/webp":
            return _webp_size(head)
        return _jpeg_size(head)
    except (struct.error, IndexError):
        return None


def _webp_size(head: bytes) -> tuple[int, int] | None:
    kind = head[12:16]
    if kind == b"VP8X":
        return int.from_bytes(head[24:27], "little") + 1, int.from_bytes(head[27:30], "little") + 1
    if kind == b"VP8 ":
        width, height = struct.unpack("<HH", head[26:30])
        return width & 0x3FFF, height & 0x3FFF
    if kind == b"VP8L":
        bits = int.from_bytes(head[21:25], "little")
        return (bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1
    return None


def _jpeg_size(head: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 < len(head):
        if head[at] != 0xFF:
            return None
        marker = head[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", head[at + 5 : at + 9])
            return width, height
        at += 2 + int(struct.unpack(">H", head[at + 2 : at + 4])[0])
    return None


def exif_taken_at(head: bytes) -> datetime | None:
    """The capture time in a JPEG's EXIF block, taken as Beijing time where it names no zone."""
    start = head.find(b"Exif\x00\x00")
    if not 0 <= start < 4096:
        return None
    found = _EXIF_DATE.findall(head[start : start + 65_536])
    for parts in reversed(found):  # DateTimeOriginal comes after DateTime
        try:
            year, month, day, hour, minute, second = (int(part) for part in parts)
            return datetime(year, month, day, hour, minute, second, tzinfo=BEIJING).astimezone(UTC)
        except (ValueError, OverflowError):  # the year 0001 in Beijing has no UTC
            continue
    return None
