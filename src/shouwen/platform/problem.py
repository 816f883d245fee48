"""Refusals as RFC 9457 problem details, Chinese first, English beside it."""

import msgspec
from starlette.responses import Response

from shouwen.kernel.errors import Refusal


def to_problem(refusal: Refusal) -> dict[str, object]:
    """The problem object; empty members are left out."""
    members = {
        "type": f"urn:shouwen:problem:{refusal.code}",
        "title": refusal.zh,
        "status": refusal.status,
        "detail": refusal.remedy_zh,
        "code": refusal.code,
        "title_en": refusal.en,
        "detail_en": refusal.remedy_en,
        "rule": refusal.rule,
        "clause": refusal.clause,
        "field": refusal.field,
        **refusal.data,
    }
    return {name: value for name, value in members.items() if value not in ("", None)}


def problem_response(refusal: Refusal) -> Response:
    """The problem as an HTTP answer; a 429 says when to come back."""
    headers = {}
    if refusal.status == 429:
        headers["Retry-After"] = str(refusal.data.get("retry_after_seconds", 60))
    return Response(
        msgspec.json.encode(to_problem(refusal)),
        status_code=refusal.status,
        media_type="application/problem+json",
        headers=headers,
    )
