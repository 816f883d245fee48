"""Evidence on file: uploads under way, media, seal receipts."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct


class Purpose(StrEnum):
    """What a piece of evidence is for; retention and who may add it follow from it (EVI-3)."""

    HANDOVER = "handover"
    RETURN = "return"
    INSPECTION = "inspection"
    STATEMENT = "statement"
    INVOICE = "invoice"
    PROOF = "proof"


PURPOSE_ZH = {
    Purpose.HANDOVER: "交机影像",
    Purpose.RETURN: "归还前影像",
    Purpose.INSPECTION: "验机影像",
    Purpose.STATEMENT: "租客举证",
    Purpose.INVOICE: "维修发票",
    Purpose.PROOF: "证明材料",
}


class MediaCheck(Struct, frozen=True):
    """One simple measure of EVI-4: `ok` false asks for a retake, it never discards the original."""

    name: str
    ok: bool
    zh: str
    en: str


class Measured(Struct, frozen=True):
    """What the checks found in accepted bytes. `duration_ms` only for video; `taken_at` from the file itself."""

    mime: str
    width: int
    height: int
    checks: tuple[MediaCheck, ...]
    duration_ms: int | None = None
    taken_at: datetime | None = None


class UploadRow(Struct, frozen=True):
    """An upload as its sender sees it; `refusal_*` say why and what to do, `media_ref` exists once accepted."""

    ref: str
    state: str
    file_name: str
    size_bytes: int
    received_bytes: int
    media_ref: str = ""
    refusal_zh: str = ""
    refusal_en: str = ""
    remedy_zh: str = ""
    remedy_en: str = ""
    receipt_no: int | None = None
    sealed_at: datetime | None = None


class MediaRow(Struct, frozen=True):
    """One piece of evidence. `receipt_no` is its number in the log (None until sealed, at most a second)."""

    id: int
    ref: str
    lease_id: int
    renter_id: int
    purpose: str
    part: str
    file_name: str
    mime: str
    size_bytes: int
    sha256: bytes
    width: int | None
    height: int | None
    duration_ms: int | None
    taken_at: datetime | None
    checks: list[MediaCheck]
    uploaded_role: str
    uploaded_at: datetime
    claim_id: int | None = None
    finding_no: int | None = None
    receipt_no: int | None = None
    sealed_at: datetime | None = None


class Receipt(Struct, frozen=True):
    """A seal receipt anyone can check: the leaf, its proof and the checkpoint it leads to."""

    receipt_no: int
    kind: str
    at: datetime
    sealed_at: datetime
    leaf: str
    content: dict[str, object] | None
    salt_hex: str
    proof: str
    vkey: str
    timestamped_by: str = ""
