"""The business day's part in the book: rents that fall due, credit, late fees, for a range of leases at a time.

Two paths lead to a late fee. Where nothing has happened to an overdue rent, one statement adds the day for all of them;
where anything has, the whole history is read and the rule of the contract decides. Both come to the same fen.
"""

from datetime import date, timedelta

from shouwen.features.money import store
from shouwen.features.money.credits import apply_credits
from shouwen.features.money.scheduling import ensure_fee_terms
from shouwen.features.money.settling import settle_many
from shouwen.platform.db import Conn


async def day_charges(conn: Conn, act_id: int, on: date, lease_from: int, lease_to: int) -> int:
    """Book the scheduled rents of leases `lease_from` … `lease_to` − 1 that are due by `on`; how many entries.

    Those of renters who do not have the phone yet rest from their due day on (PAUSE-1).
    """
    made = await store.book_due_rents(conn, act_id, on, lease_from, lease_to)
    await store.rest_undelivered(conn, on, lease_from, lease_to)
    return made


async def day_credits(conn: Conn, act_id: int, on: date, lease_from: int, lease_to: int) -> int:
    """Settle what is due out of credit there is; how many leases. Late fees come first: they count the day before."""
    return await apply_credits(conn, act_id, await store.leases_with_credit(conn, on, lease_from, lease_to), on)


async def day_fees_fast(conn: Conn, act_id: int, on: date, lease_from: int, lease_to: int) -> int:
    """One more day of late fee for every overdue rent to which nothing happened; how many entries.

    Late-fee clauses not yet kept in numbers are read first, so that no rent begins to bear a fee a day late.
    """
    await ensure_fee_terms(conn, await store.leases_without_terms(conn, on, lease_from, lease_to))
    await store.open_accruals(conn, on, lease_from, lease_to)
    return await store.accrue_fees(conn, act_id, on, lease_from, lease_to)


async def day_fees_exact(conn: Conn, act_id: int, on: date, lease_from: int, lease_to: int) -> int:
    """The late fees of every lease to which something happened, from its whole history; how many entries."""
    lease_ids = await store.leases_to_read_anew(conn, on - timedelta(days=1), lease_from, lease_to)
    settled = await settle_many(conn, act_id, lease_ids, on)
    return sum(len(done.fee_changes) for done in settled.values())
