"""Parcels on their way: what has happened to each, and how the next answers and pushes go wrong."""

import random
from collections import deque
from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct

from shouwen.platform.courier.wire import Envelope, WireLine, WireReport, seal

AnswerFault = Literal["silent", "broken", "garbage", "forged", "other_parcel"]
PushFault = Literal["none", "repeated", "shuffled", "one_by_one", "forged", "unreadable", "unknown_waybill"]
_USUAL = ("picked_up", "in_transit", "out_for_delivery", "signed")
_PLACES = ("揽收网点", "分拨中心", "派送网点", "收件地址")


class Happen(Struct, frozen=True, tag="happen"):
    """Lines come to be on a parcel, which is known from then on."""

    courier: str
    waybill: str
    lines: tuple[WireLine, ...] = ()


class Travel(Struct, frozen=True, tag="travel"):
    """The usual way from a pick-up on, a step every `hours`, as far as `upto`."""

    courier: str
    waybill: str
    began_at: datetime
    upto: Literal["picked_up", "in_transit", "out_for_delivery", "signed"] = "signed"
    hours: float = 6.0


class Fail(Struct, frozen=True, tag="fail"):
    """How the next answers go wrong, one after the other."""

    faults: tuple[AnswerFault, ...]


class Push(Struct, frozen=True, tag="push"):
    """Send everything of a parcel to `url`, in one of the ways couriers do."""

    courier: str
    waybill: str
    url: str
    how: PushFault = "none"
    seed: int = 0


Command = Happen | Travel | Fail | Push


class Roads:
    """Every parcel of this courier, signed for under one key."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.faults: deque[AnswerFault] = deque()
        self._lines: dict[tuple[str, str], list[WireLine]] = {}

    def happen(self, command: Happen) -> None:
        """Lines come to be."""
        self._lines.setdefault((command.courier, command.waybill), []).extend(command.lines)

    def travel(self, command: Travel) -> None:
        """The usual way, as far as asked."""
        upto = _USUAL.index(command.upto) + 1
        lines = tuple(
            WireLine(f"{command.waybill}-{code}", command.began_at + timedelta(hours=command.hours * nth), code, place)
            for nth, (code, place) in enumerate(zip(_USUAL[:upto], _PLACES, strict=False))
        )
        known = {line.id for line in self._lines.get((command.courier, command.waybill), ())}
        fresh = tuple(line for line in lines if line.id not in known)
        self.happen(Happen(command.courier, command.waybill, fresh))

    def answer(self, courier: str, waybill: str) -> Envelope | None:
        """What is said when asked about a parcel; None where it is unknown."""
        lines = self._lines.get((courier, waybill))
        return None if lines is None else seal(self.key, WireReport(courier, waybill, tuple(lines)))

    def pushes(self, command: Push) -> list[Envelope]:
        """What is sent, in order."""
        lines = list(self._lines.get((command.courier, command.waybill), ()))
        if command.how == "shuffled":
            random.Random(command.seed).shuffle(lines)  # noqa: S311 -- a test's chance, to be drawn again
        whole = WireReport(command.courier, command.waybill, tuple(lines))
        sealed = seal(self.key, whole)
        if command.how in ("shuffled", "one_by_one"):
            return [seal(self.key, WireReport(whole.courier, whole.waybill, (line,))) for line in lines]
        if command.how == "repeated":
            return [sealed, sealed, sealed]
        if command.how == "forged":
            return [Envelope(sealed.param, seal(f"{self.key} of somebody else", whole).sign)]
        if command.how == "unreadable":
            return [seal(self.key, Fail(("garbage",)))]
        if command.how == "unknown_waybill":
            return [seal(self.key, WireReport(whole.courier, f"{whole.waybill}X", whole.lines))]
        return [sealed]
