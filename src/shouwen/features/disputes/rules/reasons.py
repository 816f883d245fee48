"""Which reasons a decision gives, and in which order: what answers the renter's own words comes first."""

from collections.abc import Sequence

from shouwen.features.disputes.types import Look, RuleLook

# What renters say of a mark → the rule that answers it.
_ANSWERS = (
    (("签收时就有", "发货时就有", "收到时就有", "出库时就有", "本来就有"), "DMG-2"),
    (("归还寄出前没有", "归还前没有", "寄出前没有", "运输", "快递"), "DMG-4"),
    (("正常使用", "正常损耗", "自然磨损"), "DMG-6"),
    (("未跌落", "没摔", "未接触液体", "没进", "未拆修"), "DMG-5"),
)
_LOOKED_AT = frozenset({Look.SPOKE, Look.WOULD_ALSO, Look.DID_NOT_APPLY})


def give_reasons(looked: Sequence[RuleLook], said: str, *, charged: bool) -> tuple[RuleLook, ...]:
    """The reasons of one finding. `said`: the renter's statement, empty where there is none.

    Where something is charged every rule that was passed is given, with what it found. Where nothing is, the rules
    that hold: a mark that was there at handover (DMG-2) before a report that lacks something, because the renter is
    right and not let off. INSP-1 stands in DMG-1's words.
    """
    wanted = _LOOKED_AT if charged else frozenset({Look.SPOKE, Look.WOULD_ALSO})
    found = [look for look in looked if look.look in wanted and look.rule != "INSP-1"]
    first = _answering(said)
    return tuple(sorted(found, key=lambda look: _place(look, first, charged=charged)))


def _answering(said: str) -> str:
    """The rule that answers what was said; empty where none does."""
    return next((rule for words, rule in _ANSWERS if any(word in said for word in words)), "")


def _place(look: RuleLook, first: str, *, charged: bool) -> int:
    if look.rule == first:
        return 0
    if charged:
        return 1 if look.look is Look.SPOKE else 2
    return 1 if look.rule == "DMG-2" else 2
