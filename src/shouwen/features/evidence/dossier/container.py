"""The zip itself, in one form only: entries stored uncompressed, in order of name, with fixed dates and
flags.

Written by hand because verification must write it again to the byte: any flipped bit of the container shows,
and no library promises the same bytes in its next version. Any zip tool reads it. Nothing is ever
decompressed.
"""

import struct
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO
from zlib import crc32

import msgspec

from shouwen.features.evidence.dossier.format import Problem, is_good_name

Source = bytes | Path
ZIP = "(zip)"
"""The path of a problem that lies in the container and in no single file."""

_LOCAL, _CENTRAL, _END = struct.Struct("<4s5H3I2H"), struct.Struct("<4s6H3I5H2I"), struct.Struct("<4s4H2IH")
_LOCAL_MARK, _CENTRAL_MARK, _END_MARK = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_VERSION, _MADE_BY, _UTF8, _STORED = 20, 0x0314, 0x0800, 0
_TIME, _DATE = 0, 0x21  # 1980-01-01 00:00, the first a zip can say
_FILE_MODE = 0o100644 << 16
_MAX_BYTES, _MAX_ENTRIES = 0xFFFF_FFFE, 0xFFFE
_CHUNK_BYTES = 1 << 20


class Slot(msgspec.Struct, frozen=True):
    """Where one entry's bytes lie in the zip; `raw_name` as it is written there."""

    raw_name: bytes
    at: int
    size: int

    @property
    def name(self) -> str:
        return self.raw_name.decode("utf-8", "backslashreplace")


class Opened(msgspec.Struct, frozen=True):
    """What could be read of a zip, and everything in which it differs from the one form."""

    slots: tuple[Slot, ...]
    problems: tuple[Problem, ...]


def chunks(source: Source) -> Iterator[bytes]:
    """The bytes of a source, a megabyte at a time."""
    if isinstance(source, bytes):
        yield source
        return
    with source.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            yield chunk


def write_container(entries: Iterable[tuple[str, Source]], out: BinaryIO) -> None:
    """Write the zip. ValueError for a bad or doubled name, or beyond 4 GiB or 65,534 entries."""
    ordered = sorted(entries)
    names = [name for name, _ in ordered]
    if not all(map(is_good_name, names)) or len({name.lower() for name in names}) != len(names):
        raise ValueError("a name is not allowed or doubled")
    central, at = bytearray(), 0
    for name, source in ordered:
        checksum, size = 0, 0
        for chunk in chunks(source):
            checksum, size = crc32(chunk, checksum), size + len(chunk)
        if at + size > _MAX_BYTES or len(ordered) > _MAX_ENTRIES:
            raise ValueError("a dossier holds at most 4 GiB")
        raw_name = name.encode("ascii")
        central += _central_record(raw_name, checksum, size, at)
        out.write(_local_header(raw_name, checksum, size))
        for chunk in chunks(source):
            out.write(chunk)
        at += _LOCAL.size + len(raw_name) + size
    out.write(bytes(central) + _end_record(len(ordered), len(central), at))


def open_container(data: memoryview) -> Opened:
    """Find the entries by the directory, or by walking when that is damaged, and compare every byte of the
    frame."""
    slots = _read_central(data)
    if slots is None:
        slots = _read_local(data)
    if not slots:
        return Opened((), (_unreadable(data),))
    return Opened(tuple(slots), (*_name_problems(slots), *_frame_problems(data, slots)))


def _local_header(name: bytes, checksum: int, size: int) -> bytes:
    fields = (_LOCAL_MARK, _VERSION, _UTF8, _STORED, _TIME, _DATE, checksum, size, size, len(name), 0)
    return _LOCAL.pack(*fields) + name


def _central_record(name: bytes, checksum: int, size: int, at: int) -> bytes:
    common = (_MADE_BY, _VERSION, _UTF8, _STORED, _TIME, _DATE, checksum, size, size, len(name))
    return _CENTRAL.pack(_CENTRAL_MARK, *common, 0, 0, 0, 0, _FILE_MODE, at) + name


def _end_record(count: int, central_bytes: int, central_at: int) -> bytes:
    return _END.pack(_END_MARK, 0, 0, count, count, central_bytes, central_at, 0)


def _read_central(data: memoryview) -> list[Slot] | None:
    end_at = len(data) - _END.size
    if end_at < 0:
        return None
    mark, _, _, _, count, central_bytes, at, _ = _END.unpack_from(data, end_at)
    if mark != _END_MARK or at + central_bytes != end_at:
        return None
    slots, expected = [], 0
    for _ in range(count):
        if at + _CENTRAL.size > end_at:
            return None
        fields = _CENTRAL.unpack_from(data, at)
        size, name_bytes = fields[9], fields[10]
        if fields[0] != _CENTRAL_MARK or fields[4] != _STORED or fields[8] != size or fields[16] != expected:
            return None
        name_at = at + _CENTRAL.size
        slot = Slot(bytes(data[name_at : name_at + name_bytes]), expected + _LOCAL.size + name_bytes, size)
        expected = slot.at + size
        if bytes(data[slot.at - name_bytes - _LOCAL.size :][:4]) != _LOCAL_MARK or expected > len(data):
            return None
        slots.append(slot)
        at = name_at + name_bytes + fields[11] + fields[12]
    return slots


def _read_local(data: memoryview) -> list[Slot]:
    slots, at = [], 0
    while at + _LOCAL.size <= len(data) and bytes(data[at : at + 4]) == _LOCAL_MARK:
        fields = _LOCAL.unpack_from(data, at)
        size, name_bytes = fields[8], fields[9]
        name_at = at + _LOCAL.size
        slot = Slot(bytes(data[name_at : name_at + name_bytes]), name_at + name_bytes + fields[10], size)
        at = slot.at + size
        if fields[3] != _STORED or fields[7] != size or at > len(data):
            break
        slots.append(slot)
    return slots


def _name_problems(slots: list[Slot]) -> Iterator[Problem]:
    seen: set[str] = set()
    for slot in slots:
        if not is_good_name(slot.name):
            yield Problem(slot.name, "name_not_allowed", "文件名不被允许", "this name is not allowed")
        if slot.name.lower() in seen:
            yield Problem(slot.name, "doubled", "同名文件出现了两次", "this name appears twice")
        seen.add(slot.name.lower())
    if [slot.raw_name for slot in slots] != sorted(slot.raw_name for slot in slots):
        yield Problem(ZIP, "out_of_order", "文件次序被改动过", "the files are out of order")


def _frame_problems(data: memoryview, slots: list[Slot]) -> Iterator[Problem]:
    at, records = 0, []
    for slot in slots:
        content = data[slot.at : slot.at + slot.size]
        checksum = crc32(content)
        header = _local_header(slot.raw_name, checksum, slot.size)
        if slot.at != at + len(header) or bytes(data[at : slot.at]) != header:
            yield _damaged(slot.name)
        records.append((slot.name, _central_record(slot.raw_name, checksum, slot.size, at)))
        at = slot.at + slot.size
    central_at = at
    for name, record in records:
        if bytes(data[at : at + len(record)]) != record:
            yield _damaged(name)
        at += len(record)
    if bytes(data[at:]) != _end_record(len(records), at - central_at, central_at):
        yield _damaged(ZIP)


def _damaged(path: str) -> Problem:
    where = "文件末尾" if path == ZIP else "这个文件的压缩包记录"
    return Problem(path, "container_damaged", f"{where}被改动过或损坏", "its zip record was changed or damaged")


def _unreadable(data: memoryview) -> Problem:
    if bytes(data[:2]) != b"PK":
        return Problem(ZIP, "not_a_zip", "这不是证据包（不是 zip 文件）", "this is not a dossier: not a zip file")
    return Problem(
        ZIP,
        "repacked",
        "压缩包被重新打包或严重损坏，请使用下载时的原始文件",
        "the zip was packed again or is badly damaged; use the file as it was downloaded",
    )
