"""Queue counters: which ones a case stands in, and what a change of the case does to them. Pure."""

from shouwen.features.cases.rows import CaseRow
from shouwen.features.cases.types import CaseState, Turn

OPEN = "open"
UNOWNED = "unowned"
ESCALATED = "escalated"


def count_keys(case: CaseRow) -> tuple[str, ...]:
    """The counters an open case stands in; a resolved or closed one stands in none."""
    if case.state is not CaseState.OPEN:
        return ()
    shared = [OPEN, *([UNOWNED] if case.owner_id is None else []), *([ESCALATED] if case.escalated_at else [])]
    mine = case.owner_id == case.specialist_id  # who owns it and was asked has one thing to do, not two
    keys = shared if case.owner_id is None else [*shared, owner_key(case.owner_id, case.turn)]
    if case.complaint_against_id is not None:
        keys = keys + [against_key(key, case.complaint_against_id) for key in shared]
    if case.specialist_id is not None and case.asked and not (case.turn is Turn.DESK and mine):
        keys.append(specialist_key(case.specialist_id))
    return tuple(keys)


def count_deltas(before: CaseRow | None, after: CaseRow) -> dict[str, int]:
    """Counter → change (±1) that turns the old state's counters into the new one's; `before` None: a new case."""
    old = frozenset(count_keys(before)) if before is not None else frozenset()
    new = frozenset(count_keys(after))
    return {key: 1 if key in new else -1 for key in sorted(old ^ new)}


def owner_key(staff_id: int, turn: Turn) -> str:
    """Open cases of one owner on one turn."""
    return f"owner:{staff_id}:{turn}"


def against_key(key: str, staff_id: int) -> str:
    """Of the cases in a shared counter, those that this colleague does not see: complaints about them."""
    return f"{key}:against:{staff_id}"


def specialist_key(staff_id: int) -> str:
    """Open cases that wait for this specialist (OWN-3)."""
    return f"specialist:{staff_id}"
