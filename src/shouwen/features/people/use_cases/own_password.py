"""Staff choose their own password."""

from datetime import timedelta

from msgspec import Struct

from shouwen.features.people import store
from shouwen.features.people.fields import Password
from shouwen.features.people.passwords import check_strength, fits, new_hash
from shouwen.features.people.tries import count_try, failed, too_many
from shouwen.kernel.errors import Absent, BadInput, Refusal
from shouwen.platform.door import Ctx
from shouwen.platform.events import Done, Event, Refused
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case

MAX_TRIES = 8
WINDOW = timedelta(minutes=15)


class ChangePassword(Struct, frozen=True, forbid_unknown_fields=True):
    """The password in use, and the one chosen."""

    password: Password
    new_password: Password


class PasswordChanged(Struct, frozen=True):
    """How many other log-ins ended with the old password."""

    ended: int


@use_case(
    ChangePassword, PasswordChanged, permission=Permission.SELF, method="POST", path="/me/password",
    secret_result=True, password_first=False,
)  # fmt: skip
async def change_password(ctx: Ctx, command: ChangePassword) -> Done[PasswordChanged] | Refused:
    """员工修改自己的密码；其他设备上的登录全部退出
    Staff change their own password; log-ins elsewhere end."""
    if not ctx.actor.is_staff:
        raise Absent("密码", "password")  # renters have none
    if await count_try(ctx, "own password", str(ctx.actor.id), WINDOW) > MAX_TRIES:
        raise too_many(int(WINDOW.total_seconds()))
    row = await store.lock_staff(ctx.conn, ctx.actor.id)
    if row is None:
        raise Absent("员工账号", "staff account")
    if not await fits(row["password_hash"], command.password):
        return Refused(_not_yours(), failed("修改密码时原密码不对", "own password"))
    check_strength(command.new_password, row["login"], row["name"])
    for used in (row["password_hash"], *await store.list_used_passwords(ctx.conn, ctx.actor.id)):
        if await fits(used, command.new_password):
            raise BadInput(
                "new_password", "这个密码以前用过", "this password was used before",
                remedy_zh="请换一个没有用过的", remedy_en="choose one that was not",
            )  # fmt: skip
    hashed = await new_hash(command.new_password)
    ended = await store.change_password(ctx.conn, ctx.actor.id, hashed, ctx.actor.session_id, ctx.now)
    event = Event(
        kind="staff.password_changed", text=f"{ctx.actor.name}修改密码", subject=f"staff:{row['login']}",
        data={"sessions_ended": ended}, sealed=True,
    )  # fmt: skip
    return Done(PasswordChanged(ended), event)


def _not_yours() -> Refusal:
    return Refusal(
        "wrong_password", "现在的密码不对", "the present password is wrong", status=422, field="password",
        remedy_zh="请再试一次；忘记了请管理员重设", remedy_en="try again, or ask an administrator to reset it",
    )  # fmt: skip
