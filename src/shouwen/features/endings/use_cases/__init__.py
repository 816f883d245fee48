"""What renters and the desk do about the end of a lease."""

from shouwen.features.endings.use_cases.buying import (
    AcceptBuyout,
    ReadAgreements,
    ReadCurve,
    accept_buyout,
    read_agreements,
    read_curve,
)
from shouwen.features.endings.use_cases.choosing import ReadEndings, read_endings
from shouwen.features.endings.use_cases.losing import (
    AnswerDevice,
    QuoteLoss,
    RecordPolice,
    ReportFound,
    ReportLost,
    SettleLoss,
    answer_device,
    quote_loss,
    record_police,
    report_found,
    report_lost,
    settle_loss,
)
from shouwen.features.endings.use_cases.renewing import AcceptRenewal, QuoteRenewal, accept_renewal, quote_renewal
from shouwen.features.endings.use_cases.returning import (
    AcceptEarlyReturn,
    QuoteEarlyReturn,
    accept_early_return,
    quote_early_return,
)
from shouwen.features.endings.use_cases.tending import TendLease, tend_lease

__all__ = [
    "AcceptBuyout",
    "AcceptEarlyReturn",
    "AcceptRenewal",
    "AnswerDevice",
    "QuoteEarlyReturn",
    "QuoteLoss",
    "QuoteRenewal",
    "ReadAgreements",
    "ReadCurve",
    "ReadEndings",
    "RecordPolice",
    "ReportFound",
    "ReportLost",
    "SettleLoss",
    "TendLease",
    "accept_buyout",
    "accept_early_return",
    "accept_renewal",
    "answer_device",
    "quote_early_return",
    "quote_loss",
    "quote_renewal",
    "read_agreements",
    "read_curve",
    "read_endings",
    "record_police",
    "report_found",
    "report_lost",
    "settle_loss",
    "tend_lease",
]
