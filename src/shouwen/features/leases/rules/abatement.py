"""ABATE-1: rent is taken off for days without a working phone (民法典 713); what was paid of it is given as credit."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from msgspec import Struct

from shouwen.features.leases.types import AbatedPart


class RentShare(Struct, frozen=True):
    """The rent of some days of one instalment."""

    no: int
    days: int
    amount_fen: int


class RentBill(Struct, frozen=True):
    """A rent as it stands, with what earlier abatements took off it and how much of that became credit."""

    charge_id: int
    no: int
    amount_fen: int
    paid_fen: int
    outstanding_fen: int
    abated_fen: int = 0
    credited_fen: int = 0


def days_without_phone(reported_on: date, handed_over_on: date) -> tuple[date, date] | None:
    """From the day the fault was reported to the day before the new phone came, both included; None: the same day."""
    last_on = handed_over_on - timedelta(days=1)
    return None if last_on < reported_on else (reported_on, last_on)


def split_abatement(shares: Sequence[RentShare], bills: Mapping[int, RentBill]) -> tuple[AbatedPart, ...]:
    """Take each instalment's share off what is open of it first, then give what was paid of it as credit.

    Never more than the instalment in all, and nothing for what was waived or written off anyway.
    """
    found = []
    for share in shares:
        bill = bills.get(share.no)
        if bill is None:
            continue
        share_fen = min(share.amount_fen, bill.amount_fen - bill.abated_fen)
        waived_fen = min(share_fen, bill.outstanding_fen)
        credited_fen = min(share_fen - waived_fen, bill.paid_fen - bill.credited_fen)
        if waived_fen + credited_fen > 0:
            found.append(AbatedPart(bill.charge_id, bill.no, share.days, waived_fen, credited_fen))
    return tuple(found)
