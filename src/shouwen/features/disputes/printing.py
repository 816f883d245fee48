"""The decision letter as PDF (Typst); the same decision always gives the same bytes."""

from pathlib import Path

from shouwen.features.disputes.rows import DecisionView, WithdrawalView
from shouwen.features.disputes.types import Letter
from shouwen.kernel.days import beijing_at
from shouwen.kernel.fen import format_fen
from shouwen.platform.typeset import set_pdf


def print_letter(template: Path, decision: DecisionView, company: str) -> bytes:
    """The letter's PDF; raises FontMissing where no Chinese font is installed (glyphs are never dropped silently)."""
    letter = decision.letter
    return set_pdf(
        template,
        {
            "company": company,
            "title": letter.title,
            "refs": [
                ["定损编号", decision.claim_ref],
                ["裁定编号", decision.decision_ref],
                ["租约", decision.lease_ref],
                ["沟通编号", decision.case_ref or "无"],
                ["裁定时间", f"{beijing_at(decision.decided_at):%Y-%m-%d %H:%M}（北京时间）"],
            ],
            "greeting": letter.greeting,
            "words": decision.detail.words,
            "summary": letter.summary,
            "label": "裁定金额",
            "amount": format_fen(letter.decided_fen),
            "sections": _sections(letter),
            "signature": letter.signature,
        },
    )


def print_withdrawal(template: Path, withdrawal: WithdrawalView, company: str) -> bytes:
    """The PDF of a withdrawn claim's letter, on the same sheet."""
    letter = withdrawal.letter
    return set_pdf(
        template,
        {
            "company": company,
            "title": letter.title,
            "refs": [
                ["定损编号", withdrawal.claim_ref],
                ["撤回编号", withdrawal.withdrawal_ref],
                ["租约", withdrawal.lease_ref],
                ["沟通编号", withdrawal.case_ref or "无"],
                ["撤回时间", f"{beijing_at(withdrawal.withdrawn_at):%Y-%m-%d %H:%M}（北京时间）"],
            ],
            "greeting": letter.greeting,
            "words": "",
            "summary": letter.summary,
            "label": "您需要支付",
            "amount": format_fen(letter.decided_fen),
            "sections": _sections(letter),
            "signature": letter.signature,
        },
    )


def _sections(letter: Letter) -> list[dict[str, object]]:
    return [{"title": one.title, "lines": list(one.lines), "small": list(one.small)} for one in letter.sections]
