"""Steps every act on arrears shares: what is overdue, events, messages, the letter's ground."""

from collections.abc import Sequence
from datetime import date, datetime

from shouwen.features.arrears.policy import arrears_policy_on
from shouwen.features.arrears.rules.reminders import next_allowed
from shouwen.features.arrears.store import notices
from shouwen.features.arrears.store.debts import Debt, debts_of
from shouwen.features.arrears.store.marks import Demand
from shouwen.features.arrears.types import DefaultFacts, LetterGround, NoticeKind, OwedLine
from shouwen.features.contracts.public import ends_on
from shouwen.features.contracts.types import Contract
from shouwen.features.leases.types import LeaseRow, LeaseState
from shouwen.features.money.types import CHARGE_ZH, ChargeKind
from shouwen.kernel.days import beijing_on
from shouwen.platform.door import Ctx
from shouwen.platform.events import Event

MOST_TEXT = 300


async def debts_now(ctx: Ctx, lease: LeaseRow) -> list[Debt]:
    """Every bill line of the lease as it stands today."""
    return await debts_of(ctx.conn, lease.id, beijing_on(ctx.now))


def overdue(debts: Sequence[Debt], on: date, *, undone: bool = False) -> list[Debt]:
    """What is past due, booked and uncontested; with `undone` also instalments whose lateness does not count."""
    return [
        debt
        for debt in debts
        if debt.booked_on is not None and debt.due_on < on and debt.collectable_fen > 0 and (undone or not debt.undone)
    ]


def sum_fen(debts: Sequence[Debt]) -> int:
    """What may be asked for of these."""
    return sum(debt.collectable_fen for debt in debts)


def name_of(debt: Debt) -> str:
    """`第 3 期租金`: a bill line in words."""
    numbered = debt.kind in (ChargeKind.RENT, ChargeKind.LATE_FEE)
    return f"第 {debt.no} 期{CHARGE_ZH[debt.kind]}" if numbered else CHARGE_ZH[debt.kind]


def letter_ground(lease: LeaseRow, debts: Sequence[Debt], signed_on: date) -> LetterGround:
    """What a letter says about a lease and these debts."""
    lines = tuple(OwedLine(name_of(debt), debt.due_on, debt.collectable_fen, debt.clause) for debt in debts)
    return LetterGround(
        name_masked=lease.renter_name_masked,
        model=lease.model,
        signed_on=signed_on,
        lines=lines,
        total_fen=sum_fen(debts),
    )


def is_unreturned(lease: LeaseRow, contract: Contract, on: date) -> bool:
    """The term is over, and the phone is still with the renter."""
    return lease.state is LeaseState.RENTING and on > ends_on(contract)


def default_facts(
    lease: LeaseRow, contract: Contract, owed: Sequence[Debt], demand: Demand | None, on: date
) -> DefaultFacts:
    """What DEF-1 looks at: `owed` is what is overdue, `demand` the open one."""
    terms = contract.terms
    return DefaultFacts(
        overdue_fen=sum_fen(owed),
        unreturned=is_unreturned(lease, contract, on),
        overdue_rent_fen=sum_fen([one for one in owed if one.kind is ChargeKind.RENT]),
        price_fen=terms.total_rent_fen + (terms.residual_price_fen or 0),
        demanded_on=None if demand is None else demand.asked_on,
        delivered_on=None if demand is None else demand.delivered_on,
        until_on=None if demand is None else demand.until_on,
        instalment_sale=terms.instalment_sale,
    )


async def tell(ctx: Ctx, lease: LeaseRow, kind: NoticeKind, step: str, text: str) -> None:
    """A message to the renter at the next allowed hour, once for each `step` of a lease."""
    await notices.put_notice(ctx.conn, lease.id, lease.renter_id, kind, step, text[:MOST_TEXT], allowed_from(ctx.now))


def allowed_from(at: datetime) -> datetime:
    """The first instant from `at` on at which a message may go out."""
    policy = arrears_policy_on(beijing_on(at))
    return next_allowed(at, policy.opens, policy.closes)


def lease_event(
    lease: LeaseRow, kind: str, text: str, rule: str, *, case_id: int | None = None, seq: int | None = None,
    data: dict[str, object] | None = None,
) -> Event:  # fmt: skip
    """A sealed event of a lease that wakes its renter, the desk and its case."""
    return Event(
        kind=kind,
        text=text,
        rule=rule,
        case_id=case_id,
        seq=seq,
        lease_id=lease.id,
        renter_id=lease.renter_id,
        subject=f"lease:{lease.ref}",
        data=data or {},
        sealed=True,
        topics=(f"renter:{lease.renter_id}", "desk", *(() if case_id is None else (f"case:{case_id}",))),
    )
