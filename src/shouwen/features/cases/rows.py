"""Rows and answers of cases: what the store reads and what the use cases say. Instants UTC, amounts fen."""

from datetime import date, datetime

from msgspec import Struct

from shouwen.features.cases.types import (
    CaseState,
    CaseType,
    Channel,
    ChecklistItem,
    ClockKind,
    EvidenceKind,
    GuardFinding,
    HeardFigure,
    Statement,
    Turn,
)
from shouwen.kernel.actor import Role


def is_asked(specialist_id: int | None, turn: Turn, talk_turn: Turn, claim_turn: Turn | None) -> bool:
    """Whether a case waits for the specialist asked into it, beside whomever its turn names (OWN-3)."""
    awaited = Turn.SPECIALIST in (talk_turn, claim_turn)
    return specialist_id is not None and turn in (Turn.SPECIALIST, Turn.DESK) and awaited


class CaseRow(Struct, frozen=True, kw_only=True):
    """A case as every use case loads it (the statement and the draft are read only where they are shown).

    `talk_*` is for whom its conversation waits, `claim_*` for whom its claim does (None without an open one); `turn`,
    `turn_until` and `rank` follow from them wherever a case is written (rules.turn). `version` is the row's own
    (PostgreSQL's xmin): any change of the row gives it another.
    """

    id: int
    version: int
    ref: str
    type: CaseType
    title: str
    renter_id: int
    renter_name_masked: str
    lease_id: int | None
    claim_id: int | None
    channel: Channel
    urgent: bool
    state: CaseState
    owner_id: int | None
    owner_name: str
    owned_at: datetime | None
    specialist_id: int | None
    specialist_name: str
    talk_turn: Turn
    talk_until: datetime | None
    claim_turn: Turn | None
    claim_until: datetime | None
    turn: Turn
    turn_until: datetime | None
    rank: int
    seq: int
    renter_seq: int
    staff_seq: int
    staff_seq_by: int
    staff_seen_seq: int
    renter_seen_seq: int
    staff_unread: int
    renter_unread: int
    preview: str
    preview_by: str
    human_asked_at: datetime | None
    first_human_at: datetime | None
    substantive_at: datetime | None
    opened_at: datetime
    last_at: datetime
    closed_at: datetime | None
    rating: int | None
    rating_text: str
    draft: str
    draft_by: int | None
    draft_at: datetime | None
    complaint_against_id: int | None
    barred_ids: tuple[int, ...]
    escalated_at: datetime | None
    merged_into_id: int | None

    @property
    def claim_open(self) -> bool:
        """Whether its claim is still open, so that the case cannot end."""
        return self.claim_turn is not None

    @property
    def asked(self) -> bool:
        """Whether a specialist is awaited, also while the renter's words come first."""
        return is_asked(self.specialist_id, self.turn, self.talk_turn, self.claim_turn)


class MessageRow(Struct, frozen=True, kw_only=True):
    """One item of a thread. `extra` holds what its kind needs (`quote_ref`, `media`, `specialist`).

    `receipt_no` and `sealed_at`: the seal of what the renter wrote or of evidence, None until it is sealed.
    """

    seq: int
    at: datetime
    kind: str
    author_role: str
    author_id: int
    author_name: str
    body: str
    extra: dict[str, object]
    receipt_no: int | None = None
    sealed_at: datetime | None = None


class QueueRow(Struct, frozen=True, kw_only=True):
    """Two lines, one clock, one count: a case in a list. The name is masked."""

    id: int
    ref: str
    type: CaseType
    title: str
    renter_name_masked: str
    channel: Channel
    urgent: bool
    state: CaseState
    owner_id: int | None
    owner_name: str
    specialist_id: int | None
    talk_turn: Turn
    claim_turn: Turn | None
    claim_until: datetime | None
    turn: Turn
    turn_until: datetime | None
    seq: int
    staff_unread: int
    renter_unread: int
    preview: str
    preview_by: str
    last_at: datetime
    rank: int

    @property
    def decides(self) -> bool:
        """Whether what is due first is the decision of its claim, not an answer."""
        return self.claim_turn is Turn.SPECIALIST and self.turn_until == self.claim_until

    @property
    def asked(self) -> bool:
        """Whether a specialist is awaited, also while the renter's words come first."""
        return is_asked(self.specialist_id, self.turn, self.talk_turn, self.claim_turn)


class HeardAnswer(Struct, frozen=True):
    """GUARD-2: the comparison, and the case it opened or joined; empty where the figures agree."""

    heard: HeardFigure
    case_ref: str


class RailCounts(Struct, frozen=True):
    """What waits beside the cases: phones to inspect, requests the reader may decide; at most 100 are counted."""

    inspections: int = 0
    approvals: int = 0


class QueueCounts(Struct, frozen=True):
    """What stands on the tabs; `active` is everything the reader owns. The rail's counts end at 100."""

    mine: int = 0
    waiting: int = 0
    unowned: int = 0
    all: int = 0
    active: int = 0
    escalated: int = 0
    rail: RailCounts = RailCounts()


class OpenOfLease(Struct, frozen=True):
    """A renter's case of a lease that is not closed, and who has it (empty: nobody yet)."""

    lease_ref: str
    case_ref: str
    owner_name: str


class HelpNow(Struct, frozen=True):
    """What a renter who asks for a person can expect: how many matters wait, whether any waits longer than promised
    (SLA-1), and who is on their own leases already, the owned first.
    """

    waiting: int
    late: bool
    open: tuple[OpenOfLease, ...] = ()


class CaseQueue(Struct, frozen=True):
    """Up to 50 rows of one tab; `after` is the key of the next page, empty at the end."""

    tab: str
    rows: tuple[QueueRow, ...]
    counts: QueueCounts
    after: str = ""


class TimelineRow(Struct, frozen=True, kw_only=True):
    """One journal line of the case: when, what, who, by which rule."""

    id: int
    at: datetime
    kind: str
    text: str
    rule: str
    actor_role: str
    actor_name: str
    subject: str
    data: dict[str, object]
    receipt_no: int | None = None


class ClockRow(Struct, frozen=True, kw_only=True):
    """A service clock of the case; stopped or still running, breached or not."""

    kind: ClockKind
    started_at: datetime
    due_at: datetime
    stopped_at: datetime | None = None
    breached_at: datetime | None = None


class SpecialistRow(Struct, frozen=True, kw_only=True):
    """Somebody asked into the case (OWN-3)."""

    staff_id: int
    staff_name: str
    asked_at: datetime


class CasePerson(Struct, frozen=True, kw_only=True):
    """A colleague who has had a part in a case."""

    id: int
    name: str
    role: Role
    owner: bool


class PromiseRow(Struct, frozen=True, kw_only=True):
    """PROM-1: what was promised, by whom, until when, and whether it was kept."""

    id: int
    staff_id: int
    text: str
    due_at: datetime
    kept_at: datetime | None = None


class PauseRow(Struct, frozen=True, kw_only=True):
    """PAUSE-1: a contested amount on which collection rests; `ends_on` None while it lasts."""

    amount_fen: int
    reason: str
    started_at: datetime
    ends_on: date | None = None


class CasePage(Struct, frozen=True, kw_only=True):
    """Everything one case page shows. A renter's has no notes, no draft, no staff-only timeline lines.

    `lease_ref` is empty where there is none. `turn_reason` says why it is whose turn it is. `timeline` and `messages`
    run from old to new; `more_*` say whether older ones exist.
    """

    case: QueueRow
    turn_reason: str
    lease_id: int | None
    lease_ref: str
    merged_into: str
    claim_id: int | None
    renter_id: int
    owned_at: datetime | None
    specialist_id: int | None
    escalated_at: datetime | None
    human_asked_at: datetime | None
    first_human_at: datetime | None
    opened_at: datetime
    closed_at: datetime | None
    rating: int | None
    rating_text: str
    renter_seen_seq: int
    staff_seen_seq: int
    statement: Statement | None
    messages: tuple[MessageRow, ...]
    more_messages: bool
    timeline: tuple[TimelineRow, ...]
    more_timeline: bool
    checklist: tuple[ChecklistItem, ...]
    clocks: tuple[ClockRow, ...]
    specialists: tuple[SpecialistRow, ...]
    promises: tuple[PromiseRow, ...]
    pauses: tuple[PauseRow, ...]
    draft: str
    draft_at: datetime | None
    next_acts: tuple[str, ...]


class MergeCandidate(Struct, frozen=True, kw_only=True):
    """A case that another may become a part of (OWN-4)."""

    ref: str
    title: str
    state: CaseState
    owner_name: str
    opened_at: datetime


class CaseThread(Struct, frozen=True):
    """Messages after (or before) a seq, old to new; `seq` is the case's newest."""

    case_ref: str
    seq: int
    messages: tuple[MessageRow, ...]
    more: bool = False


class CaseOpened(Struct, frozen=True):
    """The case a contact went into; `joined` when it was open already."""

    case_ref: str
    case_id: int
    seq: int
    joined: bool = False


class ItemSent(Struct, frozen=True):
    """The item that was written."""

    case_ref: str
    seq: int


class GuardAnswer(Struct, frozen=True):
    """What GUARD-1 finds in a text before it is sent, and what it asks for although it is on file (OWN-5)."""

    text: str
    findings: tuple[GuardFinding, ...]
    blocked: bool
    on_file: tuple[EvidenceKind, ...] = ()


class QuoteInserted(Struct, frozen=True):
    """A quote drawn from the contract; `sentence` is what the composer may take over."""

    case_ref: str
    seq: int
    quote_ref: str
    amount_fen: int
    sentence: str
    clauses: tuple[str, ...]
    working: tuple[str, ...]
    valid_until: date


class CaseChanged(Struct, frozen=True):
    """Where the case stands after an act."""

    case_ref: str
    seq: int
    state: CaseState
    turn: Turn
    owner_name: str


class SearchHit(Struct, frozen=True):
    """One search hit: `kind` is case or lease."""

    kind: str
    ref: str
    title: str
    name_masked: str
    state: str
    lease_ref: str = ""
