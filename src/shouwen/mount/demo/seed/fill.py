"""The whole filling: people and leases in one act, then everything that happened, then the log."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from shouwen.features.contracts.use_cases import PublishTemplate, publish_template
from shouwen.features.evidence.sequencer import log_key, read_frontier, sequence
from shouwen.kernel.actor import SYSTEM
from shouwen.mount.demo.company import build_company
from shouwen.mount.demo.seed.agenda import CHANNEL, Agenda, History
from shouwen.mount.demo.seed.book import add_book
from shouwen.mount.demo.seed.business_day import add_business_day
from shouwen.mount.demo.seed.cases import add_cases
from shouwen.mount.demo.seed.claims import add_claims
from shouwen.mount.demo.seed.contracts import template_sources
from shouwen.mount.demo.seed.evidence import add_media
from shouwen.mount.demo.seed.leases import Placed, insert_company_leases
from shouwen.mount.demo.seed.life import add_life
from shouwen.mount.demo.seed.people import People, insert_people
from shouwen.mount.demo.seed.phones import insert_phones
from shouwen.mount.demo.seed.pictures import Pictures
from shouwen.mount.demo.seed.plan import MediaPlan, clock, plan_media
from shouwen.mount.demo.seed.plays.arrears import add_arrears
from shouwen.mount.demo.seed.plays.ends import add_ends
from shouwen.mount.demo.seed.plays.importing import add_import
from shouwen.mount.demo.seed.plays.money import add_money
from shouwen.mount.demo.seed.plays.ordering import add_orders
from shouwen.mount.demo.seed.plays.renting import add_renting
from shouwen.mount.demo.seed.plays.stage import Stage
from shouwen.mount.demo.seed.printing import add_printing
from shouwen.mount.demo.seed.progress import Progress
from shouwen.mount.demo.seed.second_finding import with_second_finding
from shouwen.mount.demo.seed.warehouse import add_stock
from shouwen.mount.demo.structs import Company
from shouwen.mount.demo.told import with_stories
from shouwen.mount.runtime import open_door, open_services
from shouwen.platform.clock import random_token
from shouwen.platform.db import connect
from shouwen.platform.door import Ctx, Door, open_act, seal
from shouwen.platform.events import Event
from shouwen.platform.relay import drain
from shouwen.platform.settings import Settings

SEED = 7
PUBLISHER = "tangwei"


async def fill(settings: Settings, dsn: str, today: date, now: datetime) -> None:
    """Fill a migrated, empty database. Threads are counted back from `now`; nothing lies ahead of it."""
    company = with_stories(with_second_finding(build_company(SEED, today)))
    await fill_company(settings, dsn, company, plan_media(company), now)


async def fill_company(settings: Settings, dsn: str, company: Company, plan: MediaPlan, now: datetime) -> None:
    """The same for any company with its pictures; browser tests use a small one."""
    services = open_services(settings)
    progress = Progress()
    pictures = Pictures(plan, settings.media_dir, settings.data_dir / "drawn", progress.of("画照片"))
    try:
        async with open_door(dsn, services, max_size=2) as door:
            people, placed = await _found(door, company, now)
            await _live(door, company, plan, pictures, people, placed, now, progress.of("重演往来"))
        progress.end()
        await _seal(settings, dsn, now)
    finally:
        pictures.close()


async def _found(door: Door, company: Company, now: datetime) -> tuple[People, list[Placed]]:
    """People, leases, contracts and phones, in one act on the company's first day."""
    at = clock(min(lease.applied_on for lease in company.leases) - timedelta(days=30), 9)
    async with door.writes.acquire() as conn, conn.transaction():
        act_id = await open_act(conn, "found_demo_company", SYSTEM, CHANNEL, random_token(), b"", at)
        assert act_id is not None
        people = await insert_people(conn, door.services.cipher, company, at)
        placed = await insert_company_leases(conn, act_id, company, people, at)
        await insert_phones(conn, placed, now)
        opened = Event(
            kind="demo.founded",
            text=f"演示公司建账：{len(company.renters)} 位租客、{len(placed)} 份租约，均为虚构",
            data={"seed": SEED, "today": company.today.isoformat()},
            sealed=True,
        )
        await seal(Ctx(conn, SYSTEM, at, door.services, act_id=act_id, channel=CHANNEL), (opened,), 200, b"{}")
    return people, placed


async def _live(
    door: Door,
    company: Company,
    plan: MediaPlan,
    pictures: Pictures,
    people: People,
    placed: list[Placed],
    now: datetime,
    on_step: Callable[[int, int], None],
) -> None:
    history, agenda = History(door, people), Agenda()
    first_at = clock(min(lease.applied_on for lease in company.leases) - timedelta(days=1), 9)
    for ref, source in template_sources().items():

        async def publish(at: datetime, ref: str = ref, source: str = source) -> None:
            await history.run(at, publish_template, people.staff[PUBLISHER], PublishTemplate(ref, source))

        agenda.add(first_at, publish)
    renters = {lease.ref: lease.renter for lease in company.leases}
    add_book(agenda, door, placed, company.today)
    add_business_day(agenda, door, company.today)
    add_stock(agenda, history, now)
    add_life(agenda, door, placed)
    add_media(agenda, history, plan, pictures, renters)
    add_claims(agenda, history, company, now)
    add_cases(agenda, history, company, now)
    add_printing(agenda, door, company, placed, now)
    stage = Stage(agenda, history, company.told, placed, now)
    for add in (add_ends, add_orders, add_renting, add_money, add_arrears, add_import):
        add(stage)
    await agenda.play(now, on_step)


async def _seal(settings: Settings, dsn: str, now: datetime) -> None:
    """Drain the outbox and put everything into the log, so that receipts exist with the first page."""
    conn = await connect(dsn, as_app=True)
    try:
        while await drain(conn):
            pass
        frontier, key = await read_frontier(conn), log_key(settings)
        while (grown := await sequence(conn, frontier, key, now)).size > frontier.size:
            frontier = grown
    finally:
        await conn.close()
