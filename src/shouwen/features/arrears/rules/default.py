"""DEF-1: demand in writing, a reasonable period of at least ten full days, then termination (民法典 722).

An instalment sale may instead make the rest due where a fifth of the price or more is overdue after the demand (634).
"""

from datetime import date, timedelta

from shouwen.features.arrears.types import DefaultFacts, DefaultNow, DefaultStep
from shouwen.kernel.decision import Decision, Reason
from shouwen.kernel.errors import Refusal
from shouwen.kernel.fen import plain_fen

LEAST_DAYS = 10
_FIFTH = 5


def last_day(delivered_on: date, days: int) -> date:
    """The last of the renter's days: `days` whole ones from the day after delivery; never fewer than ten."""
    return delivered_on + timedelta(days=max(days, LEAST_DAYS))


def decide_default(facts: DefaultFacts, on: date) -> Decision[DefaultNow]:
    """What may be done on a day, and why nothing more."""
    if facts.overdue_fen <= 0 and not facts.unreturned:
        return _of(DefaultStep.NOTHING, None, "没有逾期未付且无争议的金额", "nothing uncontested is overdue")
    open_zh = "逾期未付的金额" if facts.overdue_fen > 0 else "租期已满、尚未归还的手机"
    if facts.demanded_on is None:
        return _of(DefaultStep.MAY_DEMAND, None, f"有{open_zh}，可以书面催告", "a demand may be made")
    if facts.until_on is None:
        return _of(DefaultStep.DELIVERING, None, "催告函尚未送达，期限没有开始", "the demand is not delivered yet")
    if on <= facts.until_on:
        zh = f"催告期到 {facts.until_on} 为止，当天办结即可"
        return _of(DefaultStep.WAITING, facts.until_on, zh, f"the period runs until {facts.until_on}")
    fifth = facts.instalment_sale and _FIFTH * facts.overdue_rent_fen >= facts.price_fen > 0
    zh = "催告期已满仍未付清" if facts.overdue_fen > 0 else "催告期已满仍未归还"
    working: tuple[str, ...] = ()
    if facts.instalment_sale:
        compare = "≥" if fifth else "<"
        working = (f"到期未付 {plain_fen(facts.overdue_rent_fen)} × 5 {compare} 全部价款 {plain_fen(facts.price_fen)}",)
    now = DefaultNow(DefaultStep.MAY_ACT, facts.until_on, fifth)
    return Decision(now, (Reason("DEF-1", zh, "the period is over and it is unpaid", ("民法典 722",)),), working)


def refuse_step(facts: DefaultFacts, wanted: DefaultStep, on: date) -> Decision[DefaultNow]:
    """The decision where `wanted` is what may be done now; else Refusal `default_too_early` says what comes first."""
    decided = decide_default(facts, on)
    if decided.outcome.step is not wanted:
        raise _too_early(decided)
    return decided


def refuse_acceleration(facts: DefaultFacts, on: date) -> Decision[DefaultNow]:
    """The decision where the rest may be made due; Refusal where the terms or the amounts do not allow it."""
    if not facts.instalment_sale:
        raise Refusal(
            "not_an_instalment_sale",
            "合同没有约定分期付款买卖，不能要求支付全部价款",
            "the contract is no instalment sale",
            rule="DEF-1",
            clause="民法典 634",
            remedy_zh="催告期满后可以解除合同",
            remedy_en="after the demand's period the contract may be terminated",
        )
    decided = refuse_step(facts, DefaultStep.MAY_ACT, on)
    if not decided.outcome.may_accelerate:
        raise Refusal(
            "below_a_fifth",
            f"到期未付的价款不到全部价款的五分之一（{decided.working[0]}）",
            "less than a fifth of the price is overdue",
            rule="DEF-1",
            clause="民法典 634",
            remedy_zh="可以继续协商，或解除合同",
            remedy_en="agree on an arrangement, or terminate",
        )
    return decided


def _too_early(decided: Decision[DefaultNow]) -> Refusal:
    remedy = {
        DefaultStep.NOTHING: "无需催告",
        DefaultStep.MAY_DEMAND: "请先书面催告",
        DefaultStep.DELIVERING: "送达后再计算期限",
        DefaultStep.WAITING: "请等期限届满；租客的答复会进入案件",
        DefaultStep.MAY_ACT: "催告已经发出且期限已满，可以解除合同",
    }[decided.outcome.step]
    return Refusal(
        "default_too_early",
        decided.reasons[0].zh,
        decided.reasons[0].en,
        rule="DEF-1",
        clause="民法典 722",
        remedy_zh=remedy,
        remedy_en="first things first: demand, delivery, ten full days",
        data={"step": decided.outcome.step, "until_on": str(decided.outcome.until_on or "")},
    )


def _of(step: DefaultStep, until_on: date | None, zh: str, en: str) -> Decision[DefaultNow]:
    return Decision(DefaultNow(step, until_on, False), (Reason("DEF-1", zh, en, ("民法典 722",)),))
