"""/account: where I am logged in, and for staff their password."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shouwen.features.people import use_cases as people
from shouwen.features.people.passwords import MAX_CHARS, MIN_CHARS
from shouwen.features.people.types import SessionRow
from shouwen.kernel.errors import Absent, BadInput, Refusal
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import AccountView, DeviceView
from shouwen.mount.web.page import actor_of, field, form, frame, html, page, problem_view, run, see, words
from shouwen.platform.decode import decode

_HOW = {"password": "密码", "code": "短信验证码", "link": "租赁 App 的链接", "demo": "演示"}
_SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("HarmonyOS", "HarmonyOS"), ("Android", "Android"),
    ("Windows", "Windows"), ("Macintosh", "Mac"), ("Linux", "Linux"),
)  # fmt: skip
# the first that fits: most browsers name those they descend from as well
_BROWSERS = (
    ("MicroMessenger", "微信"), ("AlipayClient", "支付宝"), ("Edg", "Edge"), ("Firefox", "Firefox"),
    ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
_DONE = {"password": "密码已修改，其他设备已退出", "session": "那台设备已退出"}


def routes() -> list[Route]:
    """For everybody who is logged in."""
    return [
        page("GET", "/account", account),
        page("POST", "/account/password", password),
        page("POST", "/account/sessions/{session_id}/revocation", revoke),
    ]


async def account(request: Request) -> Response:
    """The page."""
    return await _page(request, None)


async def _page(request: Request, refusal: Refusal | None) -> Response:
    before = actor_of(request).must_change  # a password of one's own comes first, devices after it
    rows = [] if before else await run(request, people.list_sessions, people.ListSessions())
    t, actor = words(request), actor_of(request)
    user = frame(request).user
    own = await run(request, people.read_own_account, people.ReadOwnAccount())
    view = AccountView(
        name=actor.name,
        role_label=user.role_label if user else "",
        home="/",
        devices=tuple(_device(row, t) for row in sorted(rows, key=lambda row: not row.current)),
        login=own.login,
        reset_at=own.password_reset_at,
        reset_by=own.password_reset_by,
        least_chars=MIN_CHARS,
        done=t(_DONE[request.query_params["done"]]) if request.query_params.get("done") in _DONE else "",
        problem=problem_view(request, refusal) if refusal else None,
    )
    return html(request, view, refusal.status if refusal else 200)


def device_name(user_agent: str, t: Words) -> str:
    """`iPhone · 微信`; what says nothing of itself is an unknown device."""
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    browser = next((t(name) for mark, name in _BROWSERS if mark in user_agent), "")
    return " · ".join(part for part in (system, browser) if part) or t("未知设备")


def _device(row: SessionRow, t: Words) -> DeviceView:
    return DeviceView(
        id=row.id, device=device_name(row.user_agent, t), how=t(_HOW.get(row.method, "密码")), since=row.created_at,
        until=row.expires_at, here=row.current,
    )  # fmt: skip


async def password(request: Request) -> Response:
    """Choose another password; the two new ones must be the same."""
    fields = await form(request)
    chosen = field(fields, "new_password")
    try:
        if chosen != field(fields, "again"):
            raise BadInput(
                "again", "两次输入的新密码不一样", "the two new passwords differ",
                remedy_zh="请再输一次", remedy_en="type them again",
            )  # fmt: skip
        if not field(fields, "password") or not chosen or len(chosen) > MAX_CHARS:
            raise BadInput("password", "请填写现在的密码和新密码", "both passwords are needed")
        command = people.ChangePassword(field(fields, "password")[:MAX_CHARS], chosen)
        await run(request, people.change_password, command, fields)
    except Absent:
        raise
    except Refusal as refusal:
        return await _page(request, refusal)
    return see("/account?done=password")


async def revoke(request: Request) -> Response:
    """Log one device out."""
    fields = await form(request)
    asked = decode(people.RevokeSession, request.path_params, (), b"")
    await run(request, people.revoke_session, asked, fields)
    return see("/account?done=session")
