"""GET /desk/payments: orders at the payment provider that a person should look at, and what can be done with each."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shouwen.features.leases.use_cases import payments
from shouwen.features.payments.types import FAULT_ZH, KIND_ZH, OrderKind, OrderState, OrderView
from shouwen.mount.pages.form_views import FieldView, FormView, PickView
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import LinkView, PillView
from shouwen.mount.web.acts import Tried, act, form_view, said
from shouwen.mount.web.desk.rail import desk_html
from shouwen.mount.web.desk.work_shell import work_tabs
from shouwen.mount.web.desk.work_views import TroubleRowView, TroublesView
from shouwen.mount.web.page import page, run, words

_HERE = "/desk/payments"


def routes() -> list[Route]:
    """The list and its two acts."""
    retry = act(payments.retry_order, payments.RetryOrder, troubles, _HERE, "已用新的单号重新办理")
    settle = act(payments.settle_order, payments.SettleOrder, troubles, _HERE, "已核对")
    return [
        page("GET", _HERE, listed),
        page("POST", _HERE + "/{order_ref}/retry", retry),
        page("POST", _HERE + "/{order_ref}/settlement", settle),
    ]


async def listed(request: Request) -> Response:
    """Newest first."""
    return await troubles(request, None)


async def troubles(request: Request, tried: Tried | None) -> Response:
    """The list, with a refused act at its order."""
    t = words(request)
    found = await run(request, payments.list_payment_trouble, payments.ListPaymentTrouble())
    view = TroublesView(
        title=t("付款异常"),
        tabs=work_tabs(request, "payments"),
        said=said(request, t),
        rows=tuple(_row(order, found.lease_refs, tried, request, t) for order in found.orders),
    )
    return await desk_html(request, view, tried.status if tried else 200)


def _row(
    order: OrderView, lease_refs: dict[str, str], tried: Tried | None, request: Request, t: Words
) -> TroubleRowView:
    mine = tried if tried is not None and request.path_params.get("order_ref") == order.order_ref else None
    lease_ref = lease_refs.get(order.order_ref, "")
    return TroubleRowView(
        ref=order.order_ref,
        title=t(KIND_ZH[order.kind]),
        amount_fen=order.amount_fen,
        planned_at=order.planned_at,
        state=_state(order, t),
        why=_why(order, t),
        lease=LinkView(lease_ref, f"/desk/leases/{lease_ref}/money") if lease_ref else None,
        forms=_forms(order, mine, t),
    )


def _state(order: OrderView, t: Words) -> PillView:
    if order.state is OrderState.DISPUTED:
        return PillView(t("金额不符"), "red")
    if order.state is OrderState.OPEN:
        return PillView(t("还没有结论"), "amber")
    return PillView(t("没有办成"), "red")


def _why(order: OrderView, t: Words) -> str:
    if order.state is OrderState.DISPUTED:
        return t("支付渠道的金额与我们要办的不一致；核对后再决定是否入账")
    if order.state is OrderState.OPEN:
        return t("超过一天没有结果，系统每隔一段时间会再问支付渠道；不会重复扣款")
    said_zh = t(FAULT_ZH.get(order.fault, "支付渠道没有说明原因"))
    return f"{said_zh}（{order.code}）" if order.code else said_zh


def _forms(order: OrderView, tried: Tried | None, t: Words) -> tuple[FormView, ...]:
    base = f"{_HERE}/{order.order_ref}"
    forms = []
    if order.state is OrderState.NOT_DONE and order.kind in (OrderKind.CAPTURE, OrderKind.RELEASE):
        lead = t("用新的单号再办一次，原来的单号不再使用。")
        forms.append(form_view("retry_order", f"{base}/retry", t("重新办理"), t("重新办理"), tried=tried, lead=lead))
    if order.state is OrderState.DISPUTED:
        fields = (
            FieldView(
                name="books", label=t("核对结果"), kind="select",
                picks=(
                    PickView("true", t("渠道确实收到款，按实收入账")), PickView("false", t("不用入账"), False),
                ),
            ),
            FieldView(name="why", label=t("依据")),
        )  # fmt: skip
        forms.append(form_view("settle_order", f"{base}/settlement", t("核对"), t("提交"), fields, tried=tried))
    return tuple(forms)
