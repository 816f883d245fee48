"""Take an entry back by a new one: the bill stands as if it had never been, money goes where it belongs."""

from datetime import date

from msgspec import Struct

from shouwen.features.money import store
from shouwen.features.money.booking import OfLease
from shouwen.features.money.settling import Change, Settling, settle
from shouwen.features.money.store import Booking, Charge, Moved
from shouwen.features.money.types import (
    INCOME,
    RECEIVABLE,
    Account,
    ChargeKind,
    Entry,
    EntryKind,
    Transfer,
)
from shouwen.kernel.errors import Absent, Refusal
from shouwen.platform.db import Conn, Row

UNDOABLE = frozenset(
    {
        EntryKind.PAYMENT,
        EntryKind.WAIVER,
        EntryKind.WRITE_OFF,
        EntryKind.CHARGE,
        EntryKind.CAPTURE,
        EntryKind.RECOVERY,
        EntryKind.CLOSING,
    }
)
_MADE_BY_HAND = frozenset({ChargeKind.ADDON, ChargeKind.FEE, ChargeKind.BUYOUT, ChargeKind.DAMAGE})
_OWED = frozenset(RECEIVABLE.values())


class Undone(Struct, frozen=True):
    """The reversal's key and what it came to; `booked` is false where the entry had been taken back before."""

    key: str
    kind: EntryKind
    amount_fen: int
    booked: bool
    settling: Settling = Settling()


async def undo(conn: Conn, act_id: int, lease: OfLease, entry_key: str, why: str, rule: str, on: date) -> Undone:
    """Take back a payment, waiver, write-off, recovery, capture, closing or a charge made by hand.

    Money the entry had settled something with, or had kept something else from settling, goes where it belongs by its
    days; late fees follow. The lease's row must be locked. Absent for an entry of another lease, Refusal
    `not_undoable` for one that is corrected otherwise (a rent, a late fee, a reversal), `credit_spent` where the money
    has gone back to the renter.
    """
    charges = {charge.id: charge for charge in await store.lock_charges(conn, lease.id)}
    found = await store.entry_rows(conn, lease.id, entry_key)
    if not found:
        raise Absent("入账", "entry")
    rows = found[-1]  # the newest generation of a payment
    kind = EntryKind(rows[0]["kind"])
    charge = charges.get(rows[0]["charge_id"] or 0)
    key = f"reversal:{rows[0]['key']}"
    amount_fen = sum(row["amount_fen"] for row in rows if kind is not EntryKind.CAPTURE or row["credit"] in _OWED)
    if kind is EntryKind.RECOVERY:
        amount_fen //= 2  # written up again, and paid
    if kind not in UNDOABLE or (kind is EntryKind.CHARGE and (charge is None or charge.kind not in _MADE_BY_HAND)):
        raise _not_undoable(kind)
    if rows[0]["reversed"]:
        return Undone(key, kind, amount_fen, False)
    if kind is EntryKind.PAYMENT and rows[0]["replays"]:
        done = await settle(conn, act_id, lease.id, on, Change(dropped=rows[0]["key"], why=why), replays=True)
        return Undone(key, kind, amount_fen, True, done)
    if kind is EntryKind.CHARGE and charge is not None:
        transfers, on_day, seq = await _charge_back(conn, lease.id, charge), on, 1 << 62
    else:
        transfers, on_day, seq = await _mirrored(conn, lease.id, rows), rows[0]["on_day"], int(rows[0]["id"])
    if not transfers:
        return Undone(key, kind, 0, False)
    entry = Entry(key, EntryKind.REVERSAL, transfers, why, rule, rows[0]["key"])
    moved = tuple(
        Moved(
            lease.id,
            0,
            key,
            EntryKind.REVERSAL,
            on_day,
            False,
            False,
            t.debit,
            t.credit,
            t.amount_fen,
            t.charge_id,
            seq,
        )
        for t in transfers
    )  # fmt: skip
    change = Change(bookings=(Booking(lease.id, lease.renter_id, on, entry),), moved=moved)
    done = await settle(conn, act_id, lease.id, on, change, replays=True)
    if kind is EntryKind.CAPTURE:
        await _open_hold_again(conn, lease.id, amount_fen)
    return Undone(key, kind, amount_fen, True, done)


class GivenUp(Struct, frozen=True):
    """A waiver or write-off that stands: what it gave up, on which day of the book."""

    kind: EntryKind
    amount_fen: int
    on: date


async def given_up(conn: Conn, lease_id: int, entry_key: str) -> GivenUp | None:
    """The waiver or write-off of this key; None for another entry, another lease's, or one taken back."""
    found = await store.entry_rows(conn, lease_id, entry_key)
    if not found or found[-1][0]["reversed"]:
        return None
    rows, kind = found[-1], EntryKind(found[-1][0]["kind"])
    if kind not in (EntryKind.WAIVER, EntryKind.WRITE_OFF):
        return None
    given = (Account.WAIVERS, Account.WRITE_OFFS)
    amount_fen = sum(int(row["amount_fen"]) for row in rows if row["debit"] in given)
    return GivenUp(kind, amount_fen, rows[0]["on_day"])


async def _charge_back(conn: Conn, lease_id: int, charge: Charge) -> tuple[Transfer, ...]:
    """A charge that should not be: what was named or captured for it is credit, what was waived was nothing.

    Money that had come to it by the contract's order moves on by itself.
    """
    fixed_fen = await _fixed_paid_fen(conn, lease_id, charge)
    owed = RECEIVABLE[charge.kind]
    back = (
        (Account.RENTER_CREDIT, fixed_fen),
        (Account.WAIVERS, charge.waived_fen),
        (Account.WRITE_OFFS, charge.written_off_fen),
    )
    return (
        *(Transfer(owed, account, amount_fen, charge.id) for account, amount_fen in back if amount_fen > 0),
        Transfer(INCOME[charge.kind], owed, charge.amount_fen, charge.id),
    )


async def _fixed_paid_fen(conn: Conn, lease_id: int, charge: Charge) -> int:
    """What was paid of a charge otherwise than by the contract's order."""
    owed = RECEIVABLE[charge.kind]
    moved = [
        one
        for one in await store.moved_of(conn, [lease_id])
        if one.charge_id == charge.id and one.replays and owed in (one.debit, one.credit)
    ]
    by_order_fen = sum(one.amount_fen if one.credit is owed else -one.amount_fen for one in moved)
    return charge.paid_fen - by_order_fen


async def _mirrored(conn: Conn, lease_id: int, rows: list[Row]) -> tuple[Transfer, ...]:
    """The entry's mirror image; what a correction has moved from its charge to the credit comes from there."""
    charges = {charge.id: charge for charge in await store.lock_charges(conn, lease_id)}
    transfers = []
    for row in rows:
        debit, credit = Account(row["debit"]), Account(row["credit"])
        amount_fen, charge_id = int(row["amount_fen"]), row["charge_id"]
        if credit in _OWED and debit is Account.CASH and charge_id is not None:
            there_fen = max(0, min(amount_fen, await _fixed_paid_fen(conn, lease_id, charges[charge_id])))
            if there_fen < amount_fen:
                transfers.append(Transfer(Account.RENTER_CREDIT, Account.CASH, amount_fen - there_fen))
            amount_fen = there_fen
        elif credit in _OWED and debit in (Account.WAIVERS, Account.WRITE_OFFS) and charge_id is not None:
            charge = charges[charge_id]  # a correction may have taken some of it back already
            amount_fen = min(amount_fen, charge.waived_fen if debit is Account.WAIVERS else charge.written_off_fen)
        if amount_fen:
            transfers.append(Transfer(credit, debit, amount_fen, charge_id))
    return tuple(transfers)


async def _open_hold_again(conn: Conn, lease_id: int, amount_fen: int) -> None:
    hold = await store.lock_hold(conn, lease_id)
    if hold is not None:
        await store.move_hold(conn, hold.id, -amount_fen, 0)


def _not_undoable(kind: EntryKind) -> Refusal:
    again = kind is EntryKind.REVERSAL
    return Refusal(
        "not_undoable",
        "冲正本身不能再冲正" if again else "这笔入账不能直接撤销",
        "a reversal is not reversed" if again else "this entry is corrected otherwise",
        remedy_zh="需要恢复时，请重新登记一笔" if again else "租金随合同变更，违约金随付款和减免重算",
        remedy_en="book the right entry anew" if again else "amend the contract, or record what is missing",
        rule="REVERSAL",
    )
