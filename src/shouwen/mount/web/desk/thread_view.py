"""A thread as the desk sees it: authors, notes, who has read what, how fast the first answer came."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from shouwen.features.cases.rows import CasePage, MessageRow
from shouwen.features.cases.types import ClockKind
from shouwen.features.evidence.types import MediaRow
from shouwen.kernel.actor import Role
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import LinkView, MediaView, MessageView
from shouwen.mount.web.desk.bits import claim_tile, clause_refs, media_tile
from shouwen.mount.web.desk.reading import CaseFile
from shouwen.mount.web.portal.thread import merge_links, message_views, said_by

_NOTHING: Mapping[str, MediaRow] = {}


class Read(Struct, frozen=True):
    """How far the renter has read, and when the first person answered after how many seconds."""

    renter_seen_seq: int = 0
    first_at: datetime | None = None
    first_s: int = 0


def read_of(page: CasePage) -> Read:
    """What the case knows of its thread."""
    first = next((c for c in page.clocks if c.kind is ClockKind.FIRST_ANSWER and c.stopped_at is not None), None)
    if first is None or first.stopped_at is None:
        return Read(page.renter_seen_seq)
    return Read(page.renter_seen_seq, first.stopped_at, int((first.stopped_at - first.started_at).total_seconds()))


def tiles_of(file: CaseFile, t: Words) -> dict[str, MediaView]:
    """The lease's evidence by reference."""
    if file.claim is not None:
        return {row.ref: claim_tile(row, t) for row in file.claim.media}
    return {row.ref: media_tile(row, t) for row in file.media}


def desk_messages(
    rows: Sequence[MessageRow], tiles: Mapping[str, MediaView], read: Read, case_ref: str, claim_ref: str, t: Words
) -> tuple[MessageView, ...]:
    """Messages old to new, notes among them."""
    return tuple(_message(row, tiles, read, case_ref, claim_ref, t) for row in rows)


def _message(
    row: MessageRow, tiles: Mapping[str, MediaView], read: Read, case_ref: str, claim_ref: str, t: Words
) -> MessageView:
    if row.kind == "note":
        return MessageView(seq=row.seq, kind="note", at=row.at, text=row.body, author=row.author_name)
    kind = said_by(row)
    ours = kind in ("staff", "assistant")
    first_s = read.first_s if read.first_at == row.at and row.author_role != Role.RENTER and ours else None
    seen = ours and row.seq <= read.renter_seen_seq
    if row.kind == "text" and not row.extra:  # most of a thread
        return MessageView(row.seq, kind, row.at, row.body, row.author_name, seen, first_s)
    (base,) = message_views((row,), _NOTHING, "", case_ref, 0, t)
    quote = base.quote
    if quote is not None:
        figure = replace(quote.figure, clauses=clause_refs(one.no for one in quote.figure.clauses))
        quote = replace(quote, figure=figure, accept_href="")
    return replace(
        base,
        text="" if quote is not None else base.text,
        author=row.author_name,
        read=seen,
        first_answer_s=first_s,
        media=tuple(tiles.get(one.ref, MediaView(one.ref, one.ref)) for one in base.media),
        quote=quote,
        links=_links(row, case_ref, claim_ref, t),
    )


def _links(row: MessageRow, case_ref: str, claim_ref: str, t: Words) -> tuple[LinkView, ...]:
    if row.kind == "decision" and claim_ref:
        return (LinkView(t("看裁定"), f"/desk/claims/{claim_ref}"),)
    return merge_links(row, f"/desk/cases/{case_ref}", t)
