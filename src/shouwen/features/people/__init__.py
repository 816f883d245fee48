"""People: staff, renters, roles and powers (domain.md §1)."""
