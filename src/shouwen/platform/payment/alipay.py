"""The provider's calls, in its own words, over whatever carries them."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol
from urllib.parse import urlencode

from msgspec import Struct

from shouwen.platform.payment import notices, reading
from shouwen.platform.payment.port import (
    Answer,
    Capture,
    Deduction,
    Fault,
    Freeze,
    Notice,
    Outcome,
    Refund,
    Release,
)
from shouwen.platform.payment.wire import Account, Body, request_form, yuan

FREEZE_MINUTES = 15
_SUBJECT_CHARS, _REASON_CHARS, _REMARK_CHARS = 128, 128, 50


class Silence(Struct, frozen=True):
    """No answer that could be believed. `reached` false only where the provider cannot have seen the call."""

    reached: bool
    code: str  # connect, timeout, http_502, signature, body, too_large, line
    said: str = ""


class Gateway(Protocol):
    """Carries one call and brings back the verified content of its answer."""

    async def call(self, method: str, biz: Body) -> Body | Silence:
        """Never raises for what the network or the provider does."""


class Alipay:
    """The payment port (see `port.Payments`) in Alipay's words: agreement payment and fund authorisation."""

    def __init__(self, account: Account, gateway: Gateway, now: Callable[[], datetime]) -> None:
        self._account, self._gateway, self._now = account, gateway, now

    async def deduct(self, order: Deduction) -> Answer:
        """alipay.trade.pay under an agreement."""
        biz = {
            "out_trade_no": order.out_trade_no,
            "total_amount": yuan(order.amount_fen),
            "subject": order.subject[:_SUBJECT_CHARS],
            "product_code": self._account.product_code,
            "agreement_params": {"agreement_no": order.agreement_no},
        }
        return await self._ask("alipay.trade.pay", biz, ("out_trade_no",), reading.read_pay)

    async def capture(self, order: Capture) -> Answer:
        """alipay.trade.pay out of a hold."""
        biz = {
            "out_trade_no": order.out_trade_no,
            "total_amount": yuan(order.amount_fen),
            "subject": order.subject[:_SUBJECT_CHARS],
            "product_code": "PRE_AUTH_ONLINE",
            "auth_no": order.auth_no,
            "auth_confirm_mode": "COMPLETE" if order.complete else "NOT_COMPLETE",
            "buyer_id": order.payer_id,
            "seller_id": self._account.seller_id,
        }
        return await self._ask("alipay.trade.pay", biz, ("out_trade_no",), reading.read_pay)

    async def query(self, out_trade_no: str) -> Answer:
        """alipay.trade.query."""
        biz = {"out_trade_no": out_trade_no}
        return await self._ask("alipay.trade.query", biz, ("out_trade_no",), reading.read_trade, act=False)

    async def close(self, out_trade_no: str) -> Answer:
        """alipay.trade.close."""
        biz = {"out_trade_no": out_trade_no}
        return await self._ask("alipay.trade.close", biz, ("out_trade_no",), reading.read_closing, act=False)

    async def refund(self, order: Refund) -> Answer:
        """alipay.trade.refund."""
        biz = {
            "out_trade_no": order.out_trade_no,
            "out_request_no": order.out_request_no,
            "refund_amount": yuan(order.amount_fen),
            "refund_reason": order.reason[:_REASON_CHARS],
        }
        read = reading.read_refund(order.amount_fen)
        return await self._ask("alipay.trade.refund", biz, ("out_trade_no",), read)

    async def query_refund(self, out_trade_no: str, out_request_no: str) -> Answer:
        """alipay.trade.fastpay.refund.query."""
        biz = {"out_trade_no": out_trade_no, "out_request_no": out_request_no}
        numbers = ("out_trade_no", "out_request_no")
        return await self._ask("alipay.trade.fastpay.refund.query", biz, numbers, reading.read_refund_query, act=False)

    async def freeze(self, order: Freeze) -> Answer:
        """alipay.fund.auth.order.freeze by the payment code the renter shows."""
        if not order.auth_code:
            raise ValueError("freezing at the counter needs the renter's payment code")
        biz = self._freeze_biz(order) | {"auth_code": order.auth_code, "auth_code_type": "bar_code"}
        numbers = ("out_order_no", "out_request_no")
        return await self._ask("alipay.fund.auth.order.freeze", biz, numbers, reading.read_hold)

    def freeze_order(self, order: Freeze) -> str:
        """The order string of alipay.fund.auth.order.app.freeze, for the renter's app."""
        method, biz = "alipay.fund.auth.order.app.freeze", self._freeze_biz(order)
        return urlencode(request_form(self._account, method, biz, self._now()))

    async def query_hold(self, out_order_no: str, out_request_no: str) -> Answer:
        """alipay.fund.auth.operation.detail.query."""
        biz = {"out_order_no": out_order_no, "out_request_no": out_request_no}
        method, numbers = "alipay.fund.auth.operation.detail.query", ("out_order_no", "out_request_no")
        return await self._ask(method, biz, numbers, reading.read_hold, act=False)

    async def release(self, order: Release) -> Answer:
        """alipay.fund.auth.order.unfreeze."""
        biz = {
            "auth_no": order.auth_no,
            "out_request_no": order.out_request_no,
            "amount": yuan(order.amount_fen),
            "remark": order.remark[:_REMARK_CHARS],
        }
        numbers = ("auth_no", "out_request_no")
        return await self._ask("alipay.fund.auth.order.unfreeze", biz, numbers, reading.read_hold)

    def read_notification(self, form: bytes) -> Notice:
        """See `notices.read_notification`."""
        return notices.read_notification(self._account, form)

    def _freeze_biz(self, order: Freeze) -> dict[str, str]:
        return {
            "out_order_no": order.out_order_no,
            "out_request_no": order.out_request_no,
            "order_title": order.title[:_SUBJECT_CHARS],
            "amount": yuan(order.amount_fen),
            "product_code": "PRE_AUTH_ONLINE",
            "payee_user_id": self._account.seller_id,
            "pay_timeout": f"{FREEZE_MINUTES}m",  # unconfirmed by then, the provider closes it
        }

    async def _ask(
        self, method: str, biz: Mapping[str, object], numbers: tuple[str, ...], reader: reading.Reader, act: bool = True
    ) -> Answer:
        body = await self._gateway.call(method, biz)
        if not isinstance(body, Silence):
            asked = {name: str(biz[name]) for name in numbers}
            return reading.read_answer(body, asked, reader, act=act)
        if not body.reached:
            return Answer(outcome=Outcome.NOT_SENT, code=body.code, fault=Fault.PLATFORM, said=body.said[:200])
        return reading.unknown(body.code, said=body.said)
