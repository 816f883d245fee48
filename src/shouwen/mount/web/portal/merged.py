"""/my/cases/{ref}/merged/{merged_ref}: a conversation that became a part of another (OWN-4)."""

from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import Response

from shouwen.features.cases import use_cases as cases
from shouwen.mount.web.page import html, run, words
from shouwen.mount.web.portal.around import around
from shouwen.mount.web.portal.cases import media_of
from shouwen.mount.web.portal.own_views import PortalMergedView
from shouwen.mount.web.portal.thread import merge_links, message_views
from shouwen.platform.decode import decode


async def merged_page(request: Request) -> Response:
    """What was said there, with its pictures; everything new goes into the kept conversation."""
    pairs = [("before", request.query_params["before"])] if "before" in request.query_params else []
    asked = decode(cases.ReadMerged, request.path_params, pairs, b"")
    found = await run(request, cases.read_merged, asked)
    kept = await run(request, cases.read_case, cases.ReadCase(asked.case_ref))
    now, t = await around(request), words(request)
    media = await media_of(request, kept.lease_ref, found.messages)
    kept_href = f"/my/cases/{asked.case_ref}"
    said = message_views(found.messages, media, kept.lease_ref, found.case_ref, found.seq, t)
    # what was merged into this one before is read through the kept case too
    said = tuple(
        replace(view, links=merge_links(row, kept_href, t) or view.links)
        for view, row in zip(said, found.messages, strict=True)
    )
    here = f"{kept_href}/merged/{found.case_ref}"
    view = PortalMergedView(
        human=now.human(t, case=kept.case),
        case_ref=asked.case_ref,
        merged_ref=found.case_ref,
        messages=said,
        earlier_href=f"{here}?before={found.messages[0].seq}" if found.more and found.messages else "",
    )
    return html(request, view, **now.counts())
