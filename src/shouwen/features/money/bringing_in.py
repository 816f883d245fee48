"""The book of leases signed elsewhere: their rents scheduled, what was paid there booked today with its old day."""

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from shouwen.features.contracts.types import Contract
from shouwen.features.money import store
from shouwen.features.money.accrual import late_fee_terms
from shouwen.features.money.booking import book, charge_rents_of
from shouwen.features.money.rules.entries import entry_for_payment, entry_for_rent_due
from shouwen.features.money.rules.late_fee import fee_integers
from shouwen.features.money.store import Booking
from shouwen.features.money.types import AllocatedPart, Allocation, ChargeKind, LateFeeTerms
from shouwen.platform.db import Conn

_CHUNK = 20_000
# New leases have nothing running yet that would have to be read anew.
PUT_NEW_FEE_TERMS = """
INSERT INTO fee_terms (lease_id, contract_version, grace_days, rate_num, rate_den, daily_fen, cap_num, cap_den,
  gate_num, gate_den, clause)
SELECT * FROM unnest($1::bigint[], $2::integer[], $3::integer[], $4::bigint[], $5::bigint[], $6::bigint[],
  $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[], $11::text[])
"""


class BroughtIn(Struct, frozen=True):
    """A lease with the contract it came with; its first `paid_periods` rents were paid. `ref` is unique to it."""

    id: int
    renter_id: int
    contract: Contract
    paid_periods: int
    ref: str


async def bring_in(conn: Conn, act_id: int, leases: Sequence[BroughtIn], on: date) -> None:
    """Write every rent of these leases; book those paid, and their payments, on `on` as of the day each was due.

    Rents not paid yet are scheduled: the business day books what is overdue, and its late fee from the due date on.
    """
    rents = [
        (lease, rent)
        for lease in leases
        for rent in charge_rents_of(lease.id, lease.renter_id, lease.contract)
    ]  # fmt: skip
    paid_on = [on if rent.no <= lease.paid_periods else None for lease, rent in rents]
    ids: list[int] = []
    for start in range(0, len(rents), _CHUNK):
        new = [rent for _, rent in rents[start : start + _CHUNK]]
        ids += await store.insert_charges(conn, new, paid_on[start : start + _CHUNK])
    bookings: list[Booking] = []
    for (lease, rent), charge_id, booked_on in zip(rents, ids, paid_on, strict=True):
        if booked_on is None:
            continue
        value_on = rent.due_on if rent.due_on < on else None
        payment = Allocation((AllocatedPart(charge_id, ChargeKind.RENT, rent.amount_fen),), 0)
        bookings += [
            Booking(lease.id, lease.renter_id, on, entry, value_on)
            for entry in (
                entry_for_rent_due(charge_id, rent.no, rent.amount_fen),
                entry_for_payment(f"{lease.ref}:{rent.no}", payment, "IMPORT"),
            )
        ]
    await book(conn, act_id, bookings)
    await _put_fee_terms(conn, leases)


async def _put_fee_terms(conn: Conn, leases: Sequence[BroughtIn]) -> None:
    found = [(lease, _terms_of(lease.contract)) for lease in leases]
    integers = [fee_integers(terms) for _, terms in found]
    await conn.execute(
        PUT_NEW_FEE_TERMS,
        [lease.id for lease in leases],
        [lease.contract.version for lease in leases],
        [terms.grace_days for _, terms in found],
        [i.rate_num for i in integers],
        [i.rate_den for i in integers],
        [i.daily_fen for i in integers],
        [i.cap_num for i in integers],
        [i.cap_den for i in integers],
        [i.gate_num for i in integers],
        [i.gate_den for i in integers],
        [terms.clause for _, terms in found],
    )


def _terms_of(contract: Contract) -> LateFeeTerms:
    """The late-fee clause; a contract without one charges nothing a day."""
    return late_fee_terms(contract) or LateFeeTerms(contract.terms.grace_days, "", daily_fen=0)
