"""Where a parcel is, from what its courier has said: the same answer in whatever order, and however often, it came."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from shouwen.features.stock.types import (
    ARRIVED,
    ENDED,
    TO_RENTER,
    Direction,
    ShipmentState,
    TrackingCode,
    TrackingEvent,
)
from shouwen.kernel.days import beijing_on

_S, _C = ShipmentState, TrackingCode

# In the order in which they count where two carry the same instant.
_STATE: dict[TrackingCode, ShipmentState | None] = {
    _C.OTHER: None,
    _C.PICKED_UP: _S.PICKED_UP,
    _C.IN_TRANSIT: _S.MOVING,
    _C.OUT_FOR_DELIVERY: _S.OUT_FOR_DELIVERY,
    _C.PROBLEM: _S.STUCK,
    _C.LEFT_AT_POINT: _S.DELIVERED,
    _C.LOST: _S.LOST,
    _C.REFUSED: _S.REFUSED,
    _C.SIGNED: _S.SIGNED,
}
_RANK = {code: rank for rank, code in enumerate(_STATE)}
# A signature or a refusal ends this way; a later scan tells of the way before, or of the way home. A lost parcel may
# turn up again.
_LASTING = frozenset({_S.SIGNED, _S.REFUSED})


def in_order(events: Iterable[TrackingEvent]) -> list[TrackingEvent]:
    """Each event once, by its own instant."""
    once = {event.event_id: event for event in events}
    return sorted(once.values(), key=lambda event: (event.at, _RANK[event.code], event.event_id))


def state_of(events: Iterable[TrackingEvent], outcome: str = "") -> ShipmentState:
    """The state these events add up to, in any order and with any repetition; `booked` where they say nothing.

    What people know stands above it: received (`came`), or found never to have come (`not_came`), which is lost.
    """
    if outcome:
        return _S.SIGNED if outcome == "came" else _S.LOST
    state = _S.BOOKED
    for event in in_order(events):
        after = _STATE[event.code]
        if after is not None and state not in _LASTING:
            state = after
    return state


def arrived_on(events: Iterable[TrackingEvent]) -> date | None:
    """The Beijing day of the first arrival: signed for, or left at the door or a pick-up point."""
    for event in in_order(events):
        if _STATE[event.code] in ARRIVED:
            return beijing_on(event.at)
    return None


def picked_up_at(events: Iterable[TrackingEvent]) -> datetime | None:
    """When the courier took the parcel, as its first line says (DMG-4)."""
    return next((event.at for event in in_order(events) if event.code is not _C.OTHER), None)


def shown_state(state: ShipmentState, last_news_at: datetime, now: datetime, quiet_days: int) -> ShipmentState:
    """The state to show: a parcel under way without any news for `quiet_days` is stuck, whatever was said last."""
    quiet = now - last_news_at >= timedelta(days=quiet_days)
    return _S.STUCK if quiet and state not in ENDED | ARRIVED else state


def may_dispute(direction: Direction, state: ShipmentState, disputed_at: datetime | None) -> bool:
    """Whether the renter may say that a parcel which is said to have come has not."""
    return direction in TO_RENTER and state in ARRIVED and disputed_at is None
