"""Hand a case on to whoever is next, for a reason of OWN-2: the file, the open promises and the words go along."""

from msgspec import Struct

from shouwen.features.cases.changes import Changing
from shouwen.features.cases.store import moves
from shouwen.features.cases.types import MOVE_REASON_ZH, CaseState, CaseType, MoveReason
from shouwen.kernel.actor import Actor, Role
from shouwen.platform.door import Ctx

_OWNERS = (Role.AGENT, Role.SPECIALIST)


class Handed(Struct, frozen=True):
    """Who is next; None where nobody is free and a supervisor arranges it."""

    to: Actor | None
    from_id: int | None


async def hand_on(ctx: Ctx, changing: Changing, reason: MoveReason, *, why: str = "", words: str = "") -> Handed:
    """Move the owned case to an available colleague. Who had it never gets it again; no clock starts anew.

    A closed case is nobody's until it opens again.
    """
    case = changing.case
    if case.owner_id is None:
        raise ValueError("a case without an owner is not handed on")
    barred = bar(changing, case.owner_id)
    roles = (Role.SUPERVISOR,) if case.type is CaseType.COMPLAINT else _OWNERS
    but = [*barred, case.complaint_against_id or 0]
    closed = case.state is CaseState.CLOSED
    to = None if closed else await moves.next_colleague(ctx.conn, roles, but)
    to_id = None if to is None else to.id
    await moves.insert_move(ctx.conn, case, reason, ctx.actor, ctx.now, to_id=to_id, why=why, words=words)
    changing.set(
        owner_id=to_id,
        owner_name="" if to is None else to.name,
        owned_at=None if to is None else ctx.now,
        escalated_at=ctx.now if to is None and not closed else case.escalated_at,
    )
    return Handed(to, case.owner_id)


def bar(changing: Changing, staff_id: int) -> tuple[int, ...]:
    """From now on the case is never this colleague's; who that is true of."""
    barred = tuple(dict.fromkeys((*changing.case.barred_ids, staff_id)))
    changing.set(barred_ids=barred)
    return barred


def told_next(handed: Handed) -> str:
    """The line that tells the renter who is next."""
    if handed.to is None:
        return "现在没有其他客服有空，已请主管安排，有人接手您会马上在这里看到；前面的内容和材料都在，您不用重复说明。"
    return f"接下来由{handed.to.name}负责，前面的内容和材料都已交接，您不用重复说明。"


def moved_zh(handed: Handed) -> str:
    """Who has it now, for the timeline."""
    return "等主管安排" if handed.to is None else f"由{handed.to.name}接手"


def moved_data(handed: Handed, reason: MoveReason) -> dict[str, object]:
    """From whom to whom and why, as the sealed record keeps it; of a complaint only `owner_moves` tells (OWN-2)."""
    moved: dict[str, object] = {"from": handed.from_id, "to": handed.to.id if handed.to else None}
    return moved if reason is MoveReason.COMPLAINT else moved | {"reason": str(reason)}


def reason_zh(reason: MoveReason) -> str:
    """Why, for the timeline, which the colleague who had the case reads too: of a complaint it says nothing."""
    return "负责人变更" if reason is MoveReason.COMPLAINT else MOVE_REASON_ZH[reason]
