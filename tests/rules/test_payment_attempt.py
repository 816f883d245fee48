"""One attempt at a provider: whatever is heard, in whatever order, leads to the same standing; nothing is guessed."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from shouwen.features.payments.rules.attempt import (
    CLOSABLE,
    PATIENCE,
    Act,
    Intent,
    Next,
    State,
    stand,
)
from shouwen.features.payments.types import Fact, Heard, Seen
from shouwen.platform.payment.port import Outcome

T0 = datetime(2026, 3, 20, 2, 0, tzinfo=UTC)
RENT = Intent(act=Act.DEDUCT, number="D7_1", amount_fen=54183, planned_at=T0)
REFUND = replace(RENT, act=Act.REFUND, number="R7_1")
PAID = {"seen": Seen.DONE, "amount_fen": 54183, "provider_no": "T1"}
POOR = {"seen": Seen.REFUSED, "code": "ACQ.BUYER_BALANCE_NOT_ENOUGH", "fault": "balance"}


def at(minutes):
    return T0 + timedelta(minutes=minutes)


def sent(minutes, try_no=1):
    return Fact(heard=Heard.SENT, at=at(minutes), try_no=try_no)


def answer(minutes, try_no=1, **seen):
    return Fact(heard=Heard.ANSWER, at=at(minutes), try_no=try_no, **seen)


def look(minutes, **seen):
    return Fact(heard=Heard.LOOK, at=at(minutes), **seen)


def closing(minutes, **seen):
    return Fact(heard=Heard.CLOSING, at=at(minutes), **seen)


def notice(minutes, **seen):
    return Fact(heard=Heard.NOTICE, at=at(minutes), **seen)


def step(intent, *facts):
    standing = stand(intent, facts)
    return standing.state, standing.next


OPEN_ASK, OPEN_CLOSE, OPEN_SEND = (State.OPEN, Next.ASK), (State.OPEN, Next.CLOSE), (State.OPEN, Next.SEND)
DONE, NOT_DONE = (State.DONE, Next.NOTHING), (State.NOT_DONE, Next.NOTHING)
TIMEOUT = {"seen": Seen.UNKNOWN, "code": "timeout"}
ABSENT = {"seen": Seen.ABSENT}
WAITING = {"seen": Seen.WAITING}
NO_LINE = [f for n in (1, 2, 3) for f in (sent(n, n), answer(n, n, seen=Seen.NOT_SENT))]
WITHDRAWN = Fact(heard=Heard.WITHDRAWN, at=at(2))

STORIES = [
    ("nothing sent yet", RENT, [], OPEN_SEND),
    ("paid at once", RENT, [sent(0), answer(0, **PAID)], DONE),
    ("killed between the call and its answer", RENT, [sent(0)], OPEN_ASK),
    ("killed, but it had arrived", RENT, [sent(0), look(1, **PAID)], DONE),
    ("timed out", RENT, [sent(0), answer(1, **TIMEOUT)], OPEN_ASK),
    ("timed out, the notification came", RENT, [sent(0), answer(1, **TIMEOUT), notice(2, **PAID)], DONE),
    ("not found a moment later may still arrive", RENT, [sent(0), answer(0, **TIMEOUT), look(1, **ABSENT)], OPEN_ASK),
    ("not found much later is sent again", RENT, [sent(0), answer(0, **TIMEOUT), look(11, **ABSENT)], OPEN_SEND),
    ("refused for want of money is closed first", RENT, [sent(0), answer(0, **POOR)], OPEN_CLOSE),
    ("refused and closed", RENT, [sent(0), answer(0, **POOR), closing(1, seen=Seen.CLOSED)], NOT_DONE),
    ("refused and unknown to the provider", RENT, [sent(0), answer(0, **POOR), closing(1, **ABSENT)], NOT_DONE),
    ("refused, closing unanswered", RENT, [sent(0), answer(0, **POOR), closing(1, **TIMEOUT)], OPEN_ASK),
    (
        "the first try timed out, the second was refused: the first may still pay",
        RENT,
        [sent(0), answer(0, **TIMEOUT), sent(12, 2), answer(12, 2, **POOR), closing(13, **ABSENT)],
        NOT_DONE,
    ),
    (
        "both were sent at nearly the same time",
        RENT,
        [sent(0), sent(1, 2), answer(1, 2, **POOR), closing(2, **ABSENT)],
        OPEN_ASK,
    ),
    ("undecided is asked about", RENT, [sent(0), answer(0, **WAITING)], OPEN_ASK),
    ("undecided for long is closed", RENT, [sent(0), answer(0, **WAITING), look(40, **WAITING)], OPEN_CLOSE),
    ("no line to the provider", RENT, [sent(0), answer(0, seen=Seen.NOT_SENT)], OPEN_SEND),
    ("no line three times", RENT, NO_LINE, NOT_DONE),
    ("withdrawn before it left", RENT, [WITHDRAWN], NOT_DONE),
    ("withdrawn while in doubt", RENT, [sent(0), answer(0, **TIMEOUT), WITHDRAWN], OPEN_CLOSE),
    ("withdrawn, but paid", RENT, [sent(0), WITHDRAWN, notice(3, **PAID)], DONE),
    ("given up, then paid after all", RENT, [sent(0), closing(1, seen=Seen.CLOSED), notice(9, **PAID)], DONE),
    ("paid and later closed by a full refund", RENT, [sent(0), answer(0, **PAID), look(9, seen=Seen.CLOSED)], DONE),
    ("a refund refused is over: nothing lies at the provider", REFUND, [sent(0), answer(0, **POOR)], NOT_DONE),
    ("a refund not carried out is sent again", REFUND, [sent(0), look(11, **ABSENT)], OPEN_SEND),
    ("another amount moved", RENT, [sent(0), answer(0, **{**PAID, "amount_fen": 1})], (State.DISPUTED, Next.PERSON)),
    (
        "two trades under one number",
        RENT,
        [sent(0), answer(0, **PAID), notice(1, **{**PAID, "provider_no": "T2"})],
        (State.DISPUTED, Next.PERSON),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("story", "intent", "facts", "expected"), STORIES, ids=[story[0] for story in STORIES])
def test_attempt_stands_as_its_story_tells(story, intent, facts, expected):
    assert step(intent, *facts) == expected


def test_refusal_says_why_while_the_trade_is_still_being_closed():
    standing = stand(RENT, [sent(0), answer(0, **POOR)])
    assert (standing.state, standing.code, standing.fault) == (State.OPEN, POOR["code"], "balance")


def test_attempt_that_never_reached_the_provider_says_that_the_fault_was_not_the_renters():
    line = {"seen": Seen.NOT_SENT, "code": "connect", "fault": "platform"}
    standing = stand(RENT, [f for n in (1, 2, 3) for f in (sent(n, n), answer(n, n, **line))])
    assert (standing.state, standing.code, standing.fault) == (State.NOT_DONE, "connect", "platform")


def test_repeated_send_counts_up_and_ends():
    facts = []
    for try_no in range(1, PATIENCE.max_tries + 1):
        standing = stand(RENT, facts)
        assert (standing.next, standing.try_no) == (Next.SEND, try_no)
        facts += [sent(20 * try_no, try_no), answer(20 * try_no, try_no, **TIMEOUT), look(20 * try_no + 11, **ABSENT)]
    assert step(RENT, *facts) == NOT_DONE


def test_questions_come_ever_more_slowly():
    facts, pauses, now = [sent(0), answer(0, **TIMEOUT)], [], T0
    for _ in range(8):
        next_at = stand(RENT, facts).next_at
        pauses.append(next_at - now)
        now = next_at
        facts.append(Fact(heard=Heard.LOOK, at=now, seen=Seen.UNKNOWN))
    assert pauses == sorted(pauses)
    assert pauses[0] == PATIENCE.pauses[0]
    assert pauses[-1] == PATIENCE.pauses[-1]


def test_words_of_the_rule_are_those_of_the_port():
    assert {seen.value for seen in Seen} == {outcome.value for outcome in Outcome}


MOMENTS = st.integers(0, 300).map(at)
TRIES = st.integers(1, 3)


@st.composite
def one_fact(draw, words=tuple(Seen)):
    heard = draw(st.sampled_from(Heard))
    own = heard in (Heard.SENT, Heard.WITHDRAWN)
    said = None if own else draw(st.sampled_from(words))
    return Fact(
        heard=heard,
        at=draw(MOMENTS),
        seen=said,
        try_no=draw(TRIES) if heard in (Heard.SENT, Heard.ANSWER) else 0,
        amount_fen=draw(st.sampled_from([54183, 54183, 1])) if said is Seen.DONE else None,
        provider_no=draw(st.sampled_from(["T1", "T1", "T2"])) if said is Seen.DONE else "",
        code="X" if said is Seen.REFUSED else "",
    )


INTENTS = st.sampled_from(Act).map(lambda act: replace(RENT, act=act))
FACTS = st.lists(one_fact(), max_size=9)
NOT_MOVED = st.lists(one_fact(tuple(seen for seen in Seen if seen is not Seen.DONE)), max_size=9)


@given(INTENTS, FACTS, st.randoms(use_true_random=False))
def test_any_order_and_any_repetition_of_the_same_facts_stand_the_same(intent, facts, chance):
    shuffled = facts + [chance.choice(facts) for _ in facts]
    chance.shuffle(shuffled)
    assert stand(intent, shuffled) == stand(intent, facts)


@given(INTENTS, NOT_MOVED, MOMENTS)
def test_money_seen_to_move_once_is_never_lost_among_other_facts(intent, facts, when):
    assert step(intent, *facts, Fact(heard=Heard.NOTICE, at=when, **PAID)) == DONE


@given(INTENTS, FACTS)
def test_done_is_never_said_without_money_seen_to_move(intent, facts):
    standing = stand(intent, facts)
    moved = [fact for fact in facts if fact.seen is Seen.DONE]
    assert (standing.state in (State.DONE, State.DISPUTED)) is bool(moved)
    assert standing.moved_fen == max((fact.amount_fen for fact in moved), default=0)


@given(INTENTS, FACTS)
def test_nothing_is_sent_after_a_word_that_forbids_it(intent, facts):
    forbids = {Seen.DONE, Seen.CLOSED, Seen.REFUSED, Seen.WAITING}
    stopped = any(fact.seen in forbids or fact.heard is Heard.WITHDRAWN for fact in facts)
    standing = stand(intent, facts)
    if stopped:
        assert standing.next is not Next.SEND
    if standing.next is Next.SEND:
        assert standing.try_no == max((fact.try_no for fact in facts), default=0) + 1 <= PATIENCE.max_tries
    if standing.next is Next.CLOSE:
        assert intent.act in CLOSABLE


@given(INTENTS, NOT_MOVED)
def test_given_up_only_where_no_send_can_still_arrive(intent, facts):
    if stand(intent, facts).state is not State.NOT_DONE or any(fact.seen is Seen.CLOSED for fact in facts):
        return
    absent = [f.at for f in facts if f.heard in (Heard.LOOK, Heard.CLOSING) and f.seen is Seen.ABSENT]
    for send in (fact for fact in facts if fact.heard is Heard.SENT):
        answers = {f.seen for f in facts if f.heard is Heard.ANSWER and f.try_no == send.try_no}
        if answers <= {Seen.REFUSED, Seen.NOT_SENT} and answers:
            continue
        assert absent
        assert max(absent) >= send.at + PATIENCE.absent_after


@given(INTENTS, FACTS)
def test_open_attempt_always_has_a_next_step_with_its_time(intent, facts):
    standing = stand(intent, facts)
    if standing.state is State.OPEN:
        assert standing.next in (Next.SEND, Next.ASK, Next.CLOSE)
        assert standing.next_at >= min([T0, *(fact.at for fact in facts)])
    else:
        assert standing.next_at is None
