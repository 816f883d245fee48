"""LATE-1 what the clause asks, LATE-2 its cap, LATE-3 the gate, LATE-4 the first lateness."""

from datetime import date, timedelta
from fractions import Fraction

from shouwen.features.money.rules.pause import resting_fen_on
from shouwen.features.money.types import Condition, FeeIntegers, LateFee, LateFeeFacts, LateFeeTerms, LatenessFacts
from shouwen.kernel.days import add_months
from shouwen.kernel.decision import Decision, Reason
from shouwen.kernel.fen import format_fen, plain_fen

_YEAR_DAYS = 365
_GATE_TIMES = 4
LONGEST_DAYS = 3_660
_FIRST_LATENESS_DAYS = 7
_PAY_AFTER_NOTICE_DAYS = 3


def _bearing_fen(facts: LateFeeFacts, on: date) -> int:
    """Rent that is overdue and uncontested on that day; what arrives on a day no longer counts on it."""
    paid_fen = sum(payment.amount_fen for payment in facts.payments if payment.on <= on)
    overdue_fen = max(0, facts.rent_fen - paid_fen)
    return max(0, overdue_fen - resting_fen_on(facts.pauses, on))


def first_day_of(due_on: date, grace_days: int) -> date:
    """The first day that bears a late fee."""
    return due_on + timedelta(days=grace_days + 1)


def fee_integers(terms: LateFeeTerms) -> FeeIntegers:
    """The same clause as fractions of integers, for statements that add a day to many instalments at once."""
    rate = None if terms.daily_rate is None else Fraction(terms.daily_rate)
    cap = None if terms.cap_share is None else Fraction(terms.cap_share)
    gate = _gate(terms)
    return FeeIntegers(
        rate_num=None if rate is None else rate.numerator,
        rate_den=None if rate is None else rate.denominator,
        daily_fen=None if rate is not None else terms.daily_fen or 0,
        cap_num=None if cap is None else cap.numerator,
        cap_den=None if cap is None else cap.denominator,
        gate_num=gate.numerator,
        gate_den=gate.denominator,
    )


def _gate(terms: LateFeeTerms) -> Fraction:
    return Fraction(terms.lpr_one_year) * _GATE_TIMES / _YEAR_DAYS


def late_fee(facts: LateFeeFacts, terms: LateFeeTerms) -> Decision[LateFee]:
    """The late fee of one instalment as of `facts.on`; sums are exact and rounded down once, at the end.

    Days run from the day after due_on + grace_days to the day before `on`. Raises ValueError for a span over
    ten years, a clause with both or neither of rate and amount, or negative figures (bugs upstream).
    """
    if (terms.daily_rate is None) == (terms.daily_fen is None):
        raise ValueError("a late-fee clause has a rate or a daily amount, not both")
    if facts.rent_fen < 0 or terms.grace_days < 0 or (terms.daily_fen or 0) < 0:
        raise ValueError("late-fee figures are never negative")
    first_on = first_day_of(facts.due_on, terms.grace_days)
    span = max(0, (facts.on - first_on).days)
    if span > LONGEST_DAYS:
        raise ValueError("a lateness of more than ten years is not computed")
    bearing = [_bearing_fen(facts, first_on + timedelta(days=offset)) for offset in range(span)]
    days = sum(1 for amount_fen in bearing if amount_fen)
    fen_days = sum(bearing)
    gate_fen = int(fen_days * _gate(terms))
    if terms.daily_rate is not None:
        ask_fen = int(fen_days * Fraction(terms.daily_rate))
        ask_line = f"合同：逾期租金 × {terms.daily_rate} × 天数，合计 {plain_fen(ask_fen)}"
    else:
        daily_fen = terms.daily_fen or 0
        ask_fen = daily_fen * days
        ask_line = f"合同：每天 {plain_fen(daily_fen)} × {days} 天 = {plain_fen(ask_fen)}"
    cap_fen = None if terms.cap_share is None else int(facts.rent_fen * Fraction(terms.cap_share))
    limited_fen = ask_fen if cap_fen is None else min(ask_fen, cap_fen)
    charge_fen = min(limited_fen, gate_fen)
    reasons = [Reason("LATE-1", f"第 {facts.no} 期，计 {days} 天", f"{days} days", (terms.clause,))]
    working = [f"计费天数 {days}（宽限 {terms.grace_days} 天，付款前一天止，争议部分不计）", ask_line]
    if cap_fen is not None:
        working.append(f"合同上限：{plain_fen(facts.rent_fen)} × {terms.cap_share} = {plain_fen(cap_fen)}")
        if cap_fen < ask_fen:
            reasons.append(Reason("LATE-2", f"不超过合同上限 {format_fen(cap_fen)}", "capped", (terms.clause,)))
    gate_line = f"4 × 一年期 LPR {terms.lpr_one_year} ÷ {_YEAR_DAYS}"
    working.append(f"法定上限：{gate_line} × 逾期租金逐日合计 {plain_fen(fen_days)} = {plain_fen(gate_fen)}")
    gate_binds = gate_fen < limited_fen
    statement = f"逾期违约金 {format_fen(charge_fen)}"
    if gate_binds:
        asked, charged = format_fen(limited_fen), format_fen(charge_fen)
        statement = f"按合同应为 {asked}，超出签约时一年期 LPR 四倍的部分不收取，实收 {charged}"
        reasons.append(Reason("LATE-3", statement, "the gate binds", ("签约日 LPR",)))
    if facts.pauses:
        reasons.append(Reason("PAUSE-1", "争议部分暂停计收，不追溯", "nothing accrues on a contested part"))
    working.append(f"取最低 = {plain_fen(charge_fen)}")
    fee = LateFee(
        days,
        ask_fen,
        cap_fen,
        gate_fen,
        charge_fen,
        gate_binds,
        statement,
        first_on if days else None,
        fen_days,
        _bearing_fen(facts, max(facts.on, first_on)),
    )
    return Decision(fee, tuple(reasons), tuple(working))


def first_lateness_conditions(facts: LatenessFacts) -> tuple[Condition, ...]:
    """LATE-4's conditions one by one: the first in 12 months, at most 7 days late, paid within 3 days of the notice."""
    late_days = (facts.paid_on - facts.due_on).days
    earlier_on, notice_on = facts.earlier_late_due_on, facts.notice_on
    first = earlier_on is None or add_months(earlier_on, 12) <= facts.due_on
    short = late_days <= _FIRST_LATENESS_DAYS
    prompt = notice_on is None or (facts.paid_on - notice_on).days <= _PAY_AFTER_NOTICE_DAYS
    return (
        Condition("first", first, "近 12 个月内已有过逾期"),
        Condition("short", short, f"晚了 {late_days} 天，超过 {_FIRST_LATENESS_DAYS} 天"),
        Condition("prompt", prompt, f"通知后超过 {_PAY_AFTER_NOTICE_DAYS} 天才付款"),
        Condition("honest", not facts.malicious, "有恶意逾期的记录"),
    )


def last_day_to_pay(due_on: date, notice_on: date | None) -> date:
    """Until when an unpaid instalment may still be paid for LATE-4 to hold by its days."""
    by_days = due_on + timedelta(days=_FIRST_LATENESS_DAYS)
    return by_days if notice_on is None else min(by_days, notice_on + timedelta(days=_PAY_AFTER_NOTICE_DAYS))


def decide_first_lateness(facts: LatenessFacts) -> Decision[bool]:
    """LATE-4: waived in full when the first in 12 months, at most 7 days late, paid within 3 days of the notice."""
    failed = [one.failed_zh for one in first_lateness_conditions(facts) if not one.holds]
    if failed:
        return Decision(False, (Reason("LATE-4", "；".join(failed), "not a first, short lateness"),))
    return Decision(True, (Reason("LATE-4", "首次非恶意逾期，违约金全部免除", "waived in full"),))
