"""The business day's part in arrears, for a range of leases at a time: reminders of the day, rent of kept phones."""

from datetime import date, timedelta

from shouwen.features.arrears.policy import arrears_policy_on
from shouwen.features.arrears.rules.hold_over import decide_hold_over
from shouwen.features.arrears.rules.reminders import send_at
from shouwen.features.arrears.store import marks
from shouwen.features.arrears.store.debts import PlannedStep, plan_reminders
from shouwen.features.arrears.store.marks import KeptPhone
from shouwen.features.arrears.types import HoldOverFacts
from shouwen.features.money.public import Booking, NewCharge, OfLease, book, book_charges, lock_charges
from shouwen.features.money.types import INCOME, RECEIVABLE, ChargeKind, Entry, EntryKind, Transfer
from shouwen.kernel.days import beijing_on
from shouwen.platform.db import Conn
from shouwen.platform.door import Ctx


async def day_reminders(ctx: Ctx, on: date, lease_from: int, lease_to: int) -> int:
    """Write the reminders of `on` for leases `lease_from` … `lease_to` − 1, each once; how many.

    None for a past day, and none after the allowed hours: a reminder belongs to its day.
    """
    if on != beijing_on(ctx.now):
        return 0
    policy = arrears_policy_on(on)
    steps = []
    for plan in policy.plans:
        at = send_at(on, plan, policy, ctx.now)
        if at is not None:
            steps += [PlannedStep(plan.name, s.step, s.kind, on - timedelta(days=s.days), at) for s in plan.steps]
    if not steps:
        return 0
    names = [plan.name for plan in policy.plans]
    return sum((await plan_reminders(ctx.conn, lease_from, lease_to, names[0], names, steps)).values())


class _OfKept:
    """The lease a kept phone belongs to, for the money book."""

    def __init__(self, kept: KeptPhone) -> None:
        self.id, self.renter_id = kept.lease_id, kept.renter_id


async def day_hold_over(ctx: Ctx, on: date, lease_from: int, lease_to: int) -> int:
    """Book what phones kept after termination cost by the end of the day before `on`; how many entries (DEF-1).

    Missed days are made up for by the next run: what is booked is always the whole less what was booked before.
    """
    booked = 0
    for kept in await marks.kept_phones(ctx.conn, lease_from, lease_to):
        facts = HoldOverFacts(
            from_on=kept.from_on, daily_num=kept.daily_num, daily_den=kept.daily_den, cap_fen=kept.cap_fen,
            given_back_on=kept.given_back_on,
        )  # fmt: skip
        total = decide_hold_over(facts, on).outcome
        more_fen = max(0, total.amount_fen - kept.booked_fen)
        charge_id = kept.charge_id
        if more_fen:
            charge_id = await _charge(ctx.conn, ctx.act_id, _OfKept(kept), kept, more_fen, on)
            booked += 1
        through_on = max(kept.through_on or kept.from_on, on - timedelta(days=1))
        ended_on = on if total.ended or total.capped else None
        await marks.move_hold_over(ctx.conn, kept.lease_id, charge_id, kept.booked_fen + more_fen, through_on, ended_on)
    return booked


async def _charge(conn: Conn, act_id: int, lease: OfLease, kept: KeptPhone, more_fen: int, on: date) -> int:
    """One fee of the lease that grows: made on the first day, by an accrual on each further one."""
    if kept.charge_id is None:
        fees = [charge.no for charge in await lock_charges(conn, lease.id) if charge.kind is ChargeKind.FEE]
        new = NewCharge(
            lease_id=lease.id, renter_id=lease.renter_id, kind=ChargeKind.FEE, no=max(fees, default=0) + 1,
            clause=kept.clause, due_on=on, amount_fen=more_fen,
        )  # fmt: skip
        return (await book_charges(conn, act_id, [new], on))[0]
    await lock_charges(conn, lease.id)
    transfer = Transfer(RECEIVABLE[ChargeKind.FEE], INCOME[ChargeKind.FEE], more_fen, kept.charge_id)
    memo = f"合同解除后占用费，计至 {on - timedelta(days=1)}"
    entry = Entry(f"hold_over:{lease.id}:{on}", EntryKind.ACCRUAL, (transfer,), memo, "DEF-1")
    await book(conn, act_id, [Booking(lease.id, lease.renter_id, on, entry)])
    return kept.charge_id
