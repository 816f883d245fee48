"""Dated data → what the damage rules take. Each function is given a decoded TOML file."""

from collections.abc import Mapping
from datetime import date

import msgspec
from msgspec import Struct

from shouwen.features.disputes.types import ClaimClocks, DamagePolicy
from shouwen.kernel.in_force import in_force


class _Article(Struct, frozen=True):
    id: str
    short: str
    text: str
    source: str
    effective_from: date
    effective_to: date | None = None
    routes: tuple[str, ...] = ()


class _LawFile(Struct, frozen=True):
    articles: list[_Article]


class _Durations(Struct, frozen=True):
    appraisal_days: int
    appeal_days: int
    pause_after_decision_days: int
    quarantine_days: int
    quarantine_notice_days: int
    reminder_days: int
    lessor_grace_working_days: int


class _Decisions(Struct, frozen=True):
    damage_working_days: int


class _Version(Struct, frozen=True):
    id: str
    effective_from: date
    decision: _Decisions
    claim: _Durations
    effective_to: date | None = None


class _ClockFile(Struct, frozen=True):
    versions: list[_Version]


def _article(data: Mapping[str, object], article_id: str, on: date) -> _Article:
    found = in_force((one for one in msgspec.convert(data, _LawFile).articles if one.id == article_id), on)
    if found is None:
        raise LookupError(f"{article_id} is not in force on {on}")
    return found


def five_routes(law: Mapping[str, object], on: date) -> tuple[str, ...]:
    """The five routes of 消费者权益保护法 39 in force on that day; LookupError where there are none."""
    return _article(law, "consumer-law-39", on).routes


def damage_policy_from(law: Mapping[str, object], on: date) -> DamagePolicy:
    """The law the damage rules cite on that day; `version` is recorded in every decision."""
    wear = _article(law, "civil-code-710", on)
    return DamagePolicy(version=f"law:{wear.id}@{wear.effective_from}", wear_article=wear.short)


def claim_clocks_from(clocks: Mapping[str, object], on: date, inspection_days: int, dispute_days: int) -> ClaimClocks:
    """The version of policies/service_clocks.toml in force on that day, with the contract's own days."""
    version = in_force(msgspec.convert(clocks, _ClockFile).versions, on)
    if version is None:
        raise LookupError(f"no claim clocks in force on {on}")
    return ClaimClocks(
        inspection_days=inspection_days,
        dispute_days=dispute_days,
        damage_working_days=version.decision.damage_working_days,
        appraisal_days=version.claim.appraisal_days,
        appeal_days=version.claim.appeal_days,
        reminder_days=version.claim.reminder_days,
        lessor_grace_working_days=version.claim.lessor_grace_working_days,
        quarantine_days=version.claim.quarantine_days,
        quarantine_notice_days=version.claim.quarantine_notice_days,
        pause_after_decision_days=version.claim.pause_after_decision_days,
        version=version.id,
    )
