"""A payment provider on this machine: the same wire format as the real one, RSA2 both ways, and faults on demand.

`book` keeps money and orders by the provider's rules, `faults` and `commands` say how to misbehave, `provider` puts
them together without any input or output, `server` serves it over HTTP, `memory` gives it to tests in their process.
"""
