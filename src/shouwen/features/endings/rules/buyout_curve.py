"""The buyout over the whole term: what it costs after each instalment, and what waiting until then changes."""

from datetime import date

from shouwen.features.contracts.types import Contract, Quote
from shouwen.features.endings.types import CurvePoint


def curve_of(contract: Contract, now: Quote) -> tuple[CurvePoint, ...]:
    """One point after 0, 1 … n settled instalments (BUY-1); `now` is today's quote, whose day and standing count.

    Later points take every rent as paid on its due day; open late fees are in none of them, they are owed either way.
    A contract without a buyout has no curve.
    """
    if not contract.ladder_fen:
        return ()
    here, partly_fen = int(now.inputs["settled_periods"]), int(now.inputs["partly_paid_fen"])
    on = now.valid_until
    price_fen = _line(now, "buyout_price")
    now_fen = price_fen + _line(now, "early_buyout_fee")
    points: list[CurvePoint] = []
    for settled, rung_fen in enumerate(contract.ladder_fen):
        if settled == here:
            points.append(CurvePoint(settled, on, "now", price_fen, _line(now, "early_buyout_fee"), now_fen, 0, 0))
            continue
        day = contract.due_on[settled - 1] if settled else contract.signed_on
        if settled > here:
            day = max(day, on)
        fee_fen = _fee_on(contract, day)
        total_fen = rung_fen + fee_fen
        if settled < here:
            points.append(CurvePoint(settled, min(day, on), "past", rung_fen, fee_fen, total_fen))
            continue
        rents_fen = sum(contract.rents_fen[here:settled]) - partly_fen
        more_fen = rents_fen + total_fen - now_fen
        points.append(CurvePoint(settled, day, "future", rung_fen, fee_fen, total_fen, rents_fen, more_fen))
    return tuple(points)


def _line(quote: Quote, kind: str) -> int:
    return sum(line.amount_fen for line in quote.lines if line.kind == kind)


def _fee_on(contract: Contract, on: date) -> int:
    """BUY-6: only with a clause, only before the last due date."""
    fee_fen = contract.terms.early_buyout_fee_fen
    return fee_fen if contract.clauses_for("early_buyout_fee_fen") and on < contract.due_on[-1] else 0
