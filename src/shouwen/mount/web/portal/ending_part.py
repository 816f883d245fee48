"""What the end of a lease adds to its page: an agreement that waits, a lost phone, the deposit's clock."""

from starlette.requests import Request

from shouwen.features.endings import use_cases as endings
from shouwen.features.endings.types import AcceptanceKind
from shouwen.features.endings.use_cases import AgreementLine
from shouwen.features.leases.types import LeaseAct, LeaseFile, LeaseState
from shouwen.kernel.days import end_of
from shouwen.kernel.fen import format_fen
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.lease_views import LeasePart
from shouwen.mount.pages.views import ClockView, LinkView, NeedView
from shouwen.mount.web.page import run
from shouwen.mount.web.portal.deposit import NO_DAY, deposit_clock, waits_text
from shouwen.mount.web.portal.ending_bits import DAY_S, agreements_of, is_open, pay_clock

_ENDED_WITH_A_HOLD = {LeaseState.INSPECTING, LeaseState.SETTLING, LeaseState.CLOSED, LeaseState.RETURNING}
_SOON_DAYS = 30


async def ending_part(request: Request, file: LeaseFile, t: Words) -> LeasePart:
    """Decided from the file first; a lease on its way to the renter is asked nothing."""
    state = file.lease.state
    if file.contract is None:
        return LeasePart()
    if state is LeaseState.RENTING:
        return await _renting(request, file, t)
    if state is LeaseState.LOST:
        return _lost(file, t)
    if state is LeaseState.BOUGHT_OUT:
        href = f"/my/leases/{file.lease.ref}/buyout"
        return LeasePart(links=(LinkView(t("所有权转移证明和设备解锁"), href),))
    if any(act.act is LeaseAct.FIND for act in file.next_acts):
        return LeasePart(links=(LinkView(t("报失和遗失结算"), f"/my/leases/{file.lease.ref}/lost"),))
    if state in _ENDED_WITH_A_HOLD and file.hold is not None:
        return await _deposit(request, file, t)
    if any(act.act is LeaseAct.REPORT_LOST for act in file.next_acts):
        return LeasePart(links=(LinkView(t("手机丢了"), f"/my/leases/{file.lease.ref}/lost"),))
    return LeasePart()


async def _renting(request: Request, file: LeaseFile, t: Words) -> LeasePart:
    ref = file.lease.ref
    links = (
        LinkView(t("到期怎么办：归还、买断、续租"), f"/my/leases/{ref}/ending"),
        LinkView(t("提前归还"), f"/my/leases/{ref}/early-return"),
        LinkView(t("手机丢了"), f"/my/leases/{ref}/lost"),
    )
    agreed = await agreements_of(request)
    line = next((one for one in agreed.agreements if is_open(one)), None)
    need = _agreed(line, ref, t) if line else await _ends_soon(request, file, t)
    return LeasePart(need=need, links=links)


def _agreed(line: AgreementLine, ref: str, t: Words) -> NeedView | None:
    day = f"{line.pay_by:%m-%d}"
    if line.kind is AcceptanceKind.BUYOUT:
        text = t("还要付 {amount}，{day} 前（含当天）付清，手机就归您。", amount=format_fen(line.open_fen), day=day)
        return NeedView(t("买断待付款"), text, f"/my/leases/{ref}/buyout", t("去付款"), pay_clock(line, t))
    if line.kind is AcceptanceKind.EARLY_RETURN:
        text = t("约定 {day} 前（含当天）寄回。先按清单准备好，再登记寄出。", day=day)
        href = f"/my/leases/{ref}/early-return"
        return NeedView(t("等您寄回手机"), text, href, t("看准备清单"), pay_clock(line, t))
    return None


async def _ends_soon(request: Request, file: LeaseFile, t: Words) -> NeedView | None:
    """A term that ends within a month or has ended, where nothing overdue is more pressing."""
    last = file.instalments[-1] if file.instalments else None
    overdue = any(one.state == "overdue" for one in file.instalments)
    if last is None or overdue or (last.due_on - file.on).days > _SOON_DAYS:
        return None
    found = await run(request, endings.read_endings, endings.ReadEndings(file.lease.ref))
    if found.days_left > _SOON_DAYS:
        return None
    day = f"{found.ends_on:%m-%d}"
    text = t("租期到 {day}。归还、买断、续租各要付多少，先看一眼，不用现在定。", day=day)
    if found.days_left < 0:
        text = t("租期已在 {day} 到期，手机还在您这里。寄回、买断都可以，有困难请转人工。", day=day)
    clock = ClockView(t("剩"), end_of(found.ends_on), amber_below_s=7 * DAY_S)
    return NeedView(t("租期快到了"), text, f"/my/leases/{file.lease.ref}/ending", t("看看怎么选"), clock)


def _lost(file: LeaseFile, t: Words) -> LeasePart:
    href = f"/my/leases/{file.lease.ref}/lost"
    text = t("锁定、暂停扣款、报警回执和结算都在这里；手机找到了也在这里登记。")
    return LeasePart(need=NeedView(t("手机已报失"), text, href, t("看报失进展")))


async def _deposit(request: Request, file: LeaseFile, t: Words) -> LeasePart:
    """The clock of the deposit, once the phone is back."""
    ref = file.lease.ref
    href = f"/my/leases/{ref}/deposit"
    links = (LinkView(t("押金什么时候解冻"), href),)
    if file.hold is None or not file.hold.open_fen or file.lease.returned_on is None:
        return LeasePart(links=links)
    found = await run(request, endings.read_release, endings.ReadRelease(ref))
    if found.due_on is None or found.stands in NO_DAY:
        return LeasePart(
            links=links
        )  # an open claim says itself what it waits for, and no day that it would contradict
    amount = format_fen(found.open_fen)
    day = f"{found.due_on:%m-%d}"
    title = t("押金解冻晚了") if found.late else t("押金 {day} 前解冻", day=day)
    text = t("{amount} 仍冻结。{why}", amount=amount, why=waits_text(found, t))
    need = NeedView(title, text, href, t("看解冻进度"), deposit_clock(found, t))
    return LeasePart(need=need, links=links)
