"""What later features may read and do with leases inside their own transaction."""

from collections.abc import Sequence
from datetime import date

from shouwen.features.contracts.public import known_contract
from shouwen.features.leases.figures import figures_of
from shouwen.features.leases.file import Opened, Priced, open_file, price_buyout
from shouwen.features.leases.freezing import FreezeNow, frozen_now
from shouwen.features.leases.guarding import guard_facts
from shouwen.features.leases.holding import hold_phone, phone_held, refuse_held, release_phone, tell_release
from shouwen.features.leases.powers import needs_others
from shouwen.features.leases.rules.guards import blocks
from shouwen.features.leases.rules.life import ACT_ZH, DATE_SET, STATE_ZH, next_acts, state_after
from shouwen.features.leases.store import leases as store
from shouwen.features.leases.store.leases import LEASE_FILE
from shouwen.features.leases.types import LeaseAct, LeaseFigures, LeaseFile, LeaseRow, LeaseState, NewLease
from shouwen.features.stock.public import end_assignment, lease_unit_follows, mark_received
from shouwen.features.stock.types import Direction, UnitAct
from shouwen.kernel.actor import Actor, Role
from shouwen.kernel.days import beijing_on
from shouwen.kernel.errors import Absent, Refusal
from shouwen.platform.db import Conn, Row
from shouwen.platform.door import Ctx
from shouwen.platform.events import Event

__all__ = [
    "INSPECTOR_STATES",
    "LEASE_FILE",
    "STATE_ZH",
    "FreezeNow",
    "Opened",
    "Priced",
    "access_buyout",
    "access_lease",
    "access_lease_file",
    "close_settled",
    "figures_for",
    "frozen_now",
    "hold_phone",
    "insert_lease",
    "insert_leases",
    "lease_by_id",
    "lease_file",
    "move_lease",
    "needs_others",
    "next_acts",
    "open_file_by",
    "open_lease_file",
    "phone_held",
    "received_again",
    "release_phone",
    "state_after",
    "tell_release",
    "visible_states",
]

# An inspector sees phones on their way back and on the table, nothing else (domain.md §1).
INSPECTOR_STATES = (LeaseState.RETURNING, LeaseState.INSPECTING, LeaseState.SETTLING)
_SEES_ALL = frozenset({Role.AGENT, Role.SPECIALIST, Role.SUPERVISOR, Role.SYSTEM})
_CHUNK = 10_000


def visible_states(actor: Actor) -> Sequence[str] | None:
    """The states of leases an actor may see; None is all of them. Renters see all states of their own."""
    if actor.role in _SEES_ALL or actor.role is Role.RENTER:
        return None
    return INSPECTOR_STATES if actor.role is Role.INSPECTOR else ()


async def access_lease(conn: Conn, actor: Actor, lease_ref: str, *, lock: bool = False) -> LeaseRow:
    """The lease if the actor may see it, else Absent; `lock` keeps it for a change in this transaction."""
    renter_id = actor.id if actor.role is Role.RENTER else None
    lease = await store.find_lease(conn, lease_ref, renter_id, visible_states(actor), lock=lock)
    if lease is None:
        raise Absent("订单", "lease")
    return lease


async def lease_by_id(conn: Conn, lease_id: int, *, lock: bool = False) -> LeaseRow:
    """The lease of an id: for callers that have checked access to the case, claim or medium that points at it."""
    lease = await store.lease_by_id(conn, lease_id, lock=lock)
    if lease is None:
        raise Absent("订单", "lease")
    return lease


async def access_lease_file(conn: Conn, actor: Actor, lease_ref: str, on: date) -> Opened:
    """The file and contract of a lease the actor may see, on a Beijing day: two statements."""
    lease = await access_lease(conn, actor, lease_ref)
    return await open_lease_file(conn, lease.id, on)


async def access_buyout(conn: Conn, actor: Actor, lease_ref: str, on: date) -> Priced:
    """What buying out a lease costs that the actor may see, as its file says it: two small statements."""
    lease = await access_lease(conn, actor, lease_ref)
    known = known_contract(lease.id)
    row = await store.buyout_facts(conn, lease.id, known.sha256)
    if row is None:
        raise Absent("订单", "lease")
    return price_buyout(row, lease, known, on)


async def open_lease_file(conn: Conn, lease_id: int, on: date) -> Opened:
    """The file and the whole contract of a lease in one statement; access is checked by the caller."""
    return (await open_file_by(conn, LEASE_FILE, lease_id, on))[0]


async def open_file_by(conn: Conn, query: str, lease_id: int, on: date, *more: object) -> tuple[Opened, Row]:
    """The same by a statement of a later feature, LEASE_FILE with columns of its own from $4 on; and its row."""
    known = known_contract(lease_id)
    row = await conn.fetchrow(query, lease_id, on, known.sha256, *more)
    if row is None:
        raise Absent("订单", "lease")
    return open_file(row, known, on), row


async def lease_file(conn: Conn, lease_id: int, on: date) -> LeaseFile:
    """The file alone, in one statement; access is checked by the caller."""
    return (await open_lease_file(conn, lease_id, on)).file


async def figures_for(conn: Conn, lease_id: int, on: date) -> LeaseFigures:
    """Every figure that may be said about a lease on a day (GUARD-1); Absent before signing."""
    opened = await open_lease_file(conn, lease_id, on)
    if opened.contract is None:
        raise Absent("合同", "contract")
    return figures_of(opened.file, opened.contract)


async def received_again(conn: Conn, lease_id: int, on: date) -> None:
    """The right phone of a locked lease came on this day, after another one had come: its days begin now."""
    await store.write_returned(conn, lease_id, on)


async def insert_lease(conn: Conn, new: NewLease) -> int:
    """Write one lease; its id."""
    return (await store.insert_leases(conn, [new]))[0]


async def insert_leases(conn: Conn, rows: Sequence[NewLease]) -> list[int]:
    """Write many leases (100,000 is fine), ten thousand a statement; ids in the same order."""
    ids: list[int] = []
    for start in range(0, len(rows), _CHUNK):
        ids += await store.insert_leases(conn, rows[start : start + _CHUNK])
    return ids


# What an act on a lease means for its phone.
_UNIT_ACT = {
    LeaseAct.HAND_OVER: UnitAct.RENT,
    LeaseAct.SEND_BACK: UnitAct.SEND_BACK,
    LeaseAct.RECEIVE: UnitAct.RECEIVE,
    LeaseAct.BUY_OUT: UnitAct.SELL,
    LeaseAct.REPORT_LOST: UnitAct.LOSE,
    LeaseAct.FIND: UnitAct.FIND,
    LeaseAct.CANCEL: UnitAct.RELEASE,
}
_PARCEL = {LeaseAct.HAND_OVER: Direction.OUT, LeaseAct.RECEIVE: Direction.BACK}  # whose coming an act says


async def close_settled(ctx: Ctx, lease: LeaseRow, state: LeaseState = LeaseState.SETTLING) -> list[Event]:
    """§4: from `state` to closed as soon as nothing is owed, held or contested; nothing where something still is."""
    if lease.state is not state:
        return []
    if blocks(LeaseAct.CLOSE, lease.state, await guard_facts(ctx, lease), Role.SYSTEM):
        return []
    _, event = await move_lease(ctx, lease, LeaseAct.CLOSE, why="结清")
    return [event]


async def move_lease(
    ctx: Ctx, lease: LeaseRow, act: LeaseAct, *, why: str = "", on: date | None = None
) -> tuple[LeaseState, Event]:
    """Do an act of §4 on a lease: the new state, and the event to return from the use case.

    Refusal `act_not_possible` where the state does not allow it, `phone_held` where the phone must stay as it is
    (QUAR-1), `lease_moved` where somebody else was faster. `on` is the day the act sets, where it is not today. The
    phone of the stock and its parcel go along. Who may (`require_may`) and what must come first (`guards`) is the
    caller's to ask.
    """
    after = state_after(lease.state, act)
    await refuse_held(ctx.conn, lease, act)
    on = on or beijing_on(ctx.now)
    if not await store.move_lease(ctx.conn, lease.id, lease.state, after, DATE_SET.get(act, ""), on):
        raise Refusal(
            "lease_moved",
            "这笔订单的状态刚刚变了",
            "the state of this lease has just changed",
            remedy_zh="请刷新后查看现在可以做什么",
            remedy_en="reload to see what is possible now",
        )
    if act in _UNIT_ACT:
        await lease_unit_follows(ctx.conn, lease.id, _UNIT_ACT[act], on, ctx.now)
    if act is LeaseAct.CLOSE:
        await end_assignment(ctx.conn, lease.id, on)
    if act in _PARCEL:
        await mark_received(ctx.conn, lease.id, _PARCEL[act], on)
    event = Event(
        kind=f"lease.{act}",
        text=f"订单 {lease.ref}：{ACT_ZH[act]}，状态变为“{STATE_ZH[after]}”",
        lease_id=lease.id,
        renter_id=lease.renter_id,
        subject=f"lease:{lease.ref}",
        data={"from": lease.state, "to": after, **({"why": why} if why else {})},
        sealed=True,
        topics=(f"renter:{lease.renter_id}", "desk"),
    )
    return after, event
