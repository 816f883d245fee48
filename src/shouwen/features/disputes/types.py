"""Words of a damage claim: states, findings, evidence facts, proposal, letter (domain.md §7)."""

from datetime import date, datetime
from enum import StrEnum

from msgspec import Struct

from shouwen.kernel.actor import Role


class ClaimState(StrEnum):
    """The life of a claim; the state always tells whose turn it is."""

    DRAFTED = "drafted"
    AWAITING_RENTER = "awaiting_renter"
    CONTESTED = "contested"
    ACCEPTED = "accepted"
    UNDER_REVIEW = "under_review"
    APPRAISAL = "appraisal"
    DECIDED = "decided"
    APPEALED = "appealed"
    SETTLED = "settled"
    WITHDRAWN = "withdrawn"


CLAIM_STATE_ZH = {
    ClaimState.DRAFTED: "验机报告草稿",
    ClaimState.AWAITING_RENTER: "待租客确认",
    ClaimState.CONTESTED: "租客有异议",
    ClaimState.ACCEPTED: "租客已认可",
    ClaimState.UNDER_REVIEW: "专员审理中",
    ClaimState.APPRAISAL: "第三方检测中",
    ClaimState.DECIDED: "已裁定",
    ClaimState.APPEALED: "申诉中",
    ClaimState.SETTLED: "已结算",
    ClaimState.WITHDRAWN: "已撤回",
}

ENDED = frozenset({ClaimState.SETTLED, ClaimState.WITHDRAWN})


class ClaimAct(StrEnum):
    """What somebody can do to a claim."""

    SEND_TO_RENTER = "send_to_renter"
    ACCEPT = "accept"
    CONTEST = "contest"
    START_REVIEW = "start_review"
    ASK_RENTER = "ask_renter"
    ADD_EVIDENCE = "add_evidence"
    REQUEST_APPRAISAL = "request_appraisal"
    FILE_APPRAISAL = "file_appraisal"
    DECIDE = "decide"
    APPEAL = "appeal"
    DECIDE_APPEAL = "decide_appeal"
    SETTLE = "settle"
    WITHDRAW = "withdraw"
    REVIEW_ON_FILE = "review_on_file"
    LAPSE = "lapse"


CLAIM_ACT_ZH = {
    ClaimAct.SEND_TO_RENTER: "发给租客确认",
    ClaimAct.ACCEPT: "认可",
    ClaimAct.CONTEST: "我有异议",
    ClaimAct.START_REVIEW: "开始审理",
    ClaimAct.ASK_RENTER: "请租客补充材料",
    ClaimAct.ADD_EVIDENCE: "补充材料",
    ClaimAct.REQUEST_APPRAISAL: "申请第三方检测",
    ClaimAct.FILE_APPRAISAL: "提交检测报告",
    ClaimAct.DECIDE: "作出裁定",
    ClaimAct.APPEAL: "申诉（一次）",
    ClaimAct.DECIDE_APPEAL: "复核裁定",
    ClaimAct.SETTLE: "结算",
    ClaimAct.WITHDRAW: "撤回定损",
    ClaimAct.REVIEW_ON_FILE: "按现有材料审理",
    ClaimAct.LAPSE: "平台逾期未处理，不收取",
}


class ClaimTurn(StrEnum):
    """Who has to act next."""

    RENTER = "renter"
    INSPECTOR = "inspector"
    SPECIALIST = "specialist"
    APPRAISER = "appraiser"
    SYSTEM = "system"
    NOBODY = "nobody"


CLAIM_TURN_ZH = {
    ClaimTurn.RENTER: "轮到租客",
    ClaimTurn.INSPECTOR: "轮到检测员",
    ClaimTurn.SPECIALIST: "轮到高级专员",
    ClaimTurn.APPRAISER: "轮到第三方检测",
    ClaimTurn.SYSTEM: "等待结算",
    ClaimTurn.NOBODY: "已结束",
}


class Deadline(StrEnum):
    """Which clock says until when (ClaimClocks)."""

    INSPECTION = "inspection"
    RENTER_ANSWER = "renter_answer"
    DECISION = "decision"
    APPRAISAL = "appraisal"
    APPEAL = "appeal"
    NONE = "none"


class ClaimClocks(Struct, frozen=True):
    """Durations of one claim: contract days and the version of service_clocks.toml in force."""

    inspection_days: int
    dispute_days: int
    damage_working_days: int = 3
    appraisal_days: int = 10
    appeal_days: int = 7
    reminder_days: int = 2
    lessor_grace_working_days: int = 3
    quarantine_days: int = 15
    quarantine_notice_days: int = 3
    pause_after_decision_days: int = 3
    version: str = ""


class Step(Struct, frozen=True):
    """One line of the state machine: in `state`, any of `roles` may do `act`, which leads to `then`."""

    state: ClaimState
    act: ClaimAct
    roles: frozenset[Role]
    then: ClaimState


class PossibleAct(Struct, frozen=True):
    """An act that is possible now, in words, and the last instant for it (None: no limit)."""

    act: ClaimAct
    zh: str
    until: datetime | None = None


class ClaimFacts(Struct, frozen=True):
    """What the state machine needs to know of a claim. Instants are UTC; `entered_at` is when `state` began.

    `complete_at`: when the evidence was complete and the decision clock began; None while it stands still.
    `release_told_at`, `phone_released_at`: of the newest hold on the phone (QUAR-1).
    """

    state: ClaimState
    entered_at: datetime
    appeals_used: int = 0
    reminders_sent: int = 0
    complete_at: datetime | None = None
    delivered_on: date | None = None
    decided_by: int = 0
    drafted_by: int = 0
    last_asked_at: datetime | None = None
    decided_at: datetime | None = None
    release_told_at: datetime | None = None
    phone_released_at: datetime | None = None


class Part(StrEnum):
    """Part of a phone as handover shots cover it (EVI-4)."""

    SCREEN = "screen"
    BACK = "back"
    FRAME_TOP = "frame_top"
    FRAME_BOTTOM = "frame_bottom"
    FRAME_LEFT = "frame_left"
    FRAME_RIGHT = "frame_right"
    CORNER = "corner"
    CAMERA = "camera"
    BUTTON = "button"
    PORT = "port"
    SPEAKER = "speaker"
    BATTERY = "battery"
    MAINBOARD = "mainboard"
    ACCESSORY = "accessory"


PART_ZH = {
    Part.SCREEN: "屏幕",
    Part.BACK: "后盖",
    Part.FRAME_TOP: "上边框",
    Part.FRAME_BOTTOM: "下边框",
    Part.FRAME_LEFT: "左边框",
    Part.FRAME_RIGHT: "右边框",
    Part.CORNER: "边角",
    Part.CAMERA: "摄像头",
    Part.BUTTON: "按键",
    Part.PORT: "充电口",
    Part.SPEAKER: "听筒与扬声器",
    Part.BATTERY: "电池",
    Part.MAINBOARD: "主板",
    Part.ACCESSORY: "配件",
}


class FindingKind(StrEnum):
    """What the inspector found."""

    SCRATCH = "scratch"
    SCUFF = "scuff"
    DENT = "dent"
    CRACK = "crack"
    BEND = "bend"
    LIQUID = "liquid"
    OPENED = "opened"
    NO_FUNCTION = "no_function"
    DISPLAY_FAULT = "display_fault"
    BATTERY_WORN = "battery_worn"
    MISSING = "missing"


FINDING_KIND_ZH = {
    FindingKind.SCRATCH: "划痕",
    FindingKind.SCUFF: "磨花",
    FindingKind.DENT: "磕碰凹陷",
    FindingKind.CRACK: "裂纹",
    FindingKind.BEND: "弯曲变形",
    FindingKind.LIQUID: "进液",
    FindingKind.OPENED: "拆修",
    FindingKind.NO_FUNCTION: "功能失效",
    FindingKind.DISPLAY_FAULT: "显示异常",
    FindingKind.BATTERY_WORN: "电池健康下降",
    FindingKind.MISSING: "缺失",
}

COSMETIC = frozenset({FindingKind.SCRATCH, FindingKind.SCUFF, FindingKind.DENT})
INTERNAL = frozenset(
    {
        FindingKind.NO_FUNCTION,
        FindingKind.DISPLAY_FAULT,
        FindingKind.BATTERY_WORN,
        FindingKind.LIQUID,
        FindingKind.OPENED,
    }
)


class Severity(StrEnum):
    """How bad, as the inspector sees it."""

    TRACE = "trace"
    LIGHT = "light"
    MEDIUM = "medium"
    SEVERE = "severe"


SEVERITY_ZH = {
    Severity.TRACE: "极轻微",
    Severity.LIGHT: "轻微",
    Severity.MEDIUM: "明显",
    Severity.SEVERE: "严重",
}


class Trace(StrEnum):
    """Marks of an outside cause that an inspection can show."""

    DROP = "drop"
    PRESSURE = "pressure"
    LIQUID = "liquid"
    OPENING = "opening"


TRACE_ZH = {
    Trace.DROP: "跌落",
    Trace.PRESSURE: "挤压",
    Trace.LIQUID: "进液",
    Trace.OPENING: "拆机",
}


class StatedCause(StrEnum):
    """The cause the inspector wrote down; a statement, not a judgement of liability."""

    RENTER_USE = "renter_use"
    WEAR = "wear"
    FACTORY = "factory"
    UNKNOWN = "unknown"


STATED_CAUSE_ZH = {
    StatedCause.RENTER_USE: "使用中造成",
    StatedCause.WEAR: "正常损耗",
    StatedCause.FACTORY: "机器自身故障",
    StatedCause.UNKNOWN: "原因不明",
}


class Seen(StrEnum):
    """What a picture shows at the place of the finding."""

    MARKED = "marked"
    UNMARKED = "unmarked"
    UNCLEAR = "unclear"


class Side(StrEnum):
    """Who made a piece of evidence."""

    LESSOR = "lessor"
    RENTER = "renter"


class InspectionEvidence(Struct, frozen=True):
    """What the inspection report contains for this finding."""

    report_ref: str
    delivered_on: date
    inspected_on: date
    close_photo_ref: str = ""
    close_photo_taken_at: datetime | None = None
    imei_matches: bool = False
    unboxing_video_ref: str = ""
    unboxing_continuous: bool = False


class HandoverEvidence(Struct, frozen=True):
    """One picture or video from when the phone was handed to the renter, that covers the part in question.

    `name_zh` says what it shows (`正面照`), `at_zh` on which day it was taken, or where in a video the part is seen.
    """

    media_ref: str
    by: Side
    seen: Seen
    at_zh: str = ""
    name_zh: str = "影像"


class ReturnEvidence(Struct, frozen=True):
    """One picture or video the renter sealed when sending the phone back; `name_zh` and `at_zh` as at handover.

    `sealed_at` is the instant of its receipt in the log, None while it has none. `imei_zh` says what was read on
    which picture and compared with the lease; `imei_ref` is that picture.
    """

    media_ref: str
    sealed_at: datetime | None
    imei_matches: bool
    seen: Seen
    at_zh: str = ""
    name_zh: str = "影像"
    imei_zh: str = ""
    imei_ref: str = ""


class CoverFacts(Struct, frozen=True):
    """A screen_cover or add-on in force on the return date, and whether it covers this finding."""

    name_zh: str
    covers: bool
    deductible_fen: int | None
    source: str = ""


class PriceInput(Struct, frozen=True):
    """An amount and where it was read (price list version, quotation, market query)."""

    amount_fen: int
    source: str = ""


class FindingFacts(Struct, frozen=True):
    """Everything the rules read about one finding. A `None` is a fact nobody has supplied yet.

    `length_mm` is the length of the mark; `visible_at_30cm` as the report says. `in_warranty`: on the return
    date. `courier_zh` says what `courier_took_at` is. `charged_before_fen` is what earlier findings of the same
    claim already take from the cap and the phone's value.
    """

    no: int
    part: Part
    kind: FindingKind
    severity: Severity
    inspection: InspectionEvidence
    place_zh: str = ""
    stated_cause: StatedCause = StatedCause.UNKNOWN
    traces: frozenset[Trace] = frozenset()
    length_mm: int | None = None
    visible_at_30cm: bool | None = None
    in_warranty: bool = False
    handover: tuple[HandoverEvidence, ...] = ()
    returned: tuple[ReturnEvidence, ...] = ()
    courier_took_at: datetime | None = None
    courier_zh: str = "快递揽收时间"
    cover: CoverFacts | None = None
    price_list: PriceInput | None = None
    market_repair: PriceInput | None = None
    ladder_price: PriceInput | None = None
    used_market: PriceInput | None = None
    procured_repair: bool = False
    invoice: PriceInput | None = None
    charged_before_fen: int = 0


class WearAllowance(Struct, frozen=True):
    """One line of the contract's wear table: marks of this kind up to `max_mm` are ordinary (None: of any
    length).

    An empty `parts` means every part.
    """

    kind: FindingKind
    max_mm: int | None = None
    parts: frozenset[Part] = frozenset()
    max_severity: Severity = Severity.LIGHT


class DamageTerms(Struct, frozen=True):
    """What the contract says about damage. `clauses` maps a topic to a clause number.

    Topics: inspection, evidence, handover, wear, damage, price_list, cap, cover, repair.
    """

    inspection_days: int
    damage_cap_fen: int | None
    wear: tuple[WearAllowance, ...] = ()
    clauses: dict[str, str] = {}

    def clause(self, topic: str) -> str:
        """`合同 8.2 条`, or nothing where the contract has no clause for the topic."""
        number = self.clauses.get(topic, "")
        return f"合同 {number} 条" if number else ""


class DamagePolicy(Struct, frozen=True):
    """Dated data the damage rules need."""

    version: str
    wear_article: str = "民法典 710"
    viewing_distance_cm: int = 30


class FindingOutcome(StrEnum):
    """What becomes of a finding."""

    NOT_CHARGED_UNPROVEN = "not_charged_unproven"
    PRE_EXISTING = "pre_existing"
    LESSOR_BEARS_DOUBT = "lessor_bears_doubt"
    TRANSIT = "transit"
    WARRANTY = "warranty"
    ORDINARY_WEAR = "ordinary_wear"
    COVER_DEDUCTIBLE = "cover_deductible"
    CHARGED = "charged"
    MISSING_INPUT = "missing_input"


OUTCOME_ZH = {
    FindingOutcome.NOT_CHARGED_UNPROVEN: "不收取：证据不足",
    FindingOutcome.PRE_EXISTING: "不收取：原有痕迹",
    FindingOutcome.LESSOR_BEARS_DOUBT: "不收取：平台没有出库影像",
    FindingOutcome.TRANSIT: "不收取：运输或仓储造成",
    FindingOutcome.WARRANTY: "不收取：保修范围",
    FindingOutcome.ORDINARY_WEAR: "不收取：正常损耗",
    FindingOutcome.COVER_DEDUCTIBLE: "由保障服务承担，只付自付额",
    FindingOutcome.CHARGED: "按最低价收取",
    FindingOutcome.MISSING_INPUT: "暂不收取：缺少计价材料",
}


class Look(StrEnum):
    """How a rule turned out: it decided, it did not apply, it would have applied too, or nothing was left to it."""

    SPOKE = "spoke"
    DID_NOT_APPLY = "did_not_apply"
    WOULD_ALSO = "would_also"
    NOT_NEEDED = "not_needed"


class RuleLook(Struct, frozen=True):
    """One rule that was looked at, what it found, and what it read (media refs, clause numbers, report ref)."""

    rule: str
    look: Look
    zh: str
    en: str = ""
    sources: tuple[str, ...] = ()


class Proposal(Struct, frozen=True):
    """What the rules propose for one finding; a specialist decides. `missing` names inputs still to be supplied."""

    finding_no: int
    outcome: FindingOutcome
    charge_fen: int
    looked: tuple[RuleLook, ...]
    missing: tuple[str, ...] = ()
    courier_claim: bool = False


class Settlement(Struct, frozen=True):
    """How a decided charge meets the held deposit; capture + owed = decided; the hold less both is kept (DEP-1)."""

    capture_fen: int
    release_fen: int
    owed_fen: int
    working: tuple[str, ...] = ()


class SilenceStep(StrEnum):
    """SIL-1: what the clock says to do now."""

    WAIT = "wait"
    REMIND = "remind"
    REVIEW_ON_FILE = "review_on_file"
    ESCALATE = "escalate"
    NOT_CHARGED = "not_charged"


class Quarantine(Struct, frozen=True):
    """QUAR-1: may the phone be repaired, wiped or rented out? `until` None: held until the decision.

    `tell_renter`: the time to tell has come, and nobody has told them yet.
    """

    held: bool
    until: datetime | None
    tell_renter: bool
    zh: str


class EarlierPause(Struct, frozen=True):
    """A pause of the same claim; `ends_on` is its last day, None while nobody has decided. Amounts in fen."""

    reason: str
    amount_fen: int
    started_at: datetime
    ends_on: date | None = None


class DecidedFinding(Struct, frozen=True):
    """One finding as decided, for the letter. `spoke` are the reasons it gives, in their order, `outcome_zh` its end.

    `evidence` names each picture in words; `evidence_refs` are their references, for small print.
    """

    no: int
    name_zh: str
    claimed_fen: int
    decided_fen: int
    outcome: FindingOutcome
    spoke: tuple[RuleLook, ...]
    working: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    evidence_refs: tuple[str, ...] = ()
    note_zh: str = ""
    outcome_zh: str = ""


class LetterFacts(Struct, frozen=True):
    """What the letter needs besides the findings."""

    claim_ref: str
    lease_ref: str
    case_ref: str
    renter_name: str
    model: str
    received_on: date
    returned_on: date
    decided_on: date
    decided_by: tuple[str, ...]
    appeal_until: date | None
    hold_fen: int
    contract_version: str
    policy: str
    on_appeal: bool = False
    keep_fen: int = 0  # what else is owed of the lease, for which the deposit stays held


class LetterSection(Struct, frozen=True):
    """A heading and its lines, plain text; `small` is for whoever looks a reference up."""

    title: str
    lines: tuple[str, ...]
    small: tuple[str, ...] = ()


class Letter(Struct, frozen=True):
    """The decision letter: facts, evidence, rules in plain words, amount with working, what next."""

    title: str
    greeting: str
    summary: str
    sections: tuple[LetterSection, ...]
    decided_fen: int
    settlement: Settlement
    routes: tuple[str, ...]
    signature: str
