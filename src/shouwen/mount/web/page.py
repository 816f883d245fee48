"""What every page edge needs: the frame, forms, the door, rendering."""

from collections.abc import Awaitable, Callable
from hashlib import blake2s
from typing import TypeVar
from urllib.parse import parse_qsl

from msgspec import Struct
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from shouwen.features.people.types import Session
from shouwen.kernel.actor import ROLE_ZH, Actor
from shouwen.kernel.errors import BadInput, Refusal
from shouwen.mount.api import edge_fields, good_key
from shouwen.mount.guard import cookie, read_body
from shouwen.mount.pages.env import render
from shouwen.mount.pages.i18n import Lang, Words
from shouwen.mount.pages.parts import View
from shouwen.mount.pages.views import FrameView, ProblemView, UserView
from shouwen.platform import clock
from shouwen.platform.decode import HIDDEN, MAX_BODY_BYTES
from shouwen.platform.door import Door
from shouwen.platform.registry import UseCase

C = TypeVar("C", bound=Struct)
R = TypeVar("R")
Edge = Callable[[Request], Awaitable[Response]]


def page(method: str, path: str, edge: Edge) -> Route:
    """A route of a page edge."""
    return Route(path, edge, methods=[method])


def actor_of(request: Request) -> Actor:
    """Who asks."""
    actor: Actor = request.state.actor
    return actor


def language(request: Request) -> Lang:
    """Chinese unless the reader switched."""
    return "en" if cookie(Headers(scope=request.scope), "lang") == "en" else "zh"


def words(request: Request) -> Words:
    """Texts in the reader's language."""
    return Words(language(request))


def frame(request: Request, **counts: int) -> FrameView:
    """What every page has around it; `counts` are unread, bills_due, approvals, inspections."""
    session: Session | None = request.state.session
    headers = Headers(scope=request.scope)
    theme = cookie(headers, "theme")
    actor = actor_of(request)
    lang = language(request)
    user = None
    if session is not None:
        label = Words(lang)(ROLE_ZH[actor.role])
        mark = blake2s(f"{actor.role}:{actor.id}".encode(), digest_size=6).hexdigest()
        user = UserView(actor.name, actor.role, label, actor.is_staff, mark=mark)
    return FrameView(
        now=clock.now(),
        lang=lang,
        theme="dark" if theme == "dark" else "light" if theme == "light" else "",
        csrf=session.csrf if session else "",
        user=user,
        path=request.url.path,
        demo=request.app.state.settings.demo,
        unread=counts.get("unread", 0),
        bills_due=counts.get("bills_due", 0),
        approvals=counts.get("approvals", 0),
        inspections=counts.get("inspections", 0),
    )


def html(request: Request, view: View, status: int = 200, **counts: int) -> HTMLResponse:
    """Render a page or fragment."""
    return HTMLResponse(render(view, frame(request, **counts)), status_code=status)


async def form(request: Request) -> dict[str, list[str]]:
    """The posted fields, each with all its values; refuses what is no form, or holds NUL or half characters.

    Other hidden characters are left out: who pastes from elsewhere cannot see them to take them out.
    """
    body = await read_body(request.receive, MAX_BODY_BYTES)
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=500)
    except ValueError:
        raise BadInput("body", "表单内容无法读取", "the form cannot be read", status=400) from None
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        if "\x00" in value:
            raise BadInput(name, "文本里有空字符", "the text holds a NUL character", status=400)
        fields.setdefault(name, []).append(HIDDEN.sub("", value.replace("\r\n", "\n")))
    return fields


def field(fields: dict[str, list[str]], name: str, default: str = "") -> str:
    """One field's only value."""
    return fields.get(name, [default])[0]


async def run(request: Request, use_case: UseCase[C, R], command: C, fields: dict[str, list[str]] | None = None) -> R:
    """Through the door as whoever asks; a form's `idempotency_key` makes a double click one act."""
    door: Door = request.app.state.door
    key = field(fields or {}, "idempotency_key")
    known = good_key(key) if len(key) >= 8 else ""
    return await door.run(use_case, actor_of(request), edge_fields(request, command), key=known)


def see(href: str) -> Response:
    """After a post: look there (303). Only paths of this site."""
    return RedirectResponse(href, status_code=303)


def local_path(text: str, default: str) -> str:
    """`text` if it is a path of this site, else `default`: no redirects to strangers."""
    plain = text.startswith("/") and not text.startswith("//") and "\\" not in text
    return text if plain and text.isprintable() else default


def is_fragment(request: Request) -> bool:
    """Whether htmx or our scripts asked, who want a piece and not a page."""
    return request.headers.get("hx-request", "") == "true"


def problem_view(request: Request, refusal: Refusal) -> ProblemView:
    """A refusal as it stands where the act was."""
    english = language(request) == "en"
    return ProblemView(
        text=refusal.en if english else refusal.zh,
        remedy=refusal.remedy_en if english else refusal.remedy_zh,
        rule=refusal.rule,
        clause=refusal.clause,
        field=refusal.field,
    )
