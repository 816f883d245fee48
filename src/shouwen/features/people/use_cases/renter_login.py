"""Renters log in with their number and a one-time code."""

import hmac
import secrets
from datetime import timedelta
from typing import Annotated

from msgspec import Meta, Struct

from shouwen.features.people import store
from shouwen.features.people.fields import Address, Agent, Phone
from shouwen.features.people.opening import open_renter
from shouwen.features.people.tries import count_place, count_try, failed, too_many, wrong_login
from shouwen.features.people.types import CodeSent, LoggedIn
from shouwen.platform.door import Ctx
from shouwen.platform.events import Done, Event, Job, Refused
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case

CODE_LIFE = timedelta(minutes=5)
MAX_WRONG_CODES = 5


class SendCode(Struct, frozen=True, forbid_unknown_fields=True):
    """Ask for a one-time code by text message."""

    phone: Phone
    address: Address = ""


@use_case(SendCode, CodeSent, permission=Permission.PUBLIC, method="POST", path="/login/code", secret_result=True)
async def send_code(ctx: Ctx, command: SendCode) -> Done[CodeSent] | Refused:
    """发送登录验证码
    Send a one-time log-in code; an unknown number gets the same answer."""
    cipher = ctx.services.cipher
    tries = await count_try(ctx, "code", command.phone, timedelta(hours=1))
    tries_here = await count_place(ctx, "code address", command.address, timedelta(hours=1))
    if tries > 6 or tries_here > 60:
        raise too_many(3600)
    code = f"{secrets.randbelow(1_000_000):06d}"
    expires_at = ctx.now + CODE_LIFE
    phone_hash = cipher.lookup(command.phone, "phone")
    await store.insert_code(ctx.conn, phone_hash, cipher.lookup(code, "code"), ctx.now, expires_at)
    renter = await store.find_renter_by_phone(ctx.conn, phone_hash)
    job = Job(
        kind="send_code",
        key=f"send_code:{ctx.act_id}",
        payload={
            "phone_cipher": cipher.encrypt(command.phone, "phone").hex(),
            "code_cipher": cipher.encrypt(code, "code").hex(),
        },
    )
    known = renter is not None
    sent = Event(kind="login.code_sent", text="发送登录验证码", jobs=(job,) if known else ())
    return Done(CodeSent(expires_at, code if ctx.services.settings.demo and known else ""), sent)


class LogInRenter(Struct, frozen=True, forbid_unknown_fields=True):
    """Phone number and the code that was sent to it."""

    phone: Phone
    code: Annotated[str, Meta(pattern=r"^[0-9]{6}\Z")]
    user_agent: Agent = ""
    address: Address = ""


@use_case(
    LogInRenter,
    LoggedIn,
    permission=Permission.PUBLIC,
    method="POST",
    path="/login/renter",
    secret_result=True,
)
async def log_in_renter(ctx: Ctx, command: LogInRenter) -> Done[LoggedIn] | Refused:
    """租客用手机号和验证码登录
    Log in as a renter with phone number and one-time code."""
    cipher = ctx.services.cipher
    if await count_place(ctx, "verify address", command.address, timedelta(minutes=15)) > 60:
        raise too_many(900)
    phone_hash = cipher.lookup(command.phone, "phone")
    live = await store.lock_code(ctx.conn, phone_hash, ctx.now)
    right = live is not None and hmac.compare_digest(live["code_hash"], cipher.lookup(command.code, "code"))
    if live is None or not right or live["wrong_tries"] >= MAX_WRONG_CODES:
        if live is not None:
            await store.mark_code(ctx.conn, live["id"], used_at=None)
        return Refused(
            wrong_login("验证码不对或已过期", "the code is wrong or has expired"), failed("验证码不对", "code")
        )
    await store.mark_code(ctx.conn, live["id"], used_at=ctx.now)
    renter = await store.find_renter_by_phone(ctx.conn, phone_hash)
    if renter is None:
        return Refused(wrong_login("这个手机号没有租约", "no lease under this number"), failed("无此租客", "unknown"))
    return await open_renter(ctx, renter, "code", command.user_agent)
