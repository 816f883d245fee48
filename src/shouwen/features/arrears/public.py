"""What later features and the business day may do with arrears inside their own transaction."""

from shouwen.features.arrears.days import day_hold_over, day_reminders
from shouwen.features.arrears.following import follow
from shouwen.features.leases.public import lease_by_id
from shouwen.platform.door import Ctx
from shouwen.platform.events import Event

__all__ = ["day_hold_over", "day_reminders", "paid_up"]


async def paid_up(ctx: Ctx, lease_id: int) -> tuple[Event, ...]:
    """Money came: lift what paying lifts, stop what paying stops. The events to return; none where nothing changed."""
    return await follow(ctx, await lease_by_id(ctx.conn, lease_id, lock=True))
