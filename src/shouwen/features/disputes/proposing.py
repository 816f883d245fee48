"""DMG-1…8 over a claim on file: the facts of each finding, the proposal, and the most that may be decided."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from shouwen.features.contracts.public import quote_buyout
from shouwen.features.contracts.types import Contract
from shouwen.features.disputes.facts import damage_terms, facts_to_mark, finding_facts, pictures, title_of
from shouwen.features.disputes.policy import claim_clocks_from, damage_policy_from, five_routes
from shouwen.features.disputes.rows import ChargeInput, ClaimProposal, ClaimRow, FindingRow, ProposedFinding
from shouwen.features.disputes.rules.damage import propose_claim
from shouwen.features.disputes.types import (
    OUTCOME_ZH,
    ClaimClocks,
    DamagePolicy,
    DamageTerms,
    FindingFacts,
    PriceInput,
    Proposal,
)
from shouwen.features.leases.public import Opened
from shouwen.features.people.public import (
    Allowed,
    AloneOutcome,
    AuthorityPolicy,
    PowerAct,
    authority_from,
    decide_authority,
    decide_without_second_person,
    others_needed,
)
from shouwen.kernel.actor import Role
from shouwen.kernel.days import beijing_on, start_of
from shouwen.kernel.decision import Decision
from shouwen.kernel.errors import Absent
from shouwen.kernel.fen import format_fen
from shouwen.platform.policies import load_policy

DISPUTE_DAYS = 7  # where a contract sets none


@lru_cache(maxsize=64)
def _policy_on(on: date) -> DamagePolicy:
    return damage_policy_from(load_policy("law").document, on)


@lru_cache(maxsize=64)
def routes_on(on: date) -> tuple[str, ...]:
    """The five routes of 消费者权益保护法 39."""
    return five_routes(load_policy("law").document, on)


@lru_cache(maxsize=256)
def _clocks_on(on: date, inspection_days: int, dispute_days: int) -> ClaimClocks:
    return claim_clocks_from(load_policy("service_clocks").document, on, inspection_days, dispute_days)


@lru_cache(maxsize=64)
def _authority_on(on: date) -> AuthorityPolicy:
    return authority_from(load_policy("authority").document, on)


def clocks_of(contract: Contract, filed_at: datetime) -> ClaimClocks:
    """The durations of a claim: the contract's days and the service clocks in force when it was filed."""
    dispute_days = contract.terms.dispute_days
    return _clocks_on(
        beijing_on(filed_at),
        damage_terms(contract).inspection_days,
        DISPUTE_DAYS if dispute_days is None else dispute_days,
    )


class SecondPerson(Struct, frozen=True):
    """AUTH-1: `people` others of at least `role` must agree, and why. Where the firm has none, an act in the renter's
    favour passes alone; another waits until `waits_until` for the owner or an outside reviewer.
    """

    role: Role
    people: int
    why: str
    passes_alone: bool
    waits_until: datetime


def needs_second(
    role: Role,
    claimed_fen: int,
    decided_fen: int,
    now: datetime,
    *,
    first_fen: int | None = None,
    decided_zh: str = "裁定",
) -> SecondPerson | None:
    """Who else must agree to a decision; None where one person may decide.

    In the renter's favour is a decision that charges nothing, or on appeal less than the first one (`first_fen`).
    The reason names both amounts, the second as `decided_zh`.
    """
    policy = _authority_on(beijing_on(now))
    favour = decided_fen == 0 or (first_fen is not None and decided_fen < first_fen)
    act = PowerAct.DAMAGE_REDUCTION if favour else PowerAct.DAMAGE_DECISION
    named_zh = f"主张 {format_fen(claimed_fen)}，{decided_zh} {format_fen(decided_fen)}"
    decided = decide_authority(act, max(claimed_fen, decided_fen), 0, role, policy, named_zh=named_zh)
    if isinstance(decided.outcome, Allowed):
        return None
    alone = decide_without_second_person(act, now, now, policy)
    return SecondPerson(
        decided.outcome.role,
        others_needed(decided.outcome, role),
        decided.reasons[0].zh,
        alone.outcome is AloneOutcome.PASSES_MARKED,
        now + timedelta(hours=policy.no_second_person_wait_hours),
    )


def contract_of(opened: Opened) -> Contract:
    """The contract of a lease that has a claim; Absent before signing (no claim can exist then)."""
    if opened.contract is None:
        raise Absent("合同", "contract")
    return opened.contract


def ladder_price_fen(opened: Opened, on: date) -> int | None:
    """What the ladder asked for the phone on the day it came back, without fees; None where no buyout is sold.

    Rent paid later changes nothing (DMG-8). Of an instalment partly paid then only the present state is known: it
    counts where none has been settled since.
    """
    contract = contract_of(opened)
    if not contract.ladder_fen:
        return None
    file = opened.file
    by_then = sum(one.settled_on is not None and one.settled_on <= on for one in file.instalments)
    settled = min(file.settled, by_then)
    partly_fen = file.partly_paid_fen if settled == file.settled else 0
    quote = quote_buyout(contract, settled, partly_fen, 0, on)
    return sum(line.amount_fen for line in quote.lines if line.kind == "buyout_price")


def propose(claim: ClaimRow, opened: Opened, role: Role, *, may_decide: bool = False) -> ClaimProposal:
    """The proposal for every finding, from the facts on file now."""
    contract = contract_of(opened)
    terms, policy = damage_terms(contract), _policy_on(beijing_on(claim.inspected_at))
    ladder_fen = ladder_price_fen(opened, claim.received_on)
    facts = [finding_facts(claim, finding, contract, ladder_fen) for finding in claim.findings]
    decisions = propose_claim(facts, terms, policy)
    findings = tuple(
        _proposed(claim, finding, one, decision, terms)
        for finding, one, decision in zip(claim.findings, facts, decisions, strict=True)
    )
    charge_fen = sum(finding.charge_fen for finding in findings)
    return ClaimProposal(
        claim_ref=claim.ref,
        state=claim.state,
        claimed_fen=claim.claimed_fen,
        charge_fen=charge_fen,
        findings=findings,
        two_persons=needs_second(role, claim.claimed_fen, charge_fen, start_of(opened.file.on)) is not None,
        may_decide=may_decide,
        policy=policy.version,
    )


def _proposed(
    claim: ClaimRow, finding: FindingRow, facts: FindingFacts, decision: Decision[Proposal], terms: DamageTerms
) -> ProposedFinding:
    proposal = decision.outcome
    return ProposedFinding(
        no=finding.no,
        title=title_of(finding),
        claimed_fen=finding.price_fen,
        outcome=proposal.outcome,
        outcome_zh=OUTCOME_ZH[proposal.outcome],
        charge_fen=proposal.charge_fen,
        most_fen=proposal.charge_fen,
        looked=proposal.looked,
        working=decision.working,
        missing=proposal.missing,
        to_mark=facts_to_mark(claim, finding),
        inputs=_inputs(facts, terms),
        answer=finding.answer,
        handover_refs=tuple(one.ref for one in pictures(claim.media, "handover", finding.part)),
        return_refs=tuple(one.ref for one in pictures(claim.media, "return", finding.part)),
        photo_ref=finding.photo_ref,
    )


def _inputs(facts: FindingFacts, terms: DamageTerms) -> tuple[ChargeInput, ...]:
    cap = None if terms.damage_cap_fen is None else PriceInput(terms.damage_cap_fen, terms.clause("cap"))
    given: Sequence[tuple[str, PriceInput | None]] = (
        ("价目表价", facts.price_list),
        ("市场维修价", facts.market_repair),
        ("合同赔偿上限", cap),
        ("归还日买断价", facts.ladder_price),
        ("归还日二手市场价", facts.used_market),
    )
    known = [one.amount_fen for _, one in given if one is not None]
    least_fen = min(known) if len(known) == len(given) else None
    rows = tuple(
        ChargeInput(label, None if one is None else one.amount_fen, "" if one is None else one.source)
        for label, one in given
    )
    first = next((row for row in rows if row.amount_fen == least_fen), None)
    return tuple(replace(row, least=True) if row is first and least_fen is not None else row for row in rows)
