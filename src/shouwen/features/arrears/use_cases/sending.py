"""Messages go out: taken in small batches, sent by the worker, recorded; what follows by itself is followed."""

from datetime import timedelta

from msgspec import Struct

from shouwen.features.arrears.following import follow
from shouwen.features.arrears.ground import allowed_from
from shouwen.features.arrears.policy import arrears_policy_on
from shouwen.features.arrears.rules.credit_notice import earliest_report
from shouwen.features.arrears.rules.default import last_day
from shouwen.features.arrears.rules.reminders import is_allowed, reminder_text, why_silent
from shouwen.features.arrears.store import marks, notices
from shouwen.features.arrears.store.notices import SentNotice, TakenNotice
from shouwen.features.arrears.types import REMINDERS, ArrearsPolicy, NoticeKind, ReminderFacts
from shouwen.features.leases.public import lease_by_id
from shouwen.kernel.days import beijing_on
from shouwen.kernel.errors import Refusal
from shouwen.platform.door import Ctx
from shouwen.platform.events import Done, Event
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case

BATCH = 20  # what one worker sends before another may take it for lost
MOST_TRIES = 5
AGAIN = timedelta(minutes=30)


class TakeNotices(Struct, frozen=True, forbid_unknown_fields=True):
    """The next few notices that are due."""


class NoticeToSend(Struct, frozen=True):
    """A message for a renter; the phone number stays with the job."""

    id: int
    renter_id: int
    text: str


class NoticesTaken(Struct, frozen=True):
    """What is to be sent now; `dropped` were not said after all."""

    notices: tuple[NoticeToSend, ...]
    dropped: int


@use_case(TakeNotices, NoticesTaken, permission=Permission.SYSTEM, method="POST", path="/system/notices/batch")
async def take_due_notices(ctx: Ctx, command: TakeNotices) -> Done[NoticesTaken]:
    """取出到时的提醒和通知
    Take due notices in hand, with the words for what is owed now."""
    on = beijing_on(ctx.now)
    policy = arrears_policy_on(on)
    if not is_allowed(ctx.now, policy.opens, policy.closes):
        raise Refusal(
            "not_at_this_hour", "现在不是发送提醒的时间", "no messages at this hour", rule="REM-1",
            remedy_zh="到允许的时间自动发送", remedy_en="they go out at the allowed hours",
        )  # fmt: skip
    taken = await notices.take_notices(ctx.conn, ctx.now, on, BATCH)
    if not taken:
        raise nothing_due()
    said, dropped = [], []
    for one in taken:
        text, why = _words(one, policy, ctx)
        if why:
            dropped.append((one.id, why))
        else:
            said.append(NoticeToSend(one.id, one.renter_id, text))
    await notices.set_texts(ctx.conn, [(one.id, one.text) for one in said])
    await notices.drop_notices(ctx.conn, dropped, ctx.now)
    event = Event(
        kind="notices.taken", text=f"取出 {len(taken)} 条提醒，其中 {len(dropped)} 条不再需要", rule="REM-1",
        data={"taken": [one.id for one in said], "dropped": {str(one): why for one, why in dropped}},
    )  # fmt: skip
    return Done(NoticesTaken(tuple(said), len(dropped)), event)


def nothing_due() -> Refusal:
    """There is nothing to send or to follow; somebody else was faster."""
    return Refusal(
        "nothing_due", "现在没有要处理的", "nothing is due now", remedy_zh="无需操作", remedy_en="nothing to do"
    )


def _words(one: TakenNotice, policy: ArrearsPolicy, ctx: Ctx) -> tuple[str, str]:
    """The words, or why nothing is said."""
    if one.kind not in REMINDERS:
        return one.text, ""
    step = policy.step(one.step)
    if step is None or one.due_on is None:
        return "", "提醒计划已变更"
    on = beijing_on(ctx.now)
    if one.due_on + timedelta(days=step.days) != on:
        return "", "已过提醒的日子"
    facts = ReminderFacts(
        no=one.no, model=one.model, due_on=one.due_on, outstanding_fen=one.outstanding_fen,
        contested_fen=one.contested_fen, undone=one.undone, asked_relief=one.asked_relief, demanded=one.demanded,
    )  # fmt: skip
    why = why_silent(facts, step.kind)
    return ("", why) if why else (reminder_text(step, facts, on), "")


class RecordNotices(Struct, frozen=True, forbid_unknown_fields=True):
    """What became of notices in hand."""

    sent: tuple[int, ...]
    failed: tuple[int, ...]


class NoticesRecorded(Struct, frozen=True):
    """How many went out."""

    sent: int


@use_case(RecordNotices, NoticesRecorded, permission=Permission.SYSTEM, method="POST", path="/system/notices/sent")
async def record_notices(ctx: Ctx, command: RecordNotices) -> Done[NoticesRecorded]:
    """登记已送出的提醒和通知
    Record what was sent; a delivered demand or credit notice begins its days."""
    again_at = allowed_from(ctx.now + AGAIN)
    done = await notices.record_sent(ctx.conn, command.sent, command.failed, ctx.now, again_at, MOST_TRIES)
    events = [_recorded(one) for one in done if one.sent or one.failed]
    for one in done:
        if one.sent:
            await _delivered(ctx, one)
    if not events:
        text = f"{len(done)} 条没有送出，稍后再试"
        events = [Event(kind="notices.waiting", text=text, data={"notices": [one.id for one in done]})]
    return Done(NoticesRecorded(sum(one.sent for one in done)), *events)


def _recorded(one: SentNotice) -> Event:
    kind, head = ("notice.sent", "已发送") if one.sent else ("notice.failed", "多次未能送出，请改用其他方式告知")
    return Event(
        kind=kind, text=f"{head}：{one.text}", rule="CRE-4" if one.kind is NoticeKind.CREDIT_NOTICE else "REM-1",
        lease_id=one.lease_id, renter_id=one.renter_id, subject=f"lease:{one.lease_ref}",
        data={"notice": one.id, "kind": one.kind, "step": one.step}, sealed=True,
        topics=("desk", f"renter:{one.renter_id}"),
    )  # fmt: skip


async def _delivered(ctx: Ctx, one: SentNotice) -> None:
    """The days of a demand or of a notice before a report are counted from its delivery."""
    on = beijing_on(ctx.now)
    policy, (_, _, row_id) = arrears_policy_on(on), one.step.rpartition(":")
    if one.kind is NoticeKind.DEMAND:
        days = next(d.days for d in await marks.demands_of(ctx.conn, one.lease_id) if d.id == int(row_id))
        await marks.deliver_demand(ctx.conn, int(row_id), on, last_day(on, days))
    elif one.kind is NoticeKind.CREDIT_NOTICE:
        earliest_on = earliest_report(on, policy.report_wait_days)
        await marks.deliver_credit_notice(ctx.conn, int(row_id), on, earliest_on)


class FollowLease(Struct, frozen=True, forbid_unknown_fields=True):
    """One lease whose bills have changed."""

    lease_id: int


class LeaseFollowed(Struct, frozen=True):
    """How many things followed."""

    changes: int


@use_case(FollowLease, LeaseFollowed, permission=Permission.SYSTEM, method="POST", path="/system/arrears/{lease_id}")
async def follow_lease(ctx: Ctx, command: FollowLease) -> Done[LeaseFollowed]:
    """付清即解除限制、停止报送、结束催告；期满提示主管
    Lift what paying lifts, stop what it stops, offer the next step when days are over."""
    events = await follow(ctx, await lease_by_id(ctx.conn, command.lease_id, lock=True))
    if not events:
        raise nothing_due()
    return Done(LeaseFollowed(len(events)), *events)
