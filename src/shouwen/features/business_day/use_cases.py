"""A business day is begun, done part by part, and finished; each part is one act, which happens once."""

from datetime import date, datetime
from typing import Annotated

from msgspec import Meta, Struct

from shouwen.features.business_day import store
from shouwen.features.business_day.rules.calendar import days_to_run, leases_of, parts_for
from shouwen.features.business_day.sparing import do_sparing
from shouwen.features.business_day.steps import BY_NAME, STEPS, Step
from shouwen.features.business_day.types import BusinessDay, DayReport, LastDay, StepReport
from shouwen.features.money.public import book_day
from shouwen.kernel.days import beijing_on, start_of
from shouwen.kernel.errors import Absent, Refusal
from shouwen.platform.door import Ctx
from shouwen.platform.events import Done, Event
from shouwen.platform.fields import Key
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case


class FindLastDay(Struct, frozen=True, forbid_unknown_fields=True):
    """How far the calendar has been run."""


class DaysSoFar(Struct, frozen=True):
    """The newest day; None where none was ever run."""

    last: LastDay | None


@use_case(FindLastDay, DaysSoFar, permission=Permission.SYSTEM, method="GET", path="/system/last-business-day")
async def find_last_day(ctx: Ctx, command: FindLastDay) -> DaysSoFar:
    """最近的业务日
    The newest business day."""
    return DaysSoFar(await store.last_day(ctx.conn))


class StartDay(Struct, frozen=True, forbid_unknown_fields=True):
    """Begin a day."""

    on_day: date


@use_case(StartDay, DayReport, permission=Permission.SYSTEM, method="POST", path="/system/business-days")
async def start_day(ctx: Ctx, command: StartDay) -> Done[DayReport]:
    """开始一个业务日
    Begin the business day that comes next."""
    on, today = command.on_day, beijing_on(ctx.now)
    if days_to_run(await store.last_day(ctx.conn), on, today) != (on,):
        raise _out_of_turn(on)
    if await book_day(ctx.conn, start_of(on)) != on:
        raise _closed(on)
    steps = [step for step in STEPS if not (step.today_only and on < today)]
    through = await store.newest_lease_id(ctx.conn)
    parts = sum(_parts(step, through) for step in steps)
    names = [step.name for step in steps]
    await store.insert_day(ctx.conn, on, ctx.now, through, names, parts)
    day = BusinessDay(on_day=on, started_at=ctx.now, leases_through=through, steps=tuple(names), parts=parts)
    late = "（补跑）" if on < today else ""
    event = Event(
        kind="day.started", text=f"业务日 {on} 开始{late}：{len(steps)} 步，{parts} 份", subject=f"day:{on}",
        data={"on": on.isoformat(), "leases_through": through, "steps": names, "parts": parts},
    )  # fmt: skip
    return Done(_report(day, {}), event)


class RunDayPart(Struct, frozen=True, forbid_unknown_fields=True):
    """One part of a step; parts are counted from 0."""

    on_day: date
    step: Key
    part: Annotated[int, Meta(ge=0, le=1_000_000)]


class PartDone(Struct, frozen=True):
    """What the part made; `spared` leases were left as they were."""

    made: int
    spared: int


@use_case(RunDayPart, PartDone, permission=Permission.SYSTEM, method="POST", path="/system/day-parts")
async def run_day_part(ctx: Ctx, command: RunDayPart) -> Done[PartDone]:
    """运行业务日的一份工作
    Run one part of the business day: one step for a range of leases."""
    on = command.on_day
    day, step = await _day(ctx, on), BY_NAME.get(command.step)
    if step is None or step.name not in day.steps or command.part >= (parts := _parts(step, day.leases_through)):
        raise Absent("步骤", "step")
    if day.finished_at is not None:
        raise _closed(on)
    made = 0
    spared: tuple[int, ...] = ()
    if not (step.today_only and on < beijing_on(ctx.now)):  # begun before midnight, gone on with after it
        outcome = await do_sparing(ctx, step, on, *leases_of(command.part))
        made, spared = outcome.made, outcome.spared
    await store.insert_part(ctx.conn, on, step.name, command.part, ctx.act_id, ctx.now, made, len(spared))
    event = Event(
        kind="day.part", text=f"业务日 {on} {step.zh} {command.part + 1}/{parts}：{made} 笔", subject=f"day:{on}",
        data={"on": on.isoformat(), "step": step.name, "part": command.part, "made": made, "spared": len(spared)},
    )  # fmt: skip
    left = (
        Event(
            kind="day.lease_spared", text=f"业务日 {on}“{step.zh}”没有算成，已原样保留，请技术人员查看",
            lease_id=lease_id, subject=f"day:{on}", data={"on": on.isoformat(), "step": step.name},
        )
        for lease_id in spared
    )  # fmt: skip
    return Done(PartDone(made, len(spared)), event, *left)


class FinishDay(Struct, frozen=True, forbid_unknown_fields=True):
    """Every part is done."""

    on_day: date


@use_case(FinishDay, DayReport, permission=Permission.SYSTEM, method="POST", path="/system/finished-business-days")
async def finish_day(ctx: Ctx, command: FinishDay) -> Done[DayReport]:
    """结束一个业务日
    Finish a business day of which every part is done."""
    day = await _day(ctx, command.on_day)
    report = _report(day, await _done(ctx, day))
    if report.parts_done < report.parts:
        raise Refusal(
            "day_not_whole", f"业务日 {day.on_day} 还有 {report.parts - report.parts_done} 份没有完成",
            f"{report.parts - report.parts_done} parts of {day.on_day} are not done",
            remedy_zh="再次运行即可接着做完", remedy_en="run it again: it goes on where it stopped",
        )  # fmt: skip
    await store.finish_day(ctx.conn, day.on_day, ctx.now)
    finished = BusinessDay(
        on_day=day.on_day, started_at=day.started_at, leases_through=day.leases_through, steps=day.steps,
        parts=day.parts, finished_at=ctx.now,
    )  # fmt: skip
    left = f"；{report.spared} 份租约没有算成，需要查看" if report.spared else ""
    event = Event(
        kind="day.finished", text=f"业务日 {day.on_day} 完成：{report.made} 笔{left}", subject=f"day:{day.on_day}",
        data={"on": day.on_day.isoformat(), "made": report.made, "spared": report.spared},
    )  # fmt: skip
    return Done(_report(finished, await _done(ctx, day)), event)


class ReadBusinessDay(Struct, frozen=True, forbid_unknown_fields=True):
    """How far a day is."""

    on_day: date


@use_case(
    ReadBusinessDay, DayReport, permission=Permission.DAY_READ, method="GET", path="/business-days/{on_day}",
    snapshot=True,
)  # fmt: skip
async def read_business_day(ctx: Ctx, command: ReadBusinessDay) -> DayReport:
    """一个业务日的进度：每一步做了多少
    How far a business day is, step by step."""
    day = await _day(ctx, command.on_day)
    return _report(day, await _done(ctx, day))


class ListBusinessDays(Struct, frozen=True, forbid_unknown_fields=True):
    """Nothing to say."""


class BusinessDayLine(Struct, frozen=True):
    """One day; `finished_at` None: it is under way, or was stopped and goes on by itself."""

    on_day: date
    started_at: datetime
    finished_at: datetime | None


@use_case(ListBusinessDays, list[BusinessDayLine], permission=Permission.DAY_READ, method="GET", path="/business-days")
async def list_business_days(ctx: Ctx, command: ListBusinessDays) -> list[BusinessDayLine]:
    """最近 30 个业务日
    The newest 30 business days."""
    days = await store.newest_days(ctx.conn, 30)
    return [BusinessDayLine(day.on_day, day.started_at, day.finished_at) for day in days]


async def _day(ctx: Ctx, on: date) -> BusinessDay:
    day = await store.day_of(ctx.conn, on)
    if day is None:
        raise Absent("业务日", "business day")
    return day


async def _done(ctx: Ctx, day: BusinessDay) -> dict[str, tuple[int, int, int]]:
    rows = await store.parts_done(ctx.conn, day.on_day)
    return {row["step"]: (row["parts"], row["made"], row["spared"]) for row in rows}


def _parts(step: Step, leases_through: int) -> int:
    return 1 if step.once else parts_for(leases_through)


def _report(day: BusinessDay, done: dict[str, tuple[int, int, int]]) -> DayReport:
    """Steps a day began with and this version no longer knows are left out."""
    steps = []
    for name in day.steps:
        if name in BY_NAME:
            parts_done, made, spared = done.get(name, (0, 0, 0))
            parts = _parts(BY_NAME[name], day.leases_through)
            steps.append(
                StepReport(step=name, name_zh=BY_NAME[name].zh, parts=parts, parts_done=parts_done, made=made,
                           spared=spared)
            )  # fmt: skip
    return DayReport(
        on_day=day.on_day, started_at=day.started_at, finished_at=day.finished_at,
        parts=sum(step.parts for step in steps), parts_done=sum(step.parts_done for step in steps),
        steps=tuple(steps),
    )  # fmt: skip


def _out_of_turn(on: date) -> Refusal:
    return Refusal(
        "day_out_of_turn", f"业务日 {on} 现在不能开始：前面的日子还没有做完，或者它已经做过",
        f"{on} is not the next business day",
        remedy_zh="运行 shouwen day run，会从没有做完的那天起依次补上", remedy_en="shouwen day run takes them in order",
    )  # fmt: skip


def _closed(on: date) -> Refusal:
    return Refusal(
        "day_closed", f"{on} 已经结账，不能再运行", f"the book of {on} is closed",
        remedy_zh="已结账的日子有出入时，在今天另记一笔更正", remedy_en="corrections are new entries of today",
    )  # fmt: skip
