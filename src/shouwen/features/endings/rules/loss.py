"""LOSS-1: what a lost phone costs by the contract, and how long collection rests after the report."""

from collections.abc import Iterable
from datetime import date, timedelta

from shouwen.features.contracts.types import Contract, Quote, QuoteLine
from shouwen.kernel.errors import Refusal
from shouwen.kernel.fen import plain_fen

YEAR = timedelta(days=365)


def quote_loss(contract: Contract, buyout: Quote | None, open_late_fees_fen: int, on: date) -> Quote:
    """The settlement of a lost phone asked on a Beijing day; `buyout` is that day's quote, None without a ladder.

    `loss_price` fixed: the amount written, never above the value signed; rents not yet due end in it. Else the price on
    the buyout ladder where the lease stands (BUY-1, BUY-5), without any early-buyout fee: losing a phone is not buying
    it; every open rent ends in it. Late fees are a line of their own. Refusal `loss_not_agreed` with neither.
    """
    terms = contract.terms
    if terms.loss_price == "fixed" and terms.loss_price_fen is not None:
        price_fen = min(terms.loss_price_fen, terms.signed_value_fen)
        clauses = contract.clauses_for("loss_price_fen", "loss_price")
        working = [f"合同写明的遗失赔偿 {plain_fen(terms.loss_price_fen)}"]
        if price_fen < terms.loss_price_fen:
            working.append(f"不超过签约价 {plain_fen(terms.signed_value_fen)}：{plain_fen(price_fen)}")
        inputs: dict[str, int | str] = {"loss_price_fen": terms.loss_price_fen, "on": on.isoformat()}
    elif buyout is not None:
        price = next(line for line in buyout.lines if line.kind == "buyout_price")
        price_fen = price.amount_fen
        clauses = contract.clauses_for("loss_price") or price.clauses
        working = [f"按现在的买断阶梯价计：{plain_fen(price_fen)}"]
        inputs = {name: buyout.inputs[name] for name in ("settled_periods", "partly_paid_fen", "on")}
    else:
        raise _not_agreed(contract)
    lines = [QuoteLine("loss", "遗失赔偿", price_fen, "LOSS-1", clauses)]
    if open_late_fees_fen:
        late_clauses = contract.clauses_for("late_fee_daily_rate", "late_fee_daily_fen")
        lines.append(QuoteLine("late_fee", "未付逾期违约金", open_late_fees_fen, "LATE-1", late_clauses))
        working.append(
            f"{plain_fen(price_fen)} + 未付逾期违约金 {plain_fen(open_late_fees_fen)}"
            f" = {plain_fen(price_fen + open_late_fees_fen)}"
        )
    return Quote(
        kind="loss",
        amount_fen=sum(line.amount_fen for line in lines),
        lines=tuple(lines),
        clauses=tuple(dict.fromkeys(no for line in lines for no in line.clauses)),
        inputs=inputs,
        working=tuple(working),
        contract_version=contract.version,
        valid_until=on,
        rules=tuple(dict.fromkeys(line.rule for line in lines)),
        notes=("找回手机后，这笔结算会冲销，已付的钱退还给您。",),
        marks=contract.marks,
    )


def pause_until(
    reported_on: date, days: int, police_on: date | None = None, rested: Iterable[tuple[date, date]] = ()
) -> date:
    """The last day collection rests: `days` after the report, or the day of the police receipt if that is earlier.

    Once a year, not once a report: days of the year before that rested already (first and last of each rest, both
    counted, each day once) are taken off. The day before the report where nothing is left.
    """
    since = reported_on - YEAR
    before = {
        first + timedelta(days=k)
        for first, last in rested
        for k in range((last - first).days + 1)
        if since < first + timedelta(days=k) < reported_on
    }
    last_on = reported_on + timedelta(days=max(0, days + 1 - len(before)) - 1)
    return last_on if police_on is None else min(last_on, police_on)


def _not_agreed(contract: Contract) -> Refusal:
    clauses = contract.clauses_for("end_of_term")
    return Refusal(
        "loss_not_agreed",
        "这份合同没有写遗失怎么赔",
        "this contract has no price for a loss",
        remedy_zh="赔多少由双方商量，写成书面变更后再结算；请转人工",
        remedy_en="the amount is agreed by both in writing before it is settled; ask a person",
        rule="LOSS-1",
        clause=clauses[0] if clauses else "",
    )
