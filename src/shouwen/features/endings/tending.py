"""Look after one lease: carry out what was agreed, let it lapse, end a pause, watch its deposit."""

from shouwen.features.endings import store
from shouwen.features.endings.buyout import finish_buyout, lapse_buyout, paid_up
from shouwen.features.endings.losing import close_lost, end_rest, follow_settlement
from shouwen.features.endings.releasing import watch_release
from shouwen.features.endings.returning import finish_return, lapse_return
from shouwen.features.endings.types import Acceptance, AcceptanceKind
from shouwen.features.leases.public import close_settled, lease_by_id
from shouwen.features.leases.types import LeaseRow, LeaseState
from shouwen.features.money.public import book_day
from shouwen.kernel.days import beijing_on
from shouwen.platform.door import Ctx
from shouwen.platform.events import Event


async def tend(ctx: Ctx, lease: LeaseRow) -> list[Event]:
    """Everything that is due for a locked lease now; nothing where nothing is."""
    events: list[Event] = []
    acceptance = await store.lock_open_acceptance(ctx.conn, lease.id)
    if acceptance is not None:
        events += await carry_out(ctx, lease, acceptance)
    loss = await store.find_loss(ctx.conn, lease.id)
    if loss is not None and loss.pause_ended_on is None and beijing_on(ctx.now) > loss.paused_until:
        events += await end_rest(ctx, lease, loss, loss.paused_until)
    events += await watch_release(ctx, lease)
    lease = await lease_by_id(ctx.conn, lease.id)
    return [*events, *await close_settled(ctx, lease), *await close_lost(ctx, lease)]


async def carry_out(ctx: Ctx, lease: LeaseRow, acceptance: Acceptance) -> list[Event]:
    """What has become of an open agreement of a locked lease: done, lapsed, or still waiting (nothing)."""
    today = beijing_on(ctx.now)
    if acceptance.kind is AcceptanceKind.EARLY_RETURN:
        sent_on = lease.return_sent_on
        if sent_on is not None and sent_on <= acceptance.pay_by:
            return await finish_return(ctx, lease, acceptance, await store.quote_of(ctx.conn, acceptance.id))
        late = today > acceptance.pay_by
        return await lapse_return(ctx, lease, acceptance) if late or sent_on is not None else []
    if acceptance.kind is AcceptanceKind.LOSS:
        return await follow_settlement(ctx, lease, acceptance)
    if acceptance.kind is AcceptanceKind.BUYOUT and lease.state is not LeaseState.RENTING:
        return await lapse_buyout(ctx, lease, acceptance)  # lost or on its way back meanwhile: not bought
    if await paid_up(ctx, acceptance):
        on = await book_day(ctx.conn, ctx.now)
        return await finish_buyout(ctx, lease, acceptance, on)
    if today <= acceptance.pay_by:
        return []
    if await store.deducting(ctx.conn, lease.id):
        return []  # the provider has not said yet whether it was paid
    return await lapse_buyout(ctx, lease, acceptance)
