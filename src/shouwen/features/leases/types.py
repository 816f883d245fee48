"""What a lease is and what its file shows. Amounts are whole fen, days are Beijing days."""

from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from msgspec import Struct

from shouwen.features.contracts.types import Clause, Quote
from shouwen.features.stock.types import ShipmentState
from shouwen.kernel.actor import Role


class LeaseState(StrEnum):
    """domain.md §4, in its order; the last five are ends on the way. Overdue is derived, never a state."""

    APPLIED = "applied"
    APPROVED = "approved"
    SIGNED = "signed"
    PREPARING = "preparing"
    SHIPPED = "shipped"
    RENTING = "renting"
    RETURNING = "returning"
    INSPECTING = "inspecting"
    SETTLING = "settling"
    CLOSED = "closed"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    BOUGHT_OUT = "bought_out"
    LOST = "lost"
    TERMINATED = "terminated"


# The renter does not have the phone: no rent is late (PAUSE-1).
AWAITED = (LeaseState.SIGNED, LeaseState.PREPARING, LeaseState.SHIPPED)


class LeaseAct(StrEnum):
    """What moves a lease from state to state."""

    APPROVE = "approve"
    REFUSE = "refuse"
    SIGN = "sign"
    PREPARE = "prepare"
    SHIP = "ship"
    HAND_OVER = "hand_over"
    SEND_BACK = "send_back"
    RECEIVE = "receive"
    INSPECT = "inspect"
    CLOSE = "close"
    CANCEL = "cancel"
    BUY_OUT = "buy_out"
    REPORT_LOST = "report_lost"
    FIND = "find"
    TERMINATE = "terminate"


class LeaseRow(Struct, frozen=True):
    """A lease as `access_lease` gives it, with who rents (masked)."""

    id: int
    ref: str
    renter_id: int
    renter_ref: str
    renter_name_masked: str
    state: LeaseState
    model: str
    storage: str
    colour: str
    condition_grade: str
    imei: str
    serial_no: str
    applied_on: date
    signed_on: date | None
    handed_over_on: date | None
    return_sent_on: date | None
    returned_on: date | None
    closed_on: date | None
    used_market_price_fen: int | None
    screen_cover_deductible_fen: int | None


class NewLease(Struct, frozen=True, kw_only=True):
    """A lease to be written; `created_at` is the instant of the act."""

    ref: str
    renter_id: int
    state: LeaseState
    model: str
    imei: str
    applied_on: date
    created_at: datetime
    storage: str = ""
    colour: str = ""
    condition_grade: str = ""
    serial_no: str = ""
    signed_on: date | None = None
    handed_over_on: date | None = None
    return_sent_on: date | None = None
    returned_on: date | None = None
    closed_on: date | None = None
    used_market_price_fen: int | None = None
    screen_cover_deductible_fen: int | None = None


class NextAct(Struct, frozen=True):
    """An act possible in this state: who may do it, and the last day for it where the contract sets one.

    `blocked_zh` and `blocked_en` say what must come first, empty where nothing stands in the way.
    """

    act: LeaseAct
    label: str
    by: tuple[Role, ...]
    until_on: date | None = None
    clause: str = ""
    rule: str = ""
    blocked_zh: str = ""
    blocked_en: str = ""


class GuardFacts(Struct, frozen=True, kw_only=True):
    """What the guards of an act look at besides the state (domain.md §4).

    `parcel` is the newest one to the renter; `contested` says that, by the renter's word, it did not come.
    """

    imei: str = ""
    held_for: str = ""
    amendment_open: bool = False
    deposit_due_fen: int = 0
    held_fen: int = 0
    hold_open_fen: int = 0
    outstanding_fen: int = 0
    parcel: ShipmentState | None = None
    contested: bool = False
    swap_open: bool = False
    lost: bool = False


class LeaseInstalment(Struct, frozen=True):
    """One rent charge on a business day: `paid`, `open` (not yet due, or due today) or `overdue`."""

    charge_id: int
    no: int
    due_on: date
    amount_fen: int
    paid_fen: int
    waived_fen: int
    written_off_fen: int
    outstanding_fen: int
    settled_on: date | None
    state: Literal["paid", "open", "overdue"]
    days_overdue: int = 0


class AccruedLateFee(Struct, frozen=True):
    """What an overdue instalment has run up by the day of the file beyond what is booked of it (LATE-1…3)."""

    no: int
    amount_fen: int
    days: int
    clause: str
    rules: tuple[str, ...]
    working: tuple[str, ...]
    statement: str


class OpenCharge(Struct, frozen=True):
    """A charge other than rent that is not settled."""

    id: int
    kind: str
    no: int
    clause: str
    due_on: date
    amount_fen: int
    paid_fen: int
    waived_fen: int
    written_off_fen: int
    outstanding_fen: int


class LadderPoint(Struct, frozen=True):
    """The buyout price after `settled` instalments; `due_on` of the last settled one."""

    settled: int
    price_fen: int
    due_on: date | None


class HoldSummary(Struct, frozen=True):
    """The deposit: held, what was taken of it, what went back, and by when the rest goes back."""

    ref: str
    amount_fen: int
    captured_fen: int
    released_fen: int
    open_fen: int
    held_on: date
    release_due_on: date | None
    clause: str = ""


class RenterSummary(Struct, frozen=True):
    """The renter, masked, with what is known of them across leases.

    `late` counts instalments that are or were overdue, `overdue` those that are; counts stop at 100.
    """

    id: int
    ref: str
    name_masked: str
    phone_masked: str
    verified: bool
    leases: int
    overdue: int
    late: int
    disputes: int


class ContractSummary(Struct, frozen=True):
    """The version in force; `sha256` in hex. `marks` say what is wrong with an imported contract."""

    id: int
    title: str
    version: int
    signed_on: date
    sha256: str
    periods: int
    total_rent_fen: int
    signed_value_fen: int
    residual_price_fen: int | None
    deposit_fen: int | None
    clauses: tuple[Clause, ...]
    marks: tuple[str, ...]
    imported: bool


class LeaseFile(Struct, frozen=True):
    """Everything the desk and the renter see of a lease on `on`. None before signing where a contract is needed.

    `settled` instalments in order and `partly_paid_fen` of the next say where on the ladder the lease stands.
    `buyout_refused` says why there is no quote.
    """

    lease: LeaseRow
    on: date
    renter: RenterSummary
    contract: ContractSummary | None
    instalments: tuple[LeaseInstalment, ...]
    settled: int
    partly_paid_fen: int
    ladder: tuple[LadderPoint, ...]
    buyout: Quote | None
    buyout_refused: str
    open_charges: tuple[OpenCharge, ...]
    late_fees: tuple[AccruedLateFee, ...]
    hold: HoldSummary | None
    next_acts: tuple[NextAct, ...]


class LeaseListRow(Struct, frozen=True):
    """A lease in a list: where it stands and what is due next."""

    ref: str
    renter_name_masked: str
    state: LeaseState
    model: str
    storage: str
    colour: str
    signed_on: date | None
    periods: int
    settled: int
    overdue: int
    next_due_on: date | None
    next_due_fen: int | None


class LeasePage(Struct, frozen=True):
    """Newest first; `next_after` asks for the following page, None at the end."""

    rows: tuple[LeaseListRow, ...]
    next_after: int | None


class LeaseFigure(Struct, frozen=True):
    """One amount of a lease with its clause and working; `topic` is one word of GUARD-1's topics.

    `current` marks the one to offer when a figure of this topic was said wrongly; the others (other rungs, other
    rents) only make an amount acceptable.
    """

    topic: str
    label: str
    amount_fen: int
    clause: str = ""
    working: tuple[str, ...] = ()
    current: bool = True
    valid_until: date | None = None


class LeaseRate(Struct, frozen=True):
    """A rate as a decimal string, per `day` or none (a share)."""

    topic: str
    label: str
    rate: str
    per: str = ""
    clause: str = ""


class LeaseFigures(Struct, frozen=True):
    """Every figure of a lease on a day: what GUARD-1 and GUARD-2 compare with. `buyout` None: not offered."""

    lease_id: int
    lease_ref: str
    contract_id: int
    contract_version: int
    on: date
    buyout: Quote | None
    figures: tuple[LeaseFigure, ...]
    rates: tuple[LeaseRate, ...]


class AbatedPart(Struct, frozen=True):
    """What is taken off one instalment: `waived_fen` of what is open, `credited_fen` of what was paid."""

    charge_id: int
    no: int
    days: int
    waived_fen: int
    credited_fen: int

    @property
    def amount_fen(self) -> int:
        return self.waived_fen + self.credited_fen
