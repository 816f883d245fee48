"""When a rent that is due is deducted again, and how much of what is owed at once."""

from collections.abc import Sequence
from datetime import date, timedelta

from shouwen.features.payments.types import Attempt, AttemptPolicy, DueDebt, LastAttempt
from shouwen.kernel.decision import Decision, Reason
from shouwen.kernel.fen import plain_fen

_SHORT_OF_MONEY = ("balance", "limit")  # a smaller sum may pass
_MAX_FEN = 1_000_000_000


def decide_attempt(
    debts: Sequence[DueDebt], on: date, last: LastAttempt | None, policy: AttemptPolicy
) -> Decision[Attempt | None]:
    """The deduction of the day `on`, or none. `debts` are due and not contested; a late fee has its rent's due day.

    One attempt for each attempt day of a debt: a day that was missed is made up for once. Everything due goes in one
    sum; where that was refused for want of money, only the oldest debt is tried.
    """
    owed = sorted((debt for debt in debts if debt.amount_fen > 0), key=lambda debt: (debt.due_on, debt.charge_id))
    reached = [
        (debt, max(days)) for debt in owed if (days := [d for d in policy.attempt_days if d <= (on - debt.due_on).days])
    ]
    waiting = [(debt, day) for debt, day in reached if last is None or last.on < debt.due_on + timedelta(days=day)]
    if not waiting:
        zh = "没有到扣款日的账单" if owed else "没有到期未付的账单"
        return Decision(None, (Reason("DEDUCT-1", zh, "nothing is to be deducted today"),), (), policy.id)
    short = last is not None and last.fault in _SHORT_OF_MONEY and len(last.covers) > 1
    taken = owed[:1] if short else owed
    total_fen = sum(debt.amount_fen for debt in taken)
    if total_fen > _MAX_FEN:
        taken = owed[:1]
        total_fen = min(_MAX_FEN, taken[0].amount_fen)
    first, day = waiting[0]
    why = f"{first.due_on.isoformat()} 到期，第 {day} 天扣款" + ("，上次余额不足，先扣最早一笔" if short else "")
    working = tuple(f"{debt.due_on.isoformat()} 到期 {plain_fen(debt.amount_fen)}" for debt in taken)
    attempt = Attempt(total_fen, tuple(debt.charge_id for debt in taken), why)
    return Decision(attempt, (Reason("DEDUCT-1", why, "an attempt day of a due bill"),), working, policy.id)
