"""OWN-4 at the desk: merge a case into another, read what was merged."""

import msgspec
from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shouwen.features.cases import use_cases as cases
from shouwen.features.evidence import use_cases as evidence
from shouwen.kernel.errors import Absent, Refusal
from shouwen.mount.web.desk.bits import media_tile
from shouwen.mount.web.desk.own_views import DeskMergedView, MergeView
from shouwen.mount.web.desk.rail import desk_html
from shouwen.mount.web.desk.thread_view import Read, desk_messages
from shouwen.mount.web.page import field, form, page, problem_view, run, see, words
from shouwen.mount.web.portal.thread import media_refs
from shouwen.mount.web.portal.titles import case_title
from shouwen.platform.decode import decode

_BASE = "/desk/cases/{case_ref}"


def routes() -> list[Route]:
    """The page that asks for confirmation, the act, and what was said before."""
    return [
        page("GET", f"{_BASE}/merge", merge_page),
        page("POST", f"{_BASE}/merge", merge),
        page("GET", f"{_BASE}/merged/{{merged_ref}}", merged),
    ]


async def merge_page(request: Request) -> Response:
    """Into which case, and that it is for good."""
    return await _page(request, None, "")


async def _page(request: Request, refusal: Refusal | None, chosen: str) -> Response:
    asked = decode(cases.ListMergeable, request.path_params, (), b"")
    found = await run(request, cases.list_mergeable, asked)
    here = await run(request, cases.read_case, cases.ReadCase(asked.case_ref))
    t = words(request)
    view = MergeView(
        case_ref=asked.case_ref,
        title=case_title(here.case.title, here.case.type, t),
        candidates=tuple(replace(one, title=case_title(one.title, None, t)) for one in found),
        chosen=chosen,
        problem=problem_view(request, refusal) if refusal else None,
    )
    return await desk_html(request, view, refusal.status if refusal else 200)


async def merge(request: Request) -> Response:
    """On to the kept case; a refusal stands on the page that asked."""
    fields = await form(request)
    into = field(fields, "into")
    try:
        body = {"into": into, "confirmed": bool(field(fields, "confirmed"))}
        asked = decode(cases.MergeCase, {"case_ref": request.path_params["case_ref"]}, (), msgspec.json.encode(body))
        done = await run(request, cases.merge_case, asked, fields)
    except Absent:
        raise
    except Refusal as refusal:
        return await _page(request, refusal, into)
    return see(f"/desk/cases/{done.case_ref}")


async def merged(request: Request) -> Response:
    """What was said in a case before it was merged, notes among it."""
    pairs = [("before", request.query_params["before"])] if "before" in request.query_params else []
    asked = decode(cases.ReadMerged, request.path_params, pairs, b"")
    found = await run(request, cases.read_merged, asked)
    kept = await run(request, cases.read_case, cases.ReadCase(asked.case_ref))
    t = words(request)
    tiles = {}
    if kept.lease_ref and media_refs(found.messages):
        rows = await run(request, evidence.list_evidence, evidence.ListEvidence(kept.lease_ref))
        tiles = {row.ref: media_tile(row, t) for row in rows}
    here = f"/desk/cases/{asked.case_ref}/merged/{found.case_ref}"
    view = DeskMergedView(
        case_ref=asked.case_ref,
        merged_ref=found.case_ref,
        messages=desk_messages(found.messages, tiles, Read(), asked.case_ref, "", t),
        earlier_href=f"{here}?before={found.messages[0].seq}" if found.more and found.messages else "",
    )
    return await desk_html(request, view)
