"""Contracts: clauses and typed terms, the buyout ladder, publishing, signing and quotes (domain.md §3)."""
