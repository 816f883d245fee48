"""Fixtures of several use-case tests."""

from evidence_story import leased, photo

__all__ = ["leased", "photo"]
