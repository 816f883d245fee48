"""The lease: one phone with one renter, from application to the end."""
