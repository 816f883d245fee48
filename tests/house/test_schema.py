"""The structure's own tests: schema.sql is what the migrations make, and migrations are never changed once applied."""

import asyncio
from pathlib import Path

import asyncpg
import pytest

from shouwen.platform import migrate as migrations

ROOT = Path(__file__).resolve().parents[2]
CATALOG = """
SELECT 'column' AS what, table_name || '.' || column_name AS name,
       concat_ws(' ', data_type, is_nullable, column_default, is_identity, generation_expression) AS text
FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'migrations'
UNION ALL SELECT 'constraint', conrelid::regclass || '.' || conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text <> 'migrations'
UNION ALL SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'migrations'
UNION ALL SELECT 'trigger', tgrelid::regclass || '.' || tgname, pg_get_triggerdef(oid)
FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT 'grant', table_name || '.' || privilege_type, grantee FROM information_schema.table_privileges
WHERE grantee = 'shouwen_app'
UNION ALL SELECT 'function', proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace
ORDER BY 1, 2, 3
"""


def catalog(dsn):
    async def go():
        conn = await asyncpg.connect(dsn)
        try:
            return [tuple(row) for row in await conn.fetch(CATALOG)]
        finally:
            await conn.close()

    return asyncio.run(go())


def fresh(cluster, name):
    async def go():
        conn = await asyncpg.connect(cluster.dsn_admin)
        try:
            await conn.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            await conn.execute(f"CREATE DATABASE {name}")
        finally:
            await conn.close()

    asyncio.run(go())
    return cluster.dsn(name, "postgres")


def test_schema_file_makes_the_same_catalog_as_the_migrations(cluster, worker, admin_dsn):
    dsn = fresh(cluster, f"schema_{worker}")

    async def load():
        conn = await asyncpg.connect(dsn)
        try:
            await conn.execute((ROOT / "schema.sql").read_text("utf-8"))
        finally:
            await conn.close()

    asyncio.run(load())
    assert catalog(dsn) == catalog(admin_dsn)
    assert len(catalog(dsn)) > 300


def test_migrate_twice_changes_nothing(cluster, worker):
    dsn = fresh(cluster, f"migrate_{worker}")
    assert asyncio.run(migrations.migrate(dsn)) == [path.name for path in migrations.migration_files()]
    assert asyncio.run(migrations.migrate(dsn)) == []


def test_migrate_after_a_migration_was_changed_refused(cluster, worker, tmp_path, monkeypatch):
    dsn = fresh(cluster, f"changed_{worker}")
    asyncio.run(migrations.migrate(dsn))
    changed = tmp_path / migrations.migration_files()[0].name
    changed.write_text("SELECT 1", "utf-8")
    monkeypatch.setattr(migrations, "migration_files", lambda: [changed])
    with pytest.raises(RuntimeError, match="was changed after it was applied"):
        asyncio.run(migrations.migrate(dsn))
