"""The right pane of a case: claim, lease, renter, money, evidence, timeline."""

from shouwen.features.cases.rows import CasePage, TimelineRow
from shouwen.features.cases.types import ChecklistState
from shouwen.features.people.types import Revealed
from shouwen.kernel.actor import ROLE_ZH, Actor, Role
from shouwen.kernel.days import beijing_at
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import (
    ChecklistView,
    ClockView,
    FileView,
    MediaView,
    OpenPromiseView,
    RenterFileView,
    TimelineRowView,
)
from shouwen.mount.web.desk.claim_bits import claim_card
from shouwen.mount.web.desk.lease_view import lease_view, money_view, renter_view
from shouwen.mount.web.desk.reading import CaseFile
from shouwen.mount.web.desk.thread_view import tiles_of
from shouwen.platform import clock

_SHOTS = 12
_LINES = 6
_THERE = (ChecklistState.ATTACHED, ChecklistState.RECEIVED)


def open_promises(file: CaseFile, actor: Actor | None, t: Words) -> tuple[OpenPromiseView, ...]:
    """PROM-1: what is promised and not kept, the next due first; it goes along with the case to whoever has it."""
    can_keep = actor is not None and actor.role in (Role.AGENT, Role.SPECIALIST, Role.SUPERVISOR)
    return tuple(
        OpenPromiseView(
            id=one.id, text=one.text, who=t("答应租客，会写进会话"), can_keep=can_keep,
            due=ClockView(
                t("{at} 前", at=f"{beijing_at(one.due_at):%m-%d %H:%M}"), one.due_at,
                "red" if one.due_at <= clock.now() else "plain", fixed=True,
            ),
        )
        for one in file.page.promises
        if one.kept_at is None
    )  # fmt: skip


def file_view(file: CaseFile, t: Words, shown: Revealed | None = None, actor: Actor | None = None) -> FileView:
    """Everything beside the thread; `shown` after a reveal with a reason."""
    page = file.page
    return FileView(
        case_ref=page.case.ref,
        renter=_renter(file, t, shown),
        claim=claim_card(file.claim, file.proposal, t) if file.claim and file.proposal else None,
        lease=lease_view(file.lease, t, file.claim) if file.lease else None,
        money=money_view(file.lease, t) if file.lease else (),
        promises=open_promises(file, actor, t),
        checklist=checklist(page, t),
        media=_media(file, t),
        timeline=tuple(timeline_row(row, t, short=True) for row in page.timeline[-_LINES:]),
        timeline_total=len(page.timeline),
    )


def checklist(page: CasePage, t: Words) -> tuple[ChecklistView, ...]:
    """What the case rests on, and what is still asked for."""
    notes = {ChecklistState.ATTACHED: t("系统已附"), ChecklistState.RECEIVED: t("租客已传")}
    return tuple(
        ChecklistView(t(item.name_zh), item.state in _THERE, item.required, notes.get(item.state, ""))
        for item in page.checklist
    )


def timeline_row(row: TimelineRow, t: Words, *, short: bool = False) -> TimelineRowView:
    """One journal line; `short` leaves out who, as the words of most lines say it."""
    who = row.actor_name or (t(ROLE_ZH[Role(row.actor_role)]) if row.actor_role in set(Role) else row.actor_role)
    why = str(row.data.get("reason", "")) if row.kind.endswith((".revealed", ".declined")) else ""
    return TimelineRowView(
        at=row.at, text=row.text, who="" if short else who, rule=row.rule, why=why, receipt_no=row.receipt_no
    )


def _renter(file: CaseFile, t: Words, shown: Revealed | None) -> RenterFileView:
    if file.lease is not None:
        return renter_view(file.lease.renter, t, shown)
    return RenterFileView(name=file.page.case.renter_name_masked, phone="", facts=(), can_reveal=False)


def _media(file: CaseFile, t: Words) -> tuple[MediaView, ...]:
    return tuple(tiles_of(file, t).values())[-_SHOTS:]
