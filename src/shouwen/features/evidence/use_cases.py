"""Add evidence, see what is on file, open an original on record, get a seal receipt."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from shouwen.features.evidence import store
from shouwen.features.evidence.seals.leaf import SALT_BYTES
from shouwen.features.evidence.seals.tlog_proof import TlogProof
from shouwen.features.evidence.seals.tree import plan_inclusion
from shouwen.features.evidence.sequencer import log_key
from shouwen.features.evidence.sweeping import ABANDONED
from shouwen.features.evidence.types import PURPOSE_ZH, Measured, MediaRow, Purpose, Receipt, UploadRow
from shouwen.features.leases.public import access_lease, lease_by_id
from shouwen.kernel.actor import Role
from shouwen.kernel.errors import Absent, BadInput, Refusal
from shouwen.platform.clock import random_ref
from shouwen.platform.db import Row
from shouwen.platform.door import Ctx
from shouwen.platform.events import Done, Event, Job
from shouwen.platform.fields import MAX_ID, Ref
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case

MAX_OPEN_UPLOADS = 30
MAX_FILES = 200  # of one side for one lease: nobody buries the other's evidence under theirs
# A renter's words and proofs are case content: an inspector compares pictures and decides nothing (domain §1).
INSPECTOR_SEES = frozenset({Purpose.HANDOVER, Purpose.RETURN, Purpose.INSPECTION})
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


class AcceptUpload(Struct, frozen=True, forbid_unknown_fields=True):
    """The worker's finding about a finished upload."""

    upload_id: int
    sha256: bytes
    measured: Measured


class Accepted(Struct, frozen=True):
    """The evidence it became."""

    media_ref: str


@use_case(AcceptUpload, Accepted, permission=Permission.SYSTEM, method="POST", path="/system/uploads/acceptance")
async def accept_upload(ctx: Ctx, command: AcceptUpload) -> Done[Accepted]:
    """证据通过检查，入档并封存
    Put a checked file on record and hand it to the log (EVI-1)."""
    upload = await store.lock_upload(ctx.conn, command.upload_id)
    if upload["state"] != "checking":
        raise Refusal("already_checked", "这份证据已检查过", "this upload was already checked")
    ref = random_ref("ZJ", 12)
    await store.insert_media(ctx.conn, ref, upload, command.sha256, command.measured, ctx.now)
    return Done(Accepted(ref), _added(ref, upload, command.sha256, command.measured))


class ImportMedia(Struct, frozen=True, forbid_unknown_fields=True):
    """A checked file that lies in the media store already, from another system or from the demo's own drawing."""

    lease_ref: Ref
    purpose: Purpose
    part: Annotated[str, Meta(max_length=40, pattern=r"^[a-z0-9_]*\Z")]
    file_name: Annotated[str, Meta(min_length=1, max_length=255)]
    size_bytes: Annotated[int, Meta(ge=1, le=MAX_ID)]
    sha256: bytes
    measured: Measured
    uploaded_role: Role
    uploaded_by: Annotated[int, Meta(ge=0, le=MAX_ID)]


@use_case(ImportMedia, Accepted, permission=Permission.SYSTEM, method="POST", path="/system/evidence/imports")
async def import_media(ctx: Ctx, command: ImportMedia) -> Done[Accepted]:
    """导入一份已检查的影像，入档并封存
    Put a file that is in the store already on record and hand it to the log (EVI-1)."""
    lease = await access_lease(ctx.conn, ctx.actor, command.lease_ref)
    upload: dict[str, object] = {
        "id": 0, "lease_id": lease.id, "renter_id": lease.renter_id, "lease_ref": lease.ref,
        "purpose": command.purpose, "part": command.part, "file_name": command.file_name,
        "size_bytes": command.size_bytes, "actor_role": command.uploaded_role, "actor_id": command.uploaded_by,
    }  # fmt: skip
    ref = random_ref("ZJ", 12)
    await store.insert_media(ctx.conn, ref, upload, command.sha256, command.measured, ctx.now)
    return Done(Accepted(ref), _added(ref, upload, command.sha256, command.measured))


def _added(ref: str, upload: Row, sha256: bytes, measured: Measured) -> Event:
    purpose = Purpose(upload["purpose"])
    return Event(
        kind="evidence.added",
        text=f"收到并封存{PURPOSE_ZH[purpose]}：{upload['file_name'][:60]}",
        rule="EVI-1",
        lease_id=upload["lease_id"],
        renter_id=upload["renter_id"],
        subject=ref,
        data={
            "sha256": sha256.hex(),
            "size_bytes": upload["size_bytes"],
            "mime": measured.mime,
            "purpose": purpose,
            "part": upload["part"],
            "lease": upload["lease_ref"],
            "uploaded_by": {"role": upload["actor_role"], "id": upload["actor_id"]},
            "taken_at": None if measured.taken_at is None else measured.taken_at.isoformat(),
        },
        sealed=True,
        topics=(f"renter:{upload['renter_id']}", f"lease:{upload['lease_id']}"),
    )


class RefuseUpload(Struct, frozen=True, forbid_unknown_fields=True):
    """The worker's finding that a finished upload is no evidence; `refusal` has zh, en, remedy_zh, remedy_en."""

    upload_id: int
    code: str
    refusal: dict[str, str]


@use_case(RefuseUpload, Accepted, permission=Permission.SYSTEM, method="POST", path="/system/uploads/refusal")
async def refuse_upload(ctx: Ctx, command: RefuseUpload) -> Done[Accepted]:
    """上传的文件不能作为证据
    Close an upload that is no photo or video, saying why (EVI-4)."""
    upload = await store.lock_upload(ctx.conn, command.upload_id)
    await store.refuse_upload(ctx.conn, command.upload_id, command.refusal)
    event = Event(
        kind="upload.refused",
        text=f"文件未通过检查：{command.refusal['zh']}",
        rule="EVI-4",
        lease_id=upload["lease_id"],
        subject=upload["ref"],
        data={"code": command.code},
    )
    return Done(Accepted(""), event)


class ListEvidence(Struct, frozen=True, forbid_unknown_fields=True):
    """Everything on file for a lease."""

    lease_ref: Ref


@use_case(
    ListEvidence, list[MediaRow], permission=Permission.EVIDENCE_READ, method="GET", path="/leases/{lease_ref}/evidence"
)
async def list_evidence(ctx: Ctx, command: ListEvidence) -> list[MediaRow]:
    """一份租约的全部影像和材料
    All evidence of a lease."""
    lease = await access_lease(ctx.conn, ctx.actor, command.lease_ref)
    media = await store.list_media(ctx.conn, lease.id)
    return [one for one in media if _sees(ctx.actor.role, one)]


class ReadMedia(Struct, frozen=True, forbid_unknown_fields=True):
    """Open one original."""

    media_ref: Ref


@use_case(
    ReadMedia, MediaRow, permission=Permission.EVIDENCE_READ, method="GET", path="/evidence/{media_ref}", recorded=True
)
async def read_media(ctx: Ctx, command: ReadMedia) -> Done[MediaRow]:
    """打开一份证据原件（会留下查看记录）
    Open an original; who looked and when is put on record (EVI-6)."""
    media = await access_media(ctx, command.media_ref)
    event = Event(
        kind="evidence.viewed",
        text=f"{ctx.actor.name or '租客'}查看证据原件",
        rule="EVI-6",
        lease_id=media.lease_id,
        subject=media.ref,
        sealed=True,
    )
    return Done(media, event)


@use_case(ReadMedia, MediaRow, permission=Permission.EVIDENCE_READ, method="GET", path="/evidence/{media_ref}/preview")
async def read_preview(ctx: Ctx, command: ReadMedia) -> MediaRow:
    """证据缩略图的信息
    What a re-encoded preview shows; the preview itself is at /media/{media_ref}/preview."""
    return await access_media(ctx, command.media_ref)


async def access_media(ctx: Ctx, media_ref: str) -> MediaRow:
    """The only way from outside to a piece of evidence: through a lease the actor may see."""
    media = await store.find_media(ctx.conn, media_ref)
    if media is None or not _sees(ctx.actor.role, media):
        raise Absent("证据", "evidence")
    lease = await lease_by_id(ctx.conn, media.lease_id)
    await access_lease(ctx.conn, ctx.actor, lease.ref)
    return media


def _sees(role: Role, media: MediaRow) -> bool:
    return role is not Role.INSPECTOR or media.purpose in INSPECTOR_SEES


class ReadReceipt(Struct, frozen=True, forbid_unknown_fields=True):
    """The seal receipt of one piece of evidence."""

    media_ref: Ref


@use_case(
    ReadReceipt, Receipt, permission=Permission.EVIDENCE_READ, method="GET", path="/evidence/{media_ref}/receipt",
    snapshot=True,
)  # fmt: skip
async def read_receipt(ctx: Ctx, command: ReadReceipt) -> Receipt:
    """存证回执：可离线核验的封存证明
    The receipt of a seal, verifiable offline (EVI-1)."""
    media = await access_media(ctx, command.media_ref)
    entry = await store.find_entry(ctx.conn, "evidence.added", media.ref)
    head = await store.newest_checkpoint(ctx.conn)
    if entry is None or head is None:
        raise Refusal(
            "not_sealed_yet", "正在封存，请稍候", "being sealed, a moment please", status=409,
            remedy_zh="一般在 2 秒内完成", remedy_en="usually done within two seconds",
        )  # fmt: skip
    plan = plan_inclusion(entry["index"], head["size"])
    hashes = plan.assemble(await store.read_nodes(ctx.conn, plan.coords))
    stamp = await ctx.conn.fetchval(
        "SELECT authority FROM log_timestamps WHERE size > $1 ORDER BY size LIMIT 1", entry["index"]
    )
    at: datetime = entry["at"]
    return Receipt(
        receipt_no=entry["index"],
        kind=entry["kind"],
        at=at,
        sealed_at=entry["sealed_at"],
        leaf=entry["leaf"].decode(),
        content=entry["content"],
        salt_hex=(entry["salt"] or bytes(SALT_BYTES)).hex(),
        proof=TlogProof(entry["index"], hashes, head["note"].encode()).data().decode(),
        vkey=log_key(ctx.services.settings).verifier().text(),
        timestamped_by=stamp or "",
    )
