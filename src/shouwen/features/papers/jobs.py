"""Background work of letters: printing."""

import asyncio
from typing import Any

from shouwen.features.papers.printing import print_paper
from shouwen.features.papers.use_cases import KeepPaper, PrintPaper, keep_paper, paper_to_print
from shouwen.kernel.actor import SYSTEM
from shouwen.kernel.errors import Refusal
from shouwen.platform.door import Door
from shouwen.platform.jobs import job


@job("render_paper")
async def render_paper(door: Door, payload: dict[str, Any]) -> None:
    """Print one letter, keep it, and record it; again after a crash gives the same bytes."""
    ref = str(payload["paper_ref"])
    paper = await door.run(paper_to_print, SYSTEM, PrintPaper(ref), channel="job")
    if paper.pdf_sha256:
        return
    pdf = await asyncio.to_thread(print_paper, paper, door.services.settings.company_name)
    sha256 = await asyncio.to_thread(door.services.storage.put, pdf)
    try:
        await door.run(keep_paper, SYSTEM, KeepPaper(ref, sha256.hex(), len(pdf)), channel="job")
    except Refusal as refusal:
        if refusal.code != "printed_already":
            raise
