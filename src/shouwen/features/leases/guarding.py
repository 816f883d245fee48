"""What the guards of an act look at, read in the act's transaction."""

from shouwen.features.leases.store import leases as store
from shouwen.features.leases.types import GuardFacts, LeaseRow
from shouwen.features.stock.types import ShipmentState
from shouwen.platform.door import Ctx


async def guard_facts(ctx: Ctx, lease: LeaseRow) -> GuardFacts:
    """What the guards look at, read in this transaction. With a provider, a deposit is held once it is frozen there."""
    row = await store.guard_facts(ctx.conn, lease.id)
    only_booked = row["freeze_waits"] and ctx.services.payments is not None
    parcel = row["parcel"]
    return GuardFacts(
        imei=row["imei"],
        held_for=row["held_for"],
        amendment_open=row["amendment_open"],
        deposit_due_fen=row["deposit_due_fen"] or 0,
        held_fen=0 if only_booked else row["held_fen"],
        hold_open_fen=row["hold_open_fen"],
        outstanding_fen=row["outstanding_fen"],
        parcel=None if parcel is None else ShipmentState(parcel["state"]),
        contested=parcel is not None and bool(parcel["contested"]),
        swap_open=row["swap_open"],
        lost=row["lost"],
    )
