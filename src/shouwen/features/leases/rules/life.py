"""The life of a lease as data (domain.md §4): which act leads from which state to which, who may, until when."""

from datetime import date, timedelta

from shouwen.features.contracts.types import Contract
from shouwen.features.leases.rules.guards import blocks
from shouwen.features.leases.types import GuardFacts, LeaseAct, LeaseRow, LeaseState, NextAct
from shouwen.kernel.actor import ROLE_ZH, Role
from shouwen.kernel.errors import Refusal

_A, _S = LeaseAct, LeaseState

LIFE: dict[LeaseState, dict[LeaseAct, LeaseState]] = {
    _S.APPLIED: {_A.APPROVE: _S.APPROVED, _A.REFUSE: _S.REFUSED, _A.CANCEL: _S.CANCELLED},
    _S.APPROVED: {_A.SIGN: _S.SIGNED, _A.CANCEL: _S.CANCELLED},
    _S.SIGNED: {_A.PREPARE: _S.PREPARING, _A.CANCEL: _S.CANCELLED},
    _S.PREPARING: {_A.SHIP: _S.SHIPPED, _A.CANCEL: _S.CANCELLED},
    _S.SHIPPED: {_A.HAND_OVER: _S.RENTING, _A.PREPARE: _S.PREPARING, _A.CANCEL: _S.CANCELLED},
    _S.RENTING: {
        _A.SEND_BACK: _S.RETURNING,
        _A.BUY_OUT: _S.BOUGHT_OUT,
        _A.REPORT_LOST: _S.LOST,
        _A.TERMINATE: _S.TERMINATED,
    },
    _S.RETURNING: {_A.RECEIVE: _S.INSPECTING},
    _S.INSPECTING: {_A.INSPECT: _S.SETTLING},
    _S.SETTLING: {_A.CLOSE: _S.CLOSED},
    _S.LOST: {_A.FIND: _S.RENTING, _A.CLOSE: _S.CLOSED},
    _S.TERMINATED: {_A.SEND_BACK: _S.RETURNING, _A.REPORT_LOST: _S.LOST, _A.CLOSE: _S.CLOSED},
    _S.CLOSED: {_A.FIND: _S.RENTING},  # only a lease whose phone was lost: the guard `was_lost`
    _S.REFUSED: {},
    _S.CANCELLED: {},
    _S.BOUGHT_OUT: {},
}

STATE_ZH: dict[LeaseState, str] = {
    _S.APPLIED: "已申请",
    _S.APPROVED: "已通过",
    _S.SIGNED: "已签约",
    _S.PREPARING: "备货中",
    _S.SHIPPED: "已发货",
    _S.RENTING: "租用中",
    _S.RETURNING: "归还途中",
    _S.INSPECTING: "检测中",
    _S.SETTLING: "结算中",
    _S.CLOSED: "已结束",
    _S.REFUSED: "未通过",
    _S.CANCELLED: "已取消",
    _S.BOUGHT_OUT: "已买断",
    _S.LOST: "设备遗失",
    _S.TERMINATED: "已解除",
}

ACT_ZH: dict[LeaseAct, str] = {
    _A.APPROVE: "通过申请",
    _A.REFUSE: "不通过申请",
    _A.SIGN: "签约",
    _A.PREPARE: "备货",
    _A.SHIP: "发货",
    _A.HAND_OVER: "确认收货",
    _A.SEND_BACK: "寄回",
    _A.RECEIVE: "收到归还的手机",
    _A.INSPECT: "提交检测报告",
    _A.CLOSE: "结清并结束",
    _A.CANCEL: "取消订单",
    _A.BUY_OUT: "买断",
    _A.REPORT_LOST: "报失",
    _A.FIND: "找回",
    _A.TERMINATE: "解除合同",
}

_RENTER, _DESK = (Role.RENTER,), (Role.AGENT, Role.SPECIALIST, Role.SUPERVISOR)
_EITHER, _DECIDERS = (Role.RENTER, *_DESK), (Role.SPECIALIST, Role.SUPERVISOR)

WHO: dict[LeaseAct, tuple[Role, ...]] = {
    _A.APPROVE: (*_DECIDERS, Role.SYSTEM),
    _A.REFUSE: (*_DECIDERS, Role.SYSTEM),
    _A.SIGN: _RENTER,
    _A.PREPARE: (*_DESK, Role.SYSTEM),
    _A.SHIP: (*_DESK, Role.SYSTEM),
    _A.HAND_OVER: (*_EITHER, Role.SYSTEM),
    _A.SEND_BACK: _EITHER,
    _A.RECEIVE: (Role.INSPECTOR, Role.SYSTEM),
    _A.INSPECT: (Role.INSPECTOR,),
    _A.CLOSE: (*_DECIDERS, Role.SYSTEM),
    _A.CANCEL: _EITHER,
    _A.BUY_OUT: _RENTER,
    _A.REPORT_LOST: _EITHER,
    _A.FIND: _EITHER,
    _A.TERMINATE: (Role.SUPERVISOR,),
}

DATE_SET: dict[LeaseAct, str] = {
    _A.SIGN: "signed_on",
    _A.HAND_OVER: "handed_over_on",
    _A.SEND_BACK: "return_sent_on",
    _A.RECEIVE: "returned_on",
    _A.CLOSE: "closed_on",
    _A.REFUSE: "closed_on",
    _A.CANCEL: "closed_on",
    _A.BUY_OUT: "closed_on",
}


def state_after(state: LeaseState, act: LeaseAct) -> LeaseState:
    """Where `act` leads from `state`; Refusal `act_not_possible` says why not and what is possible instead."""
    after = LIFE[state].get(act)
    if after is not None:
        return after
    others = [] if state is LeaseState.CLOSED else list(LIFE[state])
    possible = [ACT_ZH[other] for other in others]
    froms = "、".join(f"“{STATE_ZH[s]}”" for s, acts in LIFE.items() if act in acts)
    raise Refusal(
        "act_not_possible",
        f"订单现在是“{STATE_ZH[state]}”，不能{ACT_ZH[act]}；{ACT_ZH[act]}要在{froms}时进行",
        f"a lease that is {state} cannot {act}",
        remedy_zh=f"现在可以：{'、'.join(possible)}" if possible else "这笔订单已经结束；有疑问请转人工",
        remedy_en=f"possible now: {', '.join(others)}" if possible else "this lease has ended; ask a person",
        data={"state": state, "possible": others},
    )


def require_may(role: Role, act: LeaseAct) -> None:
    """Refusal `act_not_yours` where the table gives this act to others; it says to whom."""
    if role in WHO[act]:
        return
    who = "、".join(ROLE_ZH[one] for one in WHO[act])
    raise Refusal(
        "act_not_yours",
        f"{ACT_ZH[act]}由{who}办理",
        f"this act belongs to {', '.join(WHO[act])}",
        status=403,
        remedy_zh="请转给可以办理的同事" if role is not Role.RENTER else "需要办理请转人工",
        remedy_en="ask somebody who may do it",
        data={"by": list(WHO[act])},
    )


def next_acts(
    lease: LeaseRow, contract: Contract | None, facts: GuardFacts | None = None, *, ends_on: date | None = None
) -> tuple[NextAct, ...]:
    """The acts of this state, each with who may do it, its last day, and what must come first for everybody who may.

    No buyout where the contract offers none; an ended lease leads on only where its phone was lost. Without `facts`
    nothing is said to be in the way. `ends_on` is the last day of the term.
    """
    found: list[NextAct] = []
    for act in LIFE[lease.state]:
        if act is LeaseAct.BUY_OUT and (contract is None or not contract.ladder_fen):
            continue
        if lease.state is LeaseState.CLOSED and (facts is None or not facts.lost):
            continue
        until_on, key, rule = _deadline(act, lease, contract, ends_on)
        clauses = contract.clauses_for(key) if contract is not None and key else ()
        stops = [] if facts is None else [blocks(act, lease.state, facts, role) for role in WHO[act]]
        blocked_zh, blocked_en = (stops[0][0].zh, stops[0][0].en) if stops and all(stops) else ("", "")
        clause = clauses[0] if clauses else ""
        found.append(NextAct(act, ACT_ZH[act], WHO[act], until_on, clause, rule, blocked_zh, blocked_en))
    return tuple(found)


def _deadline(
    act: LeaseAct, lease: LeaseRow, contract: Contract | None, ends_on: date | None
) -> tuple[date | None, str, str]:
    """The last day of an act, the term that sets it, and the rule that watches it."""
    if contract is None:
        return None, "", ""
    terms = contract.terms
    if act in (LeaseAct.PREPARE, LeaseAct.SHIP):
        return _days_after(lease.signed_on, terms.ship_by_days), "ship_by_days", ""
    if act is LeaseAct.INSPECT:
        return _days_after(lease.returned_on, terms.inspection_days), "inspection_days", "INSP-1"
    if act is LeaseAct.CLOSE and lease.state is LeaseState.SETTLING:
        return _days_after(lease.returned_on, terms.deposit_release_days), "deposit_release_days", ""
    if act is LeaseAct.SEND_BACK and lease.state is LeaseState.RENTING:
        return ends_on, "end_of_term", ""
    if act is LeaseAct.BUY_OUT:
        return ends_on, "buyout_formula", "BUY-1"
    return None, "", ""


def _days_after(on: date | None, days: int | None) -> date | None:
    return None if on is None or days is None else on + timedelta(days=days)
