"""The file of the lease a page is about, as its renter may see it; the renter's acts are not the desk's."""

from starlette.requests import Request
from starlette.responses import Response

from shouwen.features.leases.types import LeaseFile
from shouwen.features.leases.use_cases.reading import ReadLease, read_lease
from shouwen.kernel.errors import Absent
from shouwen.mount.web.page import Edge, actor_of, run
from shouwen.platform.decode import decode


def lease_path(request: Request) -> dict[str, str]:
    """The lease of the address alone, for commands that take nothing else of it."""
    return {"lease_ref": request.path_params["lease_ref"]}


async def lease_file(request: Request) -> LeaseFile:
    """The lease of the address; Absent for strangers."""
    return await run(request, read_lease, decode(ReadLease, lease_path(request), (), b""))


def absent_to_staff(request: Request) -> None:
    """Absent to colleagues: what they may do for a renter they do at the desk, under its own words."""
    if actor_of(request).is_staff:
        raise Absent("页面", "page")


def renters_only(edge: Edge) -> Edge:
    """An act of the renter's pages, absent to colleagues."""

    async def guarded(request: Request) -> Response:
        absent_to_staff(request)
        return await edge(request)

    return guarded
