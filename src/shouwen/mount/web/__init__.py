"""Pages: each edge parses, calls the door, fills a view and renders. Pages compose features, so they live here."""

from starlette.routing import BaseRoute, Route

from shouwen.mount.web import account, api_page, desk, live, media, papers, portal, sign_in
from shouwen.platform.settings import Settings


def page_routes(settings: Settings) -> list[BaseRoute]:
    """Every page and live stream."""
    return [
        *sign_in.routes(settings),
        *account.routes(),
        *portal.routes(),
        *desk.routes(),
        *api_page.routes(),
        *media.routes(),
        *papers.routes(),
        Route("/live/case/{ref}", live.live_case),
        Route("/live/desk", live.live_desk),
        Route("/live/my", live.live_desk),
    ]
