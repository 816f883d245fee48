"""GET /desk and its queue fragment."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shouwen.features.cases import use_cases as cases
from shouwen.mount.pages.views import DeskView, QueueView
from shouwen.mount.web.desk.colleagues import my_capacity
from shouwen.mount.web.desk.queue_view import queue_view
from shouwen.mount.web.desk.reading import Tab
from shouwen.mount.web.page import actor_of, html, page, run, words
from shouwen.platform.decode import decode

_TABS: tuple[Tab, ...] = ("mine", "waiting", "unowned", "all")


def routes() -> list[Route]:
    """The queue, with and without its frame."""
    return [page("GET", "/desk", desk), page("GET", "/desk/queue", fragment)]


def tab_of(request: Request) -> Tab:
    """The tab asked for; the reader's own unless it is one of ours."""
    asked = request.query_params.get("tab", "")
    return next((tab for tab in _TABS if tab == asked), "mine")


async def desk(request: Request) -> Response:
    """The queue alone, until a case is chosen."""
    return html(request, DeskView(queue=await _view(request)))


async def fragment(request: Request) -> Response:
    """The left pane alone, for live updates; `open` is marked."""
    return html(request, await _view(request, request.query_params.get("open", "")[:40]))


async def _view(request: Request, open_ref: str = "") -> QueueView:
    pairs = [("tab", tab_of(request)), ("after", request.query_params.get("after", ""))]
    queue = await run(request, cases.read_queue, decode(cases.ReadQueue, {}, pairs, b""))
    return queue_view(queue, actor_of(request), await my_capacity(request), words(request), open_ref)
