"""SAY-1: a statement in three parts, its sentence built from choices and from what the lease knows."""

from collections.abc import Sequence

from shouwen.features.cases.rules.catalogue import CATALOGUE
from shouwen.features.cases.types import CaseType, Choice, FactSpan, LeaseFacts, Statement
from shouwen.kernel.errors import BadInput
from shouwen.kernel.fen import format_fen

_LONGEST_TEXT = 2_000
_TOPICS = {
    CaseType.DAMAGE_DISPUTE: ("damage", "evidence"),
    CaseType.BUYOUT: ("buyout",),
    CaseType.BUYOUT_QUESTION: ("buyout",),
    CaseType.BILLING_DISPUTE: ("rent",),
    CaseType.BILLING_QUESTION: ("rent",),
    CaseType.DEPOSIT_REFUND: ("deposit",),
    CaseType.OVERDUE_RELIEF: ("late_fee",),
    CaseType.SHIPPING_LATE: ("ship_by",),
    CaseType.FAULT: ("repair",),
}
_PLAIN_REQUEST = {
    CaseType.BUYOUT: "请按合同给出买断报价并办理",
    CaseType.BUYOUT_QUESTION: "请给出买断报价和算式",
    CaseType.BILLING_QUESTION: "请说明这一项的由来和算式",
    CaseType.RETURN_TRACKING: "请告知目前进度和下一步时间",
    CaseType.CREDIT_RECORD_OBJECTION: "请核查并书面答复",
}


# options of one question that cannot both be true
_OPPOSITE = (("no_drop", "dropped"),)


class _Pen:
    """Writes text and remembers which characters were facts."""

    def __init__(self) -> None:
        self.text = ""
        self.spans: list[FactSpan] = []

    def write(self, words: str) -> None:
        self.text += words

    def fact(self, words: str, name: str) -> None:
        self.spans.append(FactSpan(len(self.text), len(self.text) + len(words), name))
        self.text += words


def _clean(text: str) -> str:
    """One line, without control characters and without a full stop at its end."""
    if len(text) > _LONGEST_TEXT:
        raise BadInput(
            "text",
            f"补充说明最多 {_LONGEST_TEXT} 字，现在 {len(text)} 字",
            f"at most {_LONGEST_TEXT} characters",
            remedy_zh="请写最重要的几句，其余可以作为附件上传",
            remedy_en="keep the essentials and attach the rest",
        )
    printable = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(printable.split()).rstrip("。.，, ")


def _sentence(text: str) -> str:
    """What a renter wrote freely, as a sentence of its own; its own mark at the end stays as it is."""
    return text if text.endswith(("！", "!", "？", "?", "…", "～", "~", "；", ";")) else f"{text}。"


def _answers(case_type: CaseType, choices: Sequence[Choice]) -> tuple[dict[str, list[str]], list[str]]:
    """Sentence parts by part of the statement, and the questions still open; refuses unknown keys."""
    row = CATALOGUE[case_type]
    given = {choice.ask: choice for choice in choices}
    unknown = set(given) - {ask.key for ask in row.asks}
    if unknown:
        raise BadInput("choices", f"没有这个问题：{'、'.join(sorted(unknown))}", "unknown question")
    parts: dict[str, list[str]] = {"situation": [], "background": [], "request": []}
    missing: list[str] = []
    free: list[str] = []
    for ask in row.asks:
        choice = given.get(ask.key, Choice(ask.key))
        texts = {option.key: option.text for option in ask.options}
        wrong = [key for key in choice.options if key not in texts]
        if wrong or (len(choice.options) > 1 and not ask.many):
            raise BadInput(
                f"choices.{ask.key}",
                f"“{ask.question}”没有这个选项，或只能选一个",
                "no such option, or only one may be chosen",
            )
        for one, other in _OPPOSITE:
            if {one, other} <= set(choice.options):
                labels = {option.key: option.label for option in ask.options}
                raise BadInput(
                    f"choices.{ask.key}",
                    f"“{labels[one]}”和“{labels[other]}”只能选一个",
                    "these two contradict each other: choose one",
                    remedy_zh="去掉不对的那一项再提交",
                    remedy_en="take away the one that is wrong",
                )
        said = [texts[key] for key in dict.fromkeys(choice.options)]
        own = _clean(choice.text)
        if own and ask.part == "background" and not ask.options:
            free.append(own)  # stands by itself: it is no part of the sentence that the chips write
        elif own:
            said.append(own)
        if not said and not own and ask.key != "more":
            missing.append(ask.question)
        parts[ask.part].extend(said)
    return parts | {"free": free}, missing


def _situation(pen: _Pen, case_type: CaseType, facts: LeaseFacts, said: list[str]) -> None:
    pen.write("我")
    if facts.received_on:
        pen.write("于 ")
        pen.fact(facts.received_on.isoformat(), "received_on")
        pen.write(" 签收")
        if facts.returned_on:
            pen.write("、")
            pen.fact(facts.returned_on.isoformat(), "returned_on")
            pen.write(" 寄回")
        pen.write("的 ")
    else:
        pen.write("租用的 ")
    pen.fact(facts.model or "手机", "model")
    if facts.lease_ref and case_type is not CaseType.DAMAGE_DISPUTE:
        pen.write("（租约 ")
        pen.fact(facts.lease_ref, "lease_ref")
        pen.write("）")
    if facts.promised_on and case_type is CaseType.SHIPPING_LATE:
        pen.write("，承诺 ")
        pen.fact(facts.promised_on.isoformat(), "promised_on")
        pen.write(" 前发货，至今没有发出")
    if facts.charge_name:
        pen.write("，账单“")
        pen.fact(facts.charge_name, "charge_name")
        pen.write("”")
        if facts.amount_fen is not None:
            pen.write(" ")
            pen.fact(format_fen(facts.amount_fen), "amount_fen")
    if facts.waybill and case_type in {CaseType.RETURN_TRACKING, CaseType.DEPOSIT_REFUND}:
        pen.write("，物流单号 ")
        pen.fact(facts.waybill, "waybill")
    if case_type is CaseType.DAMAGE_DISPUTE:
        pen.write("，")
        pen.fact(facts.part or "验机报告所指的位置", "part")
        pen.write("的痕迹")
        pen.write("，".join(said) if said else "与我无关，或不应由我承担")
    elif said:
        pen.write("，" + "，".join(said))
    pen.write("。")


def _request(pen: _Pen, case_type: CaseType, facts: LeaseFacts, said: list[str]) -> None:
    by_topic = dict(facts.clauses)
    numbers = tuple(number for topic in _TOPICS.get(case_type, ()) for number in by_topic.get(topic, ()))
    if numbers:
        pen.write("依")
        pen.fact(f"合同 {'、'.join(dict.fromkeys(numbers))} 条", "clauses")
        pen.write("，")
    wanted = "，".join(said) or _PLAIN_REQUEST.get(case_type, "请核实并告知处理结果")
    pen.write(wanted)
    pen.write("，并保留本次记录。")


def build_statement(case_type: CaseType, choices: Sequence[Choice], facts: LeaseFacts) -> Statement:
    """SAY-1: the renter's statement. `missing` are questions not answered yet; they never block.

    `fact_spans` point into `text`, which is situation + background + request. Raises BadInput on choices that
    do not belong to the type, or on text longer than 2,000 characters.
    """
    said, missing = _answers(case_type, choices)
    pen = _Pen()
    _situation(pen, case_type, facts, said["situation"])
    after_situation = len(pen.text)
    if said["background"]:
        used = case_type in {CaseType.DAMAGE_DISPUTE, CaseType.FAULT}
        pen.write(("使用期间" if used else "") + "，".join(said["background"]) + "。")
    for own in said["free"]:
        pen.write(_sentence(own))
    after_background = len(pen.text)
    _request(pen, case_type, facts, said["request"])
    return Statement(
        situation=pen.text[:after_situation],
        background=pen.text[after_situation:after_background],
        request=pen.text[after_background:],
        text=pen.text,
        fact_spans=tuple(pen.spans),
        missing=tuple(missing),
    )
