"""A page of the desk with its rail: what waits stands beside every page, or beside none."""

from starlette.requests import Request
from starlette.responses import Response

from shouwen.features.cases import use_cases as cases
from shouwen.features.cases.rows import RailCounts
from shouwen.kernel.actor import Role
from shouwen.mount.pages.parts import View
from shouwen.mount.web.page import actor_of, html, run


async def desk_html(request: Request, view: View, status: int = 200) -> Response:
    """A whole page that has not read the queue: one statement more for its rail."""
    counts = RailCounts()
    if actor_of(request).role not in (Role.ANONYMOUS, Role.ADMIN):
        counts = await run(request, cases.read_rail, cases.ReadRail())
    return with_rail(request, view, counts, status)


def with_rail(request: Request, view: View, counts: RailCounts, status: int = 200) -> Response:
    """A whole page whose queue brought the counts along."""
    return html(request, view, status, inspections=counts.inspections, approvals=counts.approvals)
