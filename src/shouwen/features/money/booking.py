"""Charges, payments, waivers: booked once each by key. Amounts are whole fen."""

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from msgspec import Struct

from shouwen.features.contracts.types import Contract
from shouwen.features.money import store
from shouwen.features.money.rules.allocation import allocate
from shouwen.features.money.rules.entries import (
    entry_for_charge,
    entry_for_late_fee,
    entry_for_payment,
    entry_for_rent_due,
    entry_for_waiver,
    entry_for_write_off,
)
from shouwen.features.money.store import Booking, Charge, NewCharge
from shouwen.features.money.types import CHARGE_ZH, AllocatedPart, Allocation, ChargeKind, Entry, OpenDebt
from shouwen.kernel.errors import Refusal
from shouwen.kernel.fen import format_fen
from shouwen.platform.db import Conn

_CHUNK = 20_000


class OfLease(Protocol):
    """Whose money it is: a LeaseRow, or anything else with the two ids."""

    @property
    def id(self) -> int: ...

    @property
    def renter_id(self) -> int: ...


class PaymentReceived(Struct, frozen=True):
    """How a payment was allocated; `booked` is false where its key had been booked before."""

    allocation: Allocation
    booked: bool


class NewPayment(Struct, frozen=True, kw_only=True):
    """A payment that settles one charge, for histories brought in from elsewhere; `ref` is unique."""

    lease_id: int
    renter_id: int
    charge_id: int
    kind: ChargeKind
    amount_fen: int
    on: date
    ref: str


async def book(conn: Conn, act_id: int, bookings: Sequence[Booking]) -> set[str]:
    """Book entries once each by key, with their effect on charges; the keys that were new.

    Lock the charges first (`lock_charges`): settling more than is outstanding violates a CHECK.
    """
    keys = [booking.entry.key for booking in bookings]
    if len(set(keys)) != len(keys):
        raise ValueError("two entries of one booking carry the same key")
    new: set[str] = set()
    for start in range(0, len(bookings), _CHUNK):
        new |= await store.book(conn, act_id, bookings[start : start + _CHUNK])
    return new


async def book_charges(conn: Conn, act_id: int, charges: Sequence[NewCharge], on: date | None = None) -> list[int]:
    """Write charges and book each to its income, once; their ids. Booked on `on`, else on the day each is due."""
    ids: list[int] = []
    for start in range(0, len(charges), _CHUNK):
        chunk = charges[start : start + _CHUNK]
        ids += await store.insert_charges(conn, chunk, [on or c.due_on for c in chunk])
    await book(
        conn,
        act_id,
        [
            Booking(c.lease_id, c.renter_id, on or c.due_on, _charge_entry(charge_id, c))
            for charge_id, c in zip(ids, charges, strict=True)
        ],
    )
    return ids


def _charge_entry(charge_id: int, charge: NewCharge) -> Entry:
    if charge.kind is ChargeKind.RENT:
        return entry_for_rent_due(charge_id, charge.no, charge.amount_fen)
    if charge.kind is ChargeKind.LATE_FEE:
        return entry_for_late_fee(charge_id, charge.no, charge.amount_fen)
    return entry_for_charge(charge.kind, charge_id, charge.amount_fen)


async def charge_rents(conn: Conn, act_id: int, lease: OfLease, contract: Contract) -> list[int]:
    """The rent charges of every instalment, written and booked once; their ids in order of the instalments."""
    return await book_charges(conn, act_id, charge_rents_of(lease.id, lease.renter_id, contract))


def charge_rents_of(lease_id: int, renter_id: int, contract: Contract) -> list[NewCharge]:
    """The rent charges a contract makes; those of several leases go to `book_charges` in one call."""
    clauses = contract.clauses_for("rents_fen", "total_rent_fen", "periods", "first_due_on")
    return [
        NewCharge(
            lease_id=lease_id,
            renter_id=renter_id,
            kind=ChargeKind.RENT,
            no=no,
            clause=clauses[0] if clauses else "",
            due_on=due_on,
            amount_fen=rent_fen,
        )
        for no, (rent_fen, due_on) in enumerate(zip(contract.rents_fen, contract.due_on, strict=True), start=1)
        if rent_fen > 0
    ]


async def receive_payment(
    conn: Conn,
    act_id: int,
    lease: OfLease,
    amount_fen: int,
    payment_ref: str,
    on: date,
    *,
    named: Sequence[int] = (),
    contested: Sequence[int] = (),
) -> PaymentReceived:
    """Book money received: named charges first, then what is due by the default order (民法典 560).

    `contested` charges are settled only when named. What is left over stays as the renter's credit. The same
    `payment_ref` again changes nothing and answers what was booked. BadInput on nothing or a charge not open.
    """
    charges = await store.lock_charges(conn, lease.id)
    kinds = {charge.id: charge.kind for charge in charges}
    earlier = await store.transfers_of(conn, f"payment:{payment_ref}")
    if earlier:
        if earlier[0]["lease_id"] != lease.id or sum(row["amount_fen"] for row in earlier) != amount_fen:
            raise Refusal(
                "payment_differs",
                "这个付款流水号已经记过另一笔金额",
                "this payment reference was booked with another amount or lease",
                remedy_zh="请核对流水号",
                remedy_en="check the payment reference",
            )
        parts = tuple(
            AllocatedPart(row["charge_id"], kinds[row["charge_id"]], row["amount_fen"])
            for row in earlier
            if row["charge_id"] is not None
        )
        surplus_fen = amount_fen - sum(part.amount_fen for part in parts)
        return PaymentReceived(Allocation(parts, surplus_fen), False)
    debts = [
        OpenDebt(c.id, c.kind, c.due_on, c.outstanding_fen, c.id in contested) for c in charges if c.outstanding_fen
    ]
    allocation = allocate(amount_fen, debts, on, named).outcome
    entry = entry_for_payment(payment_ref, allocation)
    await book(conn, act_id, [Booking(lease.id, lease.renter_id, on, entry)])
    return PaymentReceived(allocation, True)


async def receive_payments(conn: Conn, act_id: int, payments: Sequence[NewPayment]) -> int:
    """Book a history of payments (100,000 is fine), each once by `ref`; how many were new."""
    bookings = [
        Booking(
            p.lease_id,
            p.renter_id,
            p.on,
            entry_for_payment(p.ref, Allocation((AllocatedPart(p.charge_id, p.kind, p.amount_fen),), 0)),
        )
        for p in payments
    ]
    return len(await book(conn, act_id, bookings))


async def waive_charge(
    conn: Conn, act_id: int, lease: OfLease, charge: Charge, amount_fen: int, key: str, on: date, rule: str
) -> bool:
    """Waive a part of a locked charge (LATE-4, LATE-5, abatement); false where the key was booked before."""
    _refuse_more_than(charge, amount_fen)
    entry = entry_for_waiver(key, charge.kind, charge.id, amount_fen, rule)
    return bool(await book(conn, act_id, [Booking(lease.id, lease.renter_id, on, entry)]))


async def write_off_charge(
    conn: Conn, act_id: int, lease: OfLease, charge: Charge, amount_fen: int, key: str, on: date
) -> bool:
    """Give up a part of a locked charge; false where the key was booked before."""
    _refuse_more_than(charge, amount_fen)
    entry = entry_for_write_off(key, charge.kind, charge.id, amount_fen)
    return bool(await book(conn, act_id, [Booking(lease.id, lease.renter_id, on, entry)]))


def _refuse_more_than(charge: Charge, amount_fen: int) -> None:
    if not 0 < amount_fen <= charge.outstanding_fen:
        outstanding = format_fen(charge.outstanding_fen)
        raise Refusal(
            "more_than_outstanding",
            f"这笔{CHARGE_ZH[charge.kind]}未付 {outstanding}，不能减 {format_fen(amount_fen)}",
            "more than is outstanding on this charge",
            remedy_zh="请按未付金额重新填写",
            remedy_en="enter at most the outstanding amount",
            clause=charge.clause,
        )
