"""CRE-4: notice before any report to a licensed bureau, and days in which paying, relief or a dispute stops it."""

from datetime import date, timedelta

from shouwen.features.arrears.types import CreditNoticeFacts, CreditNoticeState
from shouwen.kernel.decision import Decision, Reason
from shouwen.kernel.errors import Refusal

_S = CreditNoticeState


def earliest_report(notified_on: date, wait_days: int) -> date:
    """The first day on which a report may be sent: after `wait_days` whole days from the day after the notice."""
    return notified_on + timedelta(days=wait_days + 1)


def decide_report(facts: CreditNoticeFacts, on: date) -> Decision[CreditNoticeState]:
    """Where a notice stands on a day. Nothing is reported here: `MAY_REPORT` only says that the wait is over."""
    if facts.relieved:
        return _of(_S.STOPPED_RELIEF, "这次逾期已免责，不报送", "relieved: nothing is reported")
    if facts.contested:
        return _of(_S.STOPPED_DISPUTE, "租客提出争议，不报送", "disputed: nothing is reported")
    if facts.outstanding_fen <= 0:
        return _of(_S.STOPPED_PAID, "等待期内付清，不报送", "paid: nothing is reported")
    if facts.earliest_report_on is None:
        return _of(_S.SENDING, "告知书尚未送达，等待期没有开始", "not delivered, the wait has not begun")
    if on < facts.earliest_report_on:
        zh = f"等待至 {facts.earliest_report_on}，此前付清即停止"
        return _of(_S.WAITING, zh, f"waits until {facts.earliest_report_on}")
    return _of(_S.MAY_REPORT, "等待期已满仍未付清", "the wait is over and it is unpaid")


def refuse_notice(facts: CreditNoticeFacts, due_on: date, on: date, *, reports: bool) -> None:
    """Refusal where no notice may be given: nobody is reported to, nothing is overdue, or it is contested."""
    if not reports:
        raise Refusal(
            "does_not_report",
            "公司没有向征信机构报送信息，不能发送报送告知",
            "this firm reports to no credit bureau",
            rule="CRE-4",
            remedy_zh="可以提醒付款、协商安排，或按合同书面催告",
            remedy_en="remind, agree on an arrangement, or demand in writing",
        )
    if facts.relieved or facts.contested:
        raise Refusal(
            "not_reportable",
            "这一期已免责" if facts.relieved else "这一期的金额有争议，答复之前不能报送",
            "this instalment is relieved or disputed",
            rule="CRE-4",
            remedy_zh="无需告知" if facts.relieved else "请先处理争议",
            remedy_en="nothing to do, or settle the dispute first",
        )
    if facts.outstanding_fen <= 0 or on <= due_on:
        raise Refusal(
            "not_overdue",
            "这一期没有逾期未付的金额",
            "nothing of this instalment is overdue",
            rule="CRE-4",
            remedy_zh="无需告知",
            remedy_en="nothing to do",
        )


def _of(state: CreditNoticeState, zh: str, en: str) -> Decision[CreditNoticeState]:
    return Decision(state, (Reason("CRE-4", zh, en, ("征信业管理条例 15",)),))
