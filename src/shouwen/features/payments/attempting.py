"""Between the payment port and the rule of attempts: an order's intent, the call a step asks for, what was heard of it.

A job does one step: read the facts, `stand`, write `SENT` (its own act), `perform` outside any transaction, write what
was heard (the next act). Killed in between, it finds its `SENT` and asks. Nothing here touches the database.
"""

from datetime import datetime

from shouwen.features.payments.rules.attempt import Act, Intent, Next
from shouwen.features.payments.types import Fact, Heard, Seen
from shouwen.platform.payment.port import Answer, Capture, Deduction, Freeze, Notice, Order, Payments, Refund, Release

_HEARD = {Next.SEND: Heard.ANSWER, Next.ASK: Heard.LOOK, Next.CLOSE: Heard.CLOSING}


def intent_of(order: Order, planned_at: datetime) -> Intent:
    """What is written before anything is sent."""
    match order:
        case Deduction():
            act, number = Act.DEDUCT, order.out_trade_no
        case Capture():
            act, number = Act.CAPTURE, order.out_trade_no
        case Refund():
            act, number = Act.REFUND, order.out_request_no
        case Freeze():
            act, number = Act.FREEZE, order.out_request_no
        case Release():
            act, number = Act.RELEASE, order.out_request_no
    return Intent(act=act, number=number, amount_fen=order.amount_fen, planned_at=planned_at)


async def perform(payments: Payments, order: Order, step: Next) -> Answer:
    """Make the call of a step (SEND, ASK or CLOSE); ValueError for a step that is no call."""
    match step:
        case Next.SEND:
            return await _send(payments, order)
        case Next.ASK:
            return await _ask(payments, order)
        case Next.CLOSE if isinstance(order, Deduction | Capture):
            return await payments.close(order.out_trade_no)
    raise ValueError(f"{step} is no call for a {type(order).__name__}")


def sent(try_no: int, at: datetime) -> Fact:
    """Written, and committed, before the call of a send."""
    return Fact(heard=Heard.SENT, at=at, try_no=try_no)


def heard(step: Next, answer: Answer, at: datetime, try_no: int = 0) -> Fact:
    """What a step's call brought; `at` is when a send's answer came, and when a question or a closing was put."""
    return _fact(_HEARD[step], answer, at, try_no)


def noticed(notice: Notice, at: datetime) -> Fact:
    """What a notification says of the attempt with its number.

    One that speaks of a refund says nothing certain of that refund, only its sum: ask about `refund_no`.
    """
    return _fact(Heard.NOTICE, notice.answer, at, 0)


def _fact(heard_by: Heard, answer: Answer, at: datetime, try_no: int) -> Fact:
    return Fact(
        heard=heard_by,
        at=at,
        seen=Seen(answer.outcome.value),
        try_no=try_no,
        amount_fen=answer.amount_fen,
        provider_no=answer.provider_no,
        code=answer.code,
        fault=answer.fault.value if answer.fault else "",
    )


async def _send(payments: Payments, order: Order) -> Answer:
    match order:
        case Deduction():
            return await payments.deduct(order)
        case Capture():
            return await payments.capture(order)
        case Refund():
            return await payments.refund(order)
        case Freeze():
            return await payments.freeze(order)
        case Release():
            return await payments.release(order)


async def _ask(payments: Payments, order: Order) -> Answer:
    match order:
        case Deduction() | Capture():
            return await payments.query(order.out_trade_no)
        case Refund():
            return await payments.query_refund(order.out_trade_no, order.out_request_no)
        case Freeze() | Release():
            return await payments.query_hold(order.out_order_no, order.out_request_no)
