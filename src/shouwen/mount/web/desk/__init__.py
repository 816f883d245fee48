"""The workbench: queue, case, claim, inspections, leases, approvals, search."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shouwen.kernel.actor import Role
from shouwen.kernel.errors import Absent
from shouwen.mount.web.desk import (
    approvals,
    arrears_list,
    cancel_page,
    case,
    claims,
    composer,
    contract_tab,
    contract_versions,
    days,
    dossiers,
    ending_tab,
    imports,
    inspections,
    lease_arrears,
    lease_line,
    lease_list,
    lease_money,
    lease_papers,
    lease_relief,
    lease_steps,
    leases,
    merging,
    owning,
    payment_trouble,
    phone_tab,
    queue,
    report_page,
    search,
    stock,
    work_shell,
)
from shouwen.mount.web.page import Edge, actor_of

_DESK = frozenset({Role.AGENT, Role.SPECIALIST, Role.SUPERVISOR, Role.ANONYMOUS})  # strangers are asked to log in


def routes() -> list[Route]:
    """Every page and act of the workbench. An inspector sees the inspections and nothing else of it; the owner
    approvals that nobody else can give (AUTH-1).
    """
    money = (lease_money, lease_line, lease_papers, lease_arrears, lease_steps, lease_relief)
    life = (leases, cancel_page, contract_tab, contract_versions, ending_tab, phone_tab)
    edges = (queue, case, composer, owning, merging, dossiers, claims, lease_list, search, *life, *money)
    found = [_for(_DESK, route) for edge in edges for route in edge.routes()]
    found += [_for(_DESK | {Role.ADMIN}, route) for route in approvals.routes()]
    for work in (work_shell, arrears_list, stock, payment_trouble, imports, days):
        found += [_for(_DESK | {Role.ADMIN, Role.INSPECTOR}, route) for route in work.routes()]
    reports = [*inspections.routes(), *report_page.routes()]
    return found + [_for(_DESK | {Role.INSPECTOR}, route) for route in reports]


def _for(roles: frozenset[Role], route: Route) -> Route:
    """The route for these roles; for everybody else it does not exist, though they may call its use cases."""
    edge: Edge = route.endpoint

    async def guarded(request: Request) -> Response:
        if actor_of(request).role not in roles:
            raise Absent("页面", "page")
        return await edge(request)

    return Route(route.path, guarded, methods=list(route.methods or ()), name=route.name)
