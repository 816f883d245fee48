"""The letter of a withdrawn claim: what was claimed, why it is given up, what becomes of the deposit."""

from datetime import date

from msgspec import Struct

from shouwen.features.disputes.rules.settlement import KEPT_ZH
from shouwen.features.disputes.types import Letter, LetterSection, Settlement
from shouwen.kernel.fen import format_fen, plain_fen


class WithdrawalFacts(Struct, frozen=True, kw_only=True):
    """What the letter needs. Amounts in fen; `pause_ends_on` None where nothing was contested."""

    renter_name: str
    model: str
    lease_ref: str
    returned_on: date
    withdrawn_on: date
    by: tuple[str, ...]
    reason: str
    claimed: tuple[tuple[int, str, int], ...]
    hold_fen: int
    released_fen: int
    pause_ends_on: date | None
    policy: str


def withdrawal_letter(facts: WithdrawalFacts) -> Letter:
    """Write the letter; nothing in it is left to appeal. ValueError where the claim had no findings."""
    if not facts.claimed:
        raise ValueError("a claim that is withdrawn has findings")
    total_fen = sum(amount for _, _, amount in facts.claimed)
    claimed = (
        f"{facts.model}，租约 {facts.lease_ref}；我们 {facts.returned_on} 收到归还的手机",
        *(f"第 {no} 处：{title}，原主张 {format_fen(fen)}，现在不收取" for no, title, fen in facts.claimed),
    )
    kept_fen = facts.hold_fen - facts.released_fen
    deposit = f"押金授权 {plain_fen(facts.hold_fen)}，解冻 {plain_fen(facts.released_fen)}"
    working = (deposit, f"仍冻结 {plain_fen(kept_fen)}", KEPT_ZH) if kept_fen else (deposit,)
    rests = () if facts.pause_ends_on is None else (f"催收与违约金暂停至 {facts.pause_ends_on}，不追溯收费。",)
    return Letter(
        title="定损撤回通知",
        greeting=f"{facts.renter_name}您好，关于您归还的 {facts.model}，我们撤回定损。",
        summary=f"原主张 {format_fen(total_fen)} 全部撤回，您不需要支付。",
        sections=(
            LetterSection("撤回的内容", claimed),
            LetterSection("原因", (facts.reason,)),
            LetterSection("押金", working),
            LetterSection("之后", (*rests, "这次归还不会再次定损；手机不再保留原状。", "有疑问请随时联系客服。")),
        ),
        decided_fen=0,
        settlement=Settlement(0, facts.released_fen, 0, working),
        routes=(),
        signature=f"{'、'.join(facts.by)} · {facts.withdrawn_on} · 规则版本 {facts.policy}",
    )
