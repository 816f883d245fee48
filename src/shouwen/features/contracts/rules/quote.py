"""A buyout quote: amount, clauses, inputs and working, from the frozen ladder (BUY-1, BUY-4…6)."""

from datetime import date

from shouwen.features.contracts.rules.formula import PRESETS, Formula, evaluate_fen
from shouwen.features.contracts.rules.formula_text import formula_title, formula_working
from shouwen.features.contracts.rules.ladder import formulas_of, values_after
from shouwen.features.contracts.types import TERMS_INCONSISTENT, Contract, Quote, QuoteLine
from shouwen.kernel.errors import BadInput, Refusal
from shouwen.kernel.fen import plain_fen

_FORMULA_CLAUSE_KEYS = {"signed_value": "signed_value_fen", "residual_price": "residual_price_fen"}


def partly_paid_price_fen(ladder_fen: tuple[int, ...], settled: int, paid_fen: int, rent_fen: int) -> int:
    """BUY-5: the price in fen between two rungs, rounded down, never below the lower one."""
    here_fen = ladder_fen[settled]
    if paid_fen == 0:
        return here_fen
    next_fen = ladder_fen[settled + 1]
    return max(next_fen, (here_fen * rent_fen - (here_fen - next_fen) * paid_fen) // rent_fen)


def quote_buyout(contract: Contract, settled: int, partly_paid_fen: int, open_late_fees_fen: int, on: date) -> Quote:
    """What buying out on a Beijing day costs; rent waived or abated counts as settled (BUY-1). Fen.

    The amount is the sum of the lines: price, fee before the last due date, open late fees; it holds to the
    end of the day. BadInput where the counts do not fit the contract, Refusal where it offers no buyout.
    """
    _refuse_impossible(contract, settled, partly_paid_fen, open_late_fees_fen)
    formulas = formulas_of(contract.terms)
    rent_fen = contract.rents_fen[settled] if settled < contract.terms.periods else 0
    price_fen = partly_paid_price_fen(contract.ladder_fen, settled, partly_paid_fen, rent_fen)
    lines = _lines(contract, formulas, price_fen, open_late_fees_fen, on)
    amount_fen = sum(line.amount_fen for line in lines)
    values = values_after(contract.terms, settled)
    prices_fen = [evaluate_fen(formula, values) for formula in formulas]
    disagree, lowest_fen = len(set(prices_fen)) > 1, min(prices_fen)
    working = _price_working(formulas, values, contract.ladder_fen[settled], lowest_fen, disagree=disagree)
    if partly_paid_fen:
        working.append(_partial_working(contract, settled, partly_paid_fen, rent_fen, price_fen))
    if len(lines) > 1:
        parts = " + ".join(f"{line.label} {plain_fen(line.amount_fen)}" for line in lines)
        working.append(f"{parts} = {plain_fen(amount_fen)}")
    rules = ["BUY-1", *(["BUY-4"] if disagree else []), *(["BUY-5"] if partly_paid_fen else [])]
    rules += ["BUY-3"] if lowest_fen < 0 else []
    rules += [line.rule for line in lines[1:]]
    return Quote(
        kind="buyout",
        amount_fen=amount_fen,
        lines=lines,
        clauses=tuple(dict.fromkeys(no for line in lines for no in line.clauses)),
        inputs=_inputs(contract, values, partly_paid_fen, open_late_fees_fen, on),
        working=tuple(working),
        contract_version=contract.version,
        valid_until=on,
        rules=tuple(dict.fromkeys(rules)),
        notes=_notes(contract, disagree=disagree),
        marks=contract.marks,
    )


def _refuse_impossible(contract: Contract, settled: int, partly_paid_fen: int, open_late_fees_fen: int) -> None:
    periods = contract.terms.periods
    if not contract.ladder_fen:
        clauses = contract.clauses_for("end_of_term")
        raise Refusal(
            "buyout_not_offered",
            "这份合同没有买断选项" + (f"（合同 {clauses[0]} 条）" if clauses else ""),
            "this contract offers no buyout",
            remedy_zh="可以归还或续租；想买断，请转人工商量签一份新的约定",
            remedy_en="return or renew, or ask a person for a new agreement",
            rule="BUY-1",
            clause=clauses[0] if clauses else "",
        )
    if not 0 <= settled <= periods:
        raise BadInput(
            "settled_periods",
            f"已付期数 {settled} 不在 0 到 {periods} 之间",
            f"settled instalments must be between 0 and {periods}",
            remedy_zh=f"这份合同共 {periods} 期，请按账单核对",
            remedy_en="check the statement",
        )
    rent_fen = contract.rents_fen[settled] if settled < periods else 0
    if not 0 <= partly_paid_fen <= rent_fen:
        raise BadInput(
            "partly_paid_fen",
            f"部分支付的金额须在 0 到当期租金 {plain_fen(rent_fen)} 之间",
            f"the partly paid amount must be between 0 and {rent_fen} fen",
            remedy_zh="付满一期请计入已付期数",
            remedy_en="count a fully paid instalment as settled",
        )
    if open_late_fees_fen < 0:
        raise BadInput("open_late_fees_fen", "逾期费用不能为负", "open late fees cannot be negative")


def _lines(
    contract: Contract, formulas: tuple[Formula, ...], price_fen: int, open_late_fees_fen: int, on: date
) -> tuple[QuoteLine, ...]:
    used = [key for name, key in _FORMULA_CLAUSE_KEYS.items() if any(name in formula.names for formula in formulas)]
    price_clauses = contract.clauses_for("buyout_formula", *used)
    lines = [QuoteLine("buyout_price", "买断价", price_fen, "BUY-1", price_clauses)]
    fee_fen = contract.terms.early_buyout_fee_fen
    fee_clauses = contract.clauses_for("early_buyout_fee_fen")
    if fee_fen and fee_clauses and on < contract.due_on[-1]:
        lines.append(QuoteLine("early_buyout_fee", "提前买断手续费", fee_fen, "BUY-6", fee_clauses))
    if open_late_fees_fen:
        late_clauses = contract.clauses_for("late_fee_daily_rate", "late_fee_daily_fen")
        lines.append(QuoteLine("late_fee", "未付逾期违约金", open_late_fees_fen, "LATE-1", late_clauses))
    return tuple(lines)


def _price_working(
    formulas: tuple[Formula, ...], values: dict[str, int], rung_fen: int, lowest_fen: int, *, disagree: bool
) -> list[str]:
    """How the rung came about; says so where the frozen price is lower than what the formulas give."""
    working: list[str] = []
    for formula in formulas if disagree else formulas[:1]:
        if formula.source not in PRESETS:
            working.append(f"合同公式：{formula_title(formula)}")
        working.append(formula_working(formula, values))
    if disagree:
        working.append(f"价格条款不一致，按最低的一个：{plain_fen(lowest_fen)}（BUY-4，民法典 498 条）")
    if lowest_fen < 0:
        working.append("低于 0 按 0 计：0.00（BUY-3）")
    elif rung_fen < lowest_fen:
        working.append(f"付了租金价格不会上升，按此前的最低价：{plain_fen(rung_fen)}（BUY-5）")
    return working


def _partial_working(contract: Contract, settled: int, paid_fen: int, rent_fen: int, price_fen: int) -> str:
    here, after = (plain_fen(contract.ladder_fen[k]) for k in (settled, settled + 1))
    paid, rent = plain_fen(paid_fen), plain_fen(rent_fen)
    return (
        f"第 {settled + 1} 期已付 {paid}（全期 {rent}）："
        f"{here} − ({here} − {after}) × {paid} ÷ {rent} = {plain_fen(price_fen)}"
    )


def _inputs(
    contract: Contract, values: dict[str, int], partly_paid_fen: int, open_late_fees_fen: int, on: date
) -> dict[str, int | str]:
    inputs: dict[str, int | str] = {
        "total_rent_fen": values["total_rent"],
        "signed_value_fen": values["signed_value"],
        "periods": values["periods"],
        "settled_periods": values["settled_periods"],
        "rent_paid_fen": values["rent_paid"],
        "unpaid_rent_fen": values["unpaid_rent"],
        "partly_paid_fen": partly_paid_fen,
        "open_late_fees_fen": open_late_fees_fen,
        "buyout_formula": "; ".join(contract.terms.buyout_formula),
        "on": on.isoformat(),
    }
    if contract.terms.residual_price_fen is not None:
        inputs["residual_price_fen"] = contract.terms.residual_price_fen
    return inputs


def _notes(contract: Contract, *, disagree: bool) -> tuple[str, ...]:
    if disagree:
        return ("合同有几个互相冲突的价格条款，按对租客有利的最低价报价；可以重新签订一份条款一致的合同。",)
    if TERMS_INCONSISTENT in contract.marks:
        return ("合同的价格条款前后不一致，已按对租客有利的方式计算；可以重新签订一份条款一致的合同。",)
    return ()
