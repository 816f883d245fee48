"""Cases: one matter of one renter from first contact to the end (domain.md §5)."""
