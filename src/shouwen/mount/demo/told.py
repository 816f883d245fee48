"""Story leases: one renter and one lease for each thing a page must show, beside the two hundred; pure.

What happens on them is played through the door by `seed.plays`; here is how they stood before.
"""

from datetime import date, timedelta

from msgspec import Struct
from msgspec.structs import replace

from shouwen.features.leases.types import LeaseState
from shouwen.kernel.days import add_months
from shouwen.mount.demo.catalogue import MODELS, RENTERS
from shouwen.mount.demo.leases import RENT_SHARE, schedule_of
from shouwen.mount.demo.names import id_number, imei_of
from shouwen.mount.demo.structs import Company, DepositState, Lease, Model, Renter, Terms, Told

S = LeaseState
FIRST_NUMBER = 801  # of the references
NAMES = (
    "温书言", "祁念安", "柏舟行", "沈予白", "骆一帆", "简宁", "顾长青", "容与之", "纪云舒", "萧然", "穆晓棠", "傅一诺",
    "池映雪", "喻文清", "桑榆", "凌霄", "江心月", "乔木森", "安知夏", "裴清越", "盛夏", "霍启明", "姜海若", "宁远征",
    "易水寒", "秦知微", "阮星河", "卓然", "苗青禾", "颜如山",
)  # fmt: skip


class _Before(Struct, frozen=True):
    """How a lease stood before its play: its last rent was due `days` ago, or up to three more where a month is short;
    `months` are over, and the last `open` rents that are due are unpaid.
    """

    key: str
    zh: str
    months: int
    days: int = 1
    open: int = 0
    model: int = 0
    back: bool = False


# These apply at the door: their leases are made there.
AT_THE_DOOR = (
    ("applied", "申请已提交，等待审核"),
    ("approved", "申请已通过，合同草稿待签署"),
    ("amending", "已签约，客服提出的 12 期改 3 期等租客确认"),
    ("amended", "已签约两版合同（12 期改 6 期），备货中"),
    ("late_shipping", "备货中，已超过承诺发货日（加急事项）"),
    ("shipped", "已发货，运输途中，有物流轨迹"),
    ("not_received", "显示签收但租客没有收到，核实中"),
    ("parcel_lost", "包裹丢失"),
)
PLACED = (
    _Before("swap", "换机中：新手机已收到，旧手机待寄回", 2, 16),
    _Before("abated", "维修期间没有手机用，已按天减租", 3, 9, model=2),
    _Before("deducted", "代扣：一次成功，一次余额不足（有原因码）", 3, 2, open=2, model=3),
    _Before("overdue", "逾期两期：违约金、提醒记录、新下单受限", 4, 21, open=2),
    _Before("relieved", "首次短期逾期已免违约金，有说明函", 2, 8, open=1, model=4),
    _Before("demanded", "逾期三期，已发书面催告（可在事项里答复）", 5, 12, open=3, model=2),
    _Before("buying", "已接受买断报价，等待付款", 5, 4),
    _Before("bought", "已买断：所有权转移函、解除设备锁", 8, 9, model=1),
    _Before("early_return", "已约定提前归还，按准备清单寄回", 5, 7, model=2),
    _Before("renewed", "已续租 3 期，合同第 2 版", 11, 2, model=1),
    _Before("lost", "昨天报失：扣款暂停、申请锁定手机", 4, 6, model=3),
    _Before("loss_settled", "遗失已按合同结算，有结算函", 7, 20),
    _Before("ending", "租期还有 5 天到期", 12, -6),
    _Before("deposit_late", "已归还，押金超过约定日期未解冻（加急事项）", 12, 4, open=1, model=2, back=True),
    _Before("terminated", "催告期满，合同已解除，手机待归还", 6, 10, open=4, model=3),
    _Before("disputed_payment", "代扣金额与账单不符，待人工核对", 3, 2, open=1, model=5),
    _Before("credited", "多付了钱，有余额", 3, 12, open=1, model=5),
    _Before("refunded", "多付的余额已退款", 3, 11, open=1, model=5),
    _Before("waived", "违约金减免后又撤销", 3, 15, open=1),
    _Before("written_off", "欠款核销后收回一部分", 6, 18, open=2, model=4),
    _Before("unanswered", "扣款发出一天多没有回音，待人工核对", 3, 2, open=1, model=6),
)


def renter_of(key: str) -> str:
    """The reference of a story's renter."""
    keys = [told for told, _ in AT_THE_DOOR] + [before.key for before in PLACED]
    return f"ZK-{RENTERS + 1 + keys.index(key):06d}"


def told_by_renter() -> dict[str, str]:
    """What each story shows, by the reference of its renter, in the order of a lease's life."""
    words = [zh for _, zh in AT_THE_DOOR] + [before.zh for before in PLACED]
    return {f"ZK-{RENTERS + nth:06d}": zh for nth, zh in enumerate(words, start=1)}


def with_stories(company: Company) -> Company:
    """The same company, its story renters and their leases at the end."""
    today, first = company.today, len(company.renters) + 1
    renters = _renters(company, first)
    told = [Told(key, first + index, zh) for index, (key, zh) in enumerate(AT_THE_DOOR)]
    leases = []
    for index, before in enumerate(PLACED, start=len(AT_THE_DOOR)):
        lease = _lease(before, index, first + index, today)
        leases.append(lease)
        told.append(Told(before.key, first + index, before.zh, lease.ref))
    return replace(
        company,
        renters=(*company.renters, *renters[: len(told)]),
        leases=(*company.leases, *leases),
        told=tuple(told),
    )


def _renters(company: Company, first: int) -> list[Renter]:
    taken = {each.phone for each in company.renters}
    phones = (phone for n in range(10_000) if (phone := f"1990000{n:04d}") not in taken)
    return [
        Renter(
            key=first + index,
            name=name,
            phone=next(phones),
            id_number=id_number(date(1990, 1, 1) + timedelta(days=97 * index), 800 + index),
            zhima_score=640 + index,
            address="杭州市滨江区江陵路 88 号 2 幢 1203 室",
            joined_on=company.today - timedelta(days=500),
        )
        for index, name in enumerate(NAMES)
    ]


def _lease(before: _Before, index: int, renter: int, today: date) -> Lease:
    model = MODELS[before.model]
    begun = add_months(today - timedelta(days=before.days), -before.months)
    terms = _terms(model, begun)
    colour, look = model.colours[0]
    signed_on = begun - timedelta(days=3)
    number = FIRST_NUMBER + index
    lease = Lease(
        ref=f"ZL-{signed_on:%Y%m%d}-{number:04d}",
        renter=renter,
        state=S.RENTING,
        sku=model.sku,
        model=model.name,
        storage=model.storages[0],
        colour=colour,
        look=look,
        condition_grade="95 新",
        imei=imei_of(model.type_code, 60_000 + index * 41),
        terms=terms,
        instalments=schedule_of(terms),
        applied_on=signed_on - timedelta(days=1),
        deposit_state=DepositState.HELD,
        signed_on=signed_on,
        ship_by_on=signed_on + timedelta(days=2),
        shipped_on=begun - timedelta(days=2),
        handed_over_on=begun,
        waybill_out=f"SF1990000{number:05d}",
    )
    return _paid(_back(lease, number, today) if before.back else lease, before.open, today)


def _terms(model: Model, begun: date) -> Terms:
    rent_fen = model.signed_value_fen * RENT_SHARE[12] // 100
    residual_fen = model.signed_value_fen - rent_fen
    return Terms("buyout-12", 12, rent_fen, model.signed_value_fen, residual_fen, model.deposit_fen, begun)


def _back(lease: Lease, number: int, today: date) -> Lease:
    """Sent back at the end of its term, received and inspected in time."""
    return replace(
        lease,
        state=S.SETTLING,
        returned_on=today - timedelta(days=7),
        received_on=today - timedelta(days=5),
        waybill_back=f"SF1990001{number:05d}",
    )


def _paid(lease: Lease, open_count: int, today: date) -> Lease:
    """Everything due is paid on its day, but the last `open_count` rents."""
    due = [each.no for each in lease.instalments if each.due_on < today]
    settled = len(due) - open_count
    return replace(
        lease,
        instalments=tuple(
            replace(each, paid_fen=each.rent_fen, paid_on=each.due_on) if each.no <= settled else each
            for each in lease.instalments
        ),
    )
