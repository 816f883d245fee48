"""Lists and nightly queries of arrears stay on their indexes when there are many leases."""

import asyncio
from datetime import date, timedelta

import asyncpg
import pytest
from lease_ground import NOW, TODAY, add_renter, in_act

from shouwen.features.arrears.store import debts, marks, notices
from shouwen.features.leases.freezing import FROZEN

MANY = 40_000


@pytest.fixture
def many(house, admin_dsn):
    """Leases with three rents each: one paid, one overdue for one lease in twenty, one still scheduled."""
    renter = add_renter(house)

    async def fill(ctx):
        await ctx.conn.execute(
            "INSERT INTO leases (ref, renter_id, state, model, storage, colour, condition_grade, imei, applied_on,"
            " created_at) SELECT 'ZL-' || n, $1, 'renting', 'P', '', '', '', n::text, $2, $3"
            " FROM generate_series(1, $4::integer) n",
            renter.id, TODAY, NOW, MANY,
        )  # fmt: skip
        await ctx.conn.execute(
            "INSERT INTO charges (lease_id, renter_id, kind, no, clause, due_on, amount_fen, paid_fen, settled_on,"
            " booked_on) SELECT l.id, $1, 'rent', k, '1', $2::date + 30 * (k - 2) - (l.id % 30)::integer, 50000,"
            " CASE WHEN k = 1 OR (k = 2 AND l.id % 20 > 0) THEN 50000 ELSE 0 END,"
            " CASE WHEN k = 1 OR (k = 2 AND l.id % 20 > 0) THEN $2::date END, CASE WHEN k < 3 THEN $2::date END"
            " FROM leases l, generate_series(1, 3) k",
            renter.id, TODAY,
        )  # fmt: skip
        await ctx.conn.execute(
            "INSERT INTO notices (lease_id, renter_id, charge_id, kind, step, send_at, sent_at)"
            " SELECT lease_id, renter_id, id, 'overdue', 'overdue_1', $1::timestamptz, CASE WHEN id % 50 > 0 THEN"
            " $1::timestamptz END FROM charges WHERE no = 2",
            NOW,
        )  # fmt: skip
        await ctx.conn.execute(
            "INSERT INTO freezes (renter_id, lease_id, reason, amount_fen, frozen_at, lifted_at)"
            " SELECT $1, id, 'x', 1, $2::timestamptz, CASE WHEN id % 40 > 0 THEN $2::timestamptz END FROM leases",
            renter.id, NOW,
        )  # fmt: skip

    in_act(house, fill)

    async def analyze():
        conn = await asyncpg.connect(admin_dsn)
        await conn.execute("ANALYZE")
        await conn.close()

    asyncio.run(analyze())
    return house


def plan_of(house, query, *args, pool="reads"):
    async def go():
        async with getattr(house.door, pool).acquire() as conn, conn.transaction():
            await conn.execute("SET LOCAL plan_cache_mode = force_generic_plan")
            return "\n".join(r[0] for r in await conn.fetch(f"EXPLAIN {query}", *args))

    return house.run(go())


def test_lists_and_nightly_queries_on_many_leases_use_indexes_only(many):
    page = (TODAY, TODAY - timedelta(days=60), TODAY - timedelta(days=1), date(1, 1, 1), 0, 51)
    steps = (["usual"], ["overdue_3"], ["overdue"], [TODAY - timedelta(days=3)], [NOW])
    plans = {
        "arrears": plan_of(many, debts.ARREARS, *page),
        "debts": plan_of(many, debts.DEBTS_OF, 77, TODAY),
        "reminders": plan_of(many, debts.PLAN_REMINDERS, 1, 20_001, "usual", *steps, ["usual"], pool="writes"),
        "due": plan_of(many, notices.DUE, NOW),
        "take": plan_of(many, notices.TAKE, NOW, 20, TODAY, pool="writes"),
        "follow": plan_of(many, marks.TO_FOLLOW, TODAY, 200),
        "frozen": plan_of(many, FROZEN, 1, TODAY),
    }
    for name, plan in plans.items():
        for table in ("charges", "leases", "notices", "freezes"):
            assert f"Seq Scan on {table}" not in plan, f"{name}:\n{plan}"


def test_page_of_arrears_is_read_in_a_moment_whichever_page(many):
    async def pages():
        found, after = [], (date(1, 1, 1), 0)
        async with many.door.reads.acquire() as conn:
            for _ in range(3):
                rows = await debts.arrears(conn, TODAY, date(2000, 1, 1), TODAY - timedelta(days=1), after, 50)
                found += [row.lease_id for row in rows]
                after = (rows[-1].oldest_due_on, rows[-1].lease_id)
        return found

    found = many.run(pages())
    assert len(found) == len(set(found)) == 150
