"""Two cases of one matter become one (OWN-4): the kept one's owner stays, and everything is readable from it."""

from msgspec import Struct

from shouwen.features.cases.changes import Changing
from shouwen.features.cases.ground import access_case, event, facts_of
from shouwen.features.cases.rows import CaseChanged, CaseRow, CaseThread, MergeCandidate
from shouwen.features.cases.rules.ownership import decide_merge
from shouwen.features.cases.rules.turn import earliest
from shouwen.features.cases.store import merging, page
from shouwen.features.cases.types import CaseState, ClockKind, Turn
from shouwen.features.cases.use_cases.owning import changed
from shouwen.kernel.actor import Role
from shouwen.kernel.errors import Absent, BadInput
from shouwen.platform.door import Ctx
from shouwen.platform.events import Done, Event
from shouwen.platform.fields import MAX_ID, Ref, Seq
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case


class ListMergeable(Struct, frozen=True, forbid_unknown_fields=True):
    """Which case may become a part of another."""

    case_ref: Ref


@use_case(
    ListMergeable, list[MergeCandidate], permission=Permission.QUEUE_READ, method="GET",
    path="/cases/{case_ref}/mergeable",
)  # fmt: skip
async def list_mergeable(ctx: Ctx, command: ListMergeable) -> list[MergeCandidate]:
    """可以并入的案件：同一位租客、同一笔租约、未结束
    Cases this one may be merged into."""
    case = await access_case(ctx.conn, ctx.actor, command.case_ref)
    return await merging.candidates(ctx.conn, case)


class MergeCase(Struct, frozen=True, forbid_unknown_fields=True):
    """`case_ref` becomes a part of `into`; for good, so it is `confirmed`."""

    case_ref: Ref
    into: Ref
    confirmed: bool = False


@use_case(MergeCase, CaseChanged, permission=Permission.CASE_TRANSFER, method="POST", path="/cases/{case_ref}/merge")
async def merge_case(ctx: Ctx, command: MergeCase) -> Done[CaseChanged]:
    """把一个案件并入另一个；保留案件的负责人不变
    Merge a case into another; ownership of the kept one does not move."""
    if command.case_ref == command.into:
        raise BadInput("into", "不能并入自己", "a case is not merged into itself", remedy_zh="请选择另一个案件")
    locked = {
        ref: await access_case(ctx.conn, ctx.actor, ref, lock=True) for ref in sorted((command.case_ref, command.into))
    }
    merged, kept = locked[command.case_ref], locked[command.into]
    decide_merge(facts_of(kept), facts_of(merged), ctx.actor)
    if not command.confirmed:
        raise BadInput(
            "confirmed", "合并后不能撤销，请先确认", "merging is for good: confirm it", remedy_zh="勾选确认后再提交"
        )
    ended = await _end(ctx, merged, kept)
    taking = Changing(kept, ctx.actor, ctx.now)
    _carry_over(taking, merged)
    seq = taking.system_line(
        f"“{merged.title}”（{merged.ref}）已并入这里，之前的内容和材料都在，不用重复说明。", merged_ref=merged.ref
    )
    after = await taking.write(ctx.conn)
    await merging.move_rest(ctx.conn, merged, kept)
    joined = event(
        after, "case.merged_in", f"{merged.ref} 已并入，负责人不变", rule="OWN-4", seq=seq, sealed=True,
        data={"merged": merged.ref},
    )  # fmt: skip
    return Done(changed(taking), ended, joined)


async def _end(ctx: Ctx, merged: CaseRow, kept: CaseRow) -> Event:
    """The merged case is closed with a pointer; both journals tell it."""
    changing = Changing(merged, ctx.actor, ctx.now)
    changing.set(
        state=CaseState.CLOSED, closed_at=ctx.now, merged_into_id=kept.id, escalated_at=None, staff_unread=0,
        renter_unread=0,
    )  # fmt: skip
    changing.stop(ClockKind)
    changing.to(Turn.NOBODY, None)
    who = f"由{kept.owner_name}继续负责，" if kept.owner_name else ""
    seq = changing.system_line(
        f"这件事已并入“{kept.title}”（{kept.ref}），{who}之前的内容和材料都在那里。", merged_into=kept.ref
    )
    after = await changing.write(ctx.conn)
    return event(
        after, "case.merged", f"{ctx.actor.name}把这件事并入 {kept.ref}", rule="OWN-4", seq=seq, sealed=True,
        data={"into": kept.ref, "owner_id": merged.owner_id},
    )  # fmt: skip


def _carry_over(taking: Changing, merged: CaseRow) -> None:
    """What still waits in the merged case waits in the kept one, no later than before; who was barred stays barred."""
    kept = taking.case
    taking.set(
        urgent=kept.urgent or merged.urgent,
        barred_ids=tuple(dict.fromkeys((*kept.barred_ids, *merged.barred_ids))),
        escalated_at=kept.escalated_at or merged.escalated_at,
        human_asked_at=kept.human_asked_at or merged.human_asked_at,
        staff_unread=kept.staff_unread + merged.staff_unread,
        renter_unread=kept.renter_unread + merged.renter_unread,
    )
    if merged.talk_turn is Turn.DESK and kept.state is CaseState.OPEN:
        until = earliest(merged.talk_until, kept.talk_until if kept.talk_turn is Turn.DESK else None)
        taking.to(Turn.DESK, until)


class ReadMerged(Struct, frozen=True, forbid_unknown_fields=True):
    """A case that became a part of `case_ref`; the 50 items before `before`."""

    case_ref: Ref
    merged_ref: Ref
    before: Seq | None = None


@use_case(
    ReadMerged, CaseThread, permission=Permission.CASE_READ, method="GET",
    path="/cases/{case_ref}/merged/{merged_ref}", snapshot=True,
)  # fmt: skip
async def read_merged(ctx: Ctx, command: ReadMerged) -> CaseThread:
    """并入的案件当时的会话
    What was said in a case before it was merged into this one."""
    kept = await access_case(ctx.conn, ctx.actor, command.case_ref)
    merged = await access_case(ctx.conn, ctx.actor, command.merged_ref)
    if merged.merged_into_id != kept.id:
        raise Absent("案件", "case")
    before = MAX_ID if command.before is None else command.before
    notes = ctx.actor.role is not Role.RENTER
    messages, more = await page.messages_before(ctx.conn, merged.id, before, notes=notes)
    return CaseThread(merged.ref, merged.seq, tuple(messages), more)
