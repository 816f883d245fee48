"""/my/leases/{ref}/hold: the deposit the contract asks for, frozen by the renter in their own payment app."""

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from shouwen.features.leases.use_cases.order import Order, ReadOrder, read_order
from shouwen.features.leases.use_cases.payments import FreezeOrder, OrderFreeze, order_freeze
from shouwen.kernel.errors import Absent, Refusal
from shouwen.mount.pages.views import ClockView, FactView, FigureView, LinkView
from shouwen.mount.web.page import form, html, problem_view, run, words
from shouwen.mount.web.portal.around import around
from shouwen.mount.web.portal.bits import clause_refs
from shouwen.mount.web.portal.lease_file import absent_to_staff, lease_file
from shouwen.mount.web.portal.life_views import PortalHoldView
from shouwen.platform import clock

_CONFIRM = timedelta(minutes=15)  # the provider closes an order nobody confirmed


async def hold_page(request: Request) -> Response:
    """What is to be frozen, and what freezing means."""
    return await _page(request, None, None)


async def freeze(request: Request) -> Response:
    """The order for the renter's payment app; asked again it is the same one while it may be confirmed."""
    absent_to_staff(request)
    await form(request)
    asked = OrderFreeze((await lease_file(request)).lease.ref)
    try:
        order = await run(request, order_freeze, asked)  # without the form's key: the order is one by itself
    except Absent:
        raise
    except Refusal as refusal:
        return await _page(request, None, refusal)
    return await _page(request, order, None)


async def _page(request: Request, order: FreezeOrder | None, refusal: Refusal | None) -> Response:
    file = await lease_file(request)
    if file.hold is None or file.contract is None:
        raise Absent("押金", "deposit")
    ref = file.lease.ref
    found: Order = await run(request, read_order, ReadOrder(ref))
    now = await around(request)
    t = words(request)
    waits = found.to_freeze_fen > 0
    title = t("在支付应用里确认冻结") if order else t("冻结押金") if waits else t("押金已冻结")
    lead = (
        t("确认后这里会变成“已冻结”，一般几秒钟。15 分钟内没有确认，这张冻结单自动作废，可以再取一张。")
        if order
        else t("冻结不是付款：钱还在您的账户里，只是暂时不能用。")
        if waits
        else t("不用再操作。归还或买断后按合同解冻。")
    )
    view = PortalHoldView(
        human=now.human(t, lease_ref=ref),
        lease_ref=ref,
        model=file.lease.model,
        title=title,
        lead=lead,
        figure=FigureView(
            found.to_freeze_fen or file.hold.open_fen, (), clause_refs(ref, (file.hold.clause,)), ("DEP-1",)
        ),
        facts=(
            FactView(t("什么时候解冻"), t("归还检测后，或买断付清后，按合同的天数")),
            FactView(t("什么时候会扣"), t("只有您认可的、或裁定要付的赔偿和欠款；每一笔都会先告诉您")),
            FactView(t("取消订单"), t("发货前取消，立即全部解冻")),
        ),
        waits=waits,
        order_ref=order.order_ref if order else "",
        app_order=order.app_order if order else "",
        until=ClockView(t("确认还剩"), clock.now() + _CONFIRM, amber_below_s=300) if order else None,
        links=() if waits else (LinkView(t("押金什么时候解冻"), f"/my/leases/{ref}/deposit"),),
        problem=problem_view(request, refusal) if refusal else None,
    )
    return html(request, view, refusal.status if refusal else 200, **now.counts())
