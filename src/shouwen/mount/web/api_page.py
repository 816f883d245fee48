"""GET /api: the OpenAPI document to browse; each reader sees what their role may call."""

import json
import re
from functools import cache
from typing import Any

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shouwen.mount.api import openapi
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import ApiGroupView, ApiOperationView, ApiView
from shouwen.mount.web.page import actor_of, html, language, page, words

_DEPTH = 4
_PERMISSION = re.compile(r"permission: `([^`]+)`")


class _Operation(Struct, frozen=True):
    group: str
    roles: frozenset[str]
    zh: ApiOperationView
    en: ApiOperationView


def routes() -> list[Route]:
    """One page."""
    return [page("GET", "/api", browse)]


async def browse(request: Request) -> Response:
    """Operations by subject."""
    role, english, t = actor_of(request).role, language(request) == "en", words(request)
    groups: dict[str, list[ApiOperationView]] = {}
    for one in _operations():
        if role in one.roles:
            groups.setdefault(one.group, []).append(one.en if english else one.zh)
    view = ApiView(
        groups=tuple(ApiGroupView(name, tuple(found)) for name, found in groups.items()), version=_version(t)
    )
    return html(request, view)


def _version(t: Words) -> str:
    info: Any = openapi()["info"]
    return t("第 {n} 版", n=info["version"])


@cache
def _operations() -> tuple[_Operation, ...]:
    document: Any = openapi()
    schemas: dict[str, Any] = document["components"]["schemas"]
    found: list[_Operation] = []
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            found.append(_operation(path, method, operation, schemas))
    return tuple(sorted(found, key=lambda one: (one.group, one.zh.path, one.zh.method)))


def _operation(path: str, method: str, operation: dict[str, Any], schemas: dict[str, Any]) -> _Operation:
    english, _, rest = operation["description"].partition("\n")
    permission = _PERMISSION.search(rest)
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    asked = body or {one["name"]: one["schema"] for one in operation["parameters"] if one["in"] != "header"}
    answer = operation["responses"]["200"]["content"]["application/json"]["schema"]

    def view(summary: str) -> ApiOperationView:
        return ApiOperationView(
            method=method.upper(),
            path=path,
            name=operation["operationId"],
            summary=summary,
            permission=permission[1] if permission else "",
            writes=method != "get",
            schema=_pretty(asked, schemas) if asked else "",
            answer=_pretty(answer, schemas),
        )

    group = path.removeprefix("/api/v1/").split("/", 1)[0]
    return _Operation(group, frozenset(operation["x-roles"]), view(operation["summary"]), view(english))


def _pretty(schema: object, schemas: dict[str, Any]) -> str:
    return json.dumps(_inline(schema, schemas, 0), ensure_ascii=False, indent=2)


def _inline(value: Any, schemas: dict[str, Any], depth: int) -> Any:  # noqa: ANN401 -- JSON schema is any JSON
    """References replaced by what they mean, a few levels deep, without the noise."""
    if isinstance(value, list):
        return [_inline(one, schemas, depth) for one in value]
    if not isinstance(value, dict):
        return value
    if "$ref" in value:
        name = value["$ref"].rsplit("/", 1)[1]
        return name if depth >= _DEPTH else _inline(schemas[name], schemas, depth + 1)
    return {key: _inline(one, schemas, depth) for key, one in value.items() if key not in ("title", "description")}
