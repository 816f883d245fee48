"""Pure words of the domain: no clock, no I/O, no randomness."""
