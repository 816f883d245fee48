"""Phones, parcels and swaps are found by index when there are many, with the business day too."""

import asyncio

import asyncpg
import pytest
from lease_ground import NOW, TODAY, add_renter, in_act
from test_leases_plans import plan_of

from shouwen.features.deliveries.store import ASK_ANEW
from shouwen.features.leases.store import swaps as swap_rows
from shouwen.features.leases.store.leases import GUARD_FACTS
from shouwen.features.stock.store import parcels, swaps, units
from shouwen.platform.fields import MAX_ID

MANY = 30_000
FILL = (
    """
    INSERT INTO leases (ref, renter_id, state, model, storage, colour, condition_grade, imei, applied_on, created_at,
      signed_on)
    SELECT 'ZL-' || n, $1, CASE WHEN n % 50 = 0 THEN 'preparing' ELSE 'renting' END, 'P', '', '', '',
      lpad(n::text, 15, '0'), $2::date, $3, $2::date
    FROM generate_series(1, $4::int) n
    """,
    """
    INSERT INTO device_units (ref, imei, model, state, lease_id, since)
    SELECT 'SB-' || l.id, lpad(l.id::text, 15, '0'), 'P', 'rented', l.id, $3 FROM leases l
    WHERE $1::bigint > 0 AND $2::date IS NOT NULL AND $4::int > 0
    """,
    """
    INSERT INTO device_assignments (lease_id, unit_id, from_on, why)
    SELECT lease_id, id, $2::date, 'first' FROM device_units
    WHERE $1::bigint > 0 AND $3::timestamptz IS NOT NULL AND $4::int > 0
    """,
    """
    INSERT INTO shipments (ref, lease_id, renter_id, direction, courier, waybill, state, booked_at, last_event_at)
    SELECT 'FH-' || d || l.id, l.id, $1, CASE d WHEN 1 THEN 'out' ELSE 'back' END, 'sf', 'W' || d || l.id,
      CASE WHEN l.id % 100 = 0 THEN 'moving' ELSE 'signed' END, $3, $3
    FROM leases l, generate_series(1, 2) d WHERE $2::date IS NOT NULL AND $4::int > 0
    """,
    """
    INSERT INTO tracking_events (shipment_id, event_id, at, code, received_at)
    SELECT s.id, 'e', $3, 'signed', $3 FROM shipments s
    WHERE $1::bigint > 0 AND $2::date IS NOT NULL AND $4::int > 0
    """,
    """
    INSERT INTO swaps (ref, lease_id, renter_id, reason, state, asked_at, without_phone_from)
    SELECT 'HJ-' || l.id, l.id, $1, 'x', 'done', $3, $2::date FROM leases l WHERE l.id % 5 = 0 AND $4::int > 0
    """,
    """
    INSERT INTO abatements (ref, lease_id, renter_id, from_on, to_on, amount_fen, waived_fen, credited_fen, why, parts,
      working, booked_on)
    SELECT 'JZ-' || l.id, l.id, $1, $2::date, $2::date, 1, 1, 0, 'x', '[]', '[]', $2::date FROM leases l
    WHERE $3::timestamptz IS NOT NULL AND $4::int > 0
    """,
)


@pytest.fixture
def many(house, admin_dsn):
    """Thousands of leases with phones, parcels, lines and swaps; statistics taken."""
    renter = add_renter(house)

    async def fill(ctx):
        for statement in FILL:
            await ctx.conn.execute(statement, renter.id, TODAY, NOW, MANY)

    in_act(house, fill)

    async def analyze():
        conn = await asyncpg.connect(admin_dsn)
        await conn.execute("ANALYZE")
        await conn.close()

    asyncio.run(analyze())
    return house


def test_hot_queries_on_many_phones_and_parcels_use_indexes_only(many):
    some = many.sql("SELECT min(id) AS id FROM leases")[0]["id"] + 500
    part = (some, some + 1_000)
    plans = {
        "phone by number": plan_of(many, units.UNIT_BY_IMEI.replace("FOR UPDATE OF u", ""), "1" * 15),
        "phone of a lease": plan_of(many, units.UNIT_OF_LEASE.replace("FOR UPDATE OF u", ""), some),
        "phones": plan_of(many, units.UNITS_ALL, MAX_ID, 51),
        "phones in a state": plan_of(many, units.UNITS_IN_STATE, MAX_ID, 51, "repair"),
        "phones by tail": plan_of(many, units.UNITS_BY_TAIL, MAX_ID, 51, "7518"),
        "waybill": plan_of(many, parcels.SHIPMENT_BY_WAYBILL, "sf", "W1500"),
        "parcels of a lease": plan_of(many, parcels.SHIPMENTS_OF_LEASE, some),
        "newest parcel": plan_of(many, parcels.NEWEST, some, "out"),
        "lines": plan_of(many, parcels.EVENTS_OF, [1, 2]),
        "late shipments": plan_of(many, parcels.LATE_SHIPMENTS, TODAY, *part),
        "troubled parcels": plan_of(many, parcels.TROUBLED, *part, NOW),
        "parcels claimed twice": plan_of(many, parcels.DOUBTED, *part),
        "open swap": plan_of(many, swaps.OPEN_SWAP.replace("FOR UPDATE", ""), some),
        "late swaps": plan_of(many, swaps.LATE_SWAPS, TODAY, *part),
        "abatements": plan_of(many, swap_rows.ABATED, some),
        "guards": plan_of(many, GUARD_FACTS, some),
    }
    for name, plan in plans.items():
        for table in (
            "leases",
            "device_units",
            "device_assignments",
            "shipments",
            "tracking_events",
            "swaps",
            "abatements",
        ):
            assert f"Seq Scan on {table}" not in plan, f"{name}\n{plan}"


def test_asking_couriers_anew_reads_only_parcels_under_way(many):
    async def go():
        async with many.door.writes.acquire() as conn, conn.transaction():
            await conn.execute("SET LOCAL plan_cache_mode = force_generic_plan")
            rows = await conn.fetch(f"EXPLAIN {ASK_ANEW}", 1, 1_000, TODAY, NOW, 1)
            return "\n".join(row[0] for row in rows)

    assert "Seq Scan on shipments" not in many.run(go())
