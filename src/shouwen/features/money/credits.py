"""Credit of many leases settles what is due, with a fixed number of statements. Amounts are whole fen."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby

from shouwen.features.money import store
from shouwen.features.money.accrual import order_of
from shouwen.features.money.booking import book
from shouwen.features.money.paying import open_debts, pauses_by_charge, unused_key
from shouwen.features.money.rules.allocation import allocate
from shouwen.features.money.rules.entries import entry_for_credit_use
from shouwen.features.money.store import Booking
from shouwen.features.money.types import AllocationTerms
from shouwen.platform.db import Conn

_CHUNK = 500


async def apply_credits(conn: Conn, act_id: int, lease_ids: Sequence[int], on: date) -> int:
    """What `apply_credit` does, for many leases: the same entries under the same keys; how many leases used some."""
    return sum(
        [
            await _apply(conn, act_id, lease_ids[start : start + _CHUNK], on)
            for start in range(0, len(lease_ids), _CHUNK)
        ]
    )


async def _apply(conn: Conn, act_id: int, lease_ids: Sequence[int], on: date) -> int:
    charges = await store.lock_lease_charges(conn, lease_ids)
    credits_fen = await store.lock_credits(conn, lease_ids)
    pauses = pauses_by_charge(await store.pauses_of(conn, lease_ids))
    own_terms = await store.allocation_terms_of(conn, lease_ids)
    bookings, used = [], 0
    for lease_id, of_lease in groupby(charges, key=lambda charge: charge.lease_id):
        its = list(of_lease)
        credit_fen, debts = credits_fen.get(lease_id, 0), open_debts(its, pauses, on)
        if not credit_fen or not debts:
            continue
        terms = order_of(*own_terms[lease_id]) if lease_id in own_terms else AllocationTerms()
        parts = allocate(credit_fen, debts, on, (), terms.order, terms.by).outcome.parts
        used += bool(parts)
        for part in parts:
            entry = entry_for_credit_use(f"credit:{part.charge_id}:{on}", (part,))
            bookings.append(Booking(lease_id, its[0].renter_id, on, entry, on, True))
    if bookings:
        await book(conn, act_id, await _under_unused_keys(conn, bookings))
    return used


async def _under_unused_keys(conn: Conn, bookings: Sequence[Booking]) -> list[Booking]:
    """The same, each under the next generation of its key where that was used: taken back earlier today, say."""
    known = await store.known_keys(conn, [one.entry.key for one in bookings])
    found = []
    for one in bookings:
        if one.entry.key not in known:
            found.append(one)
            continue
        [transfer], key = one.entry.transfers, await unused_key(conn, one.entry.key)
        entry = type(one.entry)(key, one.entry.kind, (transfer,), one.entry.memo, one.entry.rule)
        found.append(Booking(one.lease_id, one.renter_id, one.booked_on, entry, one.value_on, one.replays))
    return found
