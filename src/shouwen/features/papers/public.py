"""What later features may do with letters inside their own transaction."""

from hashlib import sha256
from typing import Protocol

import msgspec

from shouwen.features.papers.store import insert_paper as _insert
from shouwen.features.papers.store import papers_of
from shouwen.features.papers.types import PAPER_ZH, PaperKind, PaperText
from shouwen.platform.clock import random_ref
from shouwen.platform.door import Ctx
from shouwen.platform.events import Event, Job

__all__ = ["LeaseOfPaper", "papers_of", "write_paper"]


class LeaseOfPaper(Protocol):
    """The lease a letter is about: a LeaseRow, or anything else with these."""

    @property
    def id(self) -> int: ...

    @property
    def ref(self) -> str: ...

    @property
    def renter_id(self) -> int: ...


async def write_paper(
    ctx: Ctx, lease: LeaseOfPaper, kind: PaperKind, text: PaperText, *, rule: str, case_id: int | None = None
) -> tuple[str, Event]:
    """Write a letter: its reference, and the sealed event to return from the use case (it has the letter printed)."""
    ref = random_ref("WS")
    digest = sha256(msgspec.json.encode(text)).digest()
    await _insert(ctx.conn, ref, lease.id, lease.renter_id, case_id, kind, text, digest, ctx.now)
    event = Event(
        kind="paper.written",
        text=f"{PAPER_ZH[kind]} {ref} 已出具：{text.summary}",
        rule=rule,
        case_id=case_id,
        lease_id=lease.id,
        renter_id=lease.renter_id,
        subject=ref,
        data={"paper": ref, "kind": kind, "text_sha256": digest.hex()},
        sealed=True,
        topics=(f"renter:{lease.renter_id}", "desk", *(() if case_id is None else (f"case:{case_id}",))),
        jobs=(Job(kind="render_paper", key=f"render_paper:{ref}", payload={"paper_ref": ref}),),
    )
    return ref, event
