"""What the business day and later features may do with endings inside their own transaction."""

from datetime import date

from shouwen.features.endings import store
from shouwen.features.endings.rules.loss import quote_loss
from shouwen.features.endings.store import leases_to_tend, open_acceptance
from shouwen.platform.door import Ctx

__all__ = ["day_endings", "leases_to_tend", "open_acceptance", "quote_loss"]


async def day_endings(ctx: Ctx, on: date, lease_from: int, lease_to: int) -> int:
    """A job for each lease (of a half-open range of ids) with an agreement, a pause or a deposit to look after.

    Once a lease and day; how many are new. Each job is an act of its own, with its events on the lease.
    """
    return await store.ask_to_tend(ctx.conn, on, lease_from, lease_to, ctx.now)
