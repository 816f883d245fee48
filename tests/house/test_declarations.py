"""The structure's own tests: declarations of use cases and the routes derived from them."""

import re
from pathlib import Path

import msgspec
import pytest

from shouwen.mount import runtime as _runtime  # noqa: F401 -- declares every use case
from shouwen.mount.api import EDGE_FIELDS, PREFIX, openapi, schemas_of
from shouwen.platform.fields import Instant
from shouwen.platform.permissions import ALLOWED, Permission
from shouwen.platform.registry import REGISTRY, use_case

PUBLIC = Path(__file__).with_name("public_routes.txt")
CASES = sorted(REGISTRY.values(), key=lambda case: case.name)


def test_public_routes_are_the_known_few():
    found = {f"{case.method} {case.path}" for case in CASES if case.permission is Permission.PUBLIC}
    assert found == set(PUBLIC.read_text("utf-8").split("\n")) - {""}


def test_every_permission_is_in_the_table_and_used():
    assert set(ALLOWED) == set(Permission)
    assert set(Permission) == {case.permission for case in CASES}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_command_fields_are_bounded(case):
    _, components = schemas_of([case.command])
    fields = components[case.command.__name__]["properties"]
    if case.permission is Permission.SYSTEM:
        return  # built by our own worker, never by a request
    for name, field in fields.items():
        assert_bounded(f"{case.name}.{name}", field, components)


def assert_bounded(where, field, components):
    for variant in field.get("anyOf", [field]):
        if "$ref" in variant:
            inner = components[variant["$ref"].rsplit("/", 1)[1]]
            for name, item in inner.get("properties", {}).items():
                assert_bounded(f"{where}.{name}", item, components)
        elif variant.get("type") == "string" and "enum" not in variant and "format" not in variant:
            assert "maxLength" in variant or "pattern" in variant, f"{where} is an unbounded text"
        elif variant.get("type") in ("integer", "number"):
            bounded = {"maximum", "exclusiveMaximum"} & set(variant) and {"minimum", "exclusiveMinimum"} & set(variant)
            assert bounded, f"{where} is an unbounded number"
        elif variant.get("type") == "array":
            assert "maxItems" in variant, f"{where} is an unbounded list"
            if isinstance(variant.get("items"), dict):
                assert_bounded(f"{where}[]", variant["items"], components)
        elif variant.get("type") == "object":
            assert "maxProperties" in variant or variant.get("additionalProperties") is False, f"{where} is unbounded"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_instants_of_commands_are_of_the_one_bounded_type(case):
    if case.permission is Permission.SYSTEM:
        return  # built by our own worker, never by a request
    for field in msgspec.structs.fields(case.command):
        assert "datetime.datetime" not in str(field.type).replace(str(Instant), ""), f"{case.name}.{field.name}"


def test_paths_and_methods_are_unique_and_their_fields_exist():
    seen = set()
    for case in CASES:
        assert (case.method, case.path) not in seen, case.name
        seen.add((case.method, case.path))
        in_path = set(re.findall(r"{(\w+)}", case.path))
        assert in_path <= set(case.command.__struct_fields__), case.name


def test_openapi_lists_every_route_outsiders_may_call():
    document = openapi()
    listed = {(method.upper(), path) for path, item in document["paths"].items() for method in item}
    assert listed == {(c.method, PREFIX + c.path) for c in CASES if c.permission is not Permission.SYSTEM}
    for item in document["paths"].values():
        for operation in item.values():
            body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
            assert not set(EDGE_FIELDS) & set(body.get("properties", {}))


def test_struct_names_are_unique():
    types = [case.command for case in CASES] + [case.result for case in CASES]
    schemas_of(types)  # raises where two structs share a name
    assert len({case.command for case in CASES}) == len({case.command.__name__ for case in CASES})


class _Lax(msgspec.Struct, frozen=True):
    name: str


class _Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


async def _undocumented(ctx, command):
    return None


@pytest.mark.parametrize(
    ("command", "permission"), [(_Lax, Permission.SELF), (_Strict, None), (_Strict, "self"), (_Strict, Permission.SELF)]
)
def test_declare_lax_unpermitted_or_undocumented_use_case_fails(command, permission):
    before = dict(REGISTRY)
    with pytest.raises(TypeError):
        use_case(command, str, permission=permission, method="POST", path="/x")(_undocumented)
    assert before == REGISTRY
