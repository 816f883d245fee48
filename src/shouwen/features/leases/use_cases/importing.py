"""Importing contracts signed elsewhere: the file is looked at once, then its rows go in a chunk at a time."""

from datetime import datetime
from itertools import islice
from typing import Annotated, Literal

from msgspec import Meta, Struct

from shouwen.features.contracts.public import MOST_ROWS, ImportFormat, RowProblem, detect_encoding
from shouwen.features.leases.importing import (
    CHUNK_ROWS,
    Place,
    blocks_of,
    file_of,
    open_rows,
    refuse_empty,
    take_file,
    take_rows,
)
from shouwen.features.leases.store import imports as import_rows
from shouwen.features.leases.store.imports import ImportRow, OutcomeKind
from shouwen.kernel.errors import Absent, BadInput
from shouwen.platform.clock import random_ref
from shouwen.platform.door import Ctx
from shouwen.platform.events import Done, Event, Job
from shouwen.platform.fields import MAX_ID, Ref
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case

_MOST_BYTES = 600_000  # of one request; larger files come from the machine itself
_PAGE = 200
_NEWEST = 50
Source = Annotated[str, Meta(min_length=1, max_length=40, pattern=r"^[0-9A-Za-z一-鿿][0-9A-Za-z一-鿿_.-]*\Z")]
Line = Annotated[int, Meta(ge=0, le=2**31 - 1)]


class ImportContracts(Struct, frozen=True, forbid_unknown_fields=True):
    """A file of contracts: its bytes (base64 in JSON), or, on the machine itself, its hash.

    `source` names where they were signed: a foreign number is known by source and number.
    """

    format: ImportFormat
    source: Source
    content: Annotated[bytes, Meta(max_length=_MOST_BYTES)] = b""
    sha256: Annotated[str, Meta(pattern=r"^([0-9a-f]{64})?\Z")] = ""


class ImportStarted(Struct, frozen=True):
    """The import, and how many rows it has."""

    import_ref: str
    encoding: str
    rows: int


@use_case(ImportContracts, ImportStarted, permission=Permission.IMPORT, method="POST", path="/imports")
async def import_contracts(ctx: Ctx, command: ImportContracts) -> Done[ImportStarted]:
    """导入在别处签署的合同（CSV 或 JSON），逐行给出结果
    Import contracts signed elsewhere from CSV or JSON; refused as a whole only where the file cannot be read."""
    sha256 = _bytes_of(ctx, command)
    path = file_of(ctx.services.storage, sha256)
    encoding = detect_encoding(blocks_of(path))
    rows = sum(1 for _ in islice(open_rows(path, command.format, encoding, None), MOST_ROWS + 1))
    refuse_empty(rows)
    if rows > MOST_ROWS:
        raise BadInput("content", f"文件超过 {MOST_ROWS:,} 行", f"more than {MOST_ROWS:,} rows",
                       remedy_zh="请分成几个文件；重复发送不会重复导入", remedy_en="send several files")  # fmt: skip
    ref = random_ref("DR")
    await import_rows.insert_import(
        ctx.conn, ref, sha256, command.source, command.format, encoding, rows, ctx.actor.id, ctx.now
    )
    event = Event(
        kind="import.started", text=f"{ctx.actor.name}导入“{command.source}”的合同 {rows} 行",
        subject=f"import:{ref}", sealed=True,
        data={"import": ref, "rows": rows, "sha256": sha256.hex(), "encoding": encoding, "source": command.source},
        jobs=(_next_job(ref, None),),
    )  # fmt: skip
    return Done(ImportStarted(ref, encoding, rows), event)


def _bytes_of(ctx: Ctx, command: ImportContracts) -> bytes:
    """The hash under which the file lies."""
    if command.content and not command.sha256:
        return take_file(ctx.services.storage, [command.content])
    if command.sha256 and not command.content and ctx.channel == "cli":
        sha256 = bytes.fromhex(command.sha256)
        if file_of(ctx.services.storage, sha256).is_file():
            return sha256
    raise BadInput(
        "content", "没有收到文件内容", "the file's bytes are missing",
        remedy_zh="请在 content 中给出文件（base64）；600 KB 以上的文件请在服务器上用 shouwen contract import 导入",
        remedy_en="send the bytes as base64; files above 600 KB go in by `shouwen contract import` on the server",
    )  # fmt: skip


class ImportChunk(Struct, frozen=True, forbid_unknown_fields=True):
    """Read on from a byte and its line; 0 and 0 is the beginning."""

    import_ref: Ref
    offset: Annotated[int, Meta(ge=0, le=MAX_ID)] = 0
    line: Line = 0


class ImportProgress(Struct, frozen=True):
    """How far it got; `next_offset` and `next_line` are where to read on, None at the end."""

    import_ref: str
    rows: int
    done: int
    accepted: int
    known: int
    refused: int
    next_offset: int | None
    next_line: int | None


@use_case(
    ImportChunk, ImportProgress, permission=Permission.SYSTEM, method="POST", path="/system/imports/{import_ref}/chunk"
)  # fmt: skip
async def import_chunk(ctx: Ctx, command: ImportChunk) -> Done[ImportProgress]:
    """导入接下来的若干行
    Read the next rows of an import: the good ones go in, every one is on the report."""
    found = await _import(ctx, command.import_ref, lock=True)
    place = Place(command.offset, command.line) if command.offset else None
    path = file_of(ctx.services.storage, found.sha256)
    rows = list(islice(open_rows(path, found.format, found.encoding, place), CHUNK_ROWS))
    tally = await take_rows(ctx, found.id, found.source, rows)
    done = found.done + len(rows)
    finished = done >= found.rows or not rows
    await import_rows.add_to_import(
        ctx.conn, found.id, tally.accepted, tally.known, tally.refused, ctx.now, finished=finished
    )
    onward = None if finished else Place(rows[-1].next_offset, rows[-1].next_line)
    said = f"新增 {tally.accepted}，已有 {tally.known}，退回 {tally.refused}"
    event = Event(
        kind="import.finished" if finished else "import.read", text=f"导入 {found.ref}：{done}/{found.rows} 行，{said}",
        subject=f"import:{found.ref}", sealed=bool(tally.accepted),
        data={"import": found.ref, "accepted": tally.accepted, "known": tally.known, "refused": tally.refused,
              "contracts_sha256": tally.digest},
        jobs=(_drop_job(found.ref) if onward is None else _next_job(found.ref, onward),),
    )  # fmt: skip
    progress = ImportProgress(
        found.ref, found.rows, done, found.accepted + tally.accepted, found.known + tally.known,
        found.refused + tally.refused, None if onward is None else onward.offset,
        None if onward is None else onward.line,
    )  # fmt: skip
    return Done(progress, event)


def chunk_key(import_ref: str, offset: int) -> str:
    """The act key of a chunk: whoever reads it, it goes in once."""
    return f"import:{import_ref}:{offset}"


def _next_job(import_ref: str, place: Place | None) -> Job:
    offset, line = (place.offset, place.line) if place else (0, 0)
    return Job(
        kind="import_chunk", key=chunk_key(import_ref, offset),
        payload={"import_ref": import_ref, "offset": offset, "line": line},
    )  # fmt: skip


def _drop_job(import_ref: str) -> Job:
    """The file is not needed any more: what it held is on the book, or on the report without personal data."""
    return Job(kind="drop_import", key=f"drop:{import_ref}", payload={"import_ref": import_ref})


class ReadImport(Struct, frozen=True, forbid_unknown_fields=True):
    """The report of an import, 200 rows a page after a line; all rows, or only those refused."""

    import_ref: Ref
    after: Line = 0
    show: Literal["all", "refused"] = "all"


class ReportRow(Struct, frozen=True):
    """What became of one row; `line` is the item's number in JSON."""

    line: int
    external_no: str
    outcome: OutcomeKind
    lease_ref: str | None
    why: tuple[RowProblem, ...]


class ImportReport(Struct, frozen=True):
    """Counts and a page of rows; `next_after` asks for the following page, None at the end of what is read."""

    import_ref: str
    source: str
    format: ImportFormat
    encoding: str
    rows: int
    done: int
    accepted: int
    known: int
    refused: int
    started_at: datetime
    finished_at: datetime | None
    page: tuple[ReportRow, ...]
    next_after: int | None


@use_case(ReadImport, ImportReport, permission=Permission.IMPORT, method="GET", path="/imports/{import_ref}")
async def read_import(ctx: Ctx, command: ReadImport) -> ImportReport:
    """导入结果：每一行是否导入、为什么没有
    The report of an import, row by row: accepted, known from before, or refused and why."""
    found = await _import(ctx, command.import_ref)
    rows = await import_rows.outcomes_page(
        ctx.conn, found.id, command.after, _PAGE + 1, refused=command.show == "refused"
    )
    page = tuple(
        ReportRow(
            row["line"], row["external_no"], row["outcome"], row["lease_ref"],
            tuple(RowProblem(**problem) for problem in row["why"]),
        )
        for row in rows[:_PAGE]
    )  # fmt: skip
    return ImportReport(
        found.ref, found.source, found.format, found.encoding, found.rows, found.done, found.accepted, found.known,
        found.refused, found.started_at, found.finished_at, page, page[-1].line if len(rows) > _PAGE else None,
    )  # fmt: skip


class ListImports(Struct, frozen=True, forbid_unknown_fields=True):
    """Nothing to say."""


class ImportLine(Struct, frozen=True):
    """One import and how far it is; `finished_at` None: it is being read."""

    import_ref: str
    source: str
    rows: int
    done: int
    accepted: int
    known: int
    refused: int
    started_at: datetime
    finished_at: datetime | None


@use_case(ListImports, list[ImportLine], permission=Permission.IMPORT, method="GET", path="/imports")
async def list_imports(ctx: Ctx, command: ListImports) -> list[ImportLine]:
    """最近的 50 次导入
    The newest 50 imports."""
    return [
        ImportLine(
            one.ref, one.source, one.rows, one.done, one.accepted, one.known, one.refused, one.started_at,
            one.finished_at,
        )
        for one in await import_rows.newest_imports(ctx.conn, _NEWEST)
    ]  # fmt: skip


async def _import(ctx: Ctx, import_ref: str, *, lock: bool = False) -> ImportRow:
    found = await import_rows.find_import(ctx.conn, import_ref, lock=lock)
    if found is None:
        raise Absent("导入", "import")
    return found
