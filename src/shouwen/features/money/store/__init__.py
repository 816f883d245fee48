"""SQL of the money book, by what it serves: entries, charges, holds, statements, late fees, days."""

from shouwen.features.money.store.charges import Charge, NewCharge, insert_charges, lock_charges
from shouwen.features.money.store.closing import (
    book_scheduled,
    close_through,
    closed_through,
    drop_scheduled,
    move_due,
    put_hold_move,
    put_hold_moves,
    used_since,
)
from shouwen.features.money.store.days import (
    accrue_fees,
    book_due_rents,
    leases_to_read_anew,
    leases_with_credit,
    leases_without_terms,
    open_accruals,
)
from shouwen.features.money.store.entries import Booking, book, entry_rows, resettle, transfers_of
from shouwen.features.money.store.fees import (
    Accrual,
    insert_undone,
    lock_accruals,
    mark_stale,
    put_accruals,
    put_fee_terms,
    undone_of,
)
from shouwen.features.money.store.history import (
    LeaseCharge,
    Moved,
    PauseRow,
    lock_credit,
    lock_lease_charges,
    moved_of,
    pauses_of,
)
from shouwen.features.money.store.holds import Hold, insert_holds, lock_hold, move_hold, set_release_due
from shouwen.features.money.store.statements import balances, statement

__all__ = [
    "Accrual",
    "Booking",
    "Charge",
    "Hold",
    "LeaseCharge",
    "Moved",
    "NewCharge",
    "PauseRow",
    "accrue_fees",
    "balances",
    "book",
    "book_due_rents",
    "book_scheduled",
    "close_through",
    "closed_through",
    "drop_scheduled",
    "entry_rows",
    "insert_charges",
    "insert_holds",
    "insert_undone",
    "leases_to_read_anew",
    "leases_with_credit",
    "leases_without_terms",
    "lock_accruals",
    "lock_charges",
    "lock_credit",
    "lock_hold",
    "lock_lease_charges",
    "mark_stale",
    "move_due",
    "move_hold",
    "moved_of",
    "open_accruals",
    "pauses_of",
    "put_accruals",
    "put_fee_terms",
    "put_hold_move",
    "put_hold_moves",
    "resettle",
    "set_release_due",
    "statement",
    "transfers_of",
    "undone_of",
    "used_since",
]
