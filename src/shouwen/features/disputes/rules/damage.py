"""DMG-1…8 in their order, and the charge. The system proposes; a specialist decides."""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from shouwen.features.disputes.rules.cause import look_at_cause, look_at_cover, look_at_wear
from shouwen.features.disputes.rules.evidence import (
    look_at_handover_mark,
    look_at_lessors_handover,
    look_at_report,
    look_at_return_evidence,
)
from shouwen.features.disputes.types import (
    COSMETIC,
    DamagePolicy,
    DamageTerms,
    FindingFacts,
    FindingOutcome,
    Look,
    PriceInput,
    Proposal,
    RuleLook,
)
from shouwen.kernel.decision import Decision, Reason
from shouwen.kernel.fen import format_fen, plain_fen

_OUTCOMES = {
    "DMG-1": FindingOutcome.NOT_CHARGED_UNPROVEN,
    "DMG-2": FindingOutcome.PRE_EXISTING,
    "DMG-3": FindingOutcome.LESSOR_BEARS_DOUBT,
    "DMG-4": FindingOutcome.TRANSIT,
    "DMG-5": FindingOutcome.NOT_CHARGED_UNPROVEN,
    "DMG-6": FindingOutcome.ORDINARY_WEAR,
    "DMG-7": FindingOutcome.COVER_DEDUCTIBLE,
}


class DamagePrice(Struct, frozen=True):
    """DMG-8: the lowest of the limits with its working, or None and what is missing."""

    charge_fen: int | None
    missing: tuple[str, ...]
    working: tuple[str, ...]
    sources: tuple[str, ...]


def price_finding(facts: FindingFacts, terms: DamageTerms) -> DamagePrice:
    """DMG-8: min(price list, market repair, contract cap, value of the phone), and the invoice if procured.

    All amounts in fen. What earlier findings of the claim were charged is taken off the cap and off the value.
    """
    cap = None if terms.damage_cap_fen is None else PriceInput(terms.damage_cap_fen, terms.clause("cap"))
    inputs: list[tuple[str, PriceInput | None]] = [
        ("价目表价", facts.price_list),
        ("市场维修价", facts.market_repair),
        ("合同赔偿上限", cap),
        ("归还日买断价", facts.ladder_price),
        ("归还日二手市场价", facts.used_market),
    ]
    if facts.procured_repair:
        inputs.append(("代采维修发票", facts.invoice))
    missing = [name for name, given in inputs if given is None]
    if facts.kind in COSMETIC and facts.visible_at_30cm is None:
        missing.append("30 厘米肉眼可见性记录")
    known = [(name, given) for name, given in inputs if given is not None]
    working = [f"{name} {plain_fen(given.amount_fen)}" for name, given in known]
    sources = tuple(given.source for _, given in known if given.source)
    if any(given.amount_fen < 0 for _, given in known) or facts.charged_before_fen < 0:
        raise ValueError("a price is never negative")
    if missing:
        return DamagePrice(None, tuple(missing), tuple(working), sources)
    before_fen = facts.charged_before_fen
    limits = [
        given.amount_fen if name in {"价目表价", "市场维修价", "代采维修发票"} else given.amount_fen - before_fen
        for name, given in known
    ]
    if before_fen:
        working.append(f"上限与机器价值已被前面各处用去 {plain_fen(before_fen)}")
    charge_fen = max(0, min(limits))
    working.append(f"取最低 = {plain_fen(charge_fen)}")
    return DamagePrice(charge_fen, (), tuple(working), sources)


def _spoken(look: RuleLook, decided: bool) -> RuleLook:
    """A rule that would apply after another has decided is shown as such; it changes nothing."""
    return replace(look, look=Look.WOULD_ALSO) if decided and look.look is Look.SPOKE else look


def propose_finding(facts: FindingFacts, terms: DamageTerms, policy: DamagePolicy) -> Decision[Proposal]:
    """Look at every rule in order; the first that applies decides. Reasons are the rules that spoke.

    `outcome.looked` holds all rules, with what each found. Raises ValueError on negative amounts (a bug
    upstream).
    """
    on_time, report = look_at_report(facts, terms)
    looked: list[RuleLook] = [on_time]
    verdict: RuleLook | None = None
    for look in (
        report,
        look_at_handover_mark(facts, terms),
        look_at_lessors_handover(facts, terms),
        look_at_return_evidence(facts, terms),
        look_at_cause(facts, terms),
        look_at_wear(facts, terms, policy),
        look_at_cover(facts, terms),
    ):
        looked.append(_spoken(look, verdict is not None))
        if verdict is None and look.look is Look.SPOKE:
            verdict = look
    price = price_finding(facts, terms)
    if verdict is None:
        return _priced(facts, price, looked, policy)
    looked.append(RuleLook("DMG-8", Look.NOT_NEEDED, "前面的规则已有结论，不再计价", "decided before"))
    outcome = _OUTCOMES[verdict.rule]
    if verdict.rule == "DMG-5" and facts.in_warranty:
        outcome = FindingOutcome.WARRANTY
    charge_fen = 0
    missing: tuple[str, ...] = ()
    working: tuple[str, ...] = ("不收取 = 0.00",)
    if outcome is FindingOutcome.COVER_DEDUCTIBLE:
        outcome, charge_fen, missing, working = _deductible(facts, price)
    spoke = tuple(look for look in looked if look.look is Look.SPOKE)
    return Decision(
        Proposal(facts.no, outcome, charge_fen, tuple(looked), missing, outcome is FindingOutcome.TRANSIT),
        _reasons(spoke),
        working,
        policy.version,
    )


def _reasons(spoke: Sequence[RuleLook]) -> tuple[Reason, ...]:
    return tuple(Reason(look.rule, look.zh, look.en, look.sources) for look in spoke)


def _deductible(
    facts: FindingFacts, price: DamagePrice
) -> tuple[FindingOutcome, int, tuple[str, ...], tuple[str, ...]]:
    """The deductible, never more than the finding would cost without cover."""
    deductible_fen = facts.cover.deductible_fen if facts.cover else None
    if deductible_fen is None:
        return FindingOutcome.MISSING_INPUT, 0, ("保障服务自付额",), ("自付额未提供，暂不收取 = 0.00",)
    if deductible_fen < 0:
        raise ValueError("a deductible is never negative")
    if price.charge_fen is None or price.charge_fen >= deductible_fen:
        alone = (f"自付额 = {plain_fen(deductible_fen)}",)
        return FindingOutcome.COVER_DEDUCTIBLE, deductible_fen, (), alone
    lower = (
        f"自付额 {plain_fen(deductible_fen)}",
        f"不用保障服务也只需 {plain_fen(price.charge_fen)}，取低者 = {plain_fen(price.charge_fen)}",
    )
    return FindingOutcome.COVER_DEDUCTIBLE, price.charge_fen, (), lower


def _priced(
    facts: FindingFacts, price: DamagePrice, looked: list[RuleLook], policy: DamagePolicy
) -> Decision[Proposal]:
    if price.charge_fen is None:
        zh = f"缺少{'、'.join(price.missing)}，补齐前不收取"
        look = RuleLook("DMG-8", Look.SPOKE, zh, "no charge until the missing input is supplied", price.sources)
        outcome, charge_fen = FindingOutcome.MISSING_INPUT, 0
    else:
        zh = f"取价目表价、市场维修价、合同上限、机器当日价值中最低者：{format_fen(price.charge_fen)}"
        if facts.procured_repair:
            zh += "，不超过维修发票"
        look = RuleLook("DMG-8", Look.SPOKE, zh, "the lowest of the limits", price.sources)
        outcome, charge_fen = FindingOutcome.CHARGED, price.charge_fen
    looked.append(look)
    spoke = tuple(one for one in looked if one.look is Look.SPOKE)
    return Decision(
        Proposal(facts.no, outcome, charge_fen, tuple(looked), price.missing),
        _reasons(spoke),
        price.working,
        policy.version,
    )


def propose_claim(
    findings: Sequence[FindingFacts], terms: DamageTerms, policy: DamagePolicy
) -> tuple[Decision[Proposal], ...]:
    """All findings in their order; together they never exceed the cap or the value of the phone (DMG-8)."""
    decisions: list[Decision[Proposal]] = []
    charged_fen = 0
    for facts in findings:
        decision = propose_finding(replace(facts, charged_before_fen=charged_fen), terms, policy)
        charged_fen += decision.outcome.charge_fen
        decisions.append(decision)
    return tuple(decisions)
