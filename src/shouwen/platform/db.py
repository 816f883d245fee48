"""Pools, and the one thing our pooled connections do when they come back."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import date, datetime
from types import GenericAlias
from typing import Any, Protocol, TypeVar

import asyncpg
import msgspec

APP_ROLE = "shouwen_app"  # owns nothing
Row = Mapping[str, Any]
T = TypeVar("T")


class Conn(Protocol):
    """What we use of an asyncpg connection (its own types are not exported)."""

    async def execute(self, query: str, *args: object) -> str: ...

    async def fetch(self, query: str, *args: object) -> list[Row]: ...

    async def fetchrow(self, query: str, *args: object) -> Row | None: ...

    async def fetchval(self, query: str, *args: object) -> Any: ...  # noqa: ANN401 -- one column of any type

    async def copy_records_to_table(
        self, table_name: str, *, records: Iterable[Sequence[object]], columns: Sequence[str]
    ) -> str: ...

    def transaction(
        self, *, isolation: str | None = None, readonly: bool = False
    ) -> AbstractAsyncContextManager[None]: ...


async def _init(conn: asyncpg.Connection) -> None:
    for name in ("json", "jsonb"):
        await conn.set_type_codec(
            name,
            schema="pg_catalog",
            encoder=_encode_jsonb if name == "jsonb" else _encode_json,
            decoder=_decode_jsonb if name == "jsonb" else msgspec.json.decode,
            format="binary",
        )


def _encode_json(value: object) -> bytes:
    return msgspec.json.encode(value)


def _encode_jsonb(value: object) -> bytes:
    return b"\x01" + msgspec.json.encode(value)


def _decode_jsonb(data: bytes) -> object:
    return msgspec.json.decode(memoryview(data)[1:])


async def _reset(conn: asyncpg.Connection) -> None:
    # asyncpg's own reset costs as much as two queries; session state is forbidden here, so only this can be left over
    if conn.is_in_transaction():
        await conn.execute("ROLLBACK")


async def open_pool(dsn: str, *, read_only: bool = False, min_size: int = 1, max_size: int = 10) -> asyncpg.Pool:
    """A pool of the application's role. `read_only` sessions refuse every write at the server.

    `dsn` may log in as the owner of an external database: the session then takes the application's role.
    """
    settings = {"application_name": "shouwen", "timezone": "UTC", "role": APP_ROLE}
    if read_only:
        settings["default_transaction_read_only"] = "on"
    else:  # what is written is found by its key: planning it for the values at hand each time would cost a sixth more
        settings["plan_cache_mode"] = "force_generic_plan"
    return await asyncpg.create_pool(
        dsn, min_size=min_size, max_size=max_size, init=_init, reset=_reset, server_settings=settings
    )


async def connect(dsn: str, *, as_app: bool = False) -> asyncpg.Connection:
    """One direct connection with our codecs. `as_app` takes the application's role whoever the DSN logs in as."""
    settings = {"application_name": "shouwen", "timezone": "UTC", **({"role": APP_ROLE} if as_app else {})}
    conn = await asyncpg.connect(dsn, server_settings=settings)
    await _init(conn)
    return conn


def row_to(kind: type[T], row: Row) -> T:
    """Turn a row into the struct with the same field names; a missing or mistyped column raises."""
    return msgspec.convert(dict(row), kind, strict=False, builtin_types=(bytes, date, datetime))


def rows_to(kind: type[T], rows: Iterable[Row]) -> list[T]:
    """`row_to` for many, converted at once."""
    many = GenericAlias(list, (kind,))
    found: list[T] = msgspec.convert(
        [dict(row) for row in rows], many, strict=False, builtin_types=(bytes, date, datetime)
    )
    return found


def one(row: Row | None) -> Row:
    """The row that must be there; its absence is a bug, not a refusal."""
    if row is None:
        raise LookupError("a row that must exist is missing")
    return row
