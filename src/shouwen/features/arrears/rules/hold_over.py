"""DEF-1: a phone kept after termination costs the daily rent until it is handed over, and never more than its loss."""

from datetime import date
from fractions import Fraction

from shouwen.features.arrears.types import HoldOver, HoldOverFacts
from shouwen.kernel.decision import Decision, Reason
from shouwen.kernel.fen import format_fen, plain_fen


def decide_hold_over(facts: HoldOverFacts, on: date) -> Decision[HoldOver]:
    """What it comes to by the end of the day before `on`; the whole is rounded down once.

    Days run from `from_on` to the day before the phone was handed over. ValueError for negative figures.
    """
    if facts.daily_num < 0 or facts.daily_den < 1 or facts.cap_fen < 0:
        raise ValueError("a daily rent and its cap are never negative")
    given_back = facts.given_back_on is not None and facts.given_back_on <= on
    ends_on = min(on, facts.given_back_on) if facts.given_back_on is not None else on
    days = max(0, (ends_on - facts.from_on).days)
    ask_fen = days * facts.daily_num // facts.daily_den
    amount_fen = min(ask_fen, facts.cap_fen)
    daily = Fraction(facts.daily_num, facts.daily_den)
    working = [f"每日租金 {plain_fen(int(daily))}（逐日相加后舍去不足一分）× {days} 天 = {plain_fen(ask_fen)}"]
    reasons = [Reason("DEF-1", f"解除后占用 {days} 天", f"kept {days} days after termination")]
    capped = ask_fen > facts.cap_fen
    if capped:
        working.append(f"不超过遗失结算额 {plain_fen(facts.cap_fen)}")
        reasons.append(Reason("DEF-1", f"不超过遗失结算额 {format_fen(facts.cap_fen)}", "capped with the loss"))
    return Decision(HoldOver(days, amount_fen, capped, given_back), tuple(reasons), tuple(working))
