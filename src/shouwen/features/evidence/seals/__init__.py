"""Seals: what makes a record provable later by anyone (EVI-1, EVI-2).

`leaf` commits to salted content, `merkle` and `tree` hash leaves into an append-only tree, `checkpoint`
signs its head as a C2SP note, `tlog_proof` packs one entry's proof, `timestamp` lets a third party say when.
"""
