"""Words of a case: its types, states, channels, owner, clocks, statement and guard findings."""

from datetime import date, datetime
from enum import StrEnum

from msgspec import Struct

from shouwen.kernel.actor import Role


class CaseType(StrEnum):
    """domain.md §5, in its order."""

    ORDER_CHANGE = "order_change"
    SHIPPING_LATE = "shipping_late"
    FAULT = "fault"
    BILLING_QUESTION = "billing_question"
    BILLING_DISPUTE = "billing_dispute"
    BUYOUT_QUESTION = "buyout_question"
    BUYOUT = "buyout"
    RETURN_TRACKING = "return_tracking"
    DEPOSIT_REFUND = "deposit_refund"
    DAMAGE_DISPUTE = "damage_dispute"
    CREDIT_REVIEW = "credit_review"
    OVERDUE_RELIEF = "overdue_relief"
    CREDIT_RECORD_OBJECTION = "credit_record_objection"
    DEVICE_LOST = "device_lost"
    COMPLAINT = "complaint"
    PRIVACY_REQUEST = "privacy_request"


class CaseState(StrEnum):
    """A case is open until it is closed; a closed one may be reopened."""

    OPEN = "open"
    RESOLVED = "resolved"
    CLOSED = "closed"


CASE_STATE_ZH = {CaseState.OPEN: "处理中", CaseState.RESOLVED: "已答复，待确认", CaseState.CLOSED: "已结束"}


class Turn(StrEnum):
    """Whose turn it is: the first thing a case says."""

    RENTER = "renter"
    DESK = "desk"
    SPECIALIST = "specialist"
    APPRAISER = "appraiser"
    NOBODY = "nobody"


class Channel(StrEnum):
    """Where a contact came in (ESC-1, SLA-1)."""

    ONLINE = "online"
    PHONE = "phone"
    WECHAT = "wechat"
    SMS = "sms"
    COMPLAINT_BOX = "complaint_box"
    PORTAL = "portal"
    EMAIL = "email"


CHANNEL_ZH = {
    Channel.ONLINE: "在线",
    Channel.PHONE: "电话",
    Channel.WECHAT: "微信",
    Channel.SMS: "短信",
    Channel.COMPLAINT_BOX: "意见反馈",
    Channel.PORTAL: "租客中心",
    Channel.EMAIL: "邮件",
}


class EvidenceKind(StrEnum):
    """What a case may rest on; the first group the desk holds itself."""

    CHARGE = "charge"
    CLAUSE = "clause"
    WAYBILL = "waybill"
    HANDOVER_MEDIA = "handover_media"
    RETURN_MEDIA = "return_media"
    INSPECTION_REPORT = "inspection_report"
    RETURN_360_VIDEO = "return_360_video"
    APPRAISAL = "appraisal"
    COURIER_PAGE = "courier_page"
    FAULT_VIDEO = "fault_video"
    SETTINGS_SCREENSHOT = "settings_screenshot"
    DEDUCTION_SCREENSHOT = "deduction_screenshot"
    BANK_STATEMENT = "bank_statement"
    PAYMENT_PROOF = "payment_proof"
    INCOME_PROOF = "income_proof"
    POLICE_RECEIPT = "police_receipt"
    IDENTITY_CHECK = "identity_check"


EVIDENCE_ZH = {
    EvidenceKind.CHARGE: "账单明细",
    EvidenceKind.CLAUSE: "合同条款",
    EvidenceKind.WAYBILL: "物流单号",
    EvidenceKind.HANDOVER_MEDIA: "出库与签收影像",
    EvidenceKind.RETURN_MEDIA: "归还影像",
    EvidenceKind.INSPECTION_REPORT: "验机报告",
    EvidenceKind.RETURN_360_VIDEO: "360° 视频",
    EvidenceKind.APPRAISAL: "第三方检测报告",
    EvidenceKind.COURIER_PAGE: "物流页面截图",
    EvidenceKind.FAULT_VIDEO: "故障视频",
    EvidenceKind.SETTINGS_SCREENSHOT: "设置页截图",
    EvidenceKind.DEDUCTION_SCREENSHOT: "扣款截图",
    EvidenceKind.BANK_STATEMENT: "银行流水",
    EvidenceKind.PAYMENT_PROOF: "付款凭证",
    EvidenceKind.INCOME_PROOF: "房产、行驶证或收入证明（任一）",
    EvidenceKind.POLICE_RECEIPT: "报警回执",
    EvidenceKind.IDENTITY_CHECK: "身份核验",
}


class Option(Struct, frozen=True):
    """One chip of the statement builder; `text` is the sentence part it becomes."""

    key: str
    label: str
    text: str


class Ask(Struct, frozen=True):
    """One question of the statement builder; `part` is where the answer goes (SAY-1)."""

    key: str
    question: str
    part: str  # "situation" | "background" | "request"
    options: tuple[Option, ...] = ()
    many: bool = False
    free_text_hint: str = ""


class CaseTypeRow(Struct, frozen=True):
    """One row of the table in domain.md §5."""

    type: CaseType
    name_zh: str
    name_en: str
    resolver: Role
    asks: tuple[Ask, ...]
    then: Role | None = None
    urgent: bool = False
    official: bool = False
    required: tuple[EvidenceKind, ...] = ()
    helpful: tuple[EvidenceKind, ...] = ()
    attached: tuple[EvidenceKind, ...] = ()
    decision: str = "ordinary"  # which decision clock runs: ordinary, damage, credit_review, objection


class LeaseFacts(Struct, frozen=True):
    """What the lease already knows, so that the renter never types it. Empty strings are left out of the
    sentence.

    `clauses` maps a topic (`damage`, `buyout`, `late_fee`, `deposit`, `rent`, `ship_by`, `repair`) to clause
    numbers.
    """

    lease_ref: str = ""
    model: str = ""
    received_on: date | None = None
    returned_on: date | None = None
    promised_on: date | None = None
    part: str = ""
    charge_name: str = ""
    amount_fen: int | None = None
    waybill: str = ""
    clauses: tuple[tuple[str, tuple[str, ...]], ...] = ()


class Choice(Struct, frozen=True):
    """The chips a renter chose for one question, and what they wrote."""

    ask: str
    options: tuple[str, ...] = ()
    text: str = ""


class FactSpan(Struct, frozen=True):
    """Characters `start` (in) to `end` (out) of the whole text that the lease filled in; shown in the accent."""

    start: int
    end: int
    fact: str


class Statement(Struct, frozen=True):
    """SAY-1: three parts; `text` is all of them, `fact_spans` are positions in it."""

    situation: str
    background: str
    request: str
    text: str
    fact_spans: tuple[FactSpan, ...] = ()
    missing: tuple[str, ...] = ()


class Question(Struct, frozen=True):
    """SAY-2: one polite, specific question back; the renter may send as is. `start`/`end` mark the vague words."""

    zh: str
    vague: str
    start: int
    end: int
    rule: str = "SAY-2"


class ChecklistState(StrEnum):
    """Where one piece of evidence stands."""

    ATTACHED = "attached"
    RECEIVED = "received"
    ASKED = "asked"
    HELPFUL = "helpful"


class ChecklistItem(Struct, frozen=True):
    """One line of the evidence checklist; nothing on it ever blocks opening the case."""

    kind: EvidenceKind
    name_zh: str
    required: bool
    state: ChecklistState


class MoveReason(StrEnum):
    """OWN-2: the only reasons for which an owner changes."""

    SHIFT_END = "shift_end"
    LEAVE = "leave"
    TAKEOVER = "supervisor_takeover"
    COMPLAINT = "complaint_against_owner"
    RENTER_WISH = "renter_wish"


MOVE_REASON_ZH = {
    MoveReason.SHIFT_END: "下班交接",
    MoveReason.LEAVE: "休假交接",
    MoveReason.TAKEOVER: "主管接手",
    MoveReason.COMPLAINT: "投诉回避",
    MoveReason.RENTER_WISH: "租客要求更换",
}


class WishReason(StrEnum):
    """OWN-2: why a renter asks for somebody else; saying nothing is a reason too."""

    SLOW = "slow"
    UNSOLVED = "unsolved"
    UNCLEAR = "unclear"
    MANNER = "manner"
    UNSAID = "unsaid"


WISH_REASON_ZH = {
    WishReason.SLOW: "回复太慢",
    WishReason.UNSOLVED: "一直没有解决",
    WishReason.UNCLEAR: "说得不清楚",
    WishReason.MANNER: "沟通方式不合适",
    WishReason.UNSAID: "不想说明",
}


class CaseFacts(Struct, frozen=True):
    """What the ownership, closing and rating rules need to know of a case.

    `barred_ids` are those who do not get it again; `escalated` while it waits for a supervisor.
    """

    type: CaseType
    state: CaseState
    renter_id: int
    owner_id: int = 0
    owner_name: str = ""
    open_claim: bool = False
    rated: bool = False
    complaint_against_id: int = 0
    barred_ids: tuple[int, ...] = ()
    escalated: bool = False
    lease_id: int = 0


class ClockKind(StrEnum):
    """Which promise a clock measures."""

    FIRST_ANSWER = "first_answer"
    SUBSTANTIVE_ANSWER = "substantive_answer"
    DECISION = "decision"
    SPECIALIST_ANSWER = "specialist_answer"


CLOCK_ZH = {
    ClockKind.FIRST_ANSWER: "首次人工响应",
    ClockKind.SUBSTANTIVE_ANSWER: "实质答复",
    ClockKind.DECISION: "裁定",
    ClockKind.SPECIALIST_ANSWER: "专员答复",
}


class Clock(Struct, frozen=True):
    """One running clock: when it is due, and the seconds of working time it was given (0: counted in days)."""

    kind: ClockKind
    due_at: datetime
    seconds: int
    rule: str = "SLA-1"


class ServiceClocks(Struct, frozen=True):
    """SLA-1 from policies/service_clocks.toml, one version."""

    id: str
    first_answer_seconds: dict[Channel, int]
    substantive_answer_seconds: dict[Channel, int]
    urgent_in_hours_seconds: int
    urgent_on_call_seconds: int
    ordinary_working_days: int
    damage_working_days: int
    credit_review_working_days: int
    objection_calendar_days: int
    pause_after_decision_days: int


class GuardTopic(StrEnum):
    """What an amount in a message is about."""

    BUYOUT = "buyout"
    DEPOSIT = "deposit"
    RENT = "rent"
    RENT_PAID = "rent_paid"
    UNPAID_RENT = "unpaid_rent"
    LATE_FEE = "late_fee"
    DAMAGE = "damage"
    BUYOUT_FEE = "early_buyout_fee"
    TOTAL_RENT = "total_rent"
    SIGNED_VALUE = "signed_value"
    RESIDUAL_PRICE = "residual_price"
    OTHER = "other"


TOPIC_ZH = {
    GuardTopic.BUYOUT: "买断价",
    GuardTopic.DEPOSIT: "押金",
    GuardTopic.RENT: "租金",
    GuardTopic.RENT_PAID: "已付租金",
    GuardTopic.UNPAID_RENT: "剩余未付租金",
    GuardTopic.LATE_FEE: "逾期违约金",
    GuardTopic.DAMAGE: "定损金额",
    GuardTopic.BUYOUT_FEE: "提前买断手续费",
    GuardTopic.TOTAL_RENT: "总租金",
    GuardTopic.SIGNED_VALUE: "签约价",
    GuardTopic.RESIDUAL_PRICE: "买断尾款",
    GuardTopic.OTHER: "金额",
}


class Figure(Struct, frozen=True):
    """One amount the contract, an open quote or a charge knows, with the clause and the working behind it.

    `current` marks the one to offer when a figure of this topic was said wrongly (today's buyout price, not the
    ladder's other steps); the others only make an amount acceptable.
    """

    topic: GuardTopic
    amount_fen: int
    clause: str = ""
    working: tuple[str, ...] = ()
    name_zh: str = ""
    current: bool = True
    valid_until: date | None = None


class RateFigure(Struct, frozen=True):
    """A rate of the contract as a decimal string per day, month or year (`"0.0005"`, `day`)."""

    topic: GuardTopic
    rate: str
    per: str = ""
    clause: str = ""
    name_zh: str = ""


class ContractFigures(Struct, frozen=True):
    """Everything of one contract an amount in a message may be compared with."""

    figures: tuple[Figure, ...] = ()
    rates: tuple[RateFigure, ...] = ()


class GuardKind(StrEnum):
    """What is wrong with a passage."""

    WRONG_AMOUNT = "wrong_amount"
    WRONG_RATE = "wrong_rate"
    UNKNOWN_AMOUNT = "unknown_amount"
    UNKNOWN_RATE = "unknown_rate"
    CREDIT_THREAT = "credit_threat"
    NOT_DECIDED = "not_decided"


class GuardFinding(Struct, frozen=True):
    """GUARD-1: what was said at `start`..`end` of the text, what is right and why.

    `blocks` stops the message; anything else needs the correction or a written reason. `replacement` is the
    text to put in place of the span, empty where there is nothing right to say.
    """

    kind: GuardKind
    start: int
    end: int
    said: str
    topic: GuardTopic
    zh: str
    said_fen: int | None = None
    right_fen: int | None = None
    clause: str = ""
    working: tuple[str, ...] = ()
    replacement: str = ""
    blocks: bool = False
    rule: str = "GUARD-1"


class HeardFigure(Struct, frozen=True):
    """GUARD-2: what the renter was told beside what the contract says; `difference_fen` = told − right."""

    topic: GuardTopic
    told_fen: int
    right_fen: int | None
    difference_fen: int | None
    matches: bool
    zh: str
    clause: str = ""
    working: tuple[str, ...] = ()
    rule: str = "GUARD-2"
