"""REN-1: the term goes on by so many instalments, as a new version of the contract that the renter agrees to."""

from datetime import date, timedelta
from itertools import accumulate

from msgspec.structs import replace

from shouwen.features.contracts.types import Clause, Contract, Quote, QuoteLine
from shouwen.kernel.errors import BadInput, Refusal
from shouwen.kernel.fen import format_fen, plain_fen

_RENT_KEYS = ("renewal_rent_fen", "total_rent_fen", "rents_fen", "periods")


def quote_renewal(contract: Contract, periods: int, ends_on: date, on: date, opens_days: int, most: int) -> Quote:
    """What `periods` more instalments after the last day `ends_on` come to, asked on a Beijing day.

    Each costs the contract's renewal rent, else its last rent. Refusal `renewal_not_agreed`, `renewal_too_soon`,
    `term_ended`, `renewal_by_person` (a price formula that cannot go on); BadInput on the number.
    """
    _refuse(contract, periods, ends_on, on, opens_days, most)
    rent_fen = monthly_fen(contract)
    amount_fen = rent_fen * periods
    own = contract.clauses_for("renewal_rent_fen")
    line = QuoteLine("renewal", f"续租 {periods} 期租金", amount_fen, "REN-1", own or contract.clauses_for(*_RENT_KEYS))
    said = "合同约定的续租租金" if contract.terms.renewal_rent_fen is not None else "合同最后一期租金"
    notes = [f"从 {ends_on + timedelta(days=1)} 开始；每期到期时付款，不用现在付清。"]
    if contract.ladder_fen:
        notes.append("续租租金和之前一样计入买断价。")
    return Quote(
        kind="renewal",
        amount_fen=amount_fen,
        lines=(line,),
        clauses=line.clauses,
        inputs={"periods": periods, "rent_fen": rent_fen, "ends_on": ends_on.isoformat(), "on": on.isoformat()},
        working=(f"{said} {plain_fen(rent_fen)} × {periods} 期 = {plain_fen(amount_fen)}",),
        contract_version=contract.version,
        valid_until=on,
        rules=("REN-1",),
        notes=tuple(notes),
        marks=contract.marks,
    )


def renew(contract: Contract, due_on: tuple[date, ...], ends_on: date, on: date, policy: tuple[str, ...]) -> Contract:
    """The next version: all rents so far and the new ones, due on `due_on` (the whole term, by the same anchor).

    The lease's day of signing stays, and with it the gate of LATE-3: a renewal changes no fee of a rent before it.
    The buyout price goes on by the same rule, the price at the beginning less the rent paid, never below 0.
    """
    terms, rent_fen = contract.terms, monthly_fen(contract)
    more = len(due_on) - terms.periods
    rents_fen = (*contract.rents_fen, *(rent_fen,) * more)
    ladder_fen = _prices_fen(contract.ladder_fen[0], rents_fen) if contract.ladder_fen else ()
    priced = replace(
        terms, buyout_formula=("signed_value_minus_paid",), signed_value_fen=contract.ladder_fen[0],
        residual_price_fen=None,
    ) if ladder_fen else terms  # fmt: skip
    no = f"{1 + max(int(clause.no.split('.')[0]) for clause in contract.clauses)}.1"
    text = (
        f"双方于 {on} 同意续租 {more} 期，从 {ends_on + timedelta(days=1)} 开始，每期租金 {format_fen(rent_fen)}，"
        "其余约定不变。"
    )
    if ladder_fen:
        text += "续租租金计入已付租金，买断价为签约价减已付租金。"
    return replace(
        contract,
        version=contract.version + 1,
        terms=replace(
            priced, total_rent_fen=sum(rents_fen), periods=len(due_on), rents_fen=rents_fen,
        ),
        clauses=(*contract.clauses, Clause(no, "续租", text, ("renewal_rent_fen", "rents_fen", "periods"))),
        rents_fen=rents_fen,
        due_on=due_on,
        ladder_fen=ladder_fen,
        policy=policy,
    )  # fmt: skip


def monthly_fen(contract: Contract) -> int:
    """The rent of an instalment after the term: the one agreed, else the last."""
    agreed_fen = contract.terms.renewal_rent_fen
    return contract.rents_fen[-1] if agreed_fen is None else agreed_fen


def _prices_fen(begin_fen: int, rents_fen: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(max(0, begin_fen - paid_fen) for paid_fen in accumulate(rents_fen, initial=0))


def _refuse(contract: Contract, periods: int, ends_on: date, on: date, opens_days: int, most: int) -> None:
    clauses = contract.clauses_for("end_of_term")
    clause = clauses[0] if clauses else ""
    if "renewal" not in contract.terms.end_of_term:
        raise Refusal(
            "renewal_not_agreed", "这份合同没有约定续租" + (f"（合同 {clause} 条）" if clause else ""),
            "this contract does not offer a renewal", rule="REN-1", clause=clause,
            remedy_zh=f"租期到 {ends_on}，到期可以按合同办理；想继续用，请转人工商量",
            remedy_en="end it as the contract says, or ask a person",
        )  # fmt: skip
    if not 1 <= periods <= most:
        raise BadInput("periods", f"续租期数在 1 到 {most} 之间", f"renew by 1 to {most} instalments",
                       remedy_zh="需要更久可以到期前再续", remedy_en="renew again before that ends")  # fmt: skip
    if on > ends_on:
        raise Refusal(
            "term_ended", f"租期已在 {ends_on} 结束", "the term has ended", rule="REN-1", clause=clause,
            remedy_zh="请寄回手机或买断；想继续租，请转人工", remedy_en="return or buy the phone, or ask a person",
        )  # fmt: skip
    opens_on = ends_on - timedelta(days=opens_days)
    if on < opens_on:
        raise Refusal(
            "renewal_too_soon", f"租期到 {ends_on}，{opens_on} 起可以办理续租",
            f"a renewal opens {opens_days} days before the end", rule="REN-1", clause=clause,
            remedy_zh=f"{opens_on} 起在这里办理即可，不会错过", remedy_en=f"come back from {opens_on}",
            data={"opens_on": str(opens_on)},
        )  # fmt: skip
    if contract.ladder_fen and contract.ladder_fen != _prices_fen(contract.ladder_fen[0], contract.rents_fen):
        raise Refusal(
            "renewal_by_person", "这份合同的买断公式不能直接延续到续租期",
            "the price formula of this contract cannot go on by itself", rule="REN-1", clause=clause,
            remedy_zh="请转人工签一份新的约定", remedy_en="ask a person for a new agreement",
        )  # fmt: skip
