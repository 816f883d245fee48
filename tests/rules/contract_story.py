"""One fair contract, and ways to bend it; shared by the contract tests."""

from datetime import date
from fractions import Fraction

from shouwen.features.contracts.rules.sign import sign
from shouwen.features.contracts.template_file import parse_template
from shouwen.features.contracts.types import Contract, ContractPolicy, ContractTemplate

SIGNED_ON = date(2026, 1, 10)
FIRST_DUE_ON = date(2026, 1, 15)
POLICY = ContractPolicy(Fraction("0.03"), "lpr-2025-05-20", Fraction("1.3"), "industry-price-1")
FAIR: dict[str, str] = {
    "total_rent_fen": "650_200",
    "periods": "12",
    "first_due_on": "2026-01-15",
    "rounding": '"last"',
    "signed_value_fen": "1_279_810",
    "residual_price_fen": "629_610",
    "buyout_formula": '"signed_value_minus_paid"',
    "grace_days": "3",
    "late_fee_daily_rate": '"0.0003"',
    "late_fee_cap_share": '"0.2"',
    "deposit_fen": "300_000",
    "inspection_days": "3",
    "dispute_days": "7",
    "damage_cap_fen": "300_000",
}


def toml_of(terms: dict[str, str], governed: list[str] | None = None) -> str:
    """A template file with one clause that governs every term, or those named."""
    keys = ", ".join(f'"{key}"' for key in (list(terms) if governed is None else governed))
    lines = "\n".join(f"{key} = {value}" for key, value in terms.items())
    clause = f'[[clauses]]\nno = "9.1"\ntitle = "约定"\ntext = "全部约定。"\nterms = [{keys}]\n'
    return f'title = "测试合同"\n\n[terms]\n{lines}\n\n{clause}'


def bent(**changes: str | None) -> dict[str, str]:
    """The fair terms with some changed, or left out (None)."""
    return {key: value for key, value in (FAIR | changes).items() if value is not None}


def template_of(**changes: str | None) -> ContractTemplate:
    return parse_template(toml_of(bent(**changes)), "test.toml")


def signed(*, imported: bool = False, **changes: str | None) -> Contract:
    return sign(template_of(**changes), SIGNED_ON, FIRST_DUE_ON, POLICY, imported=imported)
