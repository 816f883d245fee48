"""The routes of the renter's money pages."""

from starlette.routing import Route

from shouwen.mount.web.page import page
from shouwen.mount.web.portal import account, agreement, bill_line, contesting, letters, overdue, paying, payments


def routes() -> list[Route]:
    """Bills, statement, paying, payments, agreement, letters, what is late."""
    lease = "/my/leases/{lease_ref}"
    return [
        page("GET", f"{lease}/bills/{{line}}", bill_line.bill_line_page),
        page("GET", f"{lease}/bills/{{line}}/dispute", contesting.dispute_page),
        page("POST", f"{lease}/bills/{{line}}/dispute", contesting.dispute),
        page("GET", f"{lease}/statement", account.statement_page),
        page("POST", f"{lease}/statement", account.write_letter),
        page("GET", f"{lease}/statement.csv", account.statement_file),
        page("GET", f"{lease}/pay", paying.choose_page),
        page("POST", f"{lease}/pay", paying.pay),
        page("GET", f"{lease}/pay/confirm", paying.confirm_page),
        page("GET", f"{lease}/payments", payments.payments_page),
        page("GET", f"{lease}/payments/{{order_ref}}", payments.order_page),
        page("POST", f"{lease}/credit-refund", contesting.ask_credit_back),
        page("GET", f"{lease}/agreement", agreement.agreement_page),
        page("GET", f"{lease}/agreement/end", agreement.end_page),
        page("POST", f"{lease}/agreement/end", agreement.end),
        page("GET", f"{lease}/overdue", overdue.overdue_page),
        page("GET", f"{lease}/relief", contesting.relief_page),
        page("POST", f"{lease}/relief", contesting.ask_relief),
        page("GET", f"{lease}/papers", letters.papers_page),
        page("GET", "/my/papers/{paper_ref}", letters.paper_page),
    ]
