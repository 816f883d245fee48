"""The life of a phone as data: which act leads from which state to which, and which a hold forbids (QUAR-1)."""

from shouwen.features.stock.types import UNIT_ACT_ZH, UNIT_STATE_ZH, DeviceUnit, UnitAct, UnitState
from shouwen.kernel.errors import Refusal

_A, _S = UnitAct, UnitState

UNIT_LIFE: dict[UnitState, dict[UnitAct, UnitState]] = {
    _S.IN_STOCK: {_A.RESERVE: _S.RESERVED, _A.TO_REPAIR: _S.REPAIR, _A.RETIRE: _S.RETIRED},
    _S.RESERVED: {
        _A.RELEASE: _S.IN_STOCK,
        _A.RENT: _S.RENTED,
        _A.SEND_BACK: _S.RETURNING,
        _A.RECEIVE: _S.INSPECTING,
        _A.LOSE: _S.LOST,
    },
    _S.RENTED: {
        _A.SEND_BACK: _S.RETURNING,
        _A.RECEIVE: _S.INSPECTING,
        _A.LOSE: _S.LOST,
        _A.SELL: _S.SOLD,
    },
    _S.RETURNING: {_A.RECEIVE: _S.INSPECTING, _A.LOSE: _S.LOST},
    _S.INSPECTING: {_A.RESTOCK: _S.IN_STOCK, _A.TO_REPAIR: _S.REPAIR, _A.RETIRE: _S.RETIRED},
    _S.REPAIR: {_A.RESTOCK: _S.IN_STOCK, _A.RETIRE: _S.RETIRED},
    _S.LOST: {_A.FIND: _S.RENTED, _A.RECEIVE: _S.INSPECTING, _A.RETIRE: _S.RETIRED},
    _S.SOLD: {},
    _S.RETIRED: {},
}

# What repairs, wipes, rents out or gives away a phone. The others follow the lease: where the phone is, is a fact.
HELD_OFF = frozenset({_A.RESERVE, _A.RESTOCK, _A.TO_REPAIR, _A.RETIRE})
# What the warehouse does by itself; every other act comes with an act on a lease.
WAREHOUSE_ACTS = frozenset({_A.RESTOCK, _A.TO_REPAIR, _A.RETIRE, _A.RECEIVE})


def unit_after(unit: DeviceUnit, act: UnitAct) -> UnitState:
    """Where `act` leads; Refusal `unit_act_not_possible`, or `phone_held` for what a hold forbids (QUAR-1)."""
    after = UNIT_LIFE[unit.state].get(act)
    if after is None:
        possible = [UNIT_ACT_ZH[other] for other in UNIT_LIFE[unit.state]]
        raise Refusal(
            "unit_act_not_possible",
            f"这台手机现在是“{UNIT_STATE_ZH[unit.state]}”，不能{UNIT_ACT_ZH[act]}",
            f"a phone that is {unit.state} cannot {act}",
            remedy_zh=f"现在可以：{'、'.join(possible)}" if possible else "这台手机已不在库存中，请换一台",
            remedy_en=f"possible now: {', '.join(UNIT_LIFE[unit.state])}" if possible else "choose another phone",
            data={"state": unit.state, "possible": list(UNIT_LIFE[unit.state])},
        )
    if unit.held_for and act in HELD_OFF:
        raise Refusal(
            "phone_held",
            f"这台手机在争议中，要保持原状，不能{UNIT_ACT_ZH[act]}（{unit.held_for}）",
            f"this phone is kept as it is for {unit.held_for}",
            rule="QUAR-1",
            remedy_zh="裁定后，或告知租客的日子到了，就可以处理；出租请换一台手机",
            remedy_en="after the decision, or on the day the renter was told; rent out another phone",
            data={"subject": unit.held_for},
        )
    return after


def states_before(act: UnitAct) -> tuple[UnitState, ...]:
    """The states from which an act is possible."""
    return tuple(state for state, acts in UNIT_LIFE.items() if act in acts)
