"""Signing freezes a template into a contract version: rents, due dates, ladder (BUY-1)."""

from datetime import date

from msgspec import structs

from shouwen.features.contracts.rules.ladder import rents_of
from shouwen.features.contracts.rules.publish import check_contract
from shouwen.features.contracts.rules.schedule import due_dates, refuse_first_due
from shouwen.features.contracts.types import Contract, ContractCheck, ContractPolicy, ContractTemplate
from shouwen.kernel.errors import Refusal


def sign(
    template: ContractTemplate,
    signed_on: date,
    first_due_on: date,
    policy: ContractPolicy,
    *,
    version: int = 1,
    imported: bool = False,
    check: ContractCheck | None = None,
) -> Contract:
    """The contract signed on a day, with that day's policy (LATE-3 is checked again here).

    Refusal `contract_not_signable` names the first refusing finding; an imported contract is marked instead.
    `check` is what `check_contract` said of these terms before: thousands of contracts may share a plan.
    BadInput `first_due_on` where the contract fixes another day of the month.
    """
    check = check or check_contract(template, policy, imported=imported)
    refusing = [finding for finding in check.findings if finding.severity == "refuse"]
    if refusing:
        raise Refusal(
            "contract_not_signable",
            f"合同不能签署：{refusing[0].message}",
            f"the contract cannot be signed: {', '.join(dict.fromkeys(f.rule for f in refusing))}",
            status=422,
            remedy_zh="请改好模板并重新检查后再签署",
            remedy_en="mend the template, check it again, then sign",
            rule=refusing[0].rule,
            data={"rules": [finding.rule for finding in refusing]},
        )
    refuse_first_due(template.terms, first_due_on)
    terms = structs.replace(template.terms, first_due_on=first_due_on)
    return Contract(
        title=template.title,
        template_version=template.version,
        version=version,
        signed_on=signed_on,
        terms=terms,
        clauses=template.clauses,
        rents_fen=rents_of(terms),
        due_on=due_dates(first_due_on, terms.periods, terms.due_day),
        ladder_fen=check.ladder_fen,
        marks=check.marks,
        policy=check.policy,
        imported=imported,
    )
