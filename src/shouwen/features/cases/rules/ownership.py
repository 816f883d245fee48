"""OWN-1…4: who owns a case, when that may change; closing and rating."""

from shouwen.features.cases.types import (
    MOVE_REASON_ZH,
    CaseFacts,
    CaseState,
    CaseType,
    MoveReason,
)
from shouwen.kernel.actor import ROLE_ZH, Actor, Role
from shouwen.kernel.decision import Decision, Reason
from shouwen.kernel.errors import Refusal

_TAKERS = frozenset({Role.AGENT, Role.SPECIALIST, Role.SUPERVISOR})
_MAY_MOVE = {
    MoveReason.SHIFT_END: frozenset({Role.AGENT, Role.SPECIALIST, Role.SUPERVISOR, Role.SYSTEM}),
    MoveReason.LEAVE: frozenset({Role.AGENT, Role.SPECIALIST, Role.SUPERVISOR, Role.SYSTEM}),
    MoveReason.TAKEOVER: frozenset({Role.SUPERVISOR}),
    MoveReason.COMPLAINT: frozenset({Role.SUPERVISOR, Role.SYSTEM}),
    MoveReason.RENTER_WISH: frozenset({Role.RENTER, Role.AGENT, Role.SPECIALIST, Role.SUPERVISOR}),
}


def decide_take(case: CaseFacts, actor: Actor) -> Decision[int]:
    """OWN-1: the first human to take or answer it owns the case; the outcome is the owner's id. Refuses when
    owned.
    """
    if actor.role not in _TAKERS:
        raise Refusal(
            "cannot_own",
            f"{ROLE_ZH[actor.role]}不能受理案件",
            "this role cannot own a case",
            status=403,
            remedy_zh="请由一线客服、高级专员或主管受理",
            rule="OWN-1",
        )
    if case.type is CaseType.COMPLAINT and actor.role is not Role.SUPERVISOR:
        raise Refusal(
            "complaint_is_the_supervisors",
            "投诉由主管团队受理",
            "complaints belong to the supervisor's team",
            remedy_zh="已排在主管队列",
            rule="OWN-2",
        )
    if actor.id == case.complaint_against_id:
        raise Refusal(
            "complained_about",
            "这件事涉及您本人，请由其他人受理",
            "never the person complained about",
            remedy_zh="已排在主管队列",
            rule="OWN-2",
        )
    if actor.id in case.barred_ids:
        raise Refusal(
            "asked_for_another",
            "租客已要求由其他客服负责",
            "the renter asked for somebody else",
            remedy_zh="请由其他同事受理",
            remedy_en="somebody else takes it",
            rule="OWN-2",
        )
    if case.owner_id == actor.id:
        return Decision(actor.id, (Reason("OWN-1", "已由您负责", "already yours"),))
    if case.owner_id:
        raise Refusal(
            "already_owned",
            f"{case.owner_name or '另一位同事'}已经受理，由其负责到底",
            "somebody else owns this case",
            remedy_zh="可以写内部备注，或请主管接手",
            remedy_en="write an internal note, or ask a supervisor to take over",
            rule="OWN-1",
            data={"owner_name": case.owner_name},
        )
    if case.state is CaseState.CLOSED:
        raise Refusal("closed", "案件已结束，请先重新打开", "the case is closed", rule="OWN-1")
    return Decision(actor.id, (Reason("OWN-1", f"{actor.name}首问受理，负责到底", "owned to its end"),))


def decide_transfer(case: CaseFacts, actor: Actor, to: Actor, reason: MoveReason) -> Decision[int]:
    """OWN-2: ownership moves for the five reasons only, by those who may say so; the outcome is the new owner's
    id.
    """
    if actor.role not in _MAY_MOVE[reason]:
        raise Refusal(
            "cannot_move",
            f"{ROLE_ZH[actor.role]}不能以“{MOVE_REASON_ZH[reason]}”更换负责人",
            "this role cannot move a case for this reason",
            status=403,
            remedy_zh="请联系主管",
            rule="OWN-2",
        )
    own_case = actor.role in {Role.AGENT, Role.SPECIALIST} and actor.id != case.owner_id
    if own_case:
        raise Refusal(
            "not_your_case", "只能交接自己负责的案件", "only your own case", remedy_zh="请联系主管", rule="OWN-2"
        )
    supervisors_only = case.type is CaseType.COMPLAINT and to.role is not Role.SUPERVISOR
    excluded = {case.owner_id, case.complaint_against_id, *case.barred_ids}
    if to.role not in _TAKERS or supervisors_only or to.id in excluded:
        raise Refusal(
            "cannot_receive",
            f"{to.name or '这位同事'}不能接手这件事",
            "the new owner cannot take this case",
            remedy_zh="请选择另一位同事",
            rule="OWN-2",
        )
    zh = f"{MOVE_REASON_ZH[reason]}：接下来由{to.name}负责，全部材料一并交接"
    return Decision(to.id, (Reason("OWN-2", zh, f"moved: {reason}"),))


def decide_invite(case: CaseFacts, specialist: Actor) -> Decision[int]:
    """OWN-3: a specialist decides within the case; the outcome is the owner, who stays the renter's contact."""
    excluded = {case.complaint_against_id, *case.barred_ids}
    if specialist.role not in {Role.SPECIALIST, Role.SUPERVISOR} or specialist.id in excluded:
        raise Refusal("cannot_decide", "只能邀请高级专员或主管", "only a specialist or supervisor", rule="OWN-3")
    zh = f"邀请{specialist.name}裁定；{case.owner_name or '首问客服'}仍是租客的联系人"
    return Decision(case.owner_id, (Reason("OWN-3", zh, "the owner stays the contact"),))


def decide_wish(case: CaseFacts, wishes: int) -> Decision[bool]:
    """OWN-2: the renter asks for another agent. True: ownership moves; False: a supervisor looks first, because it
    has moved for their wish before (`wishes` times). Refuses where there is nothing to move.
    """
    if case.state is CaseState.CLOSED:
        raise Refusal(
            "case_closed",
            "这件事已经结束",
            "the case is closed",
            remedy_zh="直接留言会重新打开，之后可以要求换人",
            remedy_en="write in it to open it again, then ask",
            rule="OWN-2",
        )
    if not case.owner_id:
        raise Refusal(
            "not_owned",
            "这件事还没有人受理，第一个回应您的人会负责到底",
            "nobody has this case yet",
            remedy_zh="可以点“转人工”，客服会尽快回复",
            remedy_en="ask for a person",
            rule="OWN-1",
        )
    if wishes and case.escalated:
        raise Refusal(
            "with_supervisor",
            "主管已经在看这件事，会直接在这里答复您",
            "a supervisor is looking at it already",
            remedy_zh="有要补充的，直接留言就可以",
            remedy_en="write here if there is more to say",
            rule="OWN-2",
        )
    if wishes:
        return Decision(False, (Reason("OWN-2", "已按租客的意愿换过人，再次要求时先由主管看", "asked again"),))
    return Decision(True, (Reason("OWN-2", "租客要求更换", "the renter's wish"),))


def decide_call(*, asked: bool, name: str) -> Decision[bool]:
    """ESC-1: the renter asks for a specialist, at any time; only not while one is `asked` already (`name`)."""
    if asked:
        raise Refusal(
            "specialist_asked",
            f"{f'高级专员{name}' if name else '高级专员'}已经在看这件事",
            "a specialist is looking at it already",
            remedy_zh="有要补充的，直接留言就可以",
            remedy_en="write here if there is more to say",
            rule="ESC-1",
        )
    return Decision(True, (Reason("ESC-1", "租客要求高级专员", "the renter asks for a specialist"),))


def decide_merge(kept: CaseFacts, merged: CaseFacts, actor: Actor) -> Decision[int]:
    """OWN-4: `merged` becomes a part of `kept`, whose owner stays (the outcome). Only matters of one renter about one
    lease; an agent merges away what is theirs or nobody's. Complaints stay by themselves, and nobody the renter asked
    to be rid of merges the case or gets it by merging (OWN-2).
    """
    if kept.renter_id != merged.renter_id or kept.lease_id != merged.lease_id:
        raise Refusal(
            "other_matter",
            "只能合并同一位租客、同一笔租约的案件",
            "only cases of one renter about one lease",
            remedy_zh="请从列表里选择",
            rule="OWN-4",
        )
    if CaseState.CLOSED in (kept.state, merged.state):
        raise Refusal("case_closed", "已结束的案件不能合并", "a closed case is not merged", rule="OWN-4")
    if CaseType.COMPLAINT in (kept.type, merged.type):
        raise Refusal("complaint_stays", "投诉单独处理，不与其他案件合并", "a complaint is not merged", rule="OWN-4")
    if {actor.id, kept.owner_id} & set(merged.barred_ids):
        raise Refusal(
            "asked_for_another",
            "租客已要求由其他客服负责，不能并入这位同事的案件",
            "the renter asked for somebody else",
            remedy_zh="请由主管安排，或并入其他同事的案件",
            remedy_en="a supervisor arranges it",
            rule="OWN-2",
        )
    if merged.open_claim:
        raise Refusal(
            "claim_open",
            "这个案件里有没办完的定损，不能并入别的案件",
            "a claim is still open in it",
            remedy_zh="可以反过来，把另一个案件并入这里",
            remedy_en="merge the other one into this",
            rule="OWN-4",
        )
    theirs = actor.role is Role.SUPERVISOR or (actor.role in _TAKERS and merged.owner_id in (0, actor.id))
    if not theirs:
        raise Refusal(
            "not_your_case",
            "只能合并自己负责或没有人受理的案件",
            "only your own case, or one nobody has",
            remedy_zh="请联系负责人或主管",
            rule="OWN-4",
        )
    return Decision(kept.owner_id, (Reason("OWN-4", "合并不改变负责人", "merging moves no owner"),))


def decide_close(case: CaseFacts, actor: Actor) -> Decision[CaseState]:
    """The renter closes at any time; the owner or a supervisor once nothing is open in it."""
    if case.state is CaseState.CLOSED:
        raise Refusal("closed", "案件已经结束", "the case is closed already", rule="OWN-1")
    if case.open_claim:
        raise Refusal(
            "claim_open",
            "定损还没有结果，结案前需要先裁定或撤回",
            "a claim is still open",
            remedy_zh="等裁定后再结束",
            rule="OWN-1",
        )
    mine = actor.role is Role.RENTER and actor.id == case.renter_id
    ours = actor.role is Role.SUPERVISOR or (actor.is_staff and actor.id == case.owner_id)
    if not (mine or ours or actor.role is Role.SYSTEM):
        raise Refusal("not_your_case", "只有租客、负责人或主管可以结案", "not yours to close", rule="OWN-1")
    by = "租客确认解决" if mine else "处理完毕"
    return Decision(CaseState.CLOSED, (Reason("OWN-1", by, "closed"),))


def decide_rating(case: CaseFacts, actor: Actor, stars: int) -> Decision[int]:
    """The renter rates a case once, with 1 to 5, as soon as the desk calls it resolved."""
    if actor.role is not Role.RENTER or actor.id != case.renter_id:
        raise Refusal("not_yours", "只有租客本人可以评价", "only the renter rates", status=403)
    if case.state is CaseState.OPEN:
        raise Refusal("not_closed", "办完后再评价", "rate once it is resolved", remedy_zh="先点“已解决”")
    if case.rated:
        raise Refusal("rated", "您已经评价过，谢谢", "rated already")
    if not 1 <= stars <= 5:
        raise Refusal("stars", "评价是 1 到 5 分", "1 to 5", status=422, remedy_zh="请选择 1 到 5")
    return Decision(stars)
