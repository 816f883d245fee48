"""Dated data: on a given day the version in force on that day applies."""

from collections.abc import Iterable
from datetime import date
from typing import Protocol, TypeVar


class Dated(Protocol):
    """A version of law or policy, valid from a Beijing day through another (None: until further notice)."""

    @property
    def effective_from(self) -> date: ...

    @property
    def effective_to(self) -> date | None: ...


V = TypeVar("V", bound=Dated)


def in_force(versions: Iterable[V], on: date) -> V | None:
    """The newest version in force on that day; None where there is none."""
    found = [
        version
        for version in versions
        if version.effective_from <= on and (version.effective_to is None or on <= version.effective_to)
    ]
    return max(found, key=lambda version: version.effective_from, default=None)
