"""A complaint about a colleague, from the case it happened in; and what the supervisors do with what came to them."""

from typing import Annotated

from msgspec import Meta, Struct

from shouwen.features.cases.changes import Changing
from shouwen.features.cases.ground import access_case, event
from shouwen.features.cases.handing import bar, hand_on, moved_data, moved_zh, reason_zh, told_next
from shouwen.features.cases.opening import NewCase, body_data, open_or_join
from shouwen.features.cases.rows import CaseChanged, CaseOpened, CasePerson, CaseRow
from shouwen.features.cases.rules.vague import ask_back, vague
from shouwen.features.cases.store import moves
from shouwen.features.cases.types import CaseState, CaseType, Channel, MoveReason, Statement
from shouwen.features.cases.use_cases.owning import changed
from shouwen.kernel.actor import SYSTEM
from shouwen.kernel.errors import Absent, BadInput, Refusal
from shouwen.platform.door import Ctx
from shouwen.platform.events import Done, Event
from shouwen.platform.fields import MAX_ID, Line, Name, Ref
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case


class ReadPeople(Struct, frozen=True, forbid_unknown_fields=True):
    """Which case."""

    case_ref: Ref


class Person(Struct, frozen=True):
    """A colleague of this case as the renter knows them; `no` is their place in the list, `id` names them."""

    no: int
    id: int
    name: str
    role: str
    owner: bool


@use_case(ReadPeople, list[Person], permission=Permission.CASE_SPEAK, method="GET", path="/cases/{case_ref}/people")
async def read_people(ctx: Ctx, command: ReadPeople) -> list[Person]:
    """这件事里和您打过交道的工作人员，负责人在前
    Colleagues the renter has dealt with in this case, the owner first."""
    case = await access_case(ctx.conn, ctx.actor, command.case_ref)
    people = await moves.people_of(ctx.conn, case)
    return [Person(no, one.id, one.name, str(one.role), one.owner) for no, one in enumerate(people, 1)]


class Complain(Struct, frozen=True, forbid_unknown_fields=True):
    """About whom (`against_id` or a name of this case; neither: its owner), what happened, what is asked.

    A name that two colleagues of the case share is refused. `as_is` sends vague words as they are (SAY-2).
    """

    case_ref: Ref
    text: Annotated[str, Meta(max_length=2_000)]
    against: Name | None = None
    asked: Line = ""
    as_is: bool = False
    against_id: Annotated[int, Meta(ge=1, le=MAX_ID)] | None = None


@use_case(Complain, CaseOpened, permission=Permission.CASE_SPEAK, method="POST", path="/cases/{case_ref}/complaints")
async def complain(ctx: Ctx, command: Complain) -> Done[CaseOpened]:
    """投诉一位工作人员：由主管团队处理，被投诉人看不到也不经手
    Complain about a colleague, who neither sees the complaint nor has any part in it; the case moves on (OWN-2)."""
    case = await access_case(ctx.conn, ctx.actor, command.case_ref, lock=True)
    about = await _about(ctx, case, command)
    words = command.text.strip()
    if not words:
        raise BadInput("text", "请写下经过", "say what happened", remedy_zh="一两句话就可以，最好带上时间")
    question = ask_back(words, CaseType.COMPLAINT, asked_before=command.as_is)
    if question is not None:
        raise vague(question)
    statement = _statement(case, about, words, command.asked.strip())
    new = NewCase(
        type=CaseType.COMPLAINT,
        renter_id=case.renter_id,
        renter_name_masked=case.renter_name_masked,
        statement=statement,
        says=ctx.actor,
        lease_id=case.lease_id,
        lease_title=case.title.partition(" · ")[2],
        channel=Channel.COMPLAINT_BOX,
        against_id=about.id,
    )
    changing, opened, events = await open_or_join(ctx.conn, ctx.now, new)
    changing.system_line(f"投诉已收到，由主管团队处理；{about.name}看不到这里的内容，也不会经手。", rule="OWN-2")
    changing.add("note", f"被投诉人：{about.name}。来自案件 {case.ref}（{case.title}）", by=SYSTEM)
    await changing.write(ctx.conn)
    return Done(opened, *events, *await _moved_away(ctx, case, about))


async def _about(ctx: Ctx, case: CaseRow, command: Complain) -> CasePerson:
    people = await moves.people_of(ctx.conn, case)
    if command.against_id is not None:
        found = [one for one in people if one.id == command.against_id]
    elif command.against:
        found = [one for one in people if one.name == command.against]
    elif case.owner_id is not None:
        found = [one for one in people if one.owner]
    else:
        raise BadInput("against", "请选择投诉哪位", "say whom it is about", remedy_zh="从和您打过交道的人里选一位")
    if not found:
        raise Absent("工作人员", "colleague in this case")
    if len(found) > 1:
        raise BadInput(
            "against", f"这件事里有两位{found[0].name}，请从名单里选", "two colleagues of this case share the name",
            remedy_zh="名单里写明了各自的岗位", remedy_en="say who by `against_id`",
        )  # fmt: skip
    return found[0]


def _statement(case: CaseRow, about: CasePerson, words: str, asked: str) -> Statement:
    situation = f"投诉{about.name}（{case.title}）：{words}"
    situation += "" if situation[-1] in "。！？" else "。"
    asked += "" if not asked or asked[-1] in "。！？" else "。"
    return Statement(situation=situation, background="", request=asked, text=situation + asked)


async def _moved_away(ctx: Ctx, case: CaseRow, about: CasePerson) -> tuple[Event, ...]:
    """The case it happened in: no longer with who is complained about, and never again; nothing of the complaint."""
    changing = Changing(case, ctx.actor, ctx.now)
    if about.id != case.owner_id:
        bar(changing, about.id)
        await changing.write(ctx.conn)
        return ()
    handed = await hand_on(ctx, changing, MoveReason.COMPLAINT)
    closed = case.state is CaseState.CLOSED
    line = "如果重新打开，会由另一位客服负责。" if closed else told_next(handed)
    seq = changing.system_line(line, owner=changing.case.owner_name)
    after = await changing.write(ctx.conn)
    text = f"{reason_zh(MoveReason.COMPLAINT)}：{'重新打开时由他人受理' if closed else moved_zh(handed)}"
    data = moved_data(handed, MoveReason.COMPLAINT)
    return (event(after, "case.transferred", text, rule="OWN-2", seq=seq, sealed=True, data=data),)


class SettleEscalation(Struct, frozen=True, forbid_unknown_fields=True):
    """A supervisor has looked; `words` say what was arranged, for colleagues."""

    case_ref: Ref
    words: Line = ""


@use_case(
    SettleEscalation, CaseChanged, permission=Permission.ESCALATION_SETTLE, method="POST",
    path="/cases/{case_ref}/escalation",
)  # fmt: skip
async def settle_escalation(ctx: Ctx, command: SettleEscalation) -> Done[CaseChanged]:
    """主管看过一件升级的事，写明怎么安排
    A supervisor has looked at what was escalated."""
    case = await access_case(ctx.conn, ctx.actor, command.case_ref, lock=True)
    if case.escalated_at is None:
        raise Refusal("not_escalated", "这件事没有在等主管", "it does not wait for a supervisor", rule="ESC-1")
    changing = Changing(case, ctx.actor, ctx.now)
    changing.set(escalated_at=None)
    words = command.words.strip() or "主管已看过"
    seq = changing.add("note", words)
    after = await changing.write(ctx.conn)
    settled = event(
        after, "escalation.settled", f"{ctx.actor.name}已处理升级", rule="ESC-1", seq=seq, sealed=True,
        data=body_data(words, seq),
    )  # fmt: skip
    return Done(changed(changing), settled)
