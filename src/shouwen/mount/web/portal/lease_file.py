"""The file of the lease a page is about, as its renter may see it."""

from starlette.requests import Request

from shouwen.features.leases.types import LeaseFile
from shouwen.features.leases.use_cases import ReadLease, read_lease
from shouwen.mount.web.page import run
from shouwen.platform.decode import decode


def lease_path(request: Request) -> dict[str, str]:
    """The lease of the address alone, for commands that take nothing else of it."""
    return {"lease_ref": request.path_params["lease_ref"]}


async def lease_file(request: Request) -> LeaseFile:
    """The lease of the address; Absent for strangers."""
    return await run(request, read_lease, decode(ReadLease, lease_path(request), (), b""))
