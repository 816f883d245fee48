"""LATE-5: a lateness caused by a failed deduction on the platform's or the bank's side is undone."""

from shouwen.features.arrears.types import FailureFacts, Ground
from shouwen.kernel.decision import Decision, Reason

_NOT_THEIRS = {"platform": "支付平台一侧", "ours": "我方系统一侧"}


def decide_late5(facts: FailureFacts) -> Decision[Ground | None]:
    """What shows the failure: our own result code, or a bank statement with the funds; None where nothing does.

    The code must be of an attempt on or after the due day. A code that names the renter's side (no funds, a limit) is
    outweighed only by a statement, which a person has read.
    """
    coded = facts.failed_on is not None and facts.failed_on >= facts.due_on
    if coded and facts.fault in _NOT_THEIRS:
        zh = f"{facts.failed_on} 的扣款因{_NOT_THEIRS[facts.fault]}原因失败（结果码 {facts.code}）"
        return Decision(Ground.OWN_CODE, (Reason("LATE-5", zh, "our own result code shows it", (facts.code,)),))
    if facts.statement_ref:
        zh = "银行流水显示到期时账户有足够余额"
        reason = Reason("LATE-5", zh, "the bank statement shows the funds", (facts.statement_ref,))
        return Decision(Ground.BANK_STATEMENT, (reason,))
    if coded:
        zh = f"{facts.failed_on} 的扣款失败，结果码 {facts.code} 不属于平台或银行一侧，也没有银行流水"
        return Decision(None, (Reason("LATE-5", zh, "the code does not point to the platform", (facts.code,)),))
    zh = "没有平台一侧失败的扣款记录，也没有显示余额充足的银行流水"
    return Decision(None, (Reason("LATE-5", zh, "neither a code nor a statement shows it"),))
