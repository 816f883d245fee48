"""Whether a template may be published: every refusal of domain.md §3.

Three of them have no id there: `PUB-1` is a missing clause, `PUB-2` rents that do not add up, `PUB-3` terms of which
only one can hold.
"""

from shouwen.features.contracts.rules.formula import Formula
from shouwen.features.contracts.rules.formula_text import formula_title
from shouwen.features.contracts.rules.gate import late_fee_findings
from shouwen.features.contracts.rules.ladder import (
    binding_ladder,
    formulas_of,
    is_popular,
    ladder_of,
    lowest_ladder,
    rents_of,
)
from shouwen.features.contracts.rules.rates import parse_rate
from shouwen.features.contracts.types import (
    LATE_FEE_ABOVE_GATE,
    TERMS_INCONSISTENT,
    ContractCheck,
    ContractFinding,
    ContractPolicy,
    ContractTemplate,
    Terms,
)
from shouwen.kernel.fen import format_fen

_NOTHING_AT_ZERO = frozenset(
    {"early_buyout_fee_fen", "late_fee_daily_fen", "early_return_fee_fen", "early_return_after", "grace_days"}
)
_EARLY_RETURNS = ("early_return_fee_fen", "early_return_share", "early_return_rents")
_PRICE_RULES = ("BUY-", "PUB-2")


def check_contract(template: ContractTemplate, policy: ContractPolicy, *, imported: bool = False) -> ContractCheck:
    """Every finding, and the ladder as the formulas give it (the lowest at each k where several disagree).

    Imported: signed elsewhere, so refusals become warnings, and the ladder is the one the contract is
    held to: floored at 0, never rising, marked `terms_inconsistent` where its price clauses do not hold together.
    """
    terms = template.terms
    formulas = formulas_of(terms)
    ladders = [ladder_of(formula, terms) for formula in formulas]
    ladder_fen = lowest_ladder(ladders)
    findings = [*_rent_findings(terms), *_either_or_findings(terms), *_consistency_findings(template, formulas)]
    for formula, prices_fen in zip(formulas, ladders, strict=True):
        findings.extend(_formula_findings(formula, prices_fen, terms))
    findings.extend(_disagreement_findings(ladders))
    findings.extend(late_fee_findings(terms, policy))
    findings.extend(_clause_findings(template))
    findings.extend(_price_findings(terms, policy))
    versions = (policy.lpr_version, policy.price_version)
    if not imported:
        refused = any(finding.severity == "refuse" for finding in findings)
        return ContractCheck(not refused, ladder_fen, tuple(findings), (), versions)
    marks = _marks(findings)
    softened = tuple(ContractFinding(f.rule, "warn", f.message, f.periods) for f in findings)
    return ContractCheck(True, binding_ladder(ladder_fen), softened, marks, versions)


def is_price_refusal(finding: ContractFinding) -> bool:
    """Whether a finding means that the contract's buyout prices cannot be relied on."""
    return finding.severity == "refuse" and finding.rule.startswith(_PRICE_RULES)


def keys_in_use(template: ContractTemplate) -> tuple[str, ...]:
    """The keys the template sets, without fees and days set to nothing."""
    terms = template.terms
    return tuple(k for k in template.keys if not (k in _NOTHING_AT_ZERO and getattr(terms, k) == 0))


def _marks(findings: list[ContractFinding]) -> tuple[str, ...]:
    refused = [finding for finding in findings if finding.severity == "refuse"]
    marks = (TERMS_INCONSISTENT,) if any(is_price_refusal(finding) for finding in refused) else ()
    late = any(finding.rule == "LATE-3" for finding in refused)
    return (*marks, LATE_FEE_ABOVE_GATE) if late else marks


def _rent_findings(terms: Terms) -> list[ContractFinding]:
    rents_fen = rents_of(terms)
    if sum(rents_fen) == terms.total_rent_fen:
        return []
    message = f"各期租金合计 {format_fen(sum(rents_fen))}，与总租金 {format_fen(terms.total_rent_fen)} 不一致"
    return [ContractFinding("PUB-2", "refuse", message)]


def _either_or_findings(terms: Terms) -> list[ContractFinding]:
    """PUB-3: one way to price an early return, and a price where a fixed one is promised."""
    messages: list[str] = []
    kinds = [key for key in _EARLY_RETURNS if getattr(terms, key) is not None]
    if len(kinds) > 1:
        messages.append(f"提前归还只能有一种算法，现在写了 {'、'.join(kinds)}")
    if terms.early_return_share is not None and parse_rate(terms.early_return_share, "early_return_share") > 1:
        messages.append("提前归还的比例 early_return_share 超过剩余租金的 100%")
    if not kinds and (terms.early_return_after or terms.early_return_rent != "period"):
        messages.append(f"写了提前归还的条件，但没有写费用：请在 {'、'.join(_EARLY_RETURNS)} 中写一个")
    if terms.loss_price == "fixed" and terms.loss_price_fen is None:
        messages.append('loss_price = "fixed" 时须写 loss_price_fen')
    return [ContractFinding("PUB-3", "refuse", message) for message in messages]


def _consistency_findings(template: ContractTemplate, formulas: tuple[Formula, ...]) -> list[ContractFinding]:
    """S = T + R wherever the clauses or the formulas use both, or the two usual prices differ (BUY-2)."""
    terms = template.terms
    if terms.residual_price_fen is None:
        return []
    sum_fen = terms.total_rent_fen + terms.residual_price_fen
    in_clauses = {key for clause in template.clauses for key in clause.terms}
    in_formulas = frozenset().union(*(formula.names for formula in formulas))
    both = {"signed_value_fen", "residual_price_fen"} <= in_clauses
    both = both or {"signed_value", "residual_price"} <= in_formulas
    if terms.signed_value_fen == sum_fen or not both:
        return []
    message = (
        f"签约价 {format_fen(terms.signed_value_fen)} 不等于总租金加买断尾款 {format_fen(sum_fen)}，"
        "同一时点会算出两个买断价"
    )
    return [ContractFinding("BUY-2", "refuse", message)]


def _formula_findings(formula: Formula, prices_fen: tuple[int, ...], terms: Terms) -> list[ContractFinding]:
    findings: list[ContractFinding] = []
    title = formula_title(formula)
    negative = tuple(k for k, price_fen in enumerate(prices_fen) if price_fen < 0)
    rising = tuple(k for k in range(1, len(prices_fen)) if prices_fen[k] > prices_fen[k - 1])
    above = tuple(k for k, price_fen in enumerate(prices_fen) if price_fen > terms.signed_value_fen)
    if is_popular(formula, terms):
        where = f"，已付 {_listed(negative)} 期后价格为负" if negative else ""
        message = f"公式“{title}”把已付租金扣了两次{where}；请改为“剩余未付租金 + 买断尾款”"
        findings.append(ContractFinding("BUY-3", "refuse", message, negative))
    elif negative:
        message = f"公式“{title}”在已付 {_listed(negative)} 期时价格为负"
        findings.append(ContractFinding("BUY-1", "refuse", message, negative))
    if rising:
        message = f"公式“{title}”的价格在第 {_listed(rising)} 期付清后反而上升"
        findings.append(ContractFinding("BUY-1", "refuse", message, rising))
    if above:
        value = format_fen(terms.signed_value_fen)
        message = f"公式“{title}”的价格在已付 {_listed(above)} 期时高于签约价 {value}"
        findings.append(ContractFinding("BUY-1", "refuse", message, above))
    return findings


def _disagreement_findings(ladders: list[tuple[int, ...]]) -> list[ContractFinding]:
    apart = tuple(k for k, prices in enumerate(zip(*ladders, strict=True)) if len(set(prices)) > 1)
    if not apart:
        return []
    message = f"几个买断价格条款在已付 {_listed(apart)} 期时不一致；有冲突时只能按最低的一个（民法典 498 条）"
    return [ContractFinding("BUY-4", "refuse", message, apart)]


def _clause_findings(template: ContractTemplate) -> list[ContractFinding]:
    governed = {key for clause in template.clauses for key in clause.terms}
    used = keys_in_use(template)
    findings = [
        ContractFinding(_clause_rule(key), "refuse", f"{key} 没有对应的条款：请在某一条的 terms 中写上它")
        for key in used
        if key not in governed
    ]
    unset = [key for key in governed if key not in template.keys]
    return findings + [
        ContractFinding("PUB-1", "warn", f"条款提到 {key}，但 [terms] 没有给出它") for key in sorted(unset)
    ]


def _clause_rule(key: str) -> str:
    return "BUY-6" if key == "early_buyout_fee_fen" else "PUB-1"


def _price_findings(terms: Terms, policy: ContractPolicy) -> list[ContractFinding]:
    """PRICE-1 warns: the first twelve rents and the residual price against the official price."""
    if not terms.official_price_fen:
        return []
    year_fen = sum(rents_of(terms)[:12]) + (terms.residual_price_fen or 0)
    limit_fen = int(terms.official_price_fen * policy.price_limit_share)
    if year_fen <= limit_fen:
        return []
    message = (
        f"一年租金加买断尾款 {format_fen(year_fen)}，超过官方售价的 "
        f"{int(policy.price_limit_share * 100)}%（{format_fen(limit_fen)}，{policy.price_version}）"
    )
    return [ContractFinding("PRICE-1", "warn", message)]


def _listed(periods: tuple[int, ...]) -> str:
    """`6、7、8` → short: runs are written as `6–8`."""
    runs: list[list[int]] = []
    for k in periods:
        if runs and k == runs[-1][1] + 1:
            runs[-1][1] = k
        else:
            runs.append([k, k])
    return "、".join(str(a) if a == b else f"{a}–{b}" for a, b in runs)
