"""SQL of endings."""

from shouwen.features.endings.store.acceptances import (
    acceptances_of,
    deduction_open,
    end_acceptance,
    insert_acceptance,
    lock_open_acceptance,
    open_acceptance,
    put_quote,
    quote_of,
    quotes_of,
)
from shouwen.features.endings.store.devices import answer_request, ask_device, requests_of
from shouwen.features.endings.store.losses import (
    end_loss_pause,
    find_loss,
    insert_loss,
    mark_found,
    newest_loss,
    pausable_charges,
    put_police_ref,
    rested,
)
from shouwen.features.endings.store.tending import (
    TEND_DUE,
    ReleaseRow,
    ask_to_tend,
    leases_to_tend,
    put_release_delay,
    release_row,
    urgent_release,
)

__all__ = [
    "TEND_DUE",
    "ReleaseRow",
    "acceptances_of",
    "answer_request",
    "ask_device",
    "ask_to_tend",
    "deduction_open",
    "end_acceptance",
    "end_loss_pause",
    "find_loss",
    "insert_acceptance",
    "insert_loss",
    "leases_to_tend",
    "lock_open_acceptance",
    "mark_found",
    "newest_loss",
    "open_acceptance",
    "pausable_charges",
    "put_police_ref",
    "put_quote",
    "put_release_delay",
    "quote_of",
    "quotes_of",
    "release_row",
    "requests_of",
    "rested",
    "urgent_release",
]
