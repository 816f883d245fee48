"""Renters come from the rental company's own app by a signed link: shown to whom it belongs, then spent once."""

from typing import Annotated

from msgspec import Meta, Struct

from shouwen.features.people import store
from shouwen.features.people.fields import Agent
from shouwen.features.people.links import bad_link, open_link
from shouwen.features.people.opening import open_renter
from shouwen.features.people.tries import failed
from shouwen.features.people.types import LinkShown, LoggedIn
from shouwen.kernel.errors import Refusal
from shouwen.platform.door import Ctx
from shouwen.platform.events import Done, Refused
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case
from shouwen.platform.secrets import token_hash

LinkToken = Annotated[str, Meta(min_length=20, max_length=500)]


class ReadLink(Struct, frozen=True, forbid_unknown_fields=True):
    """The token of a signed link, to be looked at."""

    token: LinkToken


@use_case(ReadLink, LinkShown, permission=Permission.PUBLIC, method="GET", path="/login/link")
async def read_link(ctx: Ctx, command: ReadLink) -> LinkShown:
    """登录链接属于谁（不会用掉它）
    Whose log-in link this is; looking at it, as a message's preview does, leaves it good for its one use."""
    phone, nonce, expires_at = open_link(ctx.services.settings.app_link_key, command.token, ctx.now)
    renter = await store.find_renter_by_phone(ctx.conn, ctx.services.cipher.lookup(phone, "phone"))
    if renter is None or await store.is_link_spent(ctx.conn, token_hash(nonce)):
        raise bad_link()
    return LinkShown(renter["name_masked"], expires_at)


class LogInByLink(Struct, frozen=True, forbid_unknown_fields=True):
    """The token of a signed link from the rental company's own app."""

    token: LinkToken
    user_agent: Agent = ""


@use_case(LogInByLink, LoggedIn, permission=Permission.PUBLIC, method="POST", path="/login/link", secret_result=True)
async def log_in_by_link(ctx: Ctx, command: LogInByLink) -> Done[LoggedIn] | Refused:
    """用租赁 App 的签名链接登录
    Log in as a renter with a signed, single-use link."""
    try:
        phone, nonce, expires_at = open_link(ctx.services.settings.app_link_key, command.token, ctx.now)
    except Refusal as refusal:
        return Refused(refusal, failed("登录链接无效", "link"))
    renter = await store.find_renter_by_phone(ctx.conn, ctx.services.cipher.lookup(phone, "phone"))
    if renter is None or not await store.spend_link(ctx.conn, token_hash(nonce), expires_at):
        return Refused(bad_link(), failed("登录链接无效", "link"))
    return await open_renter(ctx, renter, "link", command.user_agent)
