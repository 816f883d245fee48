"""`shouwen act NAME JSON --as LOGIN`: a use case from the command line, through the same door.

JSON may be `-`: it is then read from standard input, where long commands and files find room.
"""

import asyncio
import os
import sys

import msgspec

from shouwen.features.people.store import find_staff_login
from shouwen.kernel.actor import Actor, Role
from shouwen.kernel.errors import Refusal
from shouwen.mount.runtime import open_door, open_services
from shouwen.platform.database import APP_ROLE, DATABASE
from shouwen.platform.decode import MAX_BODY_BYTES, decode
from shouwen.platform.embedded_postgres import find_running
from shouwen.platform.permissions import Permission
from shouwen.platform.problem import to_problem
from shouwen.platform.registry import REGISTRY
from shouwen.platform.settings import Settings, load_settings


def act(name: str, text: str, login: str) -> int:
    """Run one use case on the running desk; prints the result or the refusal as JSON."""
    case = REGISTRY.get(name)
    if case is None or case.permission is Permission.SYSTEM:
        print(f"没有这个用例：{name}；shouwen routes 列出全部用例", file=sys.stderr)
        print(f"no such use case: {name}; `shouwen routes` lists them", file=sys.stderr)
        return 2
    settings = load_settings()
    dsn = running_dsn(settings)
    if not dsn:
        print(f"{settings.data_dir} 的客服台没有在运行；请先 shouwen up，或用 SHOUWEN_DATA 指定目录", file=sys.stderr)
        print(
            f"no desk is running on {settings.data_dir}; start it, or name its folder in SHOUWEN_DATA", file=sys.stderr
        )
        return 2
    try:
        body = sys.stdin.buffer.read(MAX_BODY_BYTES + 1) if text == "-" else text.encode()
        command = decode(case.command, {}, [], body)
        result = asyncio.run(_run(settings, dsn, name, command, login))
    except Refusal as refusal:
        print(msgspec.json.format(msgspec.json.encode(to_problem(refusal))).decode(), file=sys.stderr)
        return 1
    print(msgspec.json.format(result).decode())
    return 0


async def _run(settings: Settings, dsn: str, name: str, command: msgspec.Struct, login: str) -> bytes:
    async with open_door(dsn, open_services(settings)) as door:
        async with door.reads.acquire() as conn:
            staff = await find_staff_login(conn, login)
        if staff is None:
            raise Refusal("unknown_login", "没有这个员工账号", "no such staff login", status=404)
        actor = Actor(Role(staff["role"]), staff["id"], staff["name"])
        return msgspec.json.encode(await door.run(REGISTRY[name], actor, command, channel="cli"))


def running_dsn(settings: Settings) -> str:
    """Where this installation's database answers; empty where the desk is not running."""
    if settings.database_url:
        return settings.database_url
    running = find_running(settings.data_dir / "postgres")
    return os.environ.get("SHOUWEN_DSN", "") or (running.dsn(DATABASE, APP_ROLE) if running else "")
