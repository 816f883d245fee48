"""`shouwen contract import FILE --source NAME`: contracts signed elsewhere, through the door, with a row-by-row report.

Exit 0: every row is in (now or from before), 1: some rows or the file were refused, 2: no desk is running, or the file
cannot be opened. Sending a file again, mended, brings in what is missing and nothing twice.
"""

import argparse
import asyncio
import csv
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TextIO

import msgspec

from shouwen.features.contracts.public import safe_cell
from shouwen.features.leases.importing import take_file
from shouwen.features.leases.use_cases.importing import (
    ImportChunk,
    ImportContracts,
    ImportReport,
    ImportStarted,
    ReadImport,
    ReportRow,
    chunk_key,
    import_chunk,
    import_contracts,
    read_import,
)
from shouwen.kernel.actor import SYSTEM, Actor, Role
from shouwen.kernel.errors import Refusal
from shouwen.platform.decode import decode
from shouwen.platform.door import Door
from shouwen.platform.settings import Settings, load_settings
from shouwen.platform.storage import CHUNK_BYTES

OPERATOR = Actor(Role.ADMIN, 0, "本机管理员")
MOST_BYTES = 1024 * 1024 * 1024
_HEADS = (
    "行 line",
    "编号 number",
    "结果 outcome",
    "订单 lease",
    "列 column",
    "原值 found",
    "原因 why",
    "怎样改 remedy",
)
_OUTCOME_ZH = {"accepted": "已导入", "known": "已有", "refused": "退回"}


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `import` to the `contract` command; its parser sets `func(args) -> int`."""
    bring = subparsers.add_parser(
        "import", help="导入别处签署的合同（CSV 或 JSON） · import contracts signed elsewhere"
    )
    bring.add_argument("file", metavar="FILE", help="CSV 或 JSON 文件，UTF-8 或 GBK · the file")
    bring.add_argument("--source", required=True, metavar="NAME", help="在哪里签署的，例如旧系统的名称 · where from")
    bring.add_argument("--format", choices=("csv", "json"), help="默认按文件名 · else by the file's name")
    bring.add_argument("--report", metavar="OUT", help="把逐行结果写成 CSV · write every row's outcome as CSV")
    bring.add_argument("--json", action="store_true", help="输出 JSON（不含逐行结果） · print the counts as JSON")
    bring.set_defaults(func=bring_file)


def bring_file(arguments: argparse.Namespace) -> int:
    """Bring the file in on the running desk; prints what was refused and why."""
    from shouwen.mount.act import running_dsn  # loads the whole desk, which `shouwen quote` does not need

    settings, path = load_settings(), Path(arguments.file)
    problem = _unreadable(path)
    if problem:
        print(f"{arguments.file}：{problem}", file=sys.stderr)
        return 2
    dsn = running_dsn(settings)
    if not dsn:
        print("客服台没有在运行；请先 shouwen up · the desk is not running: shouwen up", file=sys.stderr)
        return 2
    try:
        with ExitStack() as opened:
            report = None
            if arguments.report:
                report = opened.enter_context(Path(arguments.report).open("w", encoding="utf-8-sig", newline=""))
            return asyncio.run(_bring(settings, dsn, path, arguments, report))
    except OSError as error:
        print(f"{arguments.report}：写不进去 · {error.strerror or 'cannot be written'}", file=sys.stderr)
        return 2
    except Refusal as refusal:
        print(f"{refusal.zh} · {refusal.en}", file=sys.stderr)
        print(f"{refusal.remedy_zh} · {refusal.remedy_en}", file=sys.stderr)
        return 1


def _unreadable(path: Path) -> str:
    try:
        if not path.is_file():
            return "不是文件，或找不到 · not a file, or not there"
        if path.stat().st_size > MOST_BYTES:
            return "超过 1 GB，请分成几个文件 · above 1 GB: split it"
        with path.open("rb"):
            return ""
    except OSError as error:
        return f"读不出来 · {error.strerror or 'cannot be read'}"


async def _bring(
    settings: Settings, dsn: str, path: Path, arguments: argparse.Namespace, report_to: TextIO | None
) -> int:
    from shouwen.mount.runtime import open_door, open_services

    async with open_door(dsn, open_services(settings)) as door:
        sha256 = await asyncio.to_thread(take_file, door.services.storage, _pieces(path))
        body = {
            "format": arguments.format or ("json" if path.suffix.lower() in (".json", ".jsonl") else "csv"),
            "source": arguments.source, "sha256": sha256.hex(),
        }  # fmt: skip
        command = decode(ImportContracts, {}, [], msgspec.json.encode(body))
        started = await door.run(import_contracts, OPERATOR, command, channel="cli")
        await read_through(door, started, sys.stderr)
        report = await _page(door, started.import_ref, 0, refused=True)
        if report_to is not None:
            await write_report(door, started.import_ref, report_to)
        await _print(door, report, as_json=arguments.json)
    return 1 if report.refused else 0


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as source:
        while piece := source.read(CHUNK_BYTES):
            yield piece


async def read_through(door: Door, started: ImportStarted, progress: TextIO) -> None:
    """Bring in every chunk; the desk's own worker may do some of them, each happens once."""
    offset, line = 0, 0
    while True:
        command = ImportChunk(started.import_ref, offset, line)
        key = chunk_key(started.import_ref, offset)
        done = await door.run(import_chunk, SYSTEM, command, key=key, channel="job")
        print(f"{done.done}/{done.rows} 行 · rows", file=progress)
        if done.next_offset is None or done.next_line is None:
            return
        offset, line = done.next_offset, done.next_line


async def _page(door: Door, import_ref: str, after: int, *, refused: bool) -> ImportReport:
    command = ReadImport(import_ref, after, "refused" if refused else "all")
    return await door.run(read_import, OPERATOR, command, channel="cli")


async def _rows(door: Door, import_ref: str, *, refused: bool) -> AsyncIterator[ReportRow]:
    after: int | None = 0
    while after is not None:
        report = await _page(door, import_ref, after, refused=refused)
        for row in report.page:
            yield row
        after = report.next_after


async def write_report(door: Door, import_ref: str, file: TextIO) -> None:
    """Every row's outcome as CSV, one line for each problem; no cell of it runs as a formula."""
    writer = csv.writer(file)
    writer.writerow(_HEADS)
    async for row in _rows(door, import_ref, refused=False):
        head = (str(row.line), row.external_no, _OUTCOME_ZH[row.outcome], row.lease_ref or "")
        for why in row.why or (None,):
            tail = ("", "", "", "") if why is None else (why.column, why.found, why.zh, why.remedy_zh)
            writer.writerow([safe_cell(cell) for cell in (*head, *tail)])


async def _print(door: Door, report: ImportReport, *, as_json: bool) -> None:
    counts = {
        name: getattr(report, name) for name in ("import_ref", "rows", "accepted", "known", "refused", "encoding")
    }
    if as_json:
        print(msgspec.json.encode(counts).decode())
        return
    async for row in _rows(door, report.import_ref, refused=True):
        for why in row.why:
            found = f"（{why.found}）" if why.found else ""
            print(f"第 {row.line} 行 {row.external_no} {why.column}{found}：{why.zh}。{why.remedy_zh}")
    said = f"新导入 {report.accepted}，已有 {report.known}，退回 {report.refused}"
    print(f"{report.import_ref}：{report.rows} 行，{said}")
