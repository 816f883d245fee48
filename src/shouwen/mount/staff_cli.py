"""`shouwen staff add LOGIN --name NAME --role ROLE`: how an installation gets its first accounts.

Whoever may read this machine's data folder is its administrator; the journal names the machine as the one who acted.
"""

import argparse
import asyncio
import sys
from typing import get_args

import msgspec

from shouwen.features.people.staffing import HireStaff, StaffRole, hire_staff
from shouwen.features.people.types import Hired
from shouwen.kernel.actor import ROLE_ZH, Actor, Role
from shouwen.kernel.errors import Refusal
from shouwen.platform.decode import decode
from shouwen.platform.settings import Settings, load_settings

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


def add_staff(arguments: argparse.Namespace) -> int:
    """Open the account on the running desk and print its password; 0 done, 1 refused, 2 no desk is running."""
    from shouwen.mount.act import running_dsn  # loads the whole desk, which `shouwen quote` does not need

    settings = load_settings()
    dsn = running_dsn(settings)
    if not dsn:
        print("客服台没有在运行；请先 shouwen up · the desk is not running: shouwen up", file=sys.stderr)
        return 2
    body = msgspec.json.encode({name: getattr(arguments, name) for name in HireStaff.__struct_fields__})
    try:
        hired = asyncio.run(_hire(settings, dsn, decode(HireStaff, {}, [], body)))
    except Refusal as refusal:
        print(f"{refusal.zh}；{refusal.remedy_zh} · {refusal.en}", file=sys.stderr)
        return 1
    print(f"已开通 · added: {hired.login}  {hired.name}  {ROLE_ZH[hired.role]} · {hired.role}")
    print(f"密码（只显示这一次） · password, shown this once: {hired.password}")
    return 0


async def _hire(settings: Settings, dsn: str, command: HireStaff) -> Hired:
    from shouwen.mount.runtime import open_door, open_services

    async with open_door(dsn, open_services(settings)) as door:
        return await door.run(hire_staff, OPERATOR, command, channel="cli")
