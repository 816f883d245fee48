"""Two versions of a contract side by side: figures in rows, clauses with what differs marked. Presentation only."""

import re
from collections.abc import Iterable
from difflib import SequenceMatcher

from shouwen.features.contracts.public import ClauseDifference, TermDifference
from shouwen.features.contracts.types import Contract
from shouwen.kernel.fen import format_fen
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import PillView
from shouwen.mount.web.portal.contract import LABELS, rents_text, share_text
from shouwen.mount.web.portal.life_views import ClauseVersusView, PieceView, VersusView

_WORD = re.compile(r"[0-9A-Za-z.,%¥-]+|.", re.S)
_ALIKE = 0.4  # below that two texts share only small words: the whole is marked
_RATES = ("late_fee_daily_rate", "late_fee_cap_share", "early_return_share")
_MORE_LABELS = {
    "rounding": "尾差",
    "first_due_on": "首个付款日",
    "rents_fen": "各期租金",
    "buyout_formula": "买断价算法",
    "due_day": "每月付款日",
    "rent_paid": "先付还是后付",
    "proration": "不足一期怎么折算",
    "proration_rounding": "折算的尾数",
    "allocation_order": "付款先抵什么",
    "allocation_by": "抵付的顺序",
    "delinquency_from": "逾期从哪天算",
    "early_return_share": "提前归还费比例",
    "early_return_rents": "提前归还费期数",
    "early_return_after": "满几期可以提前归还",
    "early_return_rent": "提前归还的租金",
    "renewal_rent_fen": "续租租金",
    "loss_price": "遗失怎么算",
    "loss_price_fen": "遗失赔付",
    "hold_over_daily_fen": "超期占用费（每天）",
    "instalment_sale": "分期买卖",
    "reminder_plan": "提醒安排",
}
_KIND_ZH = {"same": "没有变", "changed": "变了", "added": "新增", "removed": "删去"}


def figures_beside(before: Contract, after: Contract, t: Words) -> tuple[VersusView, ...]:
    """The figures a renter weighs, the old beside the new, each with the clause of the new version."""
    old, new = _figures(before, t), _figures(after, t)
    rows = []
    for (label, keys, was), (_, _, now) in zip(old, new, strict=True):
        nos = after.clauses_for(*keys) or before.clauses_for(*keys)
        if was or now:
            rows.append(VersusView(label, was, now, was != now, nos[0] if nos else ""))
    return tuple(rows)


def _figures(contract: Contract, t: Words) -> list[tuple[str, tuple[str, ...], str]]:
    terms = contract.terms
    late = share_text(terms.late_fee_daily_rate, t)
    if terms.late_fee_daily_fen is not None:
        late = format_fen(terms.late_fee_daily_fen)
    return [
        (t("手机"), ("sku", "storage"), " ".join(part for part in (terms.sku, terms.storage) if part)),
        (t("颜色"), ("colour", "sku"), terms.colour),
        (t("租期"), ("periods",), t("{n} 期", n=terms.periods)),
        (t("每期"), ("rents_fen", "total_rent_fen"), format_fen(contract.rents_fen[0])),
        (t("总租金"), ("total_rent_fen",), format_fen(terms.total_rent_fen)),
        (t("第一笔应付"), ("first_due_on", "periods"), contract.due_on[0].isoformat()),
        (t("最后一笔应付"), ("first_due_on", "periods"), contract.due_on[-1].isoformat()),
        (t("签约价"), ("signed_value_fen",), format_fen(terms.signed_value_fen) if contract.ladder_fen else ""),
        (t("到期买断价"), ("residual_price_fen", "buyout_formula"), _last(contract)),
        (t("押金"), ("deposit_fen",), format_fen(terms.deposit_fen) if terms.deposit_fen else t("免押金")),
        (t("每天违约金"), ("late_fee_daily_rate", "late_fee_daily_fen"), late),
    ]


def _last(contract: Contract) -> str:
    return format_fen(contract.ladder_fen[-1]) if contract.ladder_fen else ""


def clauses_beside(
    differences: Iterable[ClauseDifference], before: Contract, after: Contract, t: Words
) -> tuple[tuple[ClauseVersusView, ...], tuple[ClauseVersusView, ...]]:
    """The clauses that differ, and those that do not."""
    changed: list[ClauseVersusView] = []
    same: list[ClauseVersusView] = []
    for one in differences:
        view = _clause(one, before, after, t)
        (same if one.kind == "same" else changed).append(view)
    return tuple(changed), tuple(same)


def _clause(one: ClauseDifference, before: Contract, after: Contract, t: Words) -> ClauseVersusView:
    was, now = _pieces(one.before_text, one.after_text)
    if one.kind == "changed" and one.before_text == one.after_text:
        was, now = (), ()  # the same words govern other figures
    return ClauseVersusView(
        no=one.no,
        title=one.title,
        kind=PillView(t(_KIND_ZH[one.kind]), "plain" if one.kind == "same" else "amber"),
        before=was,
        after=now,
        terms=tuple(_term(term, before, after, t) for term in one.terms),
    )


def _term(term: TermDifference, before: Contract, after: Contract, t: Words) -> VersusView:
    known = LABELS.get(term.key)
    label = t(known[0]) if known else t(_MORE_LABELS.get(term.key, term.key))
    if term.key == "rents_fen":
        return VersusView(label, rents_text(before, t), rents_text(after, t), True)
    if known is not None:
        was, now = known[1](before, t), known[1](after, t)
        if was != now:
            return VersusView(label, was, now, True)
    if term.key in _RATES:
        return VersusView(label, share_text(term.before or None, t), share_text(term.after or None, t), True)
    return VersusView(label, term.before, term.after, True)


def _pieces(before: str, after: str) -> tuple[tuple[PieceView, ...], tuple[PieceView, ...]]:
    """Both texts in pieces; what the other does not say is marked, numbers and words whole."""
    if before == after:
        return _whole(before, marked=False), _whole(after, marked=False)
    old, new = _WORD.findall(before), _WORD.findall(after)
    found = SequenceMatcher(None, old, new, autojunk=False)
    if not before or not after or found.ratio() < _ALIKE:
        return _whole(before, marked=True), _whole(after, marked=True)
    was: list[PieceView] = []
    now: list[PieceView] = []
    for how, i, j, k, m in found.get_opcodes():
        _add(was, "".join(old[i:j]), marked=how != "equal")
        _add(now, "".join(new[k:m]), marked=how != "equal")
    return tuple(was), tuple(now)


def _whole(text: str, *, marked: bool) -> tuple[PieceView, ...]:
    return (PieceView(text, marked),) if text else ()


def _add(pieces: list[PieceView], text: str, *, marked: bool) -> None:
    if text:
        pieces.append(PieceView(text, marked))
