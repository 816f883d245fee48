"""A lease that ends before the renter has the phone: bills come to nothing, what was paid is theirs again."""

from msgspec.structs import replace

from shouwen.features.contracts.public import contract_in_force
from shouwen.features.leases.types import LeaseRow
from shouwen.features.money.public import (
    ChargeKind,
    book_day,
    credit_of,
    lock_charges,
    refresh_late_fees,
    release_deposit,
    reschedule_rents,
    undo,
)
from shouwen.features.payments.public import ask_refund, refundable_fen, withdraw
from shouwen.kernel.errors import Absent
from shouwen.kernel.fen import format_fen
from shouwen.platform.door import Ctx
from shouwen.platform.events import Event

_BY_HAND = frozenset({ChargeKind.ADDON, ChargeKind.FEE})


async def give_everything_back(ctx: Ctx, lease: LeaseRow, why: str) -> list[Event]:
    """Undo the bills of a locked lease by new entries, release its hold, and refund what was paid.

    What came through the provider goes back there by itself; the rest stays the renter's credit until the desk has
    transferred it. The event says the amounts; before signing there is nothing to give back.
    """
    try:
        _, before = await contract_in_force(ctx.conn, lease.id)
    except Absent:
        return []
    events = list(await withdraw(ctx, lease.id))
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
    credit_fen = await credit_of(ctx.conn, lease.id)
    going_fen = min(credit_fen, await refundable_fen(ctx.conn, lease.id))
    refunds = await ask_refund(ctx, lease, going_fen, f"取消订单：{why}", on) if going_fen else []
    said = [f"{format_fen(going_fen)} 正在原路退回"] if going_fen else []
    if credit_fen > going_fen:
        said.append(f"{format_fen(credit_fen - going_fen)} 待银行转账退还")
    said += [f"押金解冻 {format_fen(released_fen)}"] if released_fen else []
    event = Event(
        kind="lease.given_back",
        text=f"订单 {lease.ref} 的账单已冲销" + (f"：{'，'.join(said)}" if said else "，没有收过款"),
        rule="CANCEL",
        lease_id=lease.id,
        renter_id=lease.renter_id,
        subject=f"lease:{lease.ref}",
        data={"credit_fen": credit_fen, "released_fen": released_fen, "refunds": refunds},
        sealed=True,
        topics=(f"renter:{lease.renter_id}", "desk"),
    )
    return [*events, event]
