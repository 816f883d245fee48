"""Rents are scheduled at signing and booked on the day they fall due; an amendment before shipping replaces them."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from shouwen.features.contracts.public import contract_in_force
from shouwen.features.contracts.types import Contract
from shouwen.features.money import store
from shouwen.features.money.accrual import late_fee_terms
from shouwen.features.money.booking import OfLease, book, charge_rents_of
from shouwen.features.money.rules.amount_change import decide_amount_change
from shouwen.features.money.rules.entries import entry_for_amount_change, entry_for_rent_due
from shouwen.features.money.rules.late_fee import fee_integers
from shouwen.features.money.store import Booking, Charge, NewCharge
from shouwen.features.money.types import ChargeAmounts, ChargeKind, LateFeeTerms
from shouwen.kernel.days import beijing_on
from shouwen.platform.db import Conn


async def schedule_rents(conn: Conn, lease: OfLease, contract: Contract) -> list[int]:
    """The rent charges of every instalment, once, not booked before they fall due; their ids in order."""
    rents = charge_rents_of(lease.id, lease.renter_id, contract)
    return await store.insert_charges(conn, rents, [None] * len(rents))


async def schedule_rents_of(conn: Conn, rents: Sequence[NewCharge]) -> list[int]:
    """The rents of many leases (`charge_rents_of` of each), ten thousands at once; ids in the same order."""
    ids: list[int] = []
    for start in range(0, len(rents), 20_000):
        chunk = rents[start : start + 20_000]
        ids += await store.insert_charges(conn, chunk, [None] * len(chunk))
    return ids


async def reschedule_rents(
    conn: Conn, act_id: int, lease: OfLease, before: Contract, after: Contract, on: date
) -> None:
    """An amendment before shipping: `after`'s rents take the place of `before`'s.

    What was only scheduled is written anew. A booked rent keeps its entries: its amount is changed by a new one, to
    nothing where `after` has no such instalment; what was paid beyond becomes the renter's credit.
    """
    booked = {c.no: c for c in await store.lock_charges(conn, lease.id) if c.kind is ChargeKind.RENT and c.booked_on}
    await store.drop_scheduled(conn, lease.id)
    wanted = {rent.no: rent for rent in charge_rents_of(lease.id, lease.renter_id, after)}
    fresh = [rent for no, rent in wanted.items() if no not in booked]
    await store.insert_charges(conn, fresh, [None] * len(fresh))
    bookings = []
    for no, charge in booked.items():
        rent = wanted.get(no)
        if rent is not None:
            await store.move_due(conn, charge.id, rent.due_on, rent.clause)
        total_fen = 0 if rent is None else rent.amount_fen
        if total_fen != charge.amount_fen:
            memo = f"第 {no} 期租金按合同第 {after.version} 版（原第 {before.version} 版）"
            what = decide_amount_change(amounts_of(charge), total_fen)
            key = f"amended:{charge.id}:{after.version}"
            entry = entry_for_amount_change(key, ChargeKind.RENT, charge.id, what, memo, "BUY-1")
            bookings.append(Booking(lease.id, lease.renter_id, on, entry))
    await book(conn, act_id, bookings)
    await put_fee_terms(conn, lease.id, after)


def amounts_of(charge: Charge) -> ChargeAmounts:
    """The amounts alone."""
    return ChargeAmounts(charge.amount_fen, charge.paid_fen, charge.waived_fen, charge.written_off_fen)


async def book_scheduled(conn: Conn, act_id: int, lease: OfLease, on: date, named: Sequence[int] = ()) -> list[Charge]:
    """Book what is due by `on` and the scheduled charges named, each once; what was booked now.

    A rent whose due day has passed takes effect on that day.
    """
    fresh = set(await store.book_scheduled(conn, lease.id, on, named))
    if not fresh:
        return []
    charges = [charge for charge in await store.lock_charges(conn, lease.id) if charge.id in fresh]
    bookings = [
        Booking(lease.id, lease.renter_id, on, entry_for_rent_due(c.id, c.no, c.amount_fen), min(c.due_on, on))
        for c in charges
    ]
    await book(conn, act_id, bookings)
    return charges


async def put_fee_terms(conn: Conn, lease_id: int, contract: Contract) -> None:
    """The late-fee clause of the version in force, for the business day; with every signing, amendment and import."""
    terms = late_fee_terms(contract) or LateFeeTerms(contract.terms.grace_days, "", daily_fen=0)
    await store.put_fee_terms(conn, lease_id, contract.version, terms.grace_days, fee_integers(terms), terms.clause)


async def ensure_fee_terms(conn: Conn, lease_ids: Sequence[int]) -> None:
    """For leases signed before the clause was kept in numbers."""
    for lease_id in lease_ids:
        _, contract = await contract_in_force(conn, lease_id)
        await put_fee_terms(conn, lease_id, contract)


async def book_day(conn: Conn, now: datetime) -> date:
    """The day on which money is booked now: Beijing's, but never a closed one. Held open until this act commits."""
    return max(beijing_on(now), await store.closed_through(conn) + timedelta(days=1))


async def close_book_through(conn: Conn, on: date) -> None:
    """Close the book through `on`; no entry is ever dated on a closed day. Waits for acts that are booking."""
    await store.close_through(conn, on)


async def ask_hold_move(conn: Conn, lease_id: int, entry_key: str, kind: str, amount_fen: int, now: datetime) -> None:
    """The intent to freeze, capture or release at the provider, once for the entry that says so in the book."""
    await store.put_hold_move(conn, entry_key, lease_id, kind, amount_fen, now)
