"""How leases of the two hundred ended: bought out, lost, terminated, each on its day."""

from datetime import date, datetime, timedelta

from shouwen.features.endings.use_cases import ReportLost, report_lost
from shouwen.features.leases.types import LeaseState
from shouwen.mount.demo.seed.plays.arrears import demand, terminate
from shouwen.mount.demo.seed.plays.renting import buy_out, pay_buyout, unlock
from shouwen.mount.demo.seed.plays.stage import Stage
from shouwen.mount.demo.structs import Lease

DEMANDED_BEFORE = 13  # days: ten of the demand, counted from the day after it came
LOST_AT = ("公交车上", "商场", "高铁站")


def add_ends(stage: Stage) -> None:
    """Every lease that has ended through its renter or through us."""
    losses = 0
    for key, lease in stage.ending():
        match lease.state:
            case LeaseState.BOUGHT_OUT:
                _bought(stage, key, _ended_on(lease))
            case LeaseState.TERMINATED:
                _terminated(stage, key, _ended_on(lease))
            case LeaseState.LOST:
                _lost(stage, key, _ended_on(lease), LOST_AT[losses % len(LOST_AT)])
                losses += 1
            case _:
                pass


def _ended_on(lease: Lease) -> date:
    assert lease.ended_on is not None
    return lease.ended_on


def _terminated(stage: Stage, key: str, on: date) -> None:
    days_ago = (stage.today - on).days
    demand(stage, key, days_ago + DEMANDED_BEFORE)
    stage.add(days_ago, 15, 30, lambda at: terminate(stage, at, key))


def _bought(stage: Stage, key: str, on: date) -> None:
    stage.add_on(on, 11, 0, lambda at: buy_out(stage, at, key))
    stage.add_on(on, 11, 20, lambda at: pay_buyout(stage, at, key))
    stage.add_on(on + timedelta(days=1), 10, 0, lambda at: unlock(stage, at, key))


def _lost(stage: Stage, key: str, on: date, place: str) -> None:
    async def report(at: datetime) -> None:
        await stage.history.run(at, report_lost, stage.renter(key), ReportLost(key, on, place))

    stage.add_on(on, 20, 0, report)
    stage.add_on(on, 20, 1, lambda at: stage.answer(
        at, key, "您好，我是周敏。报失已经登记，锁定手机的申请已发出，扣款先停下；请联系运营商停用 SIM 卡。",
    ))  # fmt: skip
