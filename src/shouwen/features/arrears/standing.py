"""Where a default stands (DEF-1): bills, what is overdue, the open demand; what keeping the phone would cost."""

from datetime import date, timedelta
from fractions import Fraction

from msgspec import Struct

from shouwen.features.arrears.ground import debts_now, default_facts, overdue
from shouwen.features.arrears.store import marks
from shouwen.features.arrears.store.debts import Debt
from shouwen.features.arrears.store.marks import Demand
from shouwen.features.arrears.types import DefaultFacts
from shouwen.features.contracts.public import daily_rent, period_of
from shouwen.features.contracts.types import Contract
from shouwen.features.endings.public import quote_loss
from shouwen.features.leases.public import open_lease_file
from shouwen.features.leases.types import LeaseRow, LeaseState
from shouwen.features.money.types import ChargeKind
from shouwen.kernel.days import beijing_on
from shouwen.kernel.errors import Refusal
from shouwen.kernel.fen import settled_fen
from shouwen.platform.door import Ctx

_DAY = timedelta(days=1)
DEMANDED_IN = frozenset({LeaseState.RENTING, LeaseState.RETURNING, LeaseState.INSPECTING, LeaseState.SETTLING})


class Ground(Struct, frozen=True):
    """A lease in arrears: its contract, its bills, what is overdue, and the demand that is open."""

    lease: LeaseRow
    contract: Contract
    debts: tuple[Debt, ...]
    owed: tuple[Debt, ...]
    demand: Demand | None
    facts: DefaultFacts


async def ground_of(ctx: Ctx, lease: LeaseRow, contract: Contract) -> Ground:
    """What DEF-1 rests on, as it stands now."""
    debts, on = await debts_now(ctx, lease), beijing_on(ctx.now)
    owed = overdue(debts, on, undone=True)
    demand = next((one for one in await marks.demands_of(ctx.conn, lease.id) if one.state == "open"), None)
    facts = default_facts(lease, contract, owed, demand, on)
    return Ground(lease, contract, tuple(debts), tuple(owed), demand, facts)


def kept_phone(ground: Ground, on: date) -> tuple[date, Fraction]:
    """First day and daily rent of what keeping the phone costs; days a booked rent paid for do not count.

    Rent paid in arrears: the running days before the end are in it, so all of it is at the contract's daily rent.
    """
    contract = ground.contract
    booked = [one.no for one in ground.debts if one.kind is ChargeKind.RENT and one.booked_on is not None]
    last_no = min(max(booked, default=0), len(contract.due_on))
    paid_to = period_of(contract, last_no)[1] if last_no else on + _DAY
    in_arrears = contract.terms.rent_paid == "arrears" and last_no < len(contract.due_on)
    from_on = paid_to if in_arrears else max(paid_to, on + _DAY)
    agreed_fen = contract.terms.hold_over_daily_fen
    daily = daily_rent(contract, from_on) if agreed_fen is None or in_arrears else Fraction(agreed_fen)
    return from_on, daily


async def loss_fen(ctx: Ctx, ground: Ground, on: date) -> int:
    """The loss settlement of today; a contract without one: its signed value less the rents settled."""
    opened = await open_lease_file(ctx.conn, ground.lease.id, on)
    try:
        return quote_loss(ground.contract, opened.file.buyout, 0, on).amount_fen
    except Refusal:
        paid_fen = settled_fen(ground.contract.rents_fen, opened.file.settled)
        return max(0, ground.contract.terms.signed_value_fen - paid_fen)
