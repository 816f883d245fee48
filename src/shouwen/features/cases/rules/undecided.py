"""GUARD-1 while a claim is undecided: no word that the renter must pay it, that the whole deposit is free, no bargains.

Such a sentence may still be right (the renter agreed on the phone): it needs a reason, it is not blocked.
"""

import re
from collections.abc import Iterator, Sequence

from shouwen.features.cases.rules.amounts import SaidAmount, SaidRate
from shouwen.features.cases.rules.topics import Topic
from shouwen.features.cases.types import ContractFigures, GuardFinding, GuardKind, GuardTopic

_SENTENCE = re.compile(r"[^。！？；!?;\n]+[？?]?")
_CLAUSE = re.compile(r"[^，,、：:]+")
# what makes a sentence a condition, a report of what is claimed, or a denial
_HEDGED = re.compile(
    r"不用|不需|无需|不必|不会|不应|不该|不要|不是|不由|没有|尚未|还未|还没|如果|假如|若|要是|万一|裁定|主张|申诉|是否|可能|建议|争议|为准|不收|不扣"
    r"|不赔|最终|其余|剩下|剩余|[吗呢么][？?]?$|[？?]$"
)
_MUST_PAY = re.compile(
    r"(?:要|需要?|应该?|应当|必须|得|该|只能)(?:由您|由你|您|你|自己|再|先|一共|全额|照价)*(?:赔偿?|赔付|承担|付|支付|出钱?|掏)"
    r"|(?:您|你)(?:来|自己)?(?:赔偿?|承担|负责赔)|是(?:您|你)(?:弄|摔|划|造成|的责任)|(?:从|在)押金里?(?:扣|抵)"
)
_SUM = re.compile(r"一共|总共|共计|合计")
_DEPOSIT = re.compile(r"押金|预授权|冻结的?钱")
_RELEASE = re.compile(r"退|解冻|返还|还给|到账|释放")
_WHOLE = re.compile(r"全部|全额|全都|都|整笔|一分不少|所有")
_BARGAIN = re.compile(
    r"打[0-9一二三四五六七八九.]+折|[0-9一二三四五六七八九]折|对折|半价|减半|抹零|便宜点|优惠[价给点]"
)

_PAY_ZH = "定损还没有裁定，不能说成租客必须支付。可以说明平台主张的金额、何时裁定，裁定前不收取。"
_DEPOSIT_ZH = "定损还没有裁定，有争议的部分仍冻结，不能说押金全部退回。可以说明其余部分何时退、争议部分等裁定。"
_BARGAIN_ZH = "定损还没有裁定，金额按合同和规则定，不能议价。需要减免的，由专员在裁定里写明。"


def find_undecided(
    text: str, said: Sequence[tuple[SaidAmount | SaidRate, Topic]], figures: ContractFigures
) -> Iterator[GuardFinding]:
    """Each clause that says as decided what is not. Linear in the text; positions are those of the text as given."""
    whole = {one.amount_fen for one in figures.figures if one.topic is GuardTopic.DEPOSIT and one.current}
    for sentence in _SENTENCE.finditer(text):
        if _HEDGED.search(sentence[0]):
            continue
        deposit = bool(_DEPOSIT.search(sentence[0]))
        for clause in _CLAUSE.finditer(text, sentence.start(), sentence.end()):
            amounts = [
                (one, about.topic)
                for one, about in said
                if isinstance(one, SaidAmount) and clause.start() <= one.start < clause.end()
            ]
            kind = _wrong(clause[0], amounts, whole, deposit=deposit)
            if kind is not None:
                topic, zh = kind
                yield GuardFinding(
                    GuardKind.NOT_DECIDED, clause.start(), clause.end(), clause[0].strip(), topic, zh, clause="DMG"
                )


def _wrong(
    clause: str, amounts: list[tuple[SaidAmount, GuardTopic]], whole: set[int], *, deposit: bool
) -> tuple[GuardTopic, str] | None:
    """What a clause says too early, and why not."""
    if _BARGAIN.search(clause):
        return GuardTopic.DAMAGE, _BARGAIN_ZH
    if deposit and _RELEASE.search(clause):
        all_of_it = any(topic is GuardTopic.DEPOSIT and one.fen in whole for one, topic in amounts)
        return (GuardTopic.DEPOSIT, _DEPOSIT_ZH) if all_of_it or _WHOLE.search(clause) else None
    if _MUST_PAY.search(clause) and not _about_rent(amounts):
        return GuardTopic.DAMAGE, _PAY_ZH
    charged = any(topic is GuardTopic.DAMAGE for _, topic in amounts)
    summed = bool(_SUM.search(clause)) and any(topic is GuardTopic.OTHER for _, topic in amounts)
    return (GuardTopic.DAMAGE, _PAY_ZH) if charged or summed else None


def _about_rent(amounts: list[tuple[SaidAmount, GuardTopic]]) -> bool:
    """Whether what is to be paid is something else than the claim: rent, a late fee, a buyout."""
    other = {topic for _, topic in amounts} - {GuardTopic.DAMAGE, GuardTopic.OTHER}
    return bool(amounts) and bool(other)
