"""Accounts of the people who work here."""

import secrets
from typing import Annotated, Literal

from msgspec import Meta, Struct

from shouwen.features.people import store
from shouwen.features.people.passwords import hash_password
from shouwen.features.people.types import Hired
from shouwen.kernel.actor import ROLE_ZH, Role
from shouwen.kernel.errors import Absent, BadInput, Refusal
from shouwen.platform.door import Ctx
from shouwen.platform.events import Done, Event
from shouwen.platform.fields import Name
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case

StaffLogin = Annotated[str, Meta(min_length=2, max_length=40, pattern=r"^[a-z][a-z0-9._-]*\Z")]
StaffRole = Literal["agent", "specialist", "inspector", "supervisor", "admin"]


class HireStaff(Struct, frozen=True, forbid_unknown_fields=True):
    """The log-in name (lower case), the name colleagues and renters see, and the role. The password is ours."""

    login: StaffLogin
    name: Name
    role: StaffRole


@use_case(HireStaff, Hired, permission=Permission.STAFF_MANAGE, method="POST", path="/staff", secret_result=True)
async def hire_staff(ctx: Ctx, command: HireStaff) -> Done[Hired]:
    """开通员工账号；密码只显示这一次
    Open a staff account; its password is shown this once."""
    name, role = command.name.strip(), Role(command.role)
    if not name:
        raise BadInput("name", "请填写姓名", "a name is needed", remedy_zh="租客会看到这个名字")
    password = new_password()
    staff_id = await store.insert_staff(ctx.conn, command.login, name, role, hash_password(password), ctx.now)
    if staff_id is None:
        raise Refusal(
            "login_taken",
            f"账号“{command.login}”已经有人使用",
            f"the login name {command.login!r} is taken",
            remedy_zh="请换一个账号名",
            remedy_en="choose another one",
            field="login",
        )
    event = Event(
        kind="staff.hired",
        text=f"{ctx.actor.name}为{name}开通{ROLE_ZH[role]}账号",
        subject=f"staff:{command.login}",
        data={"role": role},
        sealed=True,
    )
    return Done(Hired(staff_id, command.login, name, role, password), event)


class RetireStaff(Struct, frozen=True, forbid_unknown_fields=True):
    """Whose account ends."""

    login: StaffLogin


class Retired(Struct, frozen=True):
    """The account that no longer logs in."""

    login: str


@use_case(RetireStaff, Retired, permission=Permission.STAFF_MANAGE, method="POST", path="/staff/{login}/retirement")
async def retire_staff(ctx: Ctx, command: RetireStaff) -> Done[Retired]:
    """停用员工账号，马上退出所有登录
    Close a staff account; whoever is logged in with it is logged out at once."""
    staff_id = await store.retire_staff(ctx.conn, command.login, ctx.now)
    if staff_id is None:
        raise Absent("员工账号", "staff account")
    if staff_id == ctx.actor.id:
        raise Refusal(
            "own_account", "不能停用自己的账号", "nobody closes their own account",
            remedy_zh="请另一位管理员操作", remedy_en="ask another administrator",
        )  # fmt: skip
    event = Event(
        kind="staff.retired", text=f"{ctx.actor.name}停用账号 {command.login}", subject=f"staff:{command.login}",
        sealed=True,
    )  # fmt: skip
    return Done(Retired(command.login), event)


def new_password() -> str:
    """96 random bits in four groups that can be read aloud."""
    return "-".join(secrets.token_hex(3) for _ in range(4))
