"""When the next deduction of a lease will be tried, by the rules the business day follows. Amounts are whole fen."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from shouwen.features.payments import store
from shouwen.features.payments.asking import attempt_policy_on
from shouwen.features.payments.rules.deducting import decide_attempt
from shouwen.features.payments.types import AttemptPolicy, DueDebt, LastAttempt, NextAttempt
from shouwen.kernel.days import beijing_on, end_of, start_of
from shouwen.platform.db import Conn

_LOOK_DAYS = 62  # the longest way from one rent to the next, and some
_DAY = timedelta(days=1)


async def next_attempt(conn: Conn, lease_id: int, now: datetime) -> NextAttempt | None:
    """The next deduction if nothing is paid until then.

    None without an agreement, where nothing falls due soon, or while a demand is on its way, whose days are not known.
    """
    on = beijing_on(now)
    debts = await store.coming_debts(conn, lease_id, on, end_of(on))
    if not debts:
        return None
    owed = [DueDebt(debt.charge_id, debt.due_on, debt.amount_fen) for debt in debts]
    rests_through, last_on = debts[0].rests_through or on - _DAY, on + timedelta(days=_LOOK_DAYS)
    if rests_through >= last_on:
        return None
    return foresee(owed, max(on, rests_through + _DAY), debts[0].last, attempt_policy_on(on))


def foresee(debts: Sequence[DueDebt], on: date, last: LastAttempt | None, policy: AttemptPolicy) -> NextAttempt | None:
    """The first day from `on` on which the rules deduct; debts have the due days of their rents."""
    for day in (on + timedelta(days=ahead) for ahead in range(_LOOK_DAYS)):
        due = [debt for debt in debts if debt.due_on <= day]
        attempt = decide_attempt(due, day, last, policy).outcome
        if attempt is not None:
            at = start_of(day) + timedelta(hours=policy.from_hour)
            return NextAttempt(at, attempt.amount_fen, attempt.covers, attempt.why, policy.id)
    return None
