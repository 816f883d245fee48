"""The life of a phone as data: every act from every state is done or refused with what is possible instead."""

from datetime import UTC, datetime

import pytest

from shouwen.features.stock.rules.unit import HELD_OFF, UNIT_LIFE, states_before, unit_after
from shouwen.features.stock.types import UNIT_ACT_ZH, UNIT_STATE_ZH, DeviceUnit, UnitAct, UnitState
from shouwen.kernel.errors import Refusal

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def unit(state, held_for=""):
    return DeviceUnit(1, "SB-1", "490154203237518", "", "iPhone 15", "", "", "", state, None, None, NOW, held_for)


def test_every_state_and_act_has_its_place_and_word():
    assert set(UNIT_LIFE) == set(UnitState) == set(UNIT_STATE_ZH)
    assert {act for acts in UNIT_LIFE.values() for act in acts} == set(UnitAct) == set(UNIT_ACT_ZH)


@pytest.mark.parametrize("state", list(UnitState))
@pytest.mark.parametrize("act", list(UnitAct))
def test_act_leads_on_or_is_refused_with_what_is_possible(state, act):
    if act in UNIT_LIFE[state]:
        assert unit_after(unit(state), act) is UNIT_LIFE[state][act]
        assert state in states_before(act)
        return
    with pytest.raises(Refusal) as refused:
        unit_after(unit(state), act)
    assert refused.value.code == "unit_act_not_possible"
    assert UNIT_STATE_ZH[state] in refused.value.zh
    assert refused.value.remedy_zh
    assert state not in states_before(act)


@pytest.mark.parametrize(("state", "act"), [(s, a) for s, acts in UNIT_LIFE.items() for a in acts])
def test_held_phone_is_not_repaired_stocked_or_rented_but_its_way_is_told(state, act):
    held = unit(state, held_for="DS-aaaaaaaaaa")
    if act not in HELD_OFF:
        assert unit_after(held, act) is UNIT_LIFE[state][act]
        return
    with pytest.raises(Refusal) as refused:
        unit_after(held, act)
    assert (refused.value.code, refused.value.rule) == ("phone_held", "QUAR-1")
    assert "DS-aaaaaaaaaa" in refused.value.zh
