"""Fixtures: one scratch cluster a session, one cloned database a test, a door, people to act."""

import asyncio
import os
from collections.abc import Callable, Coroutine, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import httpx
import hypothesis
import pytest

from shouwen.kernel.actor import Actor
from shouwen.mount.app import Application
from shouwen.mount.runtime import open_door, open_services
from shouwen.platform.database import APP_ROLE, clone_database, prepare_embedded
from shouwen.platform.db import connect
from shouwen.platform.door import Door
from shouwen.platform.embedded_postgres import Address, scratch_cluster
from shouwen.platform.secrets import token_hash
from shouwen.platform.settings import Settings

# examples are drawn afresh each run; time limits would make tests depend on the machine
hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.load_profile("house")
TEMPLATE = "shouwen_template"
SHARED = Path(os.environ.get("SHOUWEN_SHARED", Path(__file__).resolve().parents[2] / "shared"))


class Server:
    """An external server (`SHOUWEN_DATABASE_URL`, a login that may create databases and roles) for the suite."""

    def __init__(self, url: str) -> None:
        self.dsn_admin = url

    def dsn(self, database: str, user: str) -> str:
        """The same login on another database, in the application's role where that is asked for."""
        parts = urlsplit(self.dsn_admin)
        role = [f"role={APP_ROLE}"] if user == APP_ROLE else []
        return parts._replace(path=f"/{database}", query="&".join(filter(None, [parts.query, *role]))).geturl()


def the_cluster() -> Address | Server:
    url = os.environ.get("SHOUWEN_DATABASE_URL", "")
    return Server(url) if url else scratch_cluster()


async def make_template() -> None:
    """A migrated database to clone from; an old one would keep yesterday's migrations."""
    conn = await asyncpg.connect(the_cluster().dsn_admin)
    await conn.execute(f'DROP DATABASE IF EXISTS "{TEMPLATE}" WITH (FORCE)')
    await conn.close()
    await prepare_embedded(the_cluster(), TEMPLATE)


def pytest_configure(config: pytest.Config) -> None:
    """Start the cluster in the controller so that xdist workers share it."""
    if not hasattr(config, "workerinput") and not config.option.collectonly:
        asyncio.run(make_template())


@pytest.fixture(scope="session")
def cluster() -> Address | Server:
    return the_cluster()


@pytest.fixture(scope="session")
def worker(request: pytest.FixtureRequest) -> str:
    return getattr(request.config, "workerinput", {}).get("workerid", "gw0")


@pytest.fixture
def dsn(cluster: Address, worker: str) -> str:
    """A fresh database for this test, as the application's role."""
    name = f"test_{worker}"
    asyncio.run(clone_database(cluster, TEMPLATE, name))
    return cluster.dsn(name, APP_ROLE)


@pytest.fixture
def admin_dsn(dsn: str, cluster: Address, worker: str) -> str:
    """The same database as its owner."""
    return cluster.dsn(f"test_{worker}", "postgres")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data", demo=True, app_link_key="a shared key of the test")


class House:
    """A door on a fresh database, for tests that are ordinary functions: `house.run(coroutine)`."""

    def __init__(self, dsn: str, settings: Settings) -> None:
        self.dsn, self.settings = dsn, settings
        self._loop = asyncio.new_event_loop()
        self._context = open_door(dsn, open_services(settings), min_size=0)
        self.door: Door = self._loop.run_until_complete(self._context.__aenter__())

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self._loop.run_until_complete(work)

    def sql(self, query: str, *args: object) -> list[asyncpg.Record]:
        """Read anything, past the door."""
        return self.run(self.door.reads.fetch(query, *args))

    def close(self) -> None:
        self.run(self._context.__aexit__(None, None, None))
        self._loop.close()


@pytest.fixture
def house(dsn: str, settings: Settings) -> Iterator[House]:
    opened = House(dsn, settings)
    yield opened
    opened.close()


@pytest.fixture
def in_act(dsn: str) -> Callable[[Callable[[asyncpg.Connection], Coroutine[Any, Any, Any]]], Any]:
    """Run a function on one connection inside an act that is rolled back afterwards."""

    def perform(work: Callable[[asyncpg.Connection], Coroutine[Any, Any, Any]]) -> Any:
        async def go() -> Any:
            conn = await connect(dsn)
            try:
                transaction = conn.transaction()
                await transaction.start()
                await conn.execute("SELECT set_config('shouwen.act', '1', true)")
                try:
                    return await work(conn)
                finally:
                    await transaction.rollback()
            finally:
                await conn.close()

        return asyncio.run(go())

    return perform


class Web:
    """The whole application in this process, asked over ASGI; cookies and CSRF token are kept like a browser's."""

    def __init__(self, house: House, application: Application, client: httpx.AsyncClient) -> None:
        self.house, self.application, self.client, self.csrf = house, application, client, ""

    def send(self, method: str, path: str, **more: Any) -> httpx.Response:
        return self.house.run(self.client.request(method, path, **more))

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.send("GET", path, **more)

    def post(self, path: str, body: object = None, **more: Any) -> httpx.Response:
        """JSON with the session's token in the header."""
        headers = {"x-csrf-token": self.csrf, **more.pop("headers", {})}
        return self.send("POST", path, json=body if body is not None else {}, headers=headers, **more)

    def log_in(self, actor: Actor) -> None:
        """A live session for `actor` without the log-in page."""
        token, csrf = f"{'t' * 43}{actor.id}{actor.role}", "csrf-of-the-test"
        now = datetime.now(UTC)

        async def insert() -> None:
            conn = await connect(self.house.dsn)
            async with conn.transaction():
                await conn.execute("SELECT set_config('shouwen.act', '1', true)")
                await conn.execute(
                    "INSERT INTO sessions (token_hash, csrf, role, actor_id, actor_name, method, user_agent,"
                    " created_at, expires_at) VALUES ($1, $2, $3, $4, $5, 'test', '', $6, $7) ON CONFLICT DO NOTHING",
                    token_hash(token), csrf, actor.role, actor.id, actor.name, now, now + timedelta(hours=1),
                )  # fmt: skip
            await conn.close()

        self.house.run(insert())
        self.client.cookies.set("shouwen_session", token)
        self.csrf = csrf

    def log_out(self) -> None:
        self.client.cookies.clear()
        self.csrf = ""


@pytest.fixture
def web(house: House) -> Iterator[Web]:
    application = Application(house.settings, house.dsn)
    context = application.lifespan()
    house.run(context.__aenter__())
    client = httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url="http://127.0.0.1:8787")
    yield Web(house, application, client)
    house.run(client.aclose())
    house.run(context.__aexit__(None, None, None))
