"""A lease's parcels on the desk: where each is in words, every line of the courier, a contested delivery."""

from datetime import date

from msgspec import Struct
from starlette.requests import Request

from shouwen.features.deliveries.use_cases import ListParcelCases, list_parcel_cases
from shouwen.features.leases.types import LeaseFile, LeaseRow, LeaseState
from shouwen.features.leases.use_cases.phone import LeaseUnits
from shouwen.features.stock.types import (
    ARRIVED,
    ENDED,
    TO_RENTER,
    Direction,
    Parcel,
    ShipmentState,
    TrackingCode,
    UnitState,
)
from shouwen.mount.pages.form_views import FieldView, FormView, PickView
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import FactView, LinkView, PillView, TimelineRowView, Tone
from shouwen.mount.web.acts import Tried, form_view
from shouwen.mount.web.desk.life_views import DeskParcelView
from shouwen.mount.web.page import run, words

_WHAT = {
    Direction.OUT: "寄给租客的手机",
    Direction.BACK: "租客寄回的手机",
    Direction.SWAP_OUT: "换机：寄给租客的新手机",
    Direction.SWAP_BACK: "换机：租客寄回的旧手机",
}
_SAID = {
    TrackingCode.PICKED_UP: "快递已揽收",
    TrackingCode.IN_TRANSIT: "运输中",
    TrackingCode.OUT_FOR_DELIVERY: "派送中",
    TrackingCode.LEFT_AT_POINT: "已放到代收点",
    TrackingCode.SIGNED: "已签收",
    TrackingCode.REFUSED: "没有交付，正在退回",
    TrackingCode.PROBLEM: "运输有延误",
    TrackingCode.LOST: "包裹丢失",
    TrackingCode.OTHER: "快递更新",
}
_TROUBLE = frozenset({ShipmentState.REFUSED, ShipmentState.STUCK, ShipmentState.LOST})
_OUTCOME = {"came": "核实结果：确实送达", "not_came": "核实结果：没有送达，按丢失处理"}


class _Shown(Struct, frozen=True):
    """What the views of one lease's parcels share: `live` are those the renter may still say did not come."""

    lease: LeaseRow
    live: frozenset[str]
    first_contested: str
    tried: Tried | None


async def parcel_views(
    request: Request, file: LeaseFile, units: LeaseUnits, parcels: tuple[Parcel, ...], tried: Tried | None
) -> tuple[DeskParcelView, ...]:
    """The newest first, each with the cases in which its troubles are dealt with."""
    if not parcels:
        return ()
    known = await run(request, list_parcel_cases, ListParcelCases(file.lease.ref))
    contested = next((one.ref for one in reversed(parcels) if one.contested), "")
    shown = _Shown(file.lease, _live(file.lease, units, parcels), contested, tried)
    return tuple(
        _parcel(
            request, shown, one,
            tuple((case.case_ref, case.title) for case in known if f":{one.ref}:" in f":{case.subject}:"),
        )
        for one in reversed(parcels)
    )  # fmt: skip


def _live(lease: LeaseRow, units: LeaseUnits, parcels: tuple[Parcel, ...]) -> frozenset[str]:
    """The parcel whose phone is not with the renter by their word: that of the lease, or of a swap, on its way."""
    swapping = any(one.state is UnitState.RESERVED and not one.current for one in units.phones)
    awaited = {Direction.OUT: lease.state is LeaseState.SHIPPED, Direction.SWAP_OUT: swapping}
    newest = {one.direction: one.ref for one in parcels}
    return frozenset(ref for direction, ref in newest.items() if awaited.get(direction, False))


def _parcel(request: Request, shown: _Shown, parcel: Parcel, cases: tuple[tuple[str, str], ...]) -> DeskParcelView:
    t = words(request)
    said = parcel.words
    english = t.lang == "en"
    return DeskParcelView(
        ref=parcel.ref,
        what=t(_WHAT[parcel.direction]),
        state=PillView(said.title_en if english else said.title, _tone(parcel)),
        said=said.said_en if english else said.said,
        next_step="" if _over(shown, parcel) else said.next_step_en if english else said.next_step,
        facts=tuple(_facts(parcel, t)),
        lines=tuple(
            TimelineRowView(line.at, " ".join(part for part in (line.place, line.said or t(_SAID[line.code])) if part))
            for line in reversed(parcel.events)
        ),
        cases=tuple(LinkView(f"{title} {ref}", f"/desk/cases/{ref}") for ref, title in cases),
        acts=tuple(_acts(shown, parcel, t)),
    )


def _tone(parcel: Parcel) -> Tone:
    if parcel.contested or parcel.state in _TROUBLE:
        return "red"
    if parcel.state is ShipmentState.SIGNED:
        return "moss"
    return "amber" if parcel.state in ARRIVED else "pine"


def _facts(parcel: Parcel, t: Words) -> list[FactView]:
    facts = [
        FactView(parcel.courier_name, parcel.waybill),
        FactView(t("登记"), _day(parcel.booked_at.date()), note=parcel.ref),
    ]
    if parcel.promised_on is not None and parcel.state not in ENDED:
        facts.append(FactView(t("预计送达"), _day(parcel.promised_on)))
    if parcel.delivered_on is not None:
        facts.append(FactView(t("送达"), _day(parcel.delivered_on)))
    if parcel.outcome in _OUTCOME:
        facts.append(FactView(t("签收异议"), t(_OUTCOME[parcel.outcome])))
    return facts


def _day(on: date) -> str:
    return on.isoformat()


def _over(shown: _Shown, parcel: Parcel) -> bool:
    """Whether the phone of this parcel is with the renter by their word: nothing is left to ask of them."""
    return parcel.direction in TO_RENTER and parcel.ref not in shown.live


def _acts(shown: _Shown, parcel: Parcel, t: Words) -> list[FormView]:
    """A contested delivery is settled by what the courier's record shows; one said to have come may be contested."""
    here, tried = f"/desk/leases/{shown.lease.ref}/parcels/{parcel.ref}", shown.tried
    if parcel.contested:
        picks = (
            PickView("", t("请选择")),
            PickView("true", t("确实送到了"), note=t("算已签收")),
            PickView("false", t("没有送到"), note=t("按丢失处理，租客不承担")),
        )
        fields = (
            FieldView(name="came", label=t("快递的签收记录表明"), kind="select", picks=picks),
            FieldView(
                name="why",
                label=t("核实的依据"),
                kind="area",
                max_length=500,
                placeholder=t("签收照片、签收人、和快递核实的结果"),
            ),
        )
        name = "settle_delivery" if parcel.ref == shown.first_contested else f"settle-{parcel.ref}"
        form = form_view(
            name, f"{here}/finding", t("核实签收的结果"), t("登记结果"), fields, tried=tried, folded=False, main=True
        )
        return [form]
    if parcel.may_dispute and parcel.ref in shown.live:
        told = FieldView(name="text", label=t("租客怎么说"), kind="area", max_length=500, required=False)
        return [
            form_view(
                "dispute_delivery", f"{here}/dispute", t("租客说没有收到"), t("登记并开始核实"), (told,), tried=tried,
                lead=t("核实期间不算收货"),
            )
        ]  # fmt: skip
    return []
