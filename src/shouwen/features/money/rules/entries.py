"""Entries of the book. Each builder returns one balanced Entry; whoever stores it must find its key unused."""

from collections.abc import Sequence

from shouwen.features.money.types import (
    CHARGE_ZH,
    INCOME,
    RECEIVABLE,
    Account,
    AllocatedPart,
    Allocation,
    AmountChange,
    ChargeKind,
    Entry,
    EntryKind,
    Transfer,
)


def entry_for_charge(kind: ChargeKind, charge_id: int, amount_fen: int, memo: str = "", rule: str = "CHARGE") -> Entry:
    """A charge falls due: the renter owes it, the firm has earned it."""
    transfer = Transfer(RECEIVABLE[kind], INCOME[kind], amount_fen, charge_id)
    return Entry(f"charge:{charge_id}", EntryKind.CHARGE, (transfer,), memo or CHARGE_ZH[kind], rule)


def entry_for_rent_due(charge_id: int, no: int, amount_fen: int) -> Entry:
    """The `no`-th instalment falls due."""
    return entry_for_charge(ChargeKind.RENT, charge_id, amount_fen, f"第 {no} 期租金", "BUY-1")


def entry_for_damage_charge(charge_id: int, claim_ref: str, amount_fen: int) -> Entry:
    """What a decided claim charges; a claim decided at nothing books nothing."""
    return entry_for_charge(ChargeKind.DAMAGE, charge_id, amount_fen, f"{claim_ref} 定损裁定", "DMG-8")


def entry_for_late_fee(charge_id: int, no: int, amount_fen: int) -> Entry:
    """The late fee of one instalment, as far as it is charged (LATE-1…3)."""
    return entry_for_charge(ChargeKind.LATE_FEE, charge_id, amount_fen, f"第 {no} 期逾期违约金", "LATE-1")


def entry_for_payment(payment_ref: str, allocation: Allocation, rule: str = "CIVIL-560") -> Entry:
    """Money came in and settles what the allocation says; the surplus is the renter's credit."""
    transfers = [
        Transfer(Account.CASH, RECEIVABLE[part.kind], part.amount_fen, part.charge_id) for part in allocation.parts
    ]
    if allocation.surplus_fen:
        transfers.append(Transfer(Account.CASH, Account.RENTER_CREDIT, allocation.surplus_fen))
    return Entry(f"payment:{payment_ref}", EntryKind.PAYMENT, tuple(transfers), "收到付款", rule)


def entry_for_waiver(act_key: str, kind: ChargeKind, charge_id: int, amount_fen: int, rule: str) -> Entry:
    """A waiver reduces what is owed; the income stays visible beside it."""
    transfer = Transfer(Account.WAIVERS, RECEIVABLE[kind], amount_fen, charge_id)
    return Entry(f"waiver:{act_key}", EntryKind.WAIVER, (transfer,), f"减免{CHARGE_ZH[kind]}", rule)


def entry_for_write_off(act_key: str, kind: ChargeKind, charge_id: int, amount_fen: int) -> Entry:
    """The firm gives a debt up."""
    transfer = Transfer(Account.WRITE_OFFS, RECEIVABLE[kind], amount_fen, charge_id)
    return Entry(f"write_off:{act_key}", EntryKind.WRITE_OFF, (transfer,), f"核销{CHARGE_ZH[kind]}", "AUTH-1")


def entry_for_hold(hold_ref: str, amount_fen: int) -> Entry:
    """A deposit is frozen at the provider: noted, never revenue."""
    transfer = Transfer(Account.HOLD_CONTROL, Account.HOLD_LIABILITY, amount_fen)
    return Entry(f"hold:{hold_ref}", EntryKind.HOLD, (transfer,), "押金预授权冻结", "HOLD")


def entry_for_capture(
    capture_ref: str, kind: ChargeKind, charge_id: int, amount_fen: int, rule: str = "DMG-8"
) -> Entry:
    """Part of the hold becomes a payment of a charge; the hold shrinks by as much."""
    transfers = (
        Transfer(Account.CASH, RECEIVABLE[kind], amount_fen, charge_id),
        Transfer(Account.HOLD_LIABILITY, Account.HOLD_CONTROL, amount_fen, charge_id),
    )
    return Entry(f"capture:{capture_ref}", EntryKind.CAPTURE, transfers, f"押金转付{CHARGE_ZH[kind]}", rule)


def entry_for_release(release_ref: str, amount_fen: int) -> Entry:
    """The rest of the hold goes free."""
    transfer = Transfer(Account.HOLD_LIABILITY, Account.HOLD_CONTROL, amount_fen)
    return Entry(f"release:{release_ref}", EntryKind.RELEASE, (transfer,), "押金解冻", "HOLD")


def entry_for_amount_change(
    key: str, kind: ChargeKind, charge_id: int, change: AmountChange, memo: str, rule: str
) -> Entry:
    """A charge grows or comes down; what was settled of the part that is gone is given back in the same entry."""
    owed, income = RECEIVABLE[kind], INCOME[kind]
    back = (
        (Account.WAIVERS, change.unwaive_fen),
        (Account.WRITE_OFFS, change.unwrite_fen),
        (Account.RENTER_CREDIT, change.to_credit_fen),
    )
    transfers = [Transfer(owed, account, amount_fen, charge_id) for account, amount_fen in back if amount_fen]
    if change.accrue_fen:
        transfers.append(Transfer(owed, income, change.accrue_fen, charge_id))
    if change.reduce_fen:
        transfers.append(Transfer(income, owed, change.reduce_fen, charge_id))
    entry_kind = EntryKind.ACCRUAL if change.accrue_fen else EntryKind.ADJUSTMENT
    return Entry(key, entry_kind, tuple(transfers), memo, rule)


def entry_for_credit_use(key: str, parts: Sequence[AllocatedPart], rule: str = "CIVIL-560") -> Entry:
    """The renter's credit settles charges."""
    transfers = tuple(
        Transfer(Account.RENTER_CREDIT, RECEIVABLE[part.kind], part.amount_fen, part.charge_id) for part in parts
    )
    return Entry(key, EntryKind.ALLOCATION, transfers, "余额抵付", rule)


def entry_for_recovery(payment_ref: str, kind: ChargeKind, charge_id: int, amount_fen: int) -> Entry:
    """Money came in for what had been written off: it is written up again and paid."""
    transfers = (
        Transfer(RECEIVABLE[kind], Account.WRITE_OFFS, amount_fen, charge_id),
        Transfer(Account.CASH, RECEIVABLE[kind], amount_fen, charge_id),
    )
    return Entry(f"recovery:{payment_ref}", EntryKind.RECOVERY, transfers, f"收回已核销{CHARGE_ZH[kind]}", "AUTH-1")


def entry_for_refund(refund_ref: str, amount_fen: int, rule: str = "REFUND") -> Entry:
    """Credit goes back to the renter; never more than the credit, which the book checks."""
    transfer = Transfer(Account.RENTER_CREDIT, Account.CASH, amount_fen)
    return Entry(f"refund:{refund_ref}", EntryKind.REFUND, (transfer,), "余额退款", rule)


def entry_for_closing(key: str, kind: ChargeKind, charge_id: int, amount_fen: int, memo: str, rule: str) -> Entry:
    """What is open of a charge ends in another agreement: it is no longer earned here."""
    return Entry(key, EntryKind.CLOSING, (Transfer(INCOME[kind], RECEIVABLE[kind], amount_fen, charge_id),), memo, rule)


def entry_for_reversal(entry: Entry, memo: str, rule: str) -> Entry:
    """Undo an entry by its mirror image; a reversal is itself never reversed (write the right entry anew)."""
    if entry.kind is EntryKind.REVERSAL:
        raise ValueError("a reversal is not reversed; book the right entry anew")
    mirrored = tuple(Transfer(one.credit, one.debit, one.amount_fen, one.charge_id) for one in entry.transfers)
    return Entry(f"reversal:{entry.key}", EntryKind.REVERSAL, mirrored, memo, rule, entry.key)


def balance_fen(entries: Sequence[Entry], account: Account) -> int:
    """Debits less credits of an account over these entries."""
    moved = [transfer for entry in entries for transfer in entry.transfers]
    debits = sum(one.amount_fen for one in moved if one.debit is account)
    return debits - sum(one.amount_fen for one in moved if one.credit is account)
