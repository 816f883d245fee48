"""Words of the money book: accounts, entries as transfer rows, charges, late-fee facts. Amounts in fen."""

from datetime import date
from enum import StrEnum

from msgspec import Struct


class ChargeKind(StrEnum):
    """What a renter may owe; in the default order of settling (民法典 560)."""

    RENT = "rent"
    LATE_FEE = "late_fee"
    DAMAGE = "damage"
    ADDON = "addon"
    FEE = "fee"
    BUYOUT = "buyout"


CHARGE_ZH = {
    ChargeKind.RENT: "租金",
    ChargeKind.LATE_FEE: "逾期违约金",
    ChargeKind.DAMAGE: "定损赔偿",
    ChargeKind.ADDON: "增值服务",
    ChargeKind.FEE: "手续费",
    ChargeKind.BUYOUT: "买断款",
}


class Account(StrEnum):
    """Accounts of the book. A receivable and an income for each kind of charge; holds stand outside revenue."""

    CASH = "cash"
    RENT_RECEIVABLE = "rent_receivable"
    LATE_FEE_RECEIVABLE = "late_fee_receivable"
    DAMAGE_RECEIVABLE = "damage_receivable"
    ADDON_RECEIVABLE = "addon_receivable"
    FEE_RECEIVABLE = "fee_receivable"
    BUYOUT_RECEIVABLE = "buyout_receivable"
    RENT_INCOME = "rent_income"
    LATE_FEE_INCOME = "late_fee_income"
    DAMAGE_INCOME = "damage_income"
    ADDON_INCOME = "addon_income"
    FEE_INCOME = "fee_income"
    BUYOUT_INCOME = "buyout_income"
    WAIVERS = "waivers"
    WRITE_OFFS = "write_offs"
    RENTER_CREDIT = "renter_credit"
    HOLD_CONTROL = "hold_control"
    HOLD_LIABILITY = "hold_liability"


RECEIVABLE = {kind: Account(f"{kind}_receivable") for kind in ChargeKind}
INCOME = {kind: Account(f"{kind}_income") for kind in ChargeKind}


class EntryKind(StrEnum):
    """Why an entry was made."""

    CHARGE = "charge"
    PAYMENT = "payment"
    WAIVER = "waiver"
    WRITE_OFF = "write_off"
    HOLD = "hold"
    CAPTURE = "capture"
    RELEASE = "release"
    REVERSAL = "reversal"


class Transfer(Struct, frozen=True):
    """One amount moved from the credited to the debited account; so an imbalance cannot be written."""

    debit: Account
    credit: Account
    amount_fen: int
    charge_id: int | None = None

    def __post_init__(self) -> None:
        if self.amount_fen <= 0:
            raise ValueError("a transfer moves more than nothing")
        if self.debit is self.credit:
            raise ValueError("a transfer joins two accounts")


class Entry(Struct, frozen=True):
    """One act of bookkeeping; `key` makes it idempotent. Never edited: `reverses` names the key it undoes."""

    key: str
    kind: EntryKind
    transfers: tuple[Transfer, ...]
    memo: str
    rule: str
    reverses: str = ""

    def __post_init__(self) -> None:
        if not self.key or not self.transfers:
            raise ValueError("an entry has a key and at least one transfer")


class OpenDebt(Struct, frozen=True):
    """A charge with something outstanding. A contested one is paid only when the renter names it."""

    charge_id: int
    kind: ChargeKind
    due_on: date
    outstanding_fen: int
    contested: bool = False


class AllocatedPart(Struct, frozen=True):
    """How much of a payment settles which charge."""

    charge_id: int
    kind: ChargeKind
    amount_fen: int


class Allocation(Struct, frozen=True):
    """The parts and what is left over (kept as the renter's credit); they sum to the payment."""

    parts: tuple[AllocatedPart, ...]
    surplus_fen: int


class Pause(Struct, frozen=True):
    """PAUSE-1: days (both included, `until_on` None: still open) on which nothing accrues on `contested_fen`."""

    from_on: date
    until_on: date | None
    contested_fen: int
    why: str = ""


class LateFeeTerms(Struct, frozen=True):
    """The contract's clause: a daily rate (decimal string) or a fixed amount a day; `cap_share` of the rent."""

    grace_days: int
    clause: str
    daily_rate: str | None = None
    daily_fen: int | None = None
    cap_share: str | None = None
    lpr_one_year: str = "0.03"


class RentPayment(Struct, frozen=True):
    """A part of an instalment's rent that arrived on a day."""

    on: date
    amount_fen: int


class LateFeeFacts(Struct, frozen=True):
    """One instalment as of `on`: a fee until the day before it."""

    no: int
    due_on: date
    rent_fen: int
    on: date
    payments: tuple[RentPayment, ...] = ()
    pauses: tuple[Pause, ...] = ()


class LateFee(Struct, frozen=True):
    """What the clause asks, what the cap and the gate allow, and what is charged: the lowest."""

    days: int
    ask_fen: int
    cap_fen: int | None
    gate_fen: int
    charge_fen: int
    gate_binds: bool
    statement_zh: str
    first_on: date | None = None


class LatenessFacts(Struct, frozen=True):
    """For LATE-4: this lateness, the notice, and the last earlier lateness (its due_on)."""

    due_on: date
    paid_on: date
    notice_on: date
    earlier_late_due_on: date | None = None
    malicious: bool = False
