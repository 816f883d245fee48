"""Money comes in, credit is used, what was written off comes back: each once by its reference."""

from collections.abc import Mapping, Sequence
from datetime import date

from msgspec import Struct

from shouwen.features.money import store
from shouwen.features.money.booking import OfLease, book, book_charges
from shouwen.features.money.rules.allocation import allocate
from shouwen.features.money.rules.entries import (
    entry_for_closing,
    entry_for_credit_use,
    entry_for_payment,
    entry_for_recovery,
    entry_for_refund,
)
from shouwen.features.money.rules.pause import contested_fen_on
from shouwen.features.money.scheduling import book_scheduled
from shouwen.features.money.settling import Change, FeeChanged, settle, terms_of
from shouwen.features.money.store import Booking, Charge, LeaseCharge, NewCharge, PauseRow
from shouwen.features.money.types import (
    CHARGE_ZH,
    AllocatedPart,
    Allocation,
    AllocationTerms,
    ChargeKind,
    OpenDebt,
    PaidIn,
    Pause,
)
from shouwen.kernel.errors import BadInput, Refusal
from shouwen.kernel.fen import format_fen
from shouwen.platform.db import Conn, Row


class PaymentTaken(Struct, frozen=True):
    """Where the money went; `booked` is false where its reference was known. `reallocated` payments moved for it."""

    allocation: Allocation
    booked: bool
    reallocated: tuple[str, ...] = ()
    fee_changes: tuple[FeeChanged, ...] = ()


async def book_due(conn: Conn, act_id: int, lease: OfLease, on: date, named: Sequence[int] = ()) -> list[int]:
    """Book the scheduled charges due by `on`, and those named; credit there is settles what fell due. Their ids."""
    charges = await book_scheduled(conn, act_id, lease, on, named)
    if charges and await store.lock_credit(conn, lease.id):
        for due_on in sorted({charge.due_on for charge in charges if charge.due_on <= on}):
            await apply_credit(conn, act_id, lease, on, value_on=due_on)
    return [charge.id for charge in charges]


async def charge_by_hand(conn: Conn, act_id: int, lease: OfLease, new: NewCharge, on: date) -> Charge:
    """Write and book a charge that no schedule makes; credit there is settles it if it is due. Its row as it stands."""
    [charge_id] = await book_charges(conn, act_id, [new], on)
    await apply_credit(conn, act_id, lease, on)
    return next(charge for charge in await store.lock_charges(conn, lease.id) if charge.id == charge_id)


async def apply_credit(conn: Conn, act_id: int, lease: OfLease, on: date, *, value_on: date | None = None) -> int:
    """Settle what is due and not contested out of the renter's credit, in the contract's order; the fen used."""
    day = value_on or on
    charges = await store.lock_charges(conn, lease.id)
    credit_fen = await store.lock_credit(conn, lease.id)
    terms, _ = await terms_of(conn, lease.id)
    debts = await _debts(conn, lease.id, charges, day, None)
    if not credit_fen or not debts:
        return 0
    parts = allocate(credit_fen, debts, day, (), terms.order, terms.by).outcome.parts
    bookings = []
    for part in parts:
        key = await unused_key(conn, f"credit:{part.charge_id}:{day}")
        entry = entry_for_credit_use(key, (part,))
        bookings.append(Booking(lease.id, lease.renter_id, on, entry, day, True))
    await book(conn, act_id, bookings)
    return sum(part.amount_fen for part in parts)


async def take_payment(
    conn: Conn,
    act_id: int,
    lease: OfLease,
    amount_fen: int,
    payment_ref: str,
    value_on: date,
    booked_on: date,
    *,
    terms: AllocationTerms | None = None,
    named: Sequence[int] = (),
    contested: Sequence[int] | None = None,
) -> PaymentTaken:
    """Book money received, worth its day `value_on` (not after `booked_on`), once by `payment_ref`.

    Rents due by now are booked first and late fees run up to the day before; then the charges named, then what is due
    in the contract's order (民法典 560, 561), what is left is credit. With an earlier `value_on` every payment by that
    order is gone through anew, and late fees follow. `contested` None: the charges with a running pause that day
    (PAUSE-1). Refusal `payment_differs` on a known reference with another amount or lease, `BadInput` on nothing, a
    foreign charge or a value day that has not come, Refusal `payment_known` on the reference of a recovery.
    """
    if value_on > booked_on:
        raise BadInput("paid_on", "付款日不能晚于记账日", "a payment is not worth a later day than its booking")
    charges = await store.lock_charges(conn, lease.id)
    recovered = await store.transfers_of(conn, f"recovery:{payment_ref}")
    if recovered and not recovered[0]["reversed"]:
        raise Refusal(
            "payment_known", "这个流水号已经登记为收回核销欠款", "this reference was booked as a recovery",
            remedy_zh="同一笔钱只入账一次，请核对流水号", remedy_en="money is booked once; check the reference",
        )  # fmt: skip
    known = await _known(conn, lease.id, amount_fen, payment_ref, charges)
    if known is not None:
        return PaymentTaken(known, False)
    _refuse_foreign(charges, named)
    await book_due(conn, act_id, lease, booked_on, named)
    if value_on < booked_on and not named and contested is None and terms is None:
        add = PaidIn(payment_ref, value_on, _more_than_nothing(amount_fen))
        done = await settle(conn, act_id, lease.id, booked_on, Change(add=add))
        allocation = done.allocation or Allocation((), amount_fen)
        return PaymentTaken(allocation, True, done.reallocated, done.fee_changes)
    fees = await settle(conn, act_id, lease.id, booked_on)
    own_terms, _ = await terms_of(conn, lease.id)
    terms = terms or own_terms
    debts = await _debts(conn, lease.id, await store.lock_charges(conn, lease.id), value_on, contested)
    allocation = allocate(amount_fen, debts, value_on, named, terms.order, terms.by).outcome
    entry = entry_for_payment(payment_ref, allocation)
    replays = not named and contested is None
    await book(conn, act_id, [Booking(lease.id, lease.renter_id, booked_on, entry, value_on, replays)])
    if value_on == booked_on:
        return PaymentTaken(allocation, True, (), fees.fee_changes)
    after = await settle(conn, act_id, lease.id, booked_on, replays=True)
    return PaymentTaken(allocation, True, after.reallocated, (*fees.fee_changes, *after.fee_changes))


def _more_than_nothing(amount_fen: int) -> int:
    if amount_fen <= 0:
        raise BadInput("amount_fen", "付款金额必须大于 0", "a payment is more than nothing")
    return amount_fen


def _refuse_foreign(charges: Sequence[Charge], named: Sequence[int]) -> None:
    own = {charge.id for charge in charges}
    if any(charge_id not in own for charge_id in named):
        raise BadInput("named", "指定的账单不存在或已结清", "a named charge is not open")


async def _known(
    conn: Conn, lease_id: int, amount_fen: int, payment_ref: str, charges: Sequence[Charge]
) -> Allocation | None:
    """How the payment of this reference stands now, wherever it was moved to; None where it is new."""
    rows = await _newest(conn, f"payment:{payment_ref}")
    if not rows:
        return None
    if rows[0]["lease_id"] != lease_id or sum(row["amount_fen"] for row in rows) != amount_fen:
        raise Refusal(
            "payment_differs",
            "这个付款流水号已经记过另一笔金额",
            "this payment reference was booked with another amount or lease",
            remedy_zh="请核对流水号",
            remedy_en="check the payment reference",
        )
    kinds = {charge.id: charge.kind for charge in charges}
    parts = tuple(
        AllocatedPart(row["charge_id"], kinds[row["charge_id"]], row["amount_fen"])
        for row in rows
        if row["charge_id"] is not None
    )
    return Allocation(parts, amount_fen - sum(part.amount_fen for part in parts))


async def _newest(conn: Conn, key: str) -> list[Row]:
    """The transfers of the newest generation of an entry."""
    found: list[Row] = []
    generation = 1
    while rows := await store.transfers_of(conn, key if generation == 1 else f"{key}/{generation}"):
        found, generation = rows, generation + 1
    return found


async def unused_key(conn: Conn, key: str) -> str:
    """The first generation of an entry's key that is not on the book."""
    used, generation = key, 1
    while await store.transfers_of(conn, used):
        generation += 1
        used = f"{key}/{generation}"
    return used


async def _debts(
    conn: Conn, lease_id: int, charges: Sequence[Charge], on: date, contested: Sequence[int] | None
) -> list[OpenDebt]:
    if contested is not None:
        return open_debts(charges, {}, on, contested)
    return open_debts(charges, pauses_by_charge(await store.pauses_of(conn, [lease_id])), on)


def pauses_by_charge(rows: Sequence[PauseRow]) -> dict[int, list[Pause]]:
    """The pauses of each charge, in days of Beijing."""
    pauses: dict[int, list[Pause]] = {}
    for row in rows:
        pauses.setdefault(row.charge_id, []).append(row.pause)
    return pauses


def open_debts(
    charges: Sequence[Charge] | Sequence[LeaseCharge],
    pauses: Mapping[int, Sequence[Pause]],
    on: date,
    contested: Sequence[int] = (),
) -> list[OpenDebt]:
    """What is outstanding of one lease, with what rests on `on`; a late fee stands beside the instalment it is of."""
    rents = {charge.no: charge.due_on for charge in charges if charge.kind is ChargeKind.RENT}
    return [
        OpenDebt(
            c.id, c.kind, c.due_on, c.outstanding_fen, c.id in contested,
            contested_fen_on(pauses.get(c.id, ()), on),
            rents.get(c.no) if c.kind is ChargeKind.LATE_FEE else None,
        )
        for c in charges
        if c.outstanding_fen and c.booked_on is not None
    ]  # fmt: skip


async def recover(
    conn: Conn, act_id: int, lease: OfLease, charge: Charge, amount_fen: int, payment_ref: str, on: date
) -> bool:
    """Money came for what had been written off of a locked charge, once by `payment_ref`; false where it was known.

    A payment's reference is known too, unless that payment was taken back.
    """
    paid = await _newest(conn, f"payment:{payment_ref}")
    if paid and not paid[0]["reversed"]:
        return False
    if not 0 < amount_fen <= charge.written_off_fen:
        raise Refusal(
            "more_than_written_off",
            f"这笔{CHARGE_ZH[charge.kind]}核销 {format_fen(charge.written_off_fen)}，不能收回 {format_fen(amount_fen)}",
            "more than was written off of this charge",
            remedy_zh="多出的部分请按普通收款登记",
            remedy_en="record the rest as an ordinary payment",
            rule="AUTH-1",
            clause=charge.clause,
        )
    entry = entry_for_recovery(payment_ref, charge.kind, charge.id, amount_fen)
    return bool(await book(conn, act_id, [Booking(lease.id, lease.renter_id, on, entry)]))


async def close_into(
    conn: Conn, act_id: int, lease: OfLease, charges: Sequence[Charge], key: str, memo: str, rule: str, on: date
) -> None:
    """What is open of these charges ends in another agreement (BUY-5), once for `key`; scheduled ones are booked."""
    await book_scheduled(conn, act_id, lease, on, [charge.id for charge in charges])
    bookings = []
    for charge in charges:
        if charge.outstanding_fen:
            entry_key = f"closed:{charge.id}:{key}"
            entry = entry_for_closing(entry_key, charge.kind, charge.id, charge.outstanding_fen, memo, rule)
            bookings.append(Booking(lease.id, lease.renter_id, on, entry))
    await book(conn, act_id, bookings)


async def credit_of(conn: Conn, lease_id: int) -> int:
    """What the renter has with a lease beyond its bills, its row locked until this act ends."""
    return await store.lock_credit(conn, lease_id)


async def book_refund(conn: Conn, act_id: int, lease: OfLease, amount_fen: int, refund_ref: str, on: date) -> bool:
    """Credit goes back to the renter, once by `refund_ref`; false where it was booked. Never more than the credit."""
    if await store.transfers_of(conn, f"refund:{refund_ref}"):
        return False
    credit_fen = await store.lock_credit(conn, lease.id)
    if not 0 < amount_fen <= credit_fen:
        raise Refusal(
            "more_than_credit",
            f"余额 {format_fen(credit_fen)}，不能退 {format_fen(amount_fen)}",
            "more than the credit of this lease",
            remedy_zh="请按余额填写退款金额",
            remedy_en="refund at most the credit",
            rule="REFUND",
        )
    entry = entry_for_refund(refund_ref, amount_fen)
    return bool(await book(conn, act_id, [Booking(lease.id, lease.renter_id, on, entry)]))
