"""A courier that keeps parcels, pushes their lines and can be told to go wrong in every way."""
