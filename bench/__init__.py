"""Measurements, each beside a yardstick run in the same call; no tests. See docs/decisions/measuring.md."""
