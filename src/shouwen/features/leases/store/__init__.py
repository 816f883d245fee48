"""SQL of leases, by what it serves: the lease itself, its book, papers, parcels, phones and imports."""
