"""The same statements a reply sends, sent by pgbench: what the database alone can do."""

import asyncio
import os
import re
import shutil
import subprocess
from datetime import datetime
from pathlib import Path

from bench.ground import FOLDER, Ground, acting
from bench.literals import literal
from shouwen.features.cases import use_cases as cases
from shouwen.features.people.store import FIND_SESSION
from shouwen.kernel.actor import Actor, Role
from shouwen.mount.runtime import open_door, open_services
from shouwen.platform.db import connect
from shouwen.platform.embedded.binaries import find_binaries
from shouwen.platform.events import Writing

_TPS = re.compile(r"tps = ([0-9.]+)")
# \x3a is a colon: one before a letter would be a variable, even inside quotes
_COUNTERS = "ARRAY['owner:' || :c_owner_id::text || E'\\x3adesk', 'owner:' || :c_owner_id::text || E'\\x3arenter']"
_SLOT = re.compile(r"\$(\d+)")


def find_pgbench() -> str | None:
    """The program: beside the server's own binaries, or an installed one."""
    beside = find_binaries(None).bin_dir / "pgbench"
    return str(beside) if beside.is_file() else shutil.which("pgbench")


def run_pgbench(ground: Ground, program: str, dsn: str, owner_dsn: str, clients: int, seconds: int) -> float:
    """Transactions a second of a reply's statements on random open cases."""
    script = FOLDER / "reply.sql"
    script.write_text(asyncio.run(_script(ground, dsn, owner_dsn, clients)), "utf-8")
    command = [program, "-n", "-M", "prepared", "-c", str(clients), "-j", "2", "-T", str(seconds), "-f", str(script)]
    done = subprocess.run(
        [*command, dsn], capture_output=True, text=True, errors="replace", check=False, env=_environment(program)
    )
    found = _TPS.search(done.stdout)
    if done.returncode or found is None:
        raise RuntimeError(f"pgbench failed: {done.stderr[-1500:]}")
    return float(found[1])


def _environment(program: str) -> dict[str, str]:
    # the wheel's programs find their libraries by position; an installed one needs nothing
    return {**os.environ, "PGOPTIONS": "-c client_min_messages=error", "PATH": f"{Path(program).parent}:/usr/bin:/bin"}


async def _script(ground: Ground, dsn: str, owner_dsn: str, clients: int) -> str:
    """Run one reply, note its statements with their values, and make the values that differ each time variables."""
    owner = await connect(owner_dsn)
    first, row = await owner.fetch(
        "SELECT id, ref, seq, owner_id FROM cases WHERE state = 'open' AND turn = 'desk' AND owner_id = 2 LIMIT 2"
    )
    await owner.execute("CREATE SEQUENCE IF NOT EXISTS bench_no; GRANT USAGE ON bench_no TO shouwen_app")
    await owner.execute(
        "CREATE TABLE IF NOT EXISTS bench_open AS SELECT row_number() OVER (ORDER BY id) AS no, ref FROM cases"
        " WHERE state = 'open' AND turn = 'desk' AND owner_id > 1; GRANT SELECT ON bench_open TO shouwen_app"
    )
    await owner.execute("CREATE UNIQUE INDEX IF NOT EXISTS bench_open_no ON bench_open (no)")
    async with acting(owner):  # a case may be answered twice: no counter may fall below 0
        await owner.execute("UPDATE case_counts SET count = count + 1000000000")
    most = await owner.fetchval("SELECT max(no) FROM bench_open")
    await owner.close()
    sent: list[tuple[str, list[object]]] = []
    async with open_door(dsn, open_services(ground.settings), max_size=1) as door:
        text = "收到照片，已经核对过了。按合同，非人为损坏由我们负责维修，维修期间的租金会减免，不用担心。"
        actor = Actor(Role.AGENT, row["owner_id"], "客服2")
        await door.run(cases.reply, actor, cases.Reply(first["ref"], text, 1_000_000))  # the first looks up types
        async with door.writes.acquire() as conn:
            conn.add_query_logger(lambda record: sent.append((record.query, list(record.args or ()))))
        await door.run(cases.reply, actor, cases.Reply(row["ref"], text, 1_000_000), key="of-the-benchmark")
    lines = [
        # every client its own cases: two answers to one at once would be tried again, which pgbench cannot
        f"\\set no 1 + :client_id + {clients} * random(0, {most // clients - 1})",
        _bound(FIND_SESSION, [b"\x00" * 32, datetime.fromisoformat("2026-11-23T02:00Z")], {}),
    ]
    for query, args in sent:
        if "INSERT INTO acts" not in query:
            lines.append(_bound(query, args, {1: "(SELECT ref FROM bench_open WHERE no = :no)"}, " \\gset c_"))
            continue
        first = Writing.FIRST
        variables = {
            number: ":c_seq + 1" for number, value in enumerate(args, 1) if number > first and value == row["seq"] + 1
        }
        variables |= {number: _COUNTERS for number, value in enumerate(args, 1) if "owner:2:desk" in _texts(value)}
        variables |= {
            8: "ARRAY[:c_id]::bigint[]", 9: "ARRAY[:c_seq + 1]::bigint[]", 21: "'pgbench-' || nextval('bench_no')",
            first: ":c_id", first + 1: ":c_version",
        }  # fmt: skip
        lines.append(_bound(query, args, variables))
    return "\n".join(lines) + "\n"


def _texts(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _bound(query: str, args: list[object], variables: dict[int, str], gathered: str = "") -> str:
    """The statement on one line with values in place of its parameters."""
    text = _SLOT.sub(lambda slot: variables.get(int(slot[1])) or literal(args[int(slot[1]) - 1]), query)
    text = " ".join(line.partition("--")[0].strip() for line in text.splitlines()).strip().rstrip(";")
    return f"{text}{gathered}" if gathered else f"{text};"
