"""What a renter may ask for at any time: somebody else (OWN-2), a specialist (ESC-1)."""

from msgspec import Struct

from shouwen.features.cases.changes import Changing
from shouwen.features.cases.ground import access_case, event, facts_of, refuse_second_matter, start_clocks, wake
from shouwen.features.cases.handing import hand_on, moved_data, moved_zh, told_next
from shouwen.features.cases.rows import CaseChanged, CaseRow
from shouwen.features.cases.rules.clocks import specialist_due_at
from shouwen.features.cases.rules.ownership import decide_call, decide_wish
from shouwen.features.cases.rules.turn import earliest
from shouwen.features.cases.service_time import calendar, service_clocks
from shouwen.features.cases.store import load, moves
from shouwen.features.cases.types import WISH_REASON_ZH, CaseType, ClockKind, MoveReason, Turn, WishReason
from shouwen.features.cases.use_cases.owning import changed
from shouwen.kernel.actor import ROLE_ZH, SYSTEM, Actor, Role
from shouwen.kernel.days import last_on
from shouwen.platform.door import Ctx
from shouwen.platform.events import Done
from shouwen.platform.fields import Line, Ref
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case


class WishOwnerChange(Struct, frozen=True, forbid_unknown_fields=True):
    """The renter wants somebody else; why, if they like to say."""

    case_ref: Ref
    reason: WishReason = WishReason.UNSAID
    words: Line = ""


@use_case(
    WishOwnerChange, CaseChanged, permission=Permission.CASE_SPEAK, method="POST", path="/cases/{case_ref}/owner-change"
)
async def wish_owner_change(ctx: Ctx, command: WishOwnerChange) -> Done[CaseChanged]:
    """租客要求换一位客服；第二次起由主管先看
    The renter asks for another agent; from the second time on a supervisor looks first."""
    case = await access_case(ctx.conn, ctx.actor, command.case_ref, lock=True)
    decided = decide_wish(facts_of(case), await moves.count_wishes(ctx.conn, case.id))
    changing = Changing(case, ctx.actor, ctx.now)
    wake(changing, ctx.now)
    why, words = str(command.reason), command.words.strip()
    if decided.outcome:
        handed = await hand_on(ctx, changing, MoveReason.RENTER_WISH, why=why, words=words)
        line, after_text = told_next(handed), moved_zh(handed)
        data = moved_data(handed, MoveReason.RENTER_WISH)
    else:
        await moves.insert_move(
            ctx.conn, case, MoveReason.RENTER_WISH, ctx.actor, ctx.now, to_id=case.owner_id, why=why, words=words
        )
        changing.set(escalated_at=ctx.now)
        line = f"这件事已经换过一次客服，这次请主管来看，会直接在这里答复您；在那之前仍由{case.owner_name}负责。"
        after_text, data = "再次要求，已请主管来看", {"from": case.owner_id, "to": case.owner_id}
    changing.system_line(line, owner=changing.case.owner_name)
    note = f"租客要求更换客服：{WISH_REASON_ZH[command.reason]}"
    changing.add("note", f"{note}。{words}" if words else note, by=SYSTEM)
    after = await changing.write(ctx.conn)
    kind = "case.transferred" if decided.outcome else "case.escalated"
    wished = event(
        after, kind, f"租客要求更换：{after_text}", rule="OWN-2", seq=after.seq, sealed=True, data=data | {"why": why}
    )
    return Done(changed(changing), wished)


class CallSpecialist(Struct, frozen=True, forbid_unknown_fields=True):
    """The renter wants a specialist to look; `words` say at what."""

    case_ref: Ref
    words: Line = ""


@use_case(
    CallSpecialist, CaseChanged, permission=Permission.CASE_SPEAK, method="POST", path="/cases/{case_ref}/specialist"
)
async def call_specialist(ctx: Ctx, command: CallSpecialist) -> Done[CaseChanged]:
    """租客请高级专员来看；负责人仍是联系人
    The renter asks for a specialist; whoever owns the case stays their contact."""
    case = await access_case(ctx.conn, ctx.actor, command.case_ref, lock=True)
    await refuse_second_matter(ctx.conn, case)
    decide_call(asked=case.asked, name=case.specialist_name)
    changing = Changing(case, ctx.actor, ctx.now)
    wake(changing, ctx.now)
    _person_asked(changing, ctx)
    due_at = specialist_due_at(ctx.now, service_clocks(ctx.now), calendar())
    changing.start(ClockKind.SPECIALIST_ANSWER, due_at)
    found = await _specialist(ctx, changing.case)
    day = f"{last_on(due_at):%m-%d}"
    claim_until = case.claim_until if case.claim_turn is Turn.SPECIALIST else None
    decides = f"，{last_on(claim_until):%m-%d} 前作出裁定" if claim_until is not None else ""
    contact = f"；{case.owner_name}仍是您的联系人" if case.owner_name else ""
    if found is None:
        changing.set(escalated_at=ctx.now)
        line = f"已请主管为您安排高级专员，{day} 前答复您{decides}{contact}。"
        text = "租客要求高级专员，请主管安排"
    else:
        changing.set(specialist_id=found.id, specialist_name=found.name)
        first = changing.case.talk_until if changing.case.first_human_at is None else None
        changing.to(Turn.SPECIALIST, earliest(first, due_at))  # a first answer is due before theirs
        line = f"已请{ROLE_ZH[found.role]}{found.name}来看，{day} 前答复您{decides}{contact}。"
        text = f"租客要求高级专员，已请{found.name}"
    changing.system_line(line, asked="specialist")
    words = command.words.strip()
    asked_for = f"@{found.name} " if found else ""
    changing.add("note", f"{asked_for}租客要求高级专员来看" + (f"：{words}" if words else ""), by=SYSTEM)
    after = await changing.write(ctx.conn)
    if found is not None:
        await load.insert_specialist(ctx.conn, case.id, found.id, found.name, 0, ctx.now)
    called = event(
        after, "specialist.called", text, rule="ESC-1", seq=after.seq, sealed=True,
        data={"specialist_id": found.id if found else None, "due_at": due_at.isoformat()},
    )  # fmt: skip
    return Done(changed(changing), called)


def _person_asked(changing: Changing, ctx: Ctx) -> None:
    """Who asks for a specialist asks for a person: the assistant is silent from here on (BOT-1)."""
    if changing.case.first_human_at is None:
        start_clocks(changing, ctx.now)
    if changing.case.human_asked_at is None:
        changing.set(human_asked_at=ctx.now)
    changing.set(last_at=ctx.now)


async def _specialist(ctx: Ctx, case: CaseRow) -> Actor | None:
    """The one with the least in hand; while a claim is open never one asked before: nobody reviews their own."""
    before = [row.id for row in await moves.people_of(ctx.conn, case)] if case.claim_open else []
    but = [*case.barred_ids, *before, case.owner_id or 0, case.complaint_against_id or 0]
    roles = (Role.SUPERVISOR,) if case.type is CaseType.COMPLAINT else (Role.SPECIALIST,)
    return await moves.next_colleague(ctx.conn, roles, but, with_room=False)
