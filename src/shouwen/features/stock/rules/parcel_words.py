"""Each state of a parcel in words for the renter: what is so, and what comes next. Never blames anybody."""

from datetime import date

from shouwen.features.stock.types import TO_RENTER, Direction, ParcelWords, ShipmentState

_S = ShipmentState
_OUT: dict[ShipmentState, ParcelWords] = {
    _S.BOOKED: ParcelWords(
        "等待快递揽收",
        "Waiting for the courier",
        "手机已经打包好，快递还没有揽收。",
        "The phone is packed; the courier has not yet collected it.",
        "揽收后这里会显示包裹的位置。",
        "Once it is collected you can follow it here.",
    ),
    _S.PICKED_UP: ParcelWords(
        "快递已揽收",
        "Collected",
        "快递已经取走包裹。",
        "The courier has the parcel.",
        "请留意快递员的电话。",
        "The courier may call you.",
    ),
    _S.MOVING: ParcelWords(
        "运输中",
        "On its way",
        "包裹正在运往您的地址。",
        "The parcel is on its way to your address.",
        "到达您所在的城市后会安排派送。",
        "Delivery is arranged once it reaches your city.",
    ),
    _S.OUT_FOR_DELIVERY: ParcelWords(
        "派送中",
        "Out for delivery",
        "快递员正在派送，通常当天送达。",
        "The courier is delivering it, usually the same day.",
        "收到后请先查看外观并拍照，再确认收货。",
        "Look at the phone and take pictures before you confirm.",
    ),
    _S.DELIVERED: ParcelWords(
        "已放到代收点",
        "Left at a pick-up point",
        "包裹已放在门口、快递柜或代收点，还没有签收。",
        "The parcel is at your door, a locker or a pick-up point.",
        "请按快递的取件通知取件；没有找到，请点“没有收到”。",
        "Collect it as notified; if it is not there, tell us.",
    ),
    _S.SIGNED: ParcelWords(
        "已签收",
        "Signed for",
        "快递显示包裹已经签收。",
        "The courier says the parcel was signed for.",
        "收到了，请确认收货；没有收到，请点“没有收到”，我们向快递核实，核实期间不算您收货。",
        "Confirm the receipt, or tell us that nothing came: until that is cleared up it does not count as received.",
    ),
    _S.REFUSED: ParcelWords(
        "包裹正在退回",
        "Going back",
        "包裹没有交付，正在退回我们的仓库。",
        "The parcel was not handed over and comes back to us.",
        "我们会联系您重新安排；您不想要了，也可以取消订单，已付的钱全部退还。",
        "We will arrange a new delivery with you; you can also cancel, and everything paid is returned.",
    ),
    _S.STUCK: ParcelWords(
        "运输有延误",
        "Delayed",
        "包裹有几天没有新的进展，我们正在向快递查询。",
        "The parcel has not moved for some days; we are asking the courier.",
        "有消息会告诉您；没有手机可用的天数，可以请客服减租（ABATE-1）。",
        "We will tell you; ask us for the rent of days without a phone (ABATE-1).",
    ),
    _S.LOST: ParcelWords(
        "包裹丢失",
        "Lost",
        "快递确认包裹丢失。这由我们承担，您不用付任何费用。",
        "The courier has confirmed that the parcel is lost. You owe nothing for it.",
        "我们会为您另寄一台；您也可以取消订单，已付的钱全部退还。",
        "We send you another phone, or you cancel and everything paid is returned.",
    ),
}
_BACK: dict[ShipmentState, ParcelWords] = {
    _S.BOOKED: ParcelWords(
        "等待快递揽收",
        "Waiting for the courier",
        "您登记了寄回，快递还没有揽收。",
        "You have told us of the return; the courier has not yet collected it.",
        "交给快递前，请给手机各面和 IMEI 页面拍照存证。",
        "Take pictures of every side and of the IMEI page before you hand it over.",
    ),
    _S.PICKED_UP: ParcelWords(
        "快递已揽收",
        "Collected",
        "快递已经取走您寄回的手机。",
        "The courier has the phone you sent back.",
        "请保留寄件凭证。",
        "Please keep the courier's slip.",
    ),
    _S.MOVING: ParcelWords(
        "寄回途中",
        "On its way to us",
        "手机正在寄回我们的仓库。",
        "The phone is on its way to our warehouse.",
        "到仓库后会开箱录像，并在合同约定的天数内检测。",
        "We film the unpacking and inspect it within the contract's days.",
    ),
    _S.OUT_FOR_DELIVERY: ParcelWords(
        "即将到仓",
        "Arriving",
        "包裹正在送往仓库，通常当天到达。",
        "The parcel reaches the warehouse today or tomorrow.",
    ),
    _S.DELIVERED: ParcelWords(
        "已到仓库收货点",
        "At our dock",
        "包裹已经到达仓库的收货点。",
        "The parcel is at our dock.",
        "我们拆包登记后会告诉您。",
        "We will tell you once it is unpacked.",
    ),
    _S.SIGNED: ParcelWords(
        "仓库已签收",
        "Signed for by us",
        "仓库已经签收您寄回的包裹，等待开箱检测。",
        "We have signed for your parcel; it waits to be unpacked.",
        "检测结果会在合同约定的天数内给您；超过天数没有检测，就不再收定损费用（INSP-1）。",
        "You get the result within the contract's days; after them nothing is charged for damage (INSP-1).",
    ),
    _S.REFUSED: ParcelWords(
        "包裹没有送进仓库",
        "Not taken in",
        "快递没能把包裹送进仓库，正在退回给您。我们在核实原因。",
        "The courier could not deliver it to us and brings it back; we are finding out why.",
        "请不要重复寄出，我们会联系您；这段时间不算您迟还。",
        "Please do not send it again; we will contact you. You are not late.",
    ),
    _S.STUCK: ParcelWords(
        "运输有延误",
        "Delayed",
        "包裹有几天没有新的进展，我们正在向快递查询。",
        "The parcel has not moved for some days; we are asking the courier.",
        "归还日期按快递揽收那天算，延误不算您迟还。",
        "The day it was collected counts; the delay does not make you late.",
    ),
    _S.LOST: ParcelWords(
        "包裹丢失",
        "Lost",
        "快递确认包裹丢失。手机交给快递以后的丢失，由我们向快递追偿。",
        "The courier has confirmed that the parcel is lost. We claim it from the courier.",
        "请保留寄件凭证和寄出前的照片；有专人跟进并告诉您结果。",
        "Keep the slip and your pictures; somebody follows this up with you.",
    ),
}
_DISPUTED = ParcelWords(
    "核实签收",
    "Checking the signature",
    "您告诉我们没有收到这个包裹，我们已经向快递核实签收记录。",
    "You told us that it has not come; we are checking the courier's record.",
    "核实期间不算您收货；没有手机可用的天数，可以请客服减租（ABATE-1）。",
    "Until that is cleared up it does not count as received; rent of days without a phone can be taken off (ABATE-1).",
)


def say(
    state: ShipmentState, direction: Direction, *, disputed: bool = False, promised_on: date | None = None
) -> ParcelWords:
    """What the renter is told of a parcel in this state, with the promised day while it has not come."""
    if disputed:
        return _DISPUTED
    words = (_OUT if direction in TO_RENTER else _BACK)[state]
    if promised_on is None or direction not in TO_RENTER or state not in (_S.PICKED_UP, _S.MOVING):
        return words
    return ParcelWords(
        words.title,
        words.title_en,
        f"{words.said}预计 {promised_on.month} 月 {promised_on.day} 日送达。",
        f"{words.said_en} Expected on {promised_on.isoformat()}.",
        words.next_step,
        words.next_step_en,
    )
