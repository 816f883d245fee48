"""Words of the money book: accounts, entries as transfer rows, charges, late-fee facts. Amounts in fen."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from msgspec import Meta, Struct

BillNo = Annotated[str, Meta(max_length=20, pattern=r"^[a-z_]+-[0-9]{1,6}\Z")]  # `rent-3`: the 3rd instalment


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
    ACCRUAL = "accrual"  # a charge grows: another day of late fee, a dearer amendment
    ADJUSTMENT = "adjustment"  # a charge was too high: its amount comes down
    ALLOCATION = "allocation"  # the renter's credit settles what fell due
    RECOVERY = "recovery"  # money came for what had been written off
    REFUND = "refund"  # the renter's credit goes back to them
    CLOSING = "closing"  # an open charge ends in another: rents in a buyout or a settlement


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


DEFAULT_ORDER: tuple[ChargeKind, ...] = tuple(ChargeKind)


class AllocationTerms(Struct, frozen=True):
    """The contract's order of settling (民法典 561). `by` kind: all rents, then all late fees, and so on; by due: the
    oldest instalment with its late fee, then the next.
    """

    order: tuple[ChargeKind, ...] = DEFAULT_ORDER
    by: Literal["kind", "due"] = "kind"


class OpenDebt(Struct, frozen=True):
    """A charge with something outstanding; what is contested of it is paid only when the renter names it.

    `contested` is all of it, `contested_fen` a part. `instalment_on` is when the rent fell due that a late fee is of.
    """

    charge_id: int
    kind: ChargeKind
    due_on: date
    outstanding_fen: int
    contested: bool = False
    contested_fen: int = 0
    instalment_on: date | None = None


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
    """PAUSE-1: days (both included, `until_on` None: still open) on which nothing accrues on `contested_fen`.

    `payable`: not contested, only not asked for yet.
    """

    from_on: date
    until_on: date | None
    contested_fen: int
    why: str = ""
    payable: bool = False


class LateFeeTerms(Struct, frozen=True):
    """The contract's clause: a daily rate (decimal string) or a fixed amount a day; `cap_share` of the rent."""

    grace_days: int
    clause: str
    daily_rate: str | None = None
    daily_fen: int | None = None
    cap_share: str | None = None
    lpr_one_year: str = "0.03"


class RentPayment(Struct, frozen=True):
    """A part of an instalment's rent that arrived on a day; `seq` is its place in the order of booking."""

    on: date
    amount_fen: int
    seq: int = 0


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
    fen_days: int = 0
    bearing_fen: int = 0  # what the day of the facts itself bears, which is not counted yet


class LatenessFacts(Struct, frozen=True):
    """For LATE-4: this lateness, the notice (None: paid before any), and the last earlier lateness (its due_on)."""

    due_on: date
    paid_on: date
    notice_on: date | None
    earlier_late_due_on: date | None = None
    malicious: bool = False


class Condition(Struct, frozen=True):
    """One condition of LATE-4: the first in 12 months, short, paid promptly after the notice, no ill will.

    `failed_zh` says why where it does not hold.
    """

    name: Literal["first", "short", "prompt", "honest"]
    holds: bool
    failed_zh: str


class FeeFigures(Struct, frozen=True, kw_only=True):
    """How the booked late fee of an instalment came about: what the clause asks, its cap, the gate, the lowest.

    `gate_binds`: the statutory limit, not the clause, decided (LATE-3). `rate` a decimal string, or `daily_fen` a day.
    """

    no: int
    first_on: date
    through_on: date
    days: int
    fen_days: int
    rate: str
    daily_fen: int | None
    ask_fen: int
    cap_fen: int | None
    gate_fen: int
    booked_fen: int
    gate_binds: bool
    stopped_on: date | None


class FeeIntegers(Struct, frozen=True):
    """A late-fee clause as exact fractions of integers: per fen and day, a fixed amount a day, cap, gate."""

    rate_num: int | None
    rate_den: int | None
    daily_fen: int | None
    cap_num: int | None
    cap_den: int | None
    gate_num: int
    gate_den: int


class ChargeAmounts(Struct, frozen=True):
    """What a charge comes to and what became of it; the rest is outstanding."""

    amount_fen: int
    paid_fen: int = 0
    waived_fen: int = 0
    written_off_fen: int = 0

    @property
    def outstanding_fen(self) -> int:
        return self.amount_fen - self.paid_fen - self.waived_fen - self.written_off_fen


class AmountChange(Struct, frozen=True):
    """How a charge gets another amount, and what was settled of it beyond that amount and is given back."""

    accrue_fen: int = 0
    reduce_fen: int = 0
    unwaive_fen: int = 0
    unwrite_fen: int = 0
    to_credit_fen: int = 0

    def __bool__(self) -> bool:
        return any((self.accrue_fen, self.reduce_fen, self.unwaive_fen, self.unwrite_fen, self.to_credit_fen))


class DatedDebt(Struct, frozen=True):
    """A charge with its dates. What settled it otherwise than by the order of the contract is `fixed`, by day.

    `waived` is what of that was waived. Unnamed money meets it from `from_on`; on days of `pauses` it leaves the
    contested part alone. The amount of a late fee is worked out for each day from its rent (`fee_of`).
    """

    charge_id: int
    kind: ChargeKind
    no: int
    due_on: date
    from_on: date
    amount_fen: int = 0
    fixed: tuple[RentPayment, ...] = ()
    pauses: tuple[Pause, ...] = ()
    fee_of: int | None = None
    waived: tuple[RentPayment, ...] = ()


class PaidIn(Struct, frozen=True):
    """A payment that went, or goes, by the order of the contract."""

    ref: str
    value_on: date
    amount_fen: int
    seq: int = 1 << 62  # its place in the order of booking: the newest


class CreditMove(Struct, frozen=True):
    """Credit that came (or went: negative) otherwise than as the surplus of such a payment."""

    on: date
    amount_fen: int


class CreditUse(Struct, frozen=True):
    """Credit that settles a charge on a day."""

    on: date
    part: AllocatedPart


class Replayed(Struct, frozen=True):
    """Where every payment goes, each by its day, what credit settles on which day, and the credit that is left."""

    payments: dict[str, Allocation]
    credits: tuple[CreditUse, ...]
    credit_fen: int


class DebtOn(Struct, frozen=True):
    """An outstanding charge for the ages of a lease."""

    charge_id: int
    kind: ChargeKind
    no: int
    due_on: date
    outstanding_fen: int


class Age(Struct, frozen=True):
    """How long a debt has been due; `bucket` is the first day of its age band (1, 31, 61, 91), 0 before."""

    charge_id: int
    no: int
    due_on: date
    outstanding_fen: int
    days_past_due: int
    bucket: int
