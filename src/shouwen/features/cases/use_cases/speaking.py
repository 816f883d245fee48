"""What the renter says, asking for a person, and the desk's own notes."""

from typing import Annotated

from msgspec import Meta, Struct

from shouwen.features.cases.changes import Changing
from shouwen.features.cases.ground import access_case, event, refuse_second_matter, start_clocks, wake
from shouwen.features.cases.opening import body_data
from shouwen.features.cases.rows import CaseRow, ItemSent
from shouwen.features.cases.rules.turn import earliest
from shouwen.features.cases.types import ClockKind, Turn
from shouwen.features.evidence.public import media_of_lease
from shouwen.kernel.errors import BadInput
from shouwen.platform.door import Ctx
from shouwen.platform.events import Done, Event
from shouwen.platform.fields import Ref, Text
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case

MediaRefs = Annotated[tuple[Ref, ...], Meta(max_length=20)]


class Say(Struct, frozen=True, forbid_unknown_fields=True):
    """The renter writes; `media` are references of evidence already uploaded for this lease."""

    case_ref: Ref
    text: Text = ""
    media: MediaRefs = ()


@use_case(
    Say, ItemSent, permission=Permission.CASE_SPEAK, method="POST", path="/cases/{case_ref}/messages", whole=True
)  # fmt: skip
async def say(ctx: Ctx, command: Say) -> Done[ItemSent]:
    """租客留言；已结束的案件会重新打开
    The renter writes; a case that had ended opens again."""
    if not command.text.strip() and not command.media:
        raise BadInput("text", "还没有写内容", "the text is empty", remedy_zh="请写几句话，或附上材料")
    case = await access_case(ctx.conn, ctx.actor, command.case_ref, lock=ctx.lock)
    await refuse_second_matter(ctx.conn, case)
    await check_media(ctx, case.lease_id, command.media)
    changing = Changing(case, ctx.actor, ctx.now)
    reopened = wake(changing, ctx.now)
    body = command.text or f"补充了 {len(command.media)} 份材料"
    kind = "text" if command.text.strip() else "evidence"
    seq = changing.add(kind, body, extra={"media": list(command.media)} if command.media else None)
    writing = changing.writing()
    after = changing.case
    data = body_data(body, seq) | ({"media": list(command.media)} if command.media else {})
    text = "租客留言，案件重新打开" if reopened else "租客留言"
    said = event(after, _said(reopened), text, seq=seq, sealed=True, data=data)
    return Done(changing.sent(), said, writing=writing)


def _said(reopened: bool) -> str:
    return "case.reopened" if reopened else "renter.said"


async def check_media(ctx: Ctx, lease_id: int | None, refs: tuple[str, ...]) -> None:
    """Evidence named in a message belongs to the case's lease; Absent for anything else."""
    if not refs:
        return
    if lease_id is None:
        raise BadInput("media", "这件事没有关联租约，不能附材料", "a case without a lease takes no media")
    await media_of_lease(ctx.conn, lease_id, refs)


class HandToHuman(Struct, frozen=True, forbid_unknown_fields=True):
    """The renter wants a person."""

    case_ref: Ref


@use_case(HandToHuman, ItemSent, permission=Permission.CASE_SPEAK, method="POST", path="/cases/{case_ref}/human")
async def hand_to_human(ctx: Ctx, command: HandToHuman) -> Done[ItemSent]:
    """转人工，立即生效
    A person, at once (BOT-1)."""
    case = await access_case(ctx.conn, ctx.actor, command.case_ref, lock=True)
    await refuse_second_matter(ctx.conn, case)
    changing = Changing(case, ctx.actor, ctx.now)
    wake(changing, ctx.now)
    if changing.case.first_human_at is None:
        start_clocks(changing, ctx.now)  # those that run already go on: asking again never resets one
        if case.talk_turn is Turn.DESK:
            changing.to(Turn.DESK, earliest(case.talk_until, changing.case.talk_until))
    if changing.case.human_asked_at is None:
        changing.set(human_asked_at=ctx.now)
    changing.set(last_at=ctx.now)
    seq = changing.system_line(_handed(case), asked="human")
    after = await changing.write(ctx.conn)
    return Done(
        changing.sent(), event(after, "case.human_asked", "租客要求人工服务", rule="BOT-1", seq=seq, sealed=True)
    )


def _handed(case: CaseRow) -> str:
    if case.owner_id is not None:
        return f"已通知{case.owner_name}，由其继续负责。"
    return "已转人工，客服会尽快回复您；您可以继续留言，内容不会丢失。"


class AddNote(Struct, frozen=True, forbid_unknown_fields=True):
    """A line between colleagues."""

    case_ref: Ref
    text: Text


@use_case(AddNote, ItemSent, permission=Permission.CASE_ANSWER, method="POST", path="/cases/{case_ref}/notes")
async def add_note(ctx: Ctx, command: AddNote) -> Done[ItemSent]:
    """内部备注，租客看不到
    A note between colleagues; the renter never sees it."""
    if not command.text.strip():
        raise BadInput("text", "还没有写内容", "the text is empty")
    case = await access_case(ctx.conn, ctx.actor, command.case_ref, lock=True)
    changing = Changing(case, ctx.actor, ctx.now)
    seq = changing.add("note", command.text)
    if case.talk_turn is Turn.SPECIALIST and case.specialist_id == ctx.actor.id:
        changing.to(Turn.DESK, None)  # the specialist has answered the owner
        changing.stop([ClockKind.SPECIALIST_ANSWER])
    after = await changing.write(ctx.conn)
    noted = Event(
        kind="note.added", text=f"{ctx.actor.name}写了内部备注", case_id=after.id, seq=seq, lease_id=after.lease_id,
        subject=f"case:{after.ref}", data=body_data(command.text, seq), sealed=True,
        topics=(f"case:{after.id}", "desk"),
    )  # fmt: skip
    return Done(changing.sent(), noted)
