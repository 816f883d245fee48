"""Endings of a lease: buyout, early return, a lost phone, and the deposit's way back."""
