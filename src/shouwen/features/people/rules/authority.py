"""AUTH-1: powers are a table role × act × limit, cumulative per lease over 12 months."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum

import msgspec
from msgspec import Struct

from shouwen.kernel.actor import ROLE_ZH, Role, reaches
from shouwen.kernel.decision import Decision, Reason
from shouwen.kernel.fen import format_fen
from shouwen.kernel.in_force import in_force


class PowerAct(StrEnum):
    """The acts whose powers are limited."""

    LATE_FEE_WAIVER = "late_fee_waiver"
    FIRST_LATENESS_WAIVER = "first_lateness_waiver"
    RENT_ABATEMENT = "rent_abatement"
    EXPEDITED_REFUND = "expedited_refund"
    CREDIT_REFUND = "credit_refund"
    HAND_CHARGE = "hand_charge"
    DAMAGE_DECISION = "damage_decision"
    DAMAGE_REDUCTION = "damage_reduction"
    WRITE_OFF = "write_off"
    CREDIT_UPLIFT = "credit_uplift"


class PowerLimit(Struct, frozen=True):
    """A role may do the act up to `limit_fen` in all (None: any amount), with `people` agreeing."""

    role: Role
    people: int
    limit_fen: int | None = None


class PowerRow(Struct, frozen=True):
    """The limits of one act, from the lowest role up."""

    act: PowerAct
    name: str
    renters_favour: bool
    limits: tuple[PowerLimit, ...]


class AuthorityPolicy(Struct, frozen=True):
    """One version of policies/authority.toml."""

    id: str
    effective_from: date
    source: str
    no_second_person_wait_hours: int
    acts: tuple[PowerRow, ...]
    effective_to: date | None = None

    def row(self, act: PowerAct) -> PowerRow:
        """The limits of an act; LookupError where the table has none (nobody may)."""
        for row in self.acts:
            if row.act is act:
                return row
        raise LookupError(f"the authority table has no {act}")


class Allowed(Struct, frozen=True, tag="allowed"):
    """The actor may do it alone."""


class ApprovalNeeded(Struct, frozen=True, tag="approval_needed"):
    """`people` of at least `role` must agree; an actor of that role counts as one, but never approves their own
    request.
    """

    role: Role
    people: int


class _AuthorityFile(Struct, frozen=True):
    versions: list[AuthorityPolicy]


def authority_from(data: Mapping[str, object], on: date) -> AuthorityPolicy:
    """The version of policies/authority.toml in force on that day; LookupError where there is none."""
    version = in_force(msgspec.convert(data, _AuthorityFile).versions, on)
    if version is None:
        raise LookupError(f"no authority table in force on {on}")
    return version


def decide_authority(
    act: PowerAct, amount_fen: int, used_12_months_fen: int, role: Role, policy: AuthorityPolicy, *, named_zh: str = ""
) -> Decision[Allowed | ApprovalNeeded]:
    """May this role do it alone? `used_12_months_fen` is what the lease had of this act in the last 12 months.

    Over the limit the act becomes a request to the lowest role that may. For damage decisions pass the larger
    of claimed and decided as the amount, and nothing as used; `named_zh` then says which amount is which.
    """
    if amount_fen < 0 or used_12_months_fen < 0:
        raise ValueError("amounts of acts are never negative")
    row = policy.row(act)
    total_fen = amount_fen + used_12_months_fen
    fitting = next((limit for limit in row.limits if limit.limit_fen is None or total_fen <= limit.limit_fen), None)
    if fitting is None:
        raise LookupError(f"the authority table stops below {total_fen} fen for {act}")
    sources = (policy.source,)
    sums = named_zh or f"{row.name} {format_fen(amount_fen)}，近 12 个月累计 {format_fen(total_fen)}"
    may_alone = reaches(role, fitting.role) and fitting.people == 1
    if may_alone:
        zh = f"{sums}，在{ROLE_ZH[role]}权限内"
        return Decision(Allowed(), (Reason("AUTH-1", zh, "within the limit", sources),), (), policy.id)
    who = ROLE_ZH[fitting.role]
    zh = f"{sums}，需要{who}{'批准' if fitting.people == 1 else f'等 {fitting.people} 人同意'}"
    needs = ApprovalNeeded(fitting.role, fitting.people)
    return Decision(needs, (Reason("AUTH-1", zh, "over the limit", sources),), (), policy.id)


def others_needed(needed: ApprovalNeeded, role: Role) -> int:
    """How many besides the actor must agree: an actor of the role asked for counts as one of its `people`."""
    return max(1, needed.people - (1 if reaches(role, needed.role) else 0))


class AloneOutcome(StrEnum):
    """What becomes of a request where the firm has no eligible second person."""

    PASSES_MARKED = "passes_marked"
    WAITS = "waits"
    TO_OWNER_OR_OUTSIDE = "to_owner_or_outside"


def decide_without_second_person(
    act: PowerAct, requested_at: datetime, now: datetime, policy: AuthorityPolicy
) -> Decision[AloneOutcome]:
    """Acts in the renter's favour pass alone, marked; others wait 24 hours, then go to the owner or outside,
    marked.
    """
    row = policy.row(act)
    if row.renters_favour:
        reason = Reason("AUTH-1", "对租客有利，单人通过并标注", "in the renter's favour: passes, marked")
        return Decision(AloneOutcome.PASSES_MARKED, (reason,), (), policy.id)
    hours = policy.no_second_person_wait_hours
    if now < requested_at + timedelta(hours=hours):
        reason = Reason("AUTH-1", f"没有第二人可复核，等待 {hours} 小时", "waits for a second person")
        return Decision(AloneOutcome.WAITS, (reason,), (), policy.id)
    reason = Reason("AUTH-1", "转公司负责人或外部复核人，并标注", "to the owner or an outside reviewer")
    return Decision(AloneOutcome.TO_OWNER_OR_OUTSIDE, (reason,), (), policy.id)
