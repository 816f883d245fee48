"""Where a lost phone stands, and the clock of a deposit: what the pages show, as data."""

from datetime import date, timedelta

from msgspec import Struct

from shouwen.features.endings import store
from shouwen.features.endings.policy import ending_policy_on
from shouwen.features.endings.rules.loss import YEAR, pause_until
from shouwen.features.endings.rules.release_clock import decide_release, waits_for
from shouwen.features.endings.types import LossFile, ReleaseFacts, Waits
from shouwen.features.leases.public import access_lease, access_lease_file
from shouwen.kernel.days import beijing_on
from shouwen.kernel.errors import Absent
from shouwen.platform.door import Ctx
from shouwen.platform.fields import Ref
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case


class ReadLoss(Struct, frozen=True, forbid_unknown_fields=True):
    """The lost phone of one lease."""

    lease_ref: Ref


class LeaseLoss(Struct, frozen=True):
    """The latest loss, None where none was reported; `would_rest_until`: to when a report of today lets collection rest
    (the day before today where the rest of this year is used up).
    """

    lease_ref: str
    on: date
    loss: LossFile | None
    would_rest_until: date


@use_case(ReadLoss, LeaseLoss, permission=Permission.LOSS, method="GET", path="/leases/{lease_ref}/loss")
async def read_loss(ctx: Ctx, command: ReadLoss) -> LeaseLoss:
    """报失办到哪一步：暂停到哪天、报警回执、是否找回
    Where a reported loss stands: the rest of collection, the police receipt, found or not."""
    lease = await access_lease(ctx.conn, ctx.actor, command.lease_ref)
    on = beijing_on(ctx.now)
    rested = await store.rested(ctx.conn, lease.id, on - YEAR)
    until = pause_until(on, ending_policy_on(on).loss_pause_days, rested=rested)
    return LeaseLoss(lease.ref, on, await store.newest_loss(ctx.conn, lease.id), until)


class ReadRelease(Struct, frozen=True, forbid_unknown_fields=True):
    """The deposit of one lease."""

    lease_ref: Ref


class DepositRelease(Struct, frozen=True, kw_only=True):
    """The clock of a deposit (DEP-1). `due_on` None: the phone is not back, or the contract names no day.

    `stands` says what the rest waits for; `to_release_fen` goes free by itself once it is late. `case_ref` is the
    urgent case of a late one.
    """

    lease_ref: str
    on: date
    held_fen: int
    captured_fen: int
    released_fen: int
    open_fen: int
    owed_fen: int
    clause: str
    days: int | None
    returned_on: date | None
    due_on: date | None
    late: bool
    stands: Waits
    to_release_fen: int
    inspect_by_on: date | None
    reasons: tuple[str, ...]
    working: tuple[str, ...]
    case_ref: str


@use_case(
    ReadRelease, DepositRelease, permission=Permission.BILLS_READ, method="GET",
    path="/leases/{lease_ref}/deposit-release",
)  # fmt: skip
async def read_release(ctx: Ctx, command: ReadRelease) -> DepositRelease:
    """押金哪天解冻、现在等什么、晚了怎么办
    When a deposit goes back, what it waits for, what happens once it is late."""
    on = beijing_on(ctx.now)
    opened = await access_lease_file(ctx.conn, ctx.actor, command.lease_ref, on)
    lease, hold = opened.file.lease, opened.file.hold
    row = await store.release_row(ctx.conn, lease.id, on)
    if hold is None or row is None or opened.contract is None:
        raise Absent("押金", "deposit")
    terms, due_on = opened.contract.terms, hold.release_due_on
    inspect_by_on = None
    if lease.returned_on is not None and not row.inspected and terms.inspection_days is not None:
        inspect_by_on = lease.returned_on + timedelta(days=terms.inspection_days)
    reasons: tuple[str, ...] = ()
    working: tuple[str, ...] = ()
    late, free_fen = False, 0
    stands: Waits = "waiting" if hold.open_fen else "released"
    if due_on is not None:
        facts = ReleaseFacts(
            due_on=due_on, open_fen=hold.open_fen, owed_fen=row.owed_fen, claim_open=row.claim_open,
            inspect_by_on=inspect_by_on, other_phone=row.other_phone,
        )  # fmt: skip
        decision = decide_release(facts, on)
        late, free_fen, stands = decision.outcome.late, decision.outcome.release_fen, waits_for(facts, on)
        reasons, working = tuple(reason.zh for reason in decision.reasons), decision.working
    return DepositRelease(
        lease_ref=lease.ref, on=on, held_fen=hold.amount_fen, captured_fen=hold.captured_fen,
        released_fen=hold.released_fen, open_fen=hold.open_fen, owed_fen=row.owed_fen, clause=hold.clause,
        days=terms.deposit_release_days, returned_on=lease.returned_on, due_on=due_on, late=late, stands=stands,
        to_release_fen=free_fen, inspect_by_on=inspect_by_on, reasons=reasons, working=working,
        case_ref=await store.urgent_release(ctx.conn, lease.id),
    )  # fmt: skip
