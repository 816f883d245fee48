"""Use cases of leases: importing this package declares them all."""

from shouwen.features.leases.use_cases import (
    abating,
    amending,
    book,
    contracts,
    importing,
    money,
    moving,
    order,
    parcels,
    paying,
    payments,
    phone,
    reading,
    statement,
    swap,
    todo,
)

__all__ = [
    "abating",
    "amending",
    "book",
    "contracts",
    "importing",
    "money",
    "moving",
    "order",
    "parcels",
    "paying",
    "payments",
    "phone",
    "reading",
    "statement",
    "swap",
    "todo",
]
