"""The workbench: queue, case, claim, inspections, leases, approvals, search."""

from starlette.routing import Route

from shouwen.mount.web.desk import (
    approvals,
    case,
    claims,
    composer,
    dossiers,
    inspections,
    leases,
    owning,
    queue,
    search,
)


def routes() -> list[Route]:
    """Every page and act of the workbench."""
    edges = (queue, case, composer, owning, dossiers, claims, inspections, leases, approvals, search)
    return [route for edge in edges for route in edge.routes()]
