"""Bring a lease's book to what its whole history says: late fees to a day, and money where it belongs by its days."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction

from msgspec import Struct

from shouwen.features.contracts.public import contract_in_force
from shouwen.features.money import store
from shouwen.features.money.accrual import allocation_terms, late_fee_terms
from shouwen.features.money.ledger import Ledger, LiveCredit, LivePayment, next_key, read_ledgers
from shouwen.features.money.rules.amount_change import decide_amount_change
from shouwen.features.money.rules.entries import (
    entry_for_amount_change,
    entry_for_credit_use,
    entry_for_payment,
    entry_for_reversal,
)
from shouwen.features.money.rules.late_fee import first_day_of
from shouwen.features.money.rules.replay import fee_of_rent, replay
from shouwen.features.money.store import Accrual, Booking, LeaseCharge, Moved, NewCharge
from shouwen.features.money.types import (
    AllocatedPart,
    Allocation,
    AllocationTerms,
    ChargeAmounts,
    ChargeKind,
    CreditUse,
    Entry,
    EntryKind,
    LateFee,
    LateFeeTerms,
    PaidIn,
    RentPayment,
    Transfer,
)
from shouwen.kernel.decision import Decision
from shouwen.kernel.errors import Absent, Refusal
from shouwen.platform.db import Conn

_DAY = timedelta(days=1)
_CHUNK = 500


class FeeChanged(Struct, frozen=True):
    """The late fee of instalment `no` before and after, the entry that says so, and its working."""

    no: int
    before_fen: int
    after_fen: int
    entry_key: str
    working: tuple[str, ...]


class Settling(Struct, frozen=True):
    """What a settling did: where the new payment went, which payments moved, how late fees changed.

    `gave_back`: a fee fell below what was named or captured for it, and the rest became credit.
    """

    allocation: Allocation | None = None
    reallocated: tuple[str, ...] = ()
    fee_changes: tuple[FeeChanged, ...] = ()
    gave_back: bool = False


class Change(Struct, frozen=True):
    """What happens to the history: a payment comes, one goes (`dropped`, its key, and `why`), entries are booked.

    `moved` are the transfers of these entries with the days they take effect.
    """

    add: PaidIn | None = None
    dropped: str = ""
    why: str = ""
    bookings: tuple[Booking, ...] = ()
    moved: tuple[Moved, ...] = ()


NOTHING = Change()


async def terms_of(conn: Conn, lease_id: int) -> tuple[AllocationTerms, LateFeeTerms | None]:
    """How money of a lease is allocated and what lateness costs; the law's order and no fee before signing."""
    try:
        _, contract = await contract_in_force(conn, lease_id)
    except Absent:
        return AllocationTerms(), None
    return allocation_terms(contract), late_fee_terms(contract)


async def settle(
    conn: Conn, act_id: int, lease_id: int, on: date, change: Change = NOTHING, *, replays: bool = False
) -> Settling:
    """One lease as of `on`. `replays` goes through all payments anew; else only where a fee falls below what was paid.

    Refusal `credit_spent` where money that is taken back has already gone to the renter.
    """
    done = (await _settle(conn, act_id, [lease_id], on, change, replays=replays)).get(lease_id, Settling())
    if not done.gave_back:
        return done
    more = (await _settle(conn, act_id, [lease_id], on, NOTHING, replays=True)).get(lease_id, Settling())
    moved = tuple(dict.fromkeys((*done.reallocated, *more.reallocated)))
    return Settling(done.allocation, moved, (*done.fee_changes, *more.fee_changes), True)


async def settle_many(conn: Conn, act_id: int, lease_ids: Sequence[int], on: date) -> dict[int, Settling]:
    """Late fees of many leases as of `on`, a few hundred at a time; what changed, by lease."""
    done: dict[int, Settling] = {}
    for start in range(0, len(lease_ids), _CHUNK):
        done |= await _settle(conn, act_id, lease_ids[start : start + _CHUNK], on, NOTHING, replays=False)
    for lease_id in [lease_id for lease_id, one in done.items() if one.gave_back]:
        await settle(conn, act_id, lease_id, on, replays=True)
    return done


async def _settle(
    conn: Conn, act_id: int, lease_ids: Sequence[int], on: date, change: Change, *, replays: bool
) -> dict[int, Settling]:
    terms = {lease_id: await terms_of(conn, lease_id) for lease_id in lease_ids}
    plans = [
        _plan(ledger, act_id, on, change, replays=replays) for ledger in await read_ledgers(conn, terms, change.moved)
    ]
    new = [fee for plan in plans for fee in plan.new_fees]
    ids = await store.insert_charges(conn, new, [on] * len(new)) if new else []
    fee_ids = {(fee.lease_id, fee.no): charge_id for fee, charge_id in zip(new, ids, strict=True)}
    named = [plan.with_fee_ids(fee_ids) for plan in plans]
    bookings = [booking for plan in named for booking in plan.bookings]
    if bookings:
        booked = await store.book(conn, act_id, bookings)
        if len(booked) != len(bookings):
            raise LookupError("a settling found one of its keys in use")
    for plan in named:
        taken_back = {
            part.charge_id
            for booking in plan.bookings
            if booking.entry.kind is EntryKind.REVERSAL
            for part in booking.entry.transfers
            if part.charge_id is not None
        }
        if taken_back:
            await store.resettle(conn, plan.lease_id, sorted(taken_back))
    await store.put_accruals(conn, [row for plan in named for row in plan.accruals])
    return {plan.lease_id: plan.settling for plan in named}


class _Plan(Struct, frozen=True, kw_only=True):
    """What to write for one lease. A late fee still without a charge is named by its rent's id, negative."""

    lease_id: int
    new_fees: tuple[NewCharge, ...]
    fee_of: Mapping[int, int]  # rent → instalment no
    bookings: tuple[Booking, ...]
    accruals: tuple[Accrual, ...]
    settling: Settling

    def with_fee_ids(self, ids: Mapping[tuple[int, int], int]) -> "_Plan":
        if not self.new_fees:
            return self
        by_rent = {-rent: ids.get((self.lease_id, no), -rent) for rent, no in self.fee_of.items()}

        def part(one: AllocatedPart) -> AllocatedPart:
            return AllocatedPart(by_rent.get(one.charge_id, one.charge_id), one.kind, one.amount_fen)

        def booking(one: Booking) -> Booking:
            entry = one.entry
            transfers = tuple(
                Transfer(t.debit, t.credit, t.amount_fen, by_rent.get(t.charge_id or 0, t.charge_id))
                for t in entry.transfers
            )
            renamed = Entry(entry.key, entry.kind, transfers, entry.memo, entry.rule, entry.reverses)
            return Booking(one.lease_id, one.renter_id, one.booked_on, renamed, one.value_on, one.replays)

        accruals = tuple(
            row if row.fee_charge_id is not None else _with_fee(row, ids.get((self.lease_id, row.no)))
            for row in self.accruals
        )
        old = self.settling.allocation
        allocation = None if old is None else Allocation(tuple(map(part, old.parts)), old.surplus_fen)
        return _Plan(
            lease_id=self.lease_id,
            new_fees=self.new_fees,
            fee_of=self.fee_of,
            bookings=tuple(map(booking, self.bookings)),
            accruals=accruals,
            settling=Settling(
                allocation, self.settling.reallocated, self.settling.fee_changes, self.settling.gave_back
            ),
        )


def _with_fee(row: Accrual, fee_charge_id: int | None) -> Accrual:
    values = {name: getattr(row, name) for name in Accrual.__struct_fields__} | {"fee_charge_id": fee_charge_id}
    return Accrual(**values)


def _plan(ledger: Ledger, act_id: int, on: date, change: Change, *, replays: bool) -> _Plan:
    kept = [live for live in ledger.payments if live.key != change.dropped]
    coming = [live.paid for live in kept]
    debts = ledger.debts(on)
    if replays or change.add is not None:
        if change.add is not None:
            coming = sorted([*coming, change.add], key=lambda paid: paid.value_on)  # the newest last within its day
        outcome = replay(coming, debts, on, credits=ledger.credit_moves, terms=ledger.terms, fee_terms=ledger.fee_terms)
        if outcome.credit_fen < 0:
            raise credit_spent()
        payments, uses = dict(outcome.payments), list(outcome.credits)
    else:
        payments = {live.paid.ref: live.allocation for live in kept}
        uses = [CreditUse(use.on, part) for use in ledger.credit_uses for part in use.parts]
    days = {paid.ref: paid.value_on for paid in coming}
    paid: dict[int, list[RentPayment]] = {}
    for ref, allocation in payments.items():
        for part in allocation.parts:
            paid.setdefault(part.charge_id, []).append(RentPayment(days[ref], part.amount_fen))
    for use in uses:
        paid.setdefault(use.part.charge_id, []).append(RentPayment(use.on, use.part.amount_fen))
    fees = _fees(ledger, act_id, on, change, paid)
    if fees.gives_back and not replays and change.add is None:
        return _plan(ledger, act_id, on, change, replays=True)
    moves = _moves(ledger, on, change, kept, coming, payments, uses)
    added = None if change.add is None else payments[change.add.ref]
    return _Plan(
        lease_id=ledger.lease_id,
        new_fees=fees.new,
        fee_of={rent.id: rent.no for rent in ledger.rents_with_fee(on)},
        bookings=(*change.bookings, *moves.bookings, *fees.bookings),
        accruals=fees.accruals,
        settling=Settling(added, moves.reallocated, fees.changes, fees.gives_back),
    )


class _Fees(Struct, frozen=True, kw_only=True):
    new: tuple[NewCharge, ...]
    bookings: tuple[Booking, ...]
    accruals: tuple[Accrual, ...]
    changes: tuple[FeeChanged, ...]
    gives_back: bool


def _fees(ledger: Ledger, act_id: int, on: date, change: Change, paid: Mapping[int, Sequence[RentPayment]]) -> _Fees:
    """The late fee of each rent as of the day, and what to book for it. `paid` is where money is going to be."""
    new, bookings, accruals, changes = [], [], [], []
    gives_back = False
    rents = [*ledger.rents_with_fee(on)]
    undone = [ledger.charges[rent_id] for rent_id in sorted(ledger.undone) if rent_id in ledger.charges]
    rents += [rent for rent in undone if rent.id in ledger.accruals or ledger.fee_charge(rent.no) is not None]
    for rent in rents:
        row, fee_charge = ledger.accruals.get(rent.id), ledger.fee_charge(rent.no)
        as_of = on if row is None else max(on, row.through_on + _DAY)
        decision = _fee(ledger, rent, paid.get(rent.id, ()), as_of)
        total_fen = 0 if decision is None else decision.outcome.charge_fen
        booked = _amounts(fee_charge, ledger, change, paid)
        what = decide_amount_change(booked, total_fen)
        gives_back = gives_back or what.to_credit_fen > 0
        if fee_charge is None and total_fen:
            assert ledger.fee_terms is not None
            new.append(
                NewCharge(
                    lease_id=ledger.lease_id, renter_id=ledger.renter_id, kind=ChargeKind.LATE_FEE, no=rent.no,
                    clause=ledger.fee_terms.clause, due_on=first_day_of(rent.due_on, ledger.fee_terms.grace_days),
                    amount_fen=0,
                )
            )  # fmt: skip
        if what:
            key = f"late:{rent.id}:{on}:{act_id}:{total_fen}"
            fee_id = -rent.id if fee_charge is None else fee_charge.id
            grows = what.accrue_fen > 0
            memo = f"第 {rent.no} 期逾期违约金" + ("" if grows else "重算")
            rule = decision.rules[-1] if decision is not None and grows else "LATE-1"
            entry = entry_for_amount_change(key, ChargeKind.LATE_FEE, fee_id, what, memo, rule)
            bookings.append(Booking(ledger.lease_id, ledger.renter_id, on, entry))
            working = () if decision is None else decision.working
            changes.append(FeeChanged(rent.no, booked.amount_fen, total_fen, key, working))
        if row is not None or (decision is not None and decision.outcome.fen_days):
            accruals.append(_accrual(ledger, rent, fee_charge, decision, as_of, total_fen, paid))
    return _Fees(
        new=tuple(new), bookings=tuple(bookings), accruals=tuple(accruals), changes=tuple(changes),
        gives_back=gives_back,
    )  # fmt: skip


def _fee(ledger: Ledger, rent: LeaseCharge, paid: Sequence[RentPayment], as_of: date) -> Decision[LateFee] | None:
    if ledger.fee_terms is None or rent.id in ledger.undone:
        return None
    return fee_of_rent(ledger.debt_of(rent), paid, ledger.fee_terms, as_of)


def _amounts(
    fee: LeaseCharge | None, ledger: Ledger, change: Change, paid: Mapping[int, Sequence[RentPayment]]
) -> ChargeAmounts:
    """A late fee as it will stand beside its amount, once money and corrections are where they are going to be."""
    if fee is None:
        return ChargeAmounts(0)
    settled = {"waivers": 0, "write_offs": 0}
    for one in change.moved:
        for account, signed_fen in ((one.debit, one.amount_fen), (one.credit, -one.amount_fen)):
            if one.charge_id == fee.id and account in settled:
                settled[account] += signed_fen
    waived_fen = fee.waived_fen + settled["waivers"]
    written_off_fen = fee.written_off_fen + settled["write_offs"]
    fixed_fen = sum(part.amount_fen for part in ledger.fixed.get(fee.id, ())) - waived_fen - written_off_fen
    paid_fen = fixed_fen + sum(part.amount_fen for part in paid.get(fee.id, ()))
    return ChargeAmounts(fee.amount_fen, paid_fen, waived_fen, written_off_fen)


def _accrual(
    ledger: Ledger,
    rent: LeaseCharge,
    fee_charge: LeaseCharge | None,
    decision: Decision[LateFee] | None,
    as_of: date,
    total_fen: int,
    paid: Mapping[int, Sequence[RentPayment]],
) -> Accrual:
    terms = ledger.fee_terms
    first_on = first_day_of(rent.due_on, 0 if terms is None else terms.grace_days)
    settled_fen = sum(part.amount_fen for part in (*ledger.fixed.get(rent.id, ()), *paid.get(rent.id, ())))
    ends = [pause.until_on for pause in ledger.pauses.get(rent.id, ()) if pause.until_on is not None]
    fee = None if decision is None else decision.outcome
    stopped = fee is None or settled_fen >= rent.amount_fen or (fee.fen_days > 0 and _is_full(fee, first_on, as_of))
    return Accrual(
        charge_id=rent.id,
        lease_id=ledger.lease_id,
        renter_id=ledger.renter_id,
        no=rent.no,
        fee_charge_id=None if fee_charge is None else fee_charge.id,
        first_on=first_on,
        through_on=max(as_of, first_on) - _DAY,
        bearing_fen=0 if fee is None else fee.bearing_fen,
        changes_on=min((end + _DAY for end in ends if end >= as_of), default=None),
        fen_days=0 if fee is None else fee.fen_days,
        days=0 if fee is None else fee.days,
        booked_fen=total_fen,
        cap_fen=_cap_fen(rent, terms),
        stopped_on=as_of if stopped else None,
    )


def _is_full(fee: LateFee, first_on: date, as_of: date) -> bool:
    """Nothing is added after the span that is computed at all; a cap that is reached keeps being counted."""
    return fee.bearing_fen > 0 and (as_of - first_on).days > 3_660


def _cap_fen(rent: LeaseCharge, terms: LateFeeTerms | None) -> int | None:
    if terms is None or terms.cap_share is None:
        return None
    return int(rent.amount_fen * Fraction(terms.cap_share))


class _Moves(Struct, frozen=True):
    bookings: tuple[Booking, ...]
    reallocated: tuple[str, ...]


def _moves(
    ledger: Ledger,
    on: date,
    change: Change,
    kept: Sequence[LivePayment],
    coming: Sequence[PaidIn],
    payments: Mapping[str, Allocation],
    uses: Sequence[CreditUse],
) -> _Moves:
    """Entries that take money from where it is booked and put it where it belongs, only where the two differ."""
    bookings: list[Booking] = []
    reallocated: list[str] = []

    def add(entry: Entry, value_on: date | None = None, *, replays: bool = False) -> None:
        bookings.append(Booking(ledger.lease_id, ledger.renter_id, on, entry, value_on, replays))

    by_ref = {paid.ref: paid for paid in coming}
    for live in ledger.payments:
        if live.key == change.dropped:
            add(_taken_back(live, change.why, "REVERSAL"))
    for live in kept:
        after = payments[live.paid.ref]
        if _same(after, live.allocation):
            continue
        add(_taken_back(live, "按付款日重新分配", "CIVIL-560"))
        entry = entry_for_payment(live.paid.ref, after)
        add(_under(next_key(entry.key, ledger.keys), entry), live.paid.value_on, replays=True)
        reallocated.append(live.paid.ref)
    if change.add is not None:
        entry = entry_for_payment(change.add.ref, payments[change.add.ref])
        add(_under(next_key(entry.key, ledger.keys), entry), by_ref[change.add.ref].value_on, replays=True)
    gone, fresh = changed_uses(ledger.credit_uses, uses)
    for unused in gone:
        add(_credit_back(unused))
    keys = ledger.keys
    for use in fresh:
        key = next_key(f"credit:{use.part.charge_id}:{use.on}", keys)
        keys |= {key}
        add(entry_for_credit_use(key, (use.part,)), use.on, replays=True)
    return _Moves(tuple(bookings), tuple(reallocated))


def _same(one: Allocation, other: Allocation) -> bool:
    return one.surplus_fen == other.surplus_fen and sorted(_plain(one.parts)) == sorted(_plain(other.parts))


def _plain(parts: Sequence[AllocatedPart]) -> list[tuple[int, int]]:
    return [(part.charge_id, part.amount_fen) for part in parts]


def changed_uses(booked: Sequence[LiveCredit], uses: Sequence[CreditUse]) -> tuple[list[LiveCredit], list[CreditUse]]:
    """Uses of credit to take back, and new ones to book. Counted: two equal uses of one day are two."""
    missing = Counter(_use(one.on, one.part) for one in uses)
    gone: list[LiveCredit] = []
    for live in booked:
        parts = Counter(_use(live.on, part) for part in live.parts)
        if parts <= missing:
            missing -= parts
        else:
            gone.append(live)
    fresh: list[CreditUse] = []
    for one in uses:
        if missing[_use(one.on, one.part)]:
            missing[_use(one.on, one.part)] -= 1
            fresh.append(one)
    return gone, fresh


def _use(on: date, part: AllocatedPart) -> tuple[date, int, int]:
    return on, part.charge_id, part.amount_fen


def _taken_back(live: LivePayment, memo: str, rule: str) -> Entry:
    paid = entry_for_payment(live.paid.ref, live.allocation)
    return entry_for_reversal(_under(live.key, paid), memo, rule)


def _credit_back(use: LiveCredit) -> Entry:
    return entry_for_reversal(entry_for_credit_use(use.key, use.parts), "按付款日重新分配", "CIVIL-560")


def _under(key: str, entry: Entry) -> Entry:
    return Entry(key, entry.kind, entry.transfers, entry.memo, entry.rule, entry.reverses)


def credit_spent() -> Refusal:
    """Money that is to be taken back has left the renter's credit."""
    return Refusal(
        "credit_spent",
        "这笔款多出的部分已退还或另作使用，现在撤销会让余额不足",
        "part of this money has already gone back to the renter",
        remedy_zh="请先收回退款，再撤销这笔付款",
        remedy_en="let the refund come back first",
    )
