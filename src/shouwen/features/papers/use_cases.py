"""Read a letter; record that it has been printed."""

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from shouwen.features.papers import store
from shouwen.features.papers.types import PAPER_ZH, PaperKind, PaperText, PaperView
from shouwen.kernel.actor import Role
from shouwen.kernel.errors import Absent, Refusal
from shouwen.platform.door import Ctx
from shouwen.platform.events import Done, Event
from shouwen.platform.fields import Ref
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case


class ReadNamedPaper(Struct, frozen=True, forbid_unknown_fields=True):
    """One letter by its reference."""

    paper_ref: Ref


@use_case(ReadNamedPaper, PaperView, permission=Permission.BILLS_READ, method="GET", path="/papers/{paper_ref}")
async def read_paper(ctx: Ctx, command: ReadNamedPaper) -> PaperView:
    """查看一封函件
    A letter: a renter's own, for the desk any."""
    return await _found(ctx, command.paper_ref)


class OpenPaper(Struct, frozen=True, forbid_unknown_fields=True):
    """One printed letter by its reference."""

    paper_ref: Ref


class PaperFile(Struct, frozen=True):
    """The PDF lies in the media store under its hash (hex)."""

    paper_ref: str
    file_name: str
    mime: str
    size_bytes: int
    sha256: str


@use_case(
    OpenPaper, PaperFile, permission=Permission.BILLS_READ, method="GET", path="/papers/{paper_ref}/file", recorded=True
)
async def open_paper(ctx: Ctx, command: OpenPaper) -> Done[PaperFile]:
    """打开一封函件的 PDF（会留下查看记录）
    Open a printed letter; the view is on record (EVI-6). Absent until it is printed."""
    row = await store.find_paper(ctx.conn, command.paper_ref, ctx.actor.id if ctx.actor.role is Role.RENTER else None)
    if row is None or row["pdf_sha256"] is None:
        raise Absent("函件", "letter")
    title = PAPER_ZH[PaperKind(row["kind"])]
    event = Event(
        kind="paper.viewed",
        text=f"{ctx.actor.name or '租客'}打开{title} {row['ref']}",
        rule="EVI-6",
        case_id=row["case_id"],
        lease_id=row["lease_id"],
        renter_id=row["renter_id"],
        subject=row["ref"],
        data={"paper": row["ref"], "sha256": row["pdf_sha256"].hex()},
        sealed=True,
    )
    name = f"{title} {row['ref']}.pdf"
    return Done(PaperFile(row["ref"], name, "application/pdf", row["size_bytes"], row["pdf_sha256"].hex()), event)


class PrintPaper(Struct, frozen=True, forbid_unknown_fields=True):
    """The same letter, for the job that prints it."""

    paper_ref: Ref


@use_case(PrintPaper, PaperView, permission=Permission.SYSTEM, method="GET", path="/system/papers/{paper_ref}")
async def paper_to_print(ctx: Ctx, command: PrintPaper) -> PaperView:
    """读取待排版的函件
    A letter to be printed."""
    return await _found(ctx, command.paper_ref)


async def _found(ctx: Ctx, ref: str) -> PaperView:
    row = await store.find_paper(ctx.conn, ref, ctx.actor.id if ctx.actor.role is Role.RENTER else None)
    if row is None:
        raise Absent("函件", "letter")
    return store.view_of(row, msgspec.convert(row["body"], PaperText))


class KeepPaper(Struct, frozen=True, forbid_unknown_fields=True):
    """A printed letter is stored under this hash (hex)."""

    paper_ref: Ref
    sha256: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
    size_bytes: Annotated[int, Meta(gt=0, le=50_000_000)]


class PaperKept(Struct, frozen=True):
    """The letter is there to download."""

    paper_ref: str


@use_case(KeepPaper, PaperKept, permission=Permission.SYSTEM, method="POST", path="/system/papers/{paper_ref}/pdf")
async def keep_paper(ctx: Ctx, command: KeepPaper) -> Done[PaperKept]:
    """登记排版完成的函件并封存
    Record the printed letter; its hash is sealed."""
    row = await store.find_paper(ctx.conn, command.paper_ref, None)
    if row is None:
        raise Absent("函件", "letter")
    sha256 = bytes.fromhex(command.sha256)
    if not await store.keep_pdf(ctx.conn, command.paper_ref, sha256, command.size_bytes, ctx.now):
        raise Refusal(
            "printed_already", "这封函件已经排版", "this letter has been printed",
            remedy_zh="直接下载即可", remedy_en="download it",
        )  # fmt: skip
    event = Event(
        kind="paper.printed",
        text=f"{PAPER_ZH[PaperKind(row['kind'])]} {row['ref']} 已排版封存",
        rule="CRE-5" if row["kind"] == PaperKind.RELIEF else "",
        case_id=row["case_id"],
        lease_id=row["lease_id"],
        renter_id=row["renter_id"],
        subject=row["ref"],
        data={"paper": row["ref"], "sha256": command.sha256, "size_bytes": command.size_bytes},
        sealed=True,
        topics=(f"renter:{row['renter_id']}",),
    )
    return Done(PaperKept(command.paper_ref), event)
