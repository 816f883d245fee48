"""What the demo company is described with: days are relative to its `today`, threads to the moment it is filled."""

from datetime import date
from enum import StrEnum

from msgspec import Struct

from shouwen.features.cases.types import CaseState, CaseType, Channel, Turn
from shouwen.features.disputes.types import ClaimState, FindingKind, Part
from shouwen.features.leases.types import LeaseState
from shouwen.kernel.actor import Role
from shouwen.mount.demo.draw.words import CameraPose, Mark, PhoneLook, View


class DepositState(StrEnum):
    NONE = "none"
    HELD = "held"
    RELEASED = "released"
    CAPTURED = "captured"


class Staff(Struct, frozen=True):
    """`login` is the pinyin of the name; `shift` is early (09–15), late (15–21) or split."""

    login: str
    name: str
    role: Role
    shift: str = "early"


class Renter(Struct, frozen=True):
    """Everybody is invented: numbers begin 1990000, ids carry area 990101, which does not exist."""

    key: int
    name: str
    phone: str
    id_number: str
    zhima_score: int
    address: str
    joined_on: date


class Model(Struct, frozen=True):
    """A phone the company rents; `colours` pairs the Chinese name with a key of `draw.LOOKS`."""

    sku: str
    name: str
    storages: tuple[str, ...]
    colours: tuple[tuple[str, str], ...]
    type_code: str
    signed_value_fen: int
    deposit_fen: int


class Terms(Struct, frozen=True):
    """The numbers of one contract, on top of the template named by `template`. `S = T + R` always holds here."""

    template: str
    periods: int
    total_rent_fen: int
    signed_value_fen: int
    residual_price_fen: int
    deposit_fen: int
    first_due_on: date
    rounding: str = "last"


class Instalment(Struct, frozen=True):
    """`paid_on` is the day of the last payment; partly paid where 0 < paid_fen < rent_fen."""

    no: int
    due_on: date
    rent_fen: int
    paid_fen: int = 0
    paid_on: date | None = None

    @property
    def open_fen(self) -> int:
        return self.rent_fen - self.paid_fen


class Lease(Struct, frozen=True):
    """One lease. Days that have not come are None; `look` is a key of `draw.LOOKS`; shots are keys of the plan."""

    ref: str
    renter: int
    state: LeaseState
    sku: str
    model: str
    storage: str
    colour: str
    look: str
    condition_grade: str
    imei: str
    terms: Terms
    instalments: tuple[Instalment, ...]
    applied_on: date
    deposit_state: DepositState
    signed_on: date | None = None
    ship_by_on: date | None = None
    shipped_on: date | None = None
    handed_over_on: date | None = None
    returned_on: date | None = None
    received_on: date | None = None
    ended_on: date | None = None
    waybill_out: str = ""
    waybill_back: str = ""
    handover_shots: tuple[str, ...] = ()
    return_shots: tuple[str, ...] = ()

    @property
    def paid_fen(self) -> int:
        return sum(each.paid_fen for each in self.instalments)

    @property
    def settled_periods(self) -> int:
        """Instalments paid in full, in order (BUY-1)."""
        for index, each in enumerate(self.instalments):
            if each.open_fen > 0:
                return index
        return len(self.instalments)

    @property
    def buyout_price_fen(self) -> int:
        """签约价 − 已付租金, which the shared price ladder gives too where rents step evenly (BUY-2, BUY-5)."""
        return self.terms.signed_value_fen - self.paid_fen

    def overdue(self, today: date) -> tuple[Instalment, ...]:
        """Open instalments due before `today`."""
        return tuple(each for each in self.instalments if each.due_on < today and each.open_fen > 0)


class Message(Struct, frozen=True):
    """`by` is `renter`, `system`, `assistant` or a staff login; `ago_min` counts back from the filling."""

    by: str
    text: str
    ago_min: int
    internal: bool = False


class Statement(Struct, frozen=True):
    """SAY-1."""

    situation: str
    background: str
    request: str


class Case(Struct, frozen=True):
    """`owner` and `specialist` are staff logins or empty; `breached` says its first clock ran out unanswered."""

    key: int
    type: CaseType
    lease_ref: str
    renter: int
    title: str
    channel: Channel
    state: CaseState
    turn: Turn
    opened_ago_min: int
    statement: Statement
    messages: tuple[Message, ...]
    owner: str = ""
    specialist: str = ""
    urgent: bool = False
    breached: bool = False
    rating: int = 0
    resolution: str = ""


class Finding(Struct, frozen=True):
    """`mark` lies on the phone; `shot` shows it at the return; `before` shows the same place at handover."""

    part: Part
    kind: FindingKind
    note: str
    length_mm: int
    price_fen: int
    mark: Mark
    shot: str
    before: str
    region: tuple[float, float, float, float]


class Claim(Struct, frozen=True):
    """`case_key` 0 where no case is open; `charge_fen` and `rule` are set once it is decided."""

    lease_ref: str
    state: ClaimState
    findings: tuple[Finding, ...]
    filed_on: date
    case_key: int = 0
    decided_on: date | None = None
    charge_fen: int = 0
    rule: str = ""
    reason: str = ""


class Shot(Struct, frozen=True):
    """One picture to draw: `draw_phone(view, look, marks, camera, size_px, imei)`."""

    key: str
    view: View
    look: PhoneLook
    camera: CameraPose
    marks: tuple[Mark, ...] = ()
    imei: str = ""
    size_px: tuple[int, int] = (1600, 1200)


class Film(Struct, frozen=True):
    """One video to draw: `draw_video(look, marks, camera)`."""

    key: str
    lease_ref: str
    moment: str
    look: PhoneLook
    camera: CameraPose
    marks: tuple[Mark, ...] = ()


class Headline(Struct, frozen=True):
    """The story the visitor plays: the finding the inspector will file on this lease."""

    lease_ref: str
    renter: int
    finding: Finding


class Told(Struct, frozen=True):
    """A story lease: what its pages show, and the renter whose it is. `key` names the play that makes it so.

    `lease_ref` is empty where the renter applies for it at the door, which gives the reference.
    """

    key: str
    renter: int
    zh: str
    lease_ref: str = ""


class Company(Struct, frozen=True):
    """Everything; `claims` besides the headline, which the visitor begins."""

    today: date
    staff: tuple[Staff, ...]
    renters: tuple[Renter, ...]
    models: tuple[Model, ...]
    leases: tuple[Lease, ...]
    cases: tuple[Case, ...]
    claims: tuple[Claim, ...]
    shots: tuple[Shot, ...]
    films: tuple[Film, ...]
    headline: Headline
    told: tuple[Told, ...] = ()
