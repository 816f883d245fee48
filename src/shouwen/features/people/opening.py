"""A session begins: its token exists only in the answer."""

from datetime import timedelta

from shouwen.features.people import store
from shouwen.features.people.types import LoggedIn
from shouwen.kernel.actor import Role
from shouwen.platform.clock import random_token
from shouwen.platform.db import Row
from shouwen.platform.door import Ctx
from shouwen.platform.events import Done, Event
from shouwen.platform.secrets import token_hash

STAFF_LIFE = timedelta(hours=12)
RENTER_LIFE = timedelta(days=30)


async def open_staff(ctx: Ctx, staff: Row, method: str, user_agent: str) -> Done[LoggedIn]:
    """For a working shift. With a password that somebody else chose, only that is changed before all else."""
    must_change = method == "password" and staff["password_reset_at"] is not None
    return await _open(
        ctx, Role(staff["role"]), staff["id"], staff["name"], method, user_agent, STAFF_LIFE, must_change=must_change
    )  # fmt: skip


async def open_renter(ctx: Ctx, renter: Row, method: str, user_agent: str) -> Done[LoggedIn]:
    """On the renter's own phone."""
    return await _open(ctx, Role.RENTER, renter["id"], renter["name_masked"], method, user_agent, RENTER_LIFE)


async def _open(
    ctx: Ctx, role: Role, actor_id: int, name: str, method: str, user_agent: str, life: timedelta, *,
    must_change: bool = False,
) -> Done[LoggedIn]:  # fmt: skip
    token, csrf, expires_at = random_token(), random_token(), ctx.now + life
    session_id = await store.insert_session(
        ctx.conn, token_hash(token), csrf, role, actor_id, name, method, user_agent, ctx.now, expires_at,
        must_change=must_change,
    )  # fmt: skip
    event = Event(
        kind="session.opened",
        text=f"{name}登录",
        subject=f"session:{session_id}",
        renter_id=actor_id if role is Role.RENTER else None,
        data={"method": method, "role": role},
    )
    return Done(LoggedIn(token, csrf, role, name, expires_at, must_change), event)
