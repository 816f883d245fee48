"""Deposit holds: hold, capture for a decided claim, release. A hold is not revenue. Amounts are whole fen."""

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from shouwen.features.money import store
from shouwen.features.money.booking import OfLease, book
from shouwen.features.money.rules.entries import (
    entry_for_capture,
    entry_for_damage_charge,
    entry_for_hold,
    entry_for_release,
)
from shouwen.features.money.store import Booking, Charge, Hold, NewCharge
from shouwen.features.money.types import INCOME, RECEIVABLE, Account, ChargeKind, Entry, EntryKind, Transfer
from shouwen.kernel.errors import Refusal
from shouwen.kernel.fen import format_fen, plain_fen
from shouwen.platform.clock import random_ref
from shouwen.platform.db import Conn

_OWED, _INCOME = RECEIVABLE[ChargeKind.DAMAGE], INCOME[ChargeKind.DAMAGE]


class NewHold(Struct, frozen=True, kw_only=True):
    """A deposit hold to be written; an empty `ref` is made up."""

    lease_id: int
    renter_id: int
    amount_fen: int
    held_on: date
    release_due_on: date | None = None
    ref: str = ""


class Settled(Struct, frozen=True):
    """How a decided damage charge met the deposit. `refunded_fen` goes back where a decision was lowered."""

    decided_fen: int
    captured_fen: int
    released_fen: int
    owed_fen: int
    refunded_fen: int
    charge_id: int | None
    working: tuple[str, ...]
    kept_fen: int = 0  # still held for what else is owed of the lease (DEP-1)


async def hold_deposit(conn: Conn, act_id: int, new: NewHold) -> None:
    """Record a deposit hold; a lease has at most one, and keeps it."""
    await hold_deposits(conn, act_id, [new])


async def hold_deposits(conn: Conn, act_id: int, new: Sequence[NewHold]) -> None:
    """Record many holds in two statements; leases that have one are left alone."""
    refs = [hold.ref or random_ref("YS") for hold in new]
    written = await store.insert_holds(
        conn,
        refs,
        [hold.lease_id for hold in new],
        [hold.amount_fen for hold in new],
        [hold.held_on for hold in new],
        [hold.release_due_on for hold in new],
    )
    bookings = [
        Booking(hold.lease_id, hold.renter_id, hold.held_on, entry_for_hold(ref, hold.amount_fen))
        for ref, hold in zip(refs, new, strict=True)
        if ref in written
    ]
    await book(conn, act_id, bookings)


async def book_damage(
    conn: Conn,
    act_id: int,
    lease: OfLease,
    decided_fen: int,
    claim_ref: str,
    on: date,
    clause: str,
    *,
    round_no: int = 1,
) -> int:
    """The damage charge of a decided claim, one for each round of its decision; its id. `decided_fen` > 0."""
    charges = await store.lock_charges(conn, lease.id)
    key = f"damage:{claim_ref}:{round_no}"
    earlier = await store.transfers_of(conn, key)
    if earlier:
        return int(earlier[0]["charge_id"])
    new = NewCharge(
        lease_id=lease.id,
        renter_id=lease.renter_id,
        kind=ChargeKind.DAMAGE,
        no=1 + max((c.no for c in charges if c.kind is ChargeKind.DAMAGE), default=0),
        clause=clause,
        due_on=on,
        amount_fen=decided_fen,
    )
    [charge_id] = await store.insert_charges(conn, [new], [on])
    entry = _rekeyed(entry_for_damage_charge(charge_id, claim_ref, decided_fen), key)
    await book(conn, act_id, [Booking(lease.id, lease.renter_id, on, entry)])
    return charge_id


async def settle_deposit(
    conn: Conn, act_id: int, lease: OfLease, decided_fen: int, claim_ref: str, on: date, clause: str = ""
) -> Settled:
    """Book the decided charge, capture it from the deposit hold as far as that goes, release the rest.

    `decided_fen` 0 releases everything. Once for each claim: again changes nothing and answers the same,
    with another amount is a Refusal; a later, other decision goes to `revise_settlement`.
    The lease's row must be locked by the caller.
    """
    hold = await store.lock_hold(conn, lease.id)
    captured = await store.transfers_of(conn, f"capture:{claim_ref}")
    released = await store.transfers_of(conn, f"release:{claim_ref}")
    booked = await store.transfers_of(conn, f"damage:{claim_ref}:1")
    if captured or released or booked:
        _refuse_other_amount(claim_ref, booked[0]["amount_fen"] if booked else 0, decided_fen)
    charge_id = await book_damage(conn, act_id, lease, decided_fen, claim_ref, on, clause) if decided_fen else None
    if captured or released:
        captured_fen = captured[0]["amount_fen"] if captured else 0
        return _settled(decided_fen, captured_fen, released[0]["amount_fen"] if released else 0, charge_id)
    return await _capture_and_release(conn, act_id, lease, hold, decided_fen, charge_id, claim_ref, on)


async def release_deposit(conn: Conn, act_id: int, lease: OfLease, keep_fen: int, release_ref: str, on: date) -> int:
    """Give back what is open of the hold beyond `keep_fen`, once by `release_ref`; the fen released now."""
    hold = await store.lock_hold(conn, lease.id)
    released_fen = 0 if hold is None else max(0, hold.open_fen - keep_fen)
    if hold is None or not released_fen:
        return 0
    entry = entry_for_release(release_ref, released_fen)
    if not await book(conn, act_id, [Booking(lease.id, lease.renter_id, on, entry)]):
        return 0
    await store.move_hold(conn, hold.id, 0, released_fen)
    await _ask_provider(conn, act_id, lease, [entry])
    return released_fen


async def kept_for_debts_fen(conn: Conn, lease_id: int, on: date, *, but_claim_ref: str = "") -> int:
    """What a deposit is kept for on a Beijing day (DEP-1), in fen: all that is booked, due and unpaid. It locks.

    `but_claim_ref`: without the charge of that claim's first decision.
    """
    charge_id = await _charge_of_claim(conn, but_claim_ref)
    return _due_fen(await store.lock_charges(conn, lease_id), on, charge_id)


async def _charge_of_claim(conn: Conn, claim_ref: str) -> int | None:
    booked = await store.transfers_of(conn, f"damage:{claim_ref}:1") if claim_ref else []
    return int(booked[0]["charge_id"]) if booked else None


def _due_fen(charges: Sequence[Charge], on: date, but_id: int | None) -> int:
    due = [one for one in charges if one.booked_on is not None and one.due_on <= on]
    return sum(one.outstanding_fen for one in due if one.id != but_id)


async def close_deposit(conn: Conn, act_id: int, lease: OfLease, claim_ref: str, on: date) -> Settled:
    """The end of a claim whose charge is booked: what is owed of it is captured, what else is due stays frozen.

    The rest is released. What was paid of the charge otherwise, or taken off it on appeal, is not captured. Once for
    each claim; the lease's row must be locked by the caller.
    """
    hold = await store.lock_hold(conn, lease.id)
    charge_id = await _charge_of_claim(conn, claim_ref)
    charges = await store.lock_charges(conn, lease.id)
    owed_fen = sum(charge.outstanding_fen for charge in charges if charge.id == charge_id)
    due_fen = _due_fen(charges, on, charge_id)
    return await _capture_and_release(conn, act_id, lease, hold, owed_fen, charge_id, claim_ref, on, due_fen)


async def capture_deposit(
    conn: Conn, act_id: int, lease: OfLease, charge: Charge, capture_ref: str, rule: str, on: date
) -> int:
    """Take what is outstanding of a locked charge out of the open hold as far as that goes, once by `capture_ref`.

    The fen taken now; the provider is asked to do the same. The lease's row must be locked by the caller.
    """
    hold = await store.lock_hold(conn, lease.id)
    captured_fen = 0 if hold is None else min(hold.open_fen, charge.outstanding_fen)
    if hold is None or not captured_fen:
        return 0
    entry = entry_for_capture(capture_ref, charge.kind, charge.id, captured_fen, rule)
    if not await book(conn, act_id, [Booking(lease.id, lease.renter_id, on, entry)]):
        return 0
    await store.move_hold(conn, hold.id, captured_fen, 0)
    await _ask_provider(conn, act_id, lease, [entry])
    return captured_fen


async def capture_undone(conn: Conn, capture_key: str) -> bool:
    """Whether a capture was taken back in the book."""
    rows = await store.transfers_of(conn, capture_key)
    return bool(rows) and bool(rows[0]["reversed"])


async def capture_again(conn: Conn, act_id: int, lease: OfLease, capture_key: str, on: date) -> bool:
    """A capture that was taken back has been carried out after all: book it once more, with what is not owed as credit.

    False where the hold in the book does not carry it any more.
    """
    first = next(row for row in await store.transfers_of(conn, capture_key) if row["debit_account"] == Account.CASH)
    amount_fen, charge_id = int(first["amount_fen"]), int(first["charge_id"])
    hold = await store.lock_hold(conn, lease.id)
    if hold is None or hold.open_fen < amount_fen:
        return False
    charge = next(one for one in await store.lock_charges(conn, lease.id) if one.id == charge_id)
    owed_fen = min(amount_fen, charge.outstanding_fen)
    transfers = [Transfer(Account.HOLD_LIABILITY, Account.HOLD_CONTROL, amount_fen, charge_id)]
    if owed_fen:
        transfers.insert(0, Transfer(Account.CASH, RECEIVABLE[charge.kind], owed_fen, charge_id))
    if owed_fen < amount_fen:
        transfers.append(Transfer(Account.CASH, Account.RENTER_CREDIT, amount_fen - owed_fen))
    entry = Entry(f"{capture_key}/2", EntryKind.CAPTURE, tuple(transfers), "押金转付（渠道晚到成功）", "DEDUCT-1")
    if await book(conn, act_id, [Booking(lease.id, lease.renter_id, on, entry)]):
        await store.move_hold(conn, hold.id, amount_fen, 0)
    return True


async def _capture_and_release(
    conn: Conn, act_id: int, lease: OfLease, hold: Hold | None, owed_fen: int, charge_id: int | None, claim_ref: str,
    on: date, keep_fen: int = 0,
) -> Settled:  # fmt: skip
    """Take what is owed out of the open hold as far as that goes, keep `keep_fen` frozen, and let the rest of it go."""
    open_fen = 0 if hold is None else hold.open_fen
    captured_fen = min(open_fen, owed_fen)
    kept_fen = min(open_fen - captured_fen, keep_fen)
    settled = _settled(owed_fen, captured_fen, open_fen - captured_fen - kept_fen, charge_id, kept_fen)
    entries: list[Entry] = []
    if captured_fen and charge_id is not None:
        entries.append(entry_for_capture(claim_ref, ChargeKind.DAMAGE, charge_id, captured_fen))
    if settled.released_fen:
        entries.append(entry_for_release(claim_ref, settled.released_fen))
    if hold is not None and entries:
        await book(conn, act_id, [Booking(lease.id, lease.renter_id, on, entry) for entry in entries])
        await store.move_hold(conn, hold.id, captured_fen, settled.released_fen)
        await _ask_provider(conn, act_id, lease, entries)
    return settled


async def _ask_provider(conn: Conn, act_id: int, lease: OfLease, entries: Sequence[Entry]) -> None:
    """What the book has captured or released is to be done where the money is frozen, too."""
    amounts_fen = [entry.transfers[0].amount_fen for entry in entries]
    keys, kinds = [entry.key for entry in entries], [entry.kind for entry in entries]
    await store.put_hold_moves(conn, act_id, lease.id, keys, kinds, amounts_fen)


def _refuse_other_amount(claim_ref: str, before_fen: int, decided_fen: int) -> None:
    if before_fen != decided_fen:
        raise Refusal(
            "settled_otherwise",
            f"定损 {claim_ref} 已按 {format_fen(before_fen)} 结算，不能再按 {format_fen(decided_fen)} 结算",
            "this claim was settled with another amount",
            remedy_zh="裁定有变更时，请走申诉改判",
            remedy_en="a changed decision is booked as a revision",
            rule="DMG-8",
        )


def _settled(
    decided_fen: int, captured_fen: int, released_fen: int, charge_id: int | None, kept_fen: int = 0
) -> Settled:
    owed_fen = decided_fen - captured_fen
    held_fen = captured_fen + released_fen + kept_fen
    working = [
        f"裁定金额 {plain_fen(decided_fen)}，押金冻结 {plain_fen(held_fen)}",
        f"从押金转支付 {plain_fen(captured_fen)}",
        f"解冻 {plain_fen(held_fen)} − {plain_fen(captured_fen)}"
        + (f" − 未付款项 {plain_fen(kept_fen)}" if kept_fen else "")
        + f" = {plain_fen(released_fen)}",
    ]
    if owed_fen:
        working.append(f"另需支付 {plain_fen(decided_fen)} − {plain_fen(captured_fen)} = {plain_fen(owed_fen)}")
    return Settled(decided_fen, captured_fen, released_fen, owed_fen, 0, charge_id, tuple(working), kept_fen)


async def revise_settlement(
    conn: Conn, act_id: int, lease: OfLease, decided_fen: int, claim_ref: str, on: date, clause: str = ""
) -> Settled:
    """Put the second decision of a claim (appeal) in the place of the first, by new entries only.

    Lower: the difference comes off what is outstanding, then what was paid of it is the renter's credit, to be refunded
    (`refunded_fen`). Higher: the difference is a new charge. The hold was dealt with at the first settlement and stays
    so. Once for each claim.
    """
    charges = {charge.id: charge for charge in await store.lock_charges(conn, lease.id)}
    first_key = f"damage:{claim_ref}:1"
    first = await store.transfers_of(conn, first_key)
    before_fen = int(first[0]["amount_fen"]) if first else 0
    charge_id = int(first[0]["charge_id"]) if first else None
    if decided_fen > before_fen:
        more_fen = decided_fen - before_fen
        more_id = await book_damage(conn, act_id, lease, more_fen, claim_ref, on, clause, round_no=2)
        line = f"改判 {plain_fen(decided_fen)} − 原裁定 {plain_fen(before_fen)} = 另需支付 {plain_fen(more_fen)}"
        return Settled(decided_fen, 0, 0, more_fen, 0, more_id, (line,))
    less_fen = before_fen - decided_fen
    if charge_id is None or less_fen == 0:
        return Settled(decided_fen, 0, 0, 0, 0, charge_id, ("裁定金额不变",))
    key = f"revise:{claim_ref}"
    earlier = await store.transfers_of(conn, key)
    outstanding_fen = charges[charge_id].outstanding_fen
    if earlier:
        given_back = (Account.RENTER_CREDIT, Account.CASH)  # what an older desk booked went out at once
        refunded_fen = sum(row["amount_fen"] for row in earlier if row["credit_account"] in given_back)
    else:
        refunded_fen = max(0, less_fen - outstanding_fen)
        outstanding_fen += refunded_fen - less_fen
        back = [Transfer(_OWED, Account.RENTER_CREDIT, refunded_fen, charge_id)] if refunded_fen else []
        transfers = (*back, Transfer(_INCOME, _OWED, less_fen, charge_id))
        memo = f"{claim_ref} 改判，冲回 {format_fen(less_fen)}"
        entry = Entry(key, EntryKind.REVERSAL, transfers, memo, "DMG-8", first_key)
        await book(conn, act_id, [Booking(lease.id, lease.renter_id, on, entry)])
    working = (
        f"原裁定 {plain_fen(before_fen)} − 改判 {plain_fen(decided_fen)} = 冲回 {plain_fen(less_fen)}",
        f"其中退回已付 {plain_fen(refunded_fen)}",
    )
    return Settled(decided_fen, 0, 0, outstanding_fen, refunded_fen, charge_id, working)


def _rekeyed(entry: Entry, key: str) -> Entry:
    return Entry(key, entry.kind, entry.transfers, entry.memo, entry.rule)
