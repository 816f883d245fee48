"""The provider's rules over its books: what each call does, once by its number, and what it answers."""

from collections.abc import Callable, Mapping
from datetime import datetime

from shouwen.mount.simulate.payments import notify
from shouwen.mount.simulate.payments.holds import HoldBook
from shouwen.mount.simulate.payments.state import Books, Buyer, Move, Trade
from shouwen.mount.simulate.payments.words import Body, Refused, amount, needed, success, waiting
from shouwen.platform.payment.wire import Unreadable, text_of, time_text, yuan


class Book:
    """Answers calls and collects the notifications they cause (`posts`). `undecided` makes a payment wait."""

    def __init__(self, books: Books, app_id: str, seller_id: str) -> None:
        self.books = books
        self._app_id, self._seller_id = app_id, seller_id
        self._posts: list[notify.Post] = []
        self.holds = HoldBook(books, self._number, self._post)
        self._calls: dict[str, Callable[[Body, datetime, str, bool], dict[str, object]]] = {
            "alipay.trade.pay": self._pay,
            "alipay.trade.query": self._query,
            "alipay.trade.close": self._close,
            "alipay.trade.refund": self._refund,
            "alipay.trade.fastpay.refund.query": self._query_refund,
            "alipay.fund.auth.order.freeze": self.holds.freeze,
            "alipay.fund.auth.order.unfreeze": self.holds.unfreeze,
            "alipay.fund.auth.operation.detail.query": self.holds.query,
        }

    def call(self, method: str, biz: Body, at: datetime, notify_url: str, *, undecided: bool = False) -> Body:
        """Carry a call out and answer it."""
        self.holds.expire(at)
        perform = self._calls.get(method)
        if perform is None:
            return {"code": "40002", "msg": "Invalid Arguments", "sub_code": "isv.invalid-method"}
        try:
            return perform(biz, at, notify_url, undecided)
        except Refused as refusal:
            return refusal.body()
        except Unreadable:
            return {"code": "40002", "msg": "Invalid Arguments", "sub_code": "isv.invalid-parameter"}

    def posts(self) -> list[notify.Post]:
        """Notifications caused since the last time."""
        taken, self._posts = self._posts, []
        return taken

    def buyer_of(self, biz: Body) -> str:
        """Whose money a call is about, empty where it cannot be told."""
        trade = self.books.trades.get(text_of(biz, "out_trade_no"))
        if trade is not None:
            return trade.buyer_id
        params = biz.get("agreement_params")
        agreement_no = text_of(params, "agreement_no") if isinstance(params, Mapping) else ""
        agreement = self.books.agreements.get(agreement_no)
        return agreement.buyer_id if agreement else self.holds.buyer_of(biz)

    def decide(self, out_trade_no: str, paid: bool, at: datetime) -> None:
        """An undecided payment ends: paid if the money is there, else closed."""
        trade = self.books.trades[out_trade_no]
        buyer = self.books.buyers[trade.buyer_id]
        if trade.status != "WAIT_BUYER_PAY":
            return
        from_hold = self.holds.rest_of(trade.source)
        rest_fen = buyer.balance_fen if from_hold is None else from_hold
        if not paid or rest_fen < trade.amount_fen:
            self._shut(trade, at)
            return
        if from_hold is not None:
            self.holds.capture(trade.source, trade.amount_fen, False, at)
        self._take(trade, buyer, at)

    def _pay(self, biz: Body, at: datetime, notify_url: str, undecided: bool) -> dict[str, object]:
        out_trade_no, amount_fen = needed(biz, "out_trade_no"), amount(biz, "total_amount")
        auth_no = text_of(biz, "auth_no")
        source, buyer = self.holds.payer(biz, auth_no) if auth_no else self._payer(biz)
        trade = self.books.trades.get(out_trade_no)
        if trade is not None:
            if (trade.amount_fen, trade.source) != (amount_fen, source):
                raise Refused("ACQ.CONTEXT_INCONSISTENT", "交易信息被篡改")
            if trade.status == "TRADE_CLOSED":
                raise Refused("ACQ.TRADE_HAS_CLOSE", "交易已经关闭")
            if trade.status != "WAIT_BUYER_PAY":
                raise Refused("ACQ.TRADE_HAS_SUCCESS", "交易已被支付")
        if auth_no:
            self.holds.check_capture(auth_no, amount_fen)
        if trade is None:
            trade_no = self._number("22001", at)
            trade = Trade(out_trade_no, trade_no, buyer.buyer_id, amount_fen, source, at, notify_url=notify_url)
            self.books.trades[out_trade_no] = trade
        if undecided:
            return waiting(out_trade_no=out_trade_no, trade_no=trade.trade_no)
        if not auth_no and buyer.is_blocked:
            raise Refused("ACQ.BUYER_ENABLE_STATUS_FORBID", "买家状态非法")
        if not auth_no and buyer.balance_fen < amount_fen:
            raise Refused("ACQ.BUYER_BALANCE_NOT_ENOUGH", "买家余额不足")
        if auth_no:
            self.holds.capture(auth_no, amount_fen, text_of(biz, "auth_confirm_mode") == "COMPLETE", at)
        self._take(trade, buyer, at)
        return success(
            out_trade_no=out_trade_no,
            trade_no=trade.trade_no,
            buyer_user_id=buyer.buyer_id,
            total_amount=yuan(amount_fen),
            receipt_amount=yuan(amount_fen),
            gmt_payment=time_text(at),
        )

    def _payer(self, biz: Body) -> tuple[str, Buyer]:
        params = biz.get("agreement_params")
        agreement_no = needed(params, "agreement_no") if isinstance(params, Mapping) else ""
        agreement = self.books.agreements.get(agreement_no)
        if agreement is None:
            raise Refused("ACQ.AGREEMENT_NOT_EXIST", "用户协议不存在")
        if agreement.is_ended:
            raise Refused("ACQ.AGREEMENT_STATUS_NOT_NORMAL", "用户协议状态非NORMAL")
        return agreement_no, self.books.buyers[agreement.buyer_id]

    def _query(self, biz: Body, at: datetime, notify_url: str, undecided: bool) -> dict[str, object]:
        trade = self._trade(biz)
        paid = {"send_pay_date": time_text(trade.paid_at)} if trade.paid_at else {}
        return success(
            out_trade_no=trade.out_trade_no,
            trade_no=trade.trade_no,
            buyer_user_id=trade.buyer_id,
            trade_status=trade.status,
            total_amount=yuan(trade.amount_fen),
            **paid,
        )

    def _close(self, biz: Body, at: datetime, notify_url: str, undecided: bool) -> dict[str, object]:
        trade = self._trade(biz)
        if trade.status != "WAIT_BUYER_PAY":
            raise Refused("ACQ.TRADE_STATUS_ERROR", "交易状态不合法")
        self._shut(trade, at)
        return success(out_trade_no=trade.out_trade_no, trade_no=trade.trade_no)

    def _refund(self, biz: Body, at: datetime, notify_url: str, undecided: bool) -> dict[str, object]:
        trade, refund_fen = self._trade(biz), amount(biz, "refund_amount")
        out_request_no = text_of(biz, "out_request_no") or trade.out_trade_no
        earlier_fen = trade.refunds_fen.get(out_request_no)
        if earlier_fen not in (None, refund_fen):
            raise Refused("ACQ.DISCORDANT_REPEAT_REQUEST", "不一致的请求")
        if earlier_fen is None:
            if trade.paid_at is None:
                raise Refused("ACQ.TRADE_STATUS_ERROR", "交易状态不合法")
            if trade.refunded_fen + refund_fen > trade.amount_fen:
                raise Refused("ACQ.REASON_TRADE_REFUND_FEE_ERR", "退款金额无效")
            if self.books.merchant_fen < refund_fen:
                raise Refused("ACQ.SELLER_BALANCE_NOT_ENOUGH", "商户余额不足")
            self._give_back(trade, out_request_no, refund_fen, at)
        return success(
            out_trade_no=trade.out_trade_no,
            trade_no=trade.trade_no,
            buyer_user_id=trade.buyer_id,
            fund_change="Y" if earlier_fen is None else "N",
            refund_fee=yuan(trade.refunded_fen),
            gmt_refund_pay=time_text(at),
        )

    def _query_refund(self, biz: Body, at: datetime, notify_url: str, undecided: bool) -> dict[str, object]:
        trade, out_request_no = self._trade(biz), needed(biz, "out_request_no")
        refund_fen = trade.refunds_fen.get(out_request_no)
        if refund_fen is None:
            return success()
        return success(
            out_trade_no=trade.out_trade_no,
            trade_no=trade.trade_no,
            out_request_no=out_request_no,
            total_amount=yuan(trade.amount_fen),
            refund_amount=yuan(refund_fen),
            refund_status="REFUND_SUCCESS",
        )

    def _trade(self, biz: Body) -> Trade:
        trade = self.books.trades.get(text_of(biz, "out_trade_no"))
        if trade is None:
            raise Refused("ACQ.TRADE_NOT_EXIST", "交易不存在")
        return trade

    def _take(self, trade: Trade, buyer: Buyer, at: datetime) -> None:
        buyer.balance_fen -= trade.amount_fen
        self.books.merchant_fen += trade.amount_fen
        trade.status, trade.paid_at = "TRADE_SUCCESS", at
        self.books.moves.append(Move("pay", trade.out_trade_no, buyer.buyer_id, trade.amount_fen))
        self._post(notify.of_trade(trade), trade.notify_url, trade.buyer_id, at)

    def _shut(self, trade: Trade, at: datetime) -> None:
        trade.status, trade.closed_at = "TRADE_CLOSED", at
        self._post(notify.of_trade(trade), trade.notify_url, trade.buyer_id, at)

    def _give_back(self, trade: Trade, out_request_no: str, refund_fen: int, at: datetime) -> None:
        self.books.buyers[trade.buyer_id].balance_fen += refund_fen
        self.books.merchant_fen -= refund_fen
        trade.refunds_fen[out_request_no] = refund_fen
        self.books.moves.append(Move("refund", out_request_no, trade.buyer_id, refund_fen))
        if trade.refunded_fen == trade.amount_fen:
            trade.status, trade.closed_at = "TRADE_CLOSED", at
        self._post(notify.of_trade(trade, out_request_no, at), trade.notify_url, trade.buyer_id, at)

    def _number(self, kind: str, at: datetime) -> str:
        self.books.last_no += 1
        return f"{time_text(at)[:10].replace('-', '')}{kind}{self.books.last_no:015d}"

    def _post(self, fields: Mapping[str, str], url: str, buyer_id: str, at: datetime) -> None:
        if url:
            common = {
                "notify_id": self._number("00222", at),
                "notify_time": time_text(at),
                "app_id": self._app_id,
                "auth_app_id": self._app_id,
                "charset": "utf-8",
                "version": "1.0",
                "sign_type": "RSA2",
            }
            payee = "seller_id" if "out_trade_no" in fields else "payee_user_id"
            self._posts.append(notify.Post(url, buyer_id, {**common, payee: self._seller_id, **fields}, at))
