"""The lease lists and the file stay on their indexes when there are many leases."""

import asyncio

import asyncpg
import pytest
from lease_ground import NOW, TODAY, add_lease, add_renter, in_act, sample_contract

from shouwen.features.contracts.public import insert_contracts
from shouwen.features.leases.public import insert_leases
from shouwen.features.leases.store import leases as store
from shouwen.features.leases.types import LeaseState, NewLease
from shouwen.features.money.public import book_charges, charge_rents_of
from shouwen.platform.fields import MAX_ID

MANY, WITH_CHARGES = 30_000, 1_000


@pytest.fixture
def many(house, admin_dsn):
    """Thousands of leases, some with contract and charges, statistics taken; answers one lease and its renter."""
    renter = add_renter(house)
    contract = sample_contract()

    async def fill(ctx):
        renter_ids = [
            row["id"]
            for row in await ctx.conn.fetch(
                "INSERT INTO renters (ref, name, name_masked, phone_cipher, phone_hash, phone_masked, created_at)"
                " SELECT 'ZM-' || n, 'x', 'x', 'c', n::text::bytea, 'x', $2 FROM generate_series(1, $1) n RETURNING id",
                MANY // 2, NOW,
            )
        ]  # fmt: skip
        rows = [
            NewLease(
                ref=f"ZL-20250101-{no:05d}",
                renter_id=renter_ids[no // 2],
                state=LeaseState.RENTING if no % 10 else LeaseState.INSPECTING,
                model="P",
                imei=f"{no * 7919:015d}",
                applied_on=TODAY,
                created_at=NOW,
            )
            for no in range(MANY)
        ]
        ids = (await insert_leases(ctx.conn, rows))[:WITH_CHARGES]
        await insert_contracts(ctx.conn, [(lease_id, contract) for lease_id in ids])
        charges = [c for n, i in enumerate(ids) for c in charge_rents_of(i, rows[n].renter_id, contract)]
        await book_charges(ctx.conn, ctx.act_id, charges)

    in_act(house, fill)
    lease = add_lease(house, renter)

    async def analyze():
        conn = await asyncpg.connect(admin_dsn)
        await conn.execute("ANALYZE")
        await conn.close()

    asyncio.run(analyze())
    return house, lease


def plan_of(house, query, *args):
    async def go():
        async with house.door.reads.acquire() as conn, conn.transaction():
            await conn.execute("SET LOCAL plan_cache_mode = force_generic_plan")
            return "\n".join(r[0] for r in await conn.fetch(f"EXPLAIN {query}", *args))

    return house.run(go())


def test_hot_queries_on_many_leases_use_indexes_only(many):
    house, lease = many
    page = (TODAY, MAX_ID, None, 51)
    plans = {
        "by ref": plan_of(house, store.LEASE_BY_REF, lease.ref, None, None),
        "file": plan_of(house, store.LEASE_FILE, lease.id, TODAY, b""),
        "all": plan_of(house, store.LIST_ALL, *page),
        "state": plan_of(house, store.LIST_STATE, *page, "inspecting"),
        "renter": plan_of(house, store.LIST_RENTER, *page, lease.renter_id),
        "ref": plan_of(house, store.LIST_REF, *page, "ZL-2026"),
        "tail": plan_of(house, store.LIST_TAIL, *page, "0001"),
    }
    scanned = {
        name: line.strip()
        for name, plan in plans.items()
        for line in plan.splitlines()
        for table in ("leases", "charges", "contracts", "money_entries", "money_transfers")
        if f"Seq Scan on {table}" in line
    }
    assert scanned == {}
