"""Accounts of the people who work here."""

import secrets
from typing import Annotated, Literal

from msgspec import Meta, Struct

from shouwen.features.people import store
from shouwen.features.people.passwords import hash_password
from shouwen.features.people.types import Hired
from shouwen.kernel.actor import ROLE_ZH, Role
from shouwen.kernel.errors import BadInput, Refusal
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


def new_password() -> str:
    """96 random bits in four groups that can be read aloud."""
    return "-".join(secrets.token_hex(3) for _ in range(4))
