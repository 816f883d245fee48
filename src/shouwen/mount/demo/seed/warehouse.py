"""Phones in the warehouse: taken into stock by the inspector, some in repair, one retired."""

from datetime import datetime, timedelta

from shouwen.features.stock.types import UnitAct
from shouwen.features.stock.use_cases import MoveUnit, RegisterUnits, UnitToRegister, move_unit, register_units
from shouwen.mount.demo.catalogue import MODELS
from shouwen.mount.demo.names import imei_of
from shouwen.mount.demo.seed.agenda import Agenda, History
from shouwen.mount.demo.seed.leases import serial_of
from shouwen.mount.demo.seed.plan import clock

KEEPER = "songyi"
ORDER_COLOUR = "原色钛"
ORDER_TYPE_CODE = "00101701"
# What the published templates ask for, as they write it: type code, model, storage, grade, price, colours.
FOR_ORDERS = (
    (ORDER_TYPE_CODE, "iPhone 15 Pro Max", "256 GB", "99 新", 760_000, (ORDER_COLOUR,) * 9 + ("蓝钛", "黑钛", "黑钛")),
    ("00101708", "Xiaomi 15", "256 GB", "95 新", 380_000, ("黑色", "黑色", "白色")),
    ("00101709", "HUAWEI Pura 80 Pro", "512 GB", "全新", 690_000, ("釉青", "釉青", "釉黑")),
)
FREE_FROM = 70_000
REPAIRED = {2: "主板检修", 6: "更换电池"}
RETIRED = {10: "进水，无法修复"}


def order_imei(nth: int, type_code: str = ORDER_TYPE_CODE) -> str:
    """The nth phone for new orders of a model, counted from 0."""
    return imei_of(type_code, 90_000 + nth * 53)


def free_imei(model: int, nth: int = 0) -> str:
    """A phone in stock of a model of the catalogue in its first storage and colour."""
    return imei_of(MODELS[model].type_code, FREE_FROM + nth * 59)


def stock() -> tuple[UnitToRegister, ...]:
    """What the warehouse has: some of each model for swaps, and those of the published templates for new orders."""
    units = [
        UnitToRegister(
            imei=free_imei(index, nth),
            model=model.name,
            storage=model.storages[min(nth // 2, len(model.storages) - 1)],
            colour=model.colours[0][0],
            condition_grade="99 新" if nth % 2 == 0 else "95 新",
            serial_no=serial_of(free_imei(index, nth)),
            bought_fen=model.signed_value_fen * 88 // 100,
        )
        for index, model in enumerate(MODELS)
        for nth in range(3)
    ]
    units += [
        UnitToRegister(
            imei=order_imei(nth, type_code),
            model=model,
            storage=storage,
            colour=colour,
            condition_grade=grade,
            serial_no=serial_of(order_imei(nth, type_code)),
            bought_fen=price_fen,
        )
        for type_code, model, storage, grade, price_fen, colours in FOR_ORDERS
        for nth, colour in enumerate(colours)
    ]
    return tuple(units)


def add_stock(agenda: Agenda, history: History, now: datetime) -> None:
    """One delivery taken into stock; some of it is sent to repair later, one is retired."""
    delivered_on = (now - timedelta(days=36)).date()

    async def register(at: datetime) -> None:
        await history.run(at, register_units, history.people.staff[KEEPER], RegisterUnits(stock()))

    async def move(at: datetime) -> None:
        moves = [(nth, UnitAct.TO_REPAIR, why) for nth, why in REPAIRED.items()]
        moves += [(nth, UnitAct.RETIRE, why) for nth, why in RETIRED.items()]
        units = stock()
        for nth, act, why in moves:
            ref = await history.door.reads.fetchval("SELECT ref FROM device_units WHERE imei = $1", units[nth].imei)
            await history.run(at, move_unit, history.people.staff[KEEPER], MoveUnit(str(ref), act, why))

    agenda.add(clock(delivered_on, 10, 30), register)
    agenda.add(clock(delivered_on + timedelta(days=3), 11), move)
