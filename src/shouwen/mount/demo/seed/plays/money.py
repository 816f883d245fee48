"""Money: deductions that went well, failed, and went wrong; credit, refund, waiver, write-off."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime

from shouwen.features.leases.use_cases.money import (
    Recover,
    UndoEntry,
    Waive,
    WriteOff,
    recover,
    undo_entry,
    waive,
    write_off,
)
from shouwen.features.leases.use_cases.payments import (
    AskRefund,
    AttemptDeduction,
    RecordAgreement,
    attempt_deduction,
    record_agreement,
    refund_credit,
)
from shouwen.features.payments.rules.attempt import Next
from shouwen.features.payments.use_cases import BeginSend, HearAnswer, begin_send, hear_answer
from shouwen.kernel.actor import SYSTEM
from shouwen.mount.demo.seed.plays.stage import Stage
from shouwen.platform.payment.port import Answer, Fault, Outcome

Doing = Callable[[datetime], Awaitable[None]]
Hearing = Callable[[int, datetime], tuple[Next, Answer]]
TOLD_AGREEMENT = "DKGS9"
TOO_MUCH_FEN = 20_000  # what credited renters paid beyond their bill
OTHERWISE_FEN = 5_000  # what the provider took beyond the order
WAIVED_FEN = 50


def add_money(stage: Stage) -> None:
    """Every story of money, where the company tells it."""
    if not stage.has("deducted"):
        return
    _deductions(stage)
    for key in ("credited", "refunded"):
        _overpay(stage, key)
    stage.add(4, 15, 0, lambda at: _refund(stage, at))
    _waive_and_undo(stage)
    _write_off(stage)


def _deductions(stage: Stage) -> None:
    for nth, key in enumerate(("deducted", "disputed_payment", "unanswered"), start=1):
        rents = stage.lease(key).instalments
        stage.add_on(rents[1].due_on, 18, 0, _sign(stage, key, nth))
    rents = stage.lease("deducted").instalments
    _attempt(stage, "deducted", rents[2].due_on, 8, (_took,))
    _attempt(stage, "deducted", rents[3].due_on, 8, (_refused, _closed))
    rents = stage.lease("disputed_payment").instalments
    _attempt(stage, "disputed_payment", rents[3].due_on, 8, (_took_otherwise,))
    rents = stage.lease("unanswered").instalments
    _attempt(stage, "unanswered", rents[3].due_on, 8, (_silent,))


def _sign(stage: Stage, key: str, nth: int) -> Doing:
    async def sign(at: datetime) -> None:
        command = RecordAgreement(stage.refs[key], f"{TOLD_AGREEMENT}{nth:09d}", f"20889{nth:011d}")
        await stage.history.run(at, record_agreement, SYSTEM, command)

    return sign


def _took(amount_fen: int, at: datetime) -> tuple[Next, Answer]:
    no = f"{at:%Y%m%d}220014{amount_fen:08d}"
    return Next.SEND, Answer(outcome=Outcome.DONE, amount_fen=amount_fen, provider_no=no, code="10000", moved_at=at)


def _took_otherwise(amount_fen: int, at: datetime) -> tuple[Next, Answer]:
    return _took(amount_fen + OTHERWISE_FEN, at)


def _refused(amount_fen: int, at: datetime) -> tuple[Next, Answer]:
    code = "ACQ.BUYER_BALANCE_NOT_ENOUGH"
    return Next.SEND, Answer(outcome=Outcome.REFUSED, code=code, fault=Fault.BALANCE, said="买家余额不足")


def _silent(amount_fen: int, at: datetime) -> tuple[Next, Answer]:
    return Next.SEND, Answer(outcome=Outcome.UNKNOWN, code="timeout", fault=Fault.PLATFORM)


def _closed(amount_fen: int, at: datetime) -> tuple[Next, Answer]:
    return Next.CLOSE, Answer(outcome=Outcome.CLOSED, code="10000")


def _attempt(stage: Stage, key: str, on: date, hour: int, answers: Sequence[Hearing]) -> None:
    async def attempt(at: datetime) -> None:
        asked = await stage.history.run(at, attempt_deduction, SYSTEM, AttemptDeduction(stage.refs[key]))
        await stage.history.run(at, begin_send, SYSTEM, BeginSend(asked.order_ref, 1))
        for answer in answers:
            step, heard = answer(asked.amount_fen, at)
            command = HearAnswer(asked.order_ref, step, 1, at, heard)
            await stage.history.run(at, hear_answer, SYSTEM, command)

    stage.add_on(on, hour, 5, attempt)


def _overpay(stage: Stage, key: str) -> None:
    rent = stage.last_rent(key)

    async def pay(at: datetime) -> None:
        await stage.pay(at, key, rent.rent_fen + TOO_MUCH_FEN, f"YH-{stage.refs[key][3:]}-01")

    stage.add_on(rent.due_on, 13, 0, pay)


async def _refund(stage: Stage, at: datetime) -> None:
    command = AskRefund(stage.refs["refunded"], TOO_MUCH_FEN, "租客多转了一笔，按原账户退回", "YH20990001")
    await stage.history.run(at, refund_credit, stage.staff("lintao"), command)


def _waive_and_undo(stage: Stage) -> None:
    key = "waived"
    rent = stage.last_rent(key)

    async def pay(at: datetime) -> None:
        await stage.pay(at, key, rent.rent_fen, f"YH-{stage.refs[key][3:]}-01", (f"rent-{rent.no}",))

    async def give(at: datetime) -> None:
        command = Waive(stage.refs[key], f"late_fee-{rent.no}", WAIVED_FEN, "老租客，首月转账晚到")
        done = await stage.history.run(at, waive, stage.staff("lintao"), command)
        stage.refs["waived:entry"] = done.entry_key

    async def take_back(at: datetime) -> None:
        command = UndoEntry(stage.refs[key], stage.refs["waived:entry"], "减免登记错了租约，予以撤销")
        await stage.history.run(at, undo_entry, stage.staff("tangwei"), command)

    stage.add(2, 12, 0, pay)
    stage.add(1, 14, 0, give)
    stage.add(1, 17, 0, take_back)


def _write_off(stage: Stage) -> None:
    key = "written_off"
    rent = next(one for one in stage.lease(key).instalments if one.open_fen)

    async def give_up(at: datetime) -> None:
        command = WriteOff(stage.refs[key], f"rent-{rent.no}", rent.rent_fen, "多次联系未果，先按坏账核销")
        await stage.history.run(at, write_off, stage.staff("tangwei"), command)

    async def come_in(at: datetime) -> None:
        command = Recover(stage.refs[key], f"rent-{rent.no}", rent.rent_fen // 2, f"YH-{stage.refs[key][3:]}-02")
        await stage.history.run(at, recover, stage.staff("tangwei"), command)

    stage.add(5, 16, 30, give_up)
    stage.add(2, 16, 30, come_in)
