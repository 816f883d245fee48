"""Damage claims: findings, rules, decisions (domain.md §7)."""
