"""The life of a lease as data: every state × act × role, every guard, and docs/rules/lease_life.md as it says."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from shouwen.features.contracts.policy import contract_policy_on, sample_templates
from shouwen.features.contracts.public import ends_on, sign
from shouwen.features.leases.rules.guards import GUARDS, Guard, blocks, refuse_blocked
from shouwen.features.leases.rules.life import ACT_ZH, LIFE, STATE_ZH, WHO, next_acts, require_may, state_after
from shouwen.features.leases.rules.return_list import RETURN_STEPS, refuse_unprepared
from shouwen.features.leases.types import GuardFacts, LeaseAct, LeaseRow, LeaseState
from shouwen.features.stock.rules.courier import state_of
from shouwen.features.stock.rules.unit import HELD_OFF, UNIT_LIFE
from shouwen.features.stock.types import ShipmentState, TrackingCode, TrackingEvent
from shouwen.kernel.actor import Role
from shouwen.kernel.errors import Refusal

DOC = (Path(__file__).parents[2] / "docs" / "rules" / "lease_life.md").read_text("utf-8")
READY = GuardFacts(imei="490154203237518", parcel=ShipmentState.SIGNED, lost=True)


def lease(state):
    on = date(2026, 11, 1)
    return LeaseRow(
        1, "ZL-1", 1, "ZK-1", "陈*宇", state, "iPhone 15", "", "", "", "490154203237518", "", on, on, on, on, on, None,
        None, None,
    )  # fmt: skip


def table(heading):
    """The rows of the table whose first heading is this, as tuples of words."""
    lines = DOC[DOC.index(f"| {heading} |") :].split("\n\n")[0].splitlines()[2:]
    return [tuple(cell.strip() for cell in line.strip("| ").split(" | ")) for line in lines]


def test_every_state_and_act_has_its_place_words_and_people():
    assert set(LIFE) == set(LeaseState) == set(STATE_ZH)
    assert {act for acts in LIFE.values() for act in acts} == set(LeaseAct) == set(WHO) == set(ACT_ZH)
    assert set(GUARDS) <= set(LeaseAct)
    assert {guard for guards in GUARDS.values() for guard in guards} == set(Guard)


@pytest.mark.parametrize("state", list(LeaseState))
@pytest.mark.parametrize("act", list(LeaseAct))
def test_act_leads_on_or_is_refused_with_what_is_possible_instead(state, act):
    if act in LIFE[state]:
        assert state_after(state, act) is LIFE[state][act]
        return
    with pytest.raises(Refusal) as refused:
        state_after(state, act)
    assert refused.value.code == "act_not_possible"
    assert STATE_ZH[state] in refused.value.zh
    assert refused.value.remedy_zh
    possible = [] if state is LeaseState.CLOSED else list(LIFE[state])  # found again, where it was lost
    assert refused.value.data == {"state": state, "possible": possible}


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("act", list(LeaseAct))
def test_act_is_for_those_the_table_names_and_others_are_told_who(role, act):
    if role in WHO[act]:
        require_may(role, act)
        return
    with pytest.raises(Refusal) as refused:
        require_may(role, act)
    assert (refused.value.code, refused.value.status) == ("act_not_yours", 403)
    assert refused.value.data == {"by": list(WHO[act])}


@pytest.mark.parametrize(
    ("act", "state", "facts", "stops"),
    [
        (LeaseAct.SHIP, "preparing", GuardFacts(imei=""), ["unit_assigned"]),
        (LeaseAct.SHIP, "preparing", GuardFacts(imei="1", held_for="DS-1"), ["phone_free"]),
        (LeaseAct.SHIP, "preparing", GuardFacts(imei="1", amendment_open=True), ["no_open_amendment"]),
        (LeaseAct.SHIP, "preparing", GuardFacts(imei="1", deposit_due_fen=2, held_fen=1), ["deposit_held"]),
        (LeaseAct.SHIP, "preparing", GuardFacts(imei="1", deposit_due_fen=2, held_fen=2), []),
        (LeaseAct.PREPARE, "signed", GuardFacts(), []),
        (LeaseAct.PREPARE, "shipped", GuardFacts(parcel=ShipmentState.MOVING), ["parcel_failed"]),
        (LeaseAct.PREPARE, "shipped", GuardFacts(parcel=ShipmentState.LOST), []),
        (LeaseAct.CANCEL, "shipped", GuardFacts(), ["parcel_failed"]),
        (LeaseAct.CANCEL, "shipped", GuardFacts(parcel=ShipmentState.REFUSED), []),
        (LeaseAct.HAND_OVER, "shipped", GuardFacts(), ["parcel_arrived"]),
        (LeaseAct.HAND_OVER, "shipped", GuardFacts(parcel=ShipmentState.DELIVERED), []),
        (LeaseAct.HAND_OVER, "shipped", GuardFacts(parcel=ShipmentState.SIGNED, contested=True), ["parcel_arrived"]),
        (LeaseAct.SEND_BACK, "renting", GuardFacts(swap_open=True), ["no_open_swap"]),
        (LeaseAct.CLOSE, "settling", GuardFacts(outstanding_fen=1), ["nothing_owed"]),
        (LeaseAct.CLOSE, "settling", GuardFacts(hold_open_fen=1), ["deposit_settled"]),
        (LeaseAct.CLOSE, "settling", GuardFacts(held_for="DS-1"), ["phone_free"]),
        (LeaseAct.CLOSE, "settling", GuardFacts(), []),
        (LeaseAct.FIND, "closed", GuardFacts(), ["was_lost"]),
        (LeaseAct.FIND, "closed", GuardFacts(lost=True), []),
        (LeaseAct.FIND, "lost", GuardFacts(lost=True), []),
    ],
)  # fmt: skip
def test_guard_stops_an_act_until_what_it_asks_is_so(act, state, facts, stops):
    found = blocks(act, LeaseState(state), facts, Role.AGENT)
    assert [block.guard for block in found] == stops
    for block in found:
        assert all((block.zh, block.en, block.remedy_zh, block.remedy_en))
    if not stops:
        refuse_blocked(act, ACT_ZH[act], LeaseState(state), facts, Role.AGENT)
        return
    with pytest.raises(Refusal) as refused:
        refuse_blocked(act, ACT_ZH[act], LeaseState(state), facts, Role.AGENT)
    assert refused.value.data == {"blocked_by": stops}
    assert found[0].zh in refused.value.zh


def test_renter_who_has_the_phone_in_hand_confirms_whatever_the_courier_says():
    assert blocks(LeaseAct.HAND_OVER, LeaseState.SHIPPED, GuardFacts(contested=True), Role.RENTER) == ()


@pytest.mark.parametrize("state", list(LeaseState))
def test_next_acts_say_what_is_in_the_way_of_everybody(state):
    ready = next_acts(lease(state), None, READY)
    assert all(
        act.blocked_zh == "" for act in ready if act.act is not LeaseAct.CANCEL and act.act is not LeaseAct.PREPARE
    )
    bare = {
        act.act: act.blocked_zh
        for act in next_acts(lease(state), None, GuardFacts(outstanding_fen=1, swap_open=True, lost=True))
    }
    assert bool(bare.get(LeaseAct.SHIP)) is (LeaseAct.SHIP in bare)
    assert bool(bare.get(LeaseAct.CLOSE)) is (LeaseAct.CLOSE in bare)
    assert bool(bare.get(LeaseAct.SEND_BACK)) is (LeaseAct.SEND_BACK in bare)
    assert not bare.get(LeaseAct.HAND_OVER)  # the renter may
    assert {act.act for act in ready} == set(bare)


def test_ended_lease_offers_to_be_found_only_where_its_phone_was_lost():
    closed = lease(LeaseState.CLOSED)
    assert next_acts(closed, None) == next_acts(closed, None, GuardFacts()) == ()
    assert [one.act for one in next_acts(closed, None, GuardFacts(lost=True))] == [LeaseAct.FIND]


def test_return_is_prepared_when_every_needed_step_is_done_and_only_then():
    needed = {step.id for step in RETURN_STEPS if step.needed}
    refuse_unprepared(frozenset(needed))
    for step in needed:
        with pytest.raises(Refusal) as refused:
            refuse_unprepared(frozenset(needed - {step}))
        assert refused.value.data == {"missing": [step]}


def test_page_has_the_table_of_leases():
    said = {}
    for state, act, after, who, first in table("state"):
        if act == "–":
            said.setdefault(state, {})
            continue
        assert who.split() == list(WHO[LeaseAct(act)])
        assert ([] if first == "–" else first.split()) == list(GUARDS.get(LeaseAct(act), ()))
        said.setdefault(state, {})[act] = after
    assert said == LIFE
    assert [row[0] for row in table("guard")] == list(Guard)


def test_page_has_the_table_of_phones():
    said = {}
    for state, act, after, contested in table("phone is"):
        said.setdefault(state, {})
        if act != "–":
            said[state][act] = after
            assert contested == ("refused" if act in HELD_OFF else "yes")
    assert said == UNIT_LIFE


@pytest.mark.parametrize(("lines", "state"), table("lines, in the order they came"))
def test_page_says_where_a_parcel_is(lines, state):
    midnight, events = datetime(2026, 11, 20, tzinfo=UTC), []
    for code, hours, minutes in re.findall(r"(\w+) (\d\d):(\d\d)", lines):
        at = midnight + timedelta(hours=int(hours), minutes=int(minutes))
        events.append(TrackingEvent(f"{code}-{hours}", at, TrackingCode(code)))
    assert state_of(events) == state


def test_last_day_to_send_back_or_buy_is_the_last_day_of_the_term_and_not_of_the_last_rent():
    signed_on = date(2026, 11, 1)
    template = sample_templates()["early_buyout_12"]
    contract = sign(template, signed_on, date(2026, 11, 15), contract_policy_on(signed_on))
    until = {act.act: act.until_on for act in next_acts(lease(LeaseState.RENTING), contract, ends_on=ends_on(contract))}
    assert until[LeaseAct.SEND_BACK] == until[LeaseAct.BUY_OUT] == ends_on(contract) > contract.due_on[-1]
