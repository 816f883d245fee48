"""The dossier: one zip that a renter keeps, and that proves itself offline (EVI-5).

Everything is bound: files ← manifest ← sealed leaf ← Merkle root ← the log's signature.
"""
