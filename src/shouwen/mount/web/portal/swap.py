"""/my/leases/{ref}/swap: another phone for one that does not work, the old one back, and the rent of these days."""

from starlette.requests import Request
from starlette.responses import Response

from shouwen.features.deliveries.store import ParcelCase
from shouwen.features.deliveries.use_cases import ListParcelCases, list_parcel_cases
from shouwen.features.evidence import use_cases as evidence
from shouwen.features.evidence.types import Purpose
from shouwen.features.leases.types import LeaseFile
from shouwen.features.leases.use_cases.moving import ReadReturnList, ReturnList, read_return_list
from shouwen.features.leases.use_cases.order import AbatedRent, ReadAbatements, read_abatements
from shouwen.features.leases.use_cases.parcels import ReadShipments, read_shipments
from shouwen.features.leases.use_cases.swap import (
    FinishSwap,
    ReadSwaps,
    ReturnSwapped,
    SwapLine,
    finish_swap,
    read_swaps,
    return_swapped,
)
from shouwen.features.stock.types import Direction, Parcel, ShipmentState, SwapState
from shouwen.kernel.days import end_of, start_of
from shouwen.mount.pages.form_views import FormView
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import ClockView, FactView, FigureView, PillView, ProblemView, StepView, Tone
from shouwen.mount.web.acts import Tried, act, form_view, said
from shouwen.mount.web.page import html, run, words
from shouwen.mount.web.portal.around import around
from shouwen.mount.web.portal.bits import clause_refs, media_view, upload_view
from shouwen.mount.web.portal.lease_file import lease_file
from shouwen.mount.web.portal.parcels import case_link
from shouwen.mount.web.portal.sending import send_form
from shouwen.mount.web.portal.way_views import AbatedView, PortalSwapView, SwapView

_NEW, _OLD = "my_new_phone", "my_old_phone"
_TONES: dict[SwapState, Tone] = {
    SwapState.ASKED: "amber",
    SwapState.SENT: "pine",
    SwapState.RECEIVED: "amber",
    SwapState.DONE: "moss",
    SwapState.WITHDRAWN: "plain",
}
_LOST = (ShipmentState.REFUSED, ShipmentState.LOST)


async def swap_page(request: Request, tried: Tried | None = None) -> Response:
    """Every swap of the lease, the newest first, and the rent of days without a working phone."""
    file = await lease_file(request)
    ref = file.lease.ref
    swaps = (await run(request, read_swaps, ReadSwaps(ref))).swaps
    parcels = (await run(request, read_shipments, ReadShipments(ref))).parcels
    cases = await run(request, list_parcel_cases, ListParcelCases(ref))
    abated = await run(request, read_abatements, ReadAbatements(ref))
    prepare: ReturnList | None = None
    if any(one.state is SwapState.RECEIVED for one in swaps):
        prepare = await run(request, read_return_list, ReadReturnList(ref))
    now = await around(request)
    t = words(request)
    views = tuple(_swap(request, file, one, parcels, cases, prepare, tried, t) for one in reversed(swaps))
    upload = None
    if any(view.send for view in views):
        media = await run(request, evidence.list_evidence, evidence.ListEvidence(ref))
        upload = upload_view(
            ref, Purpose.RETURN, t, title=t("旧手机寄出前的照片和视频"), hint=t("封存后寄出，最能说明当时的样子"),
            media=tuple(media_view(one, t) for one in media if one.purpose == Purpose.RETURN)[:12],
        )  # fmt: skip
    view = PortalSwapView(
        human=now.human(t, lease_ref=ref),
        lease_ref=ref,
        model=file.lease.model,
        said=said(request, t),
        swaps=views,
        abated=tuple(_abated(one, ref, t) for one in abated),
        upload=upload,
        parcels_href=f"/my/leases/{ref}/parcels",
        problem=_unshown(views, tried),
    )
    return html(request, view, tried.status if tried else 200, **now.counts())


def _unshown(views: tuple[SwapView, ...], tried: Tried | None) -> ProblemView | None:
    """What was wrong, where the form it belongs to is gone."""
    shown = any(form.problem for view in views for form in view.acts) or any(
        view.send is not None and view.send.problem for view in views
    )
    return tried.problem if tried is not None and not shown else None


def _sent_back(parcels: tuple[Parcel, ...]) -> Parcel | None:
    """The old phone's parcel, unless it failed."""
    back = [one for one in parcels if one.direction is Direction.SWAP_BACK]
    return back[-1] if back and back[-1].state not in _LOST else None


def _swap(
    request: Request, file: LeaseFile, one: SwapLine, parcels: tuple[Parcel, ...], cases: list[ParcelCase],
    prepare: ReturnList | None, tried: Tried | None, t: Words,
) -> SwapView:  # fmt: skip
    ref = file.lease.ref
    back = _sent_back(parcels) if one.state is SwapState.RECEIVED else None
    waits = one.state is SwapState.RECEIVED and back is None
    late = waits and one.back_by is not None and one.back_by < file.on
    facts = [
        FactView(t("换机编号"), one.ref),
        FactView(t("没有可用手机，从"), one.without_phone_from.isoformat()),
    ]
    if one.handed_over_on is not None:
        facts.append(FactView(t("新手机收到"), one.handed_over_on.isoformat()))
    if one.back_by is not None:
        facts.append(FactView(t("旧手机寄回"), t("{day} 前（含当天）", day=one.back_by.isoformat())))
    send = None
    if waits and prepare is not None:
        send = send_form(
            request, prepare, _OLD, f"/my/leases/{ref}/swap/{one.ref}/return", t("登记寄回旧手机"),
            tried, t,
        )  # fmt: skip
    return SwapView(
        ref=one.ref,
        state=PillView(t(one.state_zh), _TONES[one.state]),
        reason=one.reason,
        steps=_steps(one, back, t),
        lead=_lead(one, back, late, t),
        until=ClockView(t("寄回旧手机"), end_of(one.back_by), amber_below_s=2 * 86400)
        if waits and one.back_by
        else None,
        facts=tuple(facts),
        case=case_link(f"swap:{one.ref}", cases, t),
        acts=(_finish(ref, one, tried, t),) if one.state is SwapState.SENT else (),
        send=send,
    )


def _lead(one: SwapLine, back: Parcel | None, late: bool, t: Words) -> str:
    if one.state is SwapState.ASKED:
        return t("我们在准备新手机，寄出后这里会显示快递。手机用不了的日子可以减租（ABATE-1）。")
    if one.state is SwapState.SENT:
        return t("新手机已寄出。收到后请先看外观、拍照，再确认；从收到那天起，订单换成新手机。")
    if one.state is SwapState.RECEIVED and back is not None:
        return t("旧手机在寄回途中，仓库收到后换机就完成，您不用再做什么。")
    if late:
        return t("旧手机还没有寄回，已有人跟进。请尽快寄出，或告诉我们什么时候方便；不会因此自动收费。")
    if one.state is SwapState.RECEIVED:
        return t("新手机用上了，请把旧手机寄回。先备份、退出账号，再拍照寄出。")
    if one.state is SwapState.DONE:
        return t("旧手机已收到，换机完成。")
    return t("这次换机已撤回，手机和租约照旧。")


def _steps(one: SwapLine, back: Parcel | None, t: Words) -> tuple[StepView, ...]:
    if one.state is SwapState.WITHDRAWN:
        return ()
    order = (SwapState.ASKED, SwapState.SENT, SwapState.RECEIVED, SwapState.RECEIVED, SwapState.DONE)
    at = 4 if one.state is SwapState.DONE else 3 if back else order.index(one.state)
    names = (t("登记换机"), t("新手机寄出"), t("收到新手机"), t("旧手机寄回"), t("旧手机收到"))
    here = start_of(one.handed_over_on) if one.handed_over_on else None
    days = (None, None, here, back.booked_at if back else None, None)
    current = at + 1 if one.state is not SwapState.DONE else 5
    return tuple(
        StepView(name, "done" if no < current else "current" if no == current else "todo", when)
        for no, (name, when) in enumerate(zip(names, days, strict=True))
    )


def _finish(ref: str, one: SwapLine, tried: Tried | None, t: Words) -> FormView:
    lead = t("确认后订单换成新手机，请在约定的天数内寄回旧手机。没有收到请不要确认，到包裹页点“我没收到”。")
    action = f"/my/leases/{ref}/swap/{one.ref}/handover"
    title, button = t("收到新手机了"), t("新手机在我手里，确认收到")
    return form_view(_NEW, action, title, button, (), tried=tried, main=True, lead=lead)


def _abated(one: AbatedRent, ref: str, t: Words) -> AbatedView:
    """The days, the amount, how it was worked out, and whether it is off already."""
    title = t("{a} 到 {b}", a=one.from_on.isoformat(), b=one.to_on.isoformat())
    figure = FigureView(one.amount_fen, one.working, clause_refs(ref, one.clauses), ("ABATE-1", "PRO-1"))
    if one.kind == "taken":
        text = t("已减租：没付的账单直接减少，已付的转为余额，可抵以后的账单或退还。")
        return AbatedView(title=title, state=PillView(t("已减租"), "moss"), figure=figure, text=text)
    if one.kind == "possible":
        text = t("这几天没有可用的手机，租金可以减。客服会为您办理，也可以转人工催办。")
        return AbatedView(title=title, state=PillView(t("可以减租"), "amber"), figure=figure, text=text)
    text = t("到今天为止的数；收到新手机的前一天为止，都可以减。")
    return AbatedView(title=title, state=PillView(t("还在算"), "plain"), figure=figure, text=text)


_BACK = "/my/leases/{lease_ref}/swap"
finish = act(finish_swap, FinishSwap, swap_page, _BACK, "已确认收到新手机，请按期寄回旧手机", name=_NEW)
send_old = act(return_swapped, ReturnSwapped, swap_page, _BACK, "旧手机已登记寄回", name=_OLD)
