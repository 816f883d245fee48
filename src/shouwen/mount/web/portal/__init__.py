"""The renter's pages. Each file is one page with its acts: parse, through the door, fill a view, render."""

from starlette.routing import Route

from shouwen.mount.web.page import page
from shouwen.mount.web.portal import (
    bills,
    buyout,
    cases,
    claims,
    contract,
    decision,
    dossier,
    evidence,
    home,
    human,
    leases,
    merged,
    owner,
    seals,
    statement,
)


def routes() -> list[Route]:
    """Everything under /my."""
    return [
        page("GET", "/my", home.home),
        page("POST", "/my/human", human.ask_anywhere),
        page("GET", "/my/leases/{lease_ref}", leases.lease_page),
        page("GET", "/my/leases/{lease_ref}/contract", contract.contract),
        page("GET", "/my/leases/{lease_ref}/buyout", buyout.buyout),
        page("POST", "/my/leases/{lease_ref}/buyout", buyout.accept),
        page("POST", "/my/leases/{lease_ref}/heard", buyout.heard),
        page("GET", "/my/bills", bills.bills),
        page("GET", "/my/claims/{claim_ref}", claims.claim_page),
        page("GET", "/my/claims/{claim_ref}/letter", claims.letter),
        page("POST", "/my/claims/{claim_ref}/answer", claims.answer),
        page("GET", "/my/claims/{claim_ref}/statement", statement.statement_page),
        page("POST", "/my/claims/{claim_ref}/statement", statement.send),
        page("POST", "/my/claims/{claim_ref}/statement/draft", statement.save_draft),
        page("GET", "/my/cases", cases.case_list),
        page("GET", "/my/cases/{case_ref}", cases.case_page),
        page("GET", "/my/cases/{case_ref}/status", cases.case_status),
        page("GET", "/my/cases/{case_ref}/thread", cases.case_thread),
        page("POST", "/my/cases/{case_ref}/messages", cases.say),
        page("POST", "/my/cases/{case_ref}/human", human.ask_in_case),
        page("GET", "/my/cases/{case_ref}/merged/{merged_ref}", merged.merged_page),
        page("GET", "/my/cases/{case_ref}/person", owner.person),
        page("POST", "/my/cases/{case_ref}/specialist", owner.specialist),
        page("GET", "/my/cases/{case_ref}/owner", owner.owner_page),
        page("POST", "/my/cases/{case_ref}/owner", owner.wish),
        page("POST", "/my/cases/{case_ref}/complaint", owner.complaint),
        page("POST", "/my/cases/{case_ref}/closure", decision.close),
        page("POST", "/my/cases/{case_ref}/rating", decision.rate),
        page("GET", "/my/cases/{case_ref}/decision", decision.decision_page),
        page("POST", "/my/cases/{case_ref}/appeal", decision.appeal),
        page("GET", "/my/cases/{case_ref}/letter", decision.letter),
        page("GET", "/my/cases/{case_ref}/dossier", dossier.dossier_page),
        page("GET", "/my/dossiers/{dossier_ref}", dossier.dossier_file),
        page("GET", "/my/cases/{case_ref}/messages/{seq}/receipt", seals.message_receipt),
        page("GET", "/my/cases/{case_ref}/messages/{seq}/receipt.json", seals.message_receipt_file),
        page("GET", "/my/evidence", evidence.evidence_page),
        page("GET", "/my/evidence/{media_ref}", evidence.receipt_page),
        page("GET", "/my/evidence/{media_ref}/receipt.json", evidence.receipt_file),
    ]
