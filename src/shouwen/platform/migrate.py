"""Migrations go forward only, each once, in order; a changed one is refused."""

import hashlib
from pathlib import Path

import asyncpg

LOCK = 7_305_002


def migration_files() -> list[Path]:
    """`migrations/0001_*.sql …` beside the sources, or inside the installed package."""
    package = Path(__file__).resolve().parents[1]
    folder = package / "migrations"
    if not folder.is_dir():
        folder = package.parents[1] / "migrations"
    return sorted(folder.glob("[0-9][0-9][0-9][0-9]_*.sql"))


async def migrate(dsn: str) -> list[str]:
    """Bring the database up to date; returns the names applied. Safe with two processes at once.

    Raises RuntimeError where a migration that was applied reads differently now.
    """
    conn = await asyncpg.connect(dsn)
    applied = []
    try:
        async with conn.transaction():
            await conn.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
            await conn.execute(
                "CREATE TABLE IF NOT EXISTS migrations"
                " (name text PRIMARY KEY, sha256 bytea NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())"
            )
            known = {row["name"]: row["sha256"] for row in await conn.fetch("SELECT name, sha256 FROM migrations")}
            for path in migration_files():
                text = path.read_text("utf-8")
                digest = hashlib.sha256(text.encode()).digest()
                if path.name not in known:
                    await conn.execute(text)
                    await conn.execute("INSERT INTO migrations (name, sha256) VALUES ($1, $2)", path.name, digest)
                    applied.append(path.name)
                elif known[path.name] != digest:
                    raise RuntimeError(f"migration {path.name} was changed after it was applied")
    finally:
        await conn.close()
    return applied
