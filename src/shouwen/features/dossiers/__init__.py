"""Dossiers: a case with everything it rests on, in one file that anyone can verify offline (EVI-5)."""
