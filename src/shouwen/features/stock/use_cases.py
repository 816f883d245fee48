"""The stock itself: phones taken in, looked up, and moved by the warehouse."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from shouwen.features.stock.public import open_swap, unit_does, unit_of
from shouwen.features.stock.rules.unit import WAREHOUSE_ACTS
from shouwen.features.stock.store import units
from shouwen.features.stock.types import UNIT_ACT_ZH, UNIT_STATE_ZH, DeviceUnit, UnitAct, UnitState
from shouwen.kernel.errors import Absent, BadInput
from shouwen.kernel.imei import is_imei
from shouwen.platform.clock import random_ref
from shouwen.platform.db import Conn
from shouwen.platform.door import Ctx
from shouwen.platform.events import Done, Event
from shouwen.platform.fields import MAX_ID, Fen, Name, Ref
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case

_PAGE = 50
_Word = Annotated[str, Meta(max_length=80, pattern=r"^[^\n\r\t]*\Z")]
_IMEI = Annotated[str, Meta(pattern=r"^[0-9]{15}\Z")]


class UnitToRegister(Struct, frozen=True, forbid_unknown_fields=True):
    """One phone as its box says; storage and colour as orders name them."""

    imei: _IMEI
    model: Name
    storage: _Word = ""
    colour: _Word = ""
    condition_grade: _Word = ""
    serial_no: _Word = ""
    bought_fen: Fen | None = None


class RegisterUnits(Struct, frozen=True, forbid_unknown_fields=True):
    """Up to 500 phones of one delivery."""

    units: Annotated[tuple[UnitToRegister, ...], Meta(min_length=1, max_length=500)]


class UnitsRegistered(Struct, frozen=True):
    """How many are new in stock, and the numbers that were there before (nothing of those is changed)."""

    registered: int
    known: tuple[str, ...]


@use_case(RegisterUnits, UnitsRegistered, permission=Permission.STOCK, method="POST", path="/units")
async def register_units(ctx: Ctx, command: RegisterUnits) -> Done[UnitsRegistered]:
    """手机登记入库，逐台核对 IMEI 校验位
    Take phones into stock; the check digit of every IMEI is verified."""
    imeis = [unit.imei for unit in command.units]
    wrong = [f"第 {no} 台（{imei}）" for no, imei in enumerate(imeis, start=1) if not is_imei(imei)]
    if wrong:
        raise BadInput(
            "units", f"IMEI 校验位不对：{'、'.join(wrong[:20])}", f"{len(wrong)} numbers fail the IMEI check digit",
            remedy_zh="请在手机上拨 *#06# 核对后重新登记", remedy_en="dial *#06# on the phone and compare",
        )  # fmt: skip
    if len(set(imeis)) != len(imeis):
        raise BadInput("units", "同一个 IMEI 写了两次", "a number is given twice")
    new = [
        units.NewUnit(
            ref=random_ref("SB"),
            imei=unit.imei,
            serial_no=unit.serial_no,
            model=unit.model,
            storage=unit.storage,
            colour=unit.colour,
            condition_grade=unit.condition_grade,
            bought_fen=unit.bought_fen,
        )
        for unit in command.units
    ]
    registered = await units.insert_units(ctx.conn, new, ctx.now)
    known = tuple(imei for imei in imeis if imei not in registered)
    event = Event(
        kind="stock.registered",
        text=f"登记入库 {len(registered)} 台手机" + (f"，{len(known)} 台此前已在册" if known else ""),
        subject="stock",
        data={"registered": len(registered), "known": len(known)},
        topics=("desk",),
    )
    return Done(UnitsRegistered(len(registered), known), event)


class ListUnits(Struct, frozen=True, forbid_unknown_fields=True):
    """Newest first, of one state or with these last digits; `after` is the `next_after` of the page before."""

    state: UnitState | None = None
    q: Annotated[str, Meta(max_length=15, pattern=r"^[0-9]*\Z")] = ""
    after: Annotated[int, Meta(ge=1, le=MAX_ID)] | None = None


class UnitLine(Struct, frozen=True):
    """One phone of the stock. `held_for` names what keeps it as it is (QUAR-1)."""

    ref: str
    imei: str
    serial_no: str
    model: str
    storage: str
    colour: str
    condition_grade: str
    state: UnitState
    state_zh: str
    since: datetime
    held_for: str


class UnitPage(Struct, frozen=True):
    """Newest first; `next_after` None at the end."""

    rows: tuple[UnitLine, ...]
    next_after: int | None


@use_case(ListUnits, UnitPage, permission=Permission.STOCK, method="GET", path="/units")
async def list_units(ctx: Ctx, command: ListUnits) -> UnitPage:
    """库存手机：按状态，或按 IMEI 末四位以上查
    The phones of the stock, by state or by the last four or more digits of the IMEI."""
    if command.q and len(command.q) < 4:
        raise BadInput("q", "请至少输入末四位数字", "give at least the last four digits")
    query, more = units.UNITS_ALL, tuple[object, ...]()
    if command.q:
        query, more = units.UNITS_BY_TAIL, (command.q,)
    elif command.state is not None:
        query, more = units.UNITS_IN_STATE, (command.state,)
    rows = await units.list_units(ctx.conn, query, command.after or MAX_ID, _PAGE + 1, *more)
    page = rows[:_PAGE]
    return UnitPage(tuple(_line(unit) for unit in page), page[-1].id if len(rows) > _PAGE else None)


def _line(unit: DeviceUnit) -> UnitLine:
    return UnitLine(
        ref=unit.ref,
        imei=unit.imei,
        serial_no=unit.serial_no,
        model=unit.model,
        storage=unit.storage,
        colour=unit.colour,
        condition_grade=unit.condition_grade,
        state=unit.state,
        state_zh=UNIT_STATE_ZH[unit.state],
        since=unit.since,
        held_for=unit.held_for,
    )


async def _comes_with_lease(conn: Conn, unit: DeviceUnit) -> bool:
    """Whether an act on the lease, or on its swap, takes this phone in."""
    if unit.lease_id is None:
        return False
    current, swap = await unit_of(conn, unit.lease_id), await open_swap(conn, unit.lease_id)
    return (current is not None and current.id == unit.id) or (swap is not None and swap.old_unit_id == unit.id)


class MoveUnit(Struct, frozen=True, forbid_unknown_fields=True):
    """What the warehouse does with a phone: `restock`, `to_repair`, `retire`, or `receive` one that came back."""

    unit_ref: Ref
    act: UnitAct
    why: Annotated[str, Meta(max_length=200)] = ""


class UnitMoved(Struct, frozen=True):
    """Where the phone is now."""

    unit_ref: str
    state: UnitState


@use_case(MoveUnit, UnitMoved, permission=Permission.STOCK, method="POST", path="/units/{unit_ref}/moves")
async def move_unit(ctx: Ctx, command: MoveUnit) -> Done[UnitMoved]:
    """仓库处理一台手机：收回、重新入库、送修或退役；争议中的手机保持原状（QUAR-1）
    What the warehouse does with a phone; one in a contested claim stays as it is (QUAR-1)."""
    if command.act not in WAREHOUSE_ACTS:
        raise BadInput("act", "这一步随订单办理", "this act comes with an act on the lease")
    unit = await units.unit_by_ref(ctx.conn, command.unit_ref)
    if unit is None:
        raise Absent("手机", "phone")
    if command.act is UnitAct.RECEIVE and await _comes_with_lease(ctx.conn, unit):
        raise BadInput(
            "act", "这台手机还在订单里，请在订单上办理收回", "this phone belongs to a lease: receive it there"
        )
    keeps = unit.lease_id if command.act is UnitAct.RECEIVE else None
    state = await unit_does(ctx.conn, unit, command.act, ctx.now, keeps)
    event = Event(
        kind=f"unit.{command.act}",
        text=f"{unit.model}（IMEI 尾号 {unit.imei[-4:]}）{UNIT_ACT_ZH[command.act]}，现在“{UNIT_STATE_ZH[state]}”",
        subject=f"unit:{unit.ref}",
        lease_id=unit.lease_id,
        data={"from": unit.state, "to": state, **({"why": command.why} if command.why else {})},
        topics=("desk",),
    )
    return Done(UnitMoved(unit.ref, state), event)
