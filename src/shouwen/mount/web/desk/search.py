"""GET /desk/search: a page, and the palette's rows for scripts."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shouwen.features.cases import use_cases as cases
from shouwen.features.cases.rows import SearchHit
from shouwen.features.cases.types import CASE_STATE_ZH, CaseState
from shouwen.features.leases.public import STATE_ZH
from shouwen.features.leases.types import LeaseState
from shouwen.features.leases.use_cases import reading as leases
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import ListRowView, SearchResultsView, SearchView
from shouwen.mount.web.desk.lease_list import NUMBER, lease_row
from shouwen.mount.web.desk.rail import desk_html
from shouwen.mount.web.page import html, is_fragment, page, run, words
from shouwen.mount.web.portal.titles import case_title

_MOST = 60


def routes() -> list[Route]:
    """One address for both."""
    return [page("GET", "/desk/search", find)]


async def find(request: Request) -> Response:
    """Cases, leases and renters by reference, by the last digits of lease or IMEI, by name, by whole phone number."""
    q = request.query_params.get("q", "").strip().replace("\x00", "")[:_MOST]
    rows = await _rows(request, q) if q else await _nothing(request)
    results = SearchResultsView(q=q, rows=rows)
    if is_fragment(request):
        return html(request, results)
    return await desk_html(request, SearchView(q=q, results=results))


async def _nothing(request: Request) -> tuple[ListRowView, ...]:
    """The newest leases: something to begin with."""
    return await _leases(request, "", set(), words(request))


async def _rows(request: Request, q: str) -> tuple[ListRowView, ...]:
    t = words(request)
    hits = await run(request, cases.search, cases.Search(q))
    rows = tuple(_hit(hit, t) for hit in hits)
    if not NUMBER.fullmatch(q):
        return rows
    return rows + await _leases(request, q, {hit.ref for hit in hits}, t)


async def _leases(request: Request, q: str, but: set[str], t: Words) -> tuple[ListRowView, ...]:
    found = await run(request, leases.list_leases, leases.ListLeases(q=q))
    return tuple(lease_row(row, t) for row in found.rows[:20] if row.ref not in but)


def _hit(hit: SearchHit, t: Words) -> ListRowView:
    title = case_title(hit.title, None, t) if hit.kind == "case" else hit.title
    if hit.kind == "case":
        state = t(CASE_STATE_ZH[CaseState(hit.state)])
        href = f"/desk/cases/{hit.ref}"
    else:
        state = t(STATE_ZH[LeaseState(hit.state)])
        href = f"/desk/leases/{hit.ref}"
    text = " · ".join(part for part in (state, hit.lease_ref if hit.kind == "case" else "") if part)
    return ListRowView(href=href, title=f"{hit.name_masked} · {title}", text=text, ref=hit.ref)
