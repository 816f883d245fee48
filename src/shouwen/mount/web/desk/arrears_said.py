"""What was said to a renter in arrears, and what is still to be said: demands, notices, reminders, as rows."""

from shouwen.features.arrears.store.notices import NoticeLine
from shouwen.features.arrears.types import NoticeKind
from shouwen.features.arrears.use_cases.looking import Lateness
from shouwen.kernel.days import start_of
from shouwen.kernel.fen import format_fen
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import PillView, Tone
from shouwen.mount.web.desk.arrears_views import NoticeRowView

NOTICE = {
    NoticeKind.BEFORE_DUE: "到期前提醒",
    NoticeKind.DUE_TODAY: "到期日提醒",
    NoticeKind.OVERDUE: "逾期提醒",
    NoticeKind.DEMAND: "书面催告",
    NoticeKind.TERMINATION: "解除通知",
    NoticeKind.ACCELERATION: "全部到期通知",
    NoticeKind.CREDIT_NOTICE: "报送前告知",
    NoticeKind.RELIEF: "免责告知",
    NoticeKind.FREEZE: "账户限制告知",
    NoticeKind.LIFTED: "解除限制告知",
}
DEMAND_STATE: dict[str, tuple[str, Tone]] = {
    "open": ("进行中", "amber"),
    "paid": ("已付清", "moss"),
    "withdrawn": ("已撤回", "plain"),
    "terminated": ("已解除合同", "red"),
    "accelerated": ("全部价款到期", "red"),
}


def demand_rows(late: Lateness, t: Words) -> tuple[NoticeRowView, ...]:
    """The demands of a lease, the newest first; `what` is the case to answer in."""
    rows = []
    for one in late.demands:
        text, tone = DEMAND_STATE.get(one.state, (one.state, "plain"))
        what = format_fen(one.amount_fen) if one.amount_fen else t("归还手机")
        until = t("，{day} 期满", day=one.until_on) if one.until_on else ""
        said = t("催告 {what}，给 {n} 天", what=what, n=one.days) + until
        rows.append(NoticeRowView(start_of(one.asked_on), one.case_ref, said, PillView(t(text), tone)))
    return tuple(rows)


def coming_rows(late: Lateness, t: Words) -> tuple[NoticeRowView, ...]:
    """Reminders still to come, or why they stay silent."""
    return tuple(
        NoticeRowView(
            one.send_at, t("第 {n} 期租金", n=one.no), one.text,
            PillView(t(one.silent_zh), "plain") if one.silent_zh else PillView(t("将发送"), "pine"),
        )
        for one in late.reminders
    )  # fmt: skip


def notice_row(one: NoticeLine, t: Words) -> NoticeRowView:
    """A message that went out, could not be delivered, or was not said after all."""
    if one.sent_at is not None:
        return NoticeRowView(one.sent_at, t(NOTICE[one.kind]), one.text, PillView(t("已发送"), "moss"))
    if one.failed_at is not None:
        return NoticeRowView(one.failed_at, t(NOTICE[one.kind]), one.text, PillView(t("没有送达"), "red"))
    return NoticeRowView(one.send_at, t(NOTICE[one.kind]), one.text, PillView(t(one.dropped_why)))
