"""What a query gives is what its struct takes: columns compared with fields, wherever a function names both."""

import ast
import asyncio
import importlib

import asyncpg
import msgspec
from test_sql import SOURCE, sources

# Read here for more than one struct: the columns beyond the first one's fields are another's, in the same function.
MORE = {("load_reply", "CaseRow"), ("events_of", "TrackingEvent")}


def structs_of(function, module):
    """The one struct that the function turns rows into, or None."""
    names = {
        call.args[0].id
        for call in ast.walk(function)
        if isinstance(call, ast.Call)
        and getattr(call.func, "id", "") in ("row_to", "rows_to")
        and call.args
        and isinstance(call.args[0], ast.Name)
    }
    return getattr(module, names.pop(), None) if len(names) == 1 else None


def texts_of(function, module):
    """The queries it sends, where the module alone can tell them."""
    for call in ast.walk(function):
        if isinstance(call, ast.Call) and getattr(call.func, "attr", "") in ("fetch", "fetchrow") and call.args:
            first = call.args[0]
            for one in (first.body, first.orelse) if isinstance(first, ast.IfExp) else (first,):
                try:
                    text = eval(compile(ast.Expression(one), "", "eval"), vars(module))
                except (NameError, AttributeError):  # put together from what the function was given
                    continue
                if isinstance(text, str):
                    yield text


def readers():
    """(function, struct, its queries) of every store; one of them gives the struct, others may only lock."""
    for path in sources():
        module = importlib.import_module(".".join(path.relative_to(SOURCE).with_suffix("").parts))
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.AsyncFunctionDef) and (struct := structs_of(node, module)) is not None:
                found = list(texts_of(node, module))
                if found:
                    yield node.name, struct, found


async def differences(conn, struct, text):
    """Fields the query does not give, and columns the struct does not have."""
    columns = {column.name for column in (await conn.prepare(text)).get_attributes()}
    fields = msgspec.structs.fields(struct)
    missing = {field.encode_name for field in fields if field.required} - columns
    return sorted(missing), sorted(columns - {field.encode_name for field in fields})


async def compare(dsn):
    conn = await asyncpg.connect(dsn)
    wrong, compared = [], 0
    try:
        for name, struct, texts in readers():
            found = [await differences(conn, struct, text) for text in texts]
            compared += 1
            more = (name, struct.__name__) in MORE
            if not any(missing == [] and (unknown == [] or more) for missing, unknown in found):
                wrong.append((name, struct.__name__, found))
    finally:
        await conn.close()
    return wrong, compared


def test_columns_of_every_query_are_the_fields_of_its_struct(dsn):
    wrong, compared = asyncio.run(compare(dsn))
    assert wrong == []
    assert compared > 90
