"""`business_day`: a whole day of a company at three sizes, beside two SQL statements that book the same money."""

import asyncio
import json
import subprocess
import sys
from statistics import median
from time import perf_counter

import asyncpg
import msgspec
from msgspec import Struct
from msgspec.structs import replace

from bench import day_fill
from bench.day_fill import DAY
from bench.ground import ROOT, Ground, acting, say
from bench.row import Row, ratio, spread
from shouwen.platform.db import connect

GOAL_PER_SECOND = 10_000
MOST_TIMES = 3.0
MOST_GROWTH = 1.5
MOST_MEMORY_GROWTH = 1.2

# What somebody would write who had only this day to book: each statement takes the whole company at once.
_CHARGES = """
WITH due AS (
  UPDATE charges SET booked_on = $1 WHERE booked_on IS NULL AND due_on <= $1
  RETURNING id, lease_id, renter_id, no, due_on, amount_fen),
entries AS (
  INSERT INTO money_entries (key, act_id, kind, lease_id, renter_id, booked_on, memo, rule, value_on)
  SELECT 'charge:' || id, $2, 'charge', lease_id, renter_id, $1, '第 ' || no || ' 期租金', 'BUY-1',
    CASE WHEN due_on < $1 THEN due_on END
  FROM due RETURNING id, key)
INSERT INTO money_transfers (entry_id, no, debit_account, credit_account, amount_fen, charge_id)
SELECT e.id, 1, 'rent_receivable', 'rent_income', d.amount_fen, d.id
FROM due d JOIN entries e ON e.key = 'charge:' || d.id
"""
_FEES = """
WITH counted AS (
  SELECT a.charge_id, a.lease_id, a.renter_id, a.no, a.fee_charge_id, a.first_on, a.booked_fen, f.clause, s.fen_days,
    least(div(s.fen_days::numeric * f.rate_num, f.rate_den), a.cap_fen,
          div(s.fen_days::numeric * f.gate_num, f.gate_den))::bigint AS total_fen
  FROM late_accruals a JOIN fee_terms f USING (lease_id)
  CROSS JOIN LATERAL (SELECT a.fen_days + ($1::date - 1 - a.through_on) * a.bearing_fen AS fen_days) s
  WHERE a.stopped_on IS NULL AND a.through_on < $1::date - 1),
stepped AS (
  UPDATE late_accruals a SET through_on = $1::date - 1, fen_days = c.fen_days, days = a.days + 1,
    booked_fen = c.total_fen
  FROM counted c WHERE c.charge_id = a.charge_id),
raised AS (
  UPDATE charges c SET amount_fen = c.amount_fen + k.total_fen - k.booked_fen FROM counted k
  WHERE c.id = k.fee_charge_id AND k.total_fen > k.booked_fen),
entries AS (
  INSERT INTO money_entries (key, act_id, kind, lease_id, renter_id, booked_on, memo, rule)
  SELECT 'late:' || charge_id || ':' || $1::date, $2, 'accrual', lease_id, renter_id, $1,
    '第 ' || no || ' 期逾期违约金', 'LATE-1'
  FROM counted WHERE total_fen > booked_fen RETURNING id, lease_id)
INSERT INTO money_transfers (entry_id, no, debit_account, credit_account, amount_fen, charge_id)
SELECT e.id, 1, 'late_fee_receivable', 'late_fee_income', c.total_fen - c.booked_fen, c.fee_charge_id
FROM entries e JOIN counted c USING (lease_id)
"""
_BOOKED = """
SELECT count(*), sum(t.amount_fen)::bigint FROM money_entries e JOIN money_transfers t ON t.entry_id = e.id
WHERE e.booked_on = $1
"""


class Ran(Struct, frozen=True):
    """One day: what the child says, the money entries it wrote, and processor time with the database's."""

    seconds: float
    processor_s: float
    steps: dict[str, float]
    made: dict[str, int]
    peak_mib: float
    entries: int = 0


class Size(Struct, frozen=True):
    """The days of a company of a size; the yardstick's seconds, by the clock and of processor time."""

    leases: int
    days: list[Ran]
    plain_s: list[float]
    plain_processor_s: list[float]

    @property
    def entries(self) -> int:
        return self.days[0].entries

    @property
    def seconds(self) -> float:
        return median(day.seconds for day in self.days)


def measure(ground: Ground) -> list[Row]:
    """10,000 and 100,000 leases; with the full scale 1,000,000."""
    plan = [(10_000, 5), (100_000, 3)] + ([] if ground.small else [(1_000_000, 2)])
    sizes = [_measure(ground, leases, rounds) for leases, rounds in plan]
    return _rows(sizes, _exact(ground))


def _measure(ground: Ground, leases: int, rounds: int) -> Size:
    days, plain, processor = [], [], []
    for _ in range(rounds):
        ran, booked = _ours(ground, leases)
        owner = ground.owner_of(_fresh(ground, leases))
        before = ground.processor()
        seconds, expected = asyncio.run(_plain(owner))
        processor.append(ground.processor() - before)
        if booked != expected:
            raise RuntimeError(f"the day booked {booked}, the two statements {expected}")
        days.append(ran)
        plain.append(seconds)
        say(f"  {leases:,} leases: {ran.seconds:.2f} s, the two statements {seconds:.2f} s")
    return Size(leases, days, plain, processor)


def _fresh(ground: Ground, leases: int) -> str:
    return ground.database(f"day_{leases}", day_fill.company(leases), day_fill.VERSION)


def _ours(ground: Ground, leases: int, *, before: str = "") -> tuple[Ran, tuple[int, int]]:
    dsn = _fresh(ground, leases)
    owner = ground.owner_of(dsn)
    if before:
        asyncio.run(_in_act(owner, before))
    used = ground.processor()
    done = subprocess.run(
        [sys.executable, "-m", "bench.day_child", dsn], cwd=ROOT, check=True, capture_output=True, text=True
    )
    used = ground.processor() - used
    booked = asyncio.run(_booked(owner))
    ran = msgspec.convert({**json.loads(done.stdout), "entries": booked[0]}, Ran)
    return replace(ran, processor_s=ran.processor_s + used), booked


async def _in_act(owner_dsn: str, sql: str) -> None:
    conn = await connect(owner_dsn)
    try:
        async with acting(conn):
            await conn.execute(sql)
    finally:
        await conn.close()


async def _booked(owner_dsn: str) -> tuple[int, int]:
    conn = await connect(owner_dsn)
    try:
        return await _count(conn)
    finally:
        await conn.close()


async def _count(conn: asyncpg.Connection) -> tuple[int, int]:
    row = await conn.fetchrow(_BOOKED, DAY)
    return row[0], row[1]


async def _plain(owner_dsn: str) -> tuple[float, tuple[int, int]]:
    """Both statements, each committed; seconds, and what they booked."""
    conn = await connect(owner_dsn)
    try:
        started = perf_counter()
        for sql in (_CHARGES, _FEES):
            async with acting(conn):
                await conn.execute(sql, DAY, 1)
        seconds = perf_counter() - started
        return seconds, await _count(conn)
    finally:
        await conn.close()


_TOUCHED = "UPDATE late_accruals SET stale = true WHERE lease_id IN (SELECT lease_id FROM contracts)"


def _exact(ground: Ground) -> Row:
    """The same day where something happened to overdue rents: their whole history is read."""
    quiet, _ = _ours(ground, 100_000)
    touched, _ = _ours(ground, 100_000, before=_TOUCHED)
    seconds = touched.steps["fees_exact"]
    leases = min(day_fill.WITH_CONTRACT, 100_000 // 20)
    return Row(
        name="business_day.exact", measured=leases / seconds, unit="leases/s",
        note=f"{leases:,} overdue leases with a payment, pause or correction, read and worked out anew by the rule of"
        f" the contract: {seconds:.2f} s; the whole day {touched.seconds:.2f} s, {quiet.seconds:.2f} s without them",
    )  # fmt: skip


def _rows(sizes: list[Size], exact: Row) -> list[Row]:
    least, most = sizes[0], sizes[-1]
    rates = [most.entries / day.seconds for day in most.days]
    measured, yardstick = median(rates), most.entries / median(most.plain_s)
    slowest = most.days[0].steps
    steps = ", ".join(f"{name} {seconds:.2f}" for name, seconds in slowest.items() if seconds >= 0.05)
    each = [size.seconds / size.leases * 1e6 for size in (least, most)]
    peaks = [max(day.peak_mib for day in size.days) for size in (least, most)]
    growth, memory = ratio(each[1], each[0]) or 0.0, ratio(peaks[1], peaks[0]) or 0.0
    return [
        Row(
            name="business_day", measured=measured, unit="entries/s", yardstick=yardstick,
            ratio=ratio(measured, yardstick),
            goal=f"≥ {GOAL_PER_SECOND:,} entries/s, time ≤ {MOST_TIMES:g} ×",
            met=measured >= GOAL_PER_SECOND and yardstick <= MOST_TIMES * measured,
            note=f"the whole day of {most.leases:,} leases, {most.entries:,} money entries, every step of it, in"
            f" {spread([day.seconds for day in most.days], ' s')} ({steps}); yardstick: one SQL statement for all rents"
            f" and one for all late fees, {spread(most.plain_s, ' s')}, the same entries to the fen; processor time"
            f" {spread([day.processor_s for day in most.days], ' s')} beside {spread(most.plain_processor_s, ' s')}",
        ),
        Row(
            name="business_day.growth", measured=each[1], unit="µs", yardstick=each[0], ratio=growth,
            goal=f"ratio ≤ {MOST_GROWTH:g}", met=growth <= MOST_GROWTH,
            note="a lease of the company: " + ", ".join(f"{size.leases:,} in {size.seconds:.2f} s" for size in sizes),
        ),
        Row(
            name="business_day.memory", measured=peaks[1], unit="MiB", yardstick=peaks[0], ratio=memory,
            goal=f"ratio ≤ {MOST_MEMORY_GROWTH:g}", met=memory <= MOST_MEMORY_GROWTH,
            note=f"peak of the process that runs the day, {most.leases:,} leases beside {least.leases:,}",
        ),
        exact,
    ]  # fmt: skip
