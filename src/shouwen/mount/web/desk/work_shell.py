"""The lists of the desk that are no case and no lease: who may see which, and the tabs between them."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shouwen.kernel.errors import Absent
from shouwen.mount.pages.lease_views import LeaseTabLinkView
from shouwen.mount.web.page import actor_of, page, see, words
from shouwen.platform.permissions import ALLOWED, Permission

_LISTS = (
    ("arrears", "逾期", Permission.ARREARS_READ),
    ("stock", "库存", Permission.STOCK),
    ("payments", "付款异常", Permission.PAYMENT_CARE),
    ("imports", "导入", Permission.IMPORT),
    ("days", "业务日", Permission.DAY_READ),
)


def routes() -> list[Route]:
    """The door to whichever list the reader may see first."""
    return [page("GET", "/desk/work", first)]


async def first(request: Request) -> Response:
    """The reader's first list."""
    tabs = work_tabs(request, "")
    if not tabs:
        raise Absent("页面", "page")
    return see(tabs[0].href)


def work_tabs(request: Request, here: str) -> tuple[LeaseTabLinkView, ...]:
    """The lists the reader's role may see."""
    role, t = actor_of(request).role, words(request)
    return tuple(
        LeaseTabLinkView(t(label), f"/desk/{key}", key == here)
        for key, label, permission in _LISTS
        if role in ALLOWED[permission]
    )
