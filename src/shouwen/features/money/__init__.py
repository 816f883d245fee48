"""The money book: double entry, charges, late fees (domain.md §3)."""
