"""`quote`: a buyout quote through HTTP. `quote.ladders`: price ladders of custom formulas, one after the other."""

import asyncio
from collections.abc import Callable
from datetime import UTC, date, datetime
from statistics import median
from time import perf_counter, process_time

import uvloop
from msgspec.structs import replace

from bench import fill
from bench.client import deal, hammer, request
from bench.ground import Ground, Server
from bench.processes import processor_seconds
from bench.row import Row, at_most, ratio, spread
from bench.sessions import browser, log_in
from shouwen.features.contracts.public import quote_buyout
from shouwen.features.contracts.rules.formula import parse_formula
from shouwen.features.contracts.rules.ladder import ladder_of
from shouwen.features.contracts.types import Contract, Terms
from shouwen.kernel.actor import Actor, Role
from shouwen.kernel.days import beijing_on
from shouwen.platform.db import connect

GOAL_MS = 2.0
GOAL_LADDERS = 10_000
CONNECTIONS = 4
ROUNDS = 5
AGENT = Actor(Role.AGENT, 1, "客服1")
_REFS = "SELECT ref FROM leases WHERE state = 'renting' ORDER BY id LIMIT 100"
# as merchants write them: with shares, percentages, divisions by the number of instalments
FORMULAS = (
    "签约价 - 已付租金 * 0.8",
    "(剩余未付租金 + 买断尾款) * 95 / 100",
    "剩余未付租金 + 买断尾款 - 已付租金 * 0.35",
    "签约价 - 签约价 * 已付期数 / 期数",
    "剩余未付租金 × 0.9 + 买断尾款",
)


def measure(ground: Ground) -> list[Row]:
    """Both rows."""
    return [_http(ground), _ladders(2_000 if ground.small else 10_000)]


def _http(ground: Ground) -> Row:
    dsn = ground.database("company_1000", fill.company(1_000), fill.VERSION)
    owner = ground.owner_of(dsn)
    refs = asyncio.run(_refs(owner))
    headers = log_in(owner, [AGENT])[0]
    asked = 400 if ground.small else 1_000
    costs: list[float] = []
    web_costs: list[float] = []
    with ground.web(dsn) as (web,):
        for number in range(ROUNDS + 1):
            cost, ours = _cost(ground, web, refs, headers, asked)
            if number:  # the first fills caches and prepares statements
                costs.append(cost)
                web_costs.append(ours)
    rule = _rule_ms(fill.sample_contract(), beijing_on(datetime.now(UTC)))
    return at_most(
        "quote", median(costs), "ms", GOAL_MS, rule,
        f"GET …/buyout-quote by an agent, web process + database: {spread(costs, ' ms')} of processor time, the web"
        f" process {spread(web_costs, ' ms')} of it; yardstick:"
        " the rule alone, its facts and contract at hand",
    )  # fmt: skip


async def _refs(owner: str) -> list[str]:
    conn = await connect(owner)
    try:
        return [row["ref"] for row in await conn.fetch(_REFS)]
    finally:
        await conn.close()


def _cost(ground: Ground, web: Server, refs: list[str], headers: dict[str, str], asked: int) -> tuple[float, float]:
    """Milliseconds of processor time a quote: all of it, and the web process's."""
    head = {**headers, **browser(web.port), "accept": "application/json"}

    def one(hand: int, number: int) -> bytes:
        ref = refs[(hand * 31 + number) % len(refs)]
        return request("GET", f"/api/v1/leases/{ref}/buyout-quote", head)

    before, before_web = ground.processor(web.pid), processor_seconds(web.pid)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(hammer(web.port, CONNECTIONS, deal(asked, CONNECTIONS, one)))
    ours = processor_seconds(web.pid) - before_web
    return (ground.processor(web.pid) - before) / asked * 1000, ours / asked * 1000


def _rule_ms(contract: Contract, on: date) -> float:
    def once() -> None:
        quote_buyout(contract, 6, 0, 0, on)

    return _seconds_each(once, 500) * 1000


def _ladders(count: int) -> Row:
    """Terms differ from contract to contract, formulas repeat: a merchant's contracts of a file."""
    terms = fill.sample_contract().terms
    many = [
        replace(terms, total_rent_fen=terms.total_rent_fen + 12 * n, signed_value_fen=terms.signed_value_fen + 7 * n)
        for n in range(count)
    ]
    rates, plain = [], []
    for number in range(ROUNDS + 1):
        rate, by_hand = _rate(many, _ours), _rate(many, _by_hand)
        if number:
            rates.append(rate)
            plain.append(by_hand)
    measured, yardstick = median(rates), median(plain)
    return Row(
        name="quote.ladders", measured=measured, unit="ladders/s", yardstick=yardstick,
        ratio=ratio(measured, yardstick), goal=f"≥ {GOAL_LADDERS:,} ladders/s", met=measured >= GOAL_LADDERS,
        note=f"13 prices each, {len(FORMULAS)} custom formulas, exact to the fen, of one core's processor time:"
        f" {spread(rates)}; yardstick: the first formula written out in Python integers",
    )  # fmt: skip


def _ours(number: int, terms: Terms) -> tuple[int, ...]:
    return ladder_of(parse_formula(FORMULAS[number % len(FORMULAS)]), terms)


def _by_hand(number: int, terms: Terms) -> tuple[int, ...]:
    rent = terms.total_rent_fen // terms.periods
    signed = terms.signed_value_fen
    return tuple((signed * 10 - rent * settled * 8) // 10 for settled in range(terms.periods + 1))


def _rate(many: list[Terms], compute: Callable[[int, Terms], tuple[int, ...]]) -> float:
    before = process_time()
    for number, terms in enumerate(many):
        compute(number, terms)
    return len(many) / (process_time() - before)


def _seconds_each(once: Callable[[], None], times: int) -> float:
    once()
    started = perf_counter()
    for _ in range(times):
        once()
    return (perf_counter() - started) / times
