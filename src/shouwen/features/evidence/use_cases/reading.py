"""What is on file, and an original opened on record."""

from msgspec import Struct

from shouwen.features.evidence import store
from shouwen.features.evidence.types import MediaRow, Purpose
from shouwen.features.leases.public import access_lease, lease_by_id
from shouwen.kernel.actor import Role
from shouwen.kernel.errors import Absent
from shouwen.platform.door import Ctx
from shouwen.platform.events import Done, Event
from shouwen.platform.fields import Ref
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case

# A renter's words and proofs are case content: an inspector compares pictures and decides nothing (domain §1).
INSPECTOR_SEES = frozenset({Purpose.HANDOVER, Purpose.RETURN, Purpose.INSPECTION})


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
    media = await store.list_media(ctx.conn, lease.id, ctx.actor)
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
    media = await store.find_media(ctx.conn, media_ref, ctx.actor)
    if media is None or not _sees(ctx.actor.role, media):
        raise Absent("证据", "evidence")
    lease = await lease_by_id(ctx.conn, media.lease_id)
    await access_lease(ctx.conn, ctx.actor, lease.ref)
    return media


def _sees(role: Role, media: MediaRow) -> bool:
    return role is not Role.INSPECTOR or media.purpose in INSPECTOR_SEES
