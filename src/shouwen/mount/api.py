"""The JSON API, derived: one handler a declared use case, nobody writes a second by hand."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shouwen.kernel.actor import SYSTEM
from shouwen.kernel.errors import BadInput, Refusal
from shouwen.mount.couriers import check_push
from shouwen.mount.guard import read_body
from shouwen.platform.decode import MAX_BODY_BYTES, decode
from shouwen.platform.door import Door, refuse_unadmitted
from shouwen.platform.permissions import ALLOWED, Permission
from shouwen.platform.problem import problem_response
from shouwen.platform.registry import REGISTRY, UseCase

PREFIX = "/api/v1"
_KEY = re.compile(r"[A-Za-z0-9_.:-]{8,100}")
EDGE_FIELDS = ("user_agent", "address")  # filled in by the edge, refused from outside
RAW = {"record_chunk": ("offset", "length")}  # bytes come to mount/web/uploads.py, which fills in these fields


def api_routes(door: Door) -> list[Route]:
    """A route for every use case that outsiders may call (the system's own acts have none)."""
    return [
        Route(PREFIX + case.path, _handler(door, case), methods=[case.method], name=case.name)
        for case in REGISTRY.values()
        if case.permission is not Permission.SYSTEM and case.name not in RAW
    ]


def _handler(door: Door, case: UseCase[Any, Any]) -> Callable[[Request], Awaitable[Response]]:
    async def handle(request: Request) -> Response:
        try:
            refuse_unadmitted(case, request.state.actor)
            body = await read_body(request.receive, MAX_BODY_BYTES)
            command = edge_fields(request, decode(case.command, request.path_params, _query(request), body))
            pushed = check_push(door, command)  # by the courier, whom its signature names
            actor, key = (SYSTEM, pushed) if pushed else (request.state.actor, idempotency_key(request))
            result = await door.run(case, actor, command, key=key, channel="api")
        except Refusal as refusal:
            return problem_response(refusal)
        return Response(msgspec.json.encode(result), media_type="application/json")

    return handle


def edge_fields(request: Request, command: Any) -> Any:  # noqa: ANN401 -- any command of the registry
    """Where the request came from, as the server sees it; a caller cannot choose its own address."""
    names = command.__struct_fields__
    known: dict[str, str] = {}
    if "user_agent" in names:
        known["user_agent"] = request.headers.get("user-agent", "")[:300]
    if "address" in names:
        known["address"] = request.client.host if request.client else ""
    return msgspec.structs.replace(command, **known) if known else command


def idempotency_key(request: Request) -> str:
    """The caller's key for this act; none means every call is its own."""
    return good_key(request.headers.get("idempotency-key", ""))


def good_key(key: str) -> str:
    """`key` where it is empty or in form; BadInput for anything else."""
    if key and not _KEY.fullmatch(key):
        raise BadInput(
            "Idempotency-Key", "操作编号格式不对", "an idempotency key has 8 to 100 characters A–Z a–z 0–9 _ . : -"
        )
    return key


def _query(request: Request) -> list[tuple[str, str]]:
    if not request.scope["query_string"]:
        return []
    pairs = request.query_params.multi_items()
    if len({name for name, _ in pairs}) != len(pairs):
        raise BadInput("query", "同一个参数给了两次", "a query parameter is given twice", status=400)
    return pairs


def schemas_of(types: list[type]) -> tuple[tuple[dict[str, Any], ...], dict[str, Any]]:
    """JSON schemas of structs and their components; raises where two structs share a name."""
    return msgspec.json.schema_components(types, schema_hook=_any_json, ref_template="#/components/schemas/{name}")


def _any_json(kind: type) -> dict[str, Any]:
    if kind is object:
        return {"description": "any JSON value"}
    raise NotImplementedError


def openapi() -> dict[str, object]:
    """The OpenAPI 3.1 document of everything above."""
    cases = [case for case in REGISTRY.values() if case.permission is not Permission.SYSTEM]
    types = [case.command for case in cases] + [case.result for case in cases]
    schemas, components = schemas_of(types)
    paths: dict[str, dict[str, object]] = {}
    for case, command, result in zip(cases, schemas[: len(cases)], schemas[len(cases) :], strict=True):
        fields = _resolve(command, components)
        paths.setdefault(PREFIX + case.path, {})[case.method.lower()] = _operation(case, fields, result)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Shouwen 首问", "version": "1", "description": "每个接口由一个用例声明推导而来。"},
        "paths": paths,
        "components": {
            "schemas": {**components, "Problem": _PROBLEM},
            "securitySchemes": {"session": {"type": "http", "scheme": "bearer"}},
        },
    }


_PROBLEM = {
    "type": "object",
    "description": "RFC 9457",
    "properties": {
        **{n: {"type": "string"} for n in ("type", "title", "detail", "code", "title_en", "rule", "clause", "field")},
        "status": {"type": "integer"},
    },
    "required": ["type", "title", "status", "code"],
}


def _resolve(schema: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    return components[schema["$ref"].rsplit("/", 1)[1]] if "$ref" in schema else schema


def _operation(case: UseCase[Any, Any], fields: dict[str, Any], result: dict[str, Any]) -> dict[str, object]:
    in_path = set(re.findall(r"{(\w+)}", case.path))
    filled = (*EDGE_FIELDS, *RAW.get(case.name, ()))
    open_fields = {n: s for n, s in fields.get("properties", {}).items() if n not in filled}
    required = set(fields.get("required", ()))
    parameters: list[dict[str, object]] = [
        {"name": n, "in": "path", "required": True, "schema": open_fields[n]} for n in sorted(in_path)
    ]
    body_fields = {n: s for n, s in open_fields.items() if n not in in_path}
    problem = {
        "description": "拒绝：原因、依据和下一步",
        "content": _content("application/problem+json", _ref("Problem")),
    }
    operation: dict[str, object] = {
        "operationId": case.name,
        "summary": case.summary_zh,
        "description": f"{case.summary_en}\n\npermission: `{case.permission}`",
        "tags": [case.permission.split(".")[0]],
        "responses": {
            "200": {"description": "好", "content": _content("application/json", result)},
            **{str(code): problem for code in (202, 400, 401, 403, 404, 409, 413, 422, 429)},
        },
        "security": [] if case.permission is Permission.PUBLIC else [{"session": []}],
        "x-roles": sorted(ALLOWED[case.permission]),
    }
    if case.method == "GET":
        parameters += [
            {"name": n, "in": "query", "required": n in required, "schema": s} for n, s in body_fields.items()
        ]
    elif case.name in RAW:
        whole = {"type": "integer", "minimum": 0}
        parameters.append({"name": "Upload-Offset", "in": "header", "required": True, "schema": whole})
        operation["requestBody"] = {"required": True, "content": _content("application/octet-stream", {})}
    else:
        parameters.append(
            {"name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "pattern": f"^{_KEY.pattern}$"}}
        )
        body = {
            "type": "object",
            "properties": body_fields,
            "required": sorted((required - in_path) & set(body_fields)),
            "additionalProperties": False,
        }
        operation["requestBody"] = {"required": bool(body["required"]), "content": _content("application/json", body)}
    operation["parameters"] = parameters
    return operation


def _content(kind: str, schema: dict[str, Any]) -> dict[str, object]:
    return {kind: {"schema": schema}}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}
