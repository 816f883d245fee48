"""The payment provider of this installation, and the edge where its notifications arrive."""

import logging

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from shouwen.features.payments.use_cases import TakeNotice, take_notice
from shouwen.kernel.actor import SYSTEM
from shouwen.mount.guard import read_body
from shouwen.platform import clock
from shouwen.platform.door import Door
from shouwen.platform.payment import rsa2
from shouwen.platform.payment.alipay import Alipay
from shouwen.platform.payment.http_gateway import HttpGateway
from shouwen.platform.payment.port import NoticeRefused, Payments
from shouwen.platform.payment.wire import Account
from shouwen.platform.settings import BadSetting, Settings

NOTICES = "/payments/notices"
_FORM_BYTES = 65_536
log = logging.getLogger("shouwen.payments")


def open_payments(settings: Settings) -> Payments | None:
    """The provider over HTTP; None where none is set. BadSetting where a key or a number is missing."""
    if not settings.payment_gateway:
        return None
    if not settings.payment_app_id or not settings.payment_seller_id:
        raise BadSetting(
            "SHOUWEN_PAYMENT_APP_ID、SHOUWEN_PAYMENT_SELLER_ID 未设置 · both numbers at the provider are needed"
        )
    try:
        account = Account(
            app_id=settings.payment_app_id,
            seller_id=settings.payment_seller_id,
            private_key=rsa2.private_key((settings.payment_keys_dir / "client_private.pem").read_text("ascii")),
            provider_key=rsa2.public_key((settings.payment_keys_dir / "provider_public.pem").read_text("ascii")),
            notify_url=settings.payment_notify_url,
        )
        return Alipay(account, HttpGateway(settings.payment_gateway, account, clock.now), clock.now)
    except OSError as error:
        raise BadSetting(f"读不到支付密钥 {error.filename} · cannot read the payment key") from error
    except ValueError as error:
        raise BadSetting(
            "SHOUWEN_PAYMENT_GATEWAY 或密钥不能使用 · the gateway's address or a key is unusable"
        ) from error


def notice_routes() -> list[Route]:
    """Where the provider posts its notifications."""
    return [Route(NOTICES, take, methods=["POST"])]


async def take(request: Request) -> Response:
    """Keep one notification. `success` only once it is committed: until then the provider sends it again.

    What is not signed by the provider for us writes nothing at all.
    """
    door: Door = request.app.state.door
    payments = door.services.payments
    if payments is None:
        return PlainTextResponse("failure", status_code=404)
    form = await read_body(request.receive, _FORM_BYTES)
    try:
        notice = payments.read_notification(form)
    except NoticeRefused as refused:
        log.warning("a payment notification was refused: %s", refused.why)
        return PlainTextResponse("failure", status_code=400)
    await door.run(take_notice, SYSTEM, TakeNotice(notice), channel="provider")
    return PlainTextResponse("success")
