"""What must be so before an act on a lease, as data (domain.md §4): each guard says why not and what to do instead."""

from collections.abc import Callable
from enum import StrEnum

from msgspec import Struct

from shouwen.features.leases.types import GuardFacts, LeaseAct, LeaseState
from shouwen.features.stock.types import ARRIVED, ShipmentState
from shouwen.kernel.actor import Role
from shouwen.kernel.errors import Refusal
from shouwen.kernel.fen import format_fen


class Guard(StrEnum):
    """One condition of an act."""

    UNIT_ASSIGNED = "unit_assigned"
    PHONE_FREE = "phone_free"
    NO_OPEN_AMENDMENT = "no_open_amendment"
    DEPOSIT_HELD = "deposit_held"
    PARCEL_FAILED = "parcel_failed"
    PARCEL_ARRIVED = "parcel_arrived"
    NOTHING_OWED = "nothing_owed"
    DEPOSIT_SETTLED = "deposit_settled"
    NO_OPEN_SWAP = "no_open_swap"
    WAS_LOST = "was_lost"


GUARDS: dict[LeaseAct, tuple[Guard, ...]] = {
    LeaseAct.PREPARE: (Guard.PARCEL_FAILED,),
    LeaseAct.SHIP: (Guard.UNIT_ASSIGNED, Guard.PHONE_FREE, Guard.NO_OPEN_AMENDMENT, Guard.DEPOSIT_HELD),
    LeaseAct.HAND_OVER: (Guard.PARCEL_ARRIVED,),
    LeaseAct.SEND_BACK: (Guard.NO_OPEN_SWAP,),
    LeaseAct.CLOSE: (Guard.PHONE_FREE, Guard.NOTHING_OWED, Guard.DEPOSIT_SETTLED),
    LeaseAct.CANCEL: (Guard.PARCEL_FAILED,),
    LeaseAct.FIND: (Guard.WAS_LOST,),
}


class Block(Struct, frozen=True):
    """A guard that is not met: why, what to do instead, and by which rule."""

    guard: Guard
    zh: str
    en: str
    remedy_zh: str
    remedy_en: str
    rule: str = ""


_FAILED = frozenset({ShipmentState.REFUSED, ShipmentState.STUCK, ShipmentState.LOST})
_UNIT = Block(
    Guard.UNIT_ASSIGNED,
    "还没有给这笔订单配手机",
    "no phone is assigned to this lease",
    "请先从库存选一台型号一致的手机",
    "assign a phone of the agreed model from stock",
)
_AMENDMENT = Block(
    Guard.NO_OPEN_AMENDMENT,
    "这笔订单有一份变更正在等租客答复",
    "an amendment waits for the renter's word",
    "等租客同意或不同意，或撤回变更后再发货",
    "ship once it is answered or withdrawn",
)
_DEPOSIT = Block(
    Guard.DEPOSIT_HELD,
    "合同约定的押金还没有冻结",
    "the agreed deposit is not held",
    "押金冻结成功后再发货",
    "ship once the deposit is held",
)
_NOT_FAILED = Block(
    Guard.PARCEL_FAILED,
    "手机已经寄出，包裹还在路上",
    "the phone is on its way",
    "可以等快递送达后办理归还；快递退回、停滞或丢失时，可以重新备货或取消",
    "return it once it has come; when the parcel is refused, stuck or lost it can be sent anew or cancelled",
)
_NOT_ARRIVED = Block(
    Guard.PARCEL_ARRIVED,
    "快递还没有显示送达",
    "the courier does not say that it has come",
    "等快递送达，或由租客本人确认收到",
    "wait for the courier, or for the renter to confirm",
)
_CONTESTED = Block(
    Guard.PARCEL_ARRIVED,
    "租客说没有收到，正在向快递核实签收",
    "the renter says that it has not come",
    "核实签收记录后再办理",
    "clear up the delivery first",
)
_SWAP = Block(
    Guard.NO_OPEN_SWAP,
    "换机还没有办完",
    "a swap is under way",
    "请先收到新手机、寄回旧手机，或撤回换机",
    "finish or withdraw the swap first",
)
_NOT_LOST = Block(
    Guard.WAS_LOST,
    "这笔订单的手机没有报失",
    "the phone of this lease was not reported lost",
    "手机丢了请先报失；有疑问请转人工",
    "report it lost first, or ask a person",
    "LOSS-1",
)


def _unit(facts: GuardFacts, state: LeaseState, role: Role) -> Block | None:
    return None if facts.imei else _UNIT


def _free(facts: GuardFacts, state: LeaseState, role: Role) -> Block | None:
    if not facts.held_for:
        return None
    return Block(
        Guard.PHONE_FREE,
        f"这台手机在争议中，要保持原状（{facts.held_for}）",
        f"this phone is kept as it is for {facts.held_for}",
        "裁定后，或告知租客的日子到了，就可以处理；出租请换一台手机",
        "after the decision, or on the day the renter was told; rent out another phone",
        "QUAR-1",
    )


def _amendment(facts: GuardFacts, state: LeaseState, role: Role) -> Block | None:
    return _AMENDMENT if facts.amendment_open else None


def _deposit(facts: GuardFacts, state: LeaseState, role: Role) -> Block | None:
    return _DEPOSIT if facts.held_fen < facts.deposit_due_fen else None


def _failed(facts: GuardFacts, state: LeaseState, role: Role) -> Block | None:
    return None if state is not LeaseState.SHIPPED or facts.parcel in _FAILED else _NOT_FAILED


def _arrived(facts: GuardFacts, state: LeaseState, role: Role) -> Block | None:
    if role is Role.RENTER:  # who has the phone in hand knows best
        return None
    if facts.contested:
        return _CONTESTED
    return None if facts.parcel in ARRIVED else _NOT_ARRIVED


def _owed(facts: GuardFacts, state: LeaseState, role: Role) -> Block | None:
    if not facts.outstanding_fen:
        return None
    return Block(
        Guard.NOTHING_OWED,
        f"还有 {format_fen(facts.outstanding_fen)} 没有结清",
        "something is still owed",
        "结清、减免或核销之后再结束",
        "settle, waive or write it off first",
    )


def _settled(facts: GuardFacts, state: LeaseState, role: Role) -> Block | None:
    if not facts.hold_open_fen:
        return None
    return Block(
        Guard.DEPOSIT_SETTLED,
        f"押金还有 {format_fen(facts.hold_open_fen)} 没有解冻",
        "a part of the deposit is still held",
        "请先解冻押金",
        "release the deposit first",
    )


def _swap(facts: GuardFacts, state: LeaseState, role: Role) -> Block | None:
    return _SWAP if facts.swap_open else None


def _lost(facts: GuardFacts, state: LeaseState, role: Role) -> Block | None:
    return None if facts.lost else _NOT_LOST


_CHECK: dict[Guard, Callable[[GuardFacts, LeaseState, Role], Block | None]] = {
    Guard.UNIT_ASSIGNED: _unit,
    Guard.PHONE_FREE: _free,
    Guard.NO_OPEN_AMENDMENT: _amendment,
    Guard.DEPOSIT_HELD: _deposit,
    Guard.PARCEL_FAILED: _failed,
    Guard.PARCEL_ARRIVED: _arrived,
    Guard.NOTHING_OWED: _owed,
    Guard.DEPOSIT_SETTLED: _settled,
    Guard.NO_OPEN_SWAP: _swap,
    Guard.WAS_LOST: _lost,
}


def blocks(act: LeaseAct, state: LeaseState, facts: GuardFacts, role: Role) -> tuple[Block, ...]:
    """What stands in the way of an act by this role; empty where nothing does."""
    found = (_CHECK[guard](facts, state, role) for guard in GUARDS.get(act, ()))
    return tuple(block for block in found if block is not None)


def refuse_blocked(act: LeaseAct, act_zh: str, state: LeaseState, facts: GuardFacts, role: Role) -> None:
    """Refusal whose code is the first guard (`phone_held` for QUAR-1); it says all that stand in the way."""
    found = blocks(act, state, facts, role)
    if not found:
        return
    first = found[0]
    raise Refusal(
        "phone_held" if first.guard is Guard.PHONE_FREE else first.guard,
        f"现在不能{act_zh}：{'；'.join(block.zh for block in found)}",
        "; ".join(block.en for block in found),
        rule=first.rule,
        remedy_zh=first.remedy_zh,
        remedy_en=first.remedy_en,
        data={"blocked_by": [block.guard for block in found]},
    )
