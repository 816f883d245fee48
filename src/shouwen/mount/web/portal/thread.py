"""A renter's case: its messages and status as views. Notes between colleagues never pass here."""

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec
from msgspec.structs import replace

from shouwen.features.cases.rows import CasePage, ClockRow, MessageRow, QueueRow
from shouwen.features.cases.types import CASE_STATE_ZH, CaseState, ClockKind, Turn
from shouwen.features.contracts.types import Quote
from shouwen.features.evidence.types import MediaRow
from shouwen.kernel.actor import Role
from shouwen.kernel.days import beijing_on, last_on
from shouwen.kernel.fen import format_fen
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import (
    CaseCardView,
    ClockView,
    LinkView,
    MediaView,
    MessageView,
    PillView,
    PortalStatusView,
    QuoteView,
    SpanView,
    StatementPartView,
    Tone,
)
from shouwen.mount.web.portal.bits import media_view, quote_figure
from shouwen.mount.web.portal.titles import case_title

_TONES: dict[CaseState, Tone] = {CaseState.OPEN: "pine", CaseState.RESOLVED: "amber", CaseState.CLOSED: "moss"}
_PARTS = (("situation", "现状"), ("background", "背景"), ("request", "诉求"))
# the line in which a case says whose turn it is; the clock follows it
_TURNS = {
    Turn.RENTER: "轮到您",
    Turn.DESK: "轮到我们 ·",
    Turn.SPECIALIST: "轮到高级专员 ·",
    Turn.APPRAISER: "轮到第三方检测 ·",
    Turn.NOBODY: "已办结",
}


def state_pill(state: CaseState, t: Words) -> PillView:
    """A case's state in a word."""
    return PillView(t(CASE_STATE_ZH[state]), _TONES[state])


def turn_clock(case: QueueRow, t: Words) -> ClockView | None:
    """Whose turn, until when; nothing once it is closed."""
    if case.state is CaseState.CLOSED or case.turn is Turn.NOBODY:
        return None
    until = case.turn_until
    label = t(_TURNS[case.turn])
    return ClockView(
        label if until else label.removesuffix(" ·"), until, "amber" if case.turn is Turn.RENTER else "plain"
    )


def case_card(case: QueueRow, t: Words) -> CaseCardView:
    """A case in a list."""
    return CaseCardView(
        ref=case.ref,
        href=f"/my/cases/{case.ref}",
        title=case_title(case.title, case.type, t),
        state=state_pill(case.state, t),
        preview=case.preview,
        at=case.last_at,
        turn=turn_clock(case, t),
        unread=case.renter_unread,
        closed=case.state is CaseState.CLOSED,
    )


def status_view(page: CasePage, links: Sequence[LinkView], t: Words, *, decided: bool = False) -> PortalStatusView:
    """The head of a case: state, whose turn, what happens next, who is responsible. `decided`: its claim only waits
    for the days to appeal, which asks nothing of the renter.
    """
    waits = decided and page.case.turn is Turn.RENTER and page.case.state is CaseState.OPEN
    appeal = ClockView(t("可以申诉，剩"), page.case.turn_until, "plain")
    nothing = t("裁定已出，不用您做什么。不同意可以在上面的日期前申诉一次；过了自动结算。")
    return PortalStatusView(
        case_ref=page.case.ref,
        title=case_title(page.case.title, page.case.type, t),
        state=state_pill(page.case.state, t),
        turn=appeal if waits else turn_clock(page.case, t),
        next_text=nothing if waits else _next_text(page, t),
        owner=page.case.owner_name,
        links=tuple(links),
    )


def _next_text(page: CasePage, t: Words) -> str:
    case = page.case
    pause = next((p for p in page.pauses if p.ends_on is None), None)
    resting = t("争议金额 {amount} 暂停催收，也不计违约金。", amount=format_fen(pause.amount_fen)) if pause else ""
    if case.state is CaseState.CLOSED:
        return t("已结束。需要时直接留言，会重新打开，由原来的人继续。")
    if case.state is CaseState.RESOLVED:
        return t("我们已答复，等您确认。没解决就直接留言。")
    if case.turn is Turn.RENTER:
        return t("等您回复或补充材料；没回复不等于认可。") + resting
    decision = next((c for c in page.clocks if c.kind is ClockKind.DECISION and c.stopped_at is None), None)
    called = next((c for c in page.clocks if c.kind is ClockKind.SPECIALIST_ANSWER and c.stopped_at is None), None)
    first_clock = next((c for c in page.clocks if c.kind is ClockKind.FIRST_ANSWER and c.stopped_at is None), None)
    if case.turn is Turn.DESK and first_clock is not None and first_clock.breached_at is not None:
        return t("已经超过我们承诺的时间，主管已在优先安排。您不用重复说明，有人答复会马上出现在这里。") + resting
    asked = _asked_text(page, decision, called, t) if case.asked else ""
    if case.turn is Turn.SPECIALIST and asked:
        contact = t("{name}仍是您的联系人。", name=case.owner_name) if case.owner_name else ""
        return asked + contact + resting
    if asked:  # words of ours are due first; the specialist's day comes in addition
        if case.owner_name:
            first = t("{name}会在上面的时间内答复。", name=case.owner_name)
        elif page.human_asked_at is not None:
            first = t("已转人工，第一个回应您的人负责到底。可以继续留言。")
        else:
            first = t("已收到。第一个回应您的人会负责到底。")
        return first + asked + resting
    decided_before = any(c.kind is ClockKind.DECISION and c.stopped_at is not None for c in page.clocks)
    if decision is not None and page.claim_id is not None and decided_before:
        return (
            t("申诉已收到，正在安排另一位专员复核，{day} 前给出裁定。", day=f"{last_on(decision.due_at):%m-%d}")
            + resting
        )
    if decision is not None and page.claim_id is not None:
        return t("已收到，{day} 前给出裁定。", day=f"{last_on(decision.due_at):%m-%d}") + resting
    if case.owner_name:
        return t("{name}会在上面的时间内答复。", name=case.owner_name) + resting
    if page.human_asked_at is not None:
        return t("已转人工，第一个回应您的人负责到底。可以继续留言。") + resting
    return t("已收到。第一个回应您的人会负责到底。") + resting


def _asked_text(page: CasePage, decision: ClockRow | None, called: ClockRow | None, t: Words) -> str:
    """What a specialist was asked for, and by when; nobody is said to look at what they may not have opened."""
    if page.claim_id is not None and decision is not None:
        return t("已请高级专员看材料，{day} 前给出裁定。", day=f"{last_on(decision.due_at):%m-%d}")
    return t("已请高级专员来看，{day} 前答复。", day=f"{last_on(called.due_at):%m-%d}") if called is not None else ""


def media_refs(messages: Sequence[MessageRow]) -> set[str]:
    """The evidence these messages show."""
    return {ref for message in messages for ref in _strings(message.extra.get("media"))}


def message_views(
    messages: Sequence[MessageRow],
    media: Mapping[str, MediaRow],
    lease_ref: str,
    case_ref: str,
    seen_seq: int,
    t: Words,
) -> tuple[MessageView, ...]:
    """Messages old to new; `seen_seq` is how far the desk has read."""
    return tuple(
        _message(message, media, lease_ref, case_ref, seen_seq, t) for message in messages if message.kind != "note"
    )


def _message(
    row: MessageRow, media: Mapping[str, MediaRow], lease_ref: str, case_ref: str, seen_seq: int, t: Words
) -> MessageView:
    kind = said_by(row)
    statement = _statement(row, t) if row.kind == "statement" else ()
    quote = _quote(row, lease_ref, t) if row.kind == "quote" else None
    links = merge_links(row, f"/my/cases/{case_ref}", t)
    paper = str(row.extra.get("paper", ""))
    if row.kind == "decision":  # of a claim, or a step whose letter says everything
        decided = LinkView(t("看裁定"), f"/my/cases/{case_ref}/decision")
        links = (LinkView(t("函件"), f"/my/papers/{paper}") if paper else decided,)
    return MessageView(
        seq=row.seq,
        kind=kind,
        at=row.at,
        text="" if statement or quote else row.body,
        author=row.author_name if kind != "renter" else "",
        read=kind == "renter" and row.seq <= seen_seq,
        statement=statement,
        media=tuple(_tile(ref, media, t) for ref in _strings(row.extra.get("media"))),
        quote=quote,
        links=links,
        rule=str(row.extra.get("rule", "")),
        receipt_no=row.receipt_no,
        sealed_at=row.sealed_at,
        seal_href=f"/my/cases/{case_ref}/messages/{row.seq}/receipt" if kind == "renter" else "",
        seal_brief=row.kind == "text" and not row.extra.get("media"),
    )


def merge_links(row: MessageRow, base: str, t: Words) -> tuple[LinkView, ...]:
    """From a kept case to what was merged into it, and from there to the kept one (OWN-4)."""
    merged, into = (str(row.extra.get(name, "")) for name in ("merged_ref", "merged_into"))
    if row.kind == "system" and merged:
        return (LinkView(t("看并入的会话"), f"{base}/merged/{merged}"),)
    return (LinkView(t("去看"), f"{base.rsplit('/', 1)[0]}/{into}"),) if row.kind == "system" and into else ()


def said_by(row: MessageRow) -> Literal["renter", "staff", "assistant", "system"]:
    """Whose words a message holds."""
    if row.kind == "system" or row.author_role == Role.SYSTEM:
        return "system"
    if row.author_role == Role.RENTER:
        return "renter"
    return "assistant" if row.author_role == Role.ASSISTANT else "staff"


def _statement(row: MessageRow, t: Words) -> tuple[StatementPartView, ...]:
    """The three parts with the lease's facts in the accent; nothing where the renter wrote it freely."""
    texts = [(label, str(row.extra.get(name, ""))) for name, label in _PARTS]
    if "".join(text for _, text in texts) != row.body or sum(1 for _, text in texts if text) < 2:
        return ()
    facts = _spans(row.extra.get("fact_spans"))
    parts: list[StatementPartView] = []
    start = 0
    for label, text in texts:
        if text:
            parts.append(StatementPartView(t(label), _cut(row.body, start, start + len(text), facts)))
        start += len(text)
    return tuple(parts)


def _cut(body: str, start: int, end: int, facts: Sequence[tuple[int, int]]) -> tuple[SpanView, ...]:
    spans: list[SpanView] = []
    at = start
    for first, last in facts:
        if start <= first < last <= end and first >= at:
            if first > at:
                spans.append(SpanView(body[at:first]))
            spans.append(SpanView(body[first:last], True))
            at = last
    if at < end:
        spans.append(SpanView(body[at:end]))
    return tuple(spans)


def _spans(value: object) -> list[tuple[int, int]]:
    try:
        return sorted(msgspec.convert(value or [], list[tuple[int, int]]))
    except msgspec.ValidationError:
        return []


def without_offers(shown: tuple[MessageView, ...]) -> tuple[MessageView, ...]:
    """A price that was quoted stays to read; it is no way to buy a phone that is not in use any more."""
    return tuple(replace(one, quote=replace(one.quote, accept_href="")) if one.quote else one for one in shown)


def _quote(row: MessageRow, lease_ref: str, t: Words) -> QuoteView | None:
    try:
        quote = msgspec.convert(row.extra.get("quote"), Quote)
    except msgspec.ValidationError:
        return None
    return QuoteView(
        ref=str(row.extra.get("quote_ref", "")),
        title=t("买断报价"),
        figure=quote_figure(quote, lease_ref, t),
        on=beijing_on(row.at),
        sentence=row.body,
        accept_href=f"/my/leases/{lease_ref}/buyout" if lease_ref else "",
    )


def _tile(ref: str, media: Mapping[str, MediaRow], t: Words) -> MediaView:
    found = media.get(ref)
    return MediaView(ref, t("已删除的材料"), "document") if found is None else media_view(found, t)


def _strings(value: object) -> tuple[str, ...]:
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()
