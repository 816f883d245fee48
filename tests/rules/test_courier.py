"""Where a parcel is, whatever order and however often its courier says it; and every state in words for the renter."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shouwen.features.stock.policy import courier_policy_on
from shouwen.features.stock.rules.courier import arrived_on, may_dispute, picked_up_at, shown_state, state_of
from shouwen.features.stock.rules.parcel_words import say
from shouwen.features.stock.types import ENDED, Direction, ShipmentState, TrackingCode, TrackingEvent
from shouwen.kernel.errors import Refusal

START = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
USUAL = (
    TrackingCode.PICKED_UP, TrackingCode.IN_TRANSIT, TrackingCode.OUT_FOR_DELIVERY, TrackingCode.SIGNED,
)  # fmt: skip


def lines(*codes):
    return [TrackingEvent(f"e{no}", START + timedelta(hours=5 * no), code) for no, code in enumerate(codes)]


EVENTS = st.lists(
    st.builds(
        lambda hour, code: TrackingEvent(f"{hour}-{code}", START + timedelta(hours=hour), code),
        st.integers(0, 6), st.sampled_from(TrackingCode),
    ),
    max_size=8,
)  # fmt: skip


@pytest.mark.parametrize(
    ("upto", "state"), [(0, "booked"), (1, "picked_up"), (2, "moving"), (3, "out_for_delivery"), (4, "signed")]
)
def test_usual_way_of_a_parcel_goes_from_state_to_state(upto, state):
    assert state_of(lines(*USUAL[:upto])) == state


@given(EVENTS, st.randoms(use_true_random=False))
def test_order_and_repetition_of_lines_change_nothing(events, chance):
    again = [*events, *events]
    chance.shuffle(again)
    assert state_of(again) == state_of(events)
    assert arrived_on(again) == arrived_on(events)
    assert picked_up_at(again) == picked_up_at(events)


def test_late_scan_after_the_signature_moves_nothing():
    assert state_of(lines(*USUAL, TrackingCode.IN_TRANSIT, TrackingCode.PROBLEM)) is ShipmentState.SIGNED


def test_refused_parcel_on_its_way_home_stays_refused():
    codes = (*USUAL[:3], TrackingCode.REFUSED, TrackingCode.IN_TRANSIT, TrackingCode.SIGNED)
    assert state_of(lines(*codes)) is ShipmentState.REFUSED


def test_lost_parcel_may_turn_up_again():
    assert state_of(lines(*USUAL[:2], TrackingCode.LOST)) is ShipmentState.LOST
    found = lines(*USUAL[:2], TrackingCode.LOST, TrackingCode.OUT_FOR_DELIVERY)
    assert state_of(found) is ShipmentState.OUT_FOR_DELIVERY


def test_line_that_means_nothing_moves_nothing():
    assert state_of(lines(TrackingCode.OTHER)) is ShipmentState.BOOKED
    assert state_of(lines(*USUAL[:2], TrackingCode.OTHER)) is ShipmentState.MOVING


def test_arrival_is_the_beijing_day_of_the_first_one():
    late = datetime(2026, 11, 21, 16, 30, tzinfo=UTC)  # after midnight in Beijing
    events = [TrackingEvent("b", late + timedelta(days=1), TrackingCode.SIGNED),
              TrackingEvent("a", late, TrackingCode.LEFT_AT_POINT)]  # fmt: skip
    assert arrived_on(events) == date(2026, 11, 22)
    assert arrived_on(lines(*USUAL[:3])) is None


def test_parcel_without_news_counts_as_stuck_and_one_that_came_does_not():
    later = START + timedelta(days=3)
    assert shown_state(ShipmentState.MOVING, START, later, 3) is ShipmentState.STUCK
    assert shown_state(ShipmentState.MOVING, START + timedelta(seconds=1), later, 3) is ShipmentState.MOVING
    for state in (*ENDED, ShipmentState.DELIVERED):
        assert shown_state(state, START, later, 3) is state


@pytest.mark.parametrize("direction", list(Direction))
@pytest.mark.parametrize("state", list(ShipmentState))
def test_every_state_is_said_in_both_languages_without_blame(direction, state):
    words = say(state, direction)
    assert all((words.title, words.said, words.title_en, words.said_en))
    assert bool(words.next_step) == bool(words.next_step_en)
    text = words.said + words.next_step
    assert "你" not in text
    assert not [blame for blame in ("您的责任", "您没有", "必须", "罚") if blame in text]


def test_promised_day_is_said_while_the_parcel_has_not_come():
    assert "11 月 24 日" in say(ShipmentState.MOVING, Direction.OUT, promised_on=date(2026, 11, 24)).said
    assert "24 日" not in say(ShipmentState.SIGNED, Direction.OUT, promised_on=date(2026, 11, 24)).said
    assert "24 日" not in say(ShipmentState.MOVING, Direction.BACK, promised_on=date(2026, 11, 24)).said


def test_signed_for_without_delivery_is_said_to_be_looked_into():
    assert "核实" in say(ShipmentState.SIGNED, Direction.OUT, disputed=True).said
    assert may_dispute(Direction.OUT, ShipmentState.SIGNED, None)
    assert not may_dispute(Direction.OUT, ShipmentState.SIGNED, START)
    assert not may_dispute(Direction.OUT, ShipmentState.MOVING, None)
    assert not may_dispute(Direction.BACK, ShipmentState.SIGNED, None)


def test_courier_policy_has_a_version_for_today_and_none_before_it_began():
    policy = courier_policy_on(date(2026, 11, 23))
    assert len({firm.code for firm in policy.couriers}) == len(policy.couriers) > 0
    with pytest.raises((LookupError, Refusal)):
        courier_policy_on(date(2024, 12, 31))
