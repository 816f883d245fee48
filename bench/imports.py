"""`import`: contracts signed elsewhere brought in from a CSV file, beside COPY of the same bytes."""

import asyncio
import csv
import subprocess
import sys
from pathlib import Path
from time import perf_counter

import msgspec
from msgspec import Struct

from bench.ground import FOLDER, ROOT, Ground, say
from bench.quote import FORMULAS
from bench.row import Row, ratio
from shouwen.platform.db import connect

_COLUMNS = (
    "external_no", "renter_name", "renter_phone", "model", "storage", "signed_on", "first_due_on", "periods",
    "total_rent", "signed_value", "residual", "buyout_formula", "grace_days", "late_fee_daily_rate", "deposit",
    "paid_periods",
)  # fmt: skip


class _Ran(Struct, frozen=True):
    seconds: float
    accepted: int
    peak_mib: float
    processor_s: float


def measure(ground: Ground) -> list[Row]:
    """100,000 contracts, every one with a custom formula and half its rents paid; 20,000 with the small scale."""
    rows = 20_000 if ground.small else 100_000
    path = FOLDER / f"import_{rows}.csv"
    _write(path, rows)
    dsn = ground.database("import")
    used = ground.processor()
    done = subprocess.run(
        [sys.executable, "-m", "bench.import_child", dsn, str(path)],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    used = ground.processor() - used
    ran = msgspec.json.decode(done.stdout, type=_Ran)
    if ran.accepted != rows:
        raise RuntimeError(f"{ran.accepted} of {rows} contracts went in")
    copied = asyncio.run(_copy(ground.owner_of(dsn), path))
    say(f"  {rows:,} contracts: {ran.seconds:.1f} s, COPY {copied:.2f} s")
    measured, yardstick = rows / ran.seconds, rows / copied
    return [
        Row(
            name="import", measured=measured, unit="rows/s", yardstick=yardstick, ratio=ratio(measured, yardstick),
            note=f"{rows:,} contracts, {path.stat().st_size / 1e6:.1f} MB, each checked, its ladder computed, with"
            f" lease, contract, twelve bills, payments and deposit in the book: {ran.seconds:.1f} s, peak"
            f" {ran.peak_mib:.0f} MiB; processor time {(ran.processor_s + used) / rows * 1e6:.0f} µs a row"
            f" ({ran.processor_s / rows * 1e6:.0f} of them ours); yardstick: COPY of the same bytes into one table of"
            " texts, nothing checked",
        )
    ]  # fmt: skip


def _write(path: Path, rows: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_COLUMNS)
        for no in range(rows):
            writer.writerow(
                (
                    f"LZ-{no:07d}", f"租客{no}", f"138{no:08d}", "iPhone 15 Pro Max", "256 GB", "2026-01-10",
                    "2026-01-31", "12", f"{6502 + no % 50}.00", "12798.10", "6296.10", FORMULAS[no % len(FORMULAS)],
                    "3", "0.0003", "3000", "6",
                )
            )  # fmt: skip


async def _copy(owner_dsn: str, path: Path) -> float:
    conn = await connect(owner_dsn)
    try:
        await conn.execute(f"CREATE TABLE plain_rows ({', '.join(f'{name} text' for name in _COLUMNS)})")
        started = perf_counter()
        await conn.copy_to_table("plain_rows", source=path, format="csv", header=True)
        return perf_counter() - started
    finally:
        await conn.close()
