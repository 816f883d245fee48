"""`shouwen day run [--date D] [--json]`: run the business day, and first whichever were missed, in order.

Exit 0: done, now or before; 1: refused (a day to come); 2: the date cannot be read, or no desk is running. It may be
killed at any point and run again, beside the worker's own nightly run: each part happens once.
"""

import argparse
import asyncio
import sys
from datetime import date

import msgspec

from shouwen.features.business_day.running import Progress, run_days
from shouwen.features.business_day.types import DayReport
from shouwen.features.cases.jobs import tick
from shouwen.kernel.errors import Refusal
from shouwen.platform.settings import Settings, load_settings


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the `day` command; its parsers set `func(args) -> int`."""
    day = subparsers.add_parser("day", help="业务日 · the business day")
    actions = day.add_subparsers(dest="day_command", required=True, metavar="ACTION")
    run = actions.add_parser(
        "run",
        help="到期租金、违约金、扣款等；漏掉的日子先依次补上 · what the calendar makes due; missed days come first",
    )
    run.add_argument("--date", metavar="YYYY-MM-DD", help="北京日期，默认今天 · a day in Beijing, else today")
    run.add_argument("--json", action="store_true", help="输出 JSON · print the report as JSON")
    run.set_defaults(func=run_day)


def run_day(arguments: argparse.Namespace) -> int:
    """Run up to the day asked for on the running desk; progress goes to standard error."""
    from shouwen.mount.act import running_dsn  # loads the whole desk, which `shouwen quote` does not need

    try:
        on = date.fromisoformat(arguments.date) if arguments.date else None
    except ValueError:
        print(f"看不懂的日期：{arguments.date}（应为 2026-03-01） · not a date", file=sys.stderr)
        return 2
    settings = load_settings()
    dsn = running_dsn(settings)
    if not dsn:
        print("客服台没有在运行；请先 shouwen up · the desk is not running: shouwen up", file=sys.stderr)
        return 2
    try:
        reports = asyncio.run(_run(settings, dsn, on))
    except Refusal as refusal:
        print(f"{refusal.zh}；{refusal.remedy_zh} · {refusal.en}", file=sys.stderr)
        return 1
    if arguments.json:
        print(msgspec.json.encode(reports).decode())
        return 0
    for report in reports:
        print(_line(report))
    if not reports:
        print("没有要补的日子，已经做过了 · nothing to do, it was done before")
    return 0


async def _run(settings: Settings, dsn: str, on: date | None) -> tuple[DayReport, ...]:
    from shouwen.mount.runtime import open_door, open_services

    async with open_door(dsn, open_services(settings)) as door:
        reports = await run_days(door, on, tell=_tell)
        await tick(door)  # promises and clocks that are due, as the worker looks for them each second
        return reports


def _tell(progress: Progress) -> None:
    spared = f"，{progress.spared} 份租约没有算成 · left" if progress.spared else ""
    print(
        f"{progress.on_day} {progress.name_zh} · {progress.step} {progress.done}/{progress.parts}："
        f"{progress.made}{spared}",
        file=sys.stderr,
        flush=True,
    )


def _line(report: DayReport) -> str:
    steps = "，".join(f"{step.name_zh} {step.made}" for step in report.steps if step.made)
    spared = f"；{report.spared} 份租约没有算成，请技术人员查看" if report.spared else ""
    return f"{report.on_day} 已完成 · done：{steps or '没有到期的事 · nothing was due'}{spared}"
