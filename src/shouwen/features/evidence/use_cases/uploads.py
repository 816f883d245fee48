"""A renter's, colleague's or inspector's file arrives piece by piece."""

from typing import Annotated

from msgspec import Meta, Struct

from shouwen.features.evidence import store
from shouwen.features.evidence.sweeping import ABANDONED
from shouwen.features.evidence.types import Purpose, UploadRow
from shouwen.features.leases.public import access_lease
from shouwen.kernel.actor import Role
from shouwen.kernel.errors import Absent, BadInput, Refusal
from shouwen.platform.clock import random_ref
from shouwen.platform.door import Ctx
from shouwen.platform.events import Done, Event, Job
from shouwen.platform.fields import MAX_ID, Ref
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case

MAX_OPEN_UPLOADS = 30
MAX_FILES = 200  # of one side for one lease: nobody buries the other's evidence under theirs
MAX_CHUNK_BYTES = 8 * 1024 * 1024

# who may add what: a renter never adds to the lessor's own record, and the other way round
_MAY_ADD = {
    Role.RENTER: {Purpose.STATEMENT, Purpose.RETURN, Purpose.PROOF, Purpose.HANDOVER},
    Role.INSPECTOR: {Purpose.INSPECTION},
    Role.AGENT: {Purpose.INVOICE, Purpose.PROOF},
    Role.SPECIALIST: {Purpose.INVOICE, Purpose.PROOF},
    Role.SUPERVISOR: {Purpose.INVOICE, Purpose.PROOF},
}


class StartUpload(Struct, frozen=True, forbid_unknown_fields=True):
    """`subject` is the lease the file is evidence of; `sha256` (hex) lets the server prove it got the same bytes."""

    subject: Ref
    purpose: Purpose
    file_name: Annotated[str, Meta(min_length=1, max_length=255, pattern=r"^[^\n\r\t]*\Z")]
    size: Annotated[int, Meta(ge=0, le=MAX_ID)]
    part: Annotated[str, Meta(max_length=40, pattern=r"^[a-z0-9_]*\Z")] = ""
    sha256: Annotated[str, Meta(pattern=r"^([0-9a-f]{64})?\Z")] = ""


class UploadStarted(Struct, frozen=True):
    """Send the bytes with PATCH /api/v1/uploads/{upload_ref} and the header `Upload-Offset`."""

    upload_ref: str
    received: int
    chunk_bytes: int = 1024 * 1024


@use_case(StartUpload, UploadStarted, permission=Permission.EVIDENCE_ADD, method="POST", path="/uploads")
async def start_upload(ctx: Ctx, command: StartUpload) -> Done[UploadStarted]:
    """开始上传一份证据
    Begin a resumable upload."""
    lease = await access_lease(ctx.conn, ctx.actor, command.subject)
    if command.purpose not in _MAY_ADD.get(ctx.actor.role, set()):
        raise Absent("证据类别", "kind of evidence")
    limit = ctx.services.settings.max_upload_bytes
    if command.size == 0:
        raise BadInput("size", "文件是空的", "the file is empty", remedy_zh="请重新选择", remedy_en="choose another")
    if command.size > limit:
        raise BadInput(
            "size",
            f"文件超过 {limit // 1024 // 1024} MB",
            f"the file is larger than {limit // 1024 // 1024} MB",
            remedy_zh="请剪短视频或分段上传",
            remedy_en="cut the video or send it in parts",
            status=413,
        )
    if await store.count_files(ctx.conn, lease.id, ctx.actor.role) >= MAX_FILES:
        raise Refusal(
            "too_many_files", f"这笔租约已有 {MAX_FILES} 个文件", f"there are {MAX_FILES} files on this lease already",
            remedy_zh="需要再补充请转人工", remedy_en="ask a person if more is needed", rule="EVI-4",
        )  # fmt: skip
    since = ctx.now - ABANDONED
    if await store.count_open_uploads(ctx.conn, ctx.actor.role, ctx.actor.id, since) >= MAX_OPEN_UPLOADS:
        raise Refusal(
            "too_many_uploads", "同时上传的文件太多", "too many uploads at once", status=429,
            remedy_zh="请等前面的传完", remedy_en="wait until some are done", data={"retry_after_seconds": 30},
        )  # fmt: skip
    ref = random_ref("SC", 16)
    sha256 = bytes.fromhex(command.sha256) if command.sha256 else None
    await store.insert_upload(
        ctx.conn, ref, ctx.actor.role, ctx.actor.id, lease.id, command.purpose, command.part,
        command.file_name, sha256, command.size, ctx.now,
    )  # fmt: skip
    return Done(
        UploadStarted(ref, 0), Event(kind="upload.started", text="开始上传证据", lease_id=lease.id, subject=ref)
    )


class ReadUpload(Struct, frozen=True, forbid_unknown_fields=True):
    """One of my uploads."""

    upload_ref: Ref


@use_case(ReadUpload, UploadRow, permission=Permission.EVIDENCE_ADD, method="GET", path="/uploads/{upload_ref}")
async def read_upload(ctx: Ctx, command: ReadUpload) -> UploadRow:
    """上传进度、检查结果和回执
    How far an upload has come, what the checks said, and its receipt."""
    row = await store.read_upload(ctx.conn, command.upload_ref, ctx.actor.role, ctx.actor.id)
    if row is None:
        raise Absent("上传", "upload")
    return row


class RecordChunk(Struct, frozen=True, forbid_unknown_fields=True):
    """`length` bytes have been written at `offset`; the edge that wrote them says so."""

    upload_ref: Ref
    offset: Annotated[int, Meta(ge=0, le=MAX_ID)]
    length: Annotated[int, Meta(ge=1, le=MAX_CHUNK_BYTES)]


class ChunkRecorded(Struct, frozen=True):
    """How many bytes are there now; `state` becomes `checking` with the last one."""

    received: int
    state: str


@use_case(RecordChunk, ChunkRecorded, permission=Permission.EVIDENCE_ADD, method="PATCH", path="/uploads/{upload_ref}")
async def record_chunk(ctx: Ctx, command: RecordChunk) -> Done[ChunkRecorded]:
    """记录已收到的一段文件
    Count bytes that the raw edge has just written; with the last ones the file is checked."""
    row = await store.advance_upload(
        ctx.conn, command.upload_ref, ctx.actor.role, ctx.actor.id, command.offset, command.length
    )
    if row is None:
        raise Refusal(
            "offset_mismatch",
            "上传位置不一致，将从已收到的位置继续",
            "the upload stands elsewhere; go on from what has arrived",
            remedy_zh="稍候会自动续传",
            remedy_en="ask for the upload and resume from `received_bytes`",
            field="Upload-Offset",
        )
    received = command.offset + command.length
    done = row["state"] == "checking"
    job = Job(kind="check_upload", key=f"check_upload:{row['id']}", payload={"upload_id": row["id"]})
    event = Event(
        kind="upload.received" if done else "upload.chunk",
        text="证据上传完成，正在检查" if done else "收到一段证据",
        lease_id=row["lease_id"],
        subject=command.upload_ref,
        jobs=(job,) if done else (),
    )
    return Done(ChunkRecorded(received, row["state"]), event)
