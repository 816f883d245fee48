"""Words of the stock: phones, parcels and their states. Amounts are whole fen, days are Beijing days."""

from datetime import date, datetime
from enum import StrEnum

from msgspec import Struct


class UnitState(StrEnum):
    """Where a phone of ours is. That it must stay as it is (QUAR-1) is said by its hold, beside the state."""

    IN_STOCK = "in_stock"
    RESERVED = "reserved"
    RENTED = "rented"
    RETURNING = "returning"
    INSPECTING = "inspecting"
    REPAIR = "repair"
    LOST = "lost"
    SOLD = "sold"
    RETIRED = "retired"


class UnitAct(StrEnum):
    """What moves a phone from state to state."""

    RESERVE = "reserve"
    RELEASE = "release"
    RENT = "rent"
    SEND_BACK = "send_back"
    RECEIVE = "receive"
    RESTOCK = "restock"
    TO_REPAIR = "to_repair"
    RETIRE = "retire"
    LOSE = "lose"
    FIND = "find"
    SELL = "sell"


UNIT_STATE_ZH = {
    UnitState.IN_STOCK: "在库",
    UnitState.RESERVED: "已配给订单",
    UnitState.RENTED: "租用中",
    UnitState.RETURNING: "归还途中",
    UnitState.INSPECTING: "待检测",
    UnitState.REPAIR: "维修中",
    UnitState.LOST: "遗失",
    UnitState.SOLD: "已买断",
    UnitState.RETIRED: "已退役",
}

UNIT_ACT_ZH = {
    UnitAct.RESERVE: "配给订单",
    UnitAct.RELEASE: "放回库存",
    UnitAct.RENT: "交付租客",
    UnitAct.SEND_BACK: "寄回",
    UnitAct.RECEIVE: "收回",
    UnitAct.RESTOCK: "重新入库",
    UnitAct.TO_REPAIR: "送修",
    UnitAct.RETIRE: "退役",
    UnitAct.LOSE: "登记遗失",
    UnitAct.FIND: "登记找回",
    UnitAct.SELL: "转给租客",
}


class DeviceUnit(Struct, frozen=True):
    """One phone of the stock. `held_for` names what keeps it as it is (QUAR-1), empty where nothing does."""

    id: int
    ref: str
    imei: str
    serial_no: str
    model: str
    storage: str
    colour: str
    condition_grade: str
    state: UnitState
    lease_id: int | None
    bought_fen: int | None
    since: datetime
    held_for: str


class Direction(StrEnum):
    """Which way a parcel goes: to the renter or back, as the lease's phone or as one of a swap."""

    OUT = "out"
    BACK = "back"
    SWAP_OUT = "swap_out"
    SWAP_BACK = "swap_back"


TO_RENTER = frozenset({Direction.OUT, Direction.SWAP_OUT})


class ShipmentState(StrEnum):
    """Where a parcel is, as its courier says."""

    BOOKED = "booked"
    PICKED_UP = "picked_up"
    MOVING = "moving"
    OUT_FOR_DELIVERY = "out_for_delivery"
    DELIVERED = "delivered"  # left at the door, a locker or a pick-up point; nobody signed yet
    SIGNED = "signed"
    REFUSED = "refused"
    STUCK = "stuck"
    LOST = "lost"


ENDED = frozenset({ShipmentState.SIGNED, ShipmentState.REFUSED, ShipmentState.LOST})
ARRIVED = frozenset({ShipmentState.DELIVERED, ShipmentState.SIGNED})


class TrackingCode(StrEnum):
    """What one line of a courier means; `other` moves nothing."""

    PICKED_UP = "picked_up"
    IN_TRANSIT = "in_transit"
    OUT_FOR_DELIVERY = "out_for_delivery"
    LEFT_AT_POINT = "left_at_point"
    SIGNED = "signed"
    REFUSED = "refused"
    PROBLEM = "problem"
    LOST = "lost"
    OTHER = "other"


class TrackingEvent(Struct, frozen=True):
    """One line of a courier; `event_id` is the courier's own and the same however often it is sent."""

    event_id: str
    at: datetime
    code: TrackingCode
    place: str = ""
    said: str = ""


class ShipmentRow(Struct, frozen=True):
    """A parcel as stored."""

    id: int
    ref: str
    lease_id: int
    renter_id: int
    direction: Direction
    courier: str
    waybill: str
    unit_id: int | None
    state: ShipmentState
    promised_on: date | None
    booked_at: datetime
    last_event_at: datetime | None
    delivered_on: date | None
    disputed_at: datetime | None
    outcome: str

    @property
    def is_contested(self) -> bool:
        """The renter says that nothing came, and that is not cleared up."""
        return self.disputed_at is not None and not self.outcome


class ParcelWords(Struct, frozen=True):
    """A parcel's state in words for the renter: what is so, and what comes next or can be done."""

    title: str
    title_en: str
    said: str
    said_en: str
    next_step: str = ""
    next_step_en: str = ""


class Parcel(Struct, frozen=True):
    """A parcel with its words and the courier's lines, oldest first. `may_dispute`: the renter may say nothing came.

    `contested`: they have said so and it is not cleared up; `outcome` is `came` or `not_came` once it is.
    """

    ref: str
    direction: Direction
    courier: str
    courier_name: str
    waybill: str
    state: ShipmentState
    promised_on: date | None
    booked_at: datetime
    last_event_at: datetime | None
    delivered_on: date | None
    disputed_at: datetime | None
    may_dispute: bool
    words: ParcelWords
    events: tuple[TrackingEvent, ...]
    contested: bool = False
    outcome: str = ""


class CourierFirm(Struct, frozen=True):
    """A courier we send with."""

    code: str
    name: str
    service_phone: str


class CourierPolicy(Struct, frozen=True):
    """One version of policies/courier.toml."""

    id: str
    effective_from: date
    source: str
    ask_every_minutes: int
    ask_at_most: int
    quiet_days: int
    confirm_after_hours: int
    swap_back_days: int
    couriers: tuple[CourierFirm, ...]
    effective_to: date | None = None


class SwapState(StrEnum):
    """A swap: asked for, new phone sent, new phone with the renter, old phone back; or given up before sending."""

    ASKED = "asked"
    SENT = "sent"
    RECEIVED = "received"
    DONE = "done"
    WITHDRAWN = "withdrawn"


class SwapRow(Struct, frozen=True):
    """A swap as stored."""

    id: int
    ref: str
    lease_id: int
    renter_id: int
    case_id: int | None
    reason: str
    state: SwapState
    old_unit_id: int | None
    new_unit_id: int | None
    asked_at: datetime
    without_phone_from: date
    handed_over_on: date | None
    back_by: date | None
