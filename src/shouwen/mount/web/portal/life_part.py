"""What the life of a contract and its parcels add to the renter's page of a lease."""

from datetime import date

from starlette.requests import Request

from shouwen.features.leases.types import LeaseAct, LeaseFile, LeaseListRow, LeaseState, NextAct
from shouwen.features.leases.use_cases.amending import AmendmentRecord, ListAmendments, list_amendments
from shouwen.features.leases.use_cases.order import Order, ReadOrder, read_order
from shouwen.features.leases.use_cases.parcels import ReadShipments, read_shipments
from shouwen.features.leases.use_cases.swap import ReadSwaps, SwapLine, read_swaps
from shouwen.features.stock.types import ARRIVED, TO_RENTER, SwapState
from shouwen.kernel.days import end_of
from shouwen.kernel.fen import format_fen
from shouwen.mount.pages.form_views import FormView
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.lease_views import LeasePart
from shouwen.mount.pages.views import ClockView, FactView, LinkView, NeedView
from shouwen.mount.web.acts import form_view
from shouwen.mount.web.page import language, run

_BEFORE_SIGNING = (LeaseState.APPLIED, LeaseState.APPROVED, LeaseState.REFUSED)
_BEFORE_SHIPPING = (LeaseState.SIGNED, LeaseState.PREPARING)
_SWAPPING = (SwapState.ASKED, SwapState.SENT, SwapState.RECEIVED)
_GOING_BACK = (LeaseState.RETURNING, LeaseState.INSPECTING, LeaseState.SETTLING)


async def before_part(request: Request, file: LeaseFile, t: Words) -> LeasePart:
    """Until the renter has the phone: the answer, the signature, the promise to ship, the parcel. Nothing comes before
    it: who has no phone yet is not asked for rent first.
    """
    state = file.lease.state
    if state in _BEFORE_SIGNING:
        return _applied(file, await run(request, read_order, ReadOrder(file.lease.ref)), t)
    if state in _BEFORE_SHIPPING:
        order = await run(request, read_order, ReadOrder(file.lease.ref))
        return _signed(file, order, await run(request, list_amendments, ListAmendments(file.lease.ref)), t)
    if state is LeaseState.SHIPPED:
        return await _shipped(request, file, t)
    return LeasePart()


async def life_part(request: Request, file: LeaseFile, t: Words) -> LeasePart:
    """Once the renter has the phone: a swap that runs, the way back."""
    state = file.lease.state
    if state is LeaseState.RENTING:
        return _renting(file, (await run(request, read_swaps, ReadSwaps(file.lease.ref))).swaps, t)
    if state is LeaseState.TERMINATED:
        return _renting(file, (), t)
    if state in _GOING_BACK:
        return _going_back(file, t)
    return LeasePart()


def home_need(lease: LeaseListRow, t: Words) -> NeedView | None:
    """What of a lease's beginning waits for its renter on their first page."""
    if lease.state is not LeaseState.APPROVED:
        return None
    text = t("{model} 的申请已通过。先看合同全文和每一期的金额，再决定签不签。", model=lease.model)
    return NeedView(t("等您签署合同"), text, f"/my/leases/{lease.ref}/draft", t("看合同，再签署"))


def next_act(file: LeaseFile, act: LeaseAct) -> NextAct | None:
    """An act of this lease if it is possible in its state; what stands in its way is said by it."""
    return next((one for one in file.next_acts if one.act is act), None)


def can(file: LeaseFile, act: LeaseAct) -> bool:
    """Whether an act of this lease is possible now, and nothing stands in its way."""
    found = next_act(file, act)
    return found is not None and not found.blocked_zh


def _applied(file: LeaseFile, order: Order, t: Words) -> LeasePart:
    ref, state = file.lease.ref, file.lease.state
    facts = _address(order, t)
    if state is LeaseState.APPLIED:
        text = t(
            "{day} 提交。通过或不通过都会告诉您原因；审核期间可以改地址或取消，不收钱。",
            day=order.applied_on.isoformat(),
        )
        need = NeedView(t("申请正在审核"), text, f"/my/leases/{ref}/changes", t("改地址或取消"))
        return LeasePart(need=need, facts=facts)
    if state is LeaseState.APPROVED:
        why = t("结果：{why}。", why=order.why.rstrip("。")) if order.why else ""
        text = why + t("先看合同全文和每一期的金额，再决定签不签；不签不收钱。")
        need = NeedView(t("申请已通过，等您签署合同"), text, f"/my/leases/{ref}/draft", t("看合同，再签署"))
        return LeasePart(need=need, facts=facts, links=(LinkView(t("改地址或取消申请"), f"/my/leases/{ref}/changes"),))
    why = t("原因：{why}。", why=order.why.rstrip("。")) if order.why else t("原因没有写在订单里，可以请人说明。")
    text = why + t("您可以请人重新审核，可以附上新的材料，1 个工作日内书面答复（CRE-2）。")
    need = NeedView(t("申请没有通过"), text, "#review", t("请人复核"))
    return LeasePart(need=need, acts=(_review(ref, t),))


def _review(ref: str, t: Words) -> FormView:
    return form_view(
        "review", f"/my/human?lease={ref}&about=credit_review", t("请人复核这次申请"), t("请人复核"), (),
        lead=t("一位专员会看您的全部材料，不只看系统的结果；谁看的、为什么，都会写明。"), folded=False,
    )  # fmt: skip


def _address(order: Order, t: Words) -> tuple[FactView, ...]:
    if not order.address_masked:
        return ()
    left = t("还能改 {n} 次", n=order.address_changes_left)
    return (FactView(t("收货地址"), order.address_masked, left),)


def _signed(file: LeaseFile, order: Order, changes: list[AmendmentRecord], t: Words) -> LeasePart:
    """Signed and not shipped: a change that waits comes first, then the promised day."""
    ref = file.lease.ref
    waiting = next((one for one in changes if one.state == "proposed"), None)
    links: tuple[LinkView, ...] = (
        LinkView(t("变更订单或取消"), f"/my/leases/{ref}/changes"),
        LinkView(t("发货和包裹"), f"/my/leases/{ref}/parcels"),
    )
    if waiting is not None:
        need = NeedView(
            t("有一项变更等您确认"), t("今天内有效，不确认则合同照旧。确认前不会发货。"),
            f"/my/leases/{ref}/changes/{waiting.ref}", t("看新旧对照"),
            ClockView(t("有效"), end_of(waiting.valid_until), amber_below_s=4 * 3600),
        )  # fmt: skip
        return LeasePart(need=need, facts=_address(order, t), links=links)
    if order.to_freeze_fen:
        links = (LinkView(t("去冻结押金"), f"/my/leases/{ref}/hold"), *links)
    first = deposit_need(file, order, t) or shipping_need(file, t)
    return LeasePart(need=first, facts=_address(order, t), links=links)


def deposit_need(file: LeaseFile, order: Order, t: Words) -> NeedView | None:
    """The deposit that is to be frozen before anything ships: what waits for it, also once the promised day is past."""
    if not order.to_freeze_fen:
        return None
    ship = next_act(file, LeaseAct.SHIP) or next_act(file, LeaseAct.PREPARE)
    amount = format_fen(order.to_freeze_fen)
    text = t("合同约定的押金 {amount} 还没有冻结。冻结不是付款，钱还在您的账户里；冻结成功后发货。", amount=amount)
    if ship is not None and ship.until_on is not None and ship.until_on < file.on:
        day = ship.until_on.isoformat()
        text = t("原定 {day} 前发货：押金 {amount} 还没有冻结，冻结成功后才能发货。", day=day, amount=amount)
        text += t("冻结不是付款；不想等了可以取消，已付的全部退还。")
    return NeedView(t("等您冻结押金"), text, f"/my/leases/{file.lease.ref}/hold", t("去冻结押金"))


def shipping_need(file: LeaseFile, t: Words) -> NeedView | None:
    """The promise to ship, kept so far or not: what the renter may do either way."""
    ref = file.lease.ref
    ship = next_act(file, LeaseAct.SHIP) or next_act(file, LeaseAct.PREPARE)
    if ship is None or ship.until_on is None:
        return None
    href, clause = f"/my/leases/{ref}/parcels", t("（合同 {no} 条）", no=ship.clause) if ship.clause else ""
    if ship.until_on < file.on:
        text = t(
            "约定 {day} 前发货{clause}，还没有发出，是我们晚了。加急事项由系统自动立案；您也可以取消，已付的全部退还。",
            day=ship.until_on.isoformat(), clause=clause,
        )  # fmt: skip
        return NeedView(t("发货晚了"), text, href, t("看怎么处理"), ClockView(t("已过约定"), None, "red"))
    text = t(
        "约定 {day} 前发货{clause}。发货前都可以改地址、方案或取消。", day=ship.until_on.isoformat(), clause=clause
    )
    return NeedView(t("正在备货"), text, href, t("看发货进度"))


async def _shipped(request: Request, file: LeaseFile, t: Words) -> LeasePart:
    """Where the newest parcel is; once it came, the renter says whether they have it."""
    ref = file.lease.ref
    found = (await run(request, read_shipments, ReadShipments(ref))).parcels
    parcel = next((one for one in reversed(found) if one.direction in TO_RENTER), None)
    if parcel is None:
        return LeasePart()
    english = language(request) == "en"
    words = parcel.words
    title, said = (words.title_en, words.said_en) if english else (words.title, words.said)
    arrived = parcel.state in ARRIVED and parcel.disputed_at is None
    action = t("确认收货，或说没有收到") if arrived else t("看包裹到哪了")
    need = NeedView(title, said, f"/my/leases/{ref}/parcels#{parcel.ref}", action)
    return LeasePart(need=need, links=(LinkView(t("发货和包裹"), f"/my/leases/{ref}/parcels"),))


def _renting(file: LeaseFile, swaps: tuple[SwapLine, ...], t: Words) -> LeasePart:
    """In use: a swap that runs, the way back. Only a swap stands in the way of sending a phone back."""
    ref = file.lease.ref
    back = next_act(file, LeaseAct.SEND_BACK)
    links = [LinkView(t("包裹和换机记录"), f"/my/leases/{ref}/parcels")]
    if any(one.state in _SWAPPING for one in swaps):
        links.insert(0, LinkView(t("看换机进度"), f"/my/leases/{ref}/swap"))
    if back is None:
        return LeasePart(links=tuple(links))
    if back.blocked_zh:
        need = NeedView(
            t("换机办理中"), t("新手机到哪了、旧手机什么时候寄回、这几天的租金怎么算，都在这里。"),
            f"/my/leases/{ref}/swap", t("看换机进度"),
        )  # fmt: skip
        return LeasePart(need=need, links=tuple(links))
    links.insert(0, LinkView(t("归还这台手机"), f"/my/leases/{ref}/return"))
    old = next((one for one in swaps if one.state is SwapState.RECEIVED), None)
    if old is not None and old.back_by is not None:
        text = t("{day} 前（含当天）寄出就可以；已经寄出的，不用再做什么。", day=old.back_by.isoformat())
        left = ClockView(t("还剩"), end_of(old.back_by), amber_below_s=2 * 86400)
        need = NeedView(t("请寄回换下的旧手机"), text, f"/my/leases/{ref}/swap", t("按清单寄回旧手机"), left)
        return LeasePart(need=need, links=tuple(links))
    if file.lease.state is LeaseState.TERMINATED:
        text = t("合同已经解除，手机请寄回。寄出前按清单备份、退出账号、拍照，对您最有保护。")
        need = NeedView(t("请寄回手机"), text, f"/my/leases/{ref}/return", t("按清单寄回"))
        return LeasePart(need=need, links=tuple(links))
    return LeasePart(links=tuple(links))


def _going_back(file: LeaseFile, t: Words) -> LeasePart:
    """On its way home, or there: what happens by which day."""
    ref, state = file.lease.ref, file.lease.state
    link = LinkView(t("归还进度"), f"/my/leases/{ref}/return")
    if state is LeaseState.RETURNING:
        sent = file.lease.return_sent_on
        on = t("{day} 登记寄回。", day=sent.isoformat()) if sent else ""
        need = NeedView(
            t("手机在寄回途中"), on + t("寄出前的照片和视频最能说明当时的样子，现在还可以补充。"), link.href,
            t("看归还进度"),
        )  # fmt: skip
        return LeasePart(need=need, links=(link,))
    if state is LeaseState.INSPECTING:
        inspect = next_act(file, LeaseAct.INSPECT)
        until: date | None = None if inspect is None else inspect.until_on
        if until is None:
            return LeasePart(links=(link,))
        text = t(
            "我们已收到手机，{day} 前（含当天）检测完；过了这天就不再收定损费用（INSP-1）。", day=until.isoformat()
        )
        by = FactView(t("检测期限"), t("{day} 前（含当天）检测完", day=until.isoformat()), t("合同约定，INSP-1"))
        need = NeedView(t("等待检测"), text, link.href, t("看归还进度"))
        return LeasePart(need=need, facts=(by,), links=(link,))
    return LeasePart(links=(link,))
