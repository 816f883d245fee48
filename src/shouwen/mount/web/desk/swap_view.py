"""Swaps of a lease on the desk, and the rent of days without a working phone."""

from datetime import date

from starlette.requests import Request

from shouwen.features.cases import use_cases as cases
from shouwen.features.leases.types import LeaseFile, LeaseState
from shouwen.features.leases.use_cases.order import AbatedRent, ReadAbatements, read_abatements
from shouwen.features.leases.use_cases.phone import LeaseUnits
from shouwen.features.leases.use_cases.swap import ReadSwaps, SwapLine, read_swaps
from shouwen.features.stock.types import ARRIVED, Direction, Parcel, SwapState
from shouwen.kernel.fen import format_fen
from shouwen.mount.pages.form_views import FieldView, FormView, PickView
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import FactView, FigureView, PillView, StepView, Tone
from shouwen.mount.web.acts import Tried, form_view
from shouwen.mount.web.desk.life_bits import clause_links
from shouwen.mount.web.desk.life_views import DeskAbatedView, DeskSwapView
from shouwen.mount.web.desk.phone_steps import imei_field, parcel_fields, return_fields
from shouwen.mount.web.page import run, words

_TONES: dict[SwapState, Tone] = {SwapState.DONE: "moss", SwapState.WITHDRAWN: "plain"}
_STEPS = (SwapState.ASKED, SwapState.SENT, SwapState.RECEIVED, SwapState.DONE)
_STEP_ZH = {
    SwapState.ASKED: "登记换机",
    SwapState.SENT: "寄出新手机",
    SwapState.RECEIVED: "租客收到新手机",
    SwapState.DONE: "收到旧手机",
}
_OVER = frozenset({SwapState.DONE, SwapState.WITHDRAWN})
_ABATED: dict[str, tuple[str, Tone]] = {
    "taken": ("已减", "moss"),
    "possible": ("可以减", "amber"),
    "running": ("进行中", "plain"),
}


async def swap_views(
    request: Request, file: LeaseFile, units: LeaseUnits, parcels: tuple[Parcel, ...], tried: Tried | None
) -> tuple[tuple[DeskSwapView, ...], tuple[FormView, ...]]:
    """The newest first, and the form that asks for one while none is under way."""
    t, ref = words(request), file.lease.ref
    found = (await run(request, read_swaps, ReadSwaps(ref))).swaps
    shown = tuple(_swap(one, file, units, parcels, t, tried) for one in reversed(found))
    if file.lease.state is not LeaseState.RENTING or any(one.state not in _OVER for one in found):
        return shown, ()
    low = file.lease.handed_over_on or file.lease.applied_on
    known = [hit for hit in await run(request, cases.search, cases.Search(ref)) if hit.kind == "case"]
    picks = (PickView("", t("没有对应的会话")), *(PickView(hit.ref, hit.ref, note=hit.title) for hit in known))
    fields = (
        FieldView(
            name="reason", label=t("为什么换"), kind="area", max_length=500, placeholder=t("检查的结果，坏在哪里")
        ),
        FieldView(
            name="without_phone_from", label=t("从哪天起没有可用的手机"), kind="date", value=file.on.isoformat(),
            low=low.isoformat(), high=file.on.isoformat(), hint=t("一般填报修那天；按这天折算减租（ABATE-1）"),
        ),
        FieldView(name="case_ref", label=t("在哪个会话里报的"), kind="select", picks=picks, required=False),
    )  # fmt: skip
    return shown, (
        form_view("ask_swap", f"/desk/leases/{ref}/swaps", t("登记换机"), t("登记换机"), fields, tried=tried),
    )


def _swap(
    swap: SwapLine, file: LeaseFile, units: LeaseUnits, parcels: tuple[Parcel, ...], t: Words, tried: Tried | None
) -> DeskSwapView:
    facts = [FactView(t("原因"), swap.reason), FactView(t("没有可用手机"), t("{day} 起", day=swap.without_phone_from))]
    if swap.handed_over_on is not None:
        facts.append(FactView(t("收到新手机"), swap.handed_over_on.isoformat()))
    if swap.back_by is not None:
        late = swap.state is SwapState.RECEIVED and swap.back_by < file.on
        facts.append(FactView(t("旧手机寄回"), t("{day} 前", day=swap.back_by), tone="red" if late else "plain"))
    note, acts = _next(swap, file, units, parcels, t, tried)
    return DeskSwapView(
        ref=swap.ref,
        state=PillView(t(swap.state_zh), _TONES.get(swap.state, "amber")),
        steps=() if swap.state is SwapState.WITHDRAWN else _steps(swap.state, t),
        facts=tuple(facts),
        note=note,
        acts=acts,
    )


def _steps(state: SwapState, t: Words) -> tuple[StepView, ...]:
    at = _STEPS.index(state)
    return tuple(
        StepView(t(_STEP_ZH[one]), "done" if no <= at else "current" if no == at + 1 else "todo")
        for no, one in enumerate(_STEPS)
    )


def _next(
    swap: SwapLine, file: LeaseFile, units: LeaseUnits, parcels: tuple[Parcel, ...], t: Words, tried: Tried | None
) -> tuple[str, tuple[FormView, ...]]:
    """What the desk does next about a swap, or what it waits for."""
    here = f"/desk/leases/{file.lease.ref}/swaps/{swap.ref}"
    give_up = form_view(
        "withdraw_swap", f"{here}/withdrawal", t("撤回换机"), t("撤回"),
        (FieldView(name="why", label=t("原因"), max_length=200),), tried=tried,
    )  # fmt: skip
    if swap.state is SwapState.ASKED:
        if not units.fitting:
            return t("库存里没有型号一致的手机；到货后再寄出，或撤回换机"), (give_up,)
        send = form_view(
            "send_swap", f"{here}/shipment", t("寄出新手机"), t("登记寄出"),
            (imei_field(units, t), *parcel_fields(file.on, t)), tried=tried, folded=False, main=True,
        )  # fmt: skip
        return "", (send, give_up)
    if swap.state is SwapState.SENT:
        newest = next((one for one in reversed(parcels) if one.direction is Direction.SWAP_OUT), None)
        if newest is not None and newest.state in ARRIVED and not newest.contested:
            finish = form_view(
                "finish_swap", f"{here}/handover", t("确认租客收到新手机"), t("按送达日确认"), tried=tried,
                folded=False, main=True, lead=t("从送达那天起订单换成新手机，旧手机要在约定天数内寄回"),
            )  # fmt: skip
            return "", (finish,)
        return t("等快递送达，或由租客本人确认收到；包裹退回、停滞或丢失后可以撤回"), (give_up,)
    if swap.state is not SwapState.RECEIVED:
        return "", ()
    receive = form_view(
        "receive_swapped", f"{here}/receipt", t("收到换下的旧手机"), t("收到了，换机完成"), tried=tried, folded=False,
        main=True,
    )  # fmt: skip
    send_back = form_view(
        "return_swapped", f"{here}/return", t("替租客登记寄回旧手机"), t("登记寄回"), return_fields(file.on, t),
        tried=tried,
    )  # fmt: skip
    on_the_way = any(one.direction is Direction.SWAP_BACK for one in parcels)
    return "", (receive,) if on_the_way else (receive, send_back)


async def abated_views(
    request: Request, file: LeaseFile, tried: Tried | None
) -> tuple[tuple[DeskAbatedView, ...], tuple[FormView, ...]]:
    """Rent of days without a working phone: taken off, possible, running; and the form for other days."""
    t, ref = words(request), file.lease.ref
    found = await run(request, read_abatements, ReadAbatements(ref))
    first = next((one.swap_ref for one in found if one.kind == "possible"), "")
    names = ["abate_rent" if one.swap_ref == first else f"abate-{one.swap_ref}" for one in found]
    shown = tuple(_abated(one, ref, t, tried, name) for one, name in zip(found, names, strict=True))
    if file.lease.handed_over_on is None:
        return shown, ()
    low, high = file.lease.handed_over_on.isoformat(), file.on.isoformat()
    fields = (
        FieldView(name="from_on", label=t("从哪天"), kind="date", low=low, high=high),
        FieldView(name="to_on", label=t("到哪天（含）"), kind="date", low=low, high=high),
    )
    lead = t("按合同的日租金算，下一步先看金额和算式。")
    title, here = t("其他没有手机可用的日子"), f"/desk/leases/{ref}/abatement-days"
    form = form_view("abate_days", here, title, t("看减多少"), fields, tried=tried, lead=lead)
    return shown, (form,)


def _abated(one: AbatedRent, ref: str, t: Words, tried: Tried | None, name: str) -> DeskAbatedView:
    """`name` is that of the act for the first one; of another a refusal stands above the page."""
    word, tone = _ABATED[one.kind]
    act = None
    if one.kind == "possible":
        fields = (FieldView(name="why", label=t("原因"), value=one.why, max_length=500),)
        title = t("减去 {amount}", amount=format_fen(one.amount_fen))
        here = f"/desk/leases/{ref}/abatements/{one.swap_ref}"
        act = form_view(name, here, title, title, fields, tried=tried, main=True, folded=False)
    return DeskAbatedView(
        days=_days(one.from_on, one.to_on, t),
        state=PillView(t(word), tone),
        figure=FigureView(one.amount_fen, one.working, clause_links(ref, one.clauses), ("ABATE-1",)),
        text=_text(one, t),
        act=act,
    )


def _days(from_on: date, to_on: date, t: Words) -> str:
    return t("{a} 到 {b}，{n} 天", a=from_on, b=to_on, n=(to_on - from_on).days + 1)


def _text(one: AbatedRent, t: Words) -> str:
    if one.kind == "running":
        return t("新手机还没有收到，这是到今天为止的")
    if one.kind == "possible":
        return one.why
    parts = [t("从账单减 {amount}", amount=format_fen(one.waived_fen))] if one.waived_fen else []
    parts += [t("转为余额 {amount}", amount=format_fen(one.credited_fen))] if one.credited_fen else []
    return t("，").join((one.why, *parts))
