"""What the desk asks of a payment provider and what it can be told. Amounts are whole fen.

Called by jobs only, never inside a transaction: the intent is committed first, the answer is a new act. No method
raises for what the provider or the network does; not knowing is an answer too (`Outcome.UNKNOWN`).
"""

import re
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from msgspec import Struct

MAX_FEN = 1_000_000_000  # ¥10,000,000, as at every other door
_NUMBER = re.compile(r"[A-Za-z0-9_]{1,64}\Z")


class Outcome(StrEnum):
    """What a call, a question or a notification says of one number of ours."""

    DONE = "done"  # the money moved: paid, refunded, frozen, released
    WAITING = "waiting"  # the provider has it and has not decided
    REFUSED = "refused"  # this call moved nothing and left nothing that would go on by itself
    CLOSED = "closed"  # nothing moved and nothing ever will under this number
    ABSENT = "absent"  # the provider knows no such number, as yet
    NOT_SENT = "not_sent"  # no connection: the provider cannot have seen the call
    UNKNOWN = "unknown"  # anything may have happened: ask


class Fault(StrEnum):
    """Where a refusal or a failure lies; LATE-5 turns on PLATFORM and OURS."""

    BALANCE = "balance"  # the payer's funds do not suffice
    LIMIT = "limit"  # a daily, monthly or single limit of the payer
    ACCOUNT = "account"  # the payer's account may not pay
    AGREEMENT = "agreement"  # no agreement, or an ended one
    HOLD = "hold"  # the hold is gone, or smaller than asked
    RISK = "risk"  # refused by risk control
    PLATFORM = "platform"  # the provider, its bank or the line to it
    OURS = "ours"  # our request or our contract with the provider


class Answer(Struct, frozen=True, kw_only=True):
    """What is known after one call. `amount_fen` is what moved, `rest_fen` what stays frozen, where it is said.

    `code` is the provider's own (`ACQ.BUYER_BALANCE_NOT_ENOUGH`), or ours for a silence (`timeout`, `signature`).
    """

    outcome: Outcome
    amount_fen: int | None = None
    rest_fen: int | None = None
    provider_no: str = ""
    code: str = ""
    fault: Fault | None = None
    said: str = ""
    moved_at: datetime | None = None


class Deduction(Struct, frozen=True, kw_only=True):
    """Pay `amount_fen` out of the renter's account under their agreement (代扣). The number is used once, ever."""

    out_trade_no: str
    agreement_no: str
    amount_fen: int
    subject: str

    def __post_init__(self) -> None:
        _check(self.amount_fen, self.out_trade_no)


class Capture(Struct, frozen=True, kw_only=True):
    """Pay a part or all of a hold (授权转支付); `complete` gives the rest back to the renter at once."""

    out_trade_no: str
    auth_no: str
    payer_id: str
    amount_fen: int
    subject: str
    complete: bool = False

    def __post_init__(self) -> None:
        _check(self.amount_fen, self.out_trade_no)


class Refund(Struct, frozen=True, kw_only=True):
    """Give back a part or all of a paid trade; several refunds of one trade differ in `out_request_no`."""

    out_trade_no: str
    out_request_no: str
    amount_fen: int
    reason: str

    def __post_init__(self) -> None:
        _check(self.amount_fen, self.out_trade_no, self.out_request_no)


class Freeze(Struct, frozen=True, kw_only=True):
    """Freeze a deposit (预授权冻结). `auth_code` is the renter's payment code where they stand at a counter."""

    out_order_no: str
    out_request_no: str
    amount_fen: int
    title: str
    auth_code: str = ""

    def __post_init__(self) -> None:
        _check(self.amount_fen, self.out_order_no, self.out_request_no)


class Release(Struct, frozen=True, kw_only=True):
    """Unfreeze a part or all of what is still frozen (解冻). The hold is named by our number and by the provider's."""

    out_order_no: str
    auth_no: str
    out_request_no: str
    amount_fen: int
    remark: str

    def __post_init__(self) -> None:
        _check(self.amount_fen, self.out_order_no, self.out_request_no)


Order = Deduction | Capture | Refund | Freeze | Release


class NoticeAbout(StrEnum):
    """What a notification is about."""

    TRADE = "trade"
    HOLD = "hold"


class Notice(Struct, frozen=True, kw_only=True):
    """A notification whose signature and addressee were checked. The same `notify_id` comes again until answered.

    `number` is our out_trade_no, or the out_request_no of an operation on a hold; `refund_no` and `refunded_fen`
    (all refunds so far) are set where a refund caused it. Provider and network may repeat, delay and reorder.
    """

    about: NoticeAbout
    notify_id: str
    number: str
    answer: Answer
    order_no: str = ""
    auth_no: str = ""
    payer_id: str = ""
    refund_no: str = ""
    refunded_fen: int = 0


class NoticeRefused(ValueError):
    """A notification that is not from the provider, not for us or not readable; `why` is a stable word."""

    def __init__(self, why: str) -> None:
        super().__init__(f"notification refused: {why}")
        self.why = why


class Payments(Protocol):
    """A payment provider. Every act may be repeated with the same number and moves money at most once."""

    async def deduct(self, order: Deduction) -> Answer:
        """Try to take the money now."""

    async def capture(self, order: Capture) -> Answer:
        """Turn a part of a hold into a payment."""

    async def query(self, out_trade_no: str) -> Answer:
        """How a deduction or a capture stands."""

    async def close(self, out_trade_no: str) -> Answer:
        """End an unpaid trade for good. CLOSED, ABSENT, or UNKNOWN (perhaps it was paid meanwhile: ask)."""

    async def refund(self, order: Refund) -> Answer:
        """Give money back."""

    async def query_refund(self, out_trade_no: str, out_request_no: str) -> Answer:
        """How one refund stands; ABSENT means that it was not carried out."""

    async def freeze(self, order: Freeze) -> Answer:
        """Freeze by the renter's payment code. ValueError where the order has none."""

    def freeze_order(self, order: Freeze) -> str:
        """A signed order for the renter's own app to confirm; the result comes as a notification or by asking."""

    async def query_hold(self, out_order_no: str, out_request_no: str) -> Answer:
        """How one operation on a hold stands (freeze or release), and what is still frozen."""

    async def release(self, order: Release) -> Answer:
        """Give frozen money free."""

    def read_notification(self, form: bytes) -> Notice:
        """The notification in a form-encoded body; raises NoticeRefused. Reply `success` only after keeping it."""


def _check(amount_fen: int, *numbers: str) -> None:
    if not 0 < amount_fen <= MAX_FEN:
        raise ValueError(f"{amount_fen} fen is no amount to move")
    for number in numbers:
        if not _NUMBER.match(number):
            raise ValueError(f"{number!r} is no order number: 1-64 letters, digits, underscores")
