"""What the desk hears from a courier. Only jobs ask, never inside a transaction; no answer raises."""

from datetime import datetime
from typing import Protocol

from msgspec import Struct


class CourierLine(Struct, frozen=True):
    """One line of a courier on a parcel. `id` is the courier's own; `code` is one of our words, others mean nothing."""

    id: str
    at: datetime
    code: str
    place: str = ""
    said: str = ""


class CourierReport(Struct, frozen=True):
    """What a courier says of one parcel: all its lines, or only some, in any order."""

    courier: str
    waybill: str
    lines: tuple[CourierLine, ...]


class PushRefused(Exception):
    """A push that is not the courier's or cannot be read; `why` is `signature` or `form`."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Courier(Protocol):
    """A courier, or a service that speaks for several."""

    async def track(self, courier: str, waybill: str) -> CourierReport | None:
        """Ask about a parcel; None where there is no answer that can be trusted, or the parcel is unknown there."""
        ...

    def read_push(self, param: str, sign: str) -> CourierReport:
        """What was pushed to us; raises PushRefused unless it is the courier's own and can be read."""
        ...
