"""What a contract is. Amounts are whole fen, rates and shares are decimal strings, dates are Beijing days."""

from datetime import date
from fractions import Fraction
from typing import Literal

import msgspec
from msgspec import Struct

from shouwen.kernel.fen import Rounding

EndOfTerm = Literal["return", "buyout", "renewal", "rent-to-own"]
Severity = Literal["refuse", "warn"]
ProrationMethod = Literal["actual", "thirty"]
FenRounding = Literal["down", "half_up", "up"]

TERMS_INCONSISTENT = "terms_inconsistent"  # BUY-3: an imported contract whose price clauses do not hold together
LATE_FEE_ABOVE_GATE = "late_fee_above_gate"  # LATE-3: an imported clause asks more than may be charged


class WearTerm(Struct, frozen=True):
    """Marks that count as ordinary wear (DMG-6): of one kind, up to `max_mm` (None: any length) and severity.

    No `parts` means every part. Words are those of inspection reports (`scratch`, `frame_left`, `light`).
    """

    kind: str
    max_mm: int | None = None
    parts: tuple[str, ...] = ()
    max_severity: str = "light"


class DamagePriceTerm(Struct, frozen=True):
    """One row of the damage price list (DMG-8), in the words of inspection reports."""

    part: str
    kind: str
    severity: str
    price_fen: int


class Terms(Struct, frozen=True):
    """The typed terms of a contract. None means the contract does not say."""

    total_rent_fen: int
    periods: int
    signed_value_fen: int
    rounding: Rounding = "last"
    first_due_on: date | None = None
    rents_fen: tuple[int, ...] = ()
    residual_price_fen: int | None = None
    buyout_formula: tuple[str, ...] = ()
    early_buyout_fee_fen: int = 0
    grace_days: int = 0
    late_fee_daily_rate: str | None = None
    late_fee_daily_fen: int | None = None
    late_fee_cap_share: str | None = None
    deposit_fen: int | None = None
    deposit_release_days: int | None = None
    ship_by_days: int | None = None
    inspection_days: int | None = None
    dispute_days: int | None = None
    damage_cap_fen: int | None = None
    official_price_fen: int | None = None
    evidence_retention_days: int | None = None
    warranty_days: int | None = None
    early_return_fee_fen: int | None = None
    end_of_term: tuple[EndOfTerm, ...] = ()
    sku: str = ""
    storage: str = ""
    colour: str = ""
    condition_grade: str = ""
    wear_allowance: tuple[WearTerm, ...] = ()
    damage_prices: tuple[DamagePriceTerm, ...] = ()
    due_day: int | None = None  # 1..31 or the month's last day; None: the day of first_due_on
    rent_paid: Literal["advance", "arrears"] = "advance"  # an instalment pays the period after, or before, its due date
    proration: ProrationMethod = "actual"
    proration_rounding: FenRounding = "down"
    allocation_order: tuple[str, ...] = ()  # kinds of charges (民法典 561); () is the default order (560)
    allocation_by: Literal["kind", "due"] = "kind"
    delinquency_from: Literal["due", "grace"] = "due"
    early_return_share: str | None = None
    early_return_rents: int | None = None
    early_return_after: int = 0  # instalments that must be settled before an early return
    early_return_rent: Literal["period", "days"] = "period"
    renewal_rent_fen: int | None = None
    loss_price: Literal["ladder", "fixed"] = "ladder"
    loss_price_fen: int | None = None
    hold_over_daily_fen: int | None = None
    instalment_sale: bool = False  # 民法典 634 applies
    reminder_plan: str = ""


class Clause(Struct, frozen=True):
    """A numbered clause: prose, and the keys of the terms it governs."""

    no: str
    title: str
    text: str
    terms: tuple[str, ...] = ()


class ContractTemplate(Struct, frozen=True):
    """A template as read from its file. `keys` are the terms it sets, in the file's order."""

    title: str
    version: str
    terms: Terms
    clauses: tuple[Clause, ...]
    keys: tuple[str, ...]


class ContractPolicy(Struct, frozen=True):
    """The dated values in force on the day of a check or a signing, and the ids of their versions."""

    lpr_one_year: Fraction
    lpr_version: str
    price_limit_share: Fraction
    price_version: str


class ContractFinding(Struct, frozen=True):
    """What a check found: rule, whether it refuses or warns, message in Chinese, and the k concerned."""

    rule: str
    severity: Severity
    message: str
    periods: tuple[int, ...] = ()


class ContractCheck(Struct, frozen=True):
    """`ladder_fen[k]` is the price after k settled instalments; empty where no buyout is offered."""

    ok: bool
    ladder_fen: tuple[int, ...]
    findings: tuple[ContractFinding, ...]
    marks: tuple[str, ...] = ()
    policy: tuple[str, ...] = ()


class Contract(Struct, frozen=True):
    """A signed version, frozen (BUY-1): amendments are new versions. `policy` names the dated data used."""

    title: str
    template_version: str
    version: int
    signed_on: date
    terms: Terms
    clauses: tuple[Clause, ...]
    rents_fen: tuple[int, ...]
    due_on: tuple[date, ...]
    ladder_fen: tuple[int, ...]
    marks: tuple[str, ...] = ()
    policy: tuple[str, ...] = ()
    imported: bool = False

    def clauses_for(self, *keys: str) -> tuple[str, ...]:
        """The numbers of the clauses governing any of these terms, in the order of the keys."""
        nos = [clause.no for key in keys for clause in self.clauses if key in clause.terms]
        return tuple(dict.fromkeys(nos))


QuoteKind = Literal["buyout", "early_return", "renewal", "amendment", "loss", "rent_to_own"]
QuoteLineKind = Literal[
    "buyout_price", "early_buyout_fee", "late_fee", "rent", "early_return_fee", "refund", "loss", "renewal"
]


class QuoteLine(Struct, frozen=True):
    """One line of a quote; the lines add up to the quote's amount."""

    kind: QuoteLineKind
    label: str
    amount_fen: int
    rule: str
    clauses: tuple[str, ...] = ()


class Quote(Struct, frozen=True):
    """An amount and all it rests on. `working` can be followed with a pencil; good through `valid_until`.

    The lines add up to the amount, which is never negative: a `refund` line only lowers it, the rest is credit.
    """

    kind: QuoteKind
    amount_fen: int
    lines: tuple[QuoteLine, ...]
    clauses: tuple[str, ...]
    inputs: dict[str, int | str]
    working: tuple[str, ...]
    contract_version: int
    valid_until: date
    rules: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()


def contract_to_json(contract: Contract) -> bytes:
    """The contract as JSON with every field written out, so that a later default cannot change it."""
    return msgspec.json.encode(contract)


def contract_from_json(data: bytes | str) -> Contract:
    """The inverse of `contract_to_json`; raises msgspec.ValidationError on anything else."""
    return msgspec.json.decode(data, type=Contract)
