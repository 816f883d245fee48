"""Log in and out, language and theme."""

from typing import Literal

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shouwen.features.people import use_cases as people
from shouwen.features.people.types import LoggedIn
from shouwen.kernel.actor import Role
from shouwen.kernel.errors import Refusal
from shouwen.mount.demo.roles import ListDemoRoles, list_demo_roles
from shouwen.mount.guard import COOKIE
from shouwen.mount.pages.views import DemoLoginView, LinkLoginView, SignInView
from shouwen.mount.web.page import (
    actor_of,
    field,
    form,
    html,
    language,
    local_path,
    page,
    problem_view,
    run,
    see,
    words,
)
from shouwen.platform.clock import now
from shouwen.platform.settings import Settings

_YEAR_SECONDS = 365 * 24 * 3600


def routes(settings: Settings) -> list[Route]:
    """Everything around the session; the demo's one-click log-in only where there is a demo."""
    found = [
        page("GET", "/", home),
        page("GET", "/login", sign_in),
        page("POST", "/login/staff", staff),
        page("POST", "/login/code", code),
        page("POST", "/login/verify", verify),
        page("GET", "/login/link", link),
        page("POST", "/login/link", enter_by_link),
        page("POST", "/logout", log_out),
        page("POST", "/lang", choose_language),
        page("POST", "/theme", choose_theme),
    ]
    return [*found, page("POST", "/login/demo", demo)] if settings.demo else found


def home_of(role: Role) -> str:
    """Where somebody of this role begins."""
    if role is Role.RENTER:
        return "/my"
    homes = {Role.INSPECTOR: "/desk/inspections", Role.ADMIN: "/api", Role.ANONYMOUS: "/login"}
    return homes.get(role, "/desk")


async def home(request: Request) -> Response:
    """To the page where this role begins."""
    return see(home_of(actor_of(request).role))


async def sign_in(request: Request) -> Response:
    """The log-in page."""
    return await _page(request, tab="staff" if request.query_params.get("tab") == "staff" else "renter")


async def _page(
    request: Request,
    tab: Literal["renter", "staff"] = "renter",
    *,
    refusal: Refusal | None = None,
    phone: str = "",
    code_phone: str = "",
    demo_code: str = "",
    login_name: str = "",
    next_path: str = "",
) -> Response:
    view = SignInView(
        tab=tab,
        phone=phone,
        code_phone=code_phone,
        demo_code=demo_code,
        login_name=login_name,
        next=local_path(next_path or request.query_params.get("next", ""), ""),
        problem=problem_view(request, refusal) if refusal else None,
        demo_logins=await _demo_logins(request),
    )
    return html(request, view, refusal.status if refusal else 200)


async def _demo_logins(request: Request) -> tuple[DemoLoginView, ...]:
    if not request.app.state.settings.demo:
        return ()
    people_there = await run(request, list_demo_roles, ListDemoRoles())
    t = words(request)
    return tuple(
        DemoLoginView(p.who, p.name, t(p.role_zh) if p.role_zh else "", t(p.detail) if p.detail else "")
        for p in people_there
    )


async def staff(request: Request) -> Response:
    """Login name and password."""
    fields = await form(request)
    login = field(fields, "login")[:60]
    try:
        found = await run(
            request, people.log_in_staff, people.LogInStaff(login or "-", field(fields, "password")[:200] or "-")
        )
    except Refusal as refusal:
        return await _page(request, "staff", refusal=refusal, login_name=login, next_path=field(fields, "next"))
    return _welcome(request, found, field(fields, "next"))


async def code(request: Request) -> Response:
    """Send a code, then show where to type it."""
    fields = await form(request)
    phone = _plain(field(fields, "phone"))
    next_path = field(fields, "next")
    try:
        _check_phone(phone)
        sent = await run(request, people.send_code, people.SendCode(phone))
    except Refusal as refusal:
        return await _page(request, refusal=refusal, phone=phone, next_path=next_path)
    return await _page(request, phone=phone, code_phone=phone, demo_code=sent.demo_code, next_path=next_path)


async def verify(request: Request) -> Response:
    """The code that was sent."""
    fields = await form(request)
    phone, typed = field(fields, "phone")[:20], "".join(field(fields, "code").split())
    next_path = field(fields, "next")
    try:
        _check_phone(phone)
        _check_code(typed)
        found = await run(request, people.log_in_renter, people.LogInRenter(phone, typed))
    except Refusal as refusal:
        return await _page(request, refusal=refusal, phone=phone, code_phone=phone, next_path=next_path)
    return _welcome(request, found, next_path)


async def link(request: Request) -> Response:
    """A signed link from the rental company's own app: whose it is. Looking logs nobody in and spends nothing."""
    token = request.query_params.get("token", "")[:500]
    try:
        shown = await run(request, people.read_link, people.ReadLink(token))
    except Refusal as refusal:
        return await _page(request, refusal=refusal)
    next_path = local_path(request.query_params.get("next", ""), "")
    return html(request, LinkLoginView(name=shown.name, token=token, next=next_path))


async def enter_by_link(request: Request) -> Response:
    """The button of that page logs in, once; `next` says where in the portal it leads."""
    fields = await form(request)
    try:
        found = await run(request, people.log_in_by_link, people.LogInByLink(field(fields, "token")[:500]))
    except Refusal as refusal:
        return await _page(request, refusal=refusal)
    return _welcome(request, found, field(fields, "next"))


async def demo(request: Request) -> Response:
    """One click, demo only."""
    fields = await form(request)
    found = await run(request, people.log_in_demo, people.LogInDemo(field(fields, "who")[:60] or "-"))
    return _welcome(request, found, field(fields, "next"))


async def log_out(request: Request) -> Response:
    """End the session."""
    fields = await form(request)
    if request.state.session is not None:
        await run(request, people.log_out, people.LogOut(), fields)
    response = see("/login")
    response.delete_cookie(COOKIE, path="/")
    return response


async def choose_language(request: Request) -> Response:
    """Chinese or English, remembered."""
    return await _remember(request, "lang", ("zh", "en"), "en" if language(request) == "zh" else "zh")


async def choose_theme(request: Request) -> Response:
    """Light, dark, or as the device."""
    return await _remember(request, "theme", ("light", "dark", "auto"), "auto")


async def _remember(request: Request, name: str, known: tuple[str, ...], default: str) -> Response:
    fields = await form(request)
    chosen = field(fields, name)
    response = see(local_path(field(fields, "next"), "/"))
    response.set_cookie(name, chosen if chosen in known else default, max_age=_YEAR_SECONDS, samesite="lax", path="/")
    return response


def _plain(typed: str) -> str:
    """A number as it is written down (`+86 138 0000 0000`, `138-0000-0000`) as its eleven digits."""
    digits = "".join(one for one in typed[:40] if not one.isspace() and one not in "-()（）")
    for country in ("+86", "0086", "86"):
        if digits.startswith(country) and len(digits) == len(country) + 11:
            return digits.removeprefix(country)
    return digits[:20]


def _check_phone(phone: str) -> None:
    if len(phone) != 11 or not phone.isascii() or not phone.isdigit() or phone[0] != "1":
        raise Refusal(
            "bad_phone",
            "手机号应是 11 位数字，以 1 开头",
            "a phone number has 11 digits and begins with 1",
            status=422,
            remedy_zh="请检查后再试",
            remedy_en="check it and try again",
            field="phone",
        )


def _check_code(code_typed: str) -> None:
    if len(code_typed) != 6 or not code_typed.isascii() or not code_typed.isdigit():
        raise Refusal(
            "bad_code", "验证码是 6 位数字", "the code has 6 digits", status=422, field="code",
            remedy_zh="请看短信后再填一次", remedy_en="look at the message and type it again",
        )  # fmt: skip


def _welcome(request: Request, found: LoggedIn, next_path: str) -> Response:
    home_path = home_of(found.role)
    target = local_path(next_path, home_path)
    if found.role is Role.RENTER and not target.startswith("/my"):
        target = home_path
    if found.role is not Role.RENTER and not target.startswith("/desk"):
        target = home_path
    if found.password_reset:
        target = "/account"
    response = see(target)
    settings: Settings = request.app.state.settings
    response.set_cookie(
        COOKIE,
        found.token,
        max_age=int((found.expires_at - now()).total_seconds()),
        httponly=True,
        samesite="lax",
        secure=settings.secure_cookies,
        path="/",
    )
    return response
