"""Whether the demo company is whole: kept in the database, so that a killed filling starts again."""

from datetime import date
from enum import StrEnum

import asyncpg
from msgspec import Struct

from shouwen.platform.database import DATABASE
from shouwen.platform.embedded_postgres import Address, Running

KEY = "demo"
SUPERUSER = "postgres"


class DemoState(StrEnum):
    """What lies in the data folder."""

    NOTHING = "nothing"
    FILLING = "filling"
    COMPLETE = "complete"
    NOT_OURS = "not_ours"


class Found(Struct, frozen=True):
    """`filled_on`: the Beijing day the company was described for, where it is complete."""

    state: DemoState
    filled_on: date | None = None


async def look(server: Running | Address) -> Found:
    """What is there; NOT_OURS is an installation somebody works with, which a demo never touches."""
    conn = await asyncpg.connect(server.dsn_admin)
    try:
        if not await conn.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", DATABASE):
            return Found(DemoState.NOTHING)
    finally:
        await conn.close()
    conn = await asyncpg.connect(server.dsn(DATABASE, SUPERUSER))
    try:
        if await conn.fetchval("SELECT to_regclass('installation')") is not None:
            mark = await conn.fetchval("SELECT value FROM installation WHERE key = $1", KEY)
            if mark == "filling":
                return Found(DemoState.FILLING)
            if mark is not None:
                return Found(DemoState.COMPLETE, date.fromisoformat(mark))
        used = await conn.fetchval("SELECT to_regclass('acts')") and await conn.fetchval("SELECT 1 FROM acts LIMIT 1")
        return Found(DemoState.NOT_OURS if used else DemoState.FILLING)
    finally:
        await conn.close()


async def drop(server: Running | Address) -> None:
    """Remove the database, whoever is still connected to it."""
    conn = await asyncpg.connect(server.dsn_admin)
    try:
        await conn.execute(f'DROP DATABASE IF EXISTS "{DATABASE}" WITH (FORCE)')
    finally:
        await conn.close()


async def mark(server: Running | Address, value: str) -> None:
    """`filling`, or the day of a complete company."""
    conn = await asyncpg.connect(server.dsn(DATABASE, SUPERUSER))
    try:
        await conn.execute(
            "INSERT INTO installation (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = $2",
            KEY,
            value,
        )
    finally:
        await conn.close()
