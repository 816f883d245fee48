"""What a renter has half written about a claim: kept on the server, so that it survives a lost phone or page."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from shouwen.kernel.actor import Actor, Role
from shouwen.kernel.errors import Absent
from shouwen.platform.db import Conn, Row
from shouwen.platform.door import Ctx
from shouwen.platform.events import Done, Event
from shouwen.platform.fields import Key, Ref
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case

_CLAIM = "SELECT id, lease_id FROM claims WHERE ref = $1 AND renter_id = $2"
_DRAFT = "SELECT data, at FROM statement_drafts WHERE renter_id = $1 AND claim_id = $2"
_SAVE = """
INSERT INTO statement_drafts (renter_id, claim_id, data, at) VALUES ($1, $2, $3, $4)
ON CONFLICT (renter_id, claim_id) DO UPDATE SET data = excluded.data, at = excluded.at
"""
_FORGET = "DELETE FROM statement_drafts WHERE renter_id = $1 AND claim_id = $2"

FindingNo = Annotated[int, Meta(ge=1, le=100)]


class DraftAnswer(Struct, frozen=True, forbid_unknown_fields=True):
    """The chips chosen for one question."""

    ask: Key
    options: Annotated[tuple[Key, ...], Meta(max_length=12)] = ()


class SaveStatementDraft(Struct, frozen=True, forbid_unknown_fields=True):
    """A statement under way; one without any content forgets what was kept."""

    claim_ref: Ref
    answers: Annotated[tuple[DraftAnswer, ...], Meta(max_length=12)] = ()
    extra: Annotated[str, Meta(max_length=2_000)] = ""
    contest: Annotated[tuple[FindingNo, ...], Meta(max_length=100)] = ()
    media: Annotated[tuple[Ref, ...], Meta(max_length=20)] = ()


class DraftSaved(Struct, frozen=True):
    """When it was kept."""

    saved_at: datetime


@use_case(
    SaveStatementDraft, DraftSaved, permission=Permission.CLAIM_ANSWER, method="PUT",
    path="/claims/{claim_ref}/statement-draft",
)  # fmt: skip
async def save_statement_draft(ctx: Ctx, command: SaveStatementDraft) -> Done[DraftSaved]:
    """保存写到一半的情况说明
    Keep a statement that is still being written."""
    claim = await _access(ctx.conn, ctx.actor, command.claim_ref)
    if command.answers or command.extra.strip() or command.contest or command.media:
        data = msgspec.structs.replace(command, claim_ref="")
        await ctx.conn.execute(_SAVE, ctx.actor.id, claim["id"], data, ctx.now)
    else:
        await ctx.conn.execute(_FORGET, ctx.actor.id, claim["id"])
    event = Event(
        kind="draft.saved", text="保存情况说明草稿", lease_id=claim["lease_id"], renter_id=ctx.actor.id,
        subject=command.claim_ref,
    )  # fmt: skip
    return Done(DraftSaved(ctx.now), event)


class ReadStatementDraft(Struct, frozen=True, forbid_unknown_fields=True):
    """My draft for one claim."""

    claim_ref: Ref


class StatementDraft(Struct, frozen=True):
    """What was kept; `saved_at` None where nothing was."""

    answers: tuple[DraftAnswer, ...] = ()
    extra: str = ""
    contest: tuple[int, ...] = ()
    media: tuple[str, ...] = ()
    saved_at: datetime | None = None


@use_case(
    ReadStatementDraft, StatementDraft, permission=Permission.CLAIM_ANSWER, method="GET",
    path="/claims/{claim_ref}/statement-draft",
)  # fmt: skip
async def read_statement_draft(ctx: Ctx, command: ReadStatementDraft) -> StatementDraft:
    """读取写到一半的情况说明
    My half-written statement about a claim; empty where there is none."""
    claim = await _access(ctx.conn, ctx.actor, command.claim_ref)
    row = await ctx.conn.fetchrow(_DRAFT, ctx.actor.id, claim["id"])
    if row is None:
        return StatementDraft()
    kept = msgspec.convert(row["data"], StatementDraft)
    return msgspec.structs.replace(kept, saved_at=row["at"])


async def _access(conn: Conn, actor: Actor, claim_ref: str) -> Row:
    """id and lease_id of the renter's own claim, else Absent."""
    claim = await conn.fetchrow(_CLAIM, claim_ref, actor.id) if actor.role is Role.RENTER else None
    if claim is None:
        raise Absent("定损单", "claim")
    return claim


async def forget_draft(conn: Conn, renter_id: int, claim_id: int) -> None:
    """The statement was sent: nothing is half written any more."""
    await conn.execute(_FORGET, renter_id, claim_id)
