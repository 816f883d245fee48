"""Claims stay on their indexes when there are many."""

import asyncio

import pytest
from claim_ground import NOW, open_claims
from lease_ground import in_act

from shouwen.features.disputes import store
from shouwen.features.disputes.use_cases import reading
from shouwen.kernel.days import beijing_on
from shouwen.platform.db import connect

MANY = 20_000
FILL = (
    "INSERT INTO leases (ref, renter_id, state, model, storage, colour, condition_grade, imei, applied_on, created_at)"
    " SELECT 'ZM-' || n, $1, 'settling', 'P', '', '', '', n::text, '2026-01-01', $2 FROM generate_series(1, $3) n",
    "INSERT INTO inspections (ref, lease_id, inspector_id, inspector_name, received_on, inspected_at, imei_seen,"
    " imei_matches) SELECT 'YM-' || id, id, 1, 'x', '2026-01-01', $2, '', true FROM leases"
    " WHERE ref LIKE 'ZM-%' AND $1 > 0 AND $3 > 0",
    "INSERT INTO claims (ref, lease_id, renter_id, inspection_id, state, claimed_fen, turn, turn_until, filed_at,"
    " state_at) SELECT 'DM-' || i.id, i.lease_id, $1, i.id, CASE WHEN i.id % 50 = 0 THEN 'contested' ELSE 'settled'"
    " END, 100, CASE WHEN i.id % 50 = 0 THEN 'specialist' ELSE 'nobody' END, $2, $2, $2 FROM inspections i"
    " WHERE $3 > 0",
    "INSERT INTO findings (claim_id, no, part, kind, severity, cause, price_key, price_fen)"
    " SELECT id, 1, 'back', 'scratch', 'medium', 'renter_use', 'back.scratch.medium', 100 FROM claims"
    " WHERE $1 > 0 AND $2::timestamptz IS NOT NULL AND $3 > 0",
    "INSERT INTO media (ref, lease_id, renter_id, purpose, part, file_name, mime, size_bytes, sha256, checks,"
    " uploaded_role, uploaded_by, uploaded_at) SELECT 'ZM-' || id, lease_id, $1, 'inspection', 'back', 'x',"
    " 'image/jpeg', 1, 'h', '[]', 'inspector', 1, $2 FROM claims WHERE $3 > 0",
)


@pytest.fixture
def many(house, admin_dsn):
    """Thousands of claims, most of them settled, with statistics taken."""
    claims = open_claims(house)

    async def fill(ctx):
        for statement in FILL:
            await ctx.conn.execute(statement, claims.renter.id, NOW, MANY)

    in_act(house, fill)

    async def analyze():
        conn = await connect(admin_dsn)
        await conn.execute("ANALYZE")
        await conn.close()

    asyncio.run(analyze())
    return claims


def scans(claims, query, *args):
    """Lines of the generic plan that read a whole large table."""

    async def go():
        async with claims.house.door.reads.acquire() as conn, conn.transaction():
            await conn.execute("SET LOCAL plan_cache_mode = force_generic_plan")
            return [row[0].strip() for row in await conn.fetch(f"EXPLAIN {query}", *args)]

    large = ("claims", "findings", "media", "inspections", "leases")
    return [line for line in claims.house.run(go()) if any(f"Seq Scan on {table}" in line for table in large)]


def test_hot_queries_on_many_claims_use_indexes_only(many):
    ref = many.desk.one("SELECT ref FROM claims ORDER BY id DESC LIMIT 1")
    claim_id = many.desk.one("SELECT id FROM claims WHERE ref = $1", ref)
    assert scans(many, store.CLAIM_BY_REF, ref, 0) == []
    lease_id = many.desk.one("SELECT lease_id FROM claims WHERE id = $1", claim_id)
    for query, last in ((store.CLAIMED_FILE, claim_id), (store.UNCLAIMED_FILE, 1)):
        found = scans(many, query, lease_id, beijing_on(NOW), b"", last)
        # here one renter has every lease, so that the bounded counts (no columns) find their 100 rows anywhere
        assert [line for line in found if "width=0" not in line] == []
    assert scans(many, store.LOCK_CLAIM, ref, 0) == []
    assert scans(many, store.LIST_CLAIMS, "specialist", None, 0) == []
    assert scans(many, store.NEWEST_DECISION, claim_id, 0) == []
    assert scans(many, store.FILED) == []
    assert scans(many, store.WAITING) == []


def test_list_claims_pages_are_complete_and_without_repetition(many):
    seen, after = [], ""
    while True:
        page = many.act(many.specialist, reading.list_claims, reading.ListClaims(after=after))
        seen += [row.id for row in page.rows]
        after = page.after
        if not after:
            break
    wanted = [row["id"] for row in many.house.sql("SELECT id FROM claims WHERE state = 'contested' ORDER BY id")]
    assert seen == wanted
    assert len(seen) > 300
