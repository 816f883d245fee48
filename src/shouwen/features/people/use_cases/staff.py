"""Accounts of the people who work here."""

import secrets
from typing import Literal

from msgspec import Struct

from shouwen.features.people import store
from shouwen.features.people.fields import StaffLogin
from shouwen.features.people.passwords import new_hash
from shouwen.features.people.types import Hired, PasswordReset, StaffRow
from shouwen.kernel.actor import ROLE_ZH, Role
from shouwen.kernel.errors import Absent, BadInput, Refusal
from shouwen.platform.door import Ctx
from shouwen.platform.events import Done, Event
from shouwen.platform.fields import Name
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case

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
    staff_id = await store.insert_staff(
        ctx.conn, command.login, name, role, await new_hash(password), ctx.actor.name, ctx.now
    )
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


class ResetPassword(Struct, frozen=True, forbid_unknown_fields=True):
    """Whose password is lost."""

    login: StaffLogin


@use_case(
    ResetPassword,
    PasswordReset,
    permission=Permission.STAFF_MANAGE,
    method="POST",
    path="/staff/{login}/password",
    secret_result=True,
)
async def reset_password(ctx: Ctx, command: ResetPassword) -> Done[PasswordReset]:
    """给忘记密码的员工换一个新密码；密码只显示这一次，旧登录全部退出
    A new password for a colleague who lost theirs, shown this once; every log-in with the old one ends."""
    password = new_password()
    row = await store.reset_password(ctx.conn, command.login, await new_hash(password), ctx.actor.name, ctx.now)
    if row is None:
        raise Absent("员工账号", "staff account")
    if row["id"] == ctx.actor.id:
        raise Refusal(
            "own_account", "自己的密码不能重设", "nobody resets their own password",
            remedy_zh="在“我的账号”里修改；忘记了请另一位管理员重设",
            remedy_en="change it in your account, or ask another administrator",
        )  # fmt: skip
    event = Event(
        kind="staff.password_reset", text=f"{ctx.actor.name}为{row['name']}重设密码",
        subject=f"staff:{command.login}", sealed=True,
    )  # fmt: skip
    return Done(PasswordReset(command.login, row["name"], password), event)


class ListStaff(Struct, frozen=True, forbid_unknown_fields=True):
    """Colleagues, e.g. to ask a specialist in."""


@use_case(ListStaff, list[StaffRow], permission=Permission.QUEUE_READ, method="GET", path="/staff")
async def list_staff(ctx: Ctx, command: ListStaff) -> list[StaffRow]:
    """同事名单
    Colleagues."""
    return await store.list_staff(ctx.conn)


def new_password() -> str:
    """96 random bits in four groups that can be read aloud."""
    return "-".join(secrets.token_hex(3) for _ in range(4))
