"""A letter as PDF (Typst); the same letter always gives the same bytes."""

from pathlib import Path

from shouwen.features.papers.types import PaperView
from shouwen.kernel.days import beijing_at
from shouwen.kernel.fen import format_fen
from shouwen.platform.typeset import set_pdf

TEMPLATE = Path(__file__).with_name("paper.typ")


def print_paper(paper: PaperView, company: str) -> bytes:
    """The PDF; raises FontMissing where no Chinese font is installed."""
    return set_pdf(TEMPLATE, sheet_of(paper, company))


def sheet_of(paper: PaperView, company: str) -> dict[str, object]:
    """What is printed, as data."""
    text = paper.text
    return {
        "company": company,
        "title": paper.title,
        "refs": [
            ["函件编号", paper.ref],
            ["租约", paper.lease_ref],
            ["沟通编号", paper.case_ref or "无"],
            ["出具时间", f"{beijing_at(paper.written_at):%Y-%m-%d %H:%M}（北京时间）"],
        ],
        "greeting": text.greeting,
        "summary": text.summary,
        "label": text.label,
        "amount": "" if text.amount_fen is None else format_fen(text.amount_fen),
        "sections": [{"title": s.title, "lines": list(s.lines), "small": list(s.small)} for s in text.sections],
        "signature": f"{company} · 内容指纹 {paper.text_sha256}",
    }
