"""What later features and the business day may do with arrears inside their own transaction."""

from datetime import datetime

from shouwen.features.arrears.days import day_hold_over, day_reminders
from shouwen.features.arrears.following import follow
from shouwen.features.arrears.store.marks import Freeze, frozen
from shouwen.features.leases.public import lease_by_id
from shouwen.kernel.days import beijing_on
from shouwen.platform.db import Conn
from shouwen.platform.door import Ctx
from shouwen.platform.events import Event

__all__ = ["Freeze", "day_hold_over", "day_reminders", "frozen_now", "paid_up"]


async def paid_up(ctx: Ctx, lease_id: int) -> tuple[Event, ...]:
    """Money came: lift what paying lifts, stop what paying stops. The events to return; none where nothing changed."""
    return await follow(ctx, await lease_by_id(ctx.conn, lease_id, lock=True))


async def frozen_now(conn: Conn, renter_id: int, now: datetime) -> Freeze | None:
    """The freeze that holds for a renter (CRE-3): it ends with the payment itself, whoever records that when."""
    return await frozen(conn, renter_id, beijing_on(now))
