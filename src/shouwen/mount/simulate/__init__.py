"""Stand-ins for the neighbours of a desk, each its own process: for tests, demos and trying things out."""
