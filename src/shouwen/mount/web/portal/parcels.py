"""/my/leases/{ref}/parcels: where each parcel is, in words; what did not come; having the phone in hand."""

from datetime import datetime

from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import Response

from shouwen.features.deliveries.store import ParcelCase
from shouwen.features.deliveries.use_cases import ListParcelCases, list_parcel_cases
from shouwen.features.evidence import use_cases as evidence
from shouwen.features.evidence.types import Purpose
from shouwen.features.leases.types import LeaseAct, LeaseFile, LeaseState
from shouwen.features.leases.use_cases.moving import HandOver, hand_over
from shouwen.features.leases.use_cases.order import ReadOrder, read_order
from shouwen.features.leases.use_cases.parcels import (
    DisputeDelivery,
    ReadShipments,
    dispute_delivery,
    read_shipments,
)
from shouwen.features.stock.types import ARRIVED, TO_RENTER, Direction, Parcel, ShipmentState, TrackingCode
from shouwen.kernel.days import beijing_at
from shouwen.mount.pages.form_views import FieldView, FormView
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import FactView, LinkView, PillView, StepView, TimelineRowView, Tone
from shouwen.mount.web.acts import Tried, act, form_view, said
from shouwen.mount.web.page import html, language, run, words
from shouwen.mount.web.portal.around import around
from shouwen.mount.web.portal.bits import media_view, upload_view
from shouwen.mount.web.portal.lease_file import lease_file
from shouwen.mount.web.portal.life_part import can, deposit_need, next_act, shipping_need
from shouwen.mount.web.portal.way_views import ParcelView, PortalHandoverView, PortalParcelsView

_NOT_HERE, _HERE = "my_not_here", "my_here"  # the desk says the same acts in its own words
_WHAT_ZH = {
    Direction.OUT: "寄给您的手机",
    Direction.BACK: "您寄回的手机",
    Direction.SWAP_OUT: "换给您的新手机",
    Direction.SWAP_BACK: "您寄回的旧手机",
}
_TONES: dict[ShipmentState, Tone] = {
    ShipmentState.BOOKED: "plain",
    ShipmentState.PICKED_UP: "pine",
    ShipmentState.MOVING: "pine",
    ShipmentState.OUT_FOR_DELIVERY: "pine",
    ShipmentState.DELIVERED: "amber",
    ShipmentState.SIGNED: "moss",
    ShipmentState.REFUSED: "amber",
    ShipmentState.STUCK: "amber",
    ShipmentState.LOST: "red",
}
# how far along a parcel that goes well is; what failed is told in words alone
_ALONG = (
    (ShipmentState.BOOKED, "登记"),
    (ShipmentState.PICKED_UP, "快递揽收"),
    (ShipmentState.MOVING, "运输"),
    (ShipmentState.OUT_FOR_DELIVERY, "派送"),
)
_FAILED = frozenset({ShipmentState.REFUSED, ShipmentState.STUCK, ShipmentState.LOST})
_CODES: dict[ShipmentState, tuple[TrackingCode, ...]] = {
    ShipmentState.PICKED_UP: (TrackingCode.PICKED_UP,),
    ShipmentState.MOVING: (TrackingCode.IN_TRANSIT,),
    ShipmentState.OUT_FOR_DELIVERY: (TrackingCode.OUT_FOR_DELIVERY,),
    ShipmentState.SIGNED: (TrackingCode.SIGNED, TrackingCode.LEFT_AT_POINT),
}


async def parcels_page(request: Request, tried: Tried | None = None) -> Response:
    """Every parcel, the newest first; before shipping the promise and what became of it."""
    file = await lease_file(request)
    ref = file.lease.ref
    found = (await run(request, read_shipments, ReadShipments(ref))).parcels
    cases = await run(request, list_parcel_cases, ListParcelCases(ref))
    now = await around(request)
    t = words(request)
    english = language(request) == "en"
    views = tuple(
        shown_parcel(
            file, one, parcel_view(one, cases, t, english=english, acts=_acts(request, file, one, tried, t)), t
        )
        for one in reversed(found)
    )
    shown = any(form.problem for view in views for form in view.acts)
    before = file.lease.state in (LeaseState.SIGNED, LeaseState.PREPARING)
    promise = None
    if before:
        order = await run(request, read_order, ReadOrder(ref))
        promise = deposit_need(file, order, t) or shipping_need(file, t)
    view = PortalParcelsView(
        human=now.human(t, lease_ref=ref),
        lease_ref=ref,
        model=file.lease.model,
        said=said(request, t),
        parcels=views,
        promise=promise,
        links=_links(file, found, cases, t),
        main=_main(file, found, t),
        problem=tried.problem if tried and not shown else None,
    )
    return html(request, view, tried.status if tried else 200, **now.counts())


def shown_parcel(file: LeaseFile, parcel: Parcel, view: ParcelView, t: Words) -> ParcelView:
    """A parcel whose receipt is settled asks for nothing any more."""
    if parcel.state not in ARRIVED:
        return view
    if parcel.direction in TO_RENTER and not _under_way(file, parcel):
        return replace(view, said=t("已确认收货。"), next_step="", steps=())
    if parcel.direction is Direction.BACK and file.lease.returned_on is not None:
        here = t("{day} 收到，已拆包登记。", day=file.lease.returned_on.isoformat())
        return replace(view, state=PillView(t("已收到"), "moss"), said=here, next_step="", steps=())
    return view


def parcel_view(
    parcel: Parcel, cases: list[ParcelCase], t: Words, *, english: bool, acts: tuple[FormView, ...] = ()
) -> ParcelView:
    """A parcel as its renter reads it."""
    told = parcel.words
    contested = parcel.disputed_at is not None and parcel.words.title == "核实签收"
    facts: list[FactView] = []
    if parcel.events:
        newest = parcel.events[-1]
        where = " · ".join(part for part in (newest.place, newest.said or t("有新的轨迹")) if part)
        facts.append(FactView(t("最新"), where, parcel_stamp(newest.at)))
    if parcel.promised_on is not None and parcel.state not in ARRIVED | _FAILED:
        facts.append(FactView(t("快递预计"), t("{day} 送达", day=parcel.promised_on.isoformat())))
    if parcel.delivered_on is not None:
        facts.append(FactView(t("送达"), parcel.delivered_on.isoformat()))
    if parcel.disputed_at is not None:
        facts.append(FactView(t("您说没收到"), parcel_stamp(parcel.disputed_at)))
    return ParcelView(
        ref=parcel.ref,
        what=t(_WHAT_ZH[parcel.direction]),
        state=PillView(told.title_en if english else told.title, "amber" if contested else _TONES[parcel.state]),
        said=told.said_en if english else told.said,
        next_step=told.next_step_en if english else told.next_step,
        courier=parcel.courier_name,
        waybill=parcel.waybill,
        steps=() if parcel.state in _FAILED or contested else _steps(parcel, t),
        lines=tuple(
            TimelineRowView(event.at, event.said or t("有新的轨迹"), event.place) for event in reversed(parcel.events)
        ),
        facts=tuple(facts),
        case=case_link(f"parcel:{parcel.ref}:", cases, t),
        acts=acts,
    )


def parcel_stamp(at: datetime) -> str:
    """An instant as a fact of a parcel says it."""
    return f"{beijing_at(at):%m-%d %H:%M}"


def case_link(subject: str, cases: list[ParcelCase], t: Words) -> LinkView | None:
    """The newest case about a subject that begins so."""
    found = next((one for one in cases if one.subject.startswith(subject)), None)
    if found is None:
        return None
    text = t("已处理完，看经过") if found.state == "closed" else t("已立案跟进，看进展")
    return LinkView(text, f"/my/cases/{found.case_ref}")


def _steps(parcel: Parcel, t: Words) -> tuple[StepView, ...]:
    """The way in steps, each with the day on which the courier said so."""
    last = (ShipmentState.SIGNED, "送达" if parcel.direction in TO_RENTER else "到仓")
    rows = (*_ALONG, last)
    states = [state for state, _ in rows]
    here = ShipmentState.SIGNED if parcel.state in ARRIVED else parcel.state
    at = states.index(here)
    steps = []
    for no, (state, name) in enumerate(rows):
        codes = _CODES.get(state, ())
        when = (
            parcel.booked_at
            if state is ShipmentState.BOOKED
            else next((one.at for one in parcel.events if one.code in codes), None)
        )
        done = no < at or (no == at and here is ShipmentState.SIGNED)
        steps.append(StepView(t(name), "done" if done else "current" if no == at else "todo", when))
    return tuple(steps)


def _acts(request: Request, file: LeaseFile, parcel: Parcel, tried: Tried | None, t: Words) -> tuple[FormView, ...]:
    """What the renter may say about a parcel that is said to have come."""
    if not parcel.may_dispute or not _under_way(file, parcel):
        return ()
    ref = file.lease.ref
    field = FieldView(
        name="text", label=t("说明（可不写）"), kind="area", max_length=500, required=False,
        placeholder=t("例如：当天家里没人，也没有收到取件短信"),
    )  # fmt: skip
    return (
        form_view(
            _NOT_HERE, f"/my/leases/{ref}/parcels/{parcel.ref}/dispute",
            t("显示签收，但我没收到"), t("我没有收到"), (field,),
            tried=tried if request.path_params.get("shipment_ref", parcel.ref) == parcel.ref else None,
            lead=t("我们马上向快递核实签收记录，并立案跟进。核实期间不算您收货；没有手机的日子可以减租（ABATE-1）。"),
        ),
    )  # fmt: skip


def _under_way(file: LeaseFile, parcel: Parcel) -> bool:
    """Whether having received it is still open."""
    if parcel.direction is Direction.OUT:
        return file.lease.state is LeaseState.SHIPPED
    back = next_act(file, LeaseAct.SEND_BACK)
    return back is not None and back.blocked_zh != ""


def _links(file: LeaseFile, found: tuple[Parcel, ...], cases: list[ParcelCase], t: Words) -> tuple[LinkView, ...]:
    ref = file.lease.ref
    links = []
    if next_act(file, LeaseAct.HAND_OVER) is not None and _main(file, found, t) is None:
        links.append(LinkView(t("手机已经在我手里，去确认"), f"/my/leases/{ref}/handover"))
    late = case_link("late:", cases, t)
    if late is not None:
        links.append(LinkView(t("发货晚了：{what}", what=late.text), late.href))
    if any(one.subject.startswith("swap:") for one in cases) or file.lease.state is LeaseState.RENTING:
        links.append(LinkView(t("换机记录"), f"/my/leases/{ref}/swap"))
    if can(file, LeaseAct.CANCEL):
        links.append(LinkView(t("取消订单，看能退回多少"), f"/my/leases/{ref}/cancel"))
    return tuple(links)


def _main(file: LeaseFile, found: tuple[Parcel, ...], t: Words) -> LinkView | None:
    """The renter's word that the phone is here, once it may be; before, it stands among the links."""
    parcel = next((one for one in reversed(found) if one.direction is Direction.OUT), None)
    if next_act(file, LeaseAct.HAND_OVER) is None or parcel is None or parcel.disputed_at is not None:
        return None
    if parcel.state not in ARRIVED | {ShipmentState.OUT_FOR_DELIVERY}:
        return None
    return LinkView(t("收到了，去确认"), f"/my/leases/{file.lease.ref}/handover")


dispute = act(
    dispute_delivery, DisputeDelivery, parcels_page, "/my/leases/{lease_ref}/parcels", "已登记没有收到，正在向快递核实",
    name=_NOT_HERE,
)  # fmt: skip


async def handover_page(request: Request, tried: Tried | None = None) -> Response:
    """The last look before the lease runs: pictures first, what follows, then the renter's word."""
    file = await lease_file(request)
    ref = file.lease.ref
    media = await run(request, evidence.list_evidence, evidence.ListEvidence(ref))
    found = (await run(request, read_shipments, ReadShipments(ref))).parcels
    now = await around(request)
    t = words(request)
    possible = next_act(file, LeaseAct.HAND_OVER) is not None
    facts = [FactView(t("从这天起"), t("租约进入“租用中”，账单按合同的付款日走"))]
    if file.instalments:
        due = next((one for one in file.instalments if one.outstanding_fen), None)
        if due is not None:
            facts.append(FactView(t("下一笔应付"), due.due_on.isoformat()))
    facts.append(FactView(t("确认以后"), t("不能再按“没有收到”处理；手机有问题可以随时报修或换机")))
    parcel = next((one for one in reversed(found) if one.direction is Direction.OUT), None)
    not_here = None
    if parcel is not None and parcel.may_dispute:
        not_here = LinkView(t("显示签收，但我没收到"), f"/my/leases/{ref}/parcels#{parcel.ref}")
    form = form_view(
        _HERE, f"/my/leases/{ref}/handover", "", t("手机在我手里，确认收货"), (), tried=tried, main=True,
        folded=False,
    )  # fmt: skip
    view = PortalHandoverView(
        human=now.human(t, lease_ref=ref),
        lease_ref=ref,
        model=file.lease.model,
        facts=tuple(facts),
        upload=upload_view(
            ref, Purpose.HANDOVER, t, title=t("先拍开箱照片和视频"), hint=t("外观、屏幕点亮、IMEI 页面；归还时最有用"),
            media=tuple(media_view(one, t) for one in media if one.purpose == Purpose.HANDOVER)[:12],
        ),
        form=form if possible else None,
        not_here=not_here if possible else None,
        problem=tried.problem if tried and not possible else None,
    )  # fmt: skip
    return html(request, view, tried.status if tried else 200, **now.counts())


confirm = act(hand_over, HandOver, handover_page, "/my/leases/{lease_ref}", "已确认收货。祝您用得顺手", name=_HERE)
