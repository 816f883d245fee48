"""A lease's money in memory: its charges, what settled them on which day, its credit, its late fees."""

from collections.abc import Mapping, Sequence
from datetime import date

from msgspec import Struct

from shouwen.features.money import store
from shouwen.features.money.rules.late_fee import first_day_of
from shouwen.features.money.store import Accrual, LeaseCharge, Moved
from shouwen.features.money.types import (
    INCOME,
    RECEIVABLE,
    Account,
    AllocatedPart,
    Allocation,
    AllocationTerms,
    ChargeKind,
    CreditMove,
    DatedDebt,
    EntryKind,
    LateFeeTerms,
    PaidIn,
    Pause,
    RentPayment,
)
from shouwen.platform.db import Conn

_KIND = {account: kind for kind, account in RECEIVABLE.items()}
_INCOMES = frozenset(INCOME.values())
_CHANGES = frozenset({EntryKind.ACCRUAL, EntryKind.ADJUSTMENT})


class LivePayment(Struct, frozen=True):
    """A payment by the contract's order as it is booked now, under its newest key."""

    paid: PaidIn
    key: str
    allocation: Allocation


class LiveCredit(Struct, frozen=True):
    """Credit that settles charges as it is booked now."""

    key: str
    on: date
    parts: tuple[AllocatedPart, ...]


class Ledger(Struct, frozen=True, kw_only=True):
    """One lease: all that is booked, with its dates and the terms its money goes by."""

    lease_id: int
    renter_id: int
    charges: Mapping[int, LeaseCharge]
    fixed: Mapping[int, tuple[RentPayment, ...]]
    waived: Mapping[int, tuple[RentPayment, ...]]
    pauses: Mapping[int, tuple[Pause, ...]]
    payments: tuple[LivePayment, ...]
    credit_uses: tuple[LiveCredit, ...]
    credit_moves: tuple[CreditMove, ...]
    keys: frozenset[str]
    undone: frozenset[int]
    touched: frozenset[int]
    accruals: Mapping[int, Accrual]
    terms: AllocationTerms
    fee_terms: LateFeeTerms | None

    def fee_charge(self, no: int) -> LeaseCharge | None:
        """The late-fee charge of an instalment, if there is one."""
        return next((c for c in self.charges.values() if c.kind is ChargeKind.LATE_FEE and c.no == no), None)

    def rents_with_fee(self, on: date) -> tuple[LeaseCharge, ...]:
        """The rents whose late fee the rule decides now: open ones past due, those that ran, those money may leave."""
        if self.fee_terms is None:
            return ()
        moving = {part.charge_id for live in self.payments for part in live.allocation.parts}
        moving |= {part.charge_id for use in self.credit_uses for part in use.parts}
        return tuple(
            charge
            for charge in self.charges.values()
            if charge.kind is ChargeKind.RENT and charge.booked_on is not None and charge.id not in self.undone
            and first_day_of(charge.due_on, self.fee_terms.grace_days) < on
            and (charge.outstanding_fen or charge.id in self.accruals or charge.id in moving | self.touched)
        )  # fmt: skip

    def debt_of(self, charge: LeaseCharge) -> DatedDebt:
        """The charge with its dates; what only a payment of its day settled may be settled otherwise."""
        own = charge.kind in (ChargeKind.RENT, ChargeKind.LATE_FEE)
        return DatedDebt(
            charge.id, charge.kind, charge.no, charge.due_on,
            charge.due_on if own else max(charge.due_on, charge.booked_on or charge.due_on),
            charge.amount_fen, self.fixed.get(charge.id, ()), self.pauses.get(charge.id, ()),
        )  # fmt: skip

    def debts(self, on: date) -> list[DatedDebt]:
        """Every booked charge; the late fee of a rent still without a charge of its own has the rent's id, negative."""
        with_fee = {} if self.fee_terms is None else {rent.no: rent for rent in self.rents_with_fee(on)}
        # the fee of a lateness that does not count is no debt: money that went there goes where it belongs
        no_debt = {self.charges[rent_id].no for rent_id in self.undone if rent_id in self.charges}
        found = []
        for charge in self.charges.values():
            is_fee = charge.kind is ChargeKind.LATE_FEE and (charge.no in with_fee or charge.no in no_debt)
            if charge.booked_on is not None and not is_fee:
                found.append(self.debt_of(charge))
        for no, rent in with_fee.items():
            assert self.fee_terms is not None
            fee, first_on = self.fee_charge(no), first_day_of(rent.due_on, self.fee_terms.grace_days)
            fee_id = -rent.id if fee is None else fee.id
            found.append(
                DatedDebt(
                    fee_id, ChargeKind.LATE_FEE, no, first_on, first_on, 0, self.fixed.get(fee_id, ()),
                    self.pauses.get(fee_id, ()), fee_of=rent.id, waived=self.waived.get(fee_id, ()),
                )
            )  # fmt: skip
        return found


async def read_ledgers(
    conn: Conn,
    leases: Mapping[int, tuple[AllocationTerms, LateFeeTerms | None]],
    extra: Sequence[Moved] = (),
) -> list[Ledger]:
    """The ledgers of these leases (id → terms), charges and late fees locked; `extra` are transfers about to be."""
    ids = list(leases)
    charges = await store.lock_lease_charges(conn, ids)
    accruals = await store.lock_accruals(conn, ids)
    moved = [*await store.moved_of(conn, ids), *extra]
    pauses: dict[int, list[Pause]] = {}
    for row in await store.pauses_of(conn, ids):
        pauses.setdefault(row.charge_id, []).append(row.pause)
    undone = await store.undone_of(conn, ids)
    found = []
    for lease_id, (terms, fee_terms) in leases.items():
        own = [charge for charge in charges if charge.lease_id == lease_id]
        if own:
            of_lease = [one for one in moved if one.lease_id == lease_id]
            payments, uses = _live(of_lease)
            found.append(
                Ledger(
                    lease_id=lease_id,
                    renter_id=own[0].renter_id,
                    charges={charge.id: charge for charge in own},
                    fixed=_fixed(of_lease),
                    waived=_fixed([one for one in of_lease if Account.WAIVERS in (one.debit, one.credit)]),
                    pauses={charge_id: tuple(some) for charge_id, some in pauses.items()},
                    payments=payments,
                    credit_uses=uses,
                    credit_moves=_credit_moves(of_lease),
                    keys=frozenset(one.key for one in of_lease),
                    undone=frozenset(undone),
                    touched=frozenset(one.charge_id for one in extra if one.charge_id is not None),
                    accruals={row.charge_id: row for row in accruals if row.lease_id == lease_id},
                    terms=terms,
                    fee_terms=fee_terms,
                )
            )
    return found


def _fixed(moved: Sequence[Moved]) -> dict[int, tuple[RentPayment, ...]]:
    """What settled each charge otherwise than by the contract's order, each by its day and place."""
    sums: dict[tuple[int, date, int], int] = {}
    for one in moved:
        if one.charge_id is None or one.replays:
            continue
        settles, takes_back = one.credit in _KIND, one.debit in _KIND
        if one.kind in _CHANGES and (one.debit in _INCOMES or one.credit in _INCOMES):
            continue
        if settles or takes_back:
            at = one.charge_id, one.on_day, one.seq
            sums[at] = sums.get(at, 0) + (one.amount_fen if settles else -one.amount_fen)
    found: dict[int, tuple[RentPayment, ...]] = {}
    for (charge_id, on, seq), amount_fen in sorted(sums.items()):
        if amount_fen:
            found[charge_id] = (*found.get(charge_id, ()), RentPayment(on, amount_fen, seq))
    return found


def _credit_moves(moved: Sequence[Moved]) -> tuple[CreditMove, ...]:
    sums: dict[date, int] = {}
    for one in moved:
        if not one.replays and Account.RENTER_CREDIT in (one.debit, one.credit):
            signed_fen = one.amount_fen if one.credit is Account.RENTER_CREDIT else -one.amount_fen
            sums[one.on_day] = sums.get(one.on_day, 0) + signed_fen
    return tuple(CreditMove(on, amount_fen) for on, amount_fen in sorted(sums.items()) if amount_fen)


def _live(moved: Sequence[Moved]) -> tuple[tuple[LivePayment, ...], tuple[LiveCredit, ...]]:
    """Payments and credit by the contract's order that stand now; payments by value day, then in order of booking."""
    entries: dict[str, list[Moved]] = {}
    for one in moved:
        if one.replays and not one.reversed and one.kind in (EntryKind.PAYMENT, EntryKind.ALLOCATION):
            entries.setdefault(one.key, []).append(one)
    first_seq: dict[str, int] = {}
    for one in moved:
        first_seq.setdefault(ref_of(one.key), one.entry_id)
    payments, uses = [], []
    for key, rows in entries.items():
        parts = tuple(
            AllocatedPart(row.charge_id, _KIND[row.credit], row.amount_fen) for row in rows if row.charge_id is not None
        )
        if rows[0].kind == EntryKind.ALLOCATION:
            uses.append(LiveCredit(key, rows[0].on_day, parts))
            continue
        total_fen = sum(row.amount_fen for row in rows)
        allocation = Allocation(parts, total_fen - sum(part.amount_fen for part in parts))
        paid = PaidIn(ref_of(key), rows[0].on_day, total_fen, first_seq[ref_of(key)])
        payments.append(LivePayment(paid, key, allocation))
    payments.sort(key=lambda live: (live.paid.value_on, live.paid.seq))
    return tuple(payments), tuple(uses)


def ref_of(payment_key: str) -> str:
    """`payment:FK-1/2` → `FK-1`: the payment, whichever generation of its entry."""
    return payment_key.removeprefix("payment:").partition("/")[0]


def next_key(key: str, used: frozenset[str]) -> str:
    """The key, or its next generation where it was used: `payment:FK-1`, `payment:FK-1/2`, …"""
    if key not in used:
        return key
    generation = 2
    while f"{key}/{generation}" in used:
        generation += 1
    return f"{key}/{generation}"
