"""The provider's rules for fund authorisation: freeze, capture, release."""

from collections.abc import Callable, Mapping
from datetime import datetime

from shouwen.mount.simulate.payments import notify
from shouwen.mount.simulate.payments.state import Books, Buyer, Hold, Move, Operation
from shouwen.mount.simulate.payments.words import Body, Refused, amount, needed, pay_timeout, success, waiting
from shouwen.platform.payment.wire import text_of, time_text, yuan


class HoldBook:
    """Holds within the provider's books. `number` and `post` are the book's own."""

    def __init__(
        self,
        books: Books,
        number: Callable[[str, datetime], str],
        post: Callable[[Mapping[str, str], str, str, datetime], None],
    ) -> None:
        self._books, self._number, self._post = books, number, post
        self._by_number: dict[str, Hold] = {}  # by auth_no
        self._undecided: list[tuple[Hold, Operation]] = []

    def buyer_of(self, biz: Body) -> str:
        """Whose money a call on a hold is about, empty where it cannot be told."""
        auth_no, auth_code = text_of(biz, "auth_no"), text_of(biz, "auth_code")
        hold = self._by_auth_no(auth_no) or self._books.holds.get(text_of(biz, "out_order_no"))
        if hold is not None:
            return hold.buyer_id
        return next((b.buyer_id for b in self._books.buyers.values() if auth_code and b.auth_code == auth_code), "")

    def freeze(self, biz: Body, at: datetime, notify_url: str, undecided: bool) -> dict[str, object]:
        """At the counter, by the payment code."""
        hold = self._books.holds.get(needed(biz, "out_order_no"))
        if hold is None:
            buyer_id = self.buyer_of(biz)
            if not buyer_id:
                raise Refused("PAYMENT_AUTH_CODE_INVALID", "支付授权码无效")
            return self.freeze_for(buyer_id, biz, at, notify_url, undecided)
        operation = hold.operations.get(needed(biz, "out_request_no"))
        if operation is None or operation.amount_fen != amount(biz, "amount"):
            raise Refused("UNIQUE_VIOLATION", "违反唯一性约束")
        return self._told(hold, operation)

    def freeze_for(
        self, buyer_id: str, biz: Body, at: datetime, notify_url: str, undecided: bool = False
    ) -> dict[str, object]:
        """For a known buyer: they showed their code, or confirmed the order in their app."""
        amount_fen, buyer = amount(biz, "amount"), self._books.buyers[buyer_id]
        out_order_no, out_request_no = needed(biz, "out_order_no"), needed(biz, "out_request_no")
        if out_order_no in self._books.holds:
            raise Refused("UNIQUE_VIOLATION", "违反唯一性约束")
        if buyer.is_blocked:
            raise Refused("PAYER_USER_STATUS_ERROR", "付款方用户状态不正常")
        if buyer.balance_fen < amount_fen:
            raise Refused("PAYER_BALANCE_NOT_ENOUGH", "付款方余额不足")
        hold = Hold(out_order_no, self._number("10002", at), buyer_id, notify_url=notify_url)
        operation_id = self._number("10003", at)
        closes_at = at + pay_timeout(biz)
        operation = Operation(out_request_no, operation_id, "FREEZE", amount_fen, at, "INIT", closes_at)
        hold.operations[out_request_no] = operation
        self._books.holds[out_order_no] = self._by_number[hold.auth_no] = hold
        if undecided:
            self._undecided.append((hold, operation))
        else:
            self._settle(hold, operation, at)
        return self._told(hold, operation)

    def decide(self, out_order_no: str, confirmed: bool, at: datetime) -> None:
        """An undecided freeze ends."""
        hold = self._books.holds[out_order_no]
        for operation in hold.operations.values():
            if operation.status == "INIT" and confirmed:
                self._settle(hold, operation, at)
            elif operation.status == "INIT":
                self._shut(hold, operation, at)

    def expire(self, at: datetime) -> None:
        """Close the freezes that nobody decided in time."""
        self._undecided = [(hold, operation) for hold, operation in self._undecided if operation.status == "INIT"]
        for hold, operation in self._undecided:
            if operation.closes_at is not None and operation.closes_at <= at:
                self._shut(hold, operation, at)

    def unfreeze(self, biz: Body, at: datetime, notify_url: str, undecided: bool) -> dict[str, object]:
        """Give a part free, once by its number."""
        hold, amount_fen = self._by_auth_no(needed(biz, "auth_no")), amount(biz, "amount")
        out_request_no = needed(biz, "out_request_no")
        if hold is None:
            raise Refused("AUTH_ORDER_NOT_EXIST", "支付宝资金授权订单不存在")
        earlier = hold.operations.get(out_request_no)
        if earlier is not None:
            if (earlier.kind, earlier.amount_fen) != ("UNFREEZE", amount_fen):
                raise Refused("UNIQUE_VIOLATION", "违反唯一性约束")
            return self._told(hold, earlier)
        if hold.rest_fen == 0:
            raise Refused("ORDER_ALREADY_FINISH", "授权订单已经完结，无法再进行资金操作")
        if amount_fen > hold.rest_fen:
            raise Refused("REQUEST_AMOUNT_EXCEED", "请求解冻金额超限")
        hold.notify_url = notify_url or hold.notify_url
        return self._told(hold, self._release(hold, out_request_no, amount_fen, at))

    def query(self, biz: Body, at: datetime, notify_url: str, undecided: bool) -> dict[str, object]:
        """How one operation stands."""
        hold = self._books.holds.get(text_of(biz, "out_order_no")) or self._by_auth_no(text_of(biz, "auth_no"))
        if hold is None:
            raise Refused("AUTH_ORDER_NOT_EXIST", "支付宝资金授权订单不存在")
        operation = hold.operations.get(needed(biz, "out_request_no"))
        if operation is None:
            raise Refused("AUTH_OPERATION_NOT_EXIST", "支付宝资金操作流水不存在")
        return self._told(hold, operation) | {"code": "10000", "msg": "Success"}

    def payer(self, biz: Body, auth_no: str) -> tuple[str, Buyer]:
        """Who pays a capture."""
        hold = self._by_auth_no(auth_no)
        if hold is None:
            raise Refused("ACQ.AUTH_NO_ERROR", "预授权号错误或状态不对")
        if text_of(biz, "buyer_id") not in ("", hold.buyer_id):
            raise Refused("ACQ.TRADE_BUYER_NOT_MATCH", "交易买家不匹配")
        return auth_no, self._books.buyers[hold.buyer_id]

    def rest_of(self, auth_no: str) -> int | None:
        """What is still frozen; None where this is no hold."""
        hold = self._by_auth_no(auth_no)
        return hold.rest_fen if hold else None

    def check_capture(self, auth_no: str, amount_fen: int) -> None:
        """Refuse a capture the hold does not cover."""
        hold = self._by_auth_no(auth_no)
        if hold is None or hold.rest_fen == 0:
            raise Refused("ACQ.AUTH_ORDER_HAS_CLOSED", "预授权订单已关闭")
        if amount_fen > hold.rest_fen:
            raise Refused("ACQ.AUTH_AMOUNT_NOT_ENOUGH", "授权金额不足")

    def capture(self, auth_no: str, amount_fen: int, complete: bool, at: datetime) -> None:
        """Turn frozen money into money that the payment can take; the rest goes back where that is asked."""
        hold = self._by_auth_no(auth_no)
        if hold is None:
            raise Refused("ACQ.AUTH_NO_ERROR", "预授权号错误或状态不对")
        buyer = self._books.buyers[hold.buyer_id]
        hold.captured_fen += amount_fen
        buyer.frozen_fen -= amount_fen
        buyer.balance_fen += amount_fen
        if complete and hold.rest_fen:
            self._release(hold, self._number("auto", at), hold.rest_fen, at)

    def _by_auth_no(self, auth_no: str) -> Hold | None:
        return self._by_number.get(auth_no)

    def _shut(self, hold: Hold, operation: Operation, at: datetime) -> None:
        operation.status = "CLOSED"
        self._post(notify.of_hold(hold, operation, at), hold.notify_url, hold.buyer_id, at)

    def _settle(self, hold: Hold, operation: Operation, at: datetime) -> None:
        buyer = self._books.buyers[hold.buyer_id]
        if buyer.balance_fen < operation.amount_fen:
            operation.status = "CLOSED"
        else:
            buyer.balance_fen -= operation.amount_fen
            buyer.frozen_fen += operation.amount_fen
            hold.frozen_fen += operation.amount_fen
            operation.status = "SUCCESS"
            move = Move("freeze", operation.out_request_no, buyer.buyer_id, operation.amount_fen)
            self._books.moves.append(move)
        self._post(notify.of_hold(hold, operation, at), hold.notify_url, hold.buyer_id, at)

    def _release(self, hold: Hold, out_request_no: str, amount_fen: int, at: datetime) -> Operation:
        buyer = self._books.buyers[hold.buyer_id]
        operation = Operation(out_request_no, self._number("10003", at), "UNFREEZE", amount_fen, at)
        hold.operations[out_request_no] = operation
        hold.released_fen += amount_fen
        buyer.frozen_fen -= amount_fen
        buyer.balance_fen += amount_fen
        self._books.moves.append(Move("unfreeze", out_request_no, buyer.buyer_id, amount_fen))
        self._post(notify.of_hold(hold, operation, at), hold.notify_url, hold.buyer_id, at)
        return operation

    def _told(self, hold: Hold, operation: Operation) -> dict[str, object]:
        word = waiting if operation.status == "INIT" else success
        return word(
            auth_no=hold.auth_no,
            out_order_no=hold.out_order_no,
            operation_id=operation.operation_id,
            out_request_no=operation.out_request_no,
            operation_type=operation.kind,
            amount=yuan(operation.amount_fen),
            status=operation.status,
            gmt_trans=time_text(operation.created_at),
            payer_user_id=hold.buyer_id,
            total_freeze_amount=yuan(hold.frozen_fen),
            total_pay_amount=yuan(hold.captured_fen),
            rest_amount=yuan(hold.rest_fen),
        )
