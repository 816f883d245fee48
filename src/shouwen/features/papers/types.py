"""Words of a letter: its kind, its text as data, what is kept of it. Amounts are whole fen."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct


class PaperKind(StrEnum):
    """What a letter does."""

    TITLE = "title"
    SETTLEMENT = "settlement"
    DEMAND = "demand"
    TERMINATION = "termination"
    ACCELERATION = "acceleration"
    RELIEF = "relief"
    CREDIT_NOTICE = "credit_notice"
    CLAIM_COURIER = "claim_courier"
    STATEMENT = "statement"


PAPER_ZH = {
    PaperKind.TITLE: "所有权转移证明",
    PaperKind.SETTLEMENT: "结算函",
    PaperKind.DEMAND: "付款催告函",
    PaperKind.TERMINATION: "合同解除通知书",
    PaperKind.ACCELERATION: "价款到期通知书",
    PaperKind.RELIEF: "逾期免责说明",
    PaperKind.CREDIT_NOTICE: "信用信息报送事先告知书",
    PaperKind.CLAIM_COURIER: "快递索赔函",
    PaperKind.STATEMENT: "对账单",
}


class PaperSection(Struct, frozen=True):
    """A part of a letter: its lines, and in small print what they rest on."""

    title: str
    lines: tuple[str, ...]
    small: tuple[str, ...] = ()


class PaperText(Struct, frozen=True):
    """A letter as it is written; `amount_fen` None where it is about no amount, `label` says of what it is."""

    greeting: str
    summary: str
    sections: tuple[PaperSection, ...]
    label: str = ""
    amount_fen: int | None = None


class PaperView(Struct, frozen=True):
    """A letter on file. Hashes are hex; `pdf_sha256` is empty until it is printed (seconds after writing)."""

    ref: str
    kind: PaperKind
    title: str
    lease_ref: str
    case_ref: str
    written_at: datetime
    text: PaperText
    text_sha256: str
    pdf_sha256: str
    size_bytes: int


class PaperLine(Struct, frozen=True):
    """A letter in a list."""

    ref: str
    kind: PaperKind
    title: str
    written_at: datetime
    printed: bool
