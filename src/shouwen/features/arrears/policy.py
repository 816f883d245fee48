"""Dated data → what the rules on arrears take."""

from datetime import date
from functools import cache

import msgspec
from msgspec import Struct

from shouwen.features.arrears.types import ArrearsPolicy
from shouwen.kernel.in_force import in_force
from shouwen.platform.policies import load_policy


class _File(Struct, frozen=True):
    versions: tuple[ArrearsPolicy, ...]


@cache
def _versions() -> tuple[ArrearsPolicy, ...]:
    return msgspec.convert(load_policy("arrears").document, _File).versions


def arrears_policy_on(on: date) -> ArrearsPolicy:
    """The version of policies/arrears.toml in force on a day; LookupError where there is none."""
    version = in_force(_versions(), on)
    if version is None:
        raise LookupError(f"no arrears policy in force on {on}")
    return version
