"""Relay, jobs, live hints and approvals on a real database."""

import asyncio
from datetime import timedelta

import pytest

from shouwen.features.people import use_cases as people
from shouwen.features.people.use_cases.sessions import LoggedOut
from shouwen.kernel.actor import ANONYMOUS, Actor, Role
from shouwen.kernel.errors import Absent, Refusal
from shouwen.platform import clock, given_up, jobs
from shouwen.platform.db import connect
from shouwen.platform.events import Done
from shouwen.platform.live import Hint, Hub
from shouwen.platform.logs import redact
from shouwen.platform.relay import drain

AGENT = Actor(Role.AGENT, 1, "周敏")


def add_outbox(house, rows):
    async def go():
        conn = await connect(house.dsn)
        await conn.executemany(
            "INSERT INTO outbox (journal_id, seq, topics, jobs, sealed) VALUES ($1, $2, $3, $4, $5)", rows
        )
        await conn.close()

    house.run(go())


def drain_all(house):
    async def go():
        conn = await connect(house.dsn)
        count = 0
        while done := await drain(conn):
            count += done
        await conn.close()
        return count

    return house.run(go())


def test_relay_drains_once_enqueues_jobs_and_hands_seals_on(house):
    job = {"kind": "k", "key": "k:1", "payload": {"a": 1}, "run_at": None}
    add_outbox(house, [(1, 5, ["case:1"], [job], True), (2, 6, ["case:1"], [job], False)])
    assert drain_all(house) == 2
    assert drain_all(house) == 0
    assert [row["key"] for row in house.sql("SELECT key FROM jobs")] == ["k:1"]
    assert [row["journal_id"] for row in house.sql("SELECT journal_id FROM log_pending")] == [1]


def test_relay_tells_each_topic_its_newest_seq(house):
    async def go():
        hub = Hub(house.dsn)
        listening = asyncio.create_task(hub.run())
        await hub.connected.wait()
        case, other = hub.subscribe("case:1"), hub.subscribe("case:2")
        conn = await connect(house.dsn)
        await conn.executemany(
            "INSERT INTO outbox (journal_id, seq, topics, jobs, sealed) VALUES ($1, $2, $3, '[]', false)",
            [(n, n, ["case:1", "desk"]) for n in range(1, 1200)],
        )
        heard = []
        while await drain(conn):
            heard.append(await case.next())
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(other.next(), 0.1)
        case.close()
        other.close()
        await conn.close()
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
        return heard

    assert house.run(go()) == [Hint("case:1", 500), Hint("case:1", 1000), Hint("case:1", 1199)]


@pytest.fixture
def handler(monkeypatch):
    """A job kind `probe` whose behaviour the test chooses."""
    calls = []

    async def probe(door, payload):
        calls.append(payload)
        if payload.get("fail"):
            raise OSError("provider away")

    monkeypatch.setitem(jobs.HANDLERS, "probe", probe)
    return calls


def enqueue(house, key, payload):
    add_outbox(house, [(1, None, [], [{"kind": "probe", "key": key, "payload": payload, "run_at": None}], False)])
    drain_all(house)


def test_job_done_is_gone(house, handler):
    enqueue(house, "p:1", {"n": 1})
    assert house.run(jobs.run_next(house.door, house.door.writes))
    assert not house.run(jobs.run_next(house.door, house.door.writes))
    assert handler == [{"n": 1}]


def test_job_failing_is_kept_retried_later_and_given_up_with_its_error(house, handler):
    enqueue(house, "p:1", {"fail": True})
    assert house.run(jobs.run_next(house.door, house.door.writes))
    row = house.sql("SELECT attempts, last_error, run_at, failed_at FROM jobs")[0]
    assert (row["attempts"], row["last_error"], row["failed_at"]) == (1, "OSError: provider away", None)
    assert row["run_at"] > clock.now()
    house.run(house.door.writes.execute("UPDATE jobs SET attempts = 7, run_at = now()"))
    assert house.run(jobs.run_next(house.door, house.door.writes))
    assert house.sql("SELECT failed_at IS NOT NULL AS given_up FROM jobs")[0]["given_up"]
    assert not house.run(jobs.run_next(house.door, house.door.writes))


def test_job_given_up_is_seen_and_tried_again_by_an_administrator_alone(house, handler):
    enqueue(house, "p:1", {"n": 1})
    house.run(
        house.door.writes.execute("UPDATE jobs SET attempts = 8, failed_at = now(), last_error = 'OSError: away'")
    )
    admin, supervisor = Actor(Role.ADMIN, 1, "管理员"), Actor(Role.SUPERVISOR, 2, "主管")
    [seen] = house.run(house.door.run(given_up.list_given_up, admin, given_up.ListGivenUp()))
    assert (seen.kind, seen.last_error) == ("probe", "OSError: away")
    again = given_up.TryAgain(seen.job_id)
    with pytest.raises(Absent):
        house.run(house.door.run(given_up.try_again, supervisor, again))
    house.run(house.door.run(given_up.try_again, admin, again))
    with pytest.raises(Absent):
        house.run(house.door.run(given_up.try_again, admin, again))
    assert house.run(jobs.run_next(house.door, house.door.writes))
    assert handler == [{"n": 1}]


def test_job_of_a_killed_worker_is_due_again(house, handler):
    enqueue(house, "p:1", {"n": 1})
    taken = house.run(house.door.writes.fetchrow(jobs._TAKE, clock.now(), jobs.LEASE))
    assert taken is not None  # taken, and then the worker dies
    assert not house.run(jobs.run_next(house.door, house.door.writes))
    later = clock.now() + jobs.LEASE + timedelta(seconds=1)
    assert house.run(house.door.writes.fetchrow(jobs._TAKE, later, jobs.LEASE))["attempts"] == 2


def test_job_that_takes_every_worker_down_with_it_is_given_up_untried(house, handler):
    enqueue(house, "p:1", {"n": 1})
    house.run(house.door.writes.execute("UPDATE jobs SET attempts = $1", jobs.MAX_ATTEMPTS))
    assert house.run(jobs.run_next(house.door, house.door.writes))
    assert handler == []
    assert house.sql("SELECT failed_at IS NOT NULL AS given_up FROM jobs")[0]["given_up"]
    assert not house.run(jobs.run_next(house.door, house.door.writes))


def test_job_that_never_ends_fails_before_another_worker_takes_it(house, monkeypatch):
    async def sleep_on(_door, _payload):
        await asyncio.sleep(3600)

    monkeypatch.setitem(jobs.HANDLERS, "probe", sleep_on)
    assert jobs.PATIENCE < jobs.LEASE
    monkeypatch.setattr(jobs, "PATIENCE", timedelta(milliseconds=10))
    enqueue(house, "p:1", {"n": 1})
    assert house.run(jobs.run_next(house.door, house.door.writes))
    assert house.sql("SELECT last_error FROM jobs")[0]["last_error"].startswith("TimeoutError")


def test_two_workers_take_a_job_once(house, handler):
    enqueue(house, "p:1", {"n": 1})

    async def both():
        return await asyncio.gather(*(jobs.run_next(house.door, house.door.writes) for _ in range(4)))

    assert sorted(house.run(both())) == [False, False, False, True]
    assert len(handler) == 1


def test_write_without_event_changes_nothing(house, monkeypatch):
    async def silent(ctx, command):
        await ctx.conn.execute("INSERT INTO rate_windows (key, window_at, count) VALUES ('x', now(), 1)")
        return Done(LoggedOut(True))

    monkeypatch.setattr(people.log_out, "fn", silent)
    with pytest.raises(RuntimeError, match="told nobody"):
        house.run(house.door.run(people.log_out, AGENT, people.LogOut()))
    assert house.sql("SELECT count(*) FROM rate_windows")[0][0] == 0


def test_same_key_at_the_same_time_acts_once_and_both_get_the_answer(house):
    async def both():
        return await asyncio.gather(
            *(house.door.run(people.log_out, AGENT, people.LogOut(), key="together-1") for _ in range(5))
        )

    answers = house.run(both())
    assert len({answer.ended for answer in answers}) == 1
    assert house.sql("SELECT count(*) FROM acts")[0][0] == 1


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("phone 13812342210 called", "13812342210"),
        ("id 11010519491231002X", "11010519491231002X"),
        ("imei 356938035643809", "356938035643809"),
        ("Authorization: Bearer abcdef", "abcdef"),
        ("password=hunter2&x=1", "hunter2"),
        ('{"csrf": "s3cret-token"}', "s3cret-token"),
    ],
)
def test_log_line_loses_personal_numbers_and_secrets(text, gone):
    assert gone not in redact(text)


def test_sessions_of_others_cannot_be_revoked(house):
    with pytest.raises(Refusal):
        house.run(house.door.run(people.revoke_session, AGENT, people.RevokeSession(12345)))
    with pytest.raises(Refusal):
        house.run(house.door.run(people.list_sessions, ANONYMOUS, people.ListSessions()))
