"""What the provider says unasked, in its own fields."""

from datetime import datetime

from msgspec import Struct

from shouwen.mount.simulate.payments.state import Hold, Operation, Trade
from shouwen.platform.payment.wire import time_text, yuan


class Post(Struct):
    """One notification to `url`, not yet signed; it is sent until it is answered, at `due_at` and after."""

    url: str
    buyer_id: str
    fields: dict[str, str]
    due_at: datetime
    tries: int = 0
    is_held: bool = False
    is_forged: bool = False


def of_trade(trade: Trade, refund_no: str = "", refunded_at: datetime | None = None) -> dict[str, str]:
    """A payment, a closing or a refund."""
    fields = {
        "notify_type": "trade_status_sync",
        "out_trade_no": trade.out_trade_no,
        "trade_no": trade.trade_no,
        "buyer_id": trade.buyer_id,
        "trade_status": trade.status,
        "total_amount": yuan(trade.amount_fen),
        "gmt_create": time_text(trade.created_at),
    }
    if trade.paid_at:
        fields |= {"gmt_payment": time_text(trade.paid_at), "receipt_amount": yuan(trade.amount_fen)}
    if refunded_at:
        fields |= {
            "out_biz_no": refund_no,
            "refund_fee": yuan(trade.refunded_fen),
            "gmt_refund": time_text(refunded_at),
        }
    return fields | ({"gmt_close": time_text(trade.closed_at)} if trade.closed_at else {})


def of_hold(hold: Hold, operation: Operation, at: datetime) -> dict[str, str]:
    """A freeze or a release."""
    return {
        "notify_type": "fund_auth_freeze" if operation.kind == "FREEZE" else "fund_auth_unfreeze",
        "auth_no": hold.auth_no,
        "out_order_no": hold.out_order_no,
        "operation_id": operation.operation_id,
        "out_request_no": operation.out_request_no,
        "operation_type": operation.kind,
        "amount": yuan(operation.amount_fen),
        "status": operation.status,
        "payer_user_id": hold.buyer_id,
        "gmt_create": time_text(operation.created_at),
        "gmt_trans": time_text(at),
        "total_freeze_amount": yuan(hold.frozen_fen),
        "total_unfreeze_amount": yuan(hold.released_fen),
        "total_pay_amount": yuan(hold.captured_fen),
        "rest_amount": yuan(hold.rest_fen),
    }
