"""DEP-1: a deposit goes back within the contract's days after the phone is back; later than that somebody must act."""

from datetime import date

from shouwen.features.endings.types import Release, ReleaseFacts, Waits
from shouwen.kernel.decision import Decision, Reason
from shouwen.kernel.fen import plain_fen

_RULE = "DEP-1"


def waits_for(facts: ReleaseFacts, on: date) -> Waits:
    """What a deposit rests on today, late or not; `waiting`: only for its day."""
    if not facts.open_fen:
        return "released"
    if facts.claim_open:
        return "claim"
    if facts.other_phone:
        return "other_phone"
    if facts.inspect_by_on is not None and on <= facts.inspect_by_on:
        return "inspection"
    return "owed" if facts.owed_fen else "waiting"


def decide_release(facts: ReleaseFacts, on: date) -> Decision[Release]:
    """Whether the release is late on a Beijing day, and how much of the hold goes free by itself.

    On the last day it is not late yet. An open claim holds all of it until its decision, an inspection only within its
    own days (INSP-1); else everything beyond what is owed goes free. While another phone came back than the one that
    was rented nothing is late: it is the renter's turn.
    """
    if facts.open_fen and facts.other_phone and not facts.claim_open:
        why = Reason(
            _RULE, "寄回的不是租用的那台手机，押金等原机寄到并验机",
            "another phone came back: the deposit waits for the right one",
        )  # fmt: skip
        return Decision(Release(False, 0, "other_phone"), (why,))
    if on <= facts.due_on or not facts.open_fen:
        return Decision(Release(False, 0, "released"))
    late = f"最迟应在 {facts.due_on} 解冻，今天是 {on}"
    if facts.claim_open:
        why = Reason(_RULE, f"{late}；有定损在处理，押金等它的结论", "late; an open claim decides about the deposit")
        return Decision(Release(True, 0, "claim"), (why,))
    if facts.inspect_by_on is not None and on <= facts.inspect_by_on:
        why = Reason(_RULE, f"{late}；检测期限到 {facts.inspect_by_on}", "late; the inspection is within its days")
        return Decision(Release(True, 0, "inspection"), (why,))
    keep_fen = min(facts.open_fen, facts.owed_fen)
    release_fen = facts.open_fen - keep_fen
    working = (f"冻结 {plain_fen(facts.open_fen)} − 未付 {plain_fen(keep_fen)} = 解冻 {plain_fen(release_fen)}",)
    why = Reason(_RULE, f"{late}；没有未结的定损，超出未付部分立即解冻", "late; what is not owed goes free now")
    return Decision(Release(True, release_fen, "owed" if keep_fen else "released"), (why,), working)
