"""The decision letter as PDF (Typst); the same decision always gives the same bytes."""

from pathlib import Path

from shouwen.features.disputes.rows import DecisionView
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
                ["案件", decision.case_ref or "无"],
                ["裁定时间", f"{beijing_at(decision.decided_at):%Y-%m-%d %H:%M}（北京时间）"],
            ],
            "greeting": letter.greeting,
            "words": decision.detail.words,
            "summary": letter.summary,
            "amount": format_fen(letter.decided_fen),
            "sections": [
                {"title": one.title, "lines": list(one.lines), "small": list(one.small)} for one in letter.sections
            ],
            "signature": letter.signature,
        },
    )
