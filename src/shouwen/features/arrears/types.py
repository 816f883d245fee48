"""Words of arrears. Amounts are whole fen, days are Beijing days."""

from datetime import date, datetime, time
from enum import StrEnum

from msgspec import Struct


class NoticeKind(StrEnum):
    """What a message to the renter is about; the first three are reminders of a plan."""

    BEFORE_DUE = "before_due"
    DUE_TODAY = "due_today"
    OVERDUE = "overdue"
    DEMAND = "demand"
    TERMINATION = "termination"
    ACCELERATION = "acceleration"
    CREDIT_NOTICE = "credit_notice"
    RELIEF = "relief"
    FREEZE = "freeze"
    LIFTED = "lifted"


REMINDERS = frozenset({NoticeKind.BEFORE_DUE, NoticeKind.DUE_TODAY, NoticeKind.OVERDUE})


class ReminderStep(Struct, frozen=True):
    """One reminder of a plan, `days` from the due day (negative: before); `text` with fields in braces."""

    step: str
    kind: NoticeKind
    days: int
    text: str


class ReminderPlan(Struct, frozen=True):
    """Reminders of one instalment, sent at this time of the Beijing day."""

    name: str
    at: time
    steps: tuple[ReminderStep, ...]


class ArrearsPolicy(Struct, frozen=True):
    """One version of policies/arrears.toml; the first plan is the one without a name in the contract."""

    id: str
    effective_from: date
    source: str
    opens: time
    closes: time
    demand_days: int
    report_wait_days: int
    plans: tuple[ReminderPlan, ...]
    effective_to: date | None = None

    def plan(self, name: str) -> ReminderPlan:
        """The plan a contract names; the first where it names none or one that is no longer there."""
        return next((plan for plan in self.plans if plan.name == name), self.plans[0])

    def step(self, name: str) -> ReminderStep | None:
        """A step by its name, whichever plan has it."""
        return next((step for plan in self.plans for step in plan.steps if step.step == name), None)


class ReminderFacts(Struct, frozen=True, kw_only=True):
    """An instalment as it stands when somebody might be reminded of it.

    `contested_fen` rests (PAUSE-1); `undone` says that its lateness does not count (LATE-5); `asked_relief` that the
    renter has written to us about it and a person is at it; `demanded` that a letter is on its way about the whole.
    """

    no: int
    model: str
    due_on: date
    outstanding_fen: int
    contested_fen: int = 0
    undone: bool = False
    asked_relief: bool = False
    demanded: bool = False


class Planned(Struct, frozen=True):
    """A reminder of a plan with its instant."""

    step: ReminderStep
    send_at: datetime


class Ground(StrEnum):
    """What shows that a deduction failed on the platform's or the bank's side (LATE-5)."""

    OWN_CODE = "own_code"
    BANK_STATEMENT = "bank_statement"


class FailureFacts(Struct, frozen=True, kw_only=True):
    """What is known of a failed deduction of an instalment; None or empty where there is nothing.

    `fault` is the side our own result code names: `platform`, `ours`, or the renter's (`balance`, `limit`, …).
    """

    due_on: date
    failed_on: date | None = None
    code: str = ""
    fault: str = ""
    statement_ref: str = ""


class CreditNoticeState(StrEnum):
    """CRE-4: a report may follow only when nothing has stopped it through the whole waiting time."""

    SENDING = "sending"
    WAITING = "waiting"
    STOPPED_PAID = "stopped_paid"
    STOPPED_RELIEF = "stopped_relief"
    STOPPED_DISPUTE = "stopped_dispute"
    MAY_REPORT = "may_report"


CREDIT_NOTICE_ZH = {
    CreditNoticeState.SENDING: "告知书送达中",
    CreditNoticeState.WAITING: "等待期内，付清或减免即停止",
    CreditNoticeState.STOPPED_PAID: "已付清，不报送",
    CreditNoticeState.STOPPED_RELIEF: "已免责，不报送",
    CreditNoticeState.STOPPED_DISPUTE: "有争议，不报送",
    CreditNoticeState.MAY_REPORT: "等待期已满",
}


class CreditNoticeFacts(Struct, frozen=True, kw_only=True):
    """A debt somebody was told about before a report; `earliest_report_on` None until the notice was delivered."""

    earliest_report_on: date | None
    outstanding_fen: int
    contested: bool = False
    relieved: bool = False


class DefaultStep(StrEnum):
    """Where a default stands (DEF-1): the next thing that may be done, or what is waited for."""

    NOTHING = "nothing"  # nothing is overdue beyond what is contested
    MAY_DEMAND = "may_demand"
    DELIVERING = "delivering"  # a demand is written and not delivered yet
    WAITING = "waiting"  # the renter's days
    MAY_ACT = "may_act"  # terminate, or where it applies make the rest due


DEFAULT_ZH = {
    DefaultStep.NOTHING: "没有可催告的事项",
    DefaultStep.MAY_DEMAND: "可以书面催告",
    DefaultStep.DELIVERING: "催告函送达中，送达次日起计期",
    DefaultStep.WAITING: "催告期内，等待付款、归还或答复",
    DefaultStep.MAY_ACT: "催告期已满仍未办结，可由主管决定下一步",
}


class DefaultFacts(Struct, frozen=True, kw_only=True):
    """A lease in arrears. `overdue_fen` is due, unpaid and uncontested; `overdue_rent_fen` the rents of it.

    `unreturned`: the term is over and the phone is still with the renter.
    `price_fen` is the whole price of an instalment sale (rents and what buys the phone at the end).
    """

    overdue_fen: int
    unreturned: bool = False
    overdue_rent_fen: int = 0
    price_fen: int = 0
    demanded_on: date | None = None
    delivered_on: date | None = None
    until_on: date | None = None
    instalment_sale: bool = False


class DefaultNow(Struct, frozen=True):
    """The step, the last of the renter's days where one runs, and whether the rest may be made due (民法典 634)."""

    step: DefaultStep
    until_on: date | None
    may_accelerate: bool


class HoldOverFacts(Struct, frozen=True, kw_only=True):
    """A phone kept after termination: first day, daily rent in fen as a fraction, the loss settlement as cap.

    `given_back_on` is the day it was handed over for return.
    """

    from_on: date
    daily_num: int
    daily_den: int
    cap_fen: int
    given_back_on: date | None = None


class HoldOver(Struct, frozen=True):
    """What a phone kept after termination costs so far."""

    days: int
    amount_fen: int
    capped: bool
    ended: bool


class OwedLine(Struct, frozen=True):
    """One overdue bill line in a letter."""

    name: str
    due_on: date
    amount_fen: int
    clause: str = ""


class LetterGround(Struct, frozen=True, kw_only=True):
    """What every letter of arrears rests on."""

    name_masked: str
    model: str
    signed_on: date
    lines: tuple[OwedLine, ...] = ()
    total_fen: int = 0
