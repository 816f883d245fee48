"""Staff log in with a name and a password."""

from datetime import timedelta
from typing import Annotated

from msgspec import Meta, Struct

from shouwen.features.people import store
from shouwen.features.people.fields import Address, Agent
from shouwen.features.people.opening import open_staff
from shouwen.features.people.passwords import fits
from shouwen.features.people.tries import count_place, count_try, failed, place_of, too_many, wrong_login
from shouwen.features.people.types import LoggedIn
from shouwen.platform.door import Ctx
from shouwen.platform.events import Done, Refused
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case


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
    tries = await count_try(ctx, "staff", f"{login}\0{place_of(command.address)}", quarter)
    tries_everywhere = await count_try(ctx, "staff everywhere", login, quarter)
    tries_here = await count_place(ctx, "address", command.address, quarter)
    if tries > 8 or tries_everywhere > 100 or tries_here > 60:
        raise too_many(900)
    row = await store.find_staff_login(ctx.conn, login)
    if not await fits(None if row is None else row["password_hash"], command.password) or row is None:
        return Refused(wrong_login("账号或密码不对", "login name or password is wrong"), failed("密码不对", "password"))
    return await open_staff(ctx, row, "password", command.user_agent)
