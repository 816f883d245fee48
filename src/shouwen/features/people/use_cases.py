"""Log in, log out, see and revoke sessions, reveal a renter with a reason."""

import hmac
import secrets
from datetime import timedelta
from typing import Annotated

from msgspec import Meta, Struct

from shouwen.features.people import store
from shouwen.features.people.links import bad_link, open_link
from shouwen.features.people.passwords import check_password
from shouwen.features.people.types import CodeSent, LoggedIn, RenterCard, Revealed, SessionRow, StaffRow
from shouwen.kernel.actor import Role
from shouwen.kernel.errors import Absent, Refusal
from shouwen.platform.clock import random_token
from shouwen.platform.db import Row
from shouwen.platform.door import Ctx
from shouwen.platform.events import Done, Event, Job, Refused
from shouwen.platform.fields import MAX_ID, Ref
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case
from shouwen.platform.secrets import token_hash

STAFF_LIFE = timedelta(hours=12)
RENTER_LIFE = timedelta(days=30)
CODE_LIFE = timedelta(minutes=5)
MAX_WRONG_CODES = 5

Phone = Annotated[str, Meta(pattern=r"^1[0-9]{10}\Z")]
Agent = Annotated[str, Meta(max_length=300)]
Address = Annotated[str, Meta(max_length=64)]


class LogInStaff(Struct, frozen=True, forbid_unknown_fields=True):
    """`address` is where the request came from; the edge fills it in."""

    login: Annotated[str, Meta(min_length=1, max_length=60)]
    password: Annotated[str, Meta(min_length=1, max_length=200)]
    user_agent: Agent = ""
    address: Address = ""


@use_case(LogInStaff, LoggedIn, permission=Permission.PUBLIC, method="POST", path="/login/staff", secret_result=True)
async def log_in_staff(ctx: Ctx, command: LogInStaff) -> Done[LoggedIn] | Refused:
    """员工登录
    Log in as staff with login name and password."""
    login = command.login.lower()
    # from one place few, from everywhere some: a stranger who guesses does not keep the owner of the name out
    quarter = timedelta(minutes=15)
    tries = await _count(ctx, "staff", f"{login}\0{command.address}", quarter)
    tries_everywhere = await _count(ctx, "staff everywhere", login, quarter)
    tries_here = await _count(ctx, "address", command.address, quarter)
    if tries > 8 or tries_everywhere > 100 or tries_here > 60:
        raise _too_many(900)
    row = await store.find_staff_login(ctx.conn, login)
    if not check_password(None if row is None else row["password_hash"], command.password) or row is None:
        return Refused(_wrong("账号或密码不对", "login name or password is wrong"), _failed("密码不对", "password"))
    return await _open_session(
        ctx, Role(row["role"]), row["id"], row["name"], "password", command.user_agent, STAFF_LIFE
    )


class SendCode(Struct, frozen=True, forbid_unknown_fields=True):
    """Ask for a one-time code by text message."""

    phone: Phone
    address: Address = ""


@use_case(SendCode, CodeSent, permission=Permission.PUBLIC, method="POST", path="/login/code", secret_result=True)
async def send_code(ctx: Ctx, command: SendCode) -> Done[CodeSent] | Refused:
    """发送登录验证码
    Send a one-time log-in code; an unknown number gets the same answer."""
    cipher = ctx.services.cipher
    tries = await _count(ctx, "code", command.phone, timedelta(hours=1))
    tries_here = await _count(ctx, "code address", command.address, timedelta(hours=1))
    if tries > 6 or tries_here > 60:
        raise _too_many(3600)
    code = f"{secrets.randbelow(1_000_000):06d}"
    expires_at = ctx.now + CODE_LIFE
    phone_hash = cipher.lookup(command.phone, "phone")
    await store.insert_code(ctx.conn, phone_hash, cipher.lookup(code, "code"), ctx.now, expires_at)
    renter = await store.find_renter_by_phone(ctx.conn, phone_hash)
    job = Job(
        kind="send_code",
        key=f"send_code:{ctx.act_id}",
        payload={
            "phone_cipher": cipher.encrypt(command.phone, "phone").hex(),
            "code_cipher": cipher.encrypt(code, "code").hex(),
        },
    )
    known = renter is not None
    sent = Event(kind="login.code_sent", text="发送登录验证码", jobs=(job,) if known else ())
    return Done(CodeSent(expires_at, code if ctx.services.settings.demo and known else ""), sent)


class LogInRenter(Struct, frozen=True, forbid_unknown_fields=True):
    """Phone number and the code that was sent to it."""

    phone: Phone
    code: Annotated[str, Meta(pattern=r"^[0-9]{6}\Z")]
    user_agent: Agent = ""
    address: Address = ""


@use_case(
    LogInRenter,
    LoggedIn,
    permission=Permission.PUBLIC,
    method="POST",
    path="/login/renter",
    secret_result=True,
)
async def log_in_renter(ctx: Ctx, command: LogInRenter) -> Done[LoggedIn] | Refused:
    """租客用手机号和验证码登录
    Log in as a renter with phone number and one-time code."""
    cipher = ctx.services.cipher
    if await _count(ctx, "verify address", command.address, timedelta(minutes=15)) > 60:
        raise _too_many(900)
    phone_hash = cipher.lookup(command.phone, "phone")
    live = await store.lock_code(ctx.conn, phone_hash, ctx.now)
    right = live is not None and hmac.compare_digest(live["code_hash"], cipher.lookup(command.code, "code"))
    if live is None or not right or live["wrong_tries"] >= MAX_WRONG_CODES:
        if live is not None:
            await store.mark_code(ctx.conn, live["id"], used_at=None)
        return Refused(_wrong("验证码不对或已过期", "the code is wrong or has expired"), _failed("验证码不对", "code"))
    await store.mark_code(ctx.conn, live["id"], used_at=ctx.now)
    renter = await store.find_renter_by_phone(ctx.conn, phone_hash)
    if renter is None:
        return Refused(_wrong("这个手机号没有租约", "no lease under this number"), _failed("无此租客", "unknown"))
    return await _open_renter(ctx, renter, "code", command.user_agent)


class LogInByLink(Struct, frozen=True, forbid_unknown_fields=True):
    """The token of a signed link from the rental company's own app."""

    token: Annotated[str, Meta(min_length=20, max_length=500)]
    user_agent: Agent = ""


@use_case(LogInByLink, LoggedIn, permission=Permission.PUBLIC, method="POST", path="/login/link", secret_result=True)
async def log_in_by_link(ctx: Ctx, command: LogInByLink) -> Done[LoggedIn] | Refused:
    """用租赁 App 的签名链接登录
    Log in as a renter with a signed, single-use link."""
    try:
        phone, nonce, expires_at = open_link(ctx.services.settings.app_link_key, command.token, ctx.now)
    except Refusal as refusal:
        return Refused(refusal, _failed("登录链接无效", "link"))
    renter = await store.find_renter_by_phone(ctx.conn, ctx.services.cipher.lookup(phone, "phone"))
    if renter is None or not await store.spend_link(ctx.conn, token_hash(nonce), expires_at):
        return Refused(bad_link(), _failed("登录链接无效", "link"))
    return await _open_renter(ctx, renter, "link", command.user_agent)


class LogInDemo(Struct, frozen=True, forbid_unknown_fields=True):
    """A demo role: a staff login name, or a demo renter's reference."""

    who: Annotated[str, Meta(min_length=1, max_length=60)]
    user_agent: Agent = ""


@use_case(LogInDemo, LoggedIn, permission=Permission.PUBLIC, method="POST", path="/login/demo", secret_result=True)
async def log_in_demo(ctx: Ctx, command: LogInDemo) -> Done[LoggedIn] | Refused:
    """演示环境一键登录
    One-click log-in; exists only in the demo installation."""
    if not ctx.services.settings.demo:
        raise Absent("页面", "page")
    staff = await store.find_staff_login(ctx.conn, command.who)
    if staff is not None:
        return await _open_session(
            ctx, Role(staff["role"]), staff["id"], staff["name"], "demo", command.user_agent, STAFF_LIFE
        )
    renter = await ctx.conn.fetchrow("SELECT id, name_masked FROM renters WHERE ref = $1", command.who)
    if renter is None:
        raise Absent("演示角色", "demo role")
    return await _open_renter(ctx, renter, "demo", command.user_agent)


class LogOut(Struct, frozen=True, forbid_unknown_fields=True):
    """End the session this request came with."""


class LoggedOut(Struct, frozen=True):
    """Whether there was a session to end."""

    ended: bool


@use_case(LogOut, LoggedOut, permission=Permission.SELF, method="POST", path="/logout")
async def log_out(ctx: Ctx, command: LogOut) -> Done[LoggedOut]:
    """退出登录
    End this session."""
    ended = await store.revoke_session(ctx.conn, ctx.actor.session_id, ctx.actor.role, ctx.actor.id, ctx.now)
    return Done(
        LoggedOut(ended),
        Event(kind="session.ended", text="退出登录", subject=f"session:{ctx.actor.session_id}"),
    )


class ListSessions(Struct, frozen=True, forbid_unknown_fields=True):
    """My live sessions."""


@use_case(ListSessions, list[SessionRow], permission=Permission.SELF, method="GET", path="/sessions")
async def list_sessions(ctx: Ctx, command: ListSessions) -> list[SessionRow]:
    """我的登录设备
    Where I am logged in."""
    rows = await store.list_sessions(ctx.conn, ctx.actor.role, ctx.actor.id, ctx.now)
    here = ctx.actor.session_id
    return [SessionRow(r.id, r.method, r.user_agent, r.created_at, r.expires_at, current=r.id == here) for r in rows]


class RevokeSession(Struct, frozen=True, forbid_unknown_fields=True):
    """End one of my sessions."""

    session_id: Annotated[int, Meta(ge=1, le=MAX_ID)]


@use_case(
    RevokeSession,
    LoggedOut,
    permission=Permission.SELF,
    method="POST",
    path="/sessions/{session_id}/revocation",
)
async def revoke_session(ctx: Ctx, command: RevokeSession) -> Done[LoggedOut]:
    """让一台设备退出登录
    End one of my sessions elsewhere."""
    if not await store.revoke_session(ctx.conn, command.session_id, ctx.actor.role, ctx.actor.id, ctx.now):
        raise Absent("登录记录", "session")
    return Done(
        LoggedOut(True),
        Event(kind="session.revoked", text="让一台设备退出登录", subject=f"session:{command.session_id}"),
    )


class RevealRenter(Struct, frozen=True, forbid_unknown_fields=True):
    """Show a renter's full name and number; the reason goes on record."""

    renter_ref: Ref
    reason: Annotated[str, Meta(min_length=2, max_length=200)]


@use_case(
    RevealRenter,
    Revealed,
    permission=Permission.REVEAL,
    method="POST",
    path="/renters/{renter_ref}/reveal",
    secret_result=True,
)
async def reveal_renter(ctx: Ctx, command: RevealRenter) -> Done[Revealed]:
    """说明事由后查看租客完整姓名和电话
    Reveal a renter's name and phone number with a reason (EVI-6)."""
    card: RenterCard | None = await store.read_renter_card(ctx.conn, command.renter_ref)
    if card is None:
        raise Absent("租客", "renter")
    row = await store.read_renter_secret(ctx.conn, card.id)
    phone = ctx.services.cipher.decrypt(row["phone_cipher"], "phone")
    event = Event(
        kind="renter.revealed",
        text=f"{ctx.actor.name}查看租客完整信息",
        rule="EVI-6",
        renter_id=card.id,
        subject=command.renter_ref,
        data={"reason": command.reason},
        sealed=True,
    )
    return Done(Revealed(row["name"], phone), event)


class ListStaff(Struct, frozen=True, forbid_unknown_fields=True):
    """Colleagues, e.g. to ask a specialist in."""


@use_case(ListStaff, list[StaffRow], permission=Permission.QUEUE_READ, method="GET", path="/staff")
async def list_staff(ctx: Ctx, command: ListStaff) -> list[StaffRow]:
    """同事名单
    Colleagues."""
    return await store.list_staff(ctx.conn)


async def _open_renter(ctx: Ctx, renter: Row, method: str, user_agent: str) -> Done[LoggedIn]:
    return await _open_session(ctx, Role.RENTER, renter["id"], renter["name_masked"], method, user_agent, RENTER_LIFE)


async def _open_session(
    ctx: Ctx, role: Role, actor_id: int, name: str, method: str, user_agent: str, life: timedelta
) -> Done[LoggedIn]:
    token, csrf, expires_at = random_token(), random_token(), ctx.now + life
    session_id = await store.insert_session(
        ctx.conn, token_hash(token), csrf, role, actor_id, name, method, user_agent, ctx.now, expires_at
    )
    event = Event(
        kind="session.opened",
        text=f"{name}登录",
        subject=f"session:{session_id}",
        renter_id=actor_id if role is Role.RENTER else None,
        data={"method": method, "role": role},
    )
    return Done(LoggedIn(token, csrf, role, name, expires_at), event)


async def _count(ctx: Ctx, what: str, value: str, window: timedelta) -> int:
    if not value:
        return 0
    return await store.count_try(
        ctx.conn, f"{what}:{ctx.services.cipher.lookup(value, what).hex()[:32]}", window, ctx.now
    )


def _failed(text: str, reason: str) -> Event:
    return Event(kind="login.failed", text=text, data={"reason": reason})


def _wrong(zh: str, en: str) -> Refusal:
    return Refusal(
        "wrong_login",
        zh,
        en,
        status=401,
        remedy_zh="请核对后重试，或重新获取验证码",
        remedy_en="check and try again",
    )


def _too_many(seconds: int) -> Refusal:
    """To be raised, not returned: the tries up to the limit are on record, and those beyond it write nothing."""
    return Refusal(
        "too_many_tries",
        "尝试次数过多，请稍后再试",
        "too many tries, please come back later",
        status=429,
        remedy_zh=f"{seconds // 60} 分钟后可以重试；急事请拨打客服电话",
        remedy_en=f"try again in {seconds // 60} minutes",
        data={"retry_after_seconds": seconds},
    )
