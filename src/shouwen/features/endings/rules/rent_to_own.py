"""BUY-1 at the end of the term: a rent-to-own contract leaves the phone with the renter once every rent is paid."""

from datetime import date

from shouwen.features.contracts.types import Contract, Quote, QuoteLine
from shouwen.kernel.fen import plain_fen


def quote_rent_to_own(contract: Contract, settled: int, partly_paid_fen: int, on: date) -> Quote | None:
    """What is still to be paid until the phone is the renter's: the rents to come, then the price of the last rung.

    None where the contract is not rent-to-own. Rents fall due one by one, nothing is due at once; late fees apart.
    """
    if "rent-to-own" not in contract.terms.end_of_term or not contract.ladder_fen:
        return None
    clauses = contract.clauses_for("end_of_term")
    left, last_fen = contract.terms.periods - settled, contract.ladder_fen[-1]
    rents_fen = sum(contract.rents_fen[settled:]) - partly_paid_fen
    lines: list[QuoteLine] = []
    working: list[str] = []
    if rents_fen:
        rent_clauses = contract.clauses_for("total_rent_fen", "periods", "rents_fen")
        lines.append(QuoteLine("rent", f"还没付的 {left} 期租金", rents_fen, "BUY-1", rent_clauses))
        paid = f" − 已付 {plain_fen(partly_paid_fen)}" if partly_paid_fen else ""
        working.append(f"{left} 期租金 {plain_fen(rents_fen + partly_paid_fen)}{paid} = {plain_fen(rents_fen)}")
    lines.append(QuoteLine("buyout_price", "租满后的买断价", last_fen, "BUY-1", clauses))
    working.append(f"{plain_fen(rents_fen)} + 租满后的买断价 {plain_fen(last_fen)} = {plain_fen(rents_fen + last_fen)}")
    return Quote(
        kind="rent_to_own",
        amount_fen=rents_fen + last_fen,
        lines=tuple(lines),
        clauses=tuple(dict.fromkeys(no for line in lines for no in line.clauses)),
        inputs={"settled_periods": settled, "partly_paid_fen": partly_paid_fen, "on": on.isoformat()},
        working=tuple(working),
        contract_version=contract.version,
        valid_until=contract.due_on[-1],
        rules=("BUY-1",),
        notes=("按期付款即可，不用现在付清；付清最后一期后，确认一次，手机就归您。",),
        marks=contract.marks,
    )
