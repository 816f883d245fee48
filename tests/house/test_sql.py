"""The structure's own tests: every query in sight is prepared against the schema."""

import ast
import asyncio
import importlib
import re
from pathlib import Path

import asyncpg
import pytest

from shouwen.platform.database import prepare_embedded
from shouwen.platform.embedded_postgres import EmbeddedPostgres

SOURCE = Path(__file__).resolve().parents[2] / "src"
SQL = re.compile(r"^\s*(WITH|SELECT|INSERT INTO|UPDATE|DELETE FROM)\s+(?![0-9])", re.S)
FORBIDDEN = re.compile(r"current_date|now\(\)::date|localtimestamp|\bSET\s+(SESSION|ROLE)\b|pg_advisory_lock", re.I)


def sources():
    for path in sorted(SOURCE.glob("shouwen/**/*.py")):
        if "/demo/" not in str(path):
            yield path


def queries(path):
    """(line, SQL) of every literal or f-string of a file that reads as a query; f-strings by their module's names."""
    tree = ast.parse(path.read_text("utf-8"))
    inside_format = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    module = None
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside_format:
            if SQL.match(node.value):
                yield node.lineno, node.value
        elif isinstance(node, ast.JoinedStr):
            first = node.values[0]
            names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
            looks = isinstance(first, ast.Constant) and SQL.match(str(first.value))
            name = ".".join(path.relative_to(SOURCE).with_suffix("").parts)
            module = module or importlib.import_module(name)
            if names <= set(vars(module)):
                try:
                    text = eval(compile(ast.Expression(node), str(path), "eval"), vars(module))
                except AttributeError:  # a local name hides the module's: no text of the module
                    continue
                if looks or SQL.match(text):
                    yield node.lineno, text


def built(path):
    """Queries a module builds when it is imported: its own texts, alone or in dictionaries."""
    name = ".".join(path.relative_to(SOURCE).with_suffix("").parts)
    for value in vars(importlib.import_module(name)).values():
        texts = value.values() if isinstance(value, dict) else [value]
        for text in texts:
            if isinstance(text, str) and SQL.match(text):
                yield 0, text


def is_whole(text):
    """Parts of queries and patterns with `{names}` are prepared where they are put together."""
    return not re.search(r"\{[a-z_]+\}", text) and not re.search(r"(WHERE|AND|ON|SET|VALUES)\s*$", text.strip())


async def prepare_all(dsn):
    """How many queries prepare, and what the server says of the others."""
    count, broken = 0, []
    conn = await asyncpg.connect(dsn)
    try:
        for path in sources():
            for line, text in [*queries(path), *(built(path) if "/store" in str(path) else [])]:
                if not is_whole(text) or " " not in text.strip():
                    continue
                try:
                    await conn.prepare(text)
                    count += 1
                except asyncpg.PostgresError as error:
                    broken.append(f"{path.parent.name}/{path.name}:{line}: {error}")
    finally:
        await conn.close()
    return count, broken


def test_every_query_prepares_against_the_schema(cluster):
    count, broken = asyncio.run(prepare_all(cluster.dsn("shouwen_template", "shouwen_app")))
    assert not broken, "\n".join(broken)
    assert count > 60


def test_every_query_prepares_on_the_oldest_server_we_promise(tmp_path):
    binaries = Path("/usr/lib/postgresql/15/bin")
    if not (binaries / "initdb").exists():
        pytest.skip("no PostgreSQL 15 is installed on this machine")
    with EmbeddedPostgres.start(tmp_path / "oldest", bin_dir=binaries) as server:
        dsn = asyncio.run(prepare_embedded(server, "oldest"))
        count, broken = asyncio.run(prepare_all(dsn))
    assert not broken, "\n".join(broken)
    assert count > 60


def test_queries_never_ask_the_database_for_the_business_date():
    allowed = {"relay.py", "sequencer.py", "migrate.py"}  # advisory locks on their own direct connections
    for path in sources():
        for line, text in queries(path):
            if path.name not in allowed:
                assert not FORBIDDEN.search(text), f"{path.name}:{line}"


def test_the_wall_clock_is_read_in_one_place():
    clock = re.compile(r"datetime\.now\(|date\.today\(|time\.time\(\)")
    found = {path.name for path in sources() if clock.search(path.read_text("utf-8"))}
    assert found <= {"clock.py", "scratch.py"}, found
