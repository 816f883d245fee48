"""The business day: every part happens once, missed days follow in order, one bad lease does not stop the others."""

import asyncio
import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import asyncpg
import msgspec
import pytest
from lease_ground import in_act, run
from money_ground import FIRST_DUE_ON, add_scheduled, assert_book_holds, at, bill, fee, pay

from shouwen.features.business_day import running, steps, use_cases
from shouwen.features.business_day.rules.calendar import SPAN, days_to_run, leases_of, parts_for
from shouwen.features.business_day.running import run_days
from shouwen.features.business_day.sparing import MOST, StepBrokenError
from shouwen.features.business_day.types import LastDay
from shouwen.features.business_day.use_cases import (
    FinishDay,
    ReadBusinessDay,
    RunDayPart,
    StartDay,
    finish_day,
    read_business_day,
    run_day_part,
    start_day,
)
from shouwen.features.money.public import close_book_through
from shouwen.kernel.actor import SYSTEM, Actor, Role
from shouwen.kernel.errors import Refusal
from shouwen.mount import worker
from shouwen.platform import clock

MARCH_16 = date(2026, 3, 16)
SUPERVISOR = Actor(Role.SUPERVISOR, 5, "赵主管")


def go(house, on, *, now=None, **more):
    """Run up to `on`, in the night that begins it unless `now` says otherwise."""
    return house.run(run_days(house.door, on, at=now or at(on, 0), **more))


def book(house):
    """Every entry as it stands, without the acts that wrote it."""
    rows = house.sql(
        "SELECT e.key, e.kind, e.lease_id, e.booked_on, e.value_on, e.memo, e.rule, t.no, t.debit_account,"
        " t.credit_account, t.amount_fen, c.kind AS charge_kind, c.no AS charge_no"
        " FROM money_entries e JOIN money_transfers t ON t.entry_id = e.id LEFT JOIN charges c ON c.id = t.charge_id"
        " ORDER BY e.key, t.no"
    )
    return [tuple(row) for row in rows]


@pytest.fixture
def lease(house):
    return add_scheduled(house)


@pytest.fixture
def leases(house):
    """Three leases, and parts of one lease each."""
    return [add_scheduled(house, no=no) for no in (1, 2, 3)]


@pytest.fixture
def narrow(monkeypatch):
    """Parts of one lease each."""
    monkeypatch.setattr("shouwen.features.business_day.rules.calendar.SPAN", 1)


def only(monkeypatch, do, **more):
    """Days of one step."""
    step = steps.Step(name="charges", zh="测试", do=do, **more)
    monkeypatch.setattr(use_cases, "STEPS", (step,))
    monkeypatch.setattr(use_cases, "BY_NAME", {"charges": step})


def test_day_books_what_is_due_and_says_so(house, lease):
    [report] = go(house, FIRST_DUE_ON)
    made = {step.step: step.made for step in report.steps if step.made}
    assert made == {"charges": 1, "reminders": 1, "retention": 1}
    assert report.finished_at == at(FIRST_DUE_ON, 0)
    assert report.parts_done == report.parts
    assert bill(house, lease, "rent", 1).booked_on == FIRST_DUE_ON
    assert_book_holds(house, lease)


def test_day_run_again_writes_nothing(house, lease):
    go(house, FIRST_DUE_ON)
    before, acts = book(house), house.sql("SELECT count(*) FROM acts")
    assert go(house, FIRST_DUE_ON, now=at(FIRST_DUE_ON, 23)) == ()
    assert book(house) == before
    assert house.sql("SELECT count(*) FROM acts") == acts


@pytest.mark.parametrize("nights", [range(1, 17), (1, 16), (1, 4, 5, 12, 16)], ids=["each", "two", "some"])
def test_missed_days_lead_to_the_book_of_days_on_time(house, lease, nights):
    reports = [report for night in nights for report in go(house, date(2026, 3, night))]
    assert [report.on_day for report in reports] == [date(2026, 3, day) for day in range(1, 17)]
    rent = bill(house, lease, "rent", 1).id
    entries = [(row[0], row[3], row[4], row[10]) for row in book(house)]
    # 11 days on 500.00 at 0.02 %, the day before each night
    fees = [(f"late:{rent}:2026-03-{day:02d}", date(2026, 3, day), None, 10) for day in range(6, 17)]
    assert entries == [(f"charge:{rent}", FIRST_DUE_ON, None, 50_000), *fees]
    assert fee(house, lease, 1) == (110, 0, 0, 110)
    assert_book_holds(house, lease)


def test_first_day_of_an_old_book_takes_what_is_long_due(house, lease):
    go(house, MARCH_16)
    assert [(row[1], row[3], row[4]) for row in book(house)] == [
        ("charge", MARCH_16, FIRST_DUE_ON),
        ("accrual", MARCH_16, None),
    ]
    assert fee(house, lease, 1) == (110, 0, 0, 110)
    assert_book_holds(house, lease)


def test_speaking_steps_belong_to_their_day(house, lease, monkeypatch):
    spoken = []

    async def speak(ctx, on, lease_from, lease_to):
        spoken.append(on)
        return 1

    only(monkeypatch, speak, today_only=True)
    quiet = steps.Step(name="close", zh="测试", do=speak, once=True)
    monkeypatch.setattr(use_cases, "STEPS", (quiet, *use_cases.STEPS))
    use_cases.BY_NAME["close"] = quiet
    go(house, FIRST_DUE_ON)
    go(house, FIRST_DUE_ON + timedelta(days=2))
    days = [FIRST_DUE_ON + timedelta(days=n) for n in range(3)]
    assert spoken == [days[0], days[0], days[1], days[2], days[2]]


def test_day_begun_before_midnight_does_not_speak_after_it(house, lease, monkeypatch):
    only(monkeypatch, None, today_only=True)  # would fail if it were called
    house.run(house.door.run(start_day, SYSTEM, StartDay(FIRST_DUE_ON), key="day-starts", at=at(FIRST_DUE_ON, 23)))
    part = RunDayPart(FIRST_DUE_ON, "charges", 0)
    done = house.run(
        house.door.run(run_day_part, SYSTEM, part, key="day-part", at=at(FIRST_DUE_ON + timedelta(days=1), 0))
    )
    assert done.made == 0


def test_future_day_in_beijing_refused_even_where_the_machine_is_ahead(house, lease):
    with pytest.raises(Refusal, match="future_day"):
        go(house, FIRST_DUE_ON, now=datetime(2026, 2, 28, 15, 59, tzinfo=UTC))
    assert house.sql("SELECT count(*) FROM business_days")[0][0] == 0
    [report] = go(house, FIRST_DUE_ON, now=datetime(2026, 2, 28, 16, 0, tzinfo=UTC))
    assert report.on_day == FIRST_DUE_ON


def test_closed_day_is_not_run(house, lease):
    in_act(house, lambda ctx: close_book_through(ctx.conn, FIRST_DUE_ON))
    with pytest.raises(Refusal, match="day_closed"):
        go(house, FIRST_DUE_ON)
    assert len(go(house, FIRST_DUE_ON + timedelta(days=1))) == 1


def test_day_out_of_turn_and_half_done_day_refused(house, lease):
    go(house, FIRST_DUE_ON)
    later = FIRST_DUE_ON + timedelta(days=2)
    with pytest.raises(Refusal, match="day_out_of_turn"):
        run(house, start_day, SYSTEM, StartDay(later), at=at(later))
    tomorrow = FIRST_DUE_ON + timedelta(days=1)
    run(house, start_day, SYSTEM, StartDay(tomorrow), at=at(tomorrow))
    with pytest.raises(Refusal, match="day_not_whole"):
        run(house, finish_day, SYSTEM, FinishDay(tomorrow), at=at(tomorrow))
    with pytest.raises(Refusal, match="not_found"):
        run(house, run_day_part, SYSTEM, RunDayPart(tomorrow, "charges", 1), at=at(tomorrow))


def test_day_half_done_goes_on_where_it_stopped(house, leases, narrow, monkeypatch):
    done = running._run_part
    made = []

    async def breaks(door, command, at):
        if len(made) == 3:
            raise ConnectionError("the machine went away")
        made.append((command.step, command.part))
        return await done(door, command, at)

    monkeypatch.setattr(running, "_run_part", breaks)
    with pytest.raises(ConnectionError):
        go(house, FIRST_DUE_ON, lanes=1)
    assert made == [("close", 0), ("charges", 0), ("charges", 1)]
    assert bill(house, leases[2], "rent", 1).booked_on is None
    monkeypatch.setattr(running, "_run_part", done)
    [report] = go(house, FIRST_DUE_ON, now=at(FIRST_DUE_ON, 5))
    assert next(step.made for step in report.steps if step.step == "charges") == 3
    assert [row[2] for row in book(house)] == [lease.id for lease in leases]


def test_two_runners_at_once_every_part_happens_once(house, leases, narrow):
    async def both():
        return await asyncio.gather(*(run_days(house.door, FIRST_DUE_ON, at=at(FIRST_DUE_ON, 0)) for _ in range(2)))

    one, other = house.run(both())
    assert {report.parts_done for report in (*one, *other)} == {one[0].parts}
    assert len(book(house)) == 3
    acts = house.sql("SELECT use_case, idempotency_key FROM acts WHERE use_case LIKE '%day%'")
    assert len(acts) == len(set(acts)) == one[0].parts + 2


def test_lease_that_fails_is_left_and_told_the_others_are_done(house, leases, monkeypatch, caplog):
    async def one_fails(ctx, on, lease_from, lease_to):
        await ctx.conn.execute("SELECT 1 / (id - id) FROM leases WHERE id >= $1 AND id < $2 AND ref LIKE '%0002'",
                               lease_from, lease_to)  # fmt: skip
        done = await ctx.conn.execute("UPDATE leases SET colour = 'seen' WHERE id >= $1 AND id < $2",
                                      lease_from, lease_to)  # fmt: skip
        return int(done.split()[-1])

    only(monkeypatch, one_fails)
    [report] = go(house, FIRST_DUE_ON)
    assert (report.made, report.spared) == (2, 1)
    assert [row["colour"] for row in house.sql("SELECT colour FROM leases ORDER BY id")] == ["seen", "", "seen"]
    [told] = house.sql("SELECT lease_id FROM journal WHERE kind = 'day.lease_spared'")
    assert told["lease_id"] == leases[1].id


def test_step_that_fails_for_everybody_stops_the_day(house, leases, monkeypatch, caplog):
    async def fails(ctx, on, lease_from, lease_to):
        raise RuntimeError("a bug")

    only(monkeypatch, fails)
    with pytest.raises(StepBrokenError):
        go(house, FIRST_DUE_ON)
    assert len(caplog.records) == MOST + 1
    assert house.sql("SELECT count(*) FROM business_day_parts")[0][0] == 0


def test_part_that_met_another_writer_is_tried_again(house, lease, monkeypatch):
    tries = []

    async def meets(ctx, on, lease_from, lease_to):
        tries.append(on)
        if len(tries) < 3:
            raise asyncpg.DeadlockDetectedError("two wanted the same row")
        return 7

    only(monkeypatch, meets)
    [report] = go(house, FIRST_DUE_ON)
    assert (report.made, len(tries)) == (7, 3)


def test_payment_between_missed_days_never_runs_a_fee_backwards(house, lease):
    go(house, FIRST_DUE_ON)
    pay(house, lease, 20_000, "FK-1", date(2026, 3, 10))  # counts late fees through the ninth
    go(house, MARCH_16)
    # 5 to 9 March on 500.00, 10 to 15 on 300.00, less nothing: 2,500.00 + 1,800.00 at 0.02 %
    total_fen = fee(house, lease, 1)[0]
    assert total_fen == 86
    assert_book_holds(house, lease)


def test_supervisor_reads_the_progress_an_agent_does_not(house, lease):
    go(house, FIRST_DUE_ON)
    report = run(house, read_business_day, SUPERVISOR, ReadBusinessDay(FIRST_DUE_ON))
    assert [step.step for step in report.steps][:2] == ["close", "charges"]
    for actor in (Actor(Role.AGENT, 1), Actor(Role.RENTER, 1), Actor(Role.INSPECTOR, 2)):
        with pytest.raises(Refusal, match="not_found"):
            run(house, read_business_day, actor, ReadBusinessDay(FIRST_DUE_ON))
    with pytest.raises(Refusal, match="not_found"):
        run(house, read_business_day, SUPERVISOR, ReadBusinessDay(MARCH_16))


def test_nobody_but_the_system_runs_a_part(house, lease):
    for verb, command in ((start_day, StartDay(FIRST_DUE_ON)), (run_day_part, RunDayPart(FIRST_DUE_ON, "charges", 0))):
        with pytest.raises(Refusal, match="not_found"):
            run(house, verb, SUPERVISOR, command, at=at(FIRST_DUE_ON))


def test_worker_runs_the_day_that_has_come_and_looks_again(house, lease, monkeypatch):
    instants = iter([at(FIRST_DUE_ON, 0), at(FIRST_DUE_ON, 1), at(FIRST_DUE_ON + timedelta(days=1), 0)])
    now = [None]

    async def sleep(seconds):
        assert seconds == worker.LOOK_FOR_DAYS_S
        now[0] = next(instants, None)
        if now[0] is None:
            raise asyncio.CancelledError

    monkeypatch.setattr(worker.asyncio, "sleep", sleep)
    monkeypatch.setattr(clock, "now", lambda: now[0])
    now[0] = next(instants)
    with pytest.raises(asyncio.CancelledError):
        house.run(worker._days(house.door))
    days = house.sql("SELECT on_day FROM business_days WHERE finished_at IS NOT NULL ORDER BY on_day")
    assert [row["on_day"] for row in days] == [FIRST_DUE_ON, FIRST_DUE_ON + timedelta(days=1)]


def test_days_to_run_begin_with_the_unfinished_one():
    first, today = FIRST_DUE_ON, FIRST_DUE_ON + timedelta(days=2)
    assert days_to_run(None, first, today) == (first,)
    done, begun = LastDay(first, at(first)), LastDay(first, None)
    assert days_to_run(done, today, today) == (first + timedelta(days=1), today)
    assert days_to_run(begun, today, today) == (first, first + timedelta(days=1), today)
    assert days_to_run(done, first, today) == ()
    assert days_to_run(done, first - timedelta(days=9), today) == ()


def test_parts_take_every_lease_once():
    through = 3 * SPAN
    assert (parts_for(0), parts_for(1), parts_for(through), parts_for(through + 1)) == (1, 1, 3, 4)
    ranges = [leases_of(part) for part in range(parts_for(through))]
    assert ranges[0][0] == 1
    assert ranges[-1][1] == through + 1
    assert all(left[1] == right[0] for left, right in pairwise(ranges))


def command_line(dsn, tmp_path, *arguments, zone="America/New_York"):
    environ = {**os.environ, "SHOUWEN_DSN": dsn, "SHOUWEN_DATA": str(tmp_path / "data"), "TZ": zone}
    return subprocess.run(
        [sys.executable, "-m", "shouwen.mount.cli", "day", "run", *arguments], env=environ, capture_output=True,
        text=True, timeout=120,
    )  # fmt: skip


@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Kiritimati"])
def test_command_runs_the_day_in_beijing_whatever_the_machine_says(house, lease, dsn, tmp_path, zone):
    done = command_line(dsn, tmp_path, "--date", "2026-03-01", "--json", zone=zone)
    assert done.returncode == 0, done.stderr
    [report] = msgspec.json.decode(done.stdout)
    assert (report["on_day"], report["parts_done"]) == ("2026-03-01", report["parts"])
    assert "charges 1/1：1" in done.stderr
    again = command_line(dsn, tmp_path, "--date", "2026-03-01", zone=zone)
    assert (again.returncode, again.stderr) == (0, "")
    assert bill(house, lease, "rent", 1).booked_on == FIRST_DUE_ON


def test_command_refuses_a_day_to_come_and_an_unreadable_one(house, dsn, tmp_path):
    future = command_line(dsn, tmp_path, "--date", "9999-12-31")
    assert future.returncode == 1
    assert "还没有到" in future.stderr
    assert command_line(dsn, tmp_path, "--date", "2026-02-30").returncode == 2
    assert command_line("", tmp_path).returncode == 2
    assert house.sql("SELECT count(*) FROM business_days")[0][0] == 0
