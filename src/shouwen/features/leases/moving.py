"""An act on a lease as the table has it: who may, what must come first, then the move itself."""

from datetime import date

from msgspec import Struct

from shouwen.features.leases import store
from shouwen.features.leases.public import move_lease
from shouwen.features.leases.rules.guards import refuse_blocked
from shouwen.features.leases.rules.life import ACT_ZH, require_may, state_after
from shouwen.features.leases.types import GuardFacts, LeaseAct, LeaseRow, LeaseState
from shouwen.features.stock.types import ShipmentState
from shouwen.platform.door import Ctx
from shouwen.platform.events import Event


class LeaseMoved(Struct, frozen=True):
    """Where an act has brought the lease; `shipment_ref` where a parcel was booked with it."""

    lease_ref: str
    state: LeaseState
    shipment_ref: str = ""


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
    )


async def refuse_act(ctx: Ctx, lease: LeaseRow, act: LeaseAct) -> GuardFacts:
    """Refuse what the table, the actor's role or a guard does not allow on a locked lease; else the facts."""
    require_may(ctx.actor.role, act)
    state_after(lease.state, act)
    facts = await guard_facts(ctx, lease)
    refuse_blocked(act, ACT_ZH[act], lease.state, facts, ctx.actor.role)
    return facts


async def perform(
    ctx: Ctx, lease: LeaseRow, act: LeaseAct, *, why: str = "", on: date | None = None
) -> tuple[LeaseState, Event]:
    """Do an act on a locked lease by the whole table: states, who, guards, effects."""
    await refuse_act(ctx, lease, act)
    return await move_lease(ctx, lease, act, why=why, on=on)
