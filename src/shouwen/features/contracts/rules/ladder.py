"""BUY-1: the buyout price after 0, 1 … n settled instalments."""

from collections.abc import Iterator, Sequence
from itertools import accumulate

from shouwen.features.contracts.rules.formula import Formula, evaluate_fen, parse_formula
from shouwen.features.contracts.types import Terms
from shouwen.kernel.fen import settled_fen, split_rent_fen


def rents_of(terms: Terms) -> tuple[int, ...]:
    """The instalments' rents in fen: those listed, else the total split with the odd fen first or last."""
    return terms.rents_fen or split_rent_fen(terms.total_rent_fen, terms.periods, terms.rounding)


def values_after(terms: Terms, settled: int) -> dict[str, int]:
    """The named terms of a formula after `settled` instalments; amounts in fen."""
    return _values(terms, settled, settled_fen(rents_of(terms), settled))


def values_over(terms: Terms) -> Iterator[dict[str, int]]:
    """The named terms after 0, 1 … n instalments, one after the other."""
    for settled, paid_fen in enumerate(accumulate(rents_of(terms), initial=0)):
        yield _values(terms, settled, paid_fen)


def _values(terms: Terms, settled: int, paid_fen: int) -> dict[str, int]:
    return {
        "signed_value": terms.signed_value_fen,
        "total_rent": terms.total_rent_fen,
        "rent_paid": paid_fen,
        "unpaid_rent": terms.total_rent_fen - paid_fen,
        "residual_price": terms.residual_price_fen or 0,
        "periods": terms.periods,
        "settled_periods": settled,
    }


def formulas_of(terms: Terms) -> tuple[Formula, ...]:
    """The contract's price clauses, parsed."""
    return tuple(parse_formula(source) for source in terms.buyout_formula)


def ladder_of(formula: Formula, terms: Terms) -> tuple[int, ...]:
    """n + 1 prices in fen as the formula gives them: negative and rising ones too."""
    return tuple(evaluate_fen(formula, values) for values in values_over(terms))


def lowest_ladder(ladders: Sequence[Sequence[int]]) -> tuple[int, ...]:
    """The lowest price at each k (BUY-4); empty where there is no formula."""
    return tuple(min(prices) for prices in zip(*ladders, strict=True)) if ladders else ()


def binding_ladder(ladder_fen: Sequence[int]) -> tuple[int, ...]:
    """What an imported contract is held to: never below 0 (BUY-3), never rising as rent is paid (BUY-5)."""
    return tuple(accumulate((max(0, price_fen) for price_fen in ladder_fen), min))


def is_popular(formula: Formula, terms: Terms) -> bool:
    """BUY-3: the popular formula by name, or any expression that comes to the same prices over this term."""
    popular = parse_formula("popular")
    return formula.source == "popular" or (
        not formula.never_below_zero
        and all(evaluate_fen(formula, values) == evaluate_fen(popular, values) for values in values_over(terms))
    )
