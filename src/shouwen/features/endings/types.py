"""Words of endings: what was agreed, the buyout curve, a loss, a deposit's release. Amounts in fen, days of Beijing."""

from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from msgspec import Struct


class EndingPolicy(Struct, frozen=True):
    """One version of policies/endings.toml."""

    id: str
    effective_from: date
    source: str
    buyout_pay_days: int
    loss_pause_days: int
    renewal_opens_days: int
    renewal_most_periods: int
    effective_to: date | None = None


class CurvePoint(Struct, frozen=True):
    """The buyout after `settled` instalments, at the earliest on the day `on`.

    `total_fen` is what is paid then (price and fee), `rents_fen` the rent still to be paid until then, and
    `more_than_now_fen` what both come to beyond buying out today: what waiting costs, or saves where it is negative.
    Both are None for the past.
    """

    settled: int
    on: date
    when: Literal["past", "now", "future"]
    price_fen: int
    fee_fen: int
    total_fen: int
    rents_fen: int | None = None
    more_than_now_fen: int | None = None


class AcceptanceKind(StrEnum):
    """What was agreed."""

    BUYOUT = "buyout"
    EARLY_RETURN = "early_return"
    LOSS = "loss"
    RENEWAL = "renewal"


ACCEPTANCE_ZH = {
    AcceptanceKind.BUYOUT: "买断",
    AcceptanceKind.EARLY_RETURN: "提前归还",
    AcceptanceKind.LOSS: "遗失结算",
    AcceptanceKind.RENEWAL: "续租",
}


class AcceptanceState(StrEnum):
    """Agreed and not carried out yet; carried out; given up (a loss); not paid (or sent back) in time; taken back."""

    ACCEPTED = "accepted"
    PAID = "paid"
    WRITTEN_OFF = "written_off"
    LAPSED = "lapsed"
    REVERSED = "reversed"


class Acceptance(Struct, frozen=True):
    """An agreement at the quote of a day, as it is kept."""

    id: int
    ref: str
    lease_id: int
    renter_id: int
    kind: AcceptanceKind
    amount_fen: int
    accepted_at: datetime
    pay_by: date
    state: AcceptanceState
    charge_ids: tuple[int, ...]
    closed_keys: tuple[str, ...]
    back_on: date | None
    ended_on: date | None


class Loss(Struct, frozen=True):
    """A lost phone, as it is kept."""

    id: int
    lease_id: int
    renter_id: int
    case_id: int
    reported_at: datetime
    lost_on: date
    place: str
    paused_until: date
    pause_ended_on: date | None
    police_ref: str
    found_on: date | None


class LossFile(Struct, frozen=True):
    """A loss as people read it. Collection rests through `paused_until`, ended on `pause_ended_on` where it has."""

    case_ref: str
    reported_at: datetime
    lost_on: date
    place: str
    paused_until: date
    pause_ended_on: date | None
    police_ref: str
    found_on: date | None


class DeviceRequest(Struct, frozen=True):
    """What the maker's lock was asked to do with the phone; `outcome` empty while it waits."""

    kind: Literal["lock", "unlock"]
    asked_at: datetime
    answered_at: datetime | None
    outcome: Literal["", "done", "failed"]
    said: str


class ReleaseFacts(Struct, frozen=True, kw_only=True):
    """The deposit of a returned phone. `inspect_by_on` None: inspected, or without a last day (INSP-1).

    `other_phone`: another one came back, and the right one has not come yet.
    """

    due_on: date
    open_fen: int
    owed_fen: int
    claim_open: bool
    inspect_by_on: date | None = None
    other_phone: bool = False


Waits = Literal["released", "claim", "inspection", "owed", "waiting", "other_phone"]


class Release(Struct, frozen=True):
    """What is released by itself, and why the rest stays: nothing rests on `released`."""

    late: bool
    release_fen: int
    stands: Literal["released", "claim", "inspection", "owed", "other_phone"]
