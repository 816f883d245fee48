"""Arrears: reminders, a frozen account, relief, a demand, a termination."""

from datetime import datetime, timedelta

from shouwen.features.arrears.use_cases.defaulting import DemandPayment, TerminateLease, demand_payment, terminate_lease
from shouwen.features.arrears.use_cases.freezing import FreezeLease, freeze_lease
from shouwen.features.arrears.use_cases.relieving import GrantRelief, grant_relief
from shouwen.mount.demo.seed.plays.stage import Stage


def add_arrears(stage: Stage) -> None:
    """Every story of a lateness, where the company tells it."""
    if not stage.has("overdue"):
        return
    _remind(stage, "overdue", (1, 3, 7))
    stage.add(10, 15, 0, lambda at: _freeze(stage, at))
    stage.add(10, 15, 5, stage.send_notices)
    _relief(stage)
    demand(stage, "demanded", 6)
    demand(stage, "terminated", 19)
    stage.add(7, 15, 30, lambda at: terminate(stage, at, "terminated"))
    stage.add(7, 15, 35, stage.send_notices)


async def _freeze(stage: Stage, at: datetime) -> None:
    command = FreezeLease(stage.refs["overdue"], "两期租金到期未付，多次提醒没有答复")
    await stage.history.run(at, freeze_lease, stage.staff("lintao"), command)


def _remind(stage: Stage, key: str, days: tuple[int, ...]) -> None:
    """The reminders of the newest rent, so many days after it was due."""
    for late in days:
        on = stage.last_rent(key).due_on + timedelta(days=late)
        stage.add_on(on, 9, 30, lambda at: stage.remind(at, key))
        stage.add_on(on, 10, 5, stage.send_notices)


def _relief(stage: Stage) -> None:
    """Paid five days late, two days after the message that came: the one of the third day."""
    key = "relieved"
    rent = stage.last_rent(key)

    async def pay(at: datetime) -> None:
        await stage.pay(at, key, rent.rent_fen, f"YH-{stage.refs[key][3:]}-01", (f"rent-{rent.no}",))

    async def relieve(at: datetime) -> None:
        command = GrantRelief(stage.refs[key], f"rent-{rent.no}", "LATE-4")
        await stage.history.run(at, grant_relief, stage.staff("zhoumin"), command)

    _remind(stage, key, (3,))
    stage.add_on(rent.due_on + timedelta(days=5), 12, 30, pay)
    stage.add_on(rent.due_on + timedelta(days=6), 15, 0, relieve)
    stage.add_on(rent.due_on + timedelta(days=6), 15, 5, stage.send_notices)


def demand(stage: Stage, key: str, days_ago: int) -> None:
    """A demand in writing, delivered the same morning."""

    async def write(at: datetime) -> None:
        await stage.history.run(at, demand_payment, stage.staff("tangwei"), DemandPayment(stage.refs[key]))

    stage.add(days_ago, 10, 0, write)
    stage.add(days_ago, 10, 5, stage.send_notices)
    stage.add(days_ago, 10, 8, lambda at: stage.answer(
        at, key, "您好，我是周敏，这件事由我跟进。对金额有疑问，或一时有困难，直接在这里说，我们一起安排。",
    ))  # fmt: skip


async def terminate(stage: Stage, at: datetime, key: str) -> None:
    """The demand's days are over."""
    command = TerminateLease(stage.refs[key], "催告期满仍未付款，也没有答复")
    await stage.history.run(at, terminate_lease, stage.staff("tangwei"), command)
