"""AUTH-1 for acts on a lease: done alone, or asked of whoever may."""

from datetime import date, datetime, timedelta
from functools import lru_cache

from shouwen.features.people.public import (
    Allowed,
    AloneOutcome,
    AuthorityPolicy,
    PowerAct,
    PowerLeft,
    authority_from,
    decide_authority,
    decide_without_second_person,
    others_needed,
    power_left,
)
from shouwen.kernel.actor import Role
from shouwen.kernel.days import beijing_on
from shouwen.platform.events import NeedsApproval
from shouwen.platform.policies import load_policy


@lru_cache(maxsize=64)
def _authority_on(on: date) -> AuthorityPolicy:
    return authority_from(load_policy("authority").document, on)


def left_of(act: PowerAct, used_12_months_fen: int, role: Role, on: date) -> PowerLeft:
    """What the role may still do alone on a lease that had so much of this act in the last twelve months."""
    return power_left(act, used_12_months_fen, role, _authority_on(on))


def needs_a_second(
    amount_fen: int, now: datetime, summary: str, why_zh: str, role: Role = Role.SPECIALIST
) -> NeedsApproval:
    """The request that an act resting on the actor's own word alone becomes, whatever its amount: it never passes
    alone.
    """
    return NeedsApproval(
        approver_role=role,
        people=1,
        amount_fen=amount_fen,
        rule="AUTH-1",
        summary=f"{summary}（{why_zh}）"[:300],
        waits_until=now + timedelta(hours=_authority_on(beijing_on(now)).no_second_person_wait_hours),
    )


def needs_others(
    act: PowerAct, amount_fen: int, used_12_months_fen: int, role: Role, now: datetime, summary: str,
    case_id: int | None = None,
) -> NeedsApproval | None:  # fmt: skip
    """The request that an act above the role's limit becomes; None where the actor may do it alone.

    `used_12_months_fen` is what the lease had of this act in the last twelve months.
    """
    policy = _authority_on(beijing_on(now))
    decided = decide_authority(act, amount_fen, used_12_months_fen, role, policy)
    if isinstance(decided.outcome, Allowed):
        return None
    alone = decide_without_second_person(act, now, now, policy)
    return NeedsApproval(
        approver_role=decided.outcome.role,
        people=others_needed(decided.outcome, role),
        amount_fen=amount_fen,
        rule="AUTH-1",
        summary=f"{summary}（{decided.reasons[0].zh}）"[:300],
        waits_until=now + timedelta(hours=policy.no_second_person_wait_hours),
        passes_alone=alone.outcome is AloneOutcome.PASSES_MARKED,
        case_id=case_id,
    )
