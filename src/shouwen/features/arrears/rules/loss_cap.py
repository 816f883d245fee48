"""The loss settlement of a contract: what limits the rent of a phone that is kept."""

from shouwen.features.contracts.types import Contract


def loss_cap_fen(contract: Contract, settled: int) -> int:
    """The price of losing the phone after `settled` instalments: the ladder's, or the one the contract fixes.

    A contract that names neither gives its signed value less the rents settled.
    """
    terms = contract.terms
    if terms.loss_price == "fixed" and terms.loss_price_fen is not None:
        return terms.loss_price_fen
    if contract.ladder_fen:
        return contract.ladder_fen[min(settled, len(contract.ladder_fen) - 1)]
    return max(0, terms.signed_value_fen - sum(contract.rents_fen[:settled]))
