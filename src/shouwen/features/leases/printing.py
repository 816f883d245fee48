"""A signed contract as PDF (Typst): its clauses by number, its rents and due dates, its buyout ladder."""

from pathlib import Path

from shouwen.features.contracts.types import Contract
from shouwen.kernel.fen import format_fen
from shouwen.platform.typeset import set_pdf

TEMPLATE = Path(__file__).with_name("paper.typ")


def print_contract(contract: Contract, lease_ref: str, contract_sha256: str, company: str) -> bytes:
    """The PDF of one version, the same bytes each time; raises FontMissing without a Chinese font."""
    return set_pdf(TEMPLATE, paper_of(contract, lease_ref, contract_sha256, company))


def paper_of(contract: Contract, lease_ref: str, contract_sha256: str, company: str) -> dict[str, object]:
    """What is printed, as data."""
    terms = contract.terms
    phone = " ".join(part for part in (terms.sku, terms.storage, terms.colour, terms.condition_grade) if part)
    return {
        "company": company,
        "title": contract.title,
        "refs": [
            ["订单", lease_ref],
            ["版本", f"第 {contract.version} 版（模板 {contract.template_version}）"],
            ["签署日", contract.signed_on.isoformat()],
            ["租赁物", phone or "见条款"],
            ["总租金", f"{format_fen(terms.total_rent_fen)}，共 {terms.periods} 期"],
            ["签约价", format_fen(terms.signed_value_fen)],
            ["押金", format_fen(terms.deposit_fen) if terms.deposit_fen else "无"],
            ["合同指纹", contract_sha256],
        ],
        "clauses": [{"no": each.no, "title": each.title, "text": each.text.strip()} for each in contract.clauses],
        "tables": [_rents(contract), *([_ladder(contract)] if contract.ladder_fen else [])],
        "signature": f"{company}与承租方于 {contract.signed_on} 签署。当日适用：{'、'.join(contract.policy)}。",
    }


def _rents(contract: Contract) -> dict[str, object]:
    clauses = contract.clauses_for("total_rent_fen", "rents_fen", "first_due_on")
    rows = [
        [str(no), due_on.isoformat(), format_fen(rent_fen)]
        for no, (due_on, rent_fen) in enumerate(zip(contract.due_on, contract.rents_fen, strict=True), start=1)
    ]
    return {"title": "各期租金", "heads": ["期", "付款日", "租金"], "rows": rows, "note": _by(clauses)}


def _ladder(contract: Contract) -> dict[str, object]:
    clauses = contract.clauses_for("buyout_formula", "residual_price_fen")
    rows = [[str(settled), format_fen(price_fen)] for settled, price_fen in enumerate(contract.ladder_fen)]
    return {"title": "买断价", "heads": ["已付清期数", "买断价"], "rows": rows, "note": _by(clauses)}


def _by(clauses: tuple[str, ...]) -> str:
    return f"依据第 {'、'.join(clauses)} 条" if clauses else ""
