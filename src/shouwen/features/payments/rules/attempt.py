"""One attempt to move money at a provider: from everything heard of it, in any order, to how it stands and what next.

An attempt is one number of ours (out_trade_no or out_request_no), which the provider carries out at most once. The
desk writes the intent, then `SENT` before each call, then what it heard; all of these are acts. `stand` reads them as
a set: order and repetition cannot matter. What is not proven stays open and is asked about; nothing is guessed.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from shouwen.features.payments.types import Fact, Heard, Seen


class Act(StrEnum):
    """What the attempt is to do."""

    DEDUCT = "deduct"
    CAPTURE = "capture"
    REFUND = "refund"
    FREEZE = "freeze"
    RELEASE = "release"


CLOSABLE = frozenset({Act.DEDUCT, Act.CAPTURE})  # the provider can be told to forget an unpaid one for good


class Intent(Struct, frozen=True, kw_only=True):
    """What was decided, and written before anything was sent."""

    act: Act
    number: str
    amount_fen: int
    planned_at: datetime


class State(StrEnum):
    """How an attempt stands. Only money that was seen to move turns NOT_DONE into DONE later."""

    OPEN = "open"
    DONE = "done"  # moved exactly once, as intended: book it (by number, once)
    NOT_DONE = "not_done"  # moved nothing and will not: another attempt for the same debt may begin
    DISPUTED = "disputed"  # money moved, but not what was intended: a person decides, nothing is booked


class Next(StrEnum):
    """What the desk does next. A send always repeats the same number."""

    SEND = "send"
    ASK = "ask"
    CLOSE = "close"
    PERSON = "person"
    NOTHING = "nothing"


class Patience(Struct, frozen=True, kw_only=True):
    """How long to wait: between questions, before "no such number" is believed, before an undecided one is closed."""

    pauses: tuple[timedelta, ...] = (
        timedelta(seconds=20),
        timedelta(minutes=1),
        timedelta(minutes=5),
        timedelta(minutes=15),
        timedelta(hours=1),
        timedelta(hours=6),
    )
    absent_after: timedelta = timedelta(minutes=10)
    close_after: timedelta = timedelta(minutes=30)
    max_tries: int = 3


class Standing(Struct, frozen=True, kw_only=True):
    """How it stands; what to do next, not before `next_at` (None: nothing). `try_no` is that of the next send.

    `code` and `fault` say why it was refused, already while it is being closed, or else what failed last (LATE-5).
    `moved_fen` is what was seen to move.
    """

    state: State
    next: Next
    next_at: datetime | None = None
    try_no: int = 0
    moved_fen: int = 0
    provider_no: str = ""
    code: str = ""
    fault: str = ""


PATIENCE = Patience()


def stand(intent: Intent, heard: Iterable[Fact], patience: Patience = PATIENCE) -> Standing:
    """How the attempt stands after `heard`, whose order and repetitions do not matter."""
    facts = frozenset(heard)
    done = {fact for fact in facts if fact.seen is Seen.DONE}
    if done:
        return _moved(intent, done)
    code, fault = _why(facts)
    if any(fact.seen is Seen.CLOSED for fact in facts) or _came_to_nothing(intent, facts, patience):
        return Standing(state=State.NOT_DONE, next=Next.NOTHING, code=code, fault=fault)
    step, at, try_no = _next(intent, facts, patience)
    return Standing(state=State.OPEN, next=step, next_at=at, try_no=try_no, code=code, fault=fault)


def _why(facts: frozenset[Fact]) -> tuple[str, str]:
    """Code and fault of the first refusal, else of the last failure."""
    refused = [(f.at, f.code, f.fault) for f in facts if f.seen is Seen.REFUSED]
    failed = [(f.at, f.code, f.fault) for f in facts if f.seen in (Seen.UNKNOWN, Seen.NOT_SENT) and f.fault]
    _, code, fault = min(refused) if refused else max(failed, default=(None, "", ""))
    return code, fault


def _moved(intent: Intent, done: set[Fact]) -> Standing:
    amounts = {fact.amount_fen for fact in done}
    numbers = {fact.provider_no for fact in done if fact.provider_no}
    as_meant = amounts == {intent.amount_fen} and len(numbers) <= 1
    return Standing(
        state=State.DONE if as_meant else State.DISPUTED,
        next=Next.NOTHING if as_meant else Next.PERSON,
        moved_fen=max(amount_fen or 0 for amount_fen in amounts),
        provider_no=min(numbers, default=""),
    )


def _tries(facts: frozenset[Fact]) -> dict[int, set[Seen]]:
    """Send → what was answered to it."""
    tries: dict[int, set[Seen]] = {}
    for fact in facts:
        if fact.heard in (Heard.SENT, Heard.ANSWER):
            tries.setdefault(fact.try_no, set())
            if fact.seen is not None:
                tries[fact.try_no].add(fact.seen)
    return tries


def _in_doubt(facts: frozenset[Fact]) -> set[int]:
    """Sends that may have arrived and of which no answer says that they moved nothing."""
    harmless = {Seen.REFUSED, Seen.NOT_SENT}
    return {try_no for try_no, seen in _tries(facts).items() if not seen or seen - harmless}


def _is_stopped(facts: frozenset[Fact]) -> bool:
    """A refusal is final for its number, and so is our own change of mind: no further send."""
    return any(fact.seen is Seen.REFUSED or fact.heard is Heard.WITHDRAWN for fact in facts)


def _is_waiting(facts: frozenset[Fact]) -> bool:
    return any(fact.seen is Seen.WAITING for fact in facts)


def _last(facts: frozenset[Fact], *heard: Heard, tries: set[int] | None = None) -> datetime | None:
    return max((f.at for f in facts if f.heard in heard and (tries is None or f.try_no in tries)), default=None)


def _unknown_to_provider(facts: frozenset[Fact], patience: Patience) -> bool:
    """Whether "no such number" was said so late that nothing we sent can still be on its way."""
    asked = [f.at for f in facts if f.heard in (Heard.LOOK, Heard.CLOSING) and f.seen is Seen.ABSENT]
    if not asked or _is_waiting(facts):
        return False
    doubtful = _in_doubt(facts)
    sent_at = _last(facts, Heard.SENT, Heard.ANSWER, tries=doubtful) if doubtful else None
    answered_at = _last(facts, Heard.ANSWER)
    late_enough = sent_at is None or max(asked) >= sent_at + patience.absent_after
    return late_enough and (answered_at is None or max(asked) >= answered_at)


def _came_to_nothing(intent: Intent, facts: frozenset[Fact], patience: Patience) -> bool:
    tries = _tries(facts)
    stopped, spent = _is_stopped(facts), max(tries, default=0) >= patience.max_tries
    if _is_waiting(facts) or not (stopped or spent):
        return False
    if _in_doubt(facts):
        return _unknown_to_provider(facts, patience)
    if any(Seen.REFUSED in seen for seen in tries.values()) and intent.act in CLOSABLE:
        return _unknown_to_provider(facts, patience)  # a refused trade may lie there unpaid until it is closed
    return True


def _next(intent: Intent, facts: frozenset[Fact], patience: Patience) -> tuple[Next, datetime, int]:
    tries, doubtful = _tries(facts), _in_doubt(facts)
    looks = {(f.at, f.heard) for f in facts if f.heard in (Heard.LOOK, Heard.CLOSING)}
    acted_at = _last(facts, Heard.SENT, Heard.ANSWER, Heard.LOOK, Heard.CLOSING) or intent.planned_at
    look_at = acted_at + patience.pauses[min(len(looks), len(patience.pauses) - 1)]
    stopped, waiting = _is_stopped(facts), _is_waiting(facts)
    again = max(tries, default=0) + 1
    if not (tries or stopped or waiting):
        return Next.SEND, intent.planned_at, 1
    if not stopped and not waiting:
        if not doubtful:  # none of them ever left
            return Next.SEND, acted_at + patience.pauses[min(again - 2, len(patience.pauses) - 1)], again
        if again <= patience.max_tries and _unknown_to_provider(facts, patience):
            return Next.SEND, acted_at, again
    if doubtful and any(f.seen is Seen.ABSENT for f in facts) and not waiting:
        sent_at = _last(facts, Heard.SENT, Heard.ANSWER, tries=doubtful) or acted_at
        look_at = max(look_at, sent_at + patience.absent_after)
    closes = intent.act in CLOSABLE and (
        stopped or (waiting and look_at >= min(f.at for f in facts) + patience.close_after)
    )
    if not closes or max(looks, default=(acted_at, Heard.LOOK))[1] is Heard.CLOSING:
        return Next.ASK, look_at, 0
    return Next.CLOSE, look_at if looks else acted_at, 0
