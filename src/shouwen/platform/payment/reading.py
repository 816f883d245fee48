"""From the content of an answer to what it proves. Whatever it does not prove is UNKNOWN."""

from collections.abc import Callable, Mapping
from datetime import datetime

from shouwen.platform.payment import codes
from shouwen.platform.payment.port import Answer, Fault, Outcome
from shouwen.platform.payment.wire import Body, Unreadable, fen, instant, text_of

_SAID = 200
Reader = Callable[[Body], Answer]


def unknown(code: str, fault: Fault | None = Fault.PLATFORM, said: str = "") -> Answer:
    """Nothing is known; `code` says why."""
    return Answer(outcome=Outcome.UNKNOWN, code=code, fault=fault, said=said[:_SAID])


def read_answer(body: Body, numbers: Mapping[str, str], reader: Reader, *, act: bool) -> Answer:
    """Judge the result code, then let `reader` say what a success means.

    `numbers` are ours as asked: an answer about others is no answer. `act` false: a question (or a closing), to
    which "no such trade" is a plain answer, while to a refund it is a refusal.
    """
    try:
        for name, asked in numbers.items():
            if text_of(body, name) not in ("", asked):
                return unknown("other_number", said=f"{name} {text_of(body, name)}")
        code, sub_code, said = text_of(body, "code"), text_of(body, "sub_code"), text_of(body, "sub_msg")[:_SAID]
        if code == codes.SUCCESS:
            answer = reader(body)
            settles = answer.outcome in (Outcome.DONE, Outcome.CLOSED)
            nameless = [name for name in numbers if not text_of(body, name)]
            return unknown("no_number", said=nameless[0]) if settles and nameless else answer
        if code == codes.WAITING:
            return Answer(outcome=Outcome.WAITING, code=code, said=said, provider_no=_provider_no(body))
    except Unreadable as error:
        return unknown("unreadable", said=str(error))
    if code in codes.TURNED_AWAY:
        return Answer(outcome=Outcome.REFUSED, code=sub_code or code, fault=Fault.OURS, said=said)
    if code != codes.BUSINESS:
        return unknown(sub_code or code, said=said)
    if sub_code in codes.ABSENT:
        if act:
            return Answer(outcome=Outcome.REFUSED, code=sub_code, fault=Fault.OURS, said=said)
        return Answer(outcome=Outcome.ABSENT, code=sub_code, said=said)
    if act and sub_code in codes.REFUSED:
        return Answer(outcome=Outcome.REFUSED, code=sub_code, fault=codes.REFUSED[sub_code], said=said)
    return unknown(sub_code, codes.ASK.get(sub_code, Fault.PLATFORM), said)


def read_pay(body: Body) -> Answer:
    """A payment that succeeded."""
    return _done(body, "total_amount", "gmt_payment")


def read_trade(body: Body) -> Answer:
    """How a trade stands. A trade that was paid and given back in full is closed too: the time of payment tells."""
    status, paid_at = text_of(body, "trade_status"), _paid_at(body)
    if status in ("TRADE_SUCCESS", "TRADE_FINISHED") or (status == "TRADE_CLOSED" and paid_at is not None):
        answer = _done(body, "total_amount", "send_pay_date")
        return answer if answer.moved_at else _moved(answer, paid_at)
    if status == "TRADE_CLOSED":
        return Answer(outcome=Outcome.CLOSED, code=status, provider_no=_provider_no(body))
    if status == "WAIT_BUYER_PAY":
        return Answer(outcome=Outcome.WAITING, code=status, provider_no=_provider_no(body))
    raise Unreadable(f"trade_status {status[:30]!r}")


def read_closing(body: Body) -> Answer:
    """An unpaid trade that was closed."""
    return Answer(outcome=Outcome.CLOSED, provider_no=_provider_no(body))


def read_refund(amount_fen: int) -> Reader:
    """The answer to a refund of `amount_fen`: only a change of funds proves it; a repeat says N and must be asked.

    The amount it states is the sum of all refunds of the trade, so ours is taken.
    """

    def read(body: Body) -> Answer:
        if text_of(body, "fund_change") != "Y":
            return unknown("no_fund_change", None)
        moved_at = _time(body, "gmt_refund_pay")
        return Answer(outcome=Outcome.DONE, amount_fen=amount_fen, provider_no=_provider_no(body), moved_at=moved_at)

    return read


def read_refund_query(body: Body) -> Answer:
    """How one refund stands: without a status it was not carried out."""
    status = text_of(body, "refund_status")
    if status == "REFUND_SUCCESS":
        return _done(body, "refund_amount", "gmt_refund_pay")
    if status == "":
        return Answer(outcome=Outcome.ABSENT)
    return Answer(outcome=Outcome.WAITING, code=status)


def read_hold(body: Body) -> Answer:
    """One operation on a hold: freeze or release."""
    status = text_of(body, "status")
    rest = text_of(body, "rest_amount")
    rest_fen = fen(rest) if rest else None
    if status == "SUCCESS":
        answer = _done(body, "amount", "gmt_trans")
        return Answer(
            outcome=Outcome.DONE,
            amount_fen=answer.amount_fen,
            rest_fen=rest_fen,
            provider_no=answer.provider_no,
            moved_at=answer.moved_at,
        )
    if status in ("INIT", "CLOSED"):
        outcome = Outcome.WAITING if status == "INIT" else Outcome.CLOSED
        return Answer(outcome=outcome, code=status, rest_fen=rest_fen, provider_no=_provider_no(body))
    raise Unreadable(f"status {status[:30]!r}")


def _done(body: Body, amount: str, when: str) -> Answer:
    moved_fen = fen(text_of(body, amount))
    if moved_fen <= 0:
        raise Unreadable(f"{amount} of nothing")
    return Answer(
        outcome=Outcome.DONE, amount_fen=moved_fen, provider_no=_provider_no(body), moved_at=_time(body, when)
    )


def _moved(answer: Answer, at: datetime | None) -> Answer:
    return Answer(outcome=answer.outcome, amount_fen=answer.amount_fen, provider_no=answer.provider_no, moved_at=at)


def _paid_at(body: Body) -> datetime | None:
    return _time(body, "send_pay_date") or _time(body, "gmt_payment")


def _time(body: Body, name: str) -> datetime | None:
    text = text_of(body, name)
    return instant(text) if text else None


def _provider_no(body: Body) -> str:
    return text_of(body, "trade_no") or text_of(body, "auth_no")
