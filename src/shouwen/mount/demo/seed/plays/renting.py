"""While renting: a swap, abated rent, and every way a lease ends or goes on."""

from datetime import datetime, timedelta

from shouwen.features.cases.types import CaseType
from shouwen.features.cases.use_cases import OpenCase, open_case
from shouwen.features.endings.use_cases import (
    AcceptBuyout,
    AcceptEarlyReturn,
    AcceptRenewal,
    AnswerDevice,
    QuoteEarlyReturn,
    QuoteLoss,
    QuoteRenewal,
    RecordPolice,
    ReportLost,
    SettleLoss,
    accept_buyout,
    accept_early_return,
    accept_renewal,
    answer_device,
    quote_early_return,
    quote_loss,
    quote_renewal,
    record_police,
    report_lost,
    settle_loss,
)
from shouwen.features.leases.use_cases.abating import AbateRent, abate_rent
from shouwen.features.leases.use_cases.reading import QuoteBuyout, quote_buyout
from shouwen.features.leases.use_cases.swap import AskSwap, FinishSwap, SendSwap, ask_swap, finish_swap, send_swap
from shouwen.features.stock.types import TrackingCode as Code
from shouwen.kernel.days import beijing_on
from shouwen.mount.demo.seed.agenda import Step
from shouwen.mount.demo.seed.phones import COURIER
from shouwen.mount.demo.seed.plays.stage import Stage
from shouwen.mount.demo.seed.warehouse import free_imei

SWAP_WAYBILL = "SF199000300001"
RENEWED_PERIODS = 3


def add_renting(stage: Stage) -> None:
    """Every story of a phone in use, where the company tells it."""
    if not stage.has("swap"):
        return
    _swap(stage)
    _abate(stage)
    _buyouts(stage)
    _early_return(stage)
    _renewal(stage)
    _losses(stage)
    stage.add(1, 9, 20, lambda at: stage.tend(at, "deposit_late"))
    stage.add(1, 9, 24, lambda at: stage.answer(
        at, "deposit_late", "您好，我是周敏。押金退晚了，抱歉。未付部分以外的已经解冻，我来和您核对剩下的。",
    ))  # fmt: skip


def _swap(stage: Stage) -> None:
    key = "swap"

    async def tell(at: datetime) -> None:
        said = f"{stage.on(8)} 起 iPhone 15 Pro Max 通话时听筒没有声音，没有摔过，也没有进水，请维修或换一台。"
        command = OpenCase(type=CaseType.FAULT, lease_ref=stage.refs[key], text=said, as_is=True)
        opened = await stage.history.run(at, open_case, stage.renter(key), command)
        stage.refs["swap:case"] = opened.case_ref

    async def ask(at: datetime) -> None:
        reason, case_ref = "听筒无声，远程检查后仍未恢复", stage.refs["swap:case"]
        command = AskSwap(stage.refs[key], reason, stage.on(7), case_ref)
        moved = await stage.history.run(at, ask_swap, stage.staff("zhoumin"), command)
        stage.refs["swap:ref"] = moved.swap_ref

    async def send(at: datetime) -> None:
        command = SendSwap(stage.refs["swap:ref"], free_imei(0), COURIER, SWAP_WAYBILL)
        moved = await stage.history.run(at, send_swap, stage.staff("zhoumin"), command)
        stage.refs["swap:shipment"] = moved.shipment_ref

    async def come(at: datetime) -> None:
        lines = ((Code.OUT_FOR_DELIVERY, "滨江营业部", "正在派送"), (Code.SIGNED, "滨江营业部", "已签收"))
        await stage.track(at, stage.refs["swap:shipment"], SWAP_WAYBILL, lines)

    async def finish(at: datetime) -> None:
        await stage.history.run(at, finish_swap, stage.renter(key), FinishSwap(stage.refs["swap:ref"]))

    stage.add(7, 10, 30, tell)
    stage.add(7, 10, 31, lambda at: stage.answer(
        at, key, "您好，我是周敏，这件事由我负责到底。先请您试一步：设置里关闭“电话降噪”，再打一个电话听听。",
    ))  # fmt: skip
    stage.add(7, 11, 0, ask)
    stage.add(7, 11, 2, lambda at: stage.answer(
        at, key, "检查下来是听筒的故障，不是您使用造成的。给您换一台同型号的，明天寄出；没有手机可用的日子不计租金。",
    ))  # fmt: skip
    stage.add(6, 15, 0, send)
    stage.add(4, 10, 40, come)
    stage.add(4, 19, 10, finish)


def _abate(stage: Stage) -> None:
    async def abate(at: datetime) -> None:
        command = AbateRent(stage.refs["abated"], "送修期间没有可用的手机", from_on=stage.on(8), to_on=stage.on(5))
        await stage.history.run(at, abate_rent, stage.staff("lintao"), command)

    stage.add(4, 16, 0, abate)


def _buyouts(stage: Stage) -> None:
    stage.add(1, 15, 0, lambda at: buy_out(stage, at, "buying"))
    stage.add(6, 11, 0, lambda at: buy_out(stage, at, "bought"))
    stage.add(6, 11, 20, lambda at: pay_buyout(stage, at, "bought"))
    stage.add(5, 10, 0, lambda at: unlock(stage, at, "bought"))


async def buy_out(stage: Stage, at: datetime, key: str) -> None:
    """The renter agrees to today's price, and pays otherwise."""
    renter, ref = stage.renter(key), stage.refs[key]
    quote = await stage.history.run(at, quote_buyout, renter, QuoteBuyout(ref))
    command = AcceptBuyout(ref, quote.amount_fen, quote.valid_until, deduct=False)
    agreed = await stage.history.run(at, accept_buyout, renter, command)
    stage.owed_fen[key] = agreed.to_pay_fen


async def pay_buyout(stage: Stage, at: datetime, key: str) -> None:
    """The whole price comes in: the phone is the renter's, its letter is written, the lock is asked to open."""
    if stage.owed_fen[key]:
        await stage.pay(at, key, stage.owed_fen[key], f"YH-{stage.refs[key][3:]}-BUY")
        await stage.tend(at, key)


async def unlock(stage: Stage, at: datetime, key: str) -> None:
    """The maker has opened the lock."""
    command = AnswerDevice(stage.refs[key], "unlock", "done", "厂商已解除设备锁")
    await stage.history.run(at, answer_device, stage.staff("zhoumin"), command)


def _early_return(stage: Stage) -> None:
    key = "early_return"

    async def agree(at: datetime) -> None:
        renter, ref, back_on = stage.renter(key), stage.refs[key], stage.today + timedelta(days=6)
        quote = await stage.history.run(at, quote_early_return, renter, QuoteEarlyReturn(ref, back_on))
        command = AcceptEarlyReturn(ref, back_on, quote.amount_fen, quote.valid_until)
        await stage.history.run(at, accept_early_return, renter, command)

    stage.add(1, 16, 0, agree)


def _renewal(stage: Stage) -> None:
    key = "renewed"

    async def renew(at: datetime) -> None:
        renter, ref = stage.renter(key), stage.refs[key]
        quote = await stage.history.run(at, quote_renewal, renter, QuoteRenewal(ref, RENEWED_PERIODS))
        command = AcceptRenewal(ref, RENEWED_PERIODS, quote.amount_fen, quote.valid_until, quote.contract_version)
        await stage.history.run(at, accept_renewal, renter, command)

    stage.add(1, 12, 0, renew)


def _losses(stage: Stage) -> None:
    def report(key: str, place: str) -> Step:
        async def step(at: datetime) -> None:
            lost_on = beijing_on(at)
            await stage.history.run(at, report_lost, stage.renter(key), ReportLost(stage.refs[key], lost_on, place))

        return step

    async def police(at: datetime) -> None:
        command = RecordPolice(stage.refs["loss_settled"], "杭公（滨）受案字第 0231 号")
        await stage.history.run(at, record_police, stage.renter("loss_settled"), command)

    async def settle(at: datetime) -> None:
        by, ref = stage.staff("lintao"), stage.refs["loss_settled"]
        quote = await stage.history.run(at, quote_loss, by, QuoteLoss(ref))
        await stage.history.run(at, settle_loss, by, SettleLoss(ref, quote.amount_fen, quote.valid_until))

    said = "您好，我是周敏。报失已经登记，锁定手机的申请已发出，扣款先停下；请联系运营商停用 SIM 卡。"
    stage.add(1, 21, 30, report("lost", "地铁 1 号线"))
    stage.add(1, 21, 31, lambda at: stage.answer(at, "lost", said))
    stage.add(12, 20, 10, report("loss_settled", "西湖景区"))
    stage.add(12, 20, 11, lambda at: stage.answer(at, "loss_settled", said))
    stage.add(9, 14, 0, police)
    stage.add(3, 10, 30, settle)
