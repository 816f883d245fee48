"""Dated data → what the rules on endings take."""

from datetime import date
from functools import cache

import msgspec
from msgspec import Struct

from shouwen.features.endings.types import EndingPolicy
from shouwen.kernel.in_force import in_force
from shouwen.platform.policies import load_policy


class _File(Struct, frozen=True):
    versions: tuple[EndingPolicy, ...]


@cache
def _versions() -> tuple[EndingPolicy, ...]:
    return msgspec.convert(load_policy("endings").document, _File).versions


def ending_policy_on(on: date) -> EndingPolicy:
    """The version of policies/endings.toml in force on a day; LookupError where there is none."""
    version = in_force(_versions(), on)
    if version is None:
        raise LookupError(f"no policy on endings in force on {on}")
    return version
