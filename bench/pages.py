"""`case_page`, `case_page.first_load`, `queue_page`: processor time of a workbench page with the database's share, at
two sizes of a company; their statements and plans. `web_memory`: what two web processes hold after 500 pages.

The workbench loads its queue once; going to a case asks for that case alone, fifty messages and the whole file. That is
`case_page`. Opening a case's address, or loading it again, gives queue and case in one page: `case_page.first_load`.
"""

import asyncio
from collections.abc import Callable
from statistics import median

import uvloop
from msgspec import Struct

from bench import fill
from bench.client import deal, hammer, request
from bench.ground import Ground, Server
from bench.look import Look, look_at
from bench.processes import memory_mib
from bench.row import Row, at_most, ratio, spread
from bench.sessions import browser, log_in
from shouwen.kernel.actor import Actor, Role
from shouwen.platform.db import connect

CONNECTIONS = 4
MOST_STATEMENTS = 6  # of a whole page, the session's included
PANE_STATEMENTS = 5  # without the queue's
MOST_GROWTH = 1.5
READER = Actor(Role.AGENT, 1, "客服1")  # the owner of the page cases
_REFS = "SELECT ref FROM cases WHERE owner_id = 1 AND seq = $1 AND state = 'open' ORDER BY id"


class Company(Struct, frozen=True):
    """A filled database, the cases whose pages are asked for, and the reader's headers."""

    cases: int
    dsn: str
    refs: list[str]
    headers: dict[str, str]


class Asked(Struct, frozen=True):
    """A page: its goal in milliseconds, how many statements it may take, what it is, which address, by whom."""

    name: str
    goal_ms: float
    statements: int
    what: str
    path: Callable[[list[str], int], str]
    by_script: bool = False


PANE = Asked(
    "case_page", 4.0, PANE_STATEMENTS,
    "the case an agent goes to in an open workbench: head, 50 messages, reply box, the whole file, no queue",
    lambda refs, number: f"/desk/cases/{refs[number % len(refs)]}/pane", by_script=True,
)  # fmt: skip
FIRST_LOAD = Asked(
    "case_page.first_load", 4.0, MOST_STATEMENTS,
    "the address of a case opened or loaded again: the same with the frame and the queue's 50 rows",
    lambda refs, number: f"/desk/cases/{refs[number % len(refs)]}",
)  # fmt: skip
QUEUE = Asked(
    "queue_page", 5.0, MOST_STATEMENTS, "the workbench without a case: 50 rows and the counts of the tabs",
    lambda _refs, _number: "/desk?tab=all",
)  # fmt: skip


def measure_case_page(ground: Ground) -> list[Row]:
    """A case with 50 messages and the whole file, every second one with a damage claim: gone to, and loaded first."""
    return [*_measure(ground, PANE), *_measure(ground, FIRST_LOAD)]


def measure_queue_page(ground: Ground) -> list[Row]:
    """The queue of everything open."""
    return _measure(ground, QUEUE)


def _measure(ground: Ground, asked: Asked) -> list[Row]:
    small, large = (_company(ground, cases) for cases in ((1_000, 10_000) if ground.small else (1_000, 100_000)))
    pages, rounds = (200, 5) if ground.small else (300, 5)
    few: list[float] = []
    many: list[float] = []
    with ground.web(small.dsn) as (web_small,), ground.web(large.dsn) as (web_large,):
        for number in range(rounds + 1):
            found = _cost(ground, web_small, small, asked, pages), _cost(ground, web_large, large, asked, pages)
            if number:  # the first fills caches and prepares statements
                few.append(found[0])
                many.append(found[1])
    paths = [asked.path(large.refs, number) for number in range(2)]
    look = look_at(ground, large.dsn, _headers(large, asked), paths)
    return _rows(asked, (small, few), (large, many), look)


def _headers(company: Company, asked: Asked) -> dict[str, str]:
    return {**company.headers, "HX-Request": "true"} if asked.by_script else company.headers


def _rows(
    asked: Asked, small: tuple[Company, list[float]], large: tuple[Company, list[float]], look: Look
) -> list[Row]:
    name = asked.name
    measured, of_small = median(large[1]), median(small[1])
    growth = ratio(measured, of_small) or 0.0
    at = f"{large[0].cases:,} cases with {large[0].cases * 10:,} messages"
    note = (
        f"{asked.what}; web process + database, at {at}: {spread(large[1], ' ms')}; {look.bytes // 1024} KiB of HTML;"
        " yardstick: rendering the same view, without database and HTTP"
    )
    scans = ", ".join(look.scans) or "none"
    return [
        at_most(name, measured, "ms", asked.goal_ms, look.render_ms, note),
        Row(
            name=f"{name}.growth", measured=measured, unit="ms", yardstick=of_small, ratio=growth,
            goal=f"ratio ≤ {MOST_GROWTH:g}", met=growth <= MOST_GROWTH,
            note=f"{at} beside {small[0].cases:,} cases: {spread(small[1], ' ms')}",
        ),
        at_most(
            f"{name}.statements", look.statements, "statements", asked.statements, None,
            "a page, the session's included",
        ),
        at_most(
            f"{name}.seq_scans", len(look.scans), "tables", 0, None,
            f"of more than {look.small_rows:,} rows read through, custom and generic plans: {scans}",
        ),
    ]  # fmt: skip


def _company(ground: Ground, cases: int) -> Company:
    dsn = ground.database(f"company_{cases}", fill.company(cases), fill.VERSION)
    [headers] = log_in(ground.owner_of(dsn), [READER])
    return Company(cases, dsn, asyncio.run(_refs(dsn)), headers)


async def _refs(dsn: str) -> list[str]:
    conn = await connect(dsn)
    try:
        return [row["ref"] for row in await conn.fetch(_REFS, fill.PAGE_MESSAGES)]
    finally:
        await conn.close()


def _cost(ground: Ground, server: Server, company: Company, asked: Asked, pages: int) -> float:
    """Milliseconds of processor time a page."""
    before = ground.processor(server.pid)
    _ask(server, company, asked, pages)
    return (ground.processor(server.pid) - before) / pages * 1000


def _ask(server: Server, company: Company, asked: Asked, pages: int) -> None:
    headers = {**browser(server.port), **_headers(company, asked)}

    def one(hand: int, number: int) -> bytes:
        return request("GET", asked.path(company.refs, number * CONNECTIONS + hand), headers)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(hammer(server.port, CONNECTIONS, deal(pages, CONNECTIONS, one)))


def measure_memory(ground: Ground) -> list[Row]:
    """Two web processes after 500 pages, beside the same two before the first."""
    company = _company(ground, 10_000 if ground.small else 100_000)
    with ground.web(company.dsn, count=2) as servers:
        pids = [server.pid for server in servers]
        fresh = memory_mib(pids)
        _ask(servers[0], company, FIRST_LOAD, 400)
        _ask(servers[0], company, QUEUE, 100)
        after = memory_mib(pids)
    note = "two web processes, PSS, 400 case pages and 100 queues; yardstick: the same two before the first page"
    return [at_most("web_memory", after, "MiB", 200, fresh, note)]
