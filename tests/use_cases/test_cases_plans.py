"""Hot lists and the case page are served by their indexes: plans on 100,000 cases (house §4.3)."""

import asyncio

import asyncpg
import pytest
from case_ground import NOW, open_desk

from shouwen.features.cases import use_cases as cases
from shouwen.features.cases.store import deadlines, load, moves, page, queue, reply

FILL = """
INSERT INTO renters (ref, name, name_masked, phone_cipher, phone_hash, phone_masked, created_at)
SELECT 'ZK-x' || g, 'x', '陈*' || g % 500, 'c', ('h' || g)::bytea, '1', now() FROM generate_series(1, 10000) g;
INSERT INTO cases (ref, type, title, renter_id, renter_name_masked, claim_id, state, owner_id, turn, rank, seq,
                   opened_at, last_at)
SELECT 'SW-x' || g, 'fault', 't', 10 + g % 9000, '陈*' || g % 500, g,
       CASE WHEN g % 10 = 0 THEN 'open' ELSE 'closed' END, CASE WHEN g % 30 <> 0 THEN 1 + (g / 10) % 4 END,
       CASE WHEN g % 3 = 0 THEN 'desk' ELSE 'renter' END, 4503599627370496 + g, 2, now(), now()
FROM generate_series(1, 100000) g;
INSERT INTO messages (case_id, seq, at, kind, author_role, author_id, author_name, body, renter_id)
SELECT c.id, s, now(), 'text', 'renter', 1, 'x', 'x', c.renter_id FROM cases c, generate_series(1, 2) s WHERE c.id > 1;
INSERT INTO journal (act_id, at, kind, text, rule, actor_role, actor_id, actor_name, case_id, subject, data)
SELECT 1, now(), 'renter.said', 'x', '', 'renter', 1, 'x', id, '', '{}' FROM cases;
INSERT INTO case_clocks (case_id, kind, started_at, due_at, stopped_at)
SELECT id, 'first_answer', now(), now(), now() FROM cases WHERE id > 1;
"""
BIG = ("cases", "messages", "journal", "case_clocks", "renters")


@pytest.fixture
def desk(house):
    return open_desk(house)


async def explained(admin_dsn, queries):
    """Fill the database and explain each query with the plan a pooled connection settles on."""
    conn = await asyncpg.connect(admin_dsn)
    try:
        async with conn.transaction():
            await conn.execute("SELECT set_config('shouwen.act', '1', true)")
            await conn.execute(FILL)
        await conn.execute("ANALYZE")
        await conn.execute("SET plan_cache_mode = force_generic_plan")
        plans = {}
        for name, (query, *args) in queries.items():
            rows = await conn.fetch("EXPLAIN (COSTS OFF) " + query, *args)
            plans[name] = "\n".join(row[0] for row in rows)
        return plans
    finally:
        await conn.close()


def test_hot_queries_on_100000_cases_scan_no_big_table(desk, admin_dsn):
    ref = desk.open()
    queries = {
        **{tab: (query, 1, -1, 0, ["supervisor"]) for tab, query in queue.QUEUES.items()},
        "renter": (queue.RENTER_CASES, 5, 10**9),
        "owned": (queue.OWNED_CASES, 1),
        "search": (queue.SEARCH, "陈*3", 0, ["陈*3"], 1),
        "phone": (queue.SEARCH_PHONE, b"h77", 1),
        "page": (page.PAGE, ref, 0, [], None),
        "before": (page.LAST, 5, True, 2**62),
        "after": (page.AFTER, 5, False, 0),
        "reply": (reply.LOCK_REPLY, ref, 1, True, NOW.date()),
        "access": (load.LOCK_CASE, ref, 0),
        "matter": (load.LOCK_MATTER, 5, "fault", 0, 7, 0),
        "kept": (load.LOCK_KEPT, 5, "fault", 0, 0),
        "people": (moves.PEOPLE, 5, 1),
        "next": (moves.NEXT_COLLEAGUE, ["agent", "specialist"], [1], True),
        "wishes": (moves.WISHES, 5),
        "clocks": (deadlines.DUE_CLOCKS, NOW),
        "promises": (deadlines.DUE_PROMISES, NOW),
    }
    plans = asyncio.run(explained(admin_dsn, queries))
    scanned = {
        (name, line.strip())
        for name, plan in plans.items()
        for line in plan.splitlines()
        for table in BIG
        if f"Seq Scan on {table} " in f"{line} "
    }
    assert scanned == set()
    for tab in queue.TABS:  # 50 rows in index order: nothing is sorted but the 50
        assert "Index Scan using cases_" in plans[tab] or "Index Only Scan using cases_" in plans[tab], plans[tab]
        assert plans[tab].count("Sort Key: c.rank") == 0, plans[tab]


def test_read_case_and_queue_cost_few_statements(desk):
    ref = desk.open()
    desk.reply(ref)
    said = []

    async def count(use_case, command):
        async with desk.house.door.reads.acquire() as conn:
            with conn.query_logger(lambda record: said.append(record.query)):
                ctx = type("Ctx", (), {"conn": conn, "actor": desk.agent, "now": NOW})
                await use_case.fn(ctx, command)

    desk.house.run(count(cases.read_queue, cases.ReadQueue("mine")))
    assert len(said) == 1
    desk.house.run(count(cases.read_case, cases.ReadCase(ref)))
    assert len(said) == 2
