"""What the business day does about parcels."""

from datetime import date

from shouwen.features.deliveries import store
from shouwen.features.deliveries.looking import troubles_of
from shouwen.features.stock.public import courier_policy_on
from shouwen.platform.door import Ctx

__all__ = ["day_courier"]


async def day_courier(ctx: Ctx, on: date, lease_from: int, lease_to: int) -> int:
    """A job for each lease (of a half-open range of ids) whose shipment, parcel or swap went wrong and has no case yet.

    Parcels under way that nobody asks about any more are asked about once more. Once a lease and day; how many are new.
    """
    troubles = await troubles_of(ctx, on, lease_from, lease_to)
    lease_ids = sorted({trouble.lease_id for trouble in troubles})
    asked = await store.ask_to_look(ctx.conn, lease_ids, on, ctx.now) if lease_ids else 0
    nth = courier_policy_on(on).ask_at_most
    return asked + await store.ask_anew(ctx.conn, lease_from, lease_to, on, ctx.now, nth)
