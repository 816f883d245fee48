"""/my/leases/{ref}/payments: every payment, refund and act on the deposit; how one stands, where its money went."""

from typing import Literal

from starlette.requests import Request
from starlette.responses import Response

from shouwen.features.leases.types import LeaseFile
from shouwen.features.leases.use_cases import payments as acts
from shouwen.features.leases.use_cases import reading as leases
from shouwen.features.money.statement import BillStatement
from shouwen.features.payments.types import (
    FAULT_ZH,
    KIND_ZH,
    LeasePayments,
    OrderKind,
    OrderState,
    OrderView,
    RefundRow,
)
from shouwen.kernel.days import beijing_at
from shouwen.kernel.errors import Absent
from shouwen.kernel.fen import format_fen
from shouwen.mount.pages.form_views import FormView
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import FactView, LinkView, PillView
from shouwen.mount.web.acts import form_view, said
from shouwen.mount.web.page import html, run, words
from shouwen.mount.web.portal.around import around
from shouwen.mount.web.portal.money_bits import bill_name
from shouwen.mount.web.portal.money_views import PayPartView
from shouwen.mount.web.portal.payment_views import PaymentRowView, PortalOrderView, PortalPaymentsView
from shouwen.platform import clock
from shouwen.platform.decode import decode

# What helps after a payment that did not go through, by whose side it was; it blames nobody.
_NEXT = {
    "balance": "给付款账户存入余额后再付，或先付一部分。",
    "limit": "可以分几笔付，或在支付应用里调整限额后再付。",
    "account": "请在支付应用里查看账户状态，恢复后再付。",
    "agreement": "代扣协议已失效，请联系我们重新签署，或改用银行转账。",
    "hold": "冻结的押金不够这一笔，差额可以另付。",
    "risk": "支付渠道这次没有放行，过一会儿再试；多次不行请转人工。",
    "platform": "不是您的原因，可以再付一次。如果因此逾期，可以申请撤销，违约金一并退回。",
    "ours": "不是您的原因，可以再付一次。如果因此逾期，可以申请撤销，违约金一并退回。",
}
_NOT_THEIRS = ("platform", "ours")
_TONES: dict[OrderState, Literal["wait", "good", "bad"]] = {
    OrderState.OPEN: "wait",
    OrderState.DONE: "good",
    OrderState.NOT_DONE: "bad",
    OrderState.DISPUTED: "wait",
}


async def lease_file(request: Request) -> LeaseFile:
    """The path's lease; absent for a stranger."""
    path = {"lease_ref": request.path_params["lease_ref"]}
    return await run(request, leases.read_lease, decode(leases.ReadLease, path, (), b""))


async def payments_of(request: Request, lease_ref: str) -> LeasePayments:
    """Everything with the provider about a lease."""
    return await run(request, acts.read_payments, acts.ReadPayments(lease_ref))


async def statement_of(request: Request, lease_ref: str) -> BillStatement:
    """The whole statement of a lease."""
    return (await run(request, leases.read_bills, leases.ReadBills(lease_ref))).statement


def order_href(lease_ref: str, order: OrderView) -> str:
    """The page of one payment."""
    return f"/my/leases/{lease_ref}/payments/{order.order_ref}"


def order_pill(order: OrderView, t: Words) -> PillView:
    """How an order stands, in a word."""
    if order.state is OrderState.DONE:
        return PillView(t("已完成"), "moss")
    if order.state is OrderState.NOT_DONE:
        return PillView(t("没有成功"), "red")
    if order.state is OrderState.DISPUTED or order.checking:
        return PillView(t("正在核对"), "amber")
    return PillView(t("已安排"), "plain") if order.planned_at > clock.now() else PillView(t("处理中"), "pine")


async def payments_page(request: Request) -> Response:
    """The newest first; the credit, how it is used and how it comes back."""
    file = await lease_file(request)
    ref = file.lease.ref
    money = await payments_of(request, ref)
    statement = await statement_of(request, ref)
    now = await around(request)
    t = words(request)
    view = PortalPaymentsView(
        human=now.human(t, lease_ref=ref, about="billing_question"),
        lease_ref=ref,
        model=file.lease.model,
        rows=tuple(_row(order, ref, t) for order in money.orders if order.kind is not OrderKind.REFUND),
        refunds=tuple(_refund(row, t) for row in money.refunds),
        credit=_credit(statement, ref, t),
        credit_text=t("多付的钱留作余额，下一笔账单到期时自动抵付；也可以退回原来的付款账户。"),
        credit_form=_credit_form(statement, ref, t),
        links=(LinkView(t("对账单，可下载"), f"/my/leases/{ref}/statement"), LinkView(t("全部账单"), "/my/bills")),
        said=said(request, t),
    )
    return html(request, view, **now.counts())


def _row(order: OrderView, ref: str, t: Words) -> PaymentRowView:
    return PaymentRowView(
        title=t(KIND_ZH[order.kind]), href=order_href(ref, order), at=order.planned_at, amount_fen=order.amount_fen,
        state=order_pill(order, t), note=t(order.said) if order.said else "",
    )  # fmt: skip


def _refund(row: RefundRow, t: Words) -> PaymentRowView:
    if row.done_on is not None:
        state = PillView(t("{day} 已退回", day=f"{row.done_on:%m-%d}"), "moss")
    elif row.failed_at is not None:
        state = PillView(t("没有成功，金额已回到余额"), "amber")
    else:
        state = PillView(t("退回途中"), "pine")
    way = t("银行转账 {ref}", ref=row.bank_ref) if row.way == "bank" else t("原路退回")
    return PaymentRowView(title=t("退款"), href="", at=row.asked_at, amount_fen=row.amount_fen, state=state, note=way)


def _credit(statement: BillStatement, ref: str, t: Words) -> tuple[FactView, ...]:
    facts = [FactView(t("现在的余额"), format_fen(statement.credit_fen))]
    if statement.credit_fen:
        where = f"/my/leases/{ref}/statement"
        facts.append(
            FactView(t("从哪里来"), t("对账单里逐笔写明"), t("银行转账由我们登记，不在下面的列表里"), href=where)
        )
    if statement.credit_fen and statement.next_due_on is not None:
        facts.append(FactView(t("下次自动抵付"), t("{day} 到期时", day=statement.next_due_on.isoformat())))
    return tuple(facts)


def _credit_form(statement: BillStatement, ref: str, t: Words) -> FormView | None:
    if not statement.credit_fen:
        return None
    return form_view(
        "credit_refund", f"/my/leases/{ref}/credit-refund", t("把余额退给我"), t("申请退回余额"),
        lead=t("提交后客服会核对并原路退回，结果会在这里和消息里看到。"),
    )  # fmt: skip


async def order_page(request: Request) -> Response:
    """One payment: pending, succeeded, failed with the reason and what next, or being looked into."""
    file = await lease_file(request)
    ref = file.lease.ref
    money = await payments_of(request, ref)
    order = next((one for one in money.orders if one.order_ref == request.path_params["order_ref"]), None)
    if order is None:
        raise Absent("付款单", "payment order")
    statement = await statement_of(request, ref)
    now = await around(request)
    t = words(request)
    title, lead, next_text = _said(order, t)
    waits = order.state is OrderState.OPEN
    view = PortalOrderView(
        human=now.human(t, lease_ref=ref, about="billing_question"),
        lease_ref=ref,
        title=title,
        lead=lead,
        next_text=next_text,
        tone=_TONES[order.state],
        waits=waits,
        amount_fen=order.moved_fen if order.state is OrderState.DONE else order.amount_fen,
        state=order_pill(order, t),
        facts=_facts(order, t),
        parts=_parts(order, statement, t),
        action=_action(order, ref, t),
        links=_links(order, ref, t),
    )
    return html(request, view, **now.counts())


def _said(order: OrderView, t: Words) -> tuple[str, str, str]:
    """Title, what it means, what next."""
    kind = t("付款") if order.kind is OrderKind.DEDUCT else t(KIND_ZH[order.kind])
    if order.state is OrderState.DONE:
        if order.kind is OrderKind.DEDUCT:
            return t("付款成功"), t("钱已收到，账单已经按下面的去向结清。"), ""
        return t("{kind}已完成", kind=kind), t("支付渠道已经办好。"), ""
    if order.state is OrderState.DISPUTED:
        return (
            t("正在核对金额"), t("支付渠道说的金额和我们要的不一致，专员正在核对，账上先不记。"),
            t("您不用再付一次；核对清楚后会在消息里告诉您。"),
        )  # fmt: skip
    if order.state is OrderState.NOT_DONE:
        why = t(FAULT_ZH[order.fault]) if order.fault in FAULT_ZH else t("支付渠道没有说明原因")
        then = t(_NEXT[order.fault]) if order.fault in _NEXT else t("可以再试一次，或转人工。")
        return t("{kind}没有成功", kind=kind), t("原因：{why}。没有扣您的钱。", why=why), then
    if order.checking:
        return (
            t("正在核对，不会重复扣款"), t("支付渠道没有及时回话。我们正在向它核对这一笔，通常几分钟内有结果。"),
            t("核对期间请先不要再付；无论结果如何，同一笔只会扣一次。"),
        )  # fmt: skip
    if order.planned_at > clock.now():
        at = beijing_at(order.planned_at)
        return (
            t("已安排扣款"), t("将在 {at} 从您的付款账户扣款。", at=f"{at:%m-%d %H:%M}"),
            t("到时之前付清，这一笔会自动取消。"),
        )  # fmt: skip
    return (
        t("正在处理"),
        t("已提交给支付渠道，通常几秒内有结果。"),
        t("不用停留在这里，结果会记在付款记录里；不会重复扣款。"),
    )


def _facts(order: OrderView, t: Words) -> tuple[FactView, ...]:
    facts = [
        FactView(t("付款单号"), order.order_ref),
        FactView(t("发起时间"), f"{beijing_at(order.planned_at):%Y-%m-%d %H:%M}"),
    ]
    if order.paid_on is not None and order.state is OrderState.DONE:
        facts.append(FactView(t("算作哪天付的"), order.paid_on.isoformat()))
    if order.provider_no:
        facts.append(FactView(t("支付渠道流水"), order.provider_no))
    return tuple(facts)


def _parts(order: OrderView, statement: BillStatement, t: Words) -> tuple[PayPartView, ...]:
    """Where the money went, as it stands now; nothing before it has moved."""
    if order.state is not OrderState.DONE:
        return ()
    key = f"payment:{order.order_ref}"
    found = [
        (line, entry)
        for line in statement.lines
        for entry in line.entries
        if entry.key.partition("/")[0] == key and entry.amount_fen > 0
    ]
    newest = max((_generation(entry.key) for _, entry in found), default=0)
    went = [(line, entry.amount_fen) for line, entry in found if _generation(entry.key) == newest]
    return tuple(
        PayPartView(label=bill_name(line.kind, line.no, t), amount_fen=fen, left_fen=line.outstanding_fen)
        for line, fen in went
    )


def _generation(key: str) -> int:
    """A payment that was moved to other bills is booked anew under its key and a number."""
    return int(key.partition("/")[2] or 1)


def _action(order: OrderView, ref: str, t: Words) -> LinkView | None:
    if order.kind is not OrderKind.DEDUCT or order.state is OrderState.DISPUTED:
        return None
    if order.state is OrderState.NOT_DONE:
        return LinkView(t("再付一次"), f"/my/leases/{ref}/pay")
    return LinkView(t("看账单"), "/my/bills") if order.state is OrderState.DONE else None


def _links(order: OrderView, ref: str, t: Words) -> tuple[LinkView, ...]:
    links = [LinkView(t("付款和余额"), f"/my/leases/{ref}/payments")]
    if order.state is OrderState.NOT_DONE and order.fault in _NOT_THEIRS:
        links.insert(0, LinkView(t("因此逾期了，申请撤销"), f"/my/leases/{ref}/relief"))
    if order.state is OrderState.NOT_DONE and order.fault == "agreement":
        links.insert(0, LinkView(t("代扣协议"), f"/my/leases/{ref}/agreement"))
    return tuple(links)
