"""Which case a trouble opens, and in which words: what is so, and what is asked; the renter reads both."""

from datetime import date

from shouwen.features.cases.types import CaseType
from shouwen.features.deliveries.types import Trouble, TroubleKind
from shouwen.features.stock.types import TO_RENTER, ShipmentRow, ShipmentState, SwapRow

_KIND = {
    ShipmentState.LOST: TroubleKind.LOST,
    ShipmentState.REFUSED: TroubleKind.REFUSED,
    ShipmentState.STUCK: TroubleKind.STUCK,
}
_OUT: dict[TroubleKind, tuple[str, str]] = {
    TroubleKind.STUCK: ("寄出的包裹运输有延误，几天没有新的进展。", "向快递查询，并告知结果。"),
    TroubleKind.LOST: ("寄出的包裹在途中丢失。", "另寄一台，或取消订单并全额退还，两样都可以选。"),
    TroubleKind.REFUSED: ("寄出的包裹没有交付，正在退回。", "重新安排寄送，或取消订单。"),
    TroubleKind.NOT_RECEIVED: ("快递显示包裹已签收，实际还没有收到。", "向快递核实签收记录，并告知结果。"),
}
_BACK: dict[TroubleKind, tuple[str, str]] = {
    TroubleKind.STUCK: ("寄回的包裹运输有延误，几天没有新的进展。", "向快递查询；归还日期按揽收那天算。"),
    TroubleKind.LOST: ("寄回的包裹在途中丢失。", "由平台向快递索赔；交给快递以后的丢失，不由租客承担。"),
    TroubleKind.REFUSED: ("寄回的包裹没有送进仓库，正在退回。", "核实原因，重新安排寄回；这段时间不算迟还。"),
}


def late_shipment(lease_id: int, ship_by: date) -> Trouble:
    """The phone has not left by the promised day."""
    return Trouble(
        TroubleKind.SHIPPED_LATE,
        f"late:{lease_id}:{ship_by}",
        lease_id,
        CaseType.SHIPPING_LATE,
        f"约定 {ship_by} 前发货，现在还没有发出。",
        "告知发货时间；也可以取消订单，已付的钱全部退还。",
    )


def parcel_trouble(parcel: ShipmentRow) -> Trouble:
    """A parcel that is stuck (or silent), lost, refused, or signed for and not received."""
    kind = TroubleKind.NOT_RECEIVED if parcel.is_contested else _KIND.get(parcel.state, TroubleKind.STUCK)
    outward = parcel.direction in TO_RENTER
    situation, request = (_OUT if outward else _BACK)[kind]
    return Trouble(
        kind,
        f"parcel:{parcel.ref}:{kind}",
        parcel.lease_id,
        CaseType.SHIPPING_LATE if outward else CaseType.RETURN_TRACKING,
        f"{situation}（{parcel.courier.upper()} {parcel.waybill}）",
        request,
    )


def claimed_twice(parcel: ShipmentRow) -> Trouble:
    """A waybill that two renters name for what they send back: until a person knows, no line counts for either."""
    return Trouble(
        TroubleKind.CLAIMED_TWICE,
        f"parcel:{parcel.ref}:{TroubleKind.CLAIMED_TWICE}",
        parcel.lease_id,
        CaseType.RETURN_TRACKING,
        f"寄回登记的运单号和另一笔登记重复，可能是填写有误。（{parcel.courier.upper()} {parcel.waybill}）",
        "请核对运单号，或补一张寄件回执；寄回已登记，核实之前物流轨迹不作为依据。",
    )


def old_phone_out(swap: SwapRow) -> Trouble:
    """A swap whose old phone has not come back by its day: a person asks, nothing is charged by itself."""
    return Trouble(
        TroubleKind.OLD_PHONE_OUT,
        f"swap:{swap.ref}",
        swap.lease_id,
        CaseType.RETURN_TRACKING,
        f"换下的旧手机约定 {swap.back_by} 前寄回，还没有收到。",
        "商量寄回的安排；不因此自动收费。",
    )
