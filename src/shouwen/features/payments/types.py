"""Words of payments: orders to the provider as the desk keeps them, refunds, agreements. Amounts are whole fen."""

from datetime import date, datetime
from enum import StrEnum

from msgspec import Struct


class OrderKind(StrEnum):
    """What an order is to do at the provider."""

    DEDUCT = "deduct"
    CAPTURE = "capture"
    REFUND = "refund"
    FREEZE = "freeze"
    RELEASE = "release"


KIND_ZH = {
    OrderKind.DEDUCT: "扣款",
    OrderKind.CAPTURE: "押金转支付",
    OrderKind.REFUND: "退款",
    OrderKind.FREEZE: "押金冻结",
    OrderKind.RELEASE: "押金解冻",
}

# Why the provider refused, in words for the renter; they blame nobody.
FAULT_ZH = {
    "balance": "账户可用余额不足",
    "limit": "超过账户的支付限额",
    "account": "账户目前不能付款",
    "agreement": "代扣协议已失效",
    "hold": "冻结的押金已不足",
    "risk": "支付渠道暂时没有放行",
    "platform": "支付渠道一侧的原因，与您无关",
    "ours": "我们一侧的原因，与您无关",
}


class OrderState(StrEnum):
    """How an order stands; `not_done` turns into `done` where money moves after all."""

    OPEN = "open"
    DONE = "done"
    NOT_DONE = "not_done"
    DISPUTED = "disputed"


class OrderRow(Struct, frozen=True):
    """An order as it is kept. `call` is what the provider is told; `covers` the charges it was made for."""

    id: int
    ref: str
    number: str
    kind: OrderKind
    lease_id: int
    renter_id: int
    amount_fen: int
    purpose: str
    covers: tuple[int, ...]
    by_name: bool
    call: dict[str, object]
    planned_at: datetime
    state: OrderState
    next_at: datetime | None
    moved_fen: int
    provider_no: str
    code: str
    fault: str
    paid_on: date | None
    entry_key: str
    care: str


class OrderView(Struct, frozen=True, kw_only=True):
    """An order for people: what it is for, how it stands, why it failed. `decided_at` None: still under way.

    `covers` are the bill lines it was made for, by id. `checking`: it was sent and what came of it is not known yet.
    """

    order_ref: str
    kind: OrderKind
    amount_fen: int
    state: OrderState
    planned_at: datetime
    decided_at: datetime | None
    paid_on: date | None
    moved_fen: int
    provider_no: str
    code: str
    fault: str
    covers: tuple[int, ...] = ()
    checking: bool = False
    said: str = ""


class RefundRow(Struct, frozen=True, kw_only=True):
    """Credit on its way back. `way` provider: to where it was paid from; bank: by transfer, `bank_ref`."""

    ref: str
    amount_fen: int
    why: str
    way: str
    bank_ref: str
    asked_at: datetime
    done_on: date | None
    failed_at: datetime | None


class AgreementRow(Struct, frozen=True):
    """The renter's agreement to deductions for a lease."""

    agreement_no: str
    payer_id: str
    signed_at: datetime


class NextAttempt(Struct, frozen=True):
    """The next deduction by the rules of attempts, if nothing is paid until then: not before `at`.

    `amount_fen` is what is known now of the bill lines it is for (`covers`, by id); a late fee grows meanwhile.
    """

    at: datetime
    amount_fen: int
    covers: tuple[int, ...]
    why: str
    policy: str


class LeasePayments(Struct, frozen=True):
    """Everything with the provider about a lease, the newest first; `agreement_on` None: no agreement in force."""

    orders: tuple[OrderView, ...]
    refunds: tuple[RefundRow, ...]
    agreement_signed_at: datetime | None
    frozen_fen: int | None
    next_attempt: NextAttempt | None = None


class FailedDeduction(Struct, frozen=True):
    """The last deduction for a charge that came to nothing: the provider's code and where the fault lay (LATE-5)."""

    order_ref: str
    code: str
    fault: str
    on: date


class DueDebt(Struct, frozen=True):
    """What is due of a charge, what is contested of it taken off; `due_on` is the rent's own."""

    charge_id: int
    due_on: date
    amount_fen: int


class LastAttempt(Struct, frozen=True):
    """The latest deduction for a lease: when it was planned, and why it failed (`fault` empty: it did not)."""

    on: date
    fault: str
    covers: tuple[int, ...]


class Attempt(Struct, frozen=True):
    """A deduction to make: the sum of what `covers` owe."""

    amount_fen: int
    covers: tuple[int, ...]
    why: str


class AttemptPolicy(Struct, frozen=True):
    """One version of policies/payments.toml: days after the due day on which a deduction is tried, from which hour."""

    id: str
    attempt_days: tuple[int, ...]
    from_hour: int


class Heard(StrEnum):
    """Where a fact comes from."""

    SENT = "sent"  # written before the call leaves; alone, it means that the call may have arrived
    ANSWER = "answer"  # to that call; `at` is when it came
    LOOK = "look"  # to a question; `at` is when it was put
    CLOSING = "closing"  # to a closing; `at` is when it was put
    NOTICE = "notice"  # a notification, checked; `at` is when it came
    WITHDRAWN = "withdrawn"  # the desk no longer wants it (paid otherwise, contested, ended)


class Seen(StrEnum):
    """What it says; the words of the payment port."""

    DONE = "done"
    WAITING = "waiting"
    REFUSED = "refused"
    CLOSED = "closed"
    ABSENT = "absent"
    NOT_SENT = "not_sent"
    UNKNOWN = "unknown"


class Fact(Struct, frozen=True, kw_only=True):
    """One thing heard. `try_no` counts sends from 1 and ties an answer to its send; `seen` is None for our own acts."""

    heard: Heard
    at: datetime
    seen: Seen | None = None
    try_no: int = 0
    amount_fen: int | None = None
    provider_no: str = ""
    code: str = ""
    fault: str = ""
