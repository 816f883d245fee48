"""An act on a lease as the table has it: who may, what must come first, then the move itself."""

from datetime import date

from msgspec import Struct

from shouwen.features.leases.guarding import guard_facts
from shouwen.features.leases.public import move_lease
from shouwen.features.leases.rules.guards import refuse_blocked
from shouwen.features.leases.rules.life import ACT_ZH, require_may, state_after
from shouwen.features.leases.types import GuardFacts, LeaseAct, LeaseRow, LeaseState
from shouwen.platform.door import Ctx
from shouwen.platform.events import Event


class LeaseMoved(Struct, frozen=True):
    """Where an act has brought the lease; `shipment_ref` where a parcel was booked with it."""

    lease_ref: str
    state: LeaseState
    shipment_ref: str = ""


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
