"""What a story may say about its lease: every figure and day comes from here, none is typed."""

from datetime import date, timedelta

from msgspec.structs import replace

from shouwen.kernel.days import add_months
from shouwen.kernel.fen import format_fen
from shouwen.mount.demo.structs import Lease


def facts_of(lease: Lease, name: str, today: date) -> dict[str, str]:
    """The words that stories put in braces."""
    terms = lease.terms
    overdue = lease.overdue(today)
    first = overdue[0] if overdue else lease.instalments[max(0, lease.settled_periods - 1)]
    unpaid_fen = terms.total_rent_fen - lease.paid_fen
    following = next((each for each in lease.instalments if each.due_on > today), lease.instalments[-1])
    handed = lease.handed_over_on or terms.first_due_on
    returned = lease.returned_on or today
    return {
        "name": name,
        "model": f"{lease.model} {lease.storage} {lease.colour}",
        "phone": lease.model,
        "ref": lease.ref,
        "periods": str(terms.periods),
        "settled": str(lease.settled_periods),
        "rent": format_fen(first.rent_fen),
        "rent_no": str(first.no),
        "rent_due": day(first.due_on),
        "rent_paid_on": day(first.paid_on or first.due_on),
        "open": format_fen(first.open_fen),
        "overdue_count": str(len(overdue)),
        "next_no": str(following.no),
        "next_due": day(following.due_on),
        "next_rent": format_fen(following.rent_fen),
        "total": format_fen(terms.total_rent_fen),
        "paid": format_fen(lease.paid_fen),
        "unpaid": format_fen(unpaid_fen),
        "signed": format_fen(terms.signed_value_fen),
        "residual": format_fen(terms.residual_price_fen),
        "price": format_fen(lease.buyout_price_fen),
        "deposit": format_fen(terms.deposit_fen),
        "handed": day(handed),
        "returned": day(returned),
        "ship_by": day(lease.ship_by_on or today),
        "signed_on": day(lease.signed_on or lease.applied_on),
        "applied_on": day(lease.applied_on),
        "end_on": day(add_months(terms.first_due_on, terms.periods)),
        "waybill": lease.waybill_back or lease.waybill_out or "（尚未生成）",
        "imei": lease.imei[-4:],
        "tomorrow": day(today + timedelta(days=1)),
        "in_20_days": day(today + timedelta(days=20)),
        "today": day(today),
    }


def as_of(lease: Lease, on: date) -> Lease:
    """The lease as its books stood at the end of `on`: later payments are not yet made."""
    earlier = tuple(
        replace(each, paid_fen=0, paid_on=None) if each.paid_on and each.paid_on > on else each
        for each in lease.instalments
    )
    return replace(lease, instalments=earlier)


def day(on: date) -> str:
    """2026-11-18."""
    return on.isoformat()
