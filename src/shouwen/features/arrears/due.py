"""What is there to do for the worker, asked before anything is begun."""

from shouwen.features.arrears.store.marks import leases_to_follow
from shouwen.features.arrears.store.notices import any_due

__all__ = ["any_due", "leases_to_follow"]
