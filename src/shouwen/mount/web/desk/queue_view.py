"""A queue as its view."""

from shouwen.features.cases.rows import CaseQueue, QueueRow
from shouwen.features.cases.types import Channel
from shouwen.kernel.actor import Actor, Role
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import QueueRowView, QueueView, TabView
from shouwen.mount.web.desk.bits import case_title, queue_clock

_EMPTY = {
    "mine": "轮到你回复的会话会出现在这里",
    "waiting": "等租客或专员的会话会出现在这里",
    "unowned": "还没有人受理的会话会出现在这里",
    "escalated": "超时、再次要求换人、投诉，等主管看的会出现在这里",
    "all": "所有进行中的会话会出现在这里",
}


def queue_view(queue: CaseQueue, actor: Actor, capacity: int, t: Words, open_ref: str = "") -> QueueView:
    """The left pane: tabs with their counts, rows with one clock each."""
    counts = queue.counts
    tabs = (
        ("mine", t("待我回复"), counts.mine),
        ("waiting", t("等租客"), counts.waiting),
        ("unowned", t("排队"), counts.unowned),
        *((("escalated", t("升级"), counts.escalated),) if actor.role is Role.SUPERVISOR else ()),
        ("all", t("全部"), None),
    )
    return QueueView(
        title=t("我的会话"),
        active=counts.active,
        capacity=capacity,
        tabs=tuple(TabView(key, label, count, key == queue.tab) for key, label, count in tabs),
        rows=tuple(_row(row, actor, t, mine=queue.tab == "mine") for row in queue.rows),
        open_ref=open_ref,
        tab=queue.tab,
        more_href=f"/desk?tab={queue.tab}&after={queue.after}" if queue.after else "",
        empty_text=t(_EMPTY[queue.tab]),
    )


def _row(row: QueueRow, actor: Actor, t: Words, *, mine: bool) -> QueueRowView:
    return QueueRowView(
        ref=row.ref,
        name=row.renter_name_masked,
        title=case_title(row.type, t),
        preview=_preview(row, actor, t),
        clock=queue_clock(row, t, mine=mine, reader=actor.id),
        unread=row.staff_unread,
        urgent=row.urgent,
        phone=row.channel is Channel.PHONE,
        seq=row.seq,
    )


def _preview(row: QueueRow, actor: Actor, t: Words) -> str:
    if not row.preview or row.preview_by in ("", row.renter_name_masked):
        return row.preview
    return f"{t('您') if row.preview_by == actor.name else row.preview_by}{t('：')}{row.preview}"
