"""Steps every act on a case shares: access, facts for the rules, reopening, who may speak."""

from datetime import datetime

from shouwen.features.cases.changes import Changing, case_topics
from shouwen.features.cases.hiding import hidden_from
from shouwen.features.cases.rows import CaseRow
from shouwen.features.cases.rules.clocks import clocks_for
from shouwen.features.cases.rules.ownership import decide_take
from shouwen.features.cases.rules.turn import earliest
from shouwen.features.cases.service_time import answer_until, calendar, service_clocks
from shouwen.features.cases.store import load
from shouwen.features.cases.types import CaseFacts, CaseState, ClockKind, Turn
from shouwen.kernel.actor import Actor, Role
from shouwen.kernel.days import beijing_at
from shouwen.kernel.errors import Absent, Refusal
from shouwen.platform.db import Conn
from shouwen.platform.events import Event

SEES_ALL = frozenset({Role.AGENT, Role.SPECIALIST, Role.SUPERVISOR, Role.SYSTEM})


def scope(actor: Actor) -> int:
    """The renter an actor is confined to; 0 for the desk. Absent for roles that see no case content."""
    if actor.role is Role.RENTER and actor.id:
        return actor.id
    if actor.role not in SEES_ALL:
        raise Absent("案件", "case")
    return 0


async def access_case(conn: Conn, actor: Actor, case_ref: str, *, lock: bool = False) -> CaseRow:
    """The case if this actor may see it, else Absent; with `lock` under its row lock, where seq is assigned."""
    case = await load.find_case(conn, case_ref, scope(actor), lock=lock)
    if case is None or hidden_from(case, actor):
        raise Absent("案件", "case")
    return case


def facts_of(case: CaseRow) -> CaseFacts:
    """The case in the words of the ownership rules."""
    return CaseFacts(
        type=case.type,
        state=case.state,
        renter_id=case.renter_id,
        owner_id=case.owner_id or 0,
        owner_name=case.owner_name,
        open_claim=case.claim_open,
        rated=case.rating is not None,
        complaint_against_id=case.complaint_against_id or 0,
        barred_ids=case.barred_ids,
        escalated=case.escalated_at is not None,
        lease_id=case.lease_id or 0,
    )


def event(case: CaseRow, kind: str, text: str, *, rule: str = "", seq: int | None = None, sealed: bool = False,
          data: dict[str, object] | None = None) -> Event:  # fmt: skip
    """An event of this case that wakes everybody who looks at it."""
    return Event(
        kind=kind, text=text, rule=rule, case_id=case.id, seq=seq, lease_id=case.lease_id, renter_id=case.renter_id,
        subject=f"case:{case.ref}", data=data or {}, sealed=sealed, topics=case_topics(case),
    )  # fmt: skip


def take(changing: Changing, actor: Actor, now: datetime) -> Event | None:
    """OWN-1: give the unowned case to the actor. None where it is theirs already; Refusal names who has it."""
    case = changing.case
    try:
        decided = decide_take(facts_of(case), actor)
    except Refusal as refusal:
        if refusal.code == "already_owned":
            raise owned_by_another(case) from None
        raise
    if case.owner_id == actor.id:
        return None
    changing.set(owner_id=decided.outcome, owner_name=actor.name, owned_at=now)
    if actor.role is Role.SUPERVISOR:
        changing.set(escalated_at=None)
    return event(case, "case.taken", decided.reasons[0].zh, rule="OWN-1", sealed=True, data={"owner_id": actor.id})


def owned_by_another(case: CaseRow) -> Refusal:
    """Who has the case and since when (OWN-1)."""
    since = f"（{beijing_at(case.owned_at):%m-%d %H:%M} 起）" if case.owned_at else ""
    return Refusal(
        "already_owned",
        f"{case.owner_name}已经受理{since}，由其负责到底",
        f"{case.owner_name} has this case",
        rule="OWN-1",
        remedy_zh="可以写内部备注，或请主管接手",
        remedy_en="write an internal note, or ask a supervisor to take over",
        data={"owner_id": case.owner_id, "owner_name": case.owner_name, "owned_at": case.owned_at},
    )


def refuse_not_owner(case: CaseRow, actor: Actor) -> None:
    """Acts of the owner or a supervisor; Refusal names who has the case, or asks to take it first (OWN-1)."""
    if case.owner_id == actor.id or actor.role is Role.SUPERVISOR:
        return
    if case.owner_id is not None:
        raise owned_by_another(case)
    raise Refusal(
        "not_owned",
        "请先受理",
        "take the case first",
        rule="OWN-1",
        remedy_zh="点“接手”即可",
        remedy_en="take the case",
    )


def wake(changing: Changing, now: datetime) -> bool:
    """The renter said something or asks for a person: the conversation is the desk's, and what was ended is open again.

    A reopening starts a new measure; it never moves the owner. True where the case was reopened.
    """
    case = changing.case
    reopened = case.state is not CaseState.OPEN
    if reopened:
        changing.set(
            state=CaseState.OPEN, closed_at=None, first_human_at=None, substantive_at=None, human_asked_at=None,
            rating=None, rating_text="", escalated_at=None,
        )  # fmt: skip
        start_clocks(changing, now)
    elif case.talk_turn is Turn.SPECIALIST:  # what a specialist was asked stays theirs; the words want an answer too
        changing.to(Turn.SPECIALIST, earliest(case.talk_until, answer_until(case.channel, now)))
    elif case.talk_turn is not Turn.DESK or case.talk_until is None:
        changing.to(Turn.DESK, answer_until(case.channel, now))
    return reopened


def start_clocks(changing: Changing, now: datetime) -> None:
    """SLA-1: the clocks of a case that opens now; the turn runs out with the first. A claim starts its own decision
    clock (`Changing.claim`), which begins with complete evidence.
    """
    case = changing.case
    clocks = clocks_for(case.channel, case.type, now, service_clocks(now), calendar())
    for clock in clocks:
        if clock.kind is not ClockKind.DECISION or case.claim_id is None:
            changing.start(clock.kind, clock.due_at)
    changing.to(Turn.DESK, clocks[0].due_at)


async def refuse_second_matter(conn: Conn, case: CaseRow) -> None:
    """A closed case cannot open again beside a newer one of the same matter: Refusal names that one."""
    if case.state is not CaseState.CLOSED:
        return
    if case.merged_into_id is not None:
        other = await load.ref_of(conn, case.merged_into_id)  # OWN-4: what was merged lives on in the kept case
    else:
        other = await load.other_open_matter(conn, case)
    if other:
        raise Refusal(
            "newer_case",
            f"这件事已有新的案件 {other} 在处理",
            f"a newer case of this matter is open: {other}",
            remedy_zh="请到新案件里留言",
            remedy_en="write in the newer case",
            data={"case_ref": other},
        )
