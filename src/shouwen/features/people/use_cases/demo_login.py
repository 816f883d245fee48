"""The demo's one-click log-in."""

from typing import Annotated

from msgspec import Meta, Struct

from shouwen.features.people import store
from shouwen.features.people.fields import Agent
from shouwen.features.people.opening import open_renter, open_staff
from shouwen.features.people.types import LoggedIn
from shouwen.kernel.errors import Absent
from shouwen.platform.door import Ctx
from shouwen.platform.events import Done, Refused
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case


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
        return await open_staff(ctx, staff, "demo", command.user_agent)
    renter = await ctx.conn.fetchrow("SELECT id, name_masked FROM renters WHERE ref = $1", command.who)
    if renter is None:
        raise Absent("演示角色", "demo role")
    return await open_renter(ctx, renter, "demo", command.user_agent)
