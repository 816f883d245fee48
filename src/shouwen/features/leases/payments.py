"""Money arrives for a lease: the late fees it stops become bills, then it is booked."""

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from shouwen.features.contracts.public import known_contract
from shouwen.features.leases import store
from shouwen.features.leases.file import open_file
from shouwen.features.leases.types import AccruedLateFee, LeaseRow
from shouwen.features.money.public import NewCharge, PaymentReceived, book_charges, receive_payment
from shouwen.features.money.types import ChargeKind
from shouwen.kernel.errors import Absent
from shouwen.platform.db import Conn


class RentReceived(Struct, frozen=True):
    """How the payment was allocated, and the late fees that became bills because their rent is settled now."""

    payment: PaymentReceived
    late_fees: tuple[AccruedLateFee, ...]


async def receive_rent(
    conn: Conn,
    act_id: int,
    lease: LeaseRow,
    amount_fen: int,
    payment_ref: str,
    on: date,
    *,
    named: Sequence[int] = (),
    contested: Sequence[int] = (),
) -> RentReceived:
    """Book a payment on a lease whose row the caller has locked; once by `payment_ref`.

    An overdue instalment that it settles stops running up a late fee (LATE-1): what it ran up to the day before
    becomes a bill of its own, due on the day of the payment. Nothing is taken from this payment for it.
    """
    known = known_contract(lease.id)
    row = await store.lease_file(conn, lease.id, on, known.sha256)
    if row is None:
        raise Absent("订单", "lease")
    file = open_file(row, known, on).file
    payment = await receive_payment(conn, act_id, lease, amount_fen, payment_ref, on, named=named, contested=contested)
    paid_fen = {part.charge_id: part.amount_fen for part in payment.allocation.parts} if payment.booked else {}
    settled = {i.no for i in file.instalments if i.outstanding_fen and paid_fen.get(i.charge_id) == i.outstanding_fen}
    stopped = tuple(fee for fee in file.late_fees if fee.no in settled)
    await book_charges(
        conn,
        act_id,
        [
            NewCharge(
                lease_id=lease.id,
                renter_id=lease.renter_id,
                kind=ChargeKind.LATE_FEE,
                no=fee.no,
                clause=fee.clause,
                due_on=on,
                amount_fen=fee.amount_fen,
            )
            for fee in stopped
        ],
        on,
    )
    return RentReceived(payment, stopped)
