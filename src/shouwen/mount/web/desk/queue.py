"""GET /desk and its queue fragment."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shouwen.features.cases import use_cases as cases
from shouwen.features.cases.rows import CaseQueue
from shouwen.mount.pages.views import DeskView, QueueView
from shouwen.mount.web.desk.colleagues import my_capacity
from shouwen.mount.web.desk.queue_view import queue_view
from shouwen.mount.web.desk.rail import with_rail
from shouwen.mount.web.desk.reading import Tab
from shouwen.mount.web.page import actor_of, html, page, run, words
from shouwen.platform.decode import decode

_TABS: tuple[Tab, ...] = ("mine", "waiting", "unowned", "escalated", "all")


def routes() -> list[Route]:
    """The queue, with and without its frame."""
    return [page("GET", "/desk", desk), page("GET", "/desk/queue", fragment)]


def tab_of(request: Request) -> Tab:
    """The tab asked for; the reader's own unless it is one of ours."""
    asked = request.query_params.get("tab", "")
    return next((tab for tab in _TABS if tab == asked), "mine")


async def desk(request: Request) -> Response:
    """The queue alone, until a case is chosen."""
    queue = await _read(request)
    return with_rail(request, DeskView(queue=await _view(request, queue)), queue.counts.rail)


async def fragment(request: Request) -> Response:
    """The left pane alone, for live updates; `open` is marked."""
    open_ref = request.query_params.get("open", "")[:40]
    return html(request, await _view(request, await _read(request), open_ref))


async def _read(request: Request) -> CaseQueue:
    pairs = [("tab", tab_of(request)), ("after", request.query_params.get("after", ""))]
    return await run(request, cases.read_queue, decode(cases.ReadQueue, {}, pairs, b""))


async def _view(request: Request, queue: CaseQueue, open_ref: str = "") -> QueueView:
    return queue_view(queue, actor_of(request), await my_capacity(request), words(request), open_ref)
