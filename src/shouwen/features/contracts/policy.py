"""The dated values contracts need, read from policies/lpr.toml and policies/industry.toml; sample templates."""

from datetime import date

from shouwen.features.contracts.rules.rates import parse_rate
from shouwen.features.contracts.template_file import parse_template
from shouwen.features.contracts.types import ContractPolicy, ContractTemplate
from shouwen.platform.policies import load_policy, policies_folder


def contract_policy_on(on: date) -> ContractPolicy:
    """The LPR and industry values in force on a Beijing day; Refusal before the first LPR entry."""
    lpr, industry = load_policy("lpr").in_force(on), load_policy("industry").in_force(on)
    return ContractPolicy(
        lpr_one_year=parse_rate(lpr.text("one_year_rate")),
        lpr_version=lpr.id,
        price_limit_share=parse_rate(industry.text("price_limit_share")),
        price_version=industry.id,
    )


def sample_templates() -> dict[str, ContractTemplate]:
    """The published sample templates by file stem, in order of name."""
    folder = policies_folder() / "templates"
    files = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".toml")), key=lambda e: e.name)
    return {entry.name.removesuffix(".toml"): parse_template(entry.read_bytes(), entry.name) for entry in files}
