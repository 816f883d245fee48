"""`shouwen staff add LOGIN --name NAME --role ROLE`: how an installation gets its first accounts;
`shouwen staff password LOGIN`: a new password for whoever lost theirs, even the only administrator.

Whoever may read this machine's data folder is its administrator; the journal names the machine as the one who acted.
"""

import argparse
import asyncio
import sys
from typing import TypeVar, get_args

import msgspec
from msgspec import Struct

from shouwen.features.people.types import Hired, PasswordReset
from shouwen.features.people.use_cases.staff import (
    HireStaff,
    ResetPassword,
    StaffRole,
    hire_staff,
    reset_password,
)
from shouwen.kernel.actor import ROLE_ZH, Actor, Role
from shouwen.kernel.errors import Refusal
from shouwen.platform.decode import decode
from shouwen.platform.registry import UseCase
from shouwen.platform.settings import Settings, load_settings

C = TypeVar("C", bound=Struct)
R = TypeVar("R", Hired, PasswordReset)

OPERATOR = Actor(Role.ADMIN, 0, "本机管理员")


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the `staff` command; its parsers set `func(args) -> int`."""
    staff = subparsers.add_parser("staff", help="员工账号 · staff accounts")
    actions = staff.add_subparsers(dest="staff_command", required=True, metavar="ACTION")
    add = actions.add_parser("add", help="开通账号，密码只显示一次 · open an account; its password is shown once")
    add.add_argument("login", metavar="LOGIN", help="账号：小写字母、数字、. _ - · the log-in name")
    add.add_argument("--name", required=True, help="姓名，租客会看到 · the name renters see")
    add.add_argument("--role", required=True, choices=get_args(StaffRole), help="角色 · role")
    add.set_defaults(func=add_staff)
    lost = actions.add_parser(
        "password",
        help="重设密码，只显示一次，旧登录全部退出 · a new password, shown once; log-ins with the old one end",
    )
    lost.add_argument("login", metavar="LOGIN", help="账号 · the log-in name")
    lost.set_defaults(func=reset_lost)


def add_staff(arguments: argparse.Namespace) -> int:
    """Open the account on the running desk and print its password; 0 done, 1 refused, 2 no desk is running."""
    hired = _on_the_desk(hire_staff, HireStaff, arguments)
    if isinstance(hired, int):
        return hired
    print(f"已开通 · added: {hired.login}  {hired.name}  {ROLE_ZH[hired.role]} · {hired.role}")
    print(f"密码（只显示这一次） · password, shown this once: {hired.password}")
    return 0


def reset_lost(arguments: argparse.Namespace) -> int:
    """Replace a lost password on the running desk and print the new one; 0 done, 1 refused, 2 no desk is running."""
    reset = _on_the_desk(reset_password, ResetPassword, arguments)
    if isinstance(reset, int):
        return reset
    print(f"已重设，旧登录全部退出 · reset, earlier log-ins ended: {reset.login}  {reset.name}")
    print(f"密码（只显示这一次） · password, shown this once: {reset.password}")
    return 0


def _on_the_desk(use_case: UseCase[C, R], command: type[C], arguments: argparse.Namespace) -> R | int:
    """What the act answers, or the exit code where it was refused (1) or no desk is running (2)."""
    from shouwen.mount.act import running_dsn  # loads the whole desk, which `shouwen quote` does not need

    settings = load_settings()
    dsn = running_dsn(settings)
    if not dsn:
        print("客服台没有在运行；请先 shouwen up · the desk is not running: shouwen up", file=sys.stderr)
        return 2
    body = msgspec.json.encode({name: getattr(arguments, name) for name in command.__struct_fields__})
    try:
        return asyncio.run(_act(settings, dsn, use_case, decode(command, {}, [], body)))
    except Refusal as refusal:
        print(f"{refusal.zh}；{refusal.remedy_zh} · {refusal.en}", file=sys.stderr)
        return 1


async def _act(settings: Settings, dsn: str, use_case: UseCase[C, R], command: C) -> R:
    from shouwen.mount.runtime import open_door, open_services

    async with open_door(dsn, open_services(settings)) as door:
        return await door.run(use_case, OPERATOR, command, channel="cli")
