"""What is on file for a case already, and what a message asks the renter for nevertheless (OWN-5)."""

from collections.abc import Iterable

from shouwen.features.cases.rows import CaseRow
from shouwen.features.cases.rules.checklist import already_on_file
from shouwen.features.cases.store import page
from shouwen.features.cases.types import EvidenceKind
from shouwen.platform.db import Conn

_PURPOSES = {
    "handover": EvidenceKind.HANDOVER_MEDIA,
    "return": EvidenceKind.RETURN_MEDIA,
    "inspection": EvidenceKind.INSPECTION_REPORT,
}
_KINDS = {str(kind): kind for kind in EvidenceKind}


def on_file(case: CaseRow, media: Iterable[str]) -> tuple[set[EvidenceKind], set[EvidenceKind]]:
    """What the desk holds and what the renter sent; `media` are `purpose part` pairs of the lease."""
    held = {EvidenceKind.CHARGE, EvidenceKind.CLAUSE} if case.lease_id is not None else set()
    received: set[EvidenceKind] = set()
    for pair in media:
        purpose, _, part = pair.partition(" ")
        if purpose in _PURPOSES:
            held.add(_PURPOSES[purpose])
        elif part in _KINDS:
            received.add(_KINDS[part])
    return held, received


async def asked_twice(conn: Conn, case: CaseRow, text: str) -> tuple[EvidenceKind, ...]:
    """OWN-5: what the text asks for although it is on file. No query unless it asks for something at all."""
    if case.lease_id is None or not already_on_file(text, _KINDS.values()):
        return ()
    held, received = on_file(case, await page.media_on_file(conn, case.lease_id))
    return already_on_file(text, held | received)
