"""The renter's statement: every charge with its clause and working, and every entry booked on it."""

from datetime import date
from typing import Literal

import msgspec
from msgspec import Struct

from shouwen.features.money.store import Charge, Hold
from shouwen.features.money.types import CHARGE_ZH, INCOME, RECEIVABLE, Account, ChargeKind, EntryKind
from shouwen.kernel.fen import plain_fen
from shouwen.platform.db import Row

_INCOMES = frozenset(INCOME.values())
_MOST_CHANGES = 6
_TAKEN_OFF = {EntryKind.ADJUSTMENT: "超出应付的减免收回", EntryKind.REVERSAL: "撤销减免"}
_GIVEN_BACK = {EntryKind.ADJUSTMENT: "超出应付的核销转回", EntryKind.REVERSAL: "撤销核销"}


class BillEntry(Struct, frozen=True):
    """One booking on a charge; `amount_fen` is positive where it settles, negative where it takes back.

    `value_on` is the earlier day it took effect, if any; `key` names the entry, `word` what this part of it did.
    """

    booked_on: date
    kind: EntryKind
    memo: str
    rule: str
    amount_fen: int
    value_on: date | None = None
    key: str = ""
    word: str = ""


class BillLine(Struct, frozen=True):
    """One charge: amount = paid + waived + written_off + outstanding, and the entries that made it so.

    `pay_by` is the last day agreed for a buyout or a lost phone, or the last on which rent rested for the phone's sake:
    payable from `due_on`, overdue only after that day. `waits`: rent of a phone that is not handed over (PAUSE-1).
    """

    charge_id: int
    kind: ChargeKind
    no: int
    label: str
    clause: str
    due_on: date
    amount_fen: int
    paid_fen: int
    waived_fen: int
    written_off_fen: int
    outstanding_fen: int
    settled_on: date | None
    state: Literal["paid", "open", "overdue"]
    days_overdue: int
    working: tuple[str, ...]
    entries: tuple[BillEntry, ...]
    pay_by: date | None = None
    waits: bool = False

    @property
    def due_by(self) -> date:
        """The day people are told."""
        return self.pay_by or self.due_on


class HoldLine(Struct, frozen=True):
    """The deposit hold and what became of it."""

    ref: str
    amount_fen: int
    captured_fen: int
    released_fen: int
    open_fen: int
    held_on: date
    release_due_on: date | None


class Sums(Struct, frozen=True):
    """All lines together: amount = paid + waived + written_off + outstanding."""

    amount_fen: int
    paid_fen: int
    waived_fen: int
    written_off_fen: int
    outstanding_fen: int


class BillStatement(Struct, frozen=True):
    """All of one lease on `on`; `due_fen` is outstanding and due, `credit_fen` was paid without a bill."""

    on: date
    lines: tuple[BillLine, ...]
    outstanding_fen: int
    due_fen: int
    overdue_fen: int
    credit_fen: int
    next_due_on: date | None
    deposit: HoldLine | None
    sums: Sums


class _Booked(Struct, frozen=True):
    charge_id: int | None
    booked_on: date
    kind: EntryKind
    memo: str
    rule: str
    amount_fen: int
    debit: Account
    credit: Account
    value_on: date | None = None
    key: str = ""


def statement_of(row: Row, on: date) -> BillStatement:
    """The statement of the store's row on a Beijing day."""
    charges = msgspec.convert(row["charges"], list[Charge])
    booked = msgspec.convert(row["entries"], list[_Booked])
    hold = None if row["hold"] is None else msgspec.convert(row["hold"], Hold)
    agreed = dict(msgspec.convert([*row["pay_by"], *row["rested"]], list[tuple[int, date]]))
    lines = tuple(
        _line(
            charge, [b for b in booked if b.charge_id == charge.id], on, agreed.get(charge.id),
            waits=row["waits"] and charge.kind is ChargeKind.RENT,
        )
        for charge in charges
    )  # fmt: skip
    credit_fen = sum(
        (b.amount_fen if b.credit is Account.RENTER_CREDIT else -b.amount_fen)
        for b in booked
        if Account.RENTER_CREDIT in (b.debit, b.credit)
    )
    return _statement(lines, on, credit_fen, None if hold is None else _hold(hold))


def within(statement: BillStatement, from_on: date | None, until_on: date | None) -> BillStatement:
    """The lines that fall due from `from_on` to `until_on` (both included; None: no limit), and what they come to."""
    lines = tuple(
        line for line in statement.lines
        if (from_on is None or line.due_on >= from_on) and (until_on is None or line.due_on <= until_on)
    )  # fmt: skip
    return _statement(lines, statement.on, statement.credit_fen, statement.deposit)


def _statement(lines: tuple[BillLine, ...], on: date, credit_fen: int, deposit: HoldLine | None) -> BillStatement:
    unsettled = [line for line in lines if line.outstanding_fen]
    return BillStatement(
        on=on,
        lines=lines,
        outstanding_fen=sum(line.outstanding_fen for line in unsettled),
        due_fen=sum(line.outstanding_fen for line in unsettled if line.due_on <= on),
        overdue_fen=sum(line.outstanding_fen for line in unsettled if line.state == "overdue"),
        credit_fen=credit_fen,
        next_due_on=min((line.due_on for line in unsettled if line.due_on >= on), default=None),
        deposit=deposit,
        sums=Sums(
            sum(line.amount_fen for line in lines), sum(line.paid_fen for line in lines),
            sum(line.waived_fen for line in lines), sum(line.written_off_fen for line in lines),
            sum(line.outstanding_fen for line in lines),
        ),
    )  # fmt: skip


def _line(charge: Charge, booked: list[_Booked], on: date, pay_by: date | None, *, waits: bool) -> BillLine:
    owed = RECEIVABLE[charge.kind]
    settling = [b for b in booked if b.kind is not EntryKind.CHARGE and owed in (b.debit, b.credit)]
    lapses = charge.kind is ChargeKind.BUYOUT  # not paid in time it ends by itself: it is never overdue (BUY-5)
    late = (on - (pay_by or charge.due_on)).days if charge.outstanding_fen and not (lapses or waits) else 0
    state: Literal["paid", "open", "overdue"] = "paid"
    if charge.outstanding_fen:
        state = "overdue" if late > 0 else "open"
    return BillLine(
        charge_id=charge.id,
        kind=charge.kind,
        no=charge.no,
        label=_label(charge),
        clause=charge.clause,
        due_on=charge.due_on,
        amount_fen=charge.amount_fen,
        paid_fen=charge.paid_fen,
        waived_fen=charge.waived_fen,
        written_off_fen=charge.written_off_fen,
        outstanding_fen=charge.outstanding_fen,
        settled_on=charge.settled_on,
        state=state,
        days_overdue=max(0, late),
        working=_working(charge, settling, owed),
        entries=tuple(
            BillEntry(
                b.booked_on,
                b.kind,
                b.memo,
                b.rule,
                b.amount_fen if b.credit is owed else -b.amount_fen,
                b.value_on,
                b.key,
                _word(b, owed),
            )
            for b in settling
        ),
        pay_by=pay_by,
        waits=waits,
    )


def _label(charge: Charge) -> str:
    word = CHARGE_ZH[charge.kind]
    return f"第 {charge.no} 期{word}" if charge.kind in (ChargeKind.RENT, ChargeKind.LATE_FEE) else word


def _working(charge: Charge, settling: list[_Booked], owed: Account) -> tuple[str, ...]:
    """What was charged, each booking, and what is left: a sum to follow with a pencil.

    A charge that grew or came down by entries begins with what it came to at first.
    """
    changed = [b for b in settling if _changes_amount(b)]
    first_fen = charge.amount_fen - sum(b.amount_fen if b.debit is owed else -b.amount_fen for b in changed)
    lines = [f"应付 {plain_fen(first_fen)}"] if first_fen or not changed else []
    if len(changed) > _MOST_CHANGES and not first_fen:  # a day each: the sum says it
        settling = [b for b in settling if b not in changed]
        days = f"{changed[0].booked_on.isoformat()} 至 {changed[-1].booked_on.isoformat()}"
        lines = [f"{days} 逐日入账（每笔算到前一天）累计 {plain_fen(charge.amount_fen)}"]
    for b in settling:
        sign = "−" if b.credit is owed else "+"
        on = (b.value_on or b.booked_on).isoformat()
        lines.append(f"{on} {_word(b, owed)} {sign} {plain_fen(b.amount_fen)}")
    lines.append(f"未付 {plain_fen(charge.outstanding_fen)}")
    return tuple(lines)


def _changes_amount(b: _Booked) -> bool:
    grown = b.kind in (EntryKind.ACCRUAL, EntryKind.ADJUSTMENT)
    return grown and (b.debit in _INCOMES or b.credit in _INCOMES)


def _word(b: _Booked, owed: Account) -> str:
    other = b.debit if b.credit is owed else b.credit
    if _changes_amount(b):
        return "新增" if b.debit is owed else "减少"
    if other is Account.RENTER_CREDIT:
        return "余额抵付" if b.credit is owed else "转为余额"
    if other is Account.WRITE_OFFS:
        return "核销" if b.credit is owed else _GIVEN_BACK.get(b.kind, "核销转回")
    if other is Account.WAIVERS:
        return "减免" if b.credit is owed else _TAKEN_OFF.get(b.kind, "减免收回")
    if other is Account.CASH:
        return "已付" if b.credit is owed else "退回"
    return "冲回"


def _hold(hold: Hold) -> HoldLine:
    return HoldLine(
        ref=hold.ref,
        amount_fen=hold.amount_fen,
        captured_fen=hold.captured_fen,
        released_fen=hold.released_fen,
        open_fen=hold.open_fen,
        held_on=hold.held_on,
        release_due_on=hold.release_due_on,
    )
