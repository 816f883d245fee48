"""`http_reply`: what a reply to a case costs through HTTP with everything, beside a bare handler; and how many go
through in a second, beside pgbench sending the same statements.
"""

import asyncio
import json
from collections.abc import Sequence
from itertools import count
from statistics import median

import asyncpg
import uvloop
from msgspec import Struct

from bench import bare, fill
from bench.client import deal, hammer, request
from bench.ground import Ground, Server, acting, say
from bench.pgbench import find_pgbench, run_pgbench
from bench.processes import processor_seconds
from bench.row import Row, ratio, skipped, spread
from bench.sessions import browser, log_in
from shouwen.kernel.actor import Actor, Role
from shouwen.platform.db import connect

CONNECTIONS = 16  # as many agents, each answering own cases; agent 1's are the pages'
GOAL = 2.0
_KEYS = count()
# every second reply names figures of the contract, so that GUARD-1 has something to compare
TEXTS = (
    "收到照片，已经核对过了。按合同，非人为损坏由我们负责维修，维修期间的租金会减免，不用担心。",
    "您的月租金是 ¥500.00，已经按时付了 6 期；维修期间没有手机可用的天数会从下一期里扣除。",
)

_CASES = """
SELECT owner_id, array_agg(ref ORDER BY id) AS refs FROM cases
WHERE state = 'open' AND turn = 'desk' AND owner_id BETWEEN 2 AND $1 AND claim_id IS NULL
GROUP BY owner_id ORDER BY owner_id
"""
_REMEMBER = "CREATE TABLE before_cases AS SELECT * FROM cases; CREATE TABLE before_counts AS SELECT * FROM case_counts"
# every round begins with the same cases waiting for the desk
_RESET = """
UPDATE cases c SET talk_turn = b.talk_turn, talk_until = b.talk_until, turn = b.turn, turn_until = b.turn_until,
  rank = b.rank FROM before_cases b
WHERE b.id = c.id AND c.turn IS DISTINCT FROM b.turn
"""
_RESET_COUNTS = """
UPDATE case_counts c SET count = b.count FROM before_counts b WHERE b.key = c.key AND c.count <> b.count
"""


class Cost(Struct, frozen=True):
    """Milliseconds of processor time a reply, of the web process and of the database; replies a second."""

    web_ms: float
    database_ms: float
    rate: float

    @property
    def ms(self) -> float:
        """Both together."""
        return self.web_ms + self.database_ms


class Round:
    """Answers of one round: requests for ours and for the bare handler, and what they cost."""

    def __init__(self, ground: Ground, dsn: str, refs: Sequence[Sequence[str]], headers: list[dict[str, str]]) -> None:
        self.ground, self.owner_dsn = ground, ground.owner_of(dsn)
        self.refs, self.headers = refs, headers
        self.size = min(len(own) for own in refs) * len(refs)

    def ours(self, server: Server) -> list[list[bytes]]:
        """Replies as the page's script sends them."""

        def one(hand: int, number: int) -> bytes:
            body = {"text": TEXTS[number % 2], "seen_seq": 1_000_000}
            headers = {
                **browser(server.port), **self.headers[hand], "content-type": "application/json",
                "idempotency-key": f"bench-{next(_KEYS):010d}",
            }  # fmt: skip
            path = f"/api/v1/cases/{self.refs[hand][number]}/replies"
            return request("POST", path, headers, json.dumps(body, ensure_ascii=False).encode())

        return deal(self.size, len(self.refs), one)

    def bare(self, server: Server) -> list[list[bytes]]:
        """The same texts to the same cases; the yardstick reads no headers."""

        def one(hand: int, number: int) -> bytes:
            headers = {"host": f"127.0.0.1:{server.port}", "content-type": "application/json"}
            path = f"/api/v1/cases/{self.refs[hand][number]}/replies"
            return request("POST", path, headers, json.dumps({"text": TEXTS[number % 2]}, ensure_ascii=False).encode())

        return deal(self.size, len(self.refs), one)

    def cost(self, server: Server, works: list[list[bytes]]) -> Cost:
        """What it takes a server to answer them all."""
        web, database = processor_seconds(server.pid), self.ground.processor()
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            seconds = runner.run(hammer(server.port, len(works), works))
        web, database = processor_seconds(server.pid) - web, self.ground.processor() - database
        return Cost(web / self.size * 1000, database / self.size * 1000, self.size / seconds)

    def reset(self) -> None:
        """Every case waits for the desk again."""
        asyncio.run(_in_act(self.owner_dsn, _RESET, _RESET_COUNTS))


def measure(ground: Ground) -> list[Row]:
    """Both rows from the same rounds."""
    cases = 10_000 if ground.small else 100_000
    rounds = 5 if ground.small else 9
    dsn = ground.database(f"company_{cases}", fill.company(cases), fill.VERSION)
    actors = [Actor(Role.AGENT, number, f"客服{number}") for number in range(2, 2 + CONNECTIONS)]
    refs = asyncio.run(_prepare(ground.owner_of(dsn), 1 + CONNECTIONS, 50 if ground.small else 250))
    round_ = Round(ground, dsn, refs, log_in(ground.owner_of(dsn), actors))
    ours: list[Cost] = []
    yardstick: list[Cost] = []
    with ground.web(dsn) as (web,), ground.bare(dsn) as plain:
        for number in range(rounds + 1):
            found = round_.cost(plain, round_.bare(plain)), round_.cost(web, round_.ours(web))
            round_.reset()
            if number:  # the first fills caches and prepares statements
                yardstick.append(found[0])
                ours.append(found[1])
    measured, bare_ms = median(one.ms for one in ours), median(one.ms for one in yardstick)
    times = ratio(measured, bare_ms)
    assert times is not None
    rate = median(one.rate for one in ours)
    say(f"  {measured:.2f} ms beside {bare_ms:.2f} ms: {times:.2f} ×; {rate:.0f} replies a second")
    return [
        Row(
            name="http_reply", measured=measured, unit="ms", yardstick=bare_ms, ratio=times, goal=f"ratio ≤ {GOAL:g}",
            met=times <= GOAL,
            note=f"processor time of web process + database; {rounds} rounds of {round_.size:,} replies:"
            f" {spread([one.ms for one in ours], ' ms')}, {_parts(ours)}; yardstick"
            f" {spread([one.ms for one in yardstick], ' ms')}, {_parts(yardstick)}",
        ),
        _rate_row(ground, dsn, round_, rate),
    ]  # fmt: skip


def _parts(costs: Sequence[Cost]) -> str:
    web, database = median(one.web_ms for one in costs), median(one.database_ms for one in costs)
    return f"web {web:.2f} + database {database:.2f}"


def _rate_row(ground: Ground, dsn: str, round_: Round, rate: float) -> Row:
    program = find_pgbench()
    if program is None:
        return skipped("http_reply.rate", "replies/s", f"{rate:.0f} replies/s; no pgbench is installed to compare with")
    seconds = 5 if ground.small else 20
    tps = run_pgbench(ground, program, dsn, round_.owner_dsn, CONNECTIONS, seconds)
    return Row(
        name="http_reply.rate", measured=rate, unit="replies/s", yardstick=tps, ratio=ratio(rate, tps),
        note=f"{CONNECTIONS} connections to one web process, its client on the same cores; yardstick: pgbench"
        f" -M prepared, {CONNECTIONS} clients, the same three statements, {seconds} s",
    )  # fmt: skip


async def _prepare(owner_dsn: str, last_agent: int, each: int) -> list[list[str]]:
    conn = await connect(owner_dsn)
    try:
        await conn.execute(bare.TABLES)
        await conn.execute("VACUUM ANALYZE bare_cases")
        await conn.execute(_REMEMBER)
        rows = await conn.fetch(_CASES, last_agent)
    finally:
        await conn.close()
    return [list(row["refs"][:each]) for row in rows]


async def _in_act(owner_dsn: str, *statements: str) -> None:
    conn: asyncpg.Connection = await connect(owner_dsn)
    try:
        async with acting(conn):
            for statement in statements:
                await conn.execute(statement)
    finally:
        await conn.close()
