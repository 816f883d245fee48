"""The payment port: deductions under an agreement, holds on a deposit, and what the provider answers.

`port` is what the desk says and hears, in fen; `alipay` speaks the provider's format through a `gateway`, which is
HTTP (`http_gateway`) or, in tests, the simulator's book itself. `rsa2` signs, `wire` packs, `reading` understands.
"""
