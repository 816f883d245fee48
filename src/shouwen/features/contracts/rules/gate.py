"""LATE-3: late fees above four times the one-year LPR are not publishable, and never charged."""

from fractions import Fraction

from shouwen.features.contracts.rules.ladder import rents_of
from shouwen.features.contracts.rules.rates import format_percent, parse_rate
from shouwen.features.contracts.types import ContractFinding, ContractPolicy, Terms
from shouwen.kernel.fen import format_fen

_DAYS_A_YEAR = 365
_TIMES = 4


def daily_gate(lpr_one_year: Fraction) -> Fraction:
    """The highest daily rate on the overdue rent: 4 × one-year LPR / 365, exact."""
    return lpr_one_year * _TIMES / _DAYS_A_YEAR


def late_fee_findings(terms: Terms, policy: ContractPolicy) -> list[ContractFinding]:
    """Refuses a daily rate above the gate, and a fixed amount a day above it on the smallest rent."""
    findings: list[ContractFinding] = []
    gate = daily_gate(policy.lpr_one_year)
    lpr = format_percent(policy.lpr_one_year)
    shown = f"{format_percent(gate)}（4 × 一年期 LPR {lpr} ÷ 365，{policy.lpr_version}）"
    if terms.late_fee_daily_rate is not None and terms.late_fee_daily_fen is not None:
        message = "late_fee_daily_rate 与 late_fee_daily_fen 只能写一个"
        findings.append(ContractFinding("LATE-1", "refuse", message))
    if terms.late_fee_daily_rate is not None:
        rate = parse_rate(terms.late_fee_daily_rate, "late_fee_daily_rate")
        if rate > gate:
            message = f"逾期违约金日利率 {format_percent(rate)} 高于上限 {shown}，超出部分不得收取"
            findings.append(ContractFinding("LATE-3", "refuse", message))
    if terms.late_fee_daily_fen is not None:
        findings.extend(_fixed_fee_findings(terms, terms.late_fee_daily_fen, gate, shown))
    if terms.late_fee_cap_share is not None and parse_rate(terms.late_fee_cap_share, "late_fee_cap_share") > 1:
        findings.append(ContractFinding("LATE-2", "warn", "逾期违约金上限超过当期租金的 100%"))
    return findings


def _fixed_fee_findings(terms: Terms, fee_fen: int, gate: Fraction, shown: str) -> list[ContractFinding]:
    rents_fen = rents_of(terms)
    above = tuple(no for no, rent_fen in enumerate(rents_fen, start=1) if fee_fen > gate * rent_fen)
    if not above:
        return []
    smallest_fen = min(rents_fen)
    most_fen = gate * smallest_fen
    message = (
        f"逾期违约金每天 {format_fen(fee_fen)}：按最低一期租金 {format_fen(smallest_fen)} 计，"
        f"上限是每天 {format_fen(most_fen.numerator // most_fen.denominator)}，即 {shown}"
    )
    return [ContractFinding("LATE-3", "refuse", message, above)]
