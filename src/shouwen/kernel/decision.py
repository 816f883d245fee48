"""A decision carries its outcome and everything needed to explain it: rules, reasons, working, policy."""

from typing import Generic, TypeVar

from msgspec import Struct

T = TypeVar("T")


class Reason(Struct, frozen=True):
    """One rule that spoke: its id (`DMG-2`), what it found in Chinese and English, and the sources it read."""

    rule: str
    zh: str
    en: str = ""
    sources: tuple[str, ...] = ()


class Decision(Struct, Generic[T], frozen=True):
    """`outcome` plus the reasons in the order in which the rules spoke.

    `working` are lines a person can follow with a pencil; `policy` names the dated data version that was in force.
    """

    outcome: T
    reasons: tuple[Reason, ...] = ()
    working: tuple[str, ...] = ()
    policy: str = ""

    @property
    def rules(self) -> tuple[str, ...]:
        """The ids of the rules that spoke, in order."""
        return tuple(reason.rule for reason in self.reasons)
