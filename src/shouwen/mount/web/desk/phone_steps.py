"""The acts that move a lease's phone, as forms of the desk; what may not be done yet says why instead."""

from datetime import date, timedelta

from starlette.requests import Request

from shouwen.features.leases.rules.return_list import RETURN_STEPS
from shouwen.features.leases.types import LeaseAct, LeaseFile, LeaseState
from shouwen.features.leases.use_cases.phone import LeaseUnits
from shouwen.features.stock.types import ARRIVED, Direction, Parcel, TrackingCode
from shouwen.mount.pages.form_views import FieldView, FormView, PickView
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import ProblemView
from shouwen.mount.web.acts import Tried, form_view
from shouwen.mount.web.desk.life_bits import act_of, courier_picks, not_yet
from shouwen.mount.web.page import actor_of, words

MOST_FITTING = 50
_PROMISED_WITHIN = timedelta(days=60)
Step = ProblemView | FormView


def parcel_fields(on: date, t: Words) -> tuple[FieldView, FieldView]:
    """Whose parcel it is and its number."""
    return (
        FieldView(name="courier", label=t("快递"), kind="select", picks=courier_picks(on)),
        FieldView(
            name="waybill",
            label=t("运单号"),
            max_length=40,
            placeholder=t("照面单填写"),
            hint=t("6 到 40 位字母和数字"),
        ),
    )


def return_fields(on: date, t: Words) -> tuple[FieldView, ...]:
    """A parcel of the renter's to us: the preparation list as they confirm it, then the parcel."""
    english = t.lang == "en"
    picks = tuple(
        PickView(step.id, step.en if english else step.zh, note="" if step.needed else t("可选"))
        for step in RETURN_STEPS
    )
    steps = FieldView(name="done", label=t("逐项和租客确认"), kind="checks", picks=picks, required=False)
    return steps, *parcel_fields(on, t)


def unit_forms(request: Request, file: LeaseFile, units: LeaseUnits, tried: Tried | None) -> tuple[FormView, ...]:
    """The phone of the stock that the lease gets; none where no phone may be set aside now, or none fits."""
    if file.lease.state not in (LeaseState.SIGNED, LeaseState.PREPARING) or not units.fitting:
        return ()
    t = words(request)
    there = any(one.current for one in units.phones)
    title = t("换一台") if there else t("从库存配一台")
    form = form_view(
        "assign_unit", f"/desk/leases/{file.lease.ref}/unit", title, t("配这台"), (imei_field(units, t),),
        tried=tried, folded=there, main=not there,
        lead=t("型号、容量、颜色和订单一致；原来配的手机会放回库存") if there else t("型号、容量、颜色和订单一致"),
    )  # fmt: skip
    return (form,)


def imei_field(units: LeaseUnits, t: Words) -> FieldView:
    """Pick a phone that fits; where more fit than a list can hold, its number is typed or scanned."""
    if len(units.fitting) >= MOST_FITTING:
        return FieldView(name="imei", label="IMEI", kind="number", max_length=15, hint=t("扫描或输入 15 位 IMEI"))
    picks = tuple(
        PickView(one.imei, one.imei, note=" · ".join(part for part in (one.colour, one.condition_grade) if part))
        for one in units.fitting
    )
    return FieldView(name="imei", label=t("库存里合适的手机（{n} 台）", n=len(picks)), kind="select", picks=picks)


def state_steps(
    request: Request, file: LeaseFile, parcels: tuple[Parcel, ...], tried: Tried | None
) -> tuple[tuple[FormView, ...], tuple[ProblemView, ...]]:
    """What moves this lease now, in the order of the table: the forms, and why an act cannot be done yet."""
    steps: list[Step] = []
    for act, make in (
        (LeaseAct.PREPARE, _prepare), (LeaseAct.SHIP, _ship), (LeaseAct.HAND_OVER, _hand_over),
        (LeaseAct.SEND_BACK, _send_back), (LeaseAct.CLOSE, _close),
    ):  # fmt: skip
        found = act_of(file, act)
        if found is None:
            continue
        if found.blocked_zh:
            steps.append(not_yet(found, words(request)))
        elif actor_of(request).role in found.by:
            steps.append(make(request, file, parcels, tried))
    forms = tuple(step for step in steps if isinstance(step, FormView))
    return forms, tuple(step for step in steps if isinstance(step, ProblemView))


def _prepare(request: Request, file: LeaseFile, parcels: tuple[Parcel, ...], tried: Tried | None) -> Step:
    t = words(request)
    again = file.lease.state is LeaseState.SHIPPED
    fields = (FieldView(name="why", label=t("原因"), required=False),) if again else ()
    title = t("重新备货") if again else t("开始备货")
    lead = t("原来的包裹没有交付：手机按退回或丢失登记，再配一台寄出") if again else ""
    return form_view(
        "prepare_lease", f"/desk/leases/{file.lease.ref}/preparation", title, title, fields,
        tried=tried, folded=False, lead=lead, main=True,
    )  # fmt: skip


def _ship(request: Request, file: LeaseFile, parcels: tuple[Parcel, ...], tried: Tried | None) -> Step:
    t = words(request)
    promised = FieldView(
        name="promised_on", label=t("预计送达"), kind="date", required=False,
        low=file.on.isoformat(), high=(file.on + _PROMISED_WITHIN).isoformat(),
    )  # fmt: skip
    return form_view(
        "ship_lease", f"/desk/leases/{file.lease.ref}/shipment", t("发货"), t("登记发货"),
        (*parcel_fields(file.on, t), promised), tried=tried, folded=False, main=True,
    )  # fmt: skip


def _hand_over(request: Request, file: LeaseFile, parcels: tuple[Parcel, ...], tried: Tried | None) -> Step:
    t = words(request)
    newest = next((one for one in reversed(parcels) if one.direction is Direction.OUT), None)
    if newest is None or newest.state not in ARRIVED or newest.contested:
        why = t("租客说没有收到，先核实签收") if newest is not None and newest.contested else t("快递还没有显示送达")
        return ProblemView(t("现在不能代租客确认收货"), t("{why}；租客本人随时可以确认", why=why))
    return form_view(
        "hand_over", f"/desk/leases/{file.lease.ref}/handover", t("确认收货"), t("按送达日确认收货"),
        tried=tried, folded=False, main=True, lead=t("租客没有提出异议时再确认；租期按快递送达的那天开始"),
    )  # fmt: skip


def _send_back(request: Request, file: LeaseFile, parcels: tuple[Parcel, ...], tried: Tried | None) -> Step:
    t = words(request)
    return form_view(
        "send_back", f"/desk/leases/{file.lease.ref}/return", t("替租客登记寄回"), t("登记寄回"),
        return_fields(file.on, t), tried=tried,
        lead=t("租客在电话里告诉您已经寄出时用；到期前寄回要先由租客约定提前归还"),
    )  # fmt: skip


def _close(request: Request, file: LeaseFile, parcels: tuple[Parcel, ...], tried: Tried | None) -> Step:
    t = words(request)
    return form_view(
        "close_lease", f"/desk/leases/{file.lease.ref}/closure", t("结清并结束"), t("结束这份租约"),
        tried=tried, folded=False, lead=t("没有待付、没有冻结、没有争议中的手机；结束后只能看"),
    )  # fmt: skip


def pickup_form(
    request: Request, file: LeaseFile, parcels: tuple[Parcel, ...], tried: Tried | None
) -> tuple[FormView, ...]:
    """When the courier took the return, where its own lines have not said so: DMG-4 compares seals with it."""
    if file.lease.return_sent_on is None:
        return ()
    back = next((one for one in reversed(parcels) if one.direction is Direction.BACK), None)
    if back is not None and any(line.code is TrackingCode.PICKED_UP for line in back.events):
        return ()
    t = words(request)
    fields = (
        FieldView(name="picked_up_at", label=t("揽收时间（快递页面上的）"), kind="datetime"),
        FieldView(name="waybill", label=t("运单号"), max_length=40, value="" if back is None else back.waybill),
    )
    form = form_view(
        "record_pickup", f"/desk/leases/{file.lease.ref}/pickup", t("登记归还包裹的揽收时间"), t("登记"), fields,
        tried=tried, lead=t("定损按它判断影像是否在寄出前封存（DMG-4）"),
    )  # fmt: skip
    return (form,)
