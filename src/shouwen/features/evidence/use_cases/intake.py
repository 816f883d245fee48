"""What a finished upload becomes: evidence on record and in the log, or a refusal that says why."""

from typing import Annotated

from msgspec import Meta, Struct

from shouwen.features.evidence import store
from shouwen.features.evidence.types import PURPOSE_ZH, Measured, Purpose
from shouwen.features.leases.public import access_lease
from shouwen.kernel.actor import Role
from shouwen.kernel.errors import Refusal
from shouwen.platform.clock import random_ref
from shouwen.platform.db import Row
from shouwen.platform.door import Ctx
from shouwen.platform.events import Done, Event
from shouwen.platform.fields import MAX_ID, Ref
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case


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
