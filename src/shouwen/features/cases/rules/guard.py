"""GUARD-1: every amount and rate in a message against the contract, open quotes and charges. GUARD-2: hearsay."""

from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct

from shouwen.features.cases.rules.amounts import SaidAmount, SaidRate, find_said, narrow
from shouwen.features.cases.rules.credit_threats import find_credit_threats
from shouwen.features.cases.rules.topics import Topic, find_words, topic_of
from shouwen.features.cases.rules.undecided import find_undecided
from shouwen.features.cases.types import (
    TOPIC_ZH,
    ContractFigures,
    Figure,
    GuardFinding,
    GuardKind,
    GuardTopic,
    HeardFigure,
    RateFigure,
)
from shouwen.kernel.fen import format_fen

# A wider word is right for a narrower figure too: `租金还剩 ¥3,251.02`, `第 1 期已付租金 ¥541.83`.
_ALSO = {
    GuardTopic.RENT: frozenset({GuardTopic.RENT_PAID, GuardTopic.UNPAID_RENT}),
    GuardTopic.RENT_PAID: frozenset({GuardTopic.RENT}),
    GuardTopic.UNPAID_RENT: frozenset({GuardTopic.RENT}),
    GuardTopic.BUYOUT: frozenset({GuardTopic.RESIDUAL_PRICE}),
}


def _right(topic: GuardTopic, said_fen: int, figures: Sequence[Figure], quotes: Sequence[Figure]) -> Figure | None:
    """The figure to offer: an open quote of the topic, else the contract's present one, the nearest to what was
    said. None for OTHER: a sum or a difference may be any of them.
    """
    if topic is GuardTopic.OTHER:
        return None
    for source in (quotes, figures):
        fitting = [one for one in source if one.topic is topic and one.current]
        if fitting:
            return min(fitting, key=lambda one: abs(one.amount_fen - said_fen))
    return None


def _amount_finding(
    said: SaidAmount, about: Topic, figures: Sequence[Figure], quotes: Sequence[Figure], own: str
) -> GuardFinding | None:
    same = {one.topic for one in (*figures, *quotes) if one.amount_fen == said.fen}
    right = _right(about.topic, said.fen, figures, quotes)
    if same & {about.topic, *_ALSO.get(about.topic, ())} or (same and (right is None or not about.beside)):
        return None
    if right is None and said.fen == 0:
        return None  # nothing asked where the contract asks nothing
    name = TOPIC_ZH[about.topic]
    if right is None:
        zh = f"{own} 在合同、报价和账单里都没有对应的数，请写明理由或改用报价。"
        return GuardFinding(GuardKind.UNKNOWN_AMOUNT, said.start, said.end, own, about.topic, zh, said_fen=said.fen)
    offered = format_fen(right.amount_fen)
    basis = f"按{right.clause}，" if right.clause else ""
    return GuardFinding(
        GuardKind.WRONG_AMOUNT,
        said.start,
        said.end,
        own,
        about.topic,
        f"{name}与合同不符。{basis}应为 {offered}。",
        said_fen=said.fen,
        right_fen=right.amount_fen,
        clause=right.clause,
        working=right.working,
        replacement=offered,
    )


def _percent(rate: str) -> str:
    whole = (Decimal(rate) * 100).normalize()
    return f"{whole:f}%"


def _rate_finding(said: SaidRate, about: Topic, rates: Sequence[RateFigure], own: str) -> GuardFinding | None:
    if about.topic is GuardTopic.OTHER or any(Decimal(one.rate) == said.rate for one in rates):
        return None
    right = next((one for one in rates if one.topic is about.topic), None)
    name = TOPIC_ZH[about.topic]
    if right is None:
        zh = f"合同里没有{name}的这个比例（{own}），请写明理由。"
        return GuardFinding(GuardKind.UNKNOWN_RATE, said.start, said.end, own, about.topic, zh)
    offered = _percent(right.rate)
    basis = f"按{right.clause}，" if right.clause else ""
    return GuardFinding(
        GuardKind.WRONG_RATE,
        said.start,
        said.end,
        own,
        about.topic,
        f"{name}比例与合同不符。{basis}应为 {offered}。",
        clause=right.clause,
        replacement=offered,
    )


class ReadText(Struct, frozen=True):
    """A text, and every amount and rate in it that is about money, in order."""

    text: str
    said: tuple[tuple[SaidAmount | SaidRate, Topic], ...]

    @property
    def amounts(self) -> int:
        """How many amounts are compared: the denominator of quote accuracy."""
        return sum(isinstance(said, SaidAmount) for said, _ in self.said)


def read_text(text: str) -> ReadText:
    """What a text says of money. Linear in its length; never raises, whatever it contains."""
    plain = narrow(text)
    words = find_words(plain)
    found: list[tuple[SaidAmount | SaidRate, Topic]] = []
    for said in find_said(text):
        bare = isinstance(said, SaidAmount) and said.bare
        about = topic_of(plain, said.start, said.end, words, bare)
        if about is not None:
            found.append((said, about))
    return ReadText(text, tuple(found))


def check_message(
    read: ReadText,
    figures: ContractFigures,
    open_quotes: Sequence[Figure] = (),
    reports_to_bureau: bool = False,
    reports_to_score: bool = False,
    undecided: bool = False,
) -> tuple[GuardFinding, ...]:
    """What in the message differs from the contract, in the order of the text; empty when all is well.

    Spans are positions in its text. `undecided`: a claim of the case waits for its decision.
    """
    found: list[GuardFinding] = []
    for said, about in read.said:
        own = read.text[said.start : said.end]
        finding = (
            _amount_finding(said, about, figures.figures, open_quotes, own)
            if isinstance(said, SaidAmount)
            else _rate_finding(said, about, figures.rates, own)
        )
        if finding is not None:
            found.append(finding)
    if undecided:
        found.extend(find_undecided(read.text, read.said, figures))
    found.extend(find_credit_threats(read.text, reports_to_bureau, reports_to_score))
    return tuple(sorted(found, key=lambda one: (one.start, one.end)))


def compare_heard(
    topic: GuardTopic, told_fen: int, figures: ContractFigures, open_quotes: Sequence[Figure] = ()
) -> HeardFigure:
    """GUARD-2: what the renter was told beside the contract's figure, its working and the difference."""
    right = _right(topic, told_fen, figures.figures, open_quotes)
    name = TOPIC_ZH[topic]
    if right is None:
        zh = f"合同里没有{name}这个数。我们已为您立案，会书面答复。"
        return HeardFigure(topic, told_fen, None, None, False, zh)
    difference_fen = told_fen - right.amount_fen
    basis = f"（{right.clause}）" if right.clause else ""
    if difference_fen == 0:
        zh = f"您听到的与合同一致{basis}：{format_fen(right.amount_fen)}。"
    else:
        more = "多" if difference_fen > 0 else "少"
        zh = (
            f"合同的{name}是 {format_fen(right.amount_fen)}{basis}，您听到的{more}了 "
            f"{format_fen(abs(difference_fen))}。以合同为准，我们已为您立案核实。"
        )
    return HeardFigure(
        topic,
        told_fen,
        right.amount_fen,
        difference_fen,
        difference_fen == 0,
        zh,
        right.clause,
        right.working,
    )
