"""What the desk does beside a decision: read the IMEI page, record the courier, ask the renter, withdraw."""

from collections.abc import Mapping
from datetime import datetime

import msgspec
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from shouwen.features.disputes.rows import ClaimMedia, ClaimView
from shouwen.features.disputes.types import ENDED, ClaimAct, ClaimState
from shouwen.features.disputes.use_cases import asking, comparing, reading, withdrawing
from shouwen.features.leases.use_cases import reading as leases
from shouwen.kernel.days import BEIJING, beijing_at
from shouwen.kernel.errors import BadInput
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import ClaimActsView, ImeiPageView, Tone
from shouwen.mount.web.desk.bits import claim_tile
from shouwen.mount.web.page import field, run
from shouwen.platform.decode import decode
from shouwen.platform.door import Door

Fields = dict[str, list[str]]


async def read_imei(request: Request, fields: Fields) -> None:
    """`media_ref`, and `imei` as it stands on the picture; `answer` unreadable says that it cannot be read."""
    body: dict[str, object] = {"media_ref": field(fields, "media_ref")}
    if field(fields, "answer") != "unreadable":
        body["imei"] = field(fields, "imei").replace(" ", "")
    asked = decode(comparing.ConfirmImei, request.path_params, (), msgspec.json.encode(body))
    await run(request, comparing.confirm_imei, asked, fields)


async def record_pickup(request: Request, fields: Fields) -> None:
    """`picked_up_at` on Beijing's clock, `waybill`."""
    try:
        at = datetime.fromisoformat(field(fields, "picked_up_at"))
    except ValueError:
        raise BadInput(
            "picked_up_at", "请选择揽收的日期和时间", "choose the day and time of pick-up",
            remedy_zh="以快递页面的揽收记录为准", remedy_en="as the courier's page says",
        ) from None  # fmt: skip
    at = at if at.tzinfo else at.replace(tzinfo=BEIJING)
    claim = await run(request, reading.read_claim, decode(reading.ReadClaim, request.path_params, (), b""))
    body = msgspec.json.encode({"picked_up_at": at.isoformat(), "waybill": field(fields, "waybill").strip()})
    asked = decode(leases.RecordPickup, {"lease_ref": claim.lease_ref}, (), body)
    await run(request, leases.record_pickup, asked, fields)


async def letter(request: Request) -> Response:
    """The printed letter of the decision or the withdrawal, on record (EVI-6)."""
    asked = decode(reading.ReadLetter, request.path_params, (), b"")
    found = await run(request, reading.read_letter, asked)
    door: Door = request.app.state.door
    path = door.services.storage.path(bytes.fromhex(found.sha256))
    return FileResponse(path, media_type=found.mime, filename=found.file_name)


async def ask_renter(request: Request, fields: Fields) -> None:
    """`text`: what is missing."""
    body = msgspec.json.encode({"text": field(fields, "text")})
    await run(request, asking.ask_renter, decode(asking.AskRenter, request.path_params, (), body), fields)


async def withdraw(request: Request, fields: Fields) -> None:
    """`reason`, which the renter reads."""
    body = msgspec.json.encode({"reason": field(fields, "reason")})
    asked = decode(withdrawing.WithdrawClaim, request.path_params, (), body)
    await run(request, withdrawing.withdraw_claim, asked, fields)


def acts_view(claim: ClaimView, typed: Mapping[str, list[str]], t: Words, *, within: bool) -> ClaimActsView:
    """The cards of these acts; `within`: the reader was asked into the case, or there is none (OWN-3)."""
    open_acts = {act.act for act in claim.next_acts}
    known = {name: values[0] for name, values in typed.items() if values}
    at = claim.return_picked_up_at
    return ClaimActsView(
        courier=_courier(claim, t),
        picked_up_at=known.get("picked_up_at", "" if at is None else f"{beijing_at(at):%Y-%m-%dT%H:%M}"),
        waybill=known.get("waybill", ""),
        pages=tuple(_page(one, t) for one in claim.imei_pages),
        can_read=claim.state not in ENDED | {ClaimState.DECIDED},
        can_ask=within and ClaimAct.ASK_RENTER in open_acts,
        can_withdraw=within and ClaimAct.WITHDRAW in open_acts,
        question=known.get("text", ""),
        reason=known.get("reason", ""),
        withdrawn=_withdrawn(claim, t),
        letter_href=f"/desk/claims/{claim.claim_ref}/letter" if claim.withdrawal_letter else "",
    )


def _courier(claim: ClaimView, t: Words) -> str:
    if claim.return_picked_up_at is not None:
        return t("快递 {at} 揽收", at=f"{beijing_at(claim.return_picked_up_at):%Y-%m-%d %H:%M}")
    if claim.return_sent_on is None:
        return ""
    return t("没有登记揽收时间：按寄出当天（{on}）零点算，当天封存的影像不算寄出前", on=str(claim.return_sent_on))


def _page(one: ClaimMedia, t: Words) -> ImeiPageView:
    at = one.sealed_at
    sealed = t("还没有封存回执") if at is None else t("{at} 封存", at=f"{beijing_at(at):%m-%d %H:%M}")
    said, tone = _said(one, t)
    return ImeiPageView(claim_tile(one, t), t("；").join((sealed, said)), tone)


def _said(one: ClaimMedia, t: Words) -> tuple[str, Tone]:
    read = one.imei
    if read is None:
        return t("还没有人读过号码"), "plain"
    if not read.tail:
        return t("{name}：号码看不清", name=read.by), "plain"
    if read.matches:
        return t("{name}读出尾号 {tail}，与租约一致", name=read.by, tail=read.tail), "plain"
    return t("{name}读出尾号 {tail}，与租约不一致", name=read.by, tail=read.tail), "red"


def _withdrawn(claim: ClaimView, t: Words) -> str:
    if claim.withdrawn_at is None:
        return ""
    at = f"{beijing_at(claim.withdrawn_at):%Y-%m-%d %H:%M}"
    return t("{name} 于 {at} 撤回：{reason}", name=claim.withdrawn_by_name, at=at, reason=claim.withdrawn_reason)
