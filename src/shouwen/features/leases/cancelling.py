"""A lease that ends before the renter has the phone: bills come to nothing, what was paid is theirs again."""

from msgspec.structs import replace

from shouwen.features.contracts.public import contract_in_force
from shouwen.features.leases.types import LeaseRow
from shouwen.features.money.public import (
    ChargeKind,
    ask_hold_move,
    book_day,
    credit_of,
    lock_charges,
    refresh_late_fees,
    release_deposit,
    reschedule_rents,
    undo,
)
from shouwen.kernel.errors import Absent
from shouwen.kernel.fen import format_fen
from shouwen.platform.door import Ctx
from shouwen.platform.events import Event

_BY_HAND = frozenset({ChargeKind.ADDON, ChargeKind.FEE})


async def give_everything_back(ctx: Ctx, lease: LeaseRow, why: str) -> list[Event]:
    """Undo the bills of a locked lease by new entries and release its hold; what was paid becomes the renter's credit.

    The event says both amounts; before signing there is nothing to give back.
    """
    try:
        _, before = await contract_in_force(ctx.conn, lease.id)
    except Absent:
        return []
    on = await book_day(ctx.conn, ctx.now)
    # the same contract without rents: what was scheduled goes, what was booked comes down to nothing
    after = replace(before, version=before.version + 1, rents_fen=(), due_on=())
    await reschedule_rents(ctx.conn, ctx.act_id, lease, before, after, on)
    await refresh_late_fees(ctx.conn, ctx.act_id, lease, on)
    for charge in await lock_charges(ctx.conn, lease.id):
        if charge.kind in _BY_HAND and charge.amount_fen:
            await undo(ctx.conn, ctx.act_id, lease, f"charge:{charge.id}", f"取消订单：{why}", "CANCEL", on)
    release_ref = f"cancel:{lease.ref}"
    released_fen = await release_deposit(ctx.conn, ctx.act_id, lease, 0, release_ref, on)
    if released_fen:
        await ask_hold_move(ctx.conn, lease.id, f"release:{release_ref}", "release", released_fen, ctx.now)
    credit_fen = await credit_of(ctx.conn, lease.id)
    said = [f"应退 {format_fen(credit_fen)}"] if credit_fen else []
    said += [f"押金解冻 {format_fen(released_fen)}"] if released_fen else []
    event = Event(
        kind="lease.given_back",
        text=f"订单 {lease.ref} 的账单已冲销" + (f"：{'，'.join(said)}" if said else "，没有收过款"),
        rule="CANCEL",
        lease_id=lease.id,
        renter_id=lease.renter_id,
        subject=f"lease:{lease.ref}",
        data={"credit_fen": credit_fen, "released_fen": released_fen},
        sealed=True,
        topics=(f"renter:{lease.renter_id}", "desk"),
    )
    return [event]
