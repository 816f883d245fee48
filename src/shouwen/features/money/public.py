"""What later features may do with the money book inside their own transaction. Amounts are whole fen."""

from datetime import date

from shouwen.features.money import store
from shouwen.features.money.accrual import accrued_late_fee, late_fee_terms
from shouwen.features.money.booking import (
    NewPayment,
    OfLease,
    PaymentReceived,
    book,
    book_charges,
    charge_rents,
    charge_rents_of,
    receive_payment,
    receive_payments,
    waive_charge,
    write_off_charge,
)
from shouwen.features.money.deposits import (
    NewHold,
    Settled,
    book_damage,
    close_deposit,
    hold_deposit,
    hold_deposits,
    release_deposit,
    revise_settlement,
    settle_deposit,
)
from shouwen.features.money.statement import BillStatement, statement_of
from shouwen.features.money.store import (
    Booking,
    Charge,
    Hold,
    NewCharge,
    balances,
    lock_charges,
    lock_hold,
    set_release_due,
)
from shouwen.platform.db import Conn

__all__ = [
    "BillStatement",
    "Booking",
    "Charge",
    "Hold",
    "NewCharge",
    "NewHold",
    "NewPayment",
    "OfLease",
    "PaymentReceived",
    "Settled",
    "accrued_late_fee",
    "balances",
    "book",
    "book_charges",
    "book_damage",
    "charge_rents",
    "charge_rents_of",
    "close_deposit",
    "hold_deposit",
    "hold_deposits",
    "late_fee_terms",
    "lock_charges",
    "lock_hold",
    "read_statement",
    "receive_payment",
    "receive_payments",
    "release_deposit",
    "revise_settlement",
    "set_release_due",
    "settle_deposit",
    "waive_charge",
    "write_off_charge",
]


async def read_statement(conn: Conn, lease_id: int, on: date) -> BillStatement:
    """Every charge and every entry of a lease as of a Beijing day, in one statement; access is the caller's."""
    return statement_of(await store.statement(conn, lease_id), on)
