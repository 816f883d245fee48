"""The ground measurements stand on: a cluster of their own with the settings of production, databases, servers."""

import asyncio
import hashlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from urllib.request import urlopen

import asyncpg
from msgspec import Struct

from bench.processes import cluster_seconds, processor_seconds
from shouwen.platform.database import APP_ROLE
from shouwen.platform.embedded_postgres import EmbeddedPostgres, Running
from shouwen.platform.migrate import migrate, migration_files
from shouwen.platform.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / ".cache" / "bench"
Fill = Callable[[str], Awaitable[None]]


def say(text: str) -> None:
    """A line of progress."""
    print(text, file=sys.stderr, flush=True)


class Server(Struct, frozen=True):
    """One server process on a port of this machine."""

    pid: int
    port: int


class Ground:
    """A running cluster. Data sets are built once and kept as template databases; every run gets fresh copies."""

    def __init__(self, cluster: Running, small: bool) -> None:
        self.cluster, self.small = cluster, small
        self.settings = Settings(data_dir=FOLDER / "data", demo=True)

    def processor(self, *pids: int) -> float:
        """Seconds of processor time so far of these processes and the whole cluster."""
        return sum(processor_seconds(pid) for pid in pids) + cluster_seconds(self.cluster.pid)

    def database(self, name: str, fill: Fill | None = None, version: str = "") -> str:
        """A fresh copy of the data set `name`, built by `fill(owner's DSN)` if need be; the application's DSN.

        The template's name carries a hash of the migrations and of `version`, so that a change builds anew.
        """
        return asyncio.run(self._database(name, fill, version))

    async def _database(self, name: str, fill: Fill | None, version: str) -> str:
        digest = hashlib.sha256(version.encode())
        for path in migration_files():
            digest.update(path.read_bytes())
        template = f"{name}_{digest.hexdigest()[:12]}"
        conn = await asyncpg.connect(self.cluster.dsn_admin)
        try:
            kept = await conn.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", template)
            if not kept:
                for old in await conn.fetch("SELECT datname FROM pg_database WHERE datname ~ $1", f"^{name}_"):
                    await conn.execute(f'DROP DATABASE "{old["datname"]}" WITH (FORCE)')
                await conn.execute(f'CREATE DATABASE "{template}_new"')
                owner = self.cluster.dsn(f"{template}_new", "postgres")
                await migrate(owner)
                if fill is not None:
                    await fill(owner)
                await conn.execute(f'ALTER DATABASE "{template}_new" RENAME TO "{template}"')
            fresh = f"run_{name}"
            await conn.execute(f'DROP DATABASE IF EXISTS "{fresh}" WITH (FORCE)')
            await conn.execute(f'CREATE DATABASE "{fresh}" TEMPLATE "{template}" STRATEGY file_copy')
            await conn.execute("CHECKPOINT")
        finally:
            await conn.close()
        return self.cluster.dsn(fresh, APP_ROLE)

    def owner_of(self, dsn: str) -> str:
        """The same database as its owner."""
        return dsn.replace(f"//{APP_ROLE}@", "//postgres@", 1)

    @contextmanager
    def web(self, dsn: str, count: int = 1) -> Iterator[list[Server]]:
        """Web processes as `shouwen up` starts them, sharing one port; ready when this is entered."""
        with self._listening() as (listener, port), self._started("web", dsn, listener, port, count) as servers:
            _wait_until_ready(f"http://127.0.0.1:{port}/readyz")
            yield servers

    @contextmanager
    def worker(self, dsn: str) -> Iterator[int]:
        """The worker process; its pid."""
        with self._started("worker", dsn, None, 0, 1) as servers:
            yield servers[0].pid

    @contextmanager
    def bare(self, dsn: str) -> Iterator[Server]:
        """The yardstick server (bench/bare.py)."""
        with self._listening() as (listener, port), self._started("bare", dsn, listener, port, 1) as servers:
            _wait_until_ready(f"http://127.0.0.1:{port}/healthz")
            yield servers[0]

    @contextmanager
    def _listening(self) -> Iterator[tuple[socket.socket, int]]:
        with socket.socket() as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(("127.0.0.1", 0))
            listener.listen(512)
            yield listener, listener.getsockname()[1]

    @contextmanager
    def _started(
        self, kind: str, dsn: str, listener: socket.socket | None, port: int, count: int
    ) -> Iterator[list[Server]]:
        environ = {
            **os.environ,
            "SHOUWEN_DSN": dsn,
            "SHOUWEN_PARENT": str(os.getpid()),
            "SHOUWEN_DATA": str(self.settings.data_dir),
            "SHOUWEN_PORT": str(port),
            "SHOUWEN_DEMO": "1",
        }
        fds = () if listener is None else (listener.fileno(),)
        module = ["bench.bare"] if kind == "bare" else ["shouwen.mount.child", kind]
        with (FOLDER / f"{kind}.log").open("ab") as log:
            processes = [
                subprocess.Popen(
                    [sys.executable, "-m", *module, *map(str, fds)], env=environ, pass_fds=fds, cwd=ROOT, stderr=log
                )
                for _ in range(count)
            ]
        try:
            yield [Server(process.pid, port) for process in processes]
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                process.wait(10)


@contextmanager
def open_ground(small: bool) -> Iterator[Ground]:
    """Start the benchmarks' own cluster (fsync on, as in production) and stop it afterwards."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with EmbeddedPostgres.start(FOLDER / "postgres", on_progress=say) as cluster:
        yield Ground(cluster, small)


@asynccontextmanager
async def acting(conn: asyncpg.Connection) -> AsyncIterator[None]:
    """One transaction inside one act: the tables refuse any other."""
    async with conn.transaction():
        await conn.execute(
            "INSERT INTO acts (use_case, actor_role, actor_id, channel, idempotency_key, body_hash, at)"
            " SELECT 'bench', 'system', 0, 'bench', 'bench-' || gen_random_uuid(), '', now()"
        )
        await conn.execute("SELECT set_config('shouwen.act', max(id)::text, true) FROM acts")
        yield


def _wait_until_ready(url: str) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            with urlopen(url, timeout=2):
                return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
