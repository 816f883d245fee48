"""Who owns a case: take it, move it for a reason, ask a specialist in (OWN-1…3)."""

from typing import Annotated

from msgspec import Meta, Struct

from shouwen.features.cases.changes import Changing
from shouwen.features.cases.ground import access_case, event, facts_of, owned_by_another, take
from shouwen.features.cases.handing import Handed, bar, moved_data, reason_zh
from shouwen.features.cases.rows import CaseChanged
from shouwen.features.cases.rules.ownership import decide_invite, decide_transfer
from shouwen.features.cases.store import load, moves
from shouwen.features.cases.types import CaseState, MoveReason, Turn
from shouwen.kernel.actor import Actor, Role
from shouwen.kernel.errors import Absent, Refusal
from shouwen.platform.door import Ctx
from shouwen.platform.events import Done
from shouwen.platform.fields import Line, Ref
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case

OWNERS = frozenset({Role.AGENT, Role.SPECIALIST, Role.SUPERVISOR})  # who may be handed a case
Login = Annotated[str, Meta(min_length=1, max_length=60)]


class TakeCase(Struct, frozen=True, forbid_unknown_fields=True):
    """Take what nobody has."""

    case_ref: Ref


@use_case(TakeCase, CaseChanged, permission=Permission.CASE_TAKE, method="POST", path="/cases/{case_ref}/ownership")
async def take_case(ctx: Ctx, command: TakeCase) -> Done[CaseChanged]:
    """受理一个案件，负责到底
    Take a case; the first human owns it to its end."""
    case = await access_case(ctx.conn, ctx.actor, command.case_ref, lock=True)
    changing = Changing(case, ctx.actor, ctx.now)
    taken = take(changing, ctx.actor, ctx.now)
    if taken is None:
        return Done(changed(changing), event(case, "case.kept", f"{ctx.actor.name}已在负责", rule="OWN-1"))
    changing.system_line(f"{ctx.actor.name}已受理，这件事由其负责到底。", owner=ctx.actor.name)
    await changing.write(ctx.conn)
    return Done(changed(changing), taken)


def changed(changing: Changing) -> CaseChanged:
    """Where the case stands now."""
    case = changing.case
    return CaseChanged(case.ref, case.seq, case.state, case.turn, case.owner_name)


class TransferCase(Struct, frozen=True, forbid_unknown_fields=True):
    """`to` is the login of who is next; `words` go to them, not to the renter."""

    case_ref: Ref
    to: Login
    reason: MoveReason
    words: Line = ""


@use_case(
    TransferCase, CaseChanged, permission=Permission.CASE_TRANSFER, method="POST", path="/cases/{case_ref}/transfer"
)
async def transfer_case(ctx: Ctx, command: TransferCase) -> Done[CaseChanged]:
    """按规定的事由更换负责人，并告知租客
    Move a case for one of the five reasons; the renter is told who is next."""
    case = await access_case(ctx.conn, ctx.actor, command.case_ref, lock=True)
    if case.state is CaseState.CLOSED:
        raise Refusal("case_closed", "案件已结束，不需要交接", "the case is closed")
    next_owner = await _colleague(ctx, command.to)
    decided = decide_transfer(facts_of(case), ctx.actor, next_owner, command.reason)
    changing = Changing(case, ctx.actor, ctx.now)
    if case.owner_id is not None:
        await moves.insert_move(ctx.conn, case, command.reason, ctx.actor, ctx.now, to_id=next_owner.id)
        if command.reason in (MoveReason.RENTER_WISH, MoveReason.COMPLAINT):
            bar(changing, case.owner_id)
    changing.set(owner_id=decided.outcome, owner_name=next_owner.name, owned_at=ctx.now)
    if ctx.actor.role is Role.SUPERVISOR:
        changing.set(escalated_at=None)
    changing.system_line(
        f"接下来由{next_owner.name}负责，前面的内容和材料都已交接，您不用重复说明。", owner=next_owner.name
    )
    if command.words.strip():
        changing.add("note", f"@{next_owner.name} {command.words}")
    after = await changing.write(ctx.conn)
    moved = event(
        after, "case.transferred", f"{reason_zh(command.reason)}：由{next_owner.name}接手", rule="OWN-2",
        seq=after.seq, sealed=True, data=moved_data(Handed(next_owner, case.owner_id), command.reason),
    )  # fmt: skip
    return Done(changed(changing), moved)


class AskSpecialist(Struct, frozen=True, forbid_unknown_fields=True):
    """`login` is the specialist or supervisor asked in; `question` is for them."""

    case_ref: Ref
    login: Login
    question: Line = ""


@use_case(
    AskSpecialist, CaseChanged, permission=Permission.CASE_TAKE, method="POST", path="/cases/{case_ref}/specialists"
)
async def ask_specialist(ctx: Ctx, command: AskSpecialist) -> Done[CaseChanged]:
    """请专员进来裁定；负责人不变
    Ask a specialist in; the owner stays the renter's contact."""
    case = await access_case(ctx.conn, ctx.actor, command.case_ref, lock=True)
    if case.state is CaseState.CLOSED:
        raise Refusal("case_closed", "案件已结束，不需要请专员", "the case is closed")
    if case.owner_id is not None and case.owner_id != ctx.actor.id and ctx.actor.role is not Role.SUPERVISOR:
        raise owned_by_another(case)
    specialist = await _colleague(ctx, command.login)
    changing = Changing(case, ctx.actor, ctx.now)
    taken = take(changing, ctx.actor, ctx.now) if case.owner_id is None else None
    decided = decide_invite(facts_of(changing.case), specialist)
    changing.set(specialist_id=specialist.id, specialist_name=specialist.name)
    changing.to(Turn.SPECIALIST, changing.case.talk_until)
    seq = changing.add(
        "note", f"@{specialist.name} {command.question or '请看这件事'}", extra={"specialist": specialist.id}
    )
    after = await changing.write(ctx.conn)
    await load.insert_specialist(ctx.conn, case.id, specialist.id, specialist.name, ctx.actor.id, ctx.now)
    asked = event(
        after, "specialist.asked", decided.reasons[0].zh, rule="OWN-3", seq=seq, sealed=True,
        data={"specialist_id": specialist.id},
    )  # fmt: skip
    return Done(changed(changing), *([taken] if taken else []), asked)


async def _colleague(ctx: Ctx, login: str) -> Actor:
    row = await load.find_staff(ctx.conn, login.lower())
    if row is None:
        raise Absent("同事", "colleague")
    return Actor(Role(row["role"]), row["id"], row["name"])
