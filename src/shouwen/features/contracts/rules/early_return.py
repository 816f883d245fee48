"""RET-1: what giving the phone back before the end of the term costs, by the one rule the contract has for it."""

from collections.abc import Iterable
from datetime import date

from msgspec import Struct

from shouwen.features.contracts.rules.proration import prorate_span
from shouwen.features.contracts.rules.rates import format_percent, parse_rate
from shouwen.features.contracts.rules.schedule import ends_on, period_of, starts_on
from shouwen.features.contracts.types import Contract, Quote, QuoteLine
from shouwen.kernel.errors import BadInput, Refusal
from shouwen.kernel.fen import plain_fen

FEE_KEYS = ("early_return_fee_fen", "early_return_share", "early_return_rents")
_RENT_KEYS = ("total_rent_fen", "periods", "rents_fen", "early_return_rent")


class _Fee(Struct, frozen=True):
    amount_fen: int
    key: str
    working: str


def quote_early_return(
    contract: Contract,
    settled: int,
    partly_paid_fen: int,
    open_late_fees_fen: int,
    back_on: date,
    on: date,
    *,
    refundable_fen: int | None = None,
) -> Quote:
    """What returning the phone on `back_on` costs, asked on the Beijing day `on`: rent until then, fee, late fees.

    `settled` instalments are paid or waived, `partly_paid_fen` of the next is. Rent settled for days after `back_on`
    comes back, at most `refundable_fen` (what was really paid of it; None: all of it): it lowers the quote, and what
    is left over is `inputs["credit_fen"]`. The fee is never more than the rent of the periods not yet begun.
    Refusal `early_return_not_agreed`, `early_return_too_soon`, `not_early`; BadInput where the figures do not fit.
    """
    _refuse(contract, settled, partly_paid_fen, open_late_fees_fen, back_on, on)
    terms = contract.terms
    rents_clauses = contract.clauses_for(*_RENT_KEYS)
    lines: list[QuoteLine] = []
    working: list[str] = []
    over_fen = 0
    begun = _begun(contract, back_on)
    for no in range(1, terms.periods + 1):
        rent_fen = contract.rents_fen[no - 1]
        had_fen = rent_fen if no <= settled else partly_paid_fen if no == settled + 1 else 0
        owed_fen = _rent_until(contract, no, back_on, working if no > settled or no == begun else [])
        if owed_fen > had_fen:
            lines.append(QuoteLine("rent", f"第 {no} 期租金", owed_fen - had_fen, "RET-1", rents_clauses))
            if had_fen:
                paid = f"{plain_fen(owed_fen)} − {plain_fen(had_fen)} = {plain_fen(owed_fen - had_fen)}"
                working.append(f"第 {no} 期已付 {plain_fen(had_fen)}：{paid}")
        elif had_fen > owed_fen:
            over_fen += had_fen - owed_fen
            working.append(f"第 {no} 期已付 {plain_fen(had_fen)}，应付 {plain_fen(owed_fen)}：多付 "
                           f"{plain_fen(had_fen - owed_fen)}")  # fmt: skip
    fee = _fee(contract, begun)
    working.append(fee.working)
    if fee.amount_fen:
        clauses = contract.clauses_for(fee.key)
        lines.append(QuoteLine("early_return_fee", "提前归还费用", fee.amount_fen, "RET-1", clauses))
    if open_late_fees_fen:
        late_clauses = contract.clauses_for("late_fee_daily_rate", "late_fee_daily_fen")
        lines.append(QuoteLine("late_fee", "未付逾期违约金", open_late_fees_fen, "LATE-1", late_clauses))
    over_fen = over_fen if refundable_fen is None else min(over_fen, refundable_fen)
    offset_fen = min(over_fen, sum(line.amount_fen for line in lines))
    if offset_fen:
        lines.append(QuoteLine("refund", "归还之后的租金退回", -offset_fen, "RET-1", rents_clauses))
    credit_fen = over_fen - offset_fen
    amount_fen = sum(line.amount_fen for line in lines)
    if len(lines) > 1:
        signed = [
            f"{'−' if line.amount_fen < 0 else '+'} {line.label} {plain_fen(abs(line.amount_fen))}" for line in lines
        ]
        working.append(f"{' '.join(signed).removeprefix('+ ')} = {plain_fen(amount_fen)}")
    notes = (f"多付的租金 {plain_fen(credit_fen)} 元会退给您。",) if credit_fen else ()
    return Quote(
        kind="early_return",
        amount_fen=amount_fen,
        lines=tuple(lines),
        clauses=tuple(dict.fromkeys(no for line in lines for no in line.clauses)),
        inputs={
            "settled_periods": settled, "partly_paid_fen": partly_paid_fen, "open_late_fees_fen": open_late_fees_fen,
            "periods_begun": begun, "credit_fen": credit_fen, "back_on": back_on.isoformat(), "on": on.isoformat(),
        },
        working=tuple(working),
        contract_version=contract.version,
        valid_until=on,
        rules=tuple(dict.fromkeys(["RET-1", *(line.rule for line in lines)])),
        notes=notes,
        marks=contract.marks,
    )  # fmt: skip


def rent_until_fen(contract: Contract, no: int, back_on: date) -> int:
    """The rent of a period that stays owed when the phone goes back on a day: all, none, or by days."""
    return _rent_until(contract, no, back_on, [])


def refundable_fen(contract: Contract, rents: Iterable[tuple[int, int, int]], back_on: date) -> int:
    """What comes back of rents (no, paid_fen, waived_fen) when the phone goes back on a day.

    A rent that falls gives back what was paid before what was waived; a waiver itself never becomes money.
    """
    return sum(
        min(paid_fen, max(0, paid_fen + waived_fen - rent_until_fen(contract, no, back_on)))
        for no, paid_fen, waived_fen in rents
    )


def _begun(contract: Contract, back_on: date) -> int:
    """How many periods have begun by the day of return, that day included."""
    return sum(1 for no in range(1, contract.terms.periods + 1) if period_of(contract, no)[0] <= back_on)


def _rent_until(contract: Contract, no: int, back_on: date, working: list[str]) -> int:
    """The rent of one period that stays owed when the phone is back on a day; tells the running one by days."""
    from_on, to_on = period_of(contract, no)
    if from_on > back_on:
        return 0
    rent_fen = contract.rents_fen[no - 1]
    if back_on >= to_on or contract.terms.early_return_rent == "period":
        if from_on <= back_on < to_on:
            working.append(f"归还日在第 {no} 期内，这一期按整期计：{plain_fen(rent_fen)}")
        return rent_fen
    part = prorate_span(contract, from_on, back_on)
    working.extend(part.working)
    return part.outcome


def _fee(contract: Contract, begun: int) -> _Fee:
    """The lowest of the fees agreed (a published contract has one), at most the rent of the periods not begun."""
    terms = contract.terms
    rest_fen = sum(contract.rents_fen[begun:])
    left = terms.periods - begun
    fees: list[_Fee] = []
    if terms.early_return_fee_fen is not None:
        fixed_fen = terms.early_return_fee_fen
        fees.append(_Fee(fixed_fen, FEE_KEYS[0], f"提前归还费用：固定 {plain_fen(fixed_fen)}"))
    if terms.early_return_share is not None:
        share = parse_rate(terms.early_return_share)
        share_fen = int(rest_fen * share // 1)
        said = f"未到期的 {left} 期租金 {plain_fen(rest_fen)} × {format_percent(share)} = {plain_fen(share_fen)}"
        fees.append(_Fee(share_fen, FEE_KEYS[1], f"提前归还费用：{said}"))
    if terms.early_return_rents is not None:
        count = min(terms.early_return_rents, left)
        rents_fen = sum(contract.rents_fen[begun : begun + count])
        said = f"其后 {count} 期租金合计 {plain_fen(rents_fen)}"
        fees.append(_Fee(rents_fen, FEE_KEYS[2], f"提前归还费用：{said}"))
    fee = min(fees, key=lambda each: each.amount_fen)
    if fee.amount_fen > rest_fen:
        return _Fee(rest_fen, fee.key, f"{fee.working}；不超过未到期租金，按 {plain_fen(rest_fen)}")
    return fee


def _refuse(
    contract: Contract, settled: int, partly_paid_fen: int, open_late_fees_fen: int, back_on: date, on: date
) -> None:
    terms = contract.terms
    if all(getattr(terms, key) is None for key in FEE_KEYS):
        clauses = contract.clauses_for("end_of_term")
        raise Refusal(
            "early_return_not_agreed",
            "这份合同没有约定提前归还" + (f"（到期怎么办见合同 {clauses[0]} 条）" if clauses else ""),
            "this contract has no rule for an early return",
            remedy_zh=f"租期到 {ends_on(contract)}，到期可以归还；想提前还，请转人工商量",
            remedy_en="return it at the end of the term, or ask a person for an agreement",
            rule="RET-1",
            clause=clauses[0] if clauses else "",
        )
    if back_on < on:
        raise BadInput("back_on", f"归还日 {back_on} 已经过去", "the day of return is in the past",
                       remedy_zh=f"请填 {on} 或以后的日期", remedy_en="give today or a later day")  # fmt: skip
    if back_on < starts_on(contract):
        raise BadInput("back_on", f"租期从 {starts_on(contract)} 开始", "the term has not begun",
                       remedy_zh="发货之前可以取消订单，不用提前归还", remedy_en="cancel before shipping")  # fmt: skip
    if not 0 <= settled <= terms.periods:
        raise BadInput("settled_periods", f"已付期数须在 0 到 {terms.periods} 之间",
                       f"settled instalments must be between 0 and {terms.periods}",
                       remedy_zh="请按账单核对", remedy_en="check the statement")  # fmt: skip
    rent_fen = contract.rents_fen[settled] if settled < terms.periods else 0
    if not 0 <= partly_paid_fen <= rent_fen:
        raise BadInput("partly_paid_fen", f"部分支付的金额须在 0 到当期租金 {plain_fen(rent_fen)} 之间",
                       f"the partly paid amount must be between 0 and {rent_fen} fen",
                       remedy_zh="付满一期请计入已付期数", remedy_en="count it as settled")  # fmt: skip
    if open_late_fees_fen < 0:
        raise BadInput("open_late_fees_fen", "逾期费用不能为负", "open late fees cannot be negative")
    if back_on >= ends_on(contract):
        raise Refusal("not_early", f"租期到 {ends_on(contract)} 为止，{back_on} 归还是到期归还，没有提前归还费用",
                      "a return at the end of the term is not early", rule="RET-1",
                      remedy_zh="按到期归还办理即可", remedy_en="return it as at the end of the term")  # fmt: skip
    if settled < terms.early_return_after:
        clauses = contract.clauses_for("early_return_after")
        raise Refusal(
            "early_return_too_soon",
            f"合同约定付清 {terms.early_return_after} 期后可以提前归还，现在付清了 {settled} 期",
            f"{terms.early_return_after} instalments must be settled first",
            remedy_zh=f"再付清 {terms.early_return_after - settled} 期后就可以；有困难请转人工",
            remedy_en=f"settle {terms.early_return_after - settled} more, or ask a person",
            rule="RET-1",
            clause=clauses[0] if clauses else "",
        )
