"""Pieces of a view that several desk pages share: names, pills, clocks, clauses, evidence tiles."""

from collections.abc import Iterable
from datetime import datetime

from shouwen.features.cases.rows import QueueRow
from shouwen.features.cases.rules.catalogue import CATALOGUE
from shouwen.features.cases.types import CaseType, Turn
from shouwen.features.disputes.rows import ClaimMedia
from shouwen.features.disputes.types import CLAIM_STATE_ZH, PART_ZH, ClaimState
from shouwen.features.evidence.types import MediaRow
from shouwen.kernel.days import last_on
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import ClauseRefView, ClockView, MediaView, PillView, Tone
from shouwen.mount.web.portal.bits import media_kind, purpose_text

_CLAIM_TONES: dict[ClaimState, Tone] = {ClaimState.SETTLED: "moss", ClaimState.WITHDRAWN: "moss"}
_URGENT_S = 60
_PARTS = {str(part): zh for part, zh in PART_ZH.items()}


def case_title(kind: CaseType, t: Words) -> str:
    """The short name of a matter."""
    row = CATALOGUE[kind]
    return row.name_en if t.lang == "en" else row.name_zh


def claim_pill(state: ClaimState, t: Words) -> PillView:
    """A claim's state in a word."""
    return PillView(t(CLAIM_STATE_ZH[state]), _CLAIM_TONES.get(state, "pine"))


def queue_clock(row: QueueRow, t: Words, *, mine: bool, reader: int = 0) -> ClockView:
    """The one clock of a row: until when the desk answers or decides, or whom everybody waits for, with the last day.

    `mine`: the row stands among what the reader has to do, so a specialist's turn is the reader's; that of a specialist
    who is awaited while the owner answers first is the claim's.
    """
    asked = row.asked and row.specialist_id == reader and row.owner_id != reader
    if mine and (row.turn is Turn.SPECIALIST or asked):
        until = row.claim_until if row.claim_turn is Turn.SPECIALIST else row.turn_until
        if until is None:
            return ClockView(t("待裁定"), tone="amber")
        return ClockView(t("{day} 前裁定", day=f"{last_on(until):%m-%d}"), until, "amber", fixed=True)
    if row.turn is Turn.DESK:
        if row.turn_until is None:
            return ClockView(t("待回复"))
        urgent = row.urgent
        if row.decides and not urgent:
            return ClockView(t("{day} 前裁定", day=f"{last_on(row.turn_until):%m-%d}"), row.turn_until, fixed=True)
        return ClockView(t("紧急") if urgent else t("回复"), row.turn_until, "red" if urgent else "plain", _URGENT_S)
    waits = {
        Turn.RENTER: t("等租客"),
        Turn.SPECIALIST: t("等高级专员"),
        Turn.APPRAISER: t("等第三方检测"),
        Turn.NOBODY: t("已办结"),
    }
    name = waits[row.turn]
    if row.turn_until is None:
        return ClockView(name)
    return ClockView(
        t("{turn} · {day} 前", turn=name, day=f"{last_on(row.turn_until):%m-%d}"), row.turn_until, fixed=True
    )


def turn_clock(turn: Turn, until: datetime | None, t: Words, *, decides: bool = False) -> ClockView | None:
    """Whose turn a case is on, in its head; a decision shows its last day instead of counting."""
    names = {
        Turn.RENTER: t("等租客"),
        Turn.DESK: t("轮到我们"),
        Turn.SPECIALIST: t("轮到高级专员"),
        Turn.APPRAISER: t("等第三方检测"),
    }
    if turn not in names:
        return None
    name = names[turn]
    if until is None:
        return ClockView(name, tone="amber" if turn is Turn.DESK else "plain")
    day = f"{last_on(until):%m-%d}"
    if decides:
        return ClockView(t("{turn} · {day} 前裁定", turn=name, day=day), until, "amber", fixed=True)
    if turn in (Turn.RENTER, Turn.APPRAISER):
        return ClockView(t("{turn} · {day} 前", turn=name, day=day), until, fixed=True)
    return ClockView(f"{name} ·", until, amber_below_s=_URGENT_S)


def clause_refs(nos: Iterable[str]) -> tuple[ClauseRefView, ...]:
    """Clauses by number; `合同 9.1 条` and `9.1` read the same."""
    bare = (no.removeprefix("合同 ").removesuffix(" 条") for no in nos if no)
    return tuple(ClauseRefView(no) for no in dict.fromkeys(bare))


def media_tile(row: MediaRow, t: Words) -> MediaView:
    """A piece of evidence with its receipt; the original opens on record."""
    return MediaView(
        ref=row.ref,
        name=row.file_name,
        kind=media_kind(row.mime),
        receipt_no=row.receipt_no,
        sealed_at=row.sealed_at,
        size_bytes=row.size_bytes,
        receipt_href=f"/media/{row.ref}",
        by=purpose_text(row.purpose, t),
    )


def claim_tile(row: ClaimMedia, t: Words) -> MediaView:
    """A piece of a claim's evidence, named by what it shows."""
    shown = t(_PARTS[row.part]) if row.part in _PARTS else ""
    name = " · ".join(word for word in (purpose_text(row.purpose, t), shown) if word)
    return MediaView(ref=row.ref, name=name, kind=media_kind(row.mime), receipt_href=f"/media/{row.ref}")
