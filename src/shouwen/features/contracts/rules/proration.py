"""PRO-1: rent for part of a period, by the days of that period or by months of thirty days, rounded once."""

from datetime import date, timedelta
from fractions import Fraction

from msgspec import Struct

from shouwen.features.contracts.rules.schedule import ends_on, period_of, starts_on
from shouwen.features.contracts.types import Contract, FenRounding, ProrationMethod
from shouwen.kernel.decision import Decision, Reason
from shouwen.kernel.errors import BadInput
from shouwen.kernel.fen import plain_fen

_MONTH_DAYS = 30
_ROUNDED = {"down": "舍去不足一分", "half_up": "四舍五入到分", "up": "不足一分进一分"}


class SpanPart(Struct, frozen=True):
    """The share of one instalment in a span: its days (both included) and whole fen; the parts add up to the span."""

    no: int
    from_on: date
    to_on: date
    days: int
    period_days: int
    rent_fen: int
    amount_fen: int


def prorate_fen(rent_fen: int, days: int, period_days: int, method: ProrationMethod, rounding: FenRounding) -> int:
    """The rent in fen of `days` out of a period of `period_days`; the whole period is the whole rent, either way."""
    return round_fen(_exact(rent_fen, days, period_days, method), rounding)


def round_fen(amount: Fraction, rounding: FenRounding) -> int:
    """An exact amount ≥ 0 in whole fen."""
    if rounding == "down":
        return amount.numerator // amount.denominator
    if rounding == "up":
        return -(-amount.numerator // amount.denominator)
    return (2 * amount.numerator + amount.denominator) // (2 * amount.denominator)


def _exact(rent_fen: int, days: int, period_days: int, method: ProrationMethod) -> Fraction:
    if not 0 <= days <= period_days or period_days < 1 or rent_fen < 0:
        raise ValueError(f"no {days} days in a period of {period_days} at {rent_fen} fen")
    if days == period_days:
        return Fraction(rent_fen)
    if method == "thirty":
        return Fraction(rent_fen * min(days, _MONTH_DAYS), _MONTH_DAYS)
    return Fraction(rent_fen * days, period_days)


def span_parts(contract: Contract, from_on: date, to_on: date) -> tuple[SpanPart, ...]:
    """A span of days of the term (both included) by instalment; BadInput where it is not within the term.

    The sum is rounded once, as the contract says; each part is the growth of that rounded sum.
    """
    first_on, last_on = starts_on(contract), ends_on(contract)
    if not first_on <= from_on <= to_on <= last_on:
        raise BadInput(
            "from_on",
            f"{from_on} 到 {to_on} 不在租期 {first_on} 到 {last_on} 之内",
            f"{from_on} to {to_on} is not within the term",
            remedy_zh="请填写租期内的起止日期，结束不早于开始",
            remedy_en=f"give days between {first_on} and {last_on}",
        )
    parts: list[SpanPart] = []
    exact, said_fen = Fraction(0), 0
    for no, rent_fen in enumerate(contract.rents_fen, start=1):
        begins_on, next_on = period_of(contract, no)
        part_from, part_to = max(from_on, begins_on), min(to_on, next_on - timedelta(days=1))
        days, period_days = (part_to - part_from).days + 1, (next_on - begins_on).days
        if days < 1:
            continue
        exact += _exact(rent_fen, days, period_days, contract.terms.proration)
        sum_fen = round_fen(exact, contract.terms.proration_rounding)
        parts.append(SpanPart(no, part_from, part_to, days, period_days, rent_fen, sum_fen - said_fen))
        said_fen = sum_fen
    return tuple(parts)


def prorate_span(contract: Contract, from_on: date, to_on: date) -> Decision[int]:
    """The rent in fen of the days from `from_on` to `to_on`, both included; exact over periods, rounded once.

    BadInput outside the term. `working` has a line for each period and one for the rounded sum.
    """
    parts, terms = span_parts(contract, from_on, to_on), contract.terms
    amount_fen = sum(part.amount_fen for part in parts)
    working = [_line(part, terms.proration) for part in parts]
    working.append(f"合计（{_ROUNDED[terms.proration_rounding]}）：{plain_fen(amount_fen)}")
    how = "按每月 30 天" if terms.proration == "thirty" else "按当期实际天数"
    days = (to_on - from_on).days + 1
    reason = Reason(
        "PRO-1",
        f"{from_on} 到 {to_on} 共 {days} 天的租金，{how}折算",
        f"rent of {days} days, {'months of 30 days' if terms.proration == 'thirty' else 'actual days'}",
        contract.clauses_for("proration", "rents_fen", "total_rent_fen"),
    )
    return Decision(amount_fen, (reason,), tuple(working))


def _line(part: SpanPart, method: ProrationMethod) -> str:
    rent = plain_fen(part.rent_fen)
    head = f"第 {part.no} 期 {part.from_on} 至 {part.to_on}"
    if part.days == part.period_days:
        return f"{head}：整期 {rent}"
    of = _MONTH_DAYS if method == "thirty" else part.period_days
    counted = min(part.days, of)
    exact = _exact(part.rent_fen, part.days, part.period_days, method)
    return f"{head}：{rent} × {counted} ÷ {of} = {shown(exact)}"


def shown(amount: Fraction, digits: int = 4) -> str:
    """An exact amount of fen in yuan for a working line, with two decimals, or four cut off and an ellipsis."""
    if amount.denominator == 1:
        return plain_fen(amount.numerator)
    cut = amount * 10 ** (digits - 2)
    whole = cut.numerator // cut.denominator
    yuan, rest = divmod(whole, 10**digits)
    return f"{yuan:,}.{rest:0{digits}d}" + ("" if cut.denominator == 1 else "…")


def daily_rent(contract: Contract, on: date) -> Fraction:
    """The exact rent in fen of one day. After the term: what the clause says for holding over, else the last period's.

    BadInput before the term begins.
    """
    if on > ends_on(contract) and contract.terms.hold_over_daily_fen is not None:
        return Fraction(contract.terms.hold_over_daily_fen)
    inside_on = min(on, ends_on(contract))
    [part] = span_parts(contract, inside_on, inside_on)
    of = _MONTH_DAYS if contract.terms.proration == "thirty" else part.period_days
    return Fraction(part.rent_fen, of)
