"""What an installation provides to its use cases besides the database."""

from typing import Protocol

from shouwen.platform.courier.port import Courier
from shouwen.platform.payment.port import Payments
from shouwen.platform.secrets import FieldCipher
from shouwen.platform.settings import Settings
from shouwen.platform.storage import Storage


class Sms(Protocol):
    """The text-message port. Called by jobs only, never inside a transaction."""

    async def send(self, phone: str, text: str) -> None:
        """Hand one message to the provider; raises OSError where it could not be handed over."""


class Services:
    """Settings, field cipher, media store and ports of this process."""

    __slots__ = ("cipher", "courier", "payments", "settings", "sms", "storage")

    def __init__(
        self,
        settings: Settings,
        cipher: FieldCipher,
        storage: Storage,
        sms: Sms,
        *,
        courier: Courier | None = None,
        payments: Payments | None = None,
    ) -> None:
        self.settings, self.cipher, self.storage, self.sms = settings, cipher, storage, sms
        self.courier = courier  # None: no courier tells us anything, parcels move by what people say
        self.payments = payments  # None: no provider, money moves by what people record
