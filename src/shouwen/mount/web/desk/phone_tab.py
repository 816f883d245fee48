"""/desk/leases/{ref}/phone: the phone, its parcels, swaps, rent of days without one, the maker's lock."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shouwen.features.endings.types import DeviceRequest
from shouwen.features.endings.use_cases import AnswerDevice, ReadAgreements, answer_device, read_agreements
from shouwen.features.leases.store.phones import LeasePhone
from shouwen.features.leases.types import LeaseAct, LeaseFile, LeaseState, NextAct
from shouwen.features.leases.use_cases import moving, parcels
from shouwen.features.leases.use_cases import swap as swaps
from shouwen.features.leases.use_cases.abating import AbateRent, abate_rent
from shouwen.features.leases.use_cases.phone import ReadUnits, read_units
from shouwen.features.leases.use_cases.reading import RecordPickup, record_pickup
from shouwen.features.stock.types import UNIT_STATE_ZH, UnitState
from shouwen.kernel.actor import Role
from shouwen.kernel.days import beijing_on
from shouwen.mount.pages.form_views import FieldView, FormView, PickView
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import FactView, PillView, Tone
from shouwen.mount.web.acts import Tried, act, form_view
from shouwen.mount.web.desk import abate_page
from shouwen.mount.web.desk.lease_shell import lease_file, lease_head
from shouwen.mount.web.desk.lease_view import model_of
from shouwen.mount.web.desk.life_bits import act_of, roles_text, stray
from shouwen.mount.web.desk.life_views import DeskPhoneView, DeviceRowView, PhoneView
from shouwen.mount.web.desk.parcel_view import parcel_views
from shouwen.mount.web.desk.phone_steps import pickup_form, state_steps, unit_forms
from shouwen.mount.web.desk.rail import desk_html
from shouwen.mount.web.desk.swap_view import abated_views, swap_views
from shouwen.mount.web.page import page, run, words
from shouwen.mount.web.portal.bits import lease_pill

_TONES: dict[UnitState, Tone] = {
    UnitState.RENTED: "pine",
    UnitState.RESERVED: "pine",
    UnitState.LOST: "red",
    UnitState.SOLD: "moss",
    UnitState.RETURNING: "amber",
    UnitState.INSPECTING: "amber",
}
_LOCK_ZH = {"lock": "锁定手机", "unlock": "解除设备锁"}


def routes() -> list[Route]:
    """The page, and every act of it; each comes back here."""
    here = "/desk/leases/{lease_ref}"
    back = f"{here}/phone"
    parcel, swap = f"{here}/parcels/{{shipment_ref}}", f"{here}/swaps/{{swap_ref}}"
    edges = (
        ("unit", act(moving.assign_unit, moving.AssignUnit, phone, back, "已配好手机")),
        ("preparation", act(moving.prepare_lease, moving.PrepareLease, phone, back, "已开始备货")),
        ("shipment", act(moving.ship_lease, moving.ShipLease, phone, back, "已登记发货，快递的轨迹会自动更新")),
        ("handover", act(moving.hand_over, moving.HandOver, phone, back, "已确认收货，租期开始")),
        ("return", act(moving.send_back, moving.SendBack, phone, back, "已登记寄回，等仓库收到")),
        ("pickup", act(record_pickup, RecordPickup, phone, back, "已登记揽收时间")),
        ("closure", act(moving.close_lease, moving.CloseLease, phone, back, "这份租约已结束")),
        *(
            (
                f"device-{kind}",
                act(answer_device, AnswerDevice, phone, back, "已登记设备锁的结果", name=f"answer_{kind}"),
            )
            for kind in _LOCK_ZH
        ),
        ("swaps", act(swaps.ask_swap, swaps.AskSwap, phone, f"{back}#swaps", "已登记换机")),
    )
    found = [page("GET", back, phone), *abate_page.routes_with(phone)]
    found += [page("POST", f"{here}/{name}", edge) for name, edge in edges]
    of_one = (
        (f"{here}/abatements/{{swap_ref}}", act(abate_rent, AbateRent, phone, f"{back}#abated", "已减租")),
        (f"{parcel}/finding", act(parcels.settle_delivery, parcels.SettleDelivery, phone, back, "已登记核实的结果")),
        (
            f"{parcel}/dispute",
            act(parcels.dispute_delivery, parcels.DisputeDelivery, phone, back, "已登记，开始向快递核实"),
        ),
        (f"{swap}/shipment", act(swaps.send_swap, swaps.SendSwap, phone, f"{back}#swaps", "已登记寄出新手机")),
        (f"{swap}/handover", act(swaps.finish_swap, swaps.FinishSwap, phone, f"{back}#swaps", "订单已换成新手机")),
        (f"{swap}/return", act(swaps.return_swapped, swaps.ReturnSwapped, phone, f"{back}#swaps", "已登记旧手机寄回")),
        (f"{swap}/receipt", act(swaps.receive_swapped, swaps.ReceiveSwapped, phone, f"{back}#swaps", "换机完成")),
        (f"{swap}/withdrawal", act(swaps.withdraw_swap, swaps.WithdrawSwap, phone, f"{back}#swaps", "换机已撤回")),
    )
    return found + [page("POST", path, edge) for path, edge in of_one]


async def phone(request: Request, tried: Tried | None = None) -> Response:
    """Where the phone is and what the desk may do about it; `tried` is the form that was refused."""
    file = await lease_file(request)
    t, ref = words(request), file.lease.ref
    units = await run(request, read_units, ReadUnits(ref))
    found = (await run(request, parcels.read_shipments, parcels.ReadShipments(ref))).parcels
    agreed = await run(request, read_agreements, ReadAgreements(ref))
    steps, not_yet = state_steps(request, file, found, tried)
    swaps_shown, swap_acts = await swap_views(request, file, units, found, tried)
    abated, abate = await abated_views(request, file, tried)
    acts = (*unit_forms(request, file, units, tried), *steps, *pickup_form(request, file, found, tried))
    parcels_shown = await parcel_views(request, file, units, found, tried)
    devices = tuple(_device(one, ref, t, tried) for one in reversed(agreed.devices))
    offered: list[FormView | None] = [*acts, *swap_acts, *abate]
    for parcel in parcels_shown:
        offered += parcel.acts
    for swap in swaps_shown:
        offered += swap.acts
    offered += [*(one.act for one in abated), *(one.act for one in devices)]
    view = DeskPhoneView(
        head=lease_head(request, file, "phone"),
        phones=tuple(_phone(one, file, t) for one in units.phones) or _elsewhere(file, t),
        acts=acts,
        not_yet=not_yet,
        parcels=parcels_shown,
        swaps=swaps_shown,
        swap_acts=swap_acts,
        abated=abated,
        abate=abate,
        devices=devices,
        note=_note(file, bool(units.phones or file.lease.imei), bool(units.fitting), t),
        problem=stray(tried, offered),
    )
    return await desk_html(request, view, 200 if tried is None else tried.status)


def _phone(one: LeasePhone, file: LeaseFile, t: Words) -> PhoneView:
    facts = [FactView("IMEI", one.imei)]
    if one.serial_no:
        facts.append(FactView(t("序列号"), one.serial_no))
    facts.append(FactView(t("成色"), one.condition_grade or t("没有登记")))
    facts.append(FactView(t("这个状态从"), beijing_on(one.since).isoformat()))
    held = ""
    if one.held_for:
        held = t("争议中的手机保持原状：不维修、不抹除、不出租（QUAR-1）")
        if one.releases_at is not None:
            held += t("；已告知租客 {day} 起解除", day=beijing_on(one.releases_at).isoformat())
    name = " ".join(part for part in (one.model, one.storage, one.colour) if part)
    other = t("换下的旧手机") if file.lease.imei and one.imei != file.lease.imei and not one.current else ""
    return PhoneView(
        title=f"{name} · {other}" if other else name,
        state=PillView(t(UNIT_STATE_ZH[one.state]), _TONES.get(one.state, "plain")),
        facts=tuple(facts),
        held=held,
        held_href=f"/desk/claims/{one.held_for}" if one.held_for.startswith("DS-") else "",
    )


def _elsewhere(file: LeaseFile, t: Words) -> tuple[PhoneView, ...]:
    """The phone of a lease that came with its own: it was never in our stock."""
    lease = file.lease
    if not lease.imei:
        return ()
    facts = [FactView("IMEI", lease.imei)]
    if lease.serial_no:
        facts.append(FactView(t("序列号"), lease.serial_no))
    if lease.condition_grade:
        facts.append(FactView(t("成色"), lease.condition_grade))
    facts.append(FactView(t("库存"), t("没有登记入库")))
    return (PhoneView(title=model_of(file), state=lease_pill(lease.state, t), facts=tuple(facts)),)


def _note(file: LeaseFile, has: bool, fits: bool, t: Words) -> str:
    """What stands where no phone or no form is: why, and who goes on."""
    state = file.lease.state
    receive, inspect = act_of(file, LeaseAct.RECEIVE), act_of(file, LeaseAct.INSPECT)
    if receive is not None:
        return t("包裹到仓后由{who}在“验机”里登记收到，再检测", who=_people(receive, t))
    if inspect is not None:
        return t("手机已收到，由{who}在“验机”里提交检测报告", who=_people(inspect, t))
    if state in (LeaseState.SIGNED, LeaseState.PREPARING) and not fits and not has:
        return t("库存里没有型号、容量、颜色都一致的手机：先登记入库，或和租客变更订单")
    if state in (LeaseState.APPLIED, LeaseState.APPROVED):
        return t("签约之后才配手机")
    return "" if has else t("这份租约现在没有手机")


def _people(act: NextAct, t: Words) -> str:
    return roles_text((role for role in act.by if role is not Role.SYSTEM), t)


def _device(one: DeviceRequest, ref: str, t: Words, tried: Tried | None) -> DeviceRowView:
    form = None
    if one.answered_at is None:
        outcomes = (PickView("", t("请选择")), PickView("done", t("办成了")), PickView("failed", t("没有办成")))
        fields = (
            FieldView(name="kind", kind="hidden", value=one.kind),
            FieldView(name="outcome", label=t("厂商的结果"), kind="select", picks=outcomes),
            FieldView(name="said", label=t("厂商怎么说"), required=False, max_length=200),
        )
        here = f"/desk/leases/{ref}/device-{one.kind}"
        form = form_view(
            f"answer_{one.kind}", here, t("登记结果"), t("登记结果"), fields, tried=tried, main=True, folded=False
        )
    word, tone = _outcome(one)
    return DeviceRowView(
        title=t(_LOCK_ZH[one.kind]), state=PillView(t(word), tone), at=one.asked_at, said=one.said, act=form
    )


def _outcome(one: DeviceRequest) -> tuple[str, Tone]:
    if one.outcome == "done":
        return "已办成", "moss"
    return ("没有办成", "red") if one.outcome == "failed" else ("待登记结果", "amber")
