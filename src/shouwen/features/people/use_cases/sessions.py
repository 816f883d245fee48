"""Where I am logged in, and ending it."""

from typing import Annotated

from msgspec import Meta, Struct

from shouwen.features.people import store
from shouwen.features.people.types import OwnAccount, SessionRow
from shouwen.kernel.errors import Absent
from shouwen.platform.door import Ctx
from shouwen.platform.events import Done, Event
from shouwen.platform.fields import MAX_ID
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case


class LogOut(Struct, frozen=True, forbid_unknown_fields=True):
    """End the session this request came with."""


class LoggedOut(Struct, frozen=True):
    """Whether there was a session to end."""

    ended: bool


@use_case(LogOut, LoggedOut, permission=Permission.SELF, method="POST", path="/logout", password_first=False)
async def log_out(ctx: Ctx, command: LogOut) -> Done[LoggedOut]:
    """退出登录
    End this session."""
    ended = await store.revoke_session(ctx.conn, ctx.actor.session_id, ctx.actor.role, ctx.actor.id, ctx.now)
    return Done(
        LoggedOut(ended),
        Event(kind="session.ended", text="退出登录", subject=f"session:{ctx.actor.session_id}"),
    )


class ReadOwnAccount(Struct, frozen=True, forbid_unknown_fields=True):
    """Me."""


@use_case(ReadOwnAccount, OwnAccount, permission=Permission.SELF, method="GET", path="/me", password_first=False)
async def read_own_account(ctx: Ctx, command: ReadOwnAccount) -> OwnAccount:
    """我的账号
    Who I am logged in as."""
    row = await store.read_account(ctx.conn, ctx.actor.id) if ctx.actor.is_staff else None
    if row is None:
        return OwnAccount(ctx.actor.name, ctx.actor.role)
    return OwnAccount(ctx.actor.name, ctx.actor.role, row["login"], row["password_reset_at"], row["password_reset_by"])


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
