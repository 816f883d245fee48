"""AMD-1: a change before shipping is a new version, signed by that day's policy, with its differences beside it."""

from collections.abc import Mapping
from datetime import date

from msgspec import Struct, structs

from shouwen.features.contracts.rules.sign import sign
from shouwen.features.contracts.types import (
    Clause,
    Contract,
    ContractPolicy,
    ContractTemplate,
    DamagePriceTerm,
    Quote,
    QuoteLine,
    Terms,
    WearTerm,
)
from shouwen.kernel.errors import Refusal
from shouwen.kernel.fen import format_fen, plain_fen

Difference = str  # "same", "changed", "added" or "removed"


class TermDifference(Struct, frozen=True):
    """One term, in words, before and after; empty where it is not agreed."""

    key: str
    before: str
    after: str


class ClauseDifference(Struct, frozen=True):
    """A clause side by side. `no` is empty for terms that no clause governs."""

    no: str
    title: str
    kind: Difference
    before_text: str
    after_text: str
    terms: tuple[TermDifference, ...]


def amend_plan(
    contract: Contract, template: ContractTemplate, periods: int, on: date, policy: ContractPolicy
) -> Contract:
    """The next version under another plan: its rents, ladder and late fee; the first due date and the phone stay.

    Refusal `plan_not_offered` where the template has another number of instalments or another phone.
    """
    terms = template.terms
    if terms.periods != periods or (terms.sku, terms.storage) != (contract.terms.sku, contract.terms.storage):
        raise Refusal(
            "plan_not_offered", f"这台手机没有 {periods} 期的方案", f"there is no plan of {periods} instalments",
            remedy_zh="请从现有的方案中选一个，或转人工", remedy_en="choose one of the plans offered", rule="AMD-1",
        )  # fmt: skip
    kept = structs.replace(terms, colour=terms.colour or contract.terms.colour)
    return _next_version(contract, structs.replace(template, terms=kept), on, policy)


def amend_model(
    contract: Contract, template: ContractTemplate, colour: str, on: date, policy: ContractPolicy
) -> Contract:
    """The next version for another phone, under that phone's template; the first due date stays."""
    terms = structs.replace(template.terms, colour=template.terms.colour or colour)
    return _next_version(contract, structs.replace(template, terms=terms), on, policy)


def amend_colour(contract: Contract, colour: str, on: date, policy: ContractPolicy) -> Contract:
    """The next version with another colour, everything else as it was."""
    terms = structs.replace(contract.terms, colour=colour)
    governed = tuple(dict.fromkeys(key for clause in contract.clauses for key in clause.terms))
    template = ContractTemplate(contract.title, contract.template_version, terms, contract.clauses, governed)
    return _next_version(contract, template, on, policy)


def _next_version(contract: Contract, template: ContractTemplate, on: date, policy: ContractPolicy) -> Contract:
    return sign(
        template, on, contract.due_on[0], policy, version=contract.version + 1, imported=contract.imported
    )  # fmt: skip


def quote_amendment(before: Contract, after: Contract, paid_fen: int, on: date) -> Quote:
    """What the new version asks today: rents due by then, less what was paid; the rest of that is credit. Fen.

    `inputs` hold the totals side by side; the quote is good for the day on which the version was signed.
    """
    clauses = after.clauses_for("total_rent_fen", "rents_fen", "first_due_on")
    lines = [
        QuoteLine("rent", f"第 {no} 期租金（{due_on} 到期）", rent_fen, "AMD-1", clauses)
        for no, (due_on, rent_fen) in enumerate(zip(after.due_on, after.rents_fen, strict=True), start=1)
        if due_on <= on and rent_fen
    ]
    due_fen = sum(line.amount_fen for line in lines)
    offset_fen = min(due_fen, paid_fen)
    if offset_fen:
        lines.append(QuoteLine("refund", "已付租金抵扣", -offset_fen, "CIVIL-560", clauses))
    credit_fen = paid_fen - offset_fen
    working = [
        f"总租金 {plain_fen(before.terms.total_rent_fen)}（{before.terms.periods} 期）→ "
        f"{plain_fen(after.terms.total_rent_fen)}（{after.terms.periods} 期）",
        f"今天应付 {plain_fen(due_fen)} − 已付 {plain_fen(paid_fen)} = {plain_fen(due_fen - paid_fen)}",
    ]
    return Quote(
        kind="amendment",
        amount_fen=due_fen - offset_fen,
        lines=tuple(lines),
        clauses=clauses,
        inputs={
            "paid_fen": paid_fen, "credit_fen": credit_fen, "on": on.isoformat(),
            **{f"before_{key}": value for key, value in _figures(before).items()},
            **{f"after_{key}": value for key, value in _figures(after).items()},
        },
        working=tuple(working),
        contract_version=after.version,
        valid_until=on,
        rules=("AMD-1", "BUY-1"),
        notes=(f"多付的 {plain_fen(credit_fen)} 元留作余额，可抵以后的账单或退还。",) if credit_fen else (),
        marks=after.marks,
    )  # fmt: skip


def _figures(contract: Contract) -> dict[str, int]:
    terms = contract.terms
    return {
        "periods": terms.periods, "total_rent_fen": terms.total_rent_fen, "signed_value_fen": terms.signed_value_fen,
        "residual_price_fen": terms.residual_price_fen or 0, "deposit_fen": terms.deposit_fen or 0,
        "first_rent_fen": contract.rents_fen[0],
    }  # fmt: skip


def compare(before: Contract, after: Contract) -> tuple[ClauseDifference, ...]:
    """Both versions clause by clause, in the order of the later one; clauses that are gone come last."""
    old = {clause.no: clause for clause in before.clauses}
    new = {clause.no: clause for clause in after.clauses}
    found = [_clause(old.get(no), clause, before.terms, after.terms) for no, clause in new.items()]
    found += [_clause(clause, None, before.terms, after.terms) for no, clause in old.items() if no not in new]
    governed = {key for clause in (*old.values(), *new.values()) for key in clause.terms}
    loose = _terms([key for key in Terms.__struct_fields__ if key not in governed], before.terms, after.terms)
    if loose:
        found.append(ClauseDifference("", "其他约定", "changed", "", "", loose))
    return tuple(found)


def _clause(old: Clause | None, new: Clause | None, before: Terms, after: Terms) -> ClauseDifference:
    shown = new or old
    assert shown is not None
    keys = list(dict.fromkeys([*(old.terms if old else ()), *(new.terms if new else ())]))
    terms = _terms(keys, before, after)
    if old is None or new is None:
        kind = "removed" if new is None else "added"
    else:
        kind = "same" if old == new and not terms else "changed"
    old_text, new_text = old.text.strip() if old else "", new.text.strip() if new else ""
    return ClauseDifference(shown.no, shown.title, kind, old_text, new_text, terms)


def _terms(keys: list[str], before: Terms, after: Terms) -> tuple[TermDifference, ...]:
    found = ((key, getattr(before, key), getattr(after, key)) for key in keys)
    return tuple(TermDifference(key, term_text(key, old), term_text(key, new)) for key, old, new in found if old != new)


_WORDS: Mapping[str, str] = {
    "first": "计入首期", "last": "计入末期", "advance": "先付", "arrears": "后付", "actual": "按当期实际天数",
    "thirty": "按每月 30 天", "return": "归还", "buyout": "买断", "renewal": "续租", "rent-to-own": "租满归己",
}  # fmt: skip


def term_text(key: str, value: object) -> str:
    """A term in words: amounts in yuan, lists item by item; empty where the contract does not say."""
    if value is None or value == () or value == "":
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int):
        return format_fen(value) if key.endswith("_fen") else str(value)
    if isinstance(value, tuple):
        return "、".join(term_text(key, item) for item in value)
    if isinstance(value, DamagePriceTerm):
        return f"{value.part} {value.kind} {value.severity} {format_fen(value.price_fen)}"
    if isinstance(value, WearTerm):
        size = f" ≤{value.max_mm} mm" if value.max_mm is not None else ""
        return f"{value.kind}{size} {value.max_severity}" + (f"（{'、'.join(value.parts)}）" if value.parts else "")
    return _WORDS.get(str(value), str(value))
