"""Migration 0028 on a book that holds one bank transfer twice: it stops, and what docs/decisions says lets it go on."""

import asyncio
import re
from pathlib import Path

import asyncpg
import pytest

from shouwen.platform.migrate import migration_files

DOC = (Path(__file__).parents[2] / "docs" / "decisions" / "migrations.md").read_text("utf-8")
FIND, MEND = re.findall(r"```sql\n(.*?)```", DOC, re.DOTALL)
_REFUND = """
INSERT INTO refunds (ref, lease_id, renter_id, amount_fen, why, way, bank_ref, asked_by_role, asked_by, asked_at)
VALUES ($1, 1, 1, 100, 'x', 'bank', $2, 'specialist', 1, '2026-11-23')
"""


def test_refunds_of_one_transfer_are_found_marked_and_the_migration_goes_on(cluster, worker):
    async def go():
        admin = await asyncpg.connect(cluster.dsn_admin)
        name = f"refund_twice_{worker}"
        await admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        await admin.execute(f"CREATE DATABASE {name}")
        await admin.close()
        conn = await asyncpg.connect(cluster.dsn(name, "postgres"))
        try:
            texts = {path.name[:4]: path.read_text("utf-8") for path in migration_files()}
            for no in sorted(no for no in texts if no < "0028"):
                await conn.execute(texts[no])
            await conn.execute("ALTER TABLE refunds DROP CONSTRAINT refunds_lease_id_fkey")
            async with conn.transaction():
                await conn.execute("SELECT set_config('shouwen.act', '1', true)")
                for ref, bank_ref in (("TK-1", "YH-9"), ("TK-2", "yh-9"), ("TK-3", "YH-9"), ("TK-4", "YH-8")):
                    await conn.execute(_REFUND, ref, bank_ref)
            with pytest.raises(asyncpg.UniqueViolationError, match="refunds_bank_ref"):
                await conn.execute(texts["0028"])
            found = [tuple(row) for row in await conn.fetch(FIND)]
            await conn.execute(MEND)
            await conn.execute(texts["0028"])
            return found, [row[0] for row in await conn.fetch("SELECT bank_ref FROM refunds ORDER BY id")]
        finally:
            await conn.close()

    found, after = asyncio.run(go())
    assert found == [("YH-9", ["TK-1", "TK-2", "TK-3"], 300)]
    assert after == ["YH-9", "yh-9-again-TK-2", "YH-9-again-TK-3", "YH-8"]
