"""The PDF of a letter, for whoever may read it: the renter's pages and the desk's lead here."""

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from shouwen.features.papers.use_cases import OpenPaper, open_paper
from shouwen.mount.web.page import page, run
from shouwen.platform.decode import decode
from shouwen.platform.door import Door


def routes() -> list[Route]:
    """One edge: GET /papers/{paper_ref}.pdf."""
    return [page("GET", "/papers/{paper_ref}.pdf", paper_pdf)]


async def paper_pdf(request: Request) -> Response:
    """The printed letter; opening it is on record (EVI-6)."""
    found = await run(request, open_paper, decode(OpenPaper, request.path_params, (), b""))
    door: Door = request.app.state.door
    path = door.services.storage.path(bytes.fromhex(found.sha256))
    return FileResponse(path, media_type=found.mime, filename=found.file_name)
