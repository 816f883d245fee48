"""The provider inside one's own process: the real adapter over its books, without wires. For tests of use cases."""

from datetime import datetime

import msgspec

from shouwen.mount.simulate.payments.provider import How, Provider
from shouwen.platform.payment import rsa2
from shouwen.platform.payment.alipay import Alipay, Silence
from shouwen.platform.payment.wire import Account, Body

_SILENCES = {
    How.SILENT: Silence(True, "timeout"),
    How.BROKEN: Silence(True, "http_502"),
    How.FORGED: Silence(True, "signature"),
    How.GARBAGE: Silence(True, "body"),
}


class MemoryGateway:
    """A Gateway that asks the provider directly. `is_down`: no line, calls never leave."""

    def __init__(self, provider: Provider, notify_url: str) -> None:
        self._provider, self._notify_url = provider, notify_url
        self.is_down = False

    async def call(self, method: str, biz: Body) -> Body | Silence:
        """See Gateway; the content goes through JSON as it would over the wire."""
        if self.is_down:
            return Silence(False, "connect")
        reply = self._provider.handle(method, msgspec.json.decode(msgspec.json.encode(biz)), self._notify_url)
        return _SILENCES.get(reply.how) or msgspec.json.decode(msgspec.json.encode(reply.body), type=dict[str, object])


def memory_payments(begins_at: datetime) -> tuple[Alipay, Provider, MemoryGateway]:
    """A payment port, the provider behind it and the line between them, with fresh keys. Nothing is random but these;
    the time is the provider's.

    `provider.control(...)` sets the scene; `provider.due()` are the notifications to give to the desk, each then
    `provider.answered(envelope, True)`.
    """
    ours, theirs = rsa2.new_key(), rsa2.new_key()
    account = Account(
        app_id="2021000000000001",
        seller_id="2088000000000001",
        private_key=ours,
        provider_key=theirs.public_key(),
        notify_url="https://desk.example/notifications",
    )
    provider = Provider(account.app_id, account.seller_id, theirs, ours.public_key(), begins_at)
    gateway = MemoryGateway(provider, account.notify_url)
    return Alipay(account, gateway, lambda: provider.now), provider, gateway
