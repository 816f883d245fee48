"""Schemathesis over the OpenAPI document, as every role, on a living server: no answer is a server error."""

import asyncio
import os
import socket
import subprocess
import sys
import time
import urllib.request
from datetime import UTC, datetime, timedelta

import hypothesis
import pytest
import schemathesis
from schemathesis.checks import not_a_server_error

from shouwen.kernel.actor import Actor, Role
from shouwen.mount import runtime as _runtime  # noqa: F401 -- declares every use case
from shouwen.mount.api import openapi
from shouwen.platform.database import APP_ROLE, clone_database
from shouwen.platform.db import connect
from shouwen.platform.secrets import token_hash

ACTORS = [
    Actor(Role.RENTER, 1, "陈*宇"),
    Actor(Role.AGENT, 1, "周敏"),
    Actor(Role.SPECIALIST, 2, "林涛"),
    Actor(Role.INSPECTOR, 3, "何波"),
    Actor(Role.SUPERVISOR, 4, "唐薇"),
    Actor(Role.ADMIN, 5, "管理"),
]
DOCUMENT = openapi()
OPERATIONS = sorted((path, method) for path, item in DOCUMENT["paths"].items() for method in item)
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)


async def fill(dsn):
    """One of each role with a session, and a renter with a lease."""
    now = datetime.now(UTC)
    conn = await connect(dsn)
    async with conn.transaction():
        await conn.execute("SELECT set_config('shouwen.act', '1', true)")
        for actor in ACTORS:
            if actor.role is not Role.RENTER:
                await conn.execute(
                    "INSERT INTO staff (login, name, role, password_hash, created_at) VALUES ($1, $2, $3, 'x', $4)",
                    actor.role.value, actor.name, actor.role, now,
                )  # fmt: skip
            await conn.execute(
                "INSERT INTO sessions (token_hash, csrf, role, actor_id, actor_name, method, user_agent, created_at,"
                " expires_at) VALUES ($1, 'c', $2, $3, $4, 'test', '', $5, $6)",
                token_hash(f"token-of-{actor.role}"), actor.role, actor.id, actor.name, now, now + timedelta(hours=1),
            )  # fmt: skip
        await conn.execute(
            "INSERT INTO renters (ref, name, name_masked, phone_cipher, phone_hash, phone_masked, created_at)"
            " VALUES ('ZK-1', '陈思宇', '陈*宇', '\\x00', '\\x01', '199****0001', $1)",
            now,
        )
        await conn.execute(
            "INSERT INTO leases (ref, renter_id, state, model, storage, colour, condition_grade, imei, applied_on,"
            " created_at) VALUES ('ZL-20251130-0417', 1, 'inspecting', 'iPhone 15', '256G', '原色', '95 新',"
            " '356938035643809', $1, $2)",
            now.date(), now,
        )  # fmt: skip
    await conn.close()


@pytest.fixture(scope="module")
def server(cluster, worker, tmp_path_factory):
    """A web process on its own socket, as `shouwen up` starts it; yields its address."""
    name = f"fuzz_{worker}"
    asyncio.run(clone_database(cluster, "shouwen_template", name))
    asyncio.run(fill(cluster.dsn(name, "postgres")))
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(64)
    environ = {
        **os.environ,
        "SHOUWEN_DSN": cluster.dsn(name, APP_ROLE),
        "SHOUWEN_DATA": str(tmp_path_factory.mktemp("fuzz")),
        "SHOUWEN_PARENT": str(os.getpid()),
        "SHOUWEN_DEMO": "1",
    }
    command = [sys.executable, "-m", "shouwen.mount.child", "web", str(listener.fileno())]
    log = (tmp_path_factory.mktemp("log") / "web.log").open("wb")
    process = subprocess.Popen(command, env=environ, pass_fds=(listener.fileno(),), stderr=log, stdout=log)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    for _ in range(200):
        try:
            urllib.request.urlopen(f"{url}/healthz", timeout=1).close()
            break
        except OSError:
            assert process.poll() is None
            time.sleep(0.05)
    yield url
    process.terminate()
    process.wait(10)
    listener.close()
    log.close()


@pytest.mark.parametrize(("path", "method"), OPERATIONS, ids=lambda part: part)
def test_fuzzed_request_never_gives_a_server_error(server, path, method):
    operation = SCHEMA[path][method]

    @hypothesis.given(
        case=operation.as_strategy(generation_mode=schemathesis.GenerationMode.NEGATIVE)
        | operation.as_strategy(generation_mode=schemathesis.GenerationMode.POSITIVE),
        actor=hypothesis.strategies.sampled_from(ACTORS),
    )
    @hypothesis.settings(max_examples=12, suppress_health_check=list(hypothesis.HealthCheck))
    def ask(case, actor):
        headers = {"authorization": f"Bearer token-of-{actor.role}"}
        case.call_and_validate(base_url=server, headers=headers, checks=[not_a_server_error])

    ask()
