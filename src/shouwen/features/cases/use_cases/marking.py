"""Drafts and what has been seen: small writes that leave the timeline alone."""

from msgspec import Struct

from shouwen.features.cases.changes import Changing
from shouwen.features.cases.ground import access_case, owned_by_another
from shouwen.features.cases.rows import ItemSent
from shouwen.features.cases.store.page import told_after
from shouwen.kernel.actor import Role
from shouwen.platform.door import Ctx
from shouwen.platform.events import Done, Event
from shouwen.platform.fields import Ref, Seq, Text
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case


class SaveDraft(Struct, frozen=True, forbid_unknown_fields=True):
    """What stands in the composer; empty clears it."""

    case_ref: Ref
    text: Text = ""


@use_case(SaveDraft, ItemSent, permission=Permission.CASE_ANSWER, method="PUT", path="/cases/{case_ref}/draft")
async def save_draft(ctx: Ctx, command: SaveDraft) -> Done[ItemSent]:
    """保存没写完的答复
    Keep what is not sent yet; only its writer sees it."""
    case = await access_case(ctx.conn, ctx.actor, command.case_ref, lock=True)
    theirs = case.draft_by not in (None, ctx.actor.id) and case.draft != ""
    if theirs and case.owner_id not in (None, ctx.actor.id):
        raise owned_by_another(case)
    changing = Changing(case, ctx.actor, ctx.now)
    changing.set(
        draft=command.text,
        draft_by=ctx.actor.id if command.text else None,
        draft_at=ctx.now if command.text else None,
    )
    await changing.write(ctx.conn)
    return Done(changing.sent(), Event(kind="draft.saved", text="保存草稿", case_id=case.id))


class MarkSeen(Struct, frozen=True, forbid_unknown_fields=True):
    """The newest item the reader has seen."""

    case_ref: Ref
    seq: Seq


@use_case(MarkSeen, ItemSent, permission=Permission.CASE_READ, method="POST", path="/cases/{case_ref}/seen")
async def mark_seen(ctx: Ctx, command: MarkSeen) -> Done[ItemSent]:
    """标记已读
    Mark as seen, up to a place in the thread."""
    case = await access_case(ctx.conn, ctx.actor, command.case_ref, lock=True)
    changing = Changing(case, ctx.actor, ctx.now)
    seen = min(command.seq, case.seq)
    if ctx.actor.role is Role.RENTER:
        read_all = seen >= case.staff_seq or not await told_after(ctx.conn, case.id, seen)
        unread = 0 if read_all else case.renter_unread
        changing.set(renter_seen_seq=max(case.renter_seen_seq, seen), renter_unread=unread)
    elif case.owner_id in (None, ctx.actor.id):  # a colleague who looks on has not read it for the owner
        unread = 0 if seen >= case.renter_seq else case.staff_unread
        changing.set(staff_seen_seq=max(case.staff_seen_seq, seen), staff_unread=unread)
    after = await changing.write(ctx.conn)
    marked = Event(kind="case.seen", text="已读", case_id=case.id, topics=(f"case:{case.id}",) if after != case else ())
    return Done(ItemSent(case.ref, seen), marked)
