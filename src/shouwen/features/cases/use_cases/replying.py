"""The desk answers: guarded, seen, owned; and the guard's preview."""

from datetime import datetime

from msgspec import Struct

from shouwen.features.cases.changes import Changing
from shouwen.features.cases.greeting import is_greeting
from shouwen.features.cases.ground import event, owned_by_another, take
from shouwen.features.cases.guarding import Guarded, load_guarded, pass_guard
from shouwen.features.cases.on_file import asked_twice
from shouwen.features.cases.opening import body_data
from shouwen.features.cases.rows import CaseRow, GuardAnswer, ItemSent
from shouwen.features.cases.service_time import answer_until
from shouwen.features.cases.store import deadlines
from shouwen.features.cases.store.write import GuardCheck
from shouwen.features.cases.types import EVIDENCE_ZH, CaseState, ClockKind, EvidenceKind, Turn
from shouwen.kernel.actor import Role
from shouwen.kernel.errors import Refusal
from shouwen.platform.door import Ctx
from shouwen.platform.events import Done, Event
from shouwen.platform.fields import Line, Ref, Seq, Text
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case


class Reply(Struct, frozen=True, forbid_unknown_fields=True):
    """An answer to the renter. `seen_seq` is the newest item its writer has seen.

    `guard_reason` says why a figure that differs from the contract is right nevertheless.
    """

    case_ref: Ref
    text: Text
    seen_seq: Seq
    guard_reason: Line = ""


@use_case(
    Reply, ItemSent, permission=Permission.CASE_ANSWER, method="POST", path="/cases/{case_ref}/replies", whole=True
)
async def reply(ctx: Ctx, command: Reply) -> Done[ItemSent]:
    """答复租客；发送前逐项核对金额
    Answer the renter; every figure is checked before it goes out."""
    guarded = await load_guarded(ctx, command.case_ref, command.text, lock=ctx.lock)
    case = guarded.ground.case
    refuse_unseen(case, ctx.actor.id, command.seen_seq)
    changing = Changing(case, ctx.actor, ctx.now)
    within, taken = may_answer(ctx, changing, guarded)
    check = pass_guard(ctx, guarded, command.guard_reason)
    changing.guarded(check)
    twice = await asked_twice(ctx.conn, case, command.text)
    seq = changing.add("text", command.text, extra={"within": within} if within else None)
    until = await asked_until(ctx, case)
    answered(ctx, changing, substantive=not is_greeting(command.text), asked_for=until)
    if case.draft_by == ctx.actor.id:
        changing.set(draft="", draft_by=None, draft_at=None)
    writing = changing.writing()
    after = changing.case
    sent = event(
        after, "reply.sent", f"{ctx.actor.name}答复租客", seq=seq, sealed=True, data=body_data(command.text, seq)
    )
    events = (*([taken] if taken else []), sent, *noticed(after, guarded, check, twice, seq))
    return Done(changing.sent(), *events, writing=writing)


def refuse_unseen(case: CaseRow, staff_id: int, seen_seq: int) -> None:
    """Nobody answers blindly or twice: Refusal where the renter or a colleague wrote since `seen_seq`."""
    if case.renter_seq <= seen_seq and (case.staff_seq <= seen_seq or case.staff_seq_by == staff_id):
        return
    raise Refusal(
        "newer_messages",
        "有新的消息，请先看过再发送",
        "there is something newer than you have seen",
        remedy_zh="看过新消息后可以直接再次发送，写好的内容还在",
        remedy_en="look at it, then send again",
        data={"seq": case.seq, "seen_seq": seen_seq},
    )


def may_answer(ctx: Ctx, changing: Changing, guarded: Guarded) -> tuple[str, Event | None]:
    """Who may speak: the owner; whoever is first on an unowned case, and owns it then (OWN-1); a specialist asked in
    or a supervisor, within the case (OWN-3). Answers how the reply is marked, and the event of taking it.
    """
    case = changing.case
    if case.state is CaseState.CLOSED:
        raise Refusal(
            "case_closed",
            "案件已结束，不能再答复",
            "the case is closed",
            remedy_zh="租客留言后会自动重新打开",
            remedy_en="it opens again when the renter writes",
        )
    if case.owner_id == ctx.actor.id:
        return "", None
    if case.owner_id is None or ctx.actor.id in case.barred_ids:
        return "", take(changing, ctx.actor, ctx.now)
    if guarded.ground.asked_in:
        return "specialist", None
    if ctx.actor.role is Role.SUPERVISOR:
        changing.set(escalated_at=None)
        return "supervisor", None
    raise owned_by_another(case)


async def asked_until(ctx: Ctx, case: CaseRow) -> datetime | None:
    """Until when the specialist who was asked answers, once the renter's words have their own answer."""
    if case.talk_turn is not Turn.SPECIALIST or case.specialist_id == ctx.actor.id:
        return None
    return await deadlines.running_until(ctx.conn, case.id, ClockKind.SPECIALIST_ANSWER) or case.talk_until


def answered(ctx: Ctx, changing: Changing, *, substantive: bool, asked_for: datetime | None = None) -> None:
    """A person has answered: the first clock stops, the second too if the matter was touched (SLA-1). `asked_for` is
    the day of a specialist who still has to answer (`asked_until`).
    """
    case = changing.case
    if case.first_human_at is None:
        changing.set(first_human_at=ctx.now)
        changing.stop([ClockKind.FIRST_ANSWER])
    if substantive and case.substantive_at is None:
        changing.set(substantive_at=ctx.now)
        changing.stop([ClockKind.SUBSTANTIVE_ANSWER])
    asked = case.talk_turn is Turn.SPECIALIST and case.specialist_id != ctx.actor.id
    if substantive and not asked:  # what a specialist was asked stays theirs until they answer
        changing.stop([ClockKind.SPECIALIST_ANSWER])
        changing.to(Turn.RENTER, None)
    elif asked:
        changing.to(Turn.SPECIALIST, asked_for)
    elif case.talk_turn is Turn.DESK:
        changing.to(Turn.DESK, answer_until(case.channel, ctx.now))


def noticed(
    case: CaseRow, guarded: Guarded, check: GuardCheck, twice: tuple[EvidenceKind, ...], seq: int
) -> tuple[Event, ...]:
    """What is on record about words that went out: a figure against the contract, something asked for twice."""
    against = (_overridden(case, guarded, check.reason, seq),) if check.mismatches else ()
    return against + ((_asked_twice(case, twice, seq),) if twice else ())


def _overridden(case: CaseRow, guarded: Guarded, reason: str, seq: int) -> Event:
    said = "、".join(finding.said for finding in guarded.findings)
    return event(
        case, "reply.overridden", f"与合同不符的金额 {said} 说明理由后发出", rule="GUARD-1", sealed=True,
        data={"seq": seq, "reason": reason, "mismatches": len(guarded.findings)},
    )  # fmt: skip


def _asked_twice(case: CaseRow, kinds: tuple[EvidenceKind, ...], seq: int) -> Event:
    names = "、".join(EVIDENCE_ZH[kind] for kind in kinds)
    data: dict[str, object] = {"seq": seq, "kinds": [str(kind) for kind in kinds]}
    return event(case, "reply.asked_twice", f"向租客索要了已有的材料：{names}", rule="OWN-5", data=data)


class CheckReply(Struct, frozen=True, forbid_unknown_fields=True):
    """A text that is not sent yet."""

    case_ref: Ref
    text: Text


@use_case(CheckReply, GuardAnswer, permission=Permission.CASE_ANSWER, method="POST", path="/cases/{case_ref}/guard")
async def check_reply(ctx: Ctx, command: CheckReply) -> Done[GuardAnswer]:
    """发送前核对一段话里的金额
    What GUARD-1 finds in a text, before it is sent."""
    guarded = await load_guarded(ctx, command.case_ref, command.text, lock=False)
    looked = Event(kind="guard.checked", text=f"{ctx.actor.name}核对一段未发送的答复", rule="GUARD-1")
    twice = await asked_twice(ctx.conn, guarded.ground.case, command.text)
    return Done(GuardAnswer(command.text, guarded.findings, guarded.blocked, twice), looked)
