"""Dated data → what the rules on parcels take."""

from datetime import date
from functools import cache

import msgspec
from msgspec import Struct

from shouwen.features.stock.types import CourierPolicy
from shouwen.kernel.in_force import in_force
from shouwen.platform.policies import load_policy


class _File(Struct, frozen=True):
    versions: tuple[CourierPolicy, ...]


@cache
def _versions() -> tuple[CourierPolicy, ...]:
    return msgspec.convert(load_policy("courier").document, _File).versions


def courier_policy_on(on: date) -> CourierPolicy:
    """The version of policies/courier.toml in force on a day; LookupError where there is none."""
    version = in_force(_versions(), on)
    if version is None:
        raise LookupError(f"no courier policy in force on {on}")
    return version
