"""Rows and answers of disputes: what the store reads and what the use cases say. Instants UTC, amounts fen."""

from datetime import date, datetime
from typing import Annotated

from msgspec import Meta, Struct

from shouwen.features.contracts.types import Clause
from shouwen.features.disputes.types import (
    ClaimAct,
    ClaimState,
    ClaimTurn,
    FindingKind,
    FindingOutcome,
    Letter,
    Part,
    Quarantine,
    RuleLook,
    Settlement,
    Severity,
    StatedCause,
    Trace,
)

Fraction = Annotated[float, Meta(ge=0.0, le=1.0)]


class ClaimRegion(Struct, frozen=True, forbid_unknown_fields=True):
    """Where on the photo the mark lies, as fractions of its width and height."""

    x: Fraction
    y: Fraction
    w: Fraction
    h: Fraction


class ImeiReading(Struct, frozen=True):
    """What a colleague read on a picture of the IMEI page: its last four digits (empty: unreadable)."""

    tail: str
    matches: bool
    by: str
    at: datetime


class ClaimMedia(Struct, frozen=True):
    """A piece of evidence as a claim shows it; `at` is when it was taken, or when it arrived.

    `sealed_at` is the instant of its receipt in the log, for return pictures (DMG-4); None until it has one.
    """

    id: int
    ref: str
    purpose: str
    part: str
    mime: str
    at: datetime
    uploaded_at: datetime
    uploaded_role: str
    claim_id: int | None = None
    finding_no: int | None = None
    sealed_at: datetime | None = None
    imei: ImeiReading | None = None


class FindingRow(Struct, frozen=True):
    """A finding as filed, answered, marked and decided. `photo_ref` is the inspector's close photo."""

    no: int
    part: Part
    kind: FindingKind
    severity: Severity
    length_mm: int | None
    visible_at_30cm: bool | None
    cause: StatedCause
    traces: tuple[Trace, ...]
    words: str
    photo_ref: str | None
    photo_at: datetime | None
    region: ClaimRegion | None
    price_key: str
    price_fen: int
    market_repair_price_fen: int | None
    market_repair_source: str
    answer: str
    answer_reason: str
    seen_at_handover: bool | None
    unmarked_before_courier: bool | None
    decided_fen: int | None


class ClaimRow(Struct, frozen=True, kw_only=True):
    """A claim with its inspection, findings and the media of its lease, as one statement reads it."""

    id: int
    ref: str
    lease_id: int
    lease_ref: str
    lease_state: str
    model: str
    renter_id: int
    renter_name_masked: str
    case_id: int | None
    case_ref: str | None
    state: ClaimState
    claimed_fen: int
    decided_fen: int | None
    turn: ClaimTurn
    turn_until: datetime | None
    filed_at: datetime
    state_at: datetime
    reminders_sent: int
    last_asked_at: datetime | None
    answered_at: datetime | None
    decided_at: datetime | None
    decided_by: int | None
    decided_by_name: str
    appealed_at: datetime | None
    appeal_text: str
    settled_at: datetime | None
    inspection_ref: str
    inspector_id: int
    inspector_name: str
    received_on: date
    inspected_at: datetime
    imei_matches: bool
    unboxing_ref: str | None
    unboxing_continuous: bool
    note: str
    handed_over_on: date | None
    return_sent_on: date | None
    return_picked_up_at: datetime | None
    used_market_price_fen: int | None
    screen_cover_deductible_fen: int | None
    release_told_at: datetime | None
    phone_released_at: datetime | None
    withdrawn_at: datetime | None
    withdrawn_by_name: str
    withdrawn_reason: str
    withdrawal_letter_ref: str | None
    findings: tuple[FindingRow, ...]
    media: tuple[ClaimMedia, ...]


class ClaimNextAct(Struct, frozen=True):
    """An act possible now for whoever asks, in words, and the last instant for it."""

    act: ClaimAct
    zh: str
    until: datetime | None = None


class ClaimFindingView(Struct, frozen=True, kw_only=True):
    """A finding beside the handover and return pictures of the same part; names in Chinese for the page."""

    no: int
    part: Part
    part_zh: str
    kind: FindingKind
    kind_zh: str
    severity: Severity
    severity_zh: str
    cause: StatedCause
    cause_zh: str
    length_mm: int | None
    visible_at_30cm: bool | None
    words: str
    photo_ref: str | None
    photo_at: datetime | None
    region: ClaimRegion | None
    price_key: str
    claimed_fen: int
    handover: tuple[ClaimMedia, ...]
    returned: tuple[ClaimMedia, ...]
    answer: str = ""
    answer_reason: str = ""
    seen_at_handover: bool | None = None
    unmarked_before_courier: bool | None = None
    decided_fen: int | None = None


class ClaimView(Struct, frozen=True, kw_only=True):
    """A claim as renter, inspector or desk see it. Inspectors get no case, answer or amount decided.

    `clauses` are those of the contract the claim rests on. `statement_media` is what the renter brought.
    `imei_pages` and when the courier came are what DMG-4 compares. `withdrawal_letter`: it is printed.
    """

    claim_ref: str
    lease_ref: str
    case_ref: str
    inspection_ref: str
    model: str
    renter_name_masked: str
    state: ClaimState
    state_zh: str
    turn: ClaimTurn
    turn_zh: str
    turn_until: datetime | None
    filed_at: datetime
    answered_at: datetime | None
    received_on: date
    inspected_at: datetime
    inspector_name: str
    imei_matches: bool
    unboxing_ref: str
    note: str
    claimed_fen: int
    decided_fen: int | None
    decided_at: datetime | None
    findings: tuple[ClaimFindingView, ...]
    statement_media: tuple[ClaimMedia, ...]
    clauses: tuple[Clause, ...]
    next_acts: tuple[ClaimNextAct, ...]
    quarantine: Quarantine
    appeal_text: str = ""
    imei_pages: tuple[ClaimMedia, ...] = ()
    return_sent_on: date | None = None
    return_picked_up_at: datetime | None = None
    withdrawn_at: datetime | None = None
    withdrawn_by_name: str = ""
    withdrawn_reason: str = ""
    withdrawal_letter: bool = False


class ClaimListRow(Struct, frozen=True, kw_only=True):
    """A claim in the desk's list."""

    id: int
    claim_ref: str
    lease_ref: str
    case_ref: str | None
    model: str
    renter_name_masked: str
    state: ClaimState
    turn: ClaimTurn
    turn_until: datetime | None
    claimed_fen: int
    findings: int


class ClaimPage(Struct, frozen=True):
    """Up to 50 claims, the most urgent first; `after` is the key of the next page, empty at the end."""

    rows: tuple[ClaimListRow, ...]
    after: str = ""


class WaitingRow(Struct, frozen=True, kw_only=True):
    """A returned phone that waits for its inspection; `due_on` is the last day on time (INSP-1).

    None while another phone than the one of the lease has come.
    """

    lease_ref: str
    model: str
    storage: str
    colour: str
    state: str
    return_sent_on: date | None
    returned_on: date | None
    due_on: date | None = None


class FiledRow(Struct, frozen=True, kw_only=True):
    """An inspection on file, newest first."""

    inspection_ref: str
    lease_ref: str
    model: str
    inspector_id: int
    inspector_name: str
    inspected_at: datetime
    claim_ref: str | None
    claim_state: str | None
    findings: int


class ReportFinding(Struct, frozen=True):
    """A mark as its inspector wrote it down."""

    no: int
    part: Part
    kind: FindingKind
    severity: Severity
    length_mm: int | None
    visible_at_30cm: bool | None
    cause: StatedCause
    traces: tuple[Trace, ...]
    words: str
    photo_ref: str | None
    price_fen: int


class InspectionReport(Struct, frozen=True, kw_only=True):
    """One's own report as it was filed; `claim_state` is where it stands now, None without marks."""

    inspection_ref: str
    lease_ref: str
    lease_state: str
    model: str
    received_on: date
    inspected_at: datetime
    imei_seen: str
    unboxing_ref: str | None
    unboxing_continuous: bool
    note: str
    claim_state: str | None
    findings: tuple[ReportFinding, ...]


class InspectionList(Struct, frozen=True):
    """What waits for the inspector and what was filed."""

    waiting: tuple[WaitingRow, ...]
    filed: tuple[FiledRow, ...]


class PriceRow(Struct, frozen=True):
    """A line of the contract's damage price list under the key that a finding names."""

    key: str
    part: str
    kind: str
    severity: str
    price_fen: int


class ProposedFinding(Struct, frozen=True, kw_only=True):
    """What the rules give for one finding. `most_fen` is the most that may be decided (DMG-8).

    `to_mark` names facts a specialist has to read from the pictures before anything can be charged.
    """

    no: int
    title: str
    claimed_fen: int
    outcome: FindingOutcome
    outcome_zh: str
    charge_fen: int
    most_fen: int
    looked: tuple[RuleLook, ...]
    working: tuple[str, ...]
    missing: tuple[str, ...]
    to_mark: tuple[str, ...]
    inputs: tuple["ChargeInput", ...]
    answer: str
    handover_refs: tuple[str, ...]
    return_refs: tuple[str, ...]
    photo_ref: str | None


class ChargeInput(Struct, frozen=True):
    """One limit of DMG-8; `amount_fen` None where it is missing, `least` where it decides."""

    label: str
    amount_fen: int | None
    source: str
    least: bool = False


class ClaimProposal(Struct, frozen=True, kw_only=True):
    """DMG-1…8 for a whole claim, with the version of the data used."""

    claim_ref: str
    state: ClaimState
    claimed_fen: int
    charge_fen: int
    findings: tuple[ProposedFinding, ...]
    two_persons: bool
    may_decide: bool
    policy: str


class DecisionRow(Struct, frozen=True, kw_only=True):
    """One decision as stored: round 1, or 2 after an appeal."""

    ref: str
    claim_id: int
    round: int
    decided_by: int
    decided_by_name: str
    second_person: int | None
    decided_at: datetime
    decided_fen: int
    proposal: ClaimProposal
    decision: "DecisionDetail"
    letter: Letter
    letter_ref: str | None = None
    letter_sha256: bytes | None = None


class DecidedLine(Struct, frozen=True, kw_only=True):
    """One finding as decided, with the rules that spoke; `words` is the decider's reason where it departs.

    `reasons` are all that the renter should read, what answers their own words first (`rules.reasons`).
    """

    no: int
    title: str
    claimed_fen: int
    decided_fen: int
    outcome: FindingOutcome
    outcome_zh: str
    rules: tuple[RuleLook, ...]
    working: tuple[str, ...]
    words: str = ""
    reasons: tuple[RuleLook, ...] = ()


class DecisionDetail(Struct, frozen=True, kw_only=True):
    """What was decided: findings, money, words to the renter, and until when the renter may appeal.

    `mark`: the firm had no eligible second person (AUTH-1), and what was done instead.
    """

    findings: tuple[DecidedLine, ...]
    settlement: Settlement
    words: str
    appeal_until: datetime | None
    pause_ends_on: date | None
    policy: str
    second_person_name: str = ""
    mark: str = ""


class DecisionView(Struct, frozen=True, kw_only=True):
    """A decision as both sides read it; `letter_ref` is empty until the document is printed (a second)."""

    decision_ref: str
    claim_ref: str
    lease_ref: str
    case_ref: str
    round: int
    state: ClaimState
    decided_by_name: str
    decided_at: datetime
    claimed_fen: int
    decided_fen: int
    detail: DecisionDetail
    letter: Letter
    letter_ref: str
    can_appeal: bool
    can_close: bool
    appealed_at: datetime | None
    settled_at: datetime | None


class WithdrawalRow(Struct, frozen=True, kw_only=True):
    """A withdrawn claim's letter, and its document once it is printed."""

    ref: str
    withdrawn_by_name: str
    withdrawn_at: datetime
    reason: str
    letter: Letter
    letter_ref: str | None


class WithdrawalView(Struct, frozen=True, kw_only=True):
    """A withdrawal as both sides read it; `letter_ref` is empty until the document is printed (a second)."""

    withdrawal_ref: str
    claim_ref: str
    lease_ref: str
    case_ref: str
    withdrawn_by_name: str
    withdrawn_at: datetime
    reason: str
    letter: Letter
    letter_ref: str


class ClaimFiled(Struct, frozen=True):
    """The inspection; `claim_ref` is empty where nothing was found."""

    inspection_ref: str
    claim_ref: str
    claimed_fen: int


class ClaimMoved(Struct, frozen=True):
    """Where a claim stands after an act."""

    claim_ref: str
    case_ref: str
    state: ClaimState
    turn: ClaimTurn
    turn_until: datetime | None
    decided_fen: int | None = None


class DocumentRow(Struct, frozen=True):
    """A document the system wrote; its bytes lie in the media store under `sha256`."""

    ref: str
    kind: str
    subject: str
    mime: str
    size_bytes: int
    sha256: bytes
    created_at: datetime


class LetterFile(Struct, frozen=True):
    """A letter's file; the edge streams the bytes from the media store by `sha256` (hex)."""

    document_ref: str
    file_name: str
    mime: str
    size_bytes: int
    sha256: str
