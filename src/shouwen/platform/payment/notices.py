"""Asynchronous notifications: checked for signature and addressee before a word of them is believed."""

from collections.abc import Mapping

from shouwen.platform.payment import rsa2
from shouwen.platform.payment.port import Answer, Notice, NoticeAbout, NoticeRefused, Outcome
from shouwen.platform.payment.reading import read_hold, read_trade
from shouwen.platform.payment.wire import Account, Unreadable, fen, read_form

_UNSIGNED = ("sign", "sign_type")
_HOLD_TYPES = ("fund_auth_freeze", "fund_auth_unfreeze", "fund_auth_pay")


def read_notification(account: Account, form: bytes) -> Notice:
    """The notification in a form-encoded body. NoticeRefused: `unreadable`, `signature`, `addressee`, `kind`."""
    try:
        fields = read_form(form)
        if fields.get("sign_type") != "RSA2" or not _is_signed(account, fields):
            raise NoticeRefused("signature")
        # both are signed, so a notification meant for another merchant of the same provider stops here
        if fields.get("app_id") != account.app_id or not _is_ours(account, fields):
            raise NoticeRefused("addressee")
        if fields.get("notify_type") == "trade_status_sync":
            return _trade(fields)
        if fields.get("notify_type") in _HOLD_TYPES:
            return _hold(fields)
    except Unreadable as error:
        raise NoticeRefused("unreadable") from error
    raise NoticeRefused("kind")


def _is_signed(account: Account, fields: Mapping[str, str]) -> bool:
    """The provider's own kits keep empty fields when they check a notification, others leave them out; both are fine:
    an empty field says nothing here."""
    texts = {rsa2.signing_text(fields, _UNSIGNED, keep_empty=kept) for kept in (True, False)}
    return any(rsa2.verify(account.provider_key, text, fields.get("sign", "")) for text in texts)


def _is_ours(account: Account, fields: Mapping[str, str]) -> bool:
    payee = fields.get("seller_id") or fields.get("payee_user_id") or account.seller_id
    return payee == account.seller_id


def _trade(fields: Mapping[str, str]) -> Notice:
    refunded = fields.get("refund_fee", "")
    answer = read_trade(fields)
    return Notice(
        about=NoticeAbout.TRADE,
        notify_id=_needed(fields, "notify_id"),
        number=_needed(fields, "out_trade_no"),
        answer=answer,
        payer_id=fields.get("buyer_id", ""),
        refund_no=fields.get("out_biz_no", "") if answer.outcome is Outcome.DONE else "",
        refunded_fen=fen(refunded) if refunded else 0,
    )


def _hold(fields: Mapping[str, str]) -> Notice:
    answer: Answer = read_hold(fields)
    return Notice(
        about=NoticeAbout.HOLD,
        notify_id=_needed(fields, "notify_id"),
        number=_needed(fields, "out_request_no"),
        answer=answer,
        order_no=fields.get("out_order_no", ""),
        auth_no=fields.get("auth_no", ""),
        payer_id=fields.get("payer_user_id", ""),
    )


def _needed(fields: Mapping[str, str], name: str) -> str:
    value = fields.get(name, "")
    if not value:
        raise Unreadable(f"no {name}")
    return value
